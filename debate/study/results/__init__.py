"""What ratings show: of each task, with intervals; agreement, exclusions, and the whole of it."""
