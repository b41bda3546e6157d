"""What a seat replies in a given form, unheard: bids, calls, motions, ballots, signatures.

A seat is asked (`ask.opened`), and either its answer follows, as an event of its own kind that
names the ask, or `ask.failed`. What counts as the answer of a seat that could not be had is an
event of the same kind, `assumed`, with the rule that was followed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from debate.envelope import (
    Event,
    FailureReason,
    Profile,
    Timing,
    Try,
    Usage,
)
from debate.persona import Identifier, Line

#: What is asked: how much a seat wants the floor; who shall have it; whom to meet in private; to
#: table a motion or join one; to amend one; to accept an amendment; to vote; to sign.
AskKind = Literal["bid", "call", "partner", "motion", "amendment", "ruling", "ballot", "signature"]

#: How an answer was read: as JSON of the form that was asked for; from other text; from a second
#: reply, after the first could not be read; or not at all, and set down by rule.
How = Literal["json", "read", "repaired", "assumed"]

#: Why a reply to an ask came to nothing, among the tries of its answer.
UNREADABLE = "the reply could not be read"

Choice = Literal["yes", "no", "abstain"]

_Said = Annotated[str, StringConstraints(max_length=1000)]
_MotionId = Annotated[str, StringConstraints(pattern=r"^M[0-9]{1,4}$")]
_AmendmentId = Annotated[str, StringConstraints(pattern=r"^A[0-9]{1,4}$")]


class AskOpened(Event):
    """A seat is asked for a reply that nobody hears; its prompt is fixed."""

    type: Literal["ask.opened"] = "ask.opened"
    ask: int = Field(ge=1, description="Counts from 1; an ask made again has a number of its own.")
    kind: AskKind
    seat: Identifier | None = Field(None, description="None is the person who holds it.")
    phase: int = Field(ge=0)
    round: int = Field(ge=1)
    room: Line | None = None
    about: Line | None = Field(None, description="The motion or amendment in question.")
    request: str = Field(description="sha256 of the prompt's messages; see `prompts.layouts`.")
    max_tokens: int = Field(ge=1, description="Room for the reply.")
    at_most: Decimal | None = Field(None, ge=0, description="What one call for it can cost.")


class AskFailed(Event):
    """An answer that could not be had, since nobody replied."""

    type: Literal["ask.failed"] = "ask.failed"
    ask: int = Field(ge=1)
    seat: Identifier | None = None
    reason: FailureReason | Literal["skipped"]
    message: str
    final: bool = Field(False, description="True if asking again cannot help.")
    usage: Usage = Usage()
    by: Profile | None = Field(None, description="Who was asked last, if not its own model.")
    accepted: bool = Field(False, description="Whether the last server may bill it.")
    tries: tuple[Try, ...] = Field((), description="Calls for it that came to nothing before.")


class Answer(Event):
    """What every answer carries beside what it says."""

    ask: int | None = Field(None, ge=1, description="None: nobody was asked, or nobody replied.")
    seat: Identifier | None = None
    phase: int = Field(ge=0)
    round: int = Field(ge=1)
    room: Line | None = None
    how: How
    why: str | None = Field(None, description="Why it was assumed, and by which rule.")
    raw: str | None = Field(None, description="The reply as it came.")
    reasoning: str | None = Field(None, description="Shown to no other seat.")
    usage: Usage = Usage()
    timing: Timing | None = None
    model: str | None = Field(None, description="The model as the server named it.")
    by: Profile | None = Field(None, description="Who replied, if not the seat's own model.")
    tries: tuple[Try, ...] = Field((), description="Calls that came to nothing, or not readable.")


class BidCast(Answer):
    """How much a seat wants the floor. Private."""

    type: Literal["bid.cast"] = "bid.cast"
    bid: int = Field(ge=0, le=9)
    reason: _Said = ""


class FloorCalled(Answer):
    """The chair, or the person who holds the conference, says who has the floor next."""

    type: Literal["floor.called"] = "floor.called"
    to: Identifier
    question: _Said = Field("", description="Put to them by the chair, and heard by all.")


class PartnersChosen(Answer):
    """Whom a seat would meet in a caucus, the most wanted first. Private."""

    type: Literal["partners.chosen"] = "partners.chosen"
    partners: tuple[Identifier, ...] = ()


class AskWaived(Answer):
    """A seat neither tables nor joins a motion, or proposes no amendment."""

    type: Literal["ask.waived"] = "ask.waived"
    kind: Literal["motion", "amendment"]


class MotionTabled(Answer):
    """A seat puts a motion to the table."""

    type: Literal["motion.tabled"] = "motion.tabled"
    motion: _MotionId
    title: Line
    text: _Said


class MotionJoined(Answer):
    """A seat becomes a sponsor of another's motion."""

    type: Literal["motion.joined"] = "motion.joined"
    motion: _MotionId


class AmendmentProposed(Answer):
    """A seat proposes other words for a motion."""

    type: Literal["amendment.proposed"] = "amendment.proposed"
    amendment: _AmendmentId
    motion: _MotionId
    text: _Said = Field(description="The motion's text as it would read.")


class AmendmentAnswered(Answer):
    """The sponsor of a motion accepts an amendment or refuses it."""

    type: Literal["amendment.answered"] = "amendment.answered"
    amendment: _AmendmentId
    accepted: bool
    reason: _Said = ""


class VoteCast(Answer):
    """A vote on a motion; heard by nobody until all are counted, and if secret never."""

    type: Literal["vote.cast"] = "vote.cast"
    motion: _MotionId
    vote: Choice
    reason: _Said = ""


class CommuniqueSigned(Answer):
    """A seat signs the communique, or enters a reservation."""

    type: Literal["communique.signed"] = "communique.signed"
    signed: bool
    reservation: _Said = ""


AnyAnswer = (
    BidCast
    | FloorCalled
    | PartnersChosen
    | AskWaived
    | MotionTabled
    | MotionJoined
    | AmendmentProposed
    | AmendmentAnswered
    | VoteCast
    | CommuniqueSigned
)
