"""Two transcripts side by side, and where they part."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from debate.compare import Divergence, divergence
from debate.errors import TranscriptError
from tui.modes import Mode
from tui.screens.asking import AskingScreen, asks
from tui.screens.pick import PickScreen
from tui.screens.reader import ReaderScreen
from tui.widgets.floor.blocks import Block, plain
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.record import Record
from tui.widgets.floor.status_line import StatusLine
from tui.widgets.key_line import KeyLine
from tui.widgets.reader.book import Book
from tui.widgets.reader.side import Half, Side

APART = "≠ From here on they are apart"
ENDS = "≠ Here the other goes on"


def _key(keys: str, action: str, name: str, description: str, tooltip: str) -> Binding:
    return Binding(keys, action, description, id=f"compare.{name}", tooltip=tooltip)


class CompareScreen(AskingScreen[None]):
    """Two transcripts.

    Args:
        one: The first.
        other: The second.
    """

    HELP = """
# Side by side

Two transcripts, walked through together: what is marked in one is marked in the other.

- **]** and **[** go on by a turn, in both; a click marks one too. **j** goes to a turn.
- **v** goes to the point of divergence: the first turn that differs in seat or words.
- **l** lets each scroll by itself, or both together again. **tab** changes sides.
- **o** opens the reader on the side that has the focus.

Forks have the lines of their past in common, byte for byte.
"""
    DEFAULT_CSS = """
    CompareScreen {
        & #sides { height: 1fr; layout: horizontal; }
        & #other { border-left: solid $panel-lighten-1; }
        &.-narrow #sides { layout: vertical; }
        &.-narrow #other { border-left: none; }
        & Side:focus-within > Static { background: $primary 35%; }
    }
    """
    modes: ClassVar[frozenset[Mode]] = frozenset({Mode.READING})
    reads: ClassVar[frozenset[str]] = frozenset(["part", "go", "lock", "open", "back"])
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("v", "part", "part", "Divergence", "Go to the first turn that differs"),
        _key("j", "go", "go", "Go to", "Go to a turn, in both"),
        _key("l", "lock", "lock", "Together", "Scroll both together, or each by itself"),
        _key("o", "open", "open", "Read", "Open the reader on the side with the focus"),
        _key("escape", "back", "back", "Back", "Go back"),
    ]

    def __init__(self, one: Path, other: Path) -> None:
        super().__init__()
        self.one, self.other = Side(one, id="one"), Side(other, id="other")
        self.divergence: Divergence | None = None
        self.together = True
        self._turn: int | None = None
        self._leading = False  # while one side is scrolled by the other
        self._status = StatusLine()

    def compose(self) -> ComposeResult:
        with Container(id="sides"):
            yield self.one
            yield self.other
        yield self._status
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to read."""
        self.one.record.focus()
        self.watch(self.one.record, "scroll_y", self._one_scrolled, init=False)
        self.watch(self.other.record, "scroll_y", self._other_scrolled, init=False)
        self.call_after_refresh(self._load)

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        self._status.say("Reading both")
        try:
            found = await asyncio.to_thread(_compared, self.one.path, self.other.path)
        except TranscriptError as error:
            self._status.say(f"They cannot be compared: {error}", urgent=True)
            self.yalta.tell(error)
            return
        except Exception as error:
            self.yalta.tell(error)
            return
        self.divergence, *books = found
        notices = []
        for side, (book, blocks), numbers in zip(
            (self.one, self.other), books, self.divergence.numbers, strict=True
        ):
            side.show(book, blocks, numbers)
            notices.append(plain(book.opened.notice))
        self._status.notice = " ".join(dict.fromkeys(notices))
        self._show_standing()

    def _show_standing(self) -> None:
        if self.divergence is not None:
            apart = "" if self.together else " · each scrolls by itself"
            said = str(self.divergence)
            self._status.say(said[:1].upper() + said[1:] + apart)

    # -- walking through both

    def on_record_marked(self, message: Record.Marked) -> None:
        """What is marked in one is marked in the other."""
        for side, partner in ((self.one, self.other), (self.other, self.one)):
            index = side.record.marked
            if index is None or side.record.blocks[index] is not message.block:
                continue
            turn = side.turn_at(index)
            if turn is None or message.block.turn not in side.numbers:
                continue  # a turn that is not in the record has none to stand beside
            self._turn = turn
            there = partner.index_of(turn)
            if there is not None and self.together:
                with self._led(), partner.record.prevent(Record.Marked):
                    partner.record.reveal(there)

    def on_half_step(self, message: Half.Step) -> None:
        """Go on by a turn, or back."""
        most = max(len(self.one.numbers), len(self.other.numbers))
        here = -1 if self._turn is None else self._turn
        self._go(min(max(here + message.step, 0), most - 1))

    @asks
    async def action_go(self) -> None:
        """Go to a turn."""
        most = max(len(self.one.numbers), len(self.other.numbers))
        asked = await self.app.push_screen_wait(
            PickScreen(f"Which turn of the record, 1 to {most}?", (), free=True)
        )
        if asked is not None:
            if asked.isdecimal() and 1 <= int(asked[:9]) <= most:
                self._go(int(asked[:9]) - 1)
            else:
                self.notify("There is no such turn.", severity="warning", markup=False)

    def action_part(self) -> None:
        """Go to the first turn that differs."""
        if self.divergence is None:
            return
        if not self.divergence.parted:
            self.notify("All turns are the same.", markup=False)
            return
        self._go(self.divergence.turns)

    def _go(self, turn: int) -> None:
        """Mark a turn of the record in both, side by side; of one that ends before, the end."""
        self._turn = turn
        for side in (self.one, self.other) if self.together else (self._active(),):
            if not side.record.blocks:
                continue
            index = side.index_of(turn)
            index = len(side.record.blocks) - 1 if index is None else index
            with self._led(), side.record.prevent(Record.Marked):
                side.record.marked = index
                mark = index > 0 and side.record.blocks[index - 1].name == APART
                side.record.go_to_place(index - mark, 0.0)

    def action_lock(self) -> None:
        """Scroll both together, or each by itself."""
        self.together = not self.together
        self._show_standing()

    def _one_scrolled(self) -> None:
        self._scrolled(self.one, self.other)

    def _other_scrolled(self) -> None:
        self._scrolled(self.other, self.one)

    def _scrolled(self, side: Side, partner: Side) -> None:
        """Scroll the other to the same place of the same turn."""
        if self._leading or not self.together or self.divergence is None:
            return
        if not (side.record.blocks and partner.record.blocks):
            return
        index, part = side.record.place()
        turn = side.turn_at(index)
        there = 0 if turn is None else partner.index_of(turn)
        if there is None:  # it has no such turn: its end is nearest
            there = len(partner.record.blocks) - 1
        begins = 0 if turn is None else side.index_of(turn) or 0
        # Between two turns there may be notes and headings.
        target = min(there + index - begins, len(partner.record.blocks) - 1)
        with self._led():
            partner.record.go_to_place(target, part)

    @contextmanager
    def _led(self) -> Iterator[None]:
        """Scroll a side without its leading the other."""
        before, self._leading = self._leading, True
        try:
            yield
        finally:
            self._leading = before

    def _active(self) -> Side:
        """The side that has the focus."""
        return self.other if self.other.record.has_focus else self.one

    # -- going on

    def action_open(self) -> None:
        """Open the reader on the side that has the focus."""
        side = self._active()
        marked = side.record.marked
        turn = side.record.blocks[marked].turn if marked is not None else None
        self.app.push_screen(ReaderScreen(side.path, turn))

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()


def _compared(
    one: Path, other: Path
) -> tuple[Divergence, tuple[Book, list[Block]], tuple[Book, list[Block]]]:
    """Both transcripts, their blocks with the point of divergence among them, and what differs."""
    books = Book.read(one), Book.read(other)
    found = divergence(books[0].entries, books[1].entries)
    blocks = [_with_mark(book, at, found) for book, at in zip(books, found.apart, strict=True)]
    return found, (books[0], blocks[0]), (books[1], blocks[1])


def _with_mark(book: Book, apart: int | None, found: Divergence) -> list[Block]:
    """The blocks of a transcript, with a mark before the turn from which on it is apart."""
    blocks = Feed(Record()).blocks_of(book.events)
    if not found.parted:
        return blocks
    if apart is None:
        return [*blocks, Block("note", name=ENDS)]
    at = next((n for n, block in enumerate(blocks) if block.turn == apart), len(blocks))
    return [*blocks[:at], Block("note", name=APART), *blocks[at:]]
