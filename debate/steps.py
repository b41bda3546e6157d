"""What can happen next: the steps that the agenda hands to the driver.

A step is a value. Two that are equal are the same step: so `verify` can tell whether what a
transcript says was done is what the agenda had to be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from debate.events import AskKind, AskOpened, CloseReason, Part, TurnOpened


@dataclass(frozen=True, slots=True)
class OpenPhase:
    """Begin the phase at this index of the scenario."""

    index: int


@dataclass(frozen=True, slots=True)
class OpenRooms:
    """Let the seats of a caucus meet, by room."""

    phase: int
    rooms: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class GiveFloor:
    """Let a seat speak once."""

    seat: str
    phase: int
    round: int
    """Where the floor goes round: its round. Elsewhere: which turn of the phase this is."""
    room: str | None = None
    part: Part | None = None
    to: str | None = None
    """Of a question: who is asked. Of an answer: who asked."""
    why: str | None = None
    """How the floor came to this seat, where the rule alone does not say."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a seat for a reply of a given form, which nobody hears."""

    kind: AskKind
    seat: str | None
    """None is the person who holds the conference."""
    phase: int
    round: int = 1
    room: str | None = None
    about: str | None = None
    """The motion or the amendment that it is about."""


@dataclass(frozen=True, slots=True)
class Assume:
    """Set down what counts as the reply to an ask that could not be had."""

    ask: Ask


@dataclass(frozen=True, slots=True)
class Decide:
    """Count the votes on a motion."""

    phase: int
    motion: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Stand still until someone resumes, for this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Close:
    """End the conference."""

    reason: CloseReason


Step = OpenPhase | OpenRooms | GiveFloor | Ask | Assume | Decide | Pause | Close

#: Steps that call a speaker; those of one answer run side by side.
Calling = GiveFloor | Ask

BUDGET_SPENT = "the budget bears no further turn"


def floor_of(opened: TurnOpened) -> GiveFloor:
    """The step by which a turn was opened."""
    return GiveFloor(
        opened.seat,
        opened.phase,
        opened.round,
        opened.room,
        opened.part,
        opened.to,
        opened.why,
    )


def ask_of(opened: AskOpened) -> Ask:
    """The step by which an ask was opened."""
    return Ask(opened.kind, opened.seat, opened.phase, opened.round, opened.room, opened.about)
