"""What things are called where people read them, in the terminal and on the stage.

Names of seats come by a function, so that each viewer makes them fit to be shown in its own way; so
it does with what is returned, which holds models' words as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from debate.events import (
    AmendmentAnswered,
    AmendmentProposed,
    Answer,
    AskFailed,
    AskKind,
    AskWaived,
    BidCast,
    CloseReason,
    CommuniqueSigned,
    FloorCalled,
    MinutesTaken,
    MotionDecided,
    MotionJoined,
    MotionTabled,
    Part,
    PartnersChosen,
    PersonaChanged,
    RuleAdded,
    TurnClosed,
    VoteCast,
)
from debate.scenario import HOUSE_MOTION, VotePlan

Name = Callable[[str | None], str]
"""The name of a seat; None is the person who holds the conference."""

CLOSED: dict[CloseReason, str] = {
    "agenda": "The agenda is done.",
    "stopped": "The chair ended the conference.",
    "turns": "The limit of turns is reached.",
    "seconds": "The time is up.",
    "cost": "The limit of cost is reached.",
}

#: What a seat is asked for.
ASKED: dict[AskKind, str] = {
    "bid": "a bid",
    "call": "who has the floor next",
    "partner": "whom it would meet",
    "motion": "a motion",
    "amendment": "an amendment",
    "ruling": "an answer to an amendment",
    "ballot": "a vote",
    "signature": "a signature",
}

_WAIVED: dict[str, str] = {
    "motion": "tables no motion and joins none",
    "amendment": "proposes no amendment",
}


def minutes_heading(event: MinutesTaken) -> str:
    """What stands above minutes, on one line."""
    turns = "turn 1" if event.through == 1 else f"turns 1–{event.through}"
    return f"Minutes, {turns} (by the clerk, {' '.join(event.by.model.split())})"


def broke_off(why: str, seconds: float) -> str:
    """What became of a call that came to nothing, after which the same was asked again."""
    told = f"broke off: {' '.join(why.split())}"
    if not seconds:
        return told
    return f"{told}; asked again {'at once' if seconds < 0.5 else f'in {seconds:.0f} s'}"


def spoken_by(event: TurnClosed | Answer) -> str | None:
    """Who spoke in place of the seat's own model, and why; None if that spoke itself."""
    if event.by is None:
        return None
    since = [" ".join(each.why.split()) for each in event.tries if each.by is None]
    name = " ".join(event.by.model.split())
    return f"spoken by {name}" + (f", since {since[-1]}" if since else "")


def part_told(part: Part | None, to: str | None, name: Name) -> str:
    """What a turn is, where it is no plain speech; else nothing."""
    match part:
        case None:
            return ""
        case "draft":
            return "draft of the communique"
        case "question" | "answer":
            return f"{part} to {name(to)}" if to else part


def room_told(room: str, names: Iterable[str]) -> str:
    """A private room, and who is in it."""
    room, names = " ".join(room.split()), list(names)
    return room if all(name in room for name in names) else f"{room} ({', '.join(names)})"


def rooms_told(rooms: Mapping[str, Iterable[str]], absent: Iterable[str], name: Name) -> str:
    """Who meets whom, in a sentence or two.

    Args:
        rooms: Seats by room.
        absent: Seats that take part in the phase, and are in no room.
    """
    told = [room_told(room, map(name, seats)) for room, seats in rooms.items()]
    met = f"In private: {'; '.join(told)}." if told else "Nobody meets."
    out = [name(seat) for seat in absent]
    return f"{met} In no room: {', '.join(out)}." if out else met


def motion_named(motion: str) -> str:
    """A motion by its id."""
    return "the motion of the conference" if motion == HOUSE_MOTION else f"motion {motion}"


def assumed(event: Answer) -> str:
    """That an answer was assumed, and why; else nothing."""
    if event.how != "assumed":
        return ""
    return f"assumed: {' '.join(event.why.split())}" if event.why else "assumed"


def heading_told(event: MotionTabled | AmendmentProposed, name: Name) -> str:
    """What stands above a motion, or an amendment, on one line."""
    who = name(event.seat)
    if isinstance(event, MotionTabled):
        return f"Motion {event.motion}, tabled by {who}"
    return f"Amendment {event.amendment} to {event.motion}, proposed by {who}"


