"""Widgets that show motions: a list beneath the seats, and each in full."""
