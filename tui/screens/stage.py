"""Watch a conference and steer it.

What is shown comes from the conference's stream alone; what is done goes to its chair and comes
back as an event. So the screen shows nothing that the transcript does not say.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.worker import Worker

from debate.chair import Chair
from debate.conference import Conference
from debate.errors import YaltaError
from debate.events import ConferenceOpened, Event
from debate.fork import fork
from debate.library import short_path
from debate.speakers.availability import availability, model_choices
from debate.speakers.base import Prompt
from debate.speakers.human import MODEL as ME
from debate.speakers.registry import DEFAULT_MODEL
from debate.take import Item
from debate.transcript import read
from tui.screens.dialogs import Confirm, WriteNote
from tui.screens.pick import Choice, PickScreen
from tui.session import Opening, Resuming, Session
from tui.widgets.floor.agenda_line import AgendaLine
from tui.widgets.floor.blocks import plain
from tui.widgets.floor.composer import Composer
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.find_bar import FindBar
from tui.widgets.floor.record import Record
from tui.widgets.floor.roster import Roster, Table
from tui.widgets.floor.status_line import StatusLine
from tui.widgets.key_line import KeyLine
from tui.widgets.lobby.seats import SIGNS


class StageScreen(Screen[None]):
    """The stage.

    Args:
        what: The conference to begin or go on with.
    """

    HELP = """
# The stage

A conference as it is held. The words of each turn come as the model writes them; a turn that is
finished is on the disk before the next one starts.

- **space** pauses after the turn in the air, and goes on. **s** lets one turn be spoken.
- **k** passes over whoever has the floor. **x** halts at once, or ends the conference.
- **n** passes a note: to all, or to one seat in private.
- **t** takes a seat over, or gives it back. **c** has another model speak for a seat.
- **a** strikes the last turn and asks for it again. **f** forks: another future of the same past.
- When you have the floor: write, and **ctrl+s** says it. **i** goes on writing.
- **r** opens and folds the models' reasoning. **/** searches.
- The end is followed until you scroll; **g** follows again.

