"""Every event a transcript may hold. Events are the only record there is.

An event is one line of a transcript: an envelope (`seq`, `at`, `prev`) and what happened. The
driver makes an event without its envelope; the transcript stamps it when the line is written.
`state.apply` folds events into the state of a conference, so resume is replay.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from debate.answers import (
    AmendmentAnswered,
    AmendmentProposed,
    Answer,
    AskFailed,
    AskKind,
    AskOpened,
    AskWaived,
    BidCast,
    CommuniqueSigned,
    FloorCalled,
    MotionJoined,
    MotionTabled,
    PartnersChosen,
    VoteCast,
)
from debate.envelope import (
    Event,
    FailureReason,
    FinishReason,
    Price,
    Profile,
    Thinking,
    Timing,
    Try,
    Usage,
)
from debate.manifest import Cards, ConferenceOpened, Layout, SeatCard
from debate.persona import Identifier, Line, Persona
from debate.scenario import PhaseKind

FORMAT = "yalta/transcript/1"

#: Why a conference ended. `stopped`: a person ended it. The last three are limits of the
#: scenario's `ends`.
CloseReason = Literal["agenda", "stopped", "turns", "seconds", "cost"]


#: What the person in the chair writes: a paragraph or two, not a document.
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


#: What a turn is where it is no plain speech: one half of a cross-examination, or the chair's draft
#: of a communique.
Part = Literal["question", "answer", "draft"]


class PhaseOpened(Event):
    """A phase begins, and the one before it is over."""

    type: Literal["phase.opened"] = "phase.opened"
    phase: int = Field(ge=0, description="Index into the scenario's phases.")
    kind: PhaseKind
    title: str
    rooms: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Seats by private room, where a phase has rooms."
    )


class RoomsOpened(Event):
    """The seats of a caucus have chosen each other, and meet."""

    type: Literal["rooms.opened"] = "rooms.opened"
    phase: int = Field(ge=0)
    rooms: dict[str, tuple[Identifier, ...]] = Field(description="Seats by private room.")


class MotionDecided(Event):
    """The votes on a motion were counted, by the program."""

    type: Literal["motion.decided"] = "motion.decided"
    phase: int = Field(ge=0)
    motion: Line
    carried: bool
    yes: int = Field(ge=0, description="Votes for it, by weight.")
    no: int = Field(ge=0)
    abstain: int = Field(ge=0)


class TurnOpened(Event):
    """A seat has the floor and its prompt is fixed."""

    type: Literal["turn.opened"] = "turn.opened"
    turn: int = Field(ge=1, description="Counts from 1; a turn run again has a number of its own.")
    seat: Identifier
    phase: int = Field(ge=0)
    round: int = Field(ge=1)
    room: Line | None = None
    part: Part | None = Field(None, description="What the turn is, where it is no plain speech.")
    to: Identifier | None = Field(
        None, description="Of a question, who is asked; of an answer, who asked."
    )
    why: Line | None = Field(None, description="How the floor came to this seat.")
    request: str = Field(description="sha256 of the prompt's messages; see `prompts.layouts`.")
    max_tokens: int | None = Field(None, ge=1, description="Room for the spoken words.")
    at_most: Decimal | None = Field(
        None, ge=0, description="What one call for it can cost, where that is known."
    )


class TurnClosed(Event):
    """A finished turn. Durable before the next one opens."""

    type: Literal["turn.closed"] = "turn.closed"
    turn: int = Field(ge=1)
    seat: Identifier
    text: str
    reasoning: str | None = Field(None, description="Shown to no other seat.")
    cut: str | None = Field(None, description="What was cut off the reply, and heard by nobody.")
    finish: FinishReason
    usage: Usage = Usage()
    timing: Timing
    model: str | None = Field(None, description="The model as the server named it.")
    by: Profile | None = Field(None, description="Who spoke, if not the seat's own model.")
    tries: tuple[Try, ...] = Field((), description="Calls for it that came to nothing before.")
    warning: str | None = Field(None, description="What is wrong with how it came about.")


class TurnFailed(Event):
    """A turn that could not be had. What had come of it is kept, and heard by nobody."""

    type: Literal["turn.failed"] = "turn.failed"
    turn: int = Field(ge=1)
    seat: Identifier
    reason: FailureReason
    message: str
    final: bool = Field(False, description="True if asking again cannot help.")
    text: str | None = None
    usage: Usage = Usage()
    by: Profile | None = Field(None, description="Who was asked last, if not its own model.")
    accepted: bool = Field(False, description="Whether the last server may bill it.")
    tries: tuple[Try, ...] = Field((), description="Calls for it that came to nothing before.")


class TurnSkipped(Event):
    """The person in the chair passed a seat over for one round."""

    type: Literal["turn.skipped"] = "turn.skipped"
    seat: Identifier
    phase: int = Field(ge=0)
    round: int = Field(ge=1)


class TurnWithdrawn(Event):
    """The last finished turn is struck from the record, so that its seat is asked again.

    It stays in the transcript; no later prompt holds it.
    """

    type: Literal["turn.withdrawn"] = "turn.withdrawn"
    turn: int = Field(ge=1)


class NotePassed(Event):
    """A note from the person in the chair."""

    type: Literal["note.passed"] = "note.passed"
    to: Identifier | None = Field(None, description="The one seat that may know it; None is all.")
    text: Note


class SeatChanged(Event):
    """From its next turn on, another model or a person speaks for a seat."""

    type: Literal["seat.changed"] = "seat.changed"
    seat: Identifier
    profile: Profile


class BudgetSet(Event):
    """The conference may cost so much from here on, in the currency of its models' prices."""

    type: Literal["budget.set"] = "budget.set"
    cost: Decimal = Field(gt=0)


