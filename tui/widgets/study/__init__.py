"""What the rating room is made of: a widget for each task, and what they share."""
