"""Watch a conference and steer it.

What is shown comes from the conference's stream alone; what is done goes to its chair and comes
back as an event. So the screen shows nothing that the transcript does not say.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from debate.errors import TranscriptError, YaltaError
from debate.events import Answer, ConferenceOpened, Event, TurnClosed
from debate.hearing import Hearing
from debate.ledger import Ledger
from debate.library import short_path
from debate.speakers.base import Prompt
from debate.take import Item, Minuting
from debate.transcript import read
from tui.drafts import Drafts
from tui.screens.asking import asks
from tui.screens.dialogs import Confirm
from tui.screens.motions import MotionsScreen
from tui.screens.steering import SteeringScreen
from tui.session import Opening, Resuming, Session
from tui.widgets.floor.agenda_line import AgendaLine
from tui.widgets.floor.blocks import plain
from tui.widgets.floor.composer import Composer
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.find_bar import FindBar
from tui.widgets.floor.questions import question_of
from tui.widgets.floor.record import Record
from tui.widgets.floor.rooms_bar import RoomsBar
from tui.widgets.floor.roster import Roster
from tui.widgets.floor.status_line import StatusLine
from tui.widgets.floor.table import Table
from tui.widgets.key_line import KeyLine
from tui.widgets.motions.panel import MotionsPanel

MOTIONS = "Show every motion, vote and signature in full"
NOT_SAVED = "not saved: it is not in the transcript"


class StageScreen(SteeringScreen):
    """The stage.

    Args:
        what: The conference to begin or go on with.
    """

    HELP = """
# The stage

A conference as it is held. The words of each turn come as the model writes them; a turn that is
finished is on the disk before the next one starts.

- **space** pauses after the turn in the air, and goes on. **s** lets one turn be spoken.
- **k** passes over whoever has the floor; of several, you say whom.
- **x** halts at once, or ends the conference.
- **n** passes a note: to all, or to one seat in private.
- **t** takes a seat over, or gives it back. **c** has another model speak for a seat.
- **a** strikes the last turn and asks for it again. **f** forks: another future of the same past.
- When you have the floor: write, and **ctrl+s** says it. **i** goes on writing. What you have not
  said yet is kept, and in the box when the seat is asked again.
- When you are asked for a vote, a bid or the like: the letter or number before a choice chooses it,
  then there is room for a reason, and **ctrl+s** sends it. Other letters go to the next choice that
  begins so; the keys of the stage are had again by **escape**.
- **r** opens and folds the models' reasoning, bids and secret ballots. **/** searches.
- **w** looks at all, at what is public, at each private room. **m** shows every motion in full.
- While you have a seat, you are shown what it may know, and **w** goes round in that: no room that
  you are not in, no opening before your own, nothing folded. **ctrl+w** looks at all, and back.
- The end is followed until you scroll; **g** follows again.

