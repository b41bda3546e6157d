"""What of a conference with private rooms is looked at: one line above its record."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.widgets import Static

from tui.widgets.floor.blocks import Room
from tui.widgets.floor.record import Record
from tui.widgets.floor.shown import View

NAMES = {"mine": "what you may know", "all": "all", "public": "public only"}


class RoomsBar(Static, can_focus=False):
    """Shows what can be looked at, and what is; a click chooses. Not there where all is one.

    Args:
        record: What is looked at.
    """

    DEFAULT_CSS = """
    RoomsBar {
        display: none; height: 1; background: $surface; padding: 0 1;
        &.-rooms { display: block; }
    }
    """

    def __init__(self, record: Record, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._record = record
        self._ends: list[tuple[int, int]] = []  # cells from and to, of each view that is drawn
        self._first = 0

    def on_mount(self) -> None:
        """Keep up with it."""
        self.watch(self._record, "looks", self.show)

    def show(self) -> None:
        """Show how things stand."""
        views = self._record.views
        self.set_class(len(views) > 1, "-rooms")
        self.update(self._drawn(views, self._record.view), layout=False)

    def on_resize(self) -> None:
        """There is room for more, or for less."""
        self.show()

    def on_click(self, event: events.Click) -> None:
        """Look at what is clicked."""
        x = event.get_content_offset_capture(self).x
        for n, (begin, end) in enumerate(self._ends, self._first):
            if begin <= x < end:
                self._record.look(self._record.views[n])

    def _drawn(self, views: tuple[View, ...], now: View) -> Text:
        """As many views as there is room for, that which is looked at always among them."""
        text = Text("Look at  ", Style(dim=True), no_wrap=True, overflow="ellipsis")
        here = views.index(now)
        width = self.size.width - cell_len(text.plain)
        names = [_name(view) for view in views]
        first = here
        while first and sum(cell_len(n) + 4 for n in names[first - 1 : here + 1]) <= width:
            first -= 1
        self._first, self._ends = first, []
        for n in range(first, len(views)):
            begin = cell_len(text.plain)
            name = f"[{names[n]}]" if n == here else f" {names[n]} "
            text.append(name, Style(bold=n == here, reverse=n == here, dim=n != here))
            self._ends.append((begin, cell_len(text.plain)))
            text.append("  ")
        return text


def _name(view: View) -> str:
    return f"┃ {' '.join(view.told.split())}" if isinstance(view, Room) else NAMES[view]
