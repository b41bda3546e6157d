"""Set a conference up."""

from __future__ import annotations

from textual.screen import Screen


class LobbyScreen(Screen[None]):
    """Set a conference up."""