Everything you do here is an event in the transcript. Leaving pauses: it can be resumed.
"""
    DEFAULT_CSS = """
    StageScreen {
        & #table { height: 1fr; }
        & Record { width: 1fr; }
        & #aside { width: 34; height: 1fr; background: $surface; }
        & Roster { height: 1fr; }
        &.-narrow #aside, &.-narrow Roster { display: none; }
        &.-narrow.-roster #aside { display: block; dock: right; }
        &.-narrow.-roster Roster { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause", id="stage.pause", tooltip="Pause, or go on"),
        Binding("s", "step", "Step", id="stage.step", tooltip="Let one turn be spoken"),
        Binding("k", "skip", "Skip", id="stage.skip", tooltip="Pass over who has the floor"),
        Binding("a", "retry", "Again", id="stage.retry", tooltip="Ask for the last turn again"),
        Binding("n", "note", "Note", id="stage.note", tooltip="Pass a note to all, or to one seat"),
        Binding("t", "take", "Seat", id="stage.take", tooltip="Take a seat over, or give it back"),
        Binding("c", "model", "Model", id="stage.model", tooltip="Change a seat's model"),
        Binding("f", "fork", "Fork", id="stage.fork", tooltip="Fork after the marked turn"),
        Binding("x", "stop", "Stop", id="stage.stop", tooltip="Halt at once, or end it"),
        Binding("g,end", "follow", "Follow", id="stage.follow", tooltip="Follow the live text"),
        Binding("m", "motions", "Motions", id="stage.motions", show=False, tooltip=MOTIONS),
        Binding("r", "reasoning", "Reasoning", id="stage.reasoning", show=False),
        Binding("slash", "find", "Search", id="stage.find", show=False),
        Binding("o", "roster", "Roster", id="stage.roster", show=False, tooltip="Show the seats"),
        Binding("i", "write", "Write", id="stage.write", show=False, tooltip="Write your turn"),
        Binding("escape", "leave", "Leave", id="stage.leave", tooltip="Leave; it can be resumed"),
    ]

    def __init__(self, what: Opening | Resuming) -> None:
        super().__init__()
        self._what = what
        self.session = Session(what, self._watch, self._changed, self._ask)
        self.record = Record()
        self._feed = Feed(self.record)
        self._table = Table()
        self._roster = Roster(self._table)
        self._ledger = Ledger()
        self._motions = MotionsPanel()
        self._rooms = RoomsBar(self.record)
        self._agenda = AgendaLine()
        self._status = StatusLine()
        self._composer = Composer()
        self._drafts: Drafts | None = None
        self._heard_at = time.monotonic()

    def compose(self) -> ComposeResult:
        yield self._agenda
        yield self._rooms
        with Horizontal(id="table"):
            yield self.record
            with Vertical(id="aside"):
                yield self._roster
                yield self._motions
        yield FindBar(self.record)
        yield self._composer
        yield self._status
        yield KeyLine()

    def on_mount(self) -> None:
        self.record.focus()
        self._status.say("Making the models ready")
        self.set_interval(0.5, self._tick)
        self._holding = self._hold()

    # -- the conference

    @work(exclusive=True, group="conference", exit_on_error=False)
    async def _hold(self) -> None:
        try:
            if isinstance(self._what, Resuming):
                await self._recall(self._what.path)
            await self.session.hold()
        except YaltaError as error:
            self._status.say(f"Stopped: {error.message}", urgent=True)
            self.yalta.tell(error)
            if isinstance(error, TranscriptError):
                self._tell_what_is_not_saved()
        except Exception as error:
            self._status.say("Stopped by a fault in yalta", urgent=True)
            self.yalta.tell(error)

    def _tell_what_is_not_saved(self) -> None:
        self._feed.break_off(NOT_SAVED)
        if self._drafts is None or not self._drafts.seats:
            return
        words = f"What you wrote for {self._drafted()} is not in the transcript."
        if self._drafts.on_disk:
            words += " It is kept, and will be in the box once you resume."
        else:
            words += " It could not be kept on the disk either: copy it before you leave."
        self.notify(words, severity="warning", timeout=30, markup=False)

    def _drafted(self) -> str:
        kept = self._drafts.seats if self._drafts else []
        seats = dict.fromkeys(draft.partition("/")[0] for draft in kept)
        return ", ".join(self._feed.name_of(seat) or "the conference" for seat in seats)

    async def _recall(self, path: Path) -> None:
        """Show what was said before a conference was resumed."""

        events = await asyncio.to_thread(read, path)
        self._ledger = await asyncio.to_thread(Ledger, events)
        self.record.limit_to(Hearing.of(self._ledger.state))
        self.record.load(await asyncio.to_thread(self._feed.blocks_of, events))
        shown = asyncio.Event()
        self.call_after_refresh(shown.set)
        await shown.wait()
        await asyncio.to_thread(self._table.take_all, events)
        self._roster.show()
        self._motions.show(self._ledger)

    def _watch(self, item: Item) -> None:
        if isinstance(item, Event):
            changed = self._ledger.take(item)
            # Before anything is shown that may not be.
            self.record.limit_to(Hearing.of(self._ledger.state))
            if changed:
                self._show_motions()
        self._feed.show(item)
        if self._table.take(item):
            self._roster.show()
        if isinstance(item, Minuting):
            self._status.say("The clerk writes minutes")  # until the next event
        elif isinstance(item, Event):
            self._heard_at = time.monotonic()
            if isinstance(item, ConferenceOpened):
                self._status.notice = plain(item.notice)
            elif isinstance(item, TurnClosed | Answer):
                self._spoken(item)
            self.show_standing()

    def _show_motions(self) -> None:
        self._motions.show(self._ledger)
        for screen in self.app.screen_stack:
            if isinstance(screen, MotionsScreen):
                screen.show()

    def _spoken(self, said: TurnClosed | Answer) -> None:
        """What a person said is in the transcript: no draft of it is needed any more."""
        if self._drafts is None:
            return
        if isinstance(said, Answer):
            self._drafts.drop_all(f"{said.seat or ''}/")
        elif (row := self._table.rows.get(said.seat)) is not None and row.human:
            self._drafts.drop(said.seat)

    def _changed(self) -> None:
        if self.is_mounted:
            self._heard_at = time.monotonic()
            self.show_standing()
            self.refresh_bindings()

    def _tick(self) -> None:
        if self.session.standing == "running":
            self._show_agenda()

    def show_standing(self) -> None:
        """Show how things stand."""
        self._show_agenda()
        conference = self.session.conference
        if conference is None:
            return
        self._status.notice = plain(conference.state.opened.notice)
        match self.session.standing:
            case "running" if conference.chair.pausing:
                self._status.say("Pausing after this turn")
            case "running":
                self._status.say("Running")
            case "held":
                self._status.say("Paused: space goes on, s lets one turn be spoken")
            case "over":
                self._status.say(f"Over. Saved in {plain(short_path(conference.path.absolute()))}")

    def _show_agenda(self) -> None:
        conference = self.session.conference
        if conference is not None:
            running = self.session.standing == "running"
            since = time.monotonic() - self._heard_at if running else 0.0
            state = conference.state
            self._agenda.show(state, state.seconds + since, self._table.bill, self._table.currency)

    async def _ask(self, prompt: Prompt) -> str:
        conference = self.session.conference
        assert conference is not None
        if self._drafts is None:
            self._drafts = Drafts(conference.path)
        try:
            name = self._feed.name_of(prompt.seat)
            question = question_of(conference.state, prompt.seat)
            return await self._composer.ask(name, prompt, self._drafts, question)
        finally:
            if self.focused is None:
                self.record.focus()

    # -- what is seen

    def on_resize(self) -> None:
        """Who writes needs their lines, however few there are."""
        self._composer.fit()

    def on_record_follow_changed(self, message: Record.FollowChanged) -> None:
        """Say whether the end is followed."""
        self._status.following = message.follow

    def action_motions(self) -> None:
        """Show every motion in full."""
        self.app.push_screen(MotionsScreen(self._ledger))

    def action_follow(self) -> None:
        """Follow the live text again."""
        self.record.follow = True

    def action_watch(self) -> None:
        """Back to the record and the keys of the stage."""
        self.record.focus()

    def action_write(self) -> None:
        """Write on, if you have the floor."""
        self._composer.write()

    def action_reasoning(self) -> None:
        """Open all reasoning, or fold it."""
        self.record.unfold_all()

    def action_find(self) -> None:
        """Search the record."""
        self.query_one(FindBar).open()

    def action_roster(self) -> None:
        """Show or hide the seats where the screen is narrow."""
        self.toggle_class("-roster")

    # -- leaving

    @asks
    async def action_leave(self) -> None:
        """Leave for the screen before; the conference pauses and can be resumed."""
        await self.leave()
        if self._drafts is not None and not self._drafts.on_disk:
            question = f"What you wrote for {self._drafted()} could not be saved anywhere."
            answers = [("stay", "Stay, to copy it"), ("leave", "Leave without it")]
            if await self.app.push_screen_wait(Confirm(question, answers)) != "leave":
                return
        self.dismiss()

    def resume(self, path: Path) -> None:
        """Go on with another transcript in place of this one."""
        self.app.switch_screen(StageScreen(Resuming(path)))

    async def leave(self) -> None:
        """Pause at once, and wait until the transcript says so."""
        holding = self._holding
        if holding is not None and not holding.is_finished:
            holding.cancel()
            try:
                await holding.wait()
            except Exception:
                return  # it was cancelled, or has told its error already
