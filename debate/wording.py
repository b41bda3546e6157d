"""What things are called where people read them, in the terminal and on the stage.

Each function gives one line of plain words, with whatever a model or a file has put into it: who
shows it sees to it that it can steer nothing.
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
    AskOpened,
    AskWaived,
    BidCast,
    BudgetSet,
    CloseReason,
    CommuniqueSigned,
    FloorCalled,
    MinutesTaken,
    MotionDecided,
    MotionJoined,
    MotionTabled,
    NotePassed,
    PartnersChosen,
    PersonaChanged,
    RuleAdded,
    SeatChanged,
    TurnClosed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
    VoteCast,
)
from debate.scenario import HOUSE_MOTION

#: Names of seats, by seat.
Names = Mapping[str, str]

CLOSED: dict[CloseReason, str] = {
    "agenda": "The agenda is done.",
    "stopped": "The chair ended the conference.",
    "turns": "The limit of turns is reached.",
    "seconds": "The time is up.",
    "cost": "The limit of cost is reached.",
}

#: What a seat is asked for.
ASKED: dict[AskKind, str] = {
    "bid": "a bid for the floor",
    "call": "who has the floor next",
    "partner": "whom to meet in private",
    "motion": "a motion",
    "amendment": "an amendment",
    "ruling": "a word on an amendment",
    "ballot": "a vote",
    "signature": "a signature",
}

#: What the person in the chair does, beside pausing and ending it.
Order = (
    NotePassed | TurnSkipped | TurnWithdrawn | SeatChanged | PersonaChanged | RuleAdded | BudgetSet
)

#: Who answers where no seat does.
PERSON = "The person in the chair"


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


def spoken_by(event: TurnClosed) -> str | None:
    """Who spoke in place of the seat's own model, and why; None if that spoke itself."""
    if event.by is None:
        return None
    since = [" ".join(each.why.split()) for each in event.tries if each.by is None]
    name = " ".join(event.by.model.split())
    return f"spoken by {name}" + (f", since {since[-1]}" if since else "")


# -- what is ordered from the chair, or changed by a fork


def order_line(event: Order, names: Names) -> str:
    """What a person has done to a conference."""
    told = ""
    match event:
        case NotePassed():
            to = _name(event.to, names) if event.to else "all"
            told = f"Note from the chair to {to}: {event.text}"
        case TurnSkipped():
            told = f"{_name(event.seat, names)} is passed over in round {event.round}."
        case TurnWithdrawn():
            told = f"Turn {event.turn} is struck from the record, and asked for again."
        case SeatChanged():
            told = f"From here on, {event.profile.model} speaks for {_name(event.seat, names)}."
        case PersonaChanged():
            told = f"From here on, the card of {event.persona.name} reads otherwise."
        case RuleAdded():
            told = f"From here on, one more rule of the house: {event.text}"
        case BudgetSet():
            told = f"From here on, it may cost {event.cost.normalize():f} in all."
    return told


# -- turns


def turn_marks(event: TurnOpened, names: Names) -> tuple[str, ...]:
    """What a turn is beside plain speech, in which private room, and how the floor came to it."""
    marks = []
    if event.part == "draft":
        marks.append("draft")
    elif event.part is not None:
        marks.append(f"{event.part} to {_name(event.to, names)}")
    if event.room is not None:
        marks.append(f"in private, {_line(event.room)}")
    if event.why is not None:
        marks.append(_line(event.why))
    return tuple(marks)


def rooms_line(rooms: Mapping[str, Iterable[str]], names: Names) -> str:
    """Who meets whom in private."""
    told = []
    for room, seats in rooms.items():
        here = [_name(seat, names) for seat in seats]
        said = all(name in room for name in here)  # the room is called by who is in it
        told.append(_line(room) if said else f"{_line(room)} ({', '.join(here)})")
    return f"In private: {'; '.join(told)}." if told else "Nobody meets in private."


# -- asks and answers


def asked_line(event: AskOpened, names: Names) -> str:
    """That somebody is being asked for something."""
    return f"{_name(event.seat, names)} is asked for {ASKED[event.kind]}"


def ask_failed_line(event: AskFailed, asked: AskKind | None, names: Names) -> str:
    """That an answer could not be had. `asked` is what for, where that is known."""
    what = f", asked for {ASKED[asked]}" if asked else ""
    return f"{_name(event.seat, names)}{what}: {event.reason}: {_line(event.message)}"


def answer_line(event: Answer, names: Names) -> str:
    """An answer of any kind."""
    return _ANSWERS[type(event)](event, names)


