"""What is told instead of a screen that cannot be opened."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from debate.errors import YaltaError
from tui.modes import Mode
from tui.widgets.floor.blocks import plain
from tui.widgets.key_line import KeyLine


class SorryScreen(Screen[None]):
    """An error, on a screen of its own.

    Args:
        error: What is told.
    """

    is_blind = True
    """It stands in place of a screen that may be."""
    modes: ClassVar[frozenset[Mode]] = frozenset(Mode)
    DEFAULT_CSS = """
    SorryScreen {
        align: center middle;
        & Vertical { height: auto; max-width: 80; padding: 1 2; border: round $error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,escape", "leave", "Leave", id="sorry.leave", tooltip="Leave"),
    ]

    def __init__(self, error: YaltaError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(plain(str(self._error)), markup=False)
        yield KeyLine()

    def action_leave(self) -> None:
        """Leave."""
        self.app.exit()
