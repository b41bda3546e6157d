"""Find a transcript."""

from __future__ import annotations

from textual.screen import Screen


class LibraryScreen(Screen[None]):
    """Find a transcript."""
