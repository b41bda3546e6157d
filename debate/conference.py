"""The only driver: steps become calls to speakers, calls become events, events become the state.

    async with Conference.begin(load_scenario("yalta")) as conference:
        async for item in conference.stream():
            ...

Cancelling it at any moment leaves a transcript that resumes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from debate.agenda import Close, GiveFloor, OpenPhase, Pause, next_steps
from debate.errors import SpeakerError, UserError, YaltaError
from debate.events import (
    AnyEvent,
    ConferenceClosed,
    ConferenceOpened,
    FloorPaused,
    FloorResumed,
    PhaseOpened,
    TurnFailed,
    TurnOpened,
)
from debate.library import new_transcript_path
from debate.prompts.layouts import Message, Projection, request_hash
from debate.scenario import Phase, Scenario
from debate.seating import Wishes, called, seat
from debate.speakers.base import Prompt, Speaker
from debate.speakers.registry import DEFAULT_MODEL, Registry
from debate.state import ConferenceState, apply, fold
from debate.take import Item, Take, Watch
from debate.transcript import Transcript

# Room for languages that need more tokens a word than English, and for a reply that runs over.
TOKENS_A_WORD = 2.5
TOKENS_MORE = 48

# The longest a turn may take, whatever the server sends meanwhile. A small machine that reads a
# long record for the first time needs minutes.
TURN_SECONDS = 1800

INTERRUPTED = "interrupted"


class Conference:
    """A conference that runs, from its opening or from where its transcript stands."""

    def __init__(
        self, transcript: Transcript, state: ConferenceState, speakers: Mapping[str, Speaker]
    ) -> None:
        self._transcript = transcript
        self._state = state
        self._speakers = speakers
        self._projection = Projection(state.opened)
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
            speakers.trust(*wishes.seat_models.values(), *([wishes.model] if wishes.model else []))
            manifest = seat(
                scenario, wishes, lambda model: speakers.speaker(model).profile, DEFAULT_MODEL
            )
            at_table = await _prepared(manifest, speakers)
            Projection(manifest).rehearse()
            path = new_transcript_path(scenario.id, Path(out) if out is not None else None)
            with Transcript.create(path) as transcript:
                opened = transcript.append(manifest)
                await transcript.sync()
                conference = cls(transcript, fold([opened]), at_table)
                try:
                    yield conference
                finally:
                    await conference._stop_driving()

    @classmethod
    @asynccontextmanager
    async def resume(
        cls, path: Path | str, *, registry: Registry | None = None
    ) -> AsyncIterator[Conference]:
        """Open a transcript to go on from its last finished turn.

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
                at_table = await _prepared(state.opened, speakers)
                conference = cls(transcript, state, at_table)
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

    async def drive(self, watch: Watch) -> None:
        """Run the conference to its end or to a pause.

        Args:
            watch: Called with each event once it is written, and with each delta.

        Raises:
            TranscriptError: if the transcript cannot be written.
        """
        if self._state.standing == "closed":
            return
        if self._state.last_turn == 0 and not self._state.phase:
            watch(self._state.opened)
        else:
            self._pick_up(watch)
        try:
            while steps := next_steps(self._state):
                floors = [step for step in steps if isinstance(step, GiveFloor)]
                if len(floors) == 1:
                    await self._turn(floors[0], watch)
                elif floors:
                    await self._turns(floors, watch)
                for step in steps:
                    match step:
                        case OpenPhase(index):
                            plan = self._state.opened.scenario.phases[index]
                            opened = PhaseOpened(phase=index, kind=plan.kind, title=plan.title)
                            self._record(opened, watch)
                        case Pause(reason):
                            self._record(FloorPaused(reason=reason), watch)
                        case Close(reason):
                            self._record(ConferenceClosed(reason=reason), watch)
        except asyncio.CancelledError:
            if self._state.standing == "open":
                self._record(FloorPaused(reason=INTERRUPTED), watch)
            raise

    def _pick_up(self, watch: Watch) -> None:
        """Go on after a pause or a crash: what was in the air then has to be said again."""
        self._record(FloorResumed(), watch)
        for number, opened in sorted(self._state.in_air.items()):
            message = "the program ended during this turn"
            failed = TurnFailed(
                turn=number, seat=opened.seat, reason="interrupted", message=message
            )
            self._record(failed, watch)

    async def _turns(self, steps: list[GiveFloor], watch: Watch) -> None:
        """Turns side by side. The first error ends them all; each leaves its event."""
        try:
            async with asyncio.TaskGroup() as group:
                for step in steps:
                    group.create_task(self._turn(step, watch))
        except* YaltaError as errors:
            raise errors.exceptions[0] from None

    async def _turn(self, step: GiveFloor, watch: Watch) -> None:
        number = self._state.last_turn + 1
        messages = self._projection.messages(self._state, step)
        opened = TurnOpened(
            turn=number,
            seat=step.seat,
            phase=step.phase,
            round=step.round,
            room=step.room,
            request=request_hash(messages),
        )
        prompt = self._prompt(step, number, messages)
        self._record(opened, watch)
        take = Take(self._state.seat(step.seat).name, prompt, number, watch)
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await take.hear(self._speakers[step.seat])
        except asyncio.CancelledError:
            self._record(take.failed("aborted", "stopped by hand"), watch)
            raise
        except TimeoutError:
            late = f"the reply had not ended after {TURN_SECONDS // 60} minutes"
            self._record(take.failed("error", late), watch)
            return
        except SpeakerError as error:
            self._record(take.failed("error", error.message, final=error.final), watch)
            return
        self._record(take.outcome(), watch)
        await self._transcript.sync()

    def _prompt(self, step: GiveFloor, number: int, messages: tuple[Message, ...]) -> Prompt:
        manifest = self._state.opened
        own = set(self._called[step.seat])
        plan = manifest.scenario.phases[step.phase]
        return Prompt(
            messages=messages,
            seat=step.seat,
            nth=self._state.spoken.get(step.seat, 0),
            max_tokens=_max_tokens(plan),
            others=tuple(
                name
                for seat_, names in self._called.items()
                if seat_ != step.seat
                for name in names
                if name not in own
            ),
            aliases=self._called[step.seat][1:],
            # By the number of the turn, so that a turn run again is not the same again.
            seed=(manifest.seed * 1_000_003 + number) % 2**31,
        )

    def _record(self, event: AnyEvent, watch: Watch) -> None:
        """Write an event, fold it into the state, show it: in this order, with no way between."""
        stamped = self._transcript.append(event)
        self._state = apply(self._state, stamped)
        watch(stamped)

    async def _stop_driving(self) -> None:
        task, self._driving = self._driving, None
        if task is not None and not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _max_tokens(plan: Phase) -> int:
    return round(plan.words.to * TOKENS_A_WORD) + TOKENS_MORE


@asynccontextmanager
async def _registry(shared: Registry | None) -> AsyncIterator[Registry]:
    if shared is not None:
        yield shared
        return
    async with Registry() as own:
        yield own


async def _prepared(manifest: ConferenceOpened, registry: Registry) -> dict[str, Speaker]:
    """The speaker of each seat, ready to speak."""
    speakers = {card.id: registry.speaker(card.profile.model) for card in manifest.seats}
    for speaker in set(speakers.values()):
        await speaker.prepare()
    return speakers
