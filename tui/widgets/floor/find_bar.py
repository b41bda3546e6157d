"""Search within a record."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from tui.widgets.floor.record import Record


class FindBar(Horizontal):
    """A field that finds as one types, and steps through what it found.

    Args:
        record: What is searched.
    """

    DEFAULT_CSS = """
    FindBar {
        height: 1; display: none; background: $surface;
        &.-open { display: block; }
        & > Input { width: 1fr; padding: 0 1; }
        & > Static { width: auto; padding: 0 1; color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "step(1)", "Next match", id="find.next", priority=True),
        Binding("up", "step(-1)", "Match before", id="find.before", priority=True),
        Binding("escape", "close", "Close", id="find.close"),
    ]

    def __init__(self, record: Record, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._record = record
        self._field = Input(placeholder="search the record", compact=True)
        self._count = Static(markup=False)

    def compose(self) -> ComposeResult:
        yield self._field
        yield self._count

    def open(self, query: str | None = None) -> None:
        """Begin to search, for this text if one is given."""
        self.add_class("-open")
        if query is not None:
            self._field.value = query
        self._field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find as it is typed."""
        event.stop()
        self._record.search(event.value)
        self._show()

    def action_step(self, step: int) -> None:
        """Go to another match."""
        self._record.reveal_match(step)
        self._show()

    def action_close(self) -> None:
        """End the search."""
        self._record.search("")
        self._field.value = ""
        self.remove_class("-open")
        self._record.focus()

    def _show(self) -> None:
        matches = self._record.matches
        if not matches.query:
            self._count.update("")
        elif not len(matches):
            self._count.update("not found")
        else:
            self._count.update(f"{matches.now + 1} of {len(matches)}   ↑ ↓")
