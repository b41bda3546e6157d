"""Checking a transcript against itself: the chain, the schema, and every prompt rendered again.

Nothing but the transcript is needed: its first line holds the scenario, the personas and the
templates. A transcript that verifies was changed nowhere since its last line's hash was noted, and
each turn was asked for by exactly the prompt that the transcript implies.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from debate.agenda import GiveFloor
from debate.errors import TranscriptError, YaltaError
from debate.events import (
    AnyEvent,
    ConferenceOpened,
    PhaseOpened,
    TurnClosed,
    TurnFailed,
    TurnOpened,
)
from debate.prompts.layouts import Projection, request_hash
from debate.seating import manifest_hashes
from debate.state import ConferenceState, Standing, apply
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


class _Check:
    def __init__(self) -> None:
        self.state = ConferenceState()
        self.head = GENESIS
        self.lines = 0
        self.prompts = 0
        self.faults: list[Fault] = []
        self._projection: Projection | None = None

    def fault(self, message: str, line: int | None = None) -> None:
        self.faults.append(Fault(line or self.lines, message))

    def line(self, event: AnyEvent, sha256: str) -> None:
        self.lines += 1
        if event.prev != self.head:
            self.fault("this line does not follow the one before it: the chain is broken")
        if event.seq != self.lines - 1:
            self.fault(f"seq is {event.seq} where {self.lines - 1} was expected")
        before = self.state
        self.state = apply(before, event)
        self.head = sha256
        if self.state is before:
            self.fault(f"{event.type} makes no sense here")
            return
        match event:
            case ConferenceOpened():
                self._manifest(event)
            case PhaseOpened():
                if self.state.phase is before.phase:
                    self.fault(f"the scenario has no phase {event.phase}")
            case TurnOpened():
                self._prompt(before, event)
            case TurnClosed() | TurnFailed():
                opened = before.in_air.get(event.turn)
                if opened is None or opened.seat != event.seat:
                    self.fault(f"turn {event.turn} of {event.seat} was not open")

    def _manifest(self, manifest: ConferenceOpened) -> None:
        found = manifest_hashes(manifest.scenario, manifest.personas, manifest.templates)
        for name in sorted(found.keys() | manifest.hashes.keys()):
            if found.get(name) != manifest.hashes.get(name):
                self.fault(f"the sha256 of {name} is not the one recorded")
        if missing := [s.persona for s in manifest.seats if s.persona not in manifest.personas]:
            self.fault(f"the persona {missing[0]!r} is not in the manifest")
            return
        try:
            self._projection = Projection(manifest)
        except (YaltaError, KeyError) as error:
            self.fault(f"its prompts cannot be rendered: {error}")

    def _prompt(self, before: ConferenceState, opened: TurnOpened) -> None:
        if opened.turn not in self.state.in_air:
            self.fault(f"turn {opened.turn} cannot open here")
            return
        if self._projection is None:
            return
        step = GiveFloor(opened.seat, opened.phase, opened.round, opened.room)
        if request_hash(self._projection.messages(before, step)) != opened.request:
            self.fault(f"the prompt of turn {opened.turn} is not the one recorded")
        else:
            self.prompts += 1
