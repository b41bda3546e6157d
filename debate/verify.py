"""Checking a transcript against itself: chain, schema, agenda, and every prompt rendered again.

Nothing but the transcript is needed: its first line holds the scenario, the personas and the
templates. In a transcript that verifies, the floor went round as its scenario says, and each turn
was asked for by exactly the prompt that the transcript implies. That nothing was changed or cut off
since, only who has noted the last line's hash can tell: whoever can write a file can chain it anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from debate.agenda import next_steps, upcoming
from debate.errors import TranscriptError, YaltaError
from debate.events import (
    Answer,
    AnyEvent,
    AskFailed,
    AskOpened,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    Event,
    MinutesTaken,
    MotionDecided,
    PhaseOpened,
    RoomsOpened,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
)
from debate.forms import form_of
from debate.phases import rooms_at_opening
from debate.proceedings import KINDS
from debate.prompts.layouts import Message, Projection, request_hash
from debate.prompts.minutes import clerk_messages
from debate.resolutions import tally
from debate.seating import manifest_hashes, notice, program_version
from debate.state import ConferenceState, Standing, apply, last_held
from debate.steps import (
    Assume,
    Close,
    Decide,
    GiveFloor,
    OpenPhase,
    OpenRooms,
    Step,
    ask_of,
    floor_of,
)
from debate.transcript import GENESIS, read_entries


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold, at a 1-based line of the file."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found."""

    path: Path
    lines: int
    turns: int
    """Finished turns."""
    prompts: int
    """Prompts rendered again and found equal."""
    head: str
    """The sha256 of the last line: who knows it can tell whether anything was changed."""
    standing: Standing
    torn: bool
    """True if the last line was cut off, as by a crash; it does not count."""
    faults: tuple[Fault, ...]

    @property
    def good(self) -> bool:
        """True if everything holds."""
        return not self.faults


def verify(path: str | Path) -> Verdict:
    """Check a transcript.

    Raises:
        TranscriptError: if the file cannot be read.
    """
    path = Path(path)
    check = _Check()
    try:
        torn = path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    except OSError as error:
        raise TranscriptError(f"cannot read {path}: {error.strerror}") from None
    try:
        for entry in read_entries(path):
            check.line(entry.event, entry.sha256)
    except TranscriptError as error:
        check.fault(error.message, check.lines + 1)
    if check.lines == 0 and not check.faults:
        check.fault("the file holds no event", 1)
    return Verdict(
        path=path,
        lines=check.lines,
        turns=len(check.state.record),
        prompts=check.prompts,
        head=check.head,
        standing=check.state.standing,
        torn=torn,
        faults=tuple(check.faults),
    )


# What an event has beside what it says.
_AROUND = frozenset(
    {
        *("seq", "at", "prev", "ask", "how", "why", "raw", "reasoning"),
        *("usage", "timing", "model", "by", "tries"),
    }
)


def _said(event: Event) -> dict[str, object]:
    return event.model_dump(exclude=set(_AROUND))