def answer_told(event: Answer, name: Name) -> str:
    """What a seat answered, in a sentence; nothing of what has no sentence of its own.

    What was assumed says so.
    """
    told = _told(event, name)
    why = assumed(event)
    return f"{told} ({why})" if told and why else told


def _told(event: Answer, name: Name) -> str:
    """The sentence of an answer, without whether it was assumed."""
    tell = _SENTENCES.get(type(event))
    return tell(event, name) if tell else ""


def _tabled(event: MotionTabled, name: Name) -> str:
    return f"{heading_told(event, name)}: {event.title}. {event.text}"


def _ruled(event: AmendmentAnswered, name: Name) -> str:
    done = "accepts" if event.accepted else "refuses"
    why = f": {event.reason}" if event.reason else "."
    return f"{name(event.seat)} {done} amendment {event.amendment}{why}"


def _called(event: FloorCalled, name: Name) -> str:
    question = f": {event.question}" if event.question else "."
    return f"{name(event.seat)} gives the floor to {name(event.to)}{question}"


def _bid(event: BidCast, name: Name) -> str:
    return f"{name(event.seat)} {event.bid}{f': {event.reason}' if event.reason else ''}"


def _voted(event: VoteCast, name: Name) -> str:
    return f"{name(event.seat)}: {event.vote}{f'. {event.reason}' if event.reason else ''}"


def _signed(event: CommuniqueSigned, name: Name) -> str:
    who = name(event.seat)
    if event.signed:
        more = f" with a reservation: {event.reservation}" if event.reservation else "."
        return f"{who} signs{more}"
    return f"{who} does not sign{f': {event.reservation}' if event.reservation else '.'}"


_SENTENCES: dict[type[Answer], Callable[[Any, Name], str]] = {
    MotionTabled: _tabled,
    MotionJoined: lambda event, name: f"{name(event.seat)} joins motion {event.motion}.",
    AskWaived: lambda event, name: f"{name(event.seat)} {_WAIVED[event.kind]}.",
    AmendmentProposed: lambda event, name: f"{heading_told(event, name)}: {event.text}",
    AmendmentAnswered: _ruled,
    FloorCalled: _called,
    BidCast: _bid,
    PartnersChosen: lambda event, name: (
        f"{name(event.seat)}: {', '.join(map(name, event.partners)) or 'nobody'}"
    ),
    VoteCast: _voted,
    CommuniqueSigned: _signed,
}


def bids_told(bids: Iterable[BidCast], name: Name) -> str:
    """Bids on one line, the highest first."""
    ordered = sorted(bids, key=lambda bid: -bid.bid)
    each = (
        f"{name(bid.seat)} {bid.bid}{' (assumed)' if bid.how == 'assumed' else ''}"
        for bid in ordered
    )
    return f"bids: {', '.join(each)}"


def poll_heading(motion: str, plan: VotePlan) -> str:
    """What stands above a vote, on one line."""
    rule = {"majority": "", "two_thirds": ", by two thirds", "unanimity": ", by all"}[plan.rule]
    return f"Vote on {motion_named(motion)}{rule}{', in secret' if plan.secret else ''}"


def tally_told(event: MotionDecided) -> str:
    """What came of a vote."""
    done = "Carried" if event.carried else "Not carried"
    return f"{done}: {event.yes} for, {event.no} against, {event.abstain} abstaining."


def ask_failed(event: AskFailed, kind: AskKind | None, name: Name) -> str:
    """Why an answer could not be had."""
    what = ASKED[kind] if kind else "an answer"
    if event.reason == "skipped":
        return f"{name(event.seat)} was asked for {what}, and passed over."
    return f"{name(event.seat)} was asked for {what}: {event.reason}: {event.message}"


def change_told(event: PersonaChanged | RuleAdded) -> str:
    """What is another from here on."""
    if isinstance(event, RuleAdded):
        return f"From here on, there is one more rule of the house: {event.text}"
    return f"From here on, the card of {event.persona.name} reads otherwise."
