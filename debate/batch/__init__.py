"""Many conferences: arms, models and seeds, each in a transcript of its own."""
