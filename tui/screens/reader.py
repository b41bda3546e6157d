"""Read a transcript: all of it at once, turn by turn, or over again as it was held."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static
from textual.worker import Worker

from debate.errors import TranscriptError, YaltaError
from debate.events import TurnClosed, TurnFailed
from debate.fork import fork
from debate.ledger import Ledger
from tui import clipboard
from tui.modes import Mode
from tui.screens.asking import AskingScreen, asks
from tui.screens.export import export
from tui.screens.motions import MotionsScreen
from tui.screens.steering import fork_question
from tui.widgets.floor.agenda_line import clock
from tui.widgets.floor.blocks import Block, plain
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.find_bar import FindBar
from tui.widgets.floor.record import Record
from tui.widgets.floor.rooms_bar import RoomsBar
from tui.widgets.floor.status_line import StatusLine
from tui.widgets.key_line import KeyLine
from tui.widgets.reader.book import Book, Page
from tui.widgets.reader.contents import Contents
from tui.widgets.reader.details import Details, described, prompt_text
from tui.widgets.reader.keys import HELP, KEYS, REPLAY_KEYS
from tui.widgets.reader.place import beyond, place_line
from tui.widgets.reader.player import SPEEDS, Player, said

FRAME = 1 / 30  # seconds


class ReaderScreen(AskingScreen[None]):
    """The reader.

    Args:
        path: The transcript; another program may be writing it.
        turn: The turn to begin at.
        query: What to search for at once.
    """

    HELP = HELP
    DEFAULT_CSS = """
    ReaderScreen {
        & #place { height: 1; background: $panel; padding: 0 1; }
        & #book { height: 1fr; }
        & #record { width: 3fr; }
        & #details { width: 2fr; display: none; }
        &.-details #details { display: block; }
        &.-normal #details { width: 1fr; }
        &.-normal #record { width: 1fr; }
        &.-narrow.-details #record { display: none; }
    }
    """
    modes: ClassVar[frozenset[Mode]] = frozenset({Mode.READING})
    reads: ClassVar[frozenset[str]] = frozenset(
        (
            *("contents", "speaker", "phase", "find", "reasoning", "details", "motions", "back"),
            *("play", "pause", "speed", "follow", "copy", "copy_prompt", "reload"),
        )
    )
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, path: Path, turn: int | None = None, query: str | None = None) -> None:
        super().__init__()
        self.path = path
        self.book: Book | None = None
        self.record = Record(id="record")
        self.record.set_reactive(Record.follow, False)
        self.details = Details(self.record, id="details")
        self._turn = turn
        self._query = query
        self._blocks: list[Block] = []
        self._place = Static(id="place", markup=False)
        self._rooms = RoomsBar(self.record)
        self._find = FindBar(self.record)
        self._status = StatusLine()
        self._feed = Feed(self.record)
        self._player: Player | None = None
        self._playing: Worker[None] | None = None
        self._speed = SPEEDS.index(1.0)

    @property
    def key_names(self) -> dict[str, str] | None:
        """The keys of a replay, while one is under way."""
        if self._player is None:
            return None
        return REPLAY_KEYS | ({} if self._is_playing() else {"reader.pause": "Go on"})

    def compose(self) -> ComposeResult:
        yield self._place
        yield self._rooms
        with Horizontal(id="book"):
            yield self.record
            yield self.details
        yield self._find
        yield self._status
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to read."""
        self.record.focus()
        self.call_after_refresh(self._load)

    # -- reading

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        self._status.say(f"Reading {self.path.name}")
        width = self.record.scrollable_content_region.width
        try:
            book, self._blocks = await asyncio.to_thread(_read, self.path, width)
        except TranscriptError as error:
            self._show_broken(error)
            return
        except Exception as error:
            self.yalta.tell(error)
            return
        self.book = book
        self._status.notice = plain(book.opened.notice)
        self._show_whole(self._turn)
        if query := self._query:
            self._query = None
            self._find.open(query)

    def _show_broken(self, error: TranscriptError) -> None:
        self.record.load([Block("note", name="It cannot be read", text=plain(str(error)))])
        self._status.say("It cannot be read", urgent=True)
        self.yalta.tell(error)

    def _show_whole(self, turn: int | None) -> None:
        """Show all of it, with this turn marked, in place of a replay."""
        if self._playing is not None:
            self._playing.cancel()
        self._player = self._playing = None
        self.record.follow = False
        self.record.load(self._blocks)
        self._status.following = True
        if turn:
            self.record.reveal_turn(turn)
        self._show_standing()
        self._describe()
        self.refresh_bindings()

    def action_reload(self) -> None:
        """Read the file again, and stay where the reader is."""
        self._turn = page.turn.turn if (page := self._marked()) else None
        self._load()

    # -- how things stand

    def _marked(self) -> Page | None:
        """The marked turn."""
        n = self.record.marked
        if self.book is None or n is None or n >= len(self.record.blocks):
            return None
        number = self.record.blocks[n].turn
        return None if number is None else self.book.pages.get(number)

    def _wanted(self) -> Page | None:
        """The marked turn; where there is none, that is told."""
        page = self._marked()
        if page is None:
            self.notify("Mark a turn first: ] or a click.", markup=False)
        return page

    def _show_standing(self) -> None:
        book = self.book
        if book is None:
            return
        if book.error is not None:
            self._status.say(f"It cannot be read to its end: {book.error}", urgent=True)
        elif self._player is not None:
            player = self._player
            doing = "Replaying" if self._is_playing() else "Replay paused"
            at = f"{clock(player.time)} of {clock(player.duration)}"
            self._status.say(f"{doing}, {said(self._speed)}, {at}")
        else:
            counted = "1 turn" if book.turns == 1 else f"{book.turns:,} turns"
            self._status.say(f"{counted} in {plain(book.path.name)}")
        self._show_place()

    def _show_place(self) -> None:
        if self.book is not None:
            narrow = self.has_class("-narrow")
            self._place.update(place_line(self.book, self._marked(), narrow=narrow))

    def on_resize(self) -> None:
        """What fits above the record may be another."""
        self._show_place()

    def on_record_marked(self) -> None:
        """Say what is recorded of the turn now marked."""
        self._show_place()
        self._describe()

    def on_record_follow_changed(self, message: Record.FollowChanged) -> None:
        """Say whether the end is followed; of a text that does not grow there is nothing to say."""
        self._status.following = message.follow or self._player is None

    def action_motions(self) -> None:
        """Show every motion in full."""
        if book := self.book:
            self.app.push_screen(MotionsScreen(Ledger(book.events)))

    # -- going about

    @asks
    async def action_contents(self) -> None:
        """Show the contents, and go where the reader says."""
        if self._player is not None:
            self._end_replay()
        index = await self.app.push_screen_wait(Contents(self.record.blocks, self.record.marked))
        if index is not None:
            self.record.reveal(index)

    def action_speaker(self, step: int) -> None:
        """Go to another turn of the speaker of the marked turn; with none marked, to any."""
        blocks, n = self.record.blocks, self.record.marked
        seat = blocks[n].seat if n is not None else None
        self._go(
            [i for i, b in enumerate(blocks) if b.kind == "turn" and seat in (None, b.seat)], step
        )

    def action_phase(self, step: int) -> None:
        """Go to the beginning of another phase."""
        self._go([i for i, b in enumerate(self.record.blocks) if b.kind == "heading"], step)

    def _go(self, places: list[int], step: int) -> None:
        index = beyond(places, self.record.marked, step)
        if index is not None:
            self.record.reveal(index)

    def action_find(self) -> None:
        """Search."""
        self._find.open()

    def action_reasoning(self) -> None:
        """Open all reasoning, or fold it."""
        self.record.unfold_all()

    def action_back(self) -> None:
        """Close the details; end the replay and show all; else go back."""
        if self.has_class("-details"):
            self.action_details()
        elif self._player is not None:
            self._end_replay()
        else:
            self.dismiss()

    # -- details

    def action_details(self) -> None:
        """Show or hide what is recorded of the marked turn."""
        self.toggle_class("-details")
        shown = self.has_class("-details")
        # Where there is room for one of them, the keys that scroll belong to the one that is seen.
        (self.details if shown and self.has_class("-narrow") else self.record).focus()
        self._describe()

    @work(exclusive=True, group="details", exit_on_error=False)
    async def _describe(self) -> None:
        book, n = self.book, self.record.marked
        if book is None or not self.has_class("-details"):
            return
        block = None if n is None else self.record.blocks[n]
        await asyncio.sleep(0.05)  # whoever holds a key down wants the last turn described
        width = self.details.scrollable_content_region.width
        try:
            self.details.show(await asyncio.to_thread(described, book, block, width))
        except Exception as error:
            self.yalta.tell(error)

    # -- replay

    def action_play(self) -> None:
        """Play it over again from the marked turn on; pause; go on."""
        if self.book is None:
            return
        if self._player is None:
            begin = page.opened if (page := self._marked()) else 0
            self._player = Player(self.book.events, begin, self._speed, time.monotonic)
            self._playing = self._play(self._player, begin)
        elif self._is_playing():
            self._player.pause()
            assert self._playing is not None
            self._playing.cancel()
            self._playing = None
        else:
            self._playing = self._play(self._player, None)
        self._show_standing()
        self.refresh_bindings()

    def action_pause(self) -> None:
        """Pause the replay, or go on with it."""
        if self._player is not None:
            self.action_play()

    def action_speed(self, step: int) -> None:
        """Replay at another speed."""
        self._speed = min(max(self._speed + step, 0), len(SPEEDS) - 1)
        if self._player is not None:
            self._player.hurry(self._speed)
            self._show_standing()
        else:
            self._status.say(f"Replay will be {said(self._speed)}: p plays")

    def action_follow(self) -> None:
        """Follow the end of a replay again."""
        self.record.follow = self.record.follow or self._player is not None

    def _is_playing(self) -> bool:
        return self._playing is not None and not self._playing.is_finished

    def _end_replay(self) -> None:
        turns = [block.turn for block in self.record.blocks if block.turn is not None]
        last = turns[-1] if turns else None
        self._show_whole(page.turn.turn if (page := self._marked()) else last)

    @work(exclusive=True, group="replay", exit_on_error=False)
    async def _play(self, player: Player, begin: int | None) -> None:
        """Let a player play on; from an event on, if one is given."""
        assert self.book is not None
        if begin is not None:
            self._feed = Feed(self.record)
            shown = await asyncio.to_thread(self._feed.blocks_of, self.book.events[:begin])
            self.record.load(shown)
        self.record.follow = True
        player.start()
        while not player.done:
            for item in player.due():
                self._feed.show(item)
            self._show_standing()
            await asyncio.sleep(FRAME)
        self._player = None
        self._status.following = True
        self._status.say("The replay is over")
        self.refresh_bindings()

    # -- taking something along

    @asks
    async def action_fork(self) -> None:
        """Fork after the marked turn, or after the last that finished."""
        from tui.screens.stage import StageScreen
        from tui.session import Resuming

        page = self._marked()
        turn = page.turn.turn if page else None
        if self.book is None or (page and not isinstance(page.end, TurnClosed)):
            self.notify("Mark a finished turn first: ] or a click.", markup=False)
            return
        if await self.app.push_screen_wait(fork_question(turn)) != "go":
            return
        try:
            path = await asyncio.to_thread(fork, self.path, turn=turn)
        except YaltaError as error:
            self.yalta.tell(error)
            return
        self.app.switch_screen(StageScreen(Resuming(path)))

    @asks
    async def action_export(self) -> None:
        """Write it in another form."""
        await export(self.yalta, self.path)

    def action_copy(self) -> None:
        """Copy what is selected; if nothing is, the marked turn."""
        if selected := self.get_selected_text():
            self._copy(selected, "The selection")
        elif page := self._wanted():
            end = page.end
            text = end.text if isinstance(end, TurnClosed | TurnFailed) else None
            self._copy(text or "", f"Turn {page.turn.turn}")

    @work(exclusive=True, group="prompt")
    async def action_copy_prompt(self) -> None:
        """Copy the prompt of the marked turn."""
        page, book = self._wanted(), self.book
        if page is None or book is None:
            return
        again = await asyncio.to_thread(book.prompts.of, page.turn.turn)
        if again is None or again.error:
            self.notify("Its prompt cannot be rendered again.", severity="warning", markup=False)
            return
        self._copy(prompt_text(again), f"The prompt of turn {page.turn.turn}")

    @work(exclusive=True, group="copy")
    async def _copy(self, text: str, what: str) -> None:
        clipboard.copy(self.app, text)
        await asyncio.to_thread(clipboard.copy_natively, text)
        self.notify(f"{what} is copied.", timeout=2, markup=False)


def _read(path: Path, width: int) -> tuple[Book, list[Block]]:
    """A transcript and its blocks, ready to be shown at a width."""
    book = Book.read(path)
    blocks = Feed(Record()).blocks_of(book.events)
    for block in blocks:
        block.lines(max(8, width))
    return book, blocks