class MinutesTaken(Event):
    """The clerk wrote down what was said, and from here on the minutes stand in its place."""

    type: Literal["minutes.taken"] = "minutes.taken"
    through: int = Field(ge=1, description="The last turn that they hold.")
    text: str
    request: str = Field(description="sha256 of the prompt's messages; see `prompts.layouts`.")
    by: Profile
    at_most: Decimal | None = Field(None, ge=0, description="What one call for them can cost.")
    usage: Usage = Usage()
    timing: Timing
    tries: tuple[Try, ...] = ()


class ConferenceForked(Event):
    """What stands before this line was copied, byte for byte, from another transcript.

    What follows is another future of the same past.
    """

    type: Literal["conference.forked"] = "conference.forked"
    origin: Line = Field(description="Name of the file that the past was copied from.")
    head: str = Field(description="sha256 of the last line copied.")
    seed: int = Field(description="Takes the place of the manifest's seed from here on.")


class PersonaChanged(Event):
    """From here on, a persona's card reads so, for every seat that has it."""

    type: Literal["persona.changed"] = "persona.changed"
    persona: Persona = Field(description="In full; its id is that of the card it replaces.")


class RuleAdded(Event):
    """From here on, there is one more rule of the house."""

    type: Literal["rule.added"] = "rule.added"
    text: Line


class FloorPaused(Event):
    """The conference stands still; `resume` goes on from here."""

    type: Literal["floor.paused"] = "floor.paused"
    reason: str
    at_most: Decimal | None = Field(
        None, ge=0, description="What the next call can cost, where the budget does not bear it."
    )


class FloorResumed(Event):
    """The conference goes on."""

    type: Literal["floor.resumed"] = "floor.resumed"


class ConferenceClosed(Event):
    """The end. Nothing follows it."""

    type: Literal["conference.closed"] = "conference.closed"
    reason: CloseReason


AnyEvent = Annotated[
    ConferenceOpened
    | PhaseOpened
    | RoomsOpened
    | TurnOpened
    | TurnClosed
    | TurnFailed
    | TurnSkipped
    | TurnWithdrawn
    | AskOpened
    | AskFailed
    | AskWaived
    | BidCast
    | FloorCalled
    | PartnersChosen
    | MotionTabled
    | MotionJoined
    | AmendmentProposed
    | AmendmentAnswered
    | VoteCast
    | MotionDecided
    | CommuniqueSigned
    | NotePassed
    | SeatChanged
    | PersonaChanged
    | RuleAdded
    | BudgetSet
    | MinutesTaken
    | ConferenceForked
    | FloorPaused
    | FloorResumed
    | ConferenceClosed,
    Field(discriminator="type"),
]

ANY_EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def parse(line: str | bytes) -> AnyEvent:
    """Read one line of a transcript.

    Raises:
        pydantic.ValidationError: if it is not an event of this format.
    """
    return ANY_EVENT.validate_json(line)


def dump(event: Event) -> bytes:
    """The line for an event, without its newline."""
    idle = {"tries"} if not getattr(event, "tries", True) else None
    return event.model_dump_json(by_alias=True, exclude_none=True, exclude=idle).encode()


__all__ = [
    "ANY_EVENT",
    "FORMAT",
    "AmendmentAnswered",
    "AmendmentProposed",
    "Answer",
    "AnyEvent",
    "AskFailed",
    "AskKind",
    "AskOpened",
    "AskWaived",
    "BidCast",
    "BudgetSet",
    "Cards",
    "CloseReason",
    "CommuniqueSigned",
    "ConferenceClosed",
    "ConferenceForked",
    "ConferenceOpened",
    "Event",
    "FailureReason",
    "FinishReason",
    "FloorCalled",
    "FloorPaused",
    "FloorResumed",
    "Layout",
    "MinutesTaken",
    "MotionDecided",
    "MotionJoined",
    "MotionTabled",
    "Note",
    "NotePassed",
    "Part",
    "PartnersChosen",
    "PersonaChanged",
    "PhaseOpened",
    "Price",
    "Profile",
    "RoomsOpened",
    "RuleAdded",
    "SeatCard",
    "SeatChanged",
    "Thinking",
    "Timing",
    "Try",
    "TurnClosed",
    "TurnFailed",
    "TurnOpened",
    "TurnSkipped",
    "TurnWithdrawn",
    "Usage",
    "VoteCast",
    "dump",
    "parse",
]