Everything you do here is an event in the transcript. Leaving pauses: it can be resumed.
"""
    DEFAULT_CSS = """
    StageScreen {
        & #table { height: 1fr; }
        & Record { width: 1fr; }
        &.-narrow Roster { display: none; }
        &.-narrow.-roster Roster { display: block; dock: right; }
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
        self._agenda = AgendaLine()
        self._status = StatusLine()
        self._composer = Composer()
        self._holding: Worker[None] | None = None
        self._heard_at = time.monotonic()
        self._given_back: dict[str, str] = {}  # the model that spoke before a person took over

    def compose(self) -> ComposeResult:
        yield self._agenda
        with Horizontal(id="table"):
            yield self.record
            yield self._roster
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
            self.app.tell(error)  # type: ignore[attr-defined]
        except Exception as error:
            self._status.say("Stopped by a fault in yalta", urgent=True)
            self.app.tell(error)  # type: ignore[attr-defined]

    async def _recall(self, path: Path) -> None:
        """Show what was said before a conference was resumed."""

        events = await asyncio.to_thread(read, path)
        self.record.load(await asyncio.to_thread(self._feed.blocks_of, events))
        shown = asyncio.Event()
        self.call_after_refresh(shown.set)
        await shown.wait()
        await asyncio.to_thread(self._table.take_all, events)
        self._roster.show()

    def _watch(self, item: Item) -> None:
        self._feed.show(item)
        if self._table.take(item):
            self._roster.show()
        if isinstance(item, Event):
            self._heard_at = time.monotonic()
            if isinstance(item, ConferenceOpened):
                self._status.notice = plain(item.notice)
            self._show_standing()

    def _changed(self) -> None:
        if self.is_mounted:
            self._heard_at = time.monotonic()
            self._show_standing()
            self.refresh_bindings()

    def _tick(self) -> None:
        if self.session.standing == "running":
            self._show_agenda()

    def _show_standing(self) -> None:
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
            self._agenda.show(state, state.seconds + since, self._table.cost, self._table.currency)

    async def _ask(self, prompt: Prompt) -> str:
        try:
            return await self._composer.ask(self._feed.name_of(prompt.seat), prompt)
        finally:
            self.record.focus()

    # -- what the chair can do

    def _chaired(self, order: Callable[[Chair], None]) -> None:
        """Give the chair an order; what cannot be done is told."""
        conference = self._steerable()
        if conference is None:
            return
        try:
            order(conference.chair)
        except YaltaError as error:
            self.notify(plain(str(error)), severity="warning", markup=False)
        self._show_standing()

    def _steerable(self) -> Conference | None:
        """The conference, if it can still be steered."""
        conference = self.session.conference
        if conference is None:
            self.notify("The models are not ready yet.", markup=False)
        elif self.session.standing == "over":
            self.notify("The conference is over; f forks it.", markup=False)
        elif self._holding is not None and self._holding.is_finished:
            self.notify("It has stopped; leave, and resume it from the lobby.", markup=False)
        else:
            return conference
        return None

    def action_pause(self) -> None:
        """Pause after the turn in the air; take that back; or go on."""
        if self.session.standing == "held" and self._steerable():
            self.session.go_on()
        elif self.session.standing == "running":
            self._chaired(lambda chair: chair.unpause() if chair.pausing else chair.pause())

    def action_step(self) -> None:
        """Let one turn be spoken; while one is, pause after it."""
        if self.session.standing == "held" and self._steerable():
            self.session.go_on(turns=1)
        else:
            self._chaired(lambda chair: chair.pause())

    def action_skip(self) -> None:
        """Pass over who has the floor, or would have it next."""
        self._chaired(lambda chair: chair.skip())

    def action_retry(self) -> None:
        """Strike the last finished turn, and ask for it again."""
        self._chaired(lambda chair: chair.retry())

    @work
    async def action_stop(self) -> None:
        """Halt at once, or end the conference for good."""
        if self._steerable() is None:
            return
        answers = [
            ("halt", "Halt, to go on later"),
            ("close", "End it for good"),
            ("cancel", "Cancel"),
        ]
        if self.session.standing == "held":
            answers = answers[1:]
        answer = await self.app.push_screen_wait(Confirm("Stop the conference?", answers))
        if answer == "halt":
            self._chaired(lambda chair: chair.halt())
        elif answer == "close":
            self._chaired(lambda chair: chair.close())
            if self.session.standing == "held":
                self.session.go_on()  # to find that it is over

    @work
    async def action_note(self) -> None:
        """Pass a note."""
        if self._steerable() is None:
            return
        note = await self.app.push_screen_wait(WriteNote(self._seats()))
        if note is not None:
            self._chaired(lambda chair: chair.pass_note(note.text, note.to))

    @work
    async def action_take(self) -> None:
        """Take a seat over, or give it back to its model."""
        conference = self._steerable()
        if conference is None:
            return
        mine = {s for s, p in conference.state.profiles.items() if p.family == "human"}
        choices = [Choice(s, n, "give it back" if s in mine else "") for s, n in self._seats()]
        seat = await self.app.push_screen_wait(PickScreen("Speak for which seat?", choices))
        if seat is None:
            return
        if seat in mine:
            await self._give(conference, seat, self._given_back.get(seat, DEFAULT_MODEL))
        else:
            self._given_back[seat] = conference.state.profiles[seat].model
            await self._give(conference, seat, ME)

    @work
    async def action_model(self) -> None:
        """Let another model speak for a seat from its next turn on."""
        conference = self._steerable()
        if conference is None:
            return
        profiles = conference.state.profiles
        choices = [Choice(s, n, plain(profiles[s].model)) for s, n in self._seats()]
        seat = await self.app.push_screen_wait(PickScreen("Another model for which seat?", choices))
        if seat is None:
            return
        known = [*model_choices(), *(p.model for p in profiles.values())]
        found = {m: await availability(m) for m in dict.fromkeys(known)}
        models = [Choice(m, m, f"{SIGNS[a.state][0]} {a.text}") for m, a in found.items()]
        title = f"Who speaks for {self._feed.name_of(seat)} from the next turn on?"
        model = await self.app.push_screen_wait(PickScreen(title, models, free=True))
        if model:
            await self._give(conference, seat, model)

    async def _give(self, conference: Conference, seat: str, model: str) -> None:
        self._status.say(f"Making {plain(model)} ready")
        try:
            await conference.chair.change_model(seat, model)
        except YaltaError as error:
            self.app.tell(error)  # type: ignore[attr-defined]
        else:
            name = self._feed.name_of(seat)
            who = "You speak" if model == ME else f"{plain(model)} speaks"
            self.notify(f"{who} for {name} from the next turn on.", markup=False)
        self._show_standing()

    @work
    async def action_fork(self) -> None:
        """Fork after the marked turn, or after the last that finished."""
        conference = self.session.conference
        if conference is None:
            return
        turn = self._marked_turn()
        try:
            path = await asyncio.to_thread(fork, conference.path, turn=turn)
        except YaltaError as error:
            self.app.tell(error)  # type: ignore[attr-defined]
            return
        place = f"turn {turn}" if turn else "the last turn"
        question = f"Forked after {place} into {plain(path.name)}. Go on with the fork?"
        answers = [("go", "Go on with the fork"), ("stay", "Stay here")]
        if await self.app.push_screen_wait(Confirm(question, answers)) == "go":
            await self.leave()
            self.app.switch_screen(StageScreen(Resuming(path)))

    def _marked_turn(self) -> int | None:
        """The marked turn, if it finished."""
        marked = self.record.marked
        block = self.record.blocks[marked] if marked is not None else None
        return block.turn if block and block.turn and not (block.live or block.struck) else None

    def _seats(self) -> list[tuple[str, str]]:
        return [(seat, row.name) for seat, row in self._table.rows.items()]

    # -- what is seen

    def on_record_follow_changed(self, message: Record.FollowChanged) -> None:
        """Say whether the end is followed."""
        self._status.following = message.follow

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

    async def action_leave(self) -> None:
        """Leave for the screen before; the conference pauses and can be resumed."""
        await self.leave()
        self.dismiss()

    async def leave(self) -> None:
        """Pause at once, and wait until the transcript says so."""
        holding, self._holding = self._holding, None
        if holding is not None and not holding.is_finished:
            holding.cancel()
            try:
                await holding.wait()
            except Exception:
                return  # it was cancelled, or has told its error already
