"""The contents of a transcript: its phases and turns, to go to one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui.screens.dialogs import Dialog
from tui.themes import mark, seat_colour
from tui.widgets.floor.blocks import Block
from tui.widgets.reader.rows import Rows

BEGINNING = 60  # characters of a turn


class Contents(Dialog[int]):
    """Asks where to go; answers with the number of a block.

    Args:
        blocks: The blocks of the record.
        marked: The one marked now.
    """

    DEFAULT_CSS = """
    Contents {
        & > Vertical { width: 90; height: 80%; }
        & Rows { height: 1fr; margin-top: 1; background: $surface; }
        & Rows > .rows--cursor { background: $primary 35%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Next", id="contents.next", priority=True, show=False),
        Binding("up", "move(-1)", "Before", id="contents.before", priority=True, show=False),
    ]

    def __init__(self, blocks: Sequence[Block], marked: int | None) -> None:
        super().__init__()
        self._blocks = blocks
        self._marked = marked
        self._fitting: list[int] = []
        """Numbers of the blocks that fit what is typed."""
        self._rows = Rows()
        self._rows.can_focus = False  # the field has the keys

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("Go to which turn, phase or speaker?", classes="dialog--title")
            yield Input(placeholder="a turn's number, a name, or a phase", compact=True)
            yield self._rows

    def on_mount(self) -> None:
        """Begin at the marked turn."""
        self._offer("", self._marked)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what fits."""
        if wanted := event.value.strip().casefold():
            self._offer(wanted, None)
        else:
            self._offer("", self._marked)

    def on_input_submitted(self) -> None:
        """Go to the one highlighted."""
        if self._fitting:
            self.dismiss(self._fitting[self._rows.cursor])

    def on_rows_chosen(self) -> None:
        """Go to the one clicked."""
        self.on_input_submitted()

    def action_move(self, step: int) -> None:
        """Highlight another, while the field keeps the focus."""
        self._rows.cursor += step

    def _offer(self, wanted: str, marked: int | None) -> None:
        self._fitting = list(self._that_fit(wanted))
        cursor = self._fitting.index(marked) if marked in self._fitting else 0
        self._rows.show(
            len(self._fitting),
            lambda n, _width: [self._drawn(self._blocks[self._fitting[n]])],
            cursor=cursor,
        )

    def _that_fit(self, wanted: str) -> Iterator[int]:
        phase_fits = False
        for n, block in enumerate(self._blocks):
            if block.kind == "heading":
                phase_fits = wanted in block.name.casefold()
                fits = phase_fits
            elif block.kind != "turn":
                fits = False
            elif wanted.isdecimal():  # a turn's own: 1 does not ask for 10 to 19 as well
                fits = str(block.turn) == wanted
            else:
                fits = phase_fits or wanted in block.name.casefold()
            if fits:
                yield n

    def _drawn(self, block: Block) -> Text:
        if block.kind == "heading":
            return Text(f"── {block.name}", Style(bold=True))
        text = Text(f"{block.turn:>5}  ")
        seat = block.seat or 0
        text.append(
            f"{mark(seat)} {block.name}", Style(color=seat_colour(self.app, seat).rich_color)
        )
        beginning = " ".join(block.text[:BEGINNING].split())
        return text.append(f"  {beginning}", Style(dim=True))
