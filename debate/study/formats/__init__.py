"""A study in the formats of other rating tools, and their results as ratings of ours."""
