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
from functools import partial
from pathlib import Path

from debate.agenda import BUDGET_SPENT, Close, GiveFloor, OpenPhase, Pause, Step, next_steps
from debate.chair import Chair, Dropped
from debate.clerk import Clerk
from debate.errors import SpeakerError, UnknownName, UserError, YaltaError
from debate.events import (
    AnyEvent,
    ConferenceClosed,
    FloorPaused,
    FloorResumed,
    PhaseOpened,
    Profile,
    TurnClosed,
    TurnFailed,
    TurnOpened,
)
from debate.library import new_transcript_path
from debate.money import most
from debate.patience import Patience
from debate.prompts.layouts import Message, Projection, request_hash
from debate.scenario import Phase, Scenario
from debate.seating import Wishes, called, seat
from debate.speakers.base import Prompt, Speaker
from debate.speakers.registry import DEFAULT_MODEL, Registry
from debate.speaking import Turn, Voice
from debate.state import ConferenceState, apply, fold, last_held
from debate.take import Item, Minuting, Take, Watch
from debate.transcript import Transcript

# Room for languages that need more tokens a word than English, and for a reply that runs over.
TOKENS_A_WORD = 2.5
TOKENS_MORE = 48

# The longest a turn may take, whatever the server sends meanwhile. A small machine that reads a
# long record for the first time needs minutes.
TURN_SECONDS = 1800

# How much longer a prompt may prove to be than it is thought to be.
SURELY = 1.3

INTERRUPTED = "interrupted"