def bids_line(bids: Iterable[BidCast], names: Names) -> str:
    """The bids for one turn, the highest first."""
    told = [
        f"{_name(each.seat, names)} {each.bid}{_short_rule(each)}"
        for each in sorted(bids, key=lambda each: -each.bid)
    ]
    return f"Bids: {', '.join(told)}."


def bid_line(event: BidCast, names: Names) -> str:
    """One bid, with its reason."""
    return _told(event, f"{_name(event.seat, names)} bids {event.bid}{_because(event.reason)}")


def call_line(event: FloorCalled, names: Names) -> str:
    """Who is given the floor, and what is asked of them."""
    by, to = _name(event.seat, names), _name(event.to, names)
    question = f" and asks: {_line(event.question)}" if event.question else "."
    return _told(event, f"{by} gives the floor to {to}{question}")


def partners_line(event: PartnersChosen, names: Names) -> str:
    """Whom a seat would meet in private."""
    whom = ", ".join(_name(seat, names) for seat in event.partners) or "nobody"
    return _told(event, f"{_name(event.seat, names)} would meet {whom}.")


def waived_line(event: AskWaived, names: Names) -> str:
    """That a seat has no motion, or no amendment."""
    return _told(event, f"{_name(event.seat, names)} passes.")


def motion_line(event: MotionTabled, names: Names) -> str:
    """A motion, with its text."""
    by = _name(event.seat, names)
    return f"Motion {event.motion}, tabled by {by}: {_line(event.title)}. {_line(event.text)}"


def joined_line(event: MotionJoined, names: Names) -> str:
    """That a seat sponsors another's motion."""
    return f"{_name(event.seat, names)} joins motion {event.motion}."


def amendment_line(event: AmendmentProposed, names: Names, *, own: bool = False) -> str:
    """An amendment, with the text that it would have.

    Args:
        own: Whether the motion is its own, so that nobody else need accept it.
    """
    head = f"Amendment {event.amendment} to {event.motion}, proposed by {_name(event.seat, names)}"
    settled = ", whose motion it is, and so accepted" if own else ""
    return f"{head}{settled}: {_line(event.text)}"


def ruling_line(event: AmendmentAnswered, names: Names) -> str:
    """That a sponsor accepts an amendment, or refuses it."""
    done = "accepts" if event.accepted else "refuses"
    by = _name(event.seat, names)
    return _told(event, f"{by} {done} amendment {event.amendment}{_because(event.reason)}")


def vote_line(event: VoteCast, names: Names) -> str:
    """A vote, with its reason."""
    votes = "abstains" if event.vote == "abstain" else f"votes {event.vote}"
    on = motion_name(event.motion)
    by = _name(event.seat, names)
    return _told(event, f"{by} {votes} on {on}{_because(event.reason)}")


def decision_line(event: MotionDecided, title: str | None = None) -> str:
    """The count of the votes on a motion. `title` is the motion's, where it has one."""
    what = motion_name(event.motion)
    if title:
        what += f", {_line(title)}"
    done = "carried" if event.carried else "not carried"
    votes = f"{event.yes} for, {event.no} against, {event.abstain} abstaining"
    return f"{what[:1].upper()}{what[1:]}: {done}, {votes}."


def motion_name(motion: str) -> str:
    """What a motion is called within a sentence."""
    return "the motion of the conference" if motion == HOUSE_MOTION else f"motion {motion}"


def signature_line(event: CommuniqueSigned, names: Names) -> str:
    """That a seat signs, or does not, and its reservation."""
    if event.signed:
        done = "signs with a reservation" if event.reservation else "signs"
    else:
        done = "does not sign"
    return _told(event, f"{_name(event.seat, names)} {done}{_because(event.reservation)}")


_ANSWERS: dict[type[Answer], Callable[[Any, Names], str]] = {
    BidCast: bid_line,
    FloorCalled: call_line,
    PartnersChosen: partners_line,
    AskWaived: waived_line,
    MotionTabled: motion_line,
    MotionJoined: joined_line,
    AmendmentProposed: amendment_line,
    AmendmentAnswered: ruling_line,
    VoteCast: vote_line,
    CommuniqueSigned: signature_line,
}


def _line(text: str) -> str:
    return " ".join(text.split())


def _name(seat: str | None, names: Names) -> str:
    return PERSON if seat is None else names.get(seat, seat)


def _because(reason: str) -> str:
    return f": {_line(reason)}" if reason else "."


def _told(event: Answer, line: str) -> str:
    """A line, with the rule by which it was set down if nobody gave that answer."""
    return f"{line} ({_line(event.why)})" if event.how == "assumed" and event.why else line


def _short_rule(event: Answer) -> str:
    return " (no usable answer)" if event.how == "assumed" else ""
