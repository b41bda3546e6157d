"""Every motion in full: amendments, ballots, decisions; and the communique with its signatures."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from debate.ledger import Ledger
from tui.modes import Mode
from tui.widgets.floor.find_bar import FindBar
from tui.widgets.floor.record import Record
from tui.widgets.key_line import KeyLine
from tui.widgets.motions.in_full import motions_in_full


class MotionsScreen(Screen[None]):
    """The motions of one conference, as they stand.

    Args:
        ledger: What was moved, voted on and signed; whoever changes it calls `show`.
    """

    HELP = """
# Motions

Every motion with its sponsors, as it reads now; who would have it read otherwise, and whether that
was accepted; who voted how, and why; what came of it; and the communique with its signatures.

- **b** shows the ballots of a secret vote, which no seat sees, and hides them again.
- **/** searches. **escape** goes back.
"""
    DEFAULT_CSS = """
    MotionsScreen {
        & #title { height: 1; background: $panel; padding: 0 1; text-style: bold; }
        & Record { height: 1fr; }
    }
    """
    modes: ClassVar[frozenset[Mode]] = frozenset({Mode.READING})
    reads: ClassVar[frozenset[str]] = frozenset(["ballots", "find", "back"])
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "ballots", "Ballots", id="motions.ballots", tooltip="Show secret ballots"),
        Binding("slash", "find", "Search", id="motions.find", tooltip="Search the motions"),
        Binding("escape,m", "back", "Back", id="motions.back", tooltip="Go back"),
    ]

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger
        self._reveal = False
        self.record = Record()
        self.record.set_reactive(Record.follow, False)

    def compose(self) -> ComposeResult:
        yield Static("Motions", id="title", markup=False)
        yield self.record
        yield FindBar(self.record)
        yield KeyLine()

    def on_mount(self) -> None:
        """Show how they stand."""
        self.record.focus()
        self.show()

    def show(self) -> None:
        """Show how they stand now, at the place that was read."""
        self.record.reload(motions_in_full(self._ledger, reveal=self._reveal))

    def action_ballots(self) -> None:
        """Show the ballots of secret votes, or hide them."""
        self._reveal = not self._reveal
        self.show()

    def action_find(self) -> None:
        """Search."""
        self.query_one(FindBar).open()

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()