class Conference:
    """A conference that runs, from its opening or from where its transcript stands."""

    def __init__(
        self,
        transcript: Transcript,
        state: ConferenceState,
        registry: Registry,
        *,
        absent: Collection[str] = (),
    ) -> None:
        self.chair = Chair(self)
        self._transcript = transcript
        self._state = state
        self._registry = registry
        self._patience = Patience()
        self._fallbacks = {
            card.id: _speaker(card.fallback, registry)
            for card in state.opened.seats
            if card.fallback is not None
        }
        self._voices = {
            seat: Voice(_speaker(profile, registry), self._fallbacks.get(seat))
            for seat, profile in state.profiles.items()
            if seat not in absent
        }
        self._watch: Watch = lambda item: None
        self._projection = Projection(state.opened)
        self._clerk = Clerk(self._projection)
        self._called = called(state.opened)
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
            Projection(manifest).rehearse()
            path = new_transcript_path(scenario.id, Path(out) if out is not None else None)
            with Transcript.create(path) as transcript:
                opened = transcript.append(manifest)
                await transcript.sync()
                conference = cls(transcript, fold([opened]), speakers)
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
        floors = [step for step in steps if isinstance(step, GiveFloor)]
        if self.chair.steps_left is not None:
            floors = floors[: self.chair.steps_left]
            self.chair.steps_left -= len(floors)
        if floors and not await self._minutes(floors):
            return
        if len(floors) == 1:
            await self._turn(floors[0])
        elif floors:
            await self._turns(floors)
        for step in steps:
            match step:
                case OpenPhase(index):
                    plan = self._state.opened.scenario.phases[index]
                    self.record(PhaseOpened(phase=index, kind=plan.kind, title=plan.title))
                case Pause(reason):
                    self.record(FloorPaused(reason=reason))
                case Close(reason):
                    self.record(ConferenceClosed(reason=reason))

    async def _minutes(self, floors: list[GiveFloor]) -> bool:
        """Take the minutes that are due before these turns. Returns False if they are not there."""
        while call := self._clerk.due(self._state, floors, self._max_tokens):
            self._watch(Minuting(call.through))
            speaker = self._voices[call.seat].speaker
            # The clerk reads and writes no more than a window holds.
            profile = speaker.profile
            at_most = most(profile.window or 0, profile.reasoning_room, profile.price)
            if not self._affords(at_most):
                self.chair.pause_for(f"{BUDGET_SPENT}: minutes may cost up to {at_most:.4f}")
                return False
            try:
                async with self.chair.floor(call.through):
                    minutes = await self._clerk.take(
                        self._state, call, speaker, patience=self._patience
                    )
            except Dropped:
                return False
            except SpeakerError as error:
                self.chair.pause_for(error.message)
                return False
            if last_held(self._state, minutes.through) is None:
                return False  # the chair withdrew what they hold
            self.record(minutes.model_copy(update={"at_most": at_most}))
            await self._transcript.sync()
        return True

    def _max_tokens(self, step: GiveFloor) -> int:
        return max_tokens(self._state.opened.scenario.phases[step.phase])

    def _pick_up(self) -> None:
        """Go on after a pause or a crash: what was in the air then has to be said again."""
        self.record(FloorResumed())
        for number, opened in sorted(self._state.in_air.items()):
            message = "the program ended during this turn"
            failed = TurnFailed(
                turn=number, seat=opened.seat, reason="interrupted", message=message
            )
            self.record(failed)

    async def _turns(self, steps: list[GiveFloor]) -> None:
        """Turns side by side. The first error ends them all; each leaves its event."""
        try:
            async with asyncio.TaskGroup() as group:
                for step in steps:
                    group.create_task(self._turn(step))
        except* YaltaError as errors:
            raise errors.exceptions[0] from None

    async def _turn(self, step: GiveFloor) -> None:
        number = self._state.last_turn + 1
        messages = self._projection.messages(self._state, step)
        prompt = self._prompt(step, number, messages)
        voice = self._voices[step.seat]
        at_most = self._at_most(voice, prompt)
        if not self._affords(at_most):
            # Beside others that may prove cheaper it waits for them; alone it has to be paid for.
            if not self._state.in_air:
                self.chair.pause_for(f"{BUDGET_SPENT}: the next turn may cost up to {at_most:.4f}")
            return
        self.record(
            TurnOpened(
                turn=number,
                seat=step.seat,
                phase=step.phase,
                round=step.round,
                room=step.room,
                request=request_hash(messages),
                max_tokens=prompt.max_tokens,
                at_most=at_most,
            )
        )
        take = Take(
            self._state.seat(step.seat).name,
            prompt,
            number,
            self._watch,
            keep_reasoning=self._state.opened.keep_reasoning,
        )
        turn = Turn(take, voice, self._patience, partial(self._may_ask, take, at_most))
        try:
            async with self.chair.floor(number) as floor:
                if not voice.is_person:
                    take.on_sent = partial(floor, TURN_SECONDS)
                await turn.have()
        except asyncio.CancelledError:
            self.record(take.failed("aborted", "stopped by hand"))
            raise
        except Dropped as dropped:
            self.record(take.failed("aborted", str(dropped)))
            return
        except TimeoutError:
            late = f"the reply had not ended after {TURN_SECONDS // 60} minutes"
            self.record(take.failed("error", late))
            return
        except SpeakerError as error:
            self.record(take.failed("error", error.message, final=error.final))
            return
        self.record(self._weighed(turn.outcome(), prompt))
        await self._transcript.sync()

    def _weighed(self, event: TurnClosed | TurnFailed, prompt: Prompt) -> TurnClosed | TurnFailed:
        """Learn from what the server counted; say so if it did not read the whole prompt."""
        if isinstance(event, TurnFailed) or event.usage.input is None:
            return event
        profile = event.by or self._state.profiles[event.seat]
        warning = self._clerk.heard(profile, prompt.messages, event.usage)
        return event.model_copy(update={"warning": warning}) if warning else event

    def _at_most(self, voice: Voice, prompt: Prompt) -> Decimal | None:
        """What one call for a turn can cost, whoever of its voice speaks."""
        read = round(prompt.tokens * SURELY)
        costs = [
            most(read, prompt.max_tokens + profile.reasoning_room, profile.price)
            for profile in voice.profiles
        ]
        return None if None in costs else max(cost for cost in costs if cost is not None)

    def _affords(self, at_most: Decimal | None) -> bool:
        """Whether another call can be paid for, if all that are in the air cost the most."""
        state = self._state
        if state.budget is None:
            return True
        in_air = sum((turn.at_most or Decimal(0) for turn in state.in_air.values()), Decimal(0))
        return state.at_most + in_air + (at_most or 0) <= state.budget

    def _may_ask(self, take: Take, at_most: Decimal | None) -> bool:
        """Whether a turn that broke off can be asked for once more. Its first call is among those
        in the air; the calls that brought words are billed as well."""
        return self._affords((at_most or Decimal(0)) * take.billed)

    def _prompt(self, step: GiveFloor, number: int, messages: tuple[Message, ...]) -> Prompt:
        voice = self._voices[step.seat]
        own = set(self._called[step.seat])
        return Prompt(
            messages=messages,
            seat=step.seat,
            nth=self._state.spoken.get(step.seat, 0),
            max_tokens=self._max_tokens(step),
            others=tuple(
                name
                for seat_, names in self._called.items()
                if seat_ != step.seat and not voice.is_person  # a person knows who they are
                for name in names
                if name not in own
            ),
            aliases=self._called[step.seat][1:],
            # By the number of the turn, so that a turn run again is not the same again.
            seed=(self._state.seed * 1_000_003 + number) % 2**31,
            tokens=self._clerk.tokens(voice.speaker.profile, messages),
        )

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


def max_tokens(plan: Phase) -> int:
    """Room for a turn's words, in tokens."""
    return round(plan.words.to * TOKENS_A_WORD) + TOKENS_MORE


@asynccontextmanager
async def _registry(shared: Registry | None) -> AsyncIterator[Registry]:
    if shared is not None:
        yield shared
        return
    async with Registry() as own:
        yield own


async def _prepare(profiles: Iterable[Profile], registry: Registry) -> None:
    """Make every speaker ready to speak."""
    for speaker in dict.fromkeys(_speaker(profile, registry) for profile in profiles):
        await speaker.prepare()


def _speaker(profile: Profile, registry: Registry) -> Speaker:
    return registry.speaker(profile.model, profile.thinking)

