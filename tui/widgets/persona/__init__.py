"""Widgets of the persona studio."""