class _Check:
    def __init__(self) -> None:
        self.state = ConferenceState()
        self.head = GENESIS
        self.lines = 0
        self.prompts = 0
        self.faults: list[Fault] = []
        self._projection: Projection | None = None
        self._rendered: ConferenceOpened | None = None
        self._steps: list[Step] = []
        self._checks: dict[type[Event], Callable[[ConferenceState, Any], None]] = {
            ConferenceOpened: self._manifest,
            PhaseOpened: self._phase,
            RoomsOpened: self._rooms,
            TurnOpened: self._turn,
            TurnClosed: self._end,
            TurnFailed: self._end,
            TurnSkipped: self._skip,
            AskOpened: self._ask,
            AskFailed: self._end_ask,
            Answer: self._answer,
            MotionDecided: self._decision,
            MinutesTaken: self._minutes,
            ConferenceForked: self._fork,
            ConferenceClosed: self._close,
        }

    def fault(self, message: str, line: int | None = None) -> None:
        self.faults.append(Fault(line or self.lines, message))

    def line(self, event: AnyEvent, sha256: str) -> None:
        self.lines += 1
        if event.prev != self.head:
            self.fault("this line does not follow the one before it: the chain is broken")
        if event.seq != self.lines - 1:
            self.fault(f"seq is {event.seq} where {self.lines - 1} was expected")
        before = self.state
        if not before.busy:  # else the steps of turns side by side are still being taken
            self._steps = next_steps(before)
        self.state = apply(before, event)
        self._follow_manifest()
        self.head = sha256
        faults = len(self.faults)
        self._event(before, event)
        if self.state is before and len(self.faults) == faults:
            self.fault(f"{event.type} makes no sense here")

    def _event(self, before: ConferenceState, event: AnyEvent) -> None:
        for kind, check in self._checks.items():
            if isinstance(event, kind):
                check(before, event)

    def _end(self, before: ConferenceState, event: TurnClosed | TurnFailed) -> None:
        opened = before.in_air.get(event.turn)
        if opened is None or opened.seat != event.seat:
            self.fault(f"turn {event.turn} of {event.seat} was not open")

    def _end_ask(self, before: ConferenceState, event: AskFailed) -> None:
        if event.ask not in before.asking:
            self.fault(f"ask {event.ask} was not open")

    def _rooms(self, before: ConferenceState, event: RoomsOpened) -> None:
        if not self._take(OpenRooms(event.phase, event.rooms)):
            self.fault("the agenda does not open these rooms here")

    def _fork(self, before: ConferenceState, event: ConferenceForked) -> None:
        if event.head != event.prev:
            self.fault("it was not forked from the line before this one")

    def _close(self, before: ConferenceState, event: ConferenceClosed) -> None:
        # A person may end it anywhere.
        if event.reason != "stopped" and not self._take(Close(event.reason)):
            self.fault(f"the agenda does not end the conference here, as {event.reason!r}")

    def _take(self, step: Step) -> bool:
        """Whether the agenda has this step to be taken now; it is taken then."""
        if step not in self._steps:
            return False
        self._steps.remove(step)
        return True

    def _manifest(self, before: ConferenceState, manifest: ConferenceOpened) -> None:
        found = manifest_hashes(manifest.scenario, manifest.personas, manifest.templates)
        for name in sorted(found.keys() | manifest.hashes.keys()):
            if found.get(name) != manifest.hashes.get(name):
                self.fault(f"the sha256 of {name} is not the one recorded")
        if manifest.notice != notice(manifest.personas.values()):
            self.fault("the notice is not the one that belongs to these personas")
        self._rendered = manifest
        try:
            self._projection = Projection(manifest)
        except YaltaError as error:
            self.fault(f"its prompts cannot be rendered: {error}")

    def _follow_manifest(self) -> None:
        """A fork may have changed a card, or added a rule."""
        manifest = self.state.manifest
        if self._projection is not None and manifest is not self._rendered and manifest is not None:
            self._rendered = manifest
            self._projection = Projection(manifest)

    def _phase(self, before: ConferenceState, opened: PhaseOpened) -> None:
        if not self._take(OpenPhase(opened.phase)):
            self.fault(f"the agenda does not open phase {opened.phase} here")
            return
        plan = before.opened.scenario.phases[opened.phase]
        rooms = rooms_at_opening(before, opened.phase)
        if (opened.kind, opened.title, opened.rooms) != (plan.kind, plan.title, rooms):
            self.fault(f"phase {opened.phase} is not the scenario's")

    def _skip(self, before: ConferenceState, skipped: TurnSkipped) -> None:
        slot = (skipped.seat, skipped.phase, skipped.round)
        floors = (f for f in upcoming(before) if isinstance(f, GiveFloor))
        if slot not in ((f.seat, f.phase, f.round) for f in floors):
            self.fault(f"{skipped.seat} was passed over where it had no floor")

    def _turn(self, before: ConferenceState, opened: TurnOpened) -> None:
        if opened.turn not in self.state.in_air:
            self.fault(f"turn {opened.turn} cannot open here")
            return
        step = floor_of(opened)
        if not self._take(step):
            self.fault(f"the agenda does not give the floor to {opened.seat} here")
        self._prompt(f"turn {opened.turn}", opened.request, lambda p: p.messages(before, step))

    def _ask(self, before: ConferenceState, opened: AskOpened) -> None:
        if opened.ask not in self.state.asking:
            self.fault(f"ask {opened.ask} cannot open here")
            return
        step = ask_of(opened)
        if not self._take(step):
            self.fault(f"the agenda does not ask {opened.seat} for a {opened.kind} here")
        self._prompt(f"ask {opened.ask}", opened.request, lambda p: p.messages(before, step))

    def _answer(self, before: ConferenceState, answer: Answer) -> None:
        """That it answers what was asked, and says what the reply said, or what the rule says."""
        if answer.ask is None:
            ask = next(
                (
                    step.ask
                    for step in self._steps
                    if isinstance(step, Assume)
                    and (step.ask.kind, step.ask.seat) == (KINDS[type(answer)](answer), answer.seat)
                ),
                None,
            )
            if ask is None or not self._take(Assume(ask)):
                self.fault(f"the agenda assumes no {answer.type} of {answer.seat} here")
                return
        else:
            opened = before.asking.get(answer.ask)
            if opened is None or opened.seat != answer.seat:
                self.fault(f"ask {answer.ask} of {answer.seat} was not open")
                return
            ask = ask_of(opened)
        form = form_of(before, ask)
        if answer.how != "assumed" and not self._same_reader:
            return  # a later version may read what an earlier one could not
        read = form.assumed(before) if answer.how == "assumed" else form.read(answer.raw or "")
        if read is None or _said(read) != _said(answer):
            self.fault(f"{answer.type} of {answer.seat} is not what the reply says")

    @property
    def _same_reader(self) -> bool:
        return self.state.opened.program == f"yalta {program_version()}"

    def _decision(self, before: ConferenceState, decided: MotionDecided) -> None:
        if not self._take(Decide(decided.phase, decided.motion)):
            self.fault(f"the agenda does not decide {decided.motion} here")
            return
        counted = tally(before, decided.motion)
        if _said(counted) != _said(decided):
            self.fault(f"the votes on {decided.motion} are not counted right")

    def _minutes(self, before: ConferenceState, taken: MinutesTaken) -> None:
        if last_held(before, taken.through) is None:
            self.fault(f"no minutes can be taken through turn {taken.through} here")
            return
        self._prompt(
            f"the minutes through turn {taken.through}",
            taken.request,
            lambda p: clerk_messages(before, taken.through, taken.by, p),
        )

    def _prompt(
        self, of: str, request: str, render: Callable[[Projection], tuple[Message, ...]]
    ) -> None:
        """Render a prompt again, and compare it with the one recorded."""
        if self._projection is None:
            return
        try:
            messages = render(self._projection)
        except YaltaError as error:
            self.fault(f"the prompt of {of} cannot be rendered: {error}")
            return
        if request_hash(messages) != request:
            self.fault(f"the prompt of {of} is not the one recorded")
        else:
            self.prompts += 1
