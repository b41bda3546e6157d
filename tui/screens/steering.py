"""What the person in the chair can do on the stage: pause, step, skip, note, take over, fork, stop.

All of it goes to the conference's chair and comes back as an event; a fork alone is a file of its
own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual import work
from textual.worker import Worker

from debate.chair import Chair
from debate.conference import Conference
from debate.errors import YaltaError
from debate.fork import fork
from debate.speakers.availability import Availability, availability, model_choices
from debate.speakers.human import MODEL as ME
from debate.speakers.registry import DEFAULT_MODEL
from tui.screens.asking import AskingScreen, asks
from tui.screens.dialogs import Confirm, WriteNote
from tui.screens.pick import Choice, PickScreen
from tui.session import Session
from tui.widgets.floor.blocks import plain
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.record import Record
from tui.widgets.floor.status_line import StatusLine
from tui.widgets.floor.table import Table
from tui.widgets.lobby.seats import SIGNS

ALL = "*"  # no seat's id
LOOK_UP_SECONDS = 1.5
"""How long the list of models waits for what is known of them."""


class SteeringScreen(AskingScreen[None]):
    """The commands of the stage; it knows the conference, and nothing of how it is laid out."""

    session: Session
    record: Record
    _feed: Feed
    _table: Table
    _status: StatusLine
    _holding: Worker[None] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._given_back: dict[str, str] = {}  # the model that spoke before a person took over

    async def leave(self) -> None:
        """Pause at once, and wait until the transcript says so."""
        raise NotImplementedError

    def resume(self, path: Path) -> None:
        """Go on with another transcript in place of this one."""
        raise NotImplementedError

    def show_standing(self) -> None:
        """Show how things stand."""
        raise NotImplementedError

    def _chaired(self, order: Callable[[Chair], None]) -> None:
        """Give the chair an order; what cannot be done is told."""
        conference = self._steerable()
        if conference is None:
            return
        try:
            order(conference.chair)
        except YaltaError as error:
            self.notify(plain(str(error)), severity="warning", markup=False)
        self.show_standing()

    def _steerable(self) -> Conference | None:
        """The conference, if it can still be steered."""
        conference = self.session.conference
        stopped = self._holding is not None and self._holding.is_finished
        if conference is None:
            could = "It could not begin; escape goes back." if stopped else ""
            self.notify(could or "The models are not ready yet.", markup=False)
        elif self.session.standing == "over":
            self.notify("The conference is over; f forks it.", markup=False)
        elif stopped:
            self.notify("It has stopped; leave, and resume it from the lobby.", markup=False)
        else:
            return conference
        return None

    # -- the floor

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

    def action_retry(self) -> None:
        """Strike the last finished turn, and ask for it again."""
        self._chaired(lambda chair: chair.retry())

    @asks
    async def action_skip(self) -> None:
        """Pass over who has the floor, or would have it next; of several, one is asked for."""
        conference = self._steerable()
        if conference is None:
            return
        seat: str | None = None
        state = conference.state
        asked = [ask.seat for ask in state.asking.values() if ask.seat is not None]
        speaking = list(dict.fromkeys([*(t.seat for t in state.in_air.values()), *asked]))
        if len(speaking) > 1:
            choices = [Choice(s, self._feed.name_of(s)) for s in speaking]
            choices.append(Choice(ALL, "All of them"))
            answer = await self.app.push_screen_wait(PickScreen("Pass over whom?", choices))
            if answer is None:
                return
            seat = None if answer == ALL else answer
        self._chaired(lambda chair: chair.skip(seat))

    @asks
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

    # -- seats

    @asks
    async def action_note(self) -> None:
        """Pass a note. Nobody is given the floor while it is written."""
        conference = self._steerable()
        if conference is None:
            return
        holds = self.session.standing == "running" and not conference.chair.pausing
        if holds:
            self._chaired(lambda chair: chair.pause())
        note = await self.app.push_screen_wait(WriteNote(self._seats()))
        if note is not None:
            self._chaired(lambda chair: chair.pass_note(note.text, note.to))
        # Where a turn failed meanwhile, it is for the user to say that it be asked for again.
        if holds and not (self.session.standing == "held" and self.session.failed):
            self.action_pause()

    @asks
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
            self._give(conference, seat, self._given_back.get(seat, DEFAULT_MODEL))
        else:
            self._given_back[seat] = conference.state.profiles[seat].model
            self._give(conference, seat, ME)

    @asks
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
        found = await _looked_up(list(dict.fromkeys(known)))
        models = [Choice(m, m, f"{SIGNS[a.state][0]} {a.text}" if a else "") for m, a in found]
        title = f"Who speaks for {self._feed.name_of(seat)} from the next turn on?"
        model = await self.app.push_screen_wait(PickScreen(title, models, free=True))
        if model:
            self._give(conference, seat, model)

    @work(group="give")
    async def _give(self, conference: Conference, seat: str, model: str) -> None:
        # No part of the question: a large model may need its time to be made ready.
        self._status.say(f"Making {plain(model)} ready")
        try:
            await conference.chair.change_model(seat, model)
        except YaltaError as error:
            self.yalta.tell(error)
        else:
            name = self._feed.name_of(seat)
            who = "You speak" if model == ME else f"{plain(model)} speaks"
            self.notify(f"{who} for {name} from the next turn on.", markup=False)
        self.show_standing()

    def _seats(self) -> list[tuple[str, str]]:
        return [(seat, row.name) for seat, row in self._table.rows.items()]

    # -- another future

    @asks
    async def action_fork(self) -> None:
        """Fork after the marked turn, or after the last that finished."""
        conference = self.session.conference
        if conference is None:
            return
        turn = self._marked_turn()
        if await self.app.push_screen_wait(fork_question(turn)) != "go":
            return
        try:
            path = await asyncio.to_thread(fork, conference.path, turn=turn)
        except YaltaError as error:
            self.yalta.tell(error)
            return
        await self.leave()
        self.resume(path)

    def _marked_turn(self) -> int | None:
        """The marked turn, if it finished."""
        marked = self.record.marked
        block = self.record.blocks[marked] if marked is not None else None
        return block.turn if block and block.turn and not (block.live or block.struck) else None


def fork_question(turn: int | None) -> Confirm:
    """Asks whether to fork after a turn, or after the last that finished; "go" is yes."""
    place = f"turn {turn}" if turn else "the last finished turn"
    question = f"Fork after {place}? What was said up to there is copied into a new transcript."
    return Confirm(question, [("go", "Fork, and go on with it"), ("stay", "Stay here")])


async def _looked_up(models: list[str]) -> list[tuple[str, Availability | None]]:
    """What is known of models; None of those of which nothing comes in time."""
    tasks = [asyncio.create_task(availability(model)) for model in models]
    try:
        await asyncio.wait(tasks, timeout=LOOK_UP_SECONDS)
        return [
            (m, t.result() if t.done() and not t.exception() else None)
            for m, t in zip(models, tasks, strict=True)
        ]
    finally:
        for task in tasks:
            task.cancel()
