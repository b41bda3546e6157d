"""The only driver: steps become calls to speakers, calls become events, events become the state.

    async with Conference.begin(load_scenario("yalta")) as conference:
        async for item in conference.stream():
            ...

Cancelling it at any moment leaves a transcript that resumes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path

from debate.agenda import next_steps
from debate.asking import Asking
from debate.calling import Caller
from debate.chair import Chair
from debate.clerk import Clerk
from debate.errors import UnknownName, UserError, YaltaError
from debate.events import (
    AnyEvent,
    ConferenceOpened,
    FloorPaused,
    FloorResumed,
    Profile,
)
from debate.floor import Floor
from debate.interrupted import ENDED
from debate.library import begin_transcript
from debate.prompts import minutes
from debate.prompts.layouts import Projection
from debate.scenario import Scenario
from debate.seating import Wishes, seat
from debate.speakers import human
from debate.speakers.base import Speaker
from debate.speakers.registry import DEFAULT_MODEL, Registry
from debate.speaking import Voice
from debate.state import ConferenceState, apply, broken_off, fold
from debate.steps import (
    Ask,
    Calling,
    GiveFloor,
    Step,
)
from debate.take import Item, Watch
from debate.transcript import Transcript
from debate.unasked import event_of

INTERRUPTED = "interrupted"


class Conference:
    """A conference that runs, from its opening or from where its transcript stands."""

    def __init__(
        self,
        transcript: Transcript,
        state: ConferenceState,
        registry: Registry,
        *,
        projection: Projection | None = None,
        absent: Collection[str] = (),
    ) -> None:
        self.chair = Chair(self)
        self._transcript = transcript
        self._state = state
        self._registry = registry
        self._fallbacks = {
            card.id: speaker_of(card.fallback, registry)
            for card in state.opened.seats
            if card.fallback is not None
        }
        self._voices: dict[str | None, Voice] = {
            seat: Voice(speaker_of(profile, registry), self._fallbacks.get(seat))
            for seat, profile in state.profiles.items()
            if seat not in absent
        }
        self._voices[None] = Voice(registry.speaker(human.MODEL))
        self._watch: Watch = lambda item: None
        self._manifest = state.opened
        self._projection = projection or Projection(state.opened)
        self._clerk = Clerk(self._projection)
        caller = Caller(self, self._voices, self._clerk)
        self._floor = Floor(self, caller, self._clerk)
        self._asking = Asking(self, caller)
        self._driving: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def begin(
        cls,
        scenario: Scenario,
        wishes: Wishes | None = None,
        *,
        out: Path | str | None = None,
        registry: Registry | None = None,
    ) -> AsyncIterator[Conference]:
        """Open a new conference: seat it, make its speakers ready, begin its transcript.

        Args:
            scenario: What it is about; see `load_scenario`.
            wishes: What to do otherwise than the scenario says.
            out: File (`.jsonl`) or folder to save it in; see `library.new_transcript_path`.
            registry: Speakers to share with other conferences; without one, it has its own.

        Raises:
            UserError: before anything is written, if it cannot be held as asked.
        """
        async with _registry(registry) as speakers:
            wishes = wishes or Wishes()
            named = [*wishes.seat_models.values(), *wishes.fallbacks.values(), wishes.model]
            speakers.trust(*(model for model in named if model))
            manifest = seat(
                scenario,
                wishes,
                lambda model: speakers.speaker(model, wishes.thinking).profile,
                DEFAULT_MODEL,
            )
            await _prepare(
                [p for c in manifest.seats for p in (c.profile, c.fallback) if p is not None],
                speakers,
            )
            manifest = _as_prepared(manifest, speakers)
            projection = Projection(manifest)
            projection.rehearse()
            minutes.rehearse(manifest, projection)
            with begin_transcript(
                scenario.id, Path(out) if out is not None else None
            ) as transcript:
                opened = transcript.append(manifest)
                await transcript.sync()
                conference = cls(transcript, fold([opened]), speakers, projection=projection)
                try:
                    yield conference
                finally:
                    await conference._stop_driving()

    @classmethod
    @asynccontextmanager
    async def resume(
        cls,
        path: Path | str,
        *,
        models: Mapping[str, str] | None = None,
        budget: Decimal | None = None,
        registry: Registry | None = None,
    ) -> AsyncIterator[Conference]:
        """Open a transcript to go on from its last finished turn.

        Args:
            path: The transcript.
            models: Other models, by seat, that speak from here on; those they replace need not be
                there any more.
            budget: What it may cost in all from here on, where that changes.
            registry: Speakers to share with other conferences.

        Raises:
            UserError: if the conference is over.
            TranscriptError: if it cannot be written, or its chain is broken.
        """
        async with _registry(registry) as speakers:
            transcript, events = Transcript.open(Path(path))
            with transcript:
                state = fold(events)
                if state.standing == "closed":
                    raise UserError(f"{path} is complete: there is nothing to resume")
                models = models or {}
                if strange := sorted(models.keys() - state.profiles.keys()):
                    raise UnknownName("seat", strange[0], state.profiles)
                kept = [p for s, p in state.profiles.items() if s not in models]
                kept += [card.fallback for card in state.opened.seats if card.fallback]
                await _prepare(kept, speakers)
                conference = cls(transcript, state, speakers, absent=models.keys())
                changes = {s: await conference.speaker(model) for s, model in models.items()}
                for seat_, speaker in changes.items():
                    conference.chair.seat_later(seat_, speaker)
                if budget is not None:
                    conference.chair.set_budget(budget)
                try:
                    yield conference
                finally:
                    await conference._stop_driving()

    @property
    def path(self) -> Path:
        """Where the transcript is."""
        return self._transcript.path

    @property
    def state(self) -> ConferenceState:
        """The state as it stands now."""
        return self._state

    @property
    def projection(self) -> Projection:
        """Its prompts, as it stands now: a fork may have changed a card, or added a rule."""
        if self._state.opened is not self._manifest:
            self._manifest = self._state.opened
            self._projection = Projection(self._manifest)
            self._clerk.projection = self._projection
        return self._projection

    async def stream(self) -> AsyncGenerator[Item]:
        """Run the conference and yield its events and deltas as they come.

        Begins with the manifest of a new conference. Leaving the loop early pauses the
        conference; it can be resumed.
        """
        queue: deque[Item] = deque()
        more = asyncio.Event()

        def put(item: Item) -> None:
            queue.append(item)
            more.set()

        task = asyncio.create_task(self.drive(put))
        task.add_done_callback(lambda _: more.set())
        self._driving = task
        try:
            while not task.done() or queue:
                await more.wait()
                more.clear()
                while queue:
                    yield queue.popleft()
            task.result()
        finally:
            await self._stop_driving()

    async def drive(self, watch: Watch, *, turns: int | None = None) -> None:
        """Run the conference to its end or to a pause. Called again, it goes on after the pause.

        Args:
            watch: Called with each event once it is written, and with each delta.
            turns: Pause after so many turns.

        Raises:
            TranscriptError: if the transcript cannot be written.
        """
        if self._state.standing == "closed":
            return
        self._watch = watch
        self.chair.begin(turns)
        state = self._state
        if state.standing == "open" and state.last_turn == 0 and not state.phase:
            watch(state.opened)
        else:
            self._pick_up()
        try:
            while self.chair.attend() and (steps := next_steps(self._state)):
                await self._take(steps)
        except asyncio.CancelledError:
            if self._state.standing == "open":
                self.record(FloorPaused(reason=INTERRUPTED))
            raise

    async def _take(self, steps: list[Step]) -> None:
        """Carry out steps that can be taken now."""
        calls = [step for step in steps if isinstance(step, GiveFloor | Ask)]
        if calls:
            await self._call(calls)
        for step in steps:
            if not isinstance(step, GiveFloor | Ask):
                self.record(event_of(self._state, step))

    async def _call(self, calls: list[Calling]) -> None:
        """Have turns spoken and asks answered, side by side."""
        left = self.chair.steps_left
        if left is not None:
            # One step at a time is one turn: what is asked for in between comes as it must.
            turns = [call for call in calls if isinstance(call, GiveFloor)]
            calls = [*turns[:left], *(call for call in calls if isinstance(call, Ask))]
        if not await self._floor.take_minutes(calls):
            return
        if self.chair.steps_left is not None:
            self.chair.steps_left -= sum(isinstance(call, GiveFloor) for call in calls)
        if len(calls) == 1:
            await self._carry_out(calls[0])
        elif calls:
            await self._side_by_side(calls)

    async def _carry_out(self, call: Calling) -> None:
        if isinstance(call, Ask):
            await self._asking.ask(call)
        else:
            await self._floor.hold(call)

    def _pick_up(self) -> None:
        """Go on after a pause or a crash: what was in the air then has to be said again, and may
        have cost the most that it can."""
        self.record(FloorResumed())
        for event in broken_off(self._state, ENDED, billed=True):
            self.record(event)

    async def _side_by_side(self, calls: list[Calling]) -> None:
        """The first error ends them all; each leaves its event."""
        try:
            async with asyncio.TaskGroup() as group:
                for call in calls:
                    group.create_task(self._carry_out(call))
        except* YaltaError as errors:
            raise errors.exceptions[0] from None

    def watch(self, item: Item) -> None:
        """Show an item to whoever watches."""
        self._watch(item)

    async def sync(self) -> None:
        """See that what was recorded is on the disk."""
        await self._transcript.sync()

    def record(self, event: AnyEvent) -> None:
        """Write an event, fold it into the state, show it: in this order, with no way between."""
        stamped = self._transcript.append(event)
        self._state = apply(self._state, stamped)
        self._watch(stamped)

    async def speaker(self, model: str) -> Speaker:
        """The speaker of a model that the user has named, ready to speak. Raises as `begin`."""
        self._registry.trust(model)
        speaker = self._registry.speaker(model)
        await speaker.prepare()
        return speaker

    def seat_speaker(self, seat: str, speaker: Speaker) -> None:
        """Let a speaker speak for a seat from its next turn on; see `Chair.change_model`."""
        self._voices[seat] = Voice(speaker, self._fallbacks.get(seat))

    async def _stop_driving(self) -> None:
        task, self._driving = self._driving, None
        if task is not None and not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def _registry(shared: Registry | None) -> AsyncIterator[Registry]:
    if shared is not None:
        yield shared
        return
    async with Registry() as own:
        yield own


async def _prepare(profiles: Iterable[Profile], registry: Registry) -> None:
    """Make every speaker ready to speak."""
    for speaker in dict.fromkeys(speaker_of(profile, registry) for profile in profiles):
        await speaker.prepare()


def _as_prepared(manifest: ConferenceOpened, registry: Registry) -> ConferenceOpened:
    """The manifest with what the speakers found out about their models as they made ready."""
    seats = [
        card.model_copy(
            update={
                "profile": speaker_of(card.profile, registry).profile,
                "fallback": card.fallback and speaker_of(card.fallback, registry).profile,
            }
        )
        for card in manifest.seats
    ]
    return manifest.model_copy(update={"seats": tuple(seats)})


def speaker_of(profile: Profile, registry: Registry) -> Speaker:
    """The speaker that a transcript's profile was made from."""
    return registry.speaker(profile.model, profile.thinking)
