"""One of two transcripts that stand side by side."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from tui.widgets.floor.blocks import Block, plain
from tui.widgets.floor.record import Record
from tui.widgets.reader.book import Book, moment


class Half(Record):
    """A record that knows where it is scrolled to, in blocks, and steps as the screen says."""

    def place(self) -> tuple[int, float]:
        """The index of the block at the top, and the part of it that is scrolled past."""
        self._settle()
        index, into = self.count.block_at(self.scroll_offset.y)
        top, below = self.count.tops[index : index + 2]
        return index, into / max(1, below - top)

    def go_to_place(self, index: int, part: float) -> None:
        """Scroll there."""
        self._settle(index)
        top, below = self.count.tops[index : index + 2]
        self.scroll_to(y=top + int(part * (below - top)), animate=False, force=True)

    def action_mark(self, step: int) -> None:
        """Mark the next turn, or the one before, here and in the other."""
        self.post_message(self.Step(step))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Both show all: what is in one has its place beside what is in the other."""
        return False if action == "look" else super().check_action(action, parameters)

    class Step(Message):
        """Another turn is wanted."""

        def __init__(self, step: int) -> None:
            self.step = step
            super().__init__()


class Side(Vertical):
    """One of the two: its name, and its record."""

    DEFAULT_CSS = """
    Side {
        width: 1fr; height: 1fr;
        & > Static { height: 1; background: $surface; padding: 0 1; }
        & > Record { height: 1fr; }
    }
    """

    def __init__(self, path: Path, *, id: str) -> None:
        super().__init__(id=id)
        self.path = path
        self.book: Book | None = None
        self.numbers: tuple[int, ...] = ()
        """The turns of the record, by number; both are walked through by their places in it."""
        self.record = Half()
        self.record.set_reactive(Record.follow, False)
        self._title = Static(plain(path.name), markup=False)
        self._places: list[int] = []  # index of each turn's block

    def compose(self) -> ComposeResult:
        yield self._title
        yield self.record

    def show(self, book: Book, blocks: list[Block], numbers: tuple[int, ...]) -> None:
        """Show a transcript."""
        self.book, self.numbers = book, numbers
        text = Text(plain(book.path.name), Style(bold=True), no_wrap=True, overflow="ellipsis")
        text.append(f"  {moment(book.opened.at, seconds=False)}", Style(dim=True))
        self._title.update(text)
        self.record.load(blocks)
        at = {block.turn: n for n, block in enumerate(blocks) if block.turn is not None}
        self._places = [at[number] for number in numbers if number in at]

    def turn_at(self, index: int) -> int | None:
        """Which turn of the record, from 0, the block of this index is or stands behind."""
        n = bisect_right(self._places, index) - 1
        return n if n >= 0 else None

    def index_of(self, turn: int) -> int | None:
        """The index of a turn's block."""
        return self._places[turn] if 0 <= turn < len(self._places) else None
