"""Widgets of the library, the reader and the comparison."""
