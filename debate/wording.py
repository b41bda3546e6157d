"""What things are called where people read them, in the terminal and on the stage.

Each function gives one line of plain words, or what stands above a text of its own, with whatever
a model or a file has put into it: who shows it sees to it that it can steer nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from debate.events import (
    Answer,
    AskFailed,
    AskKind,
    AskOpened,
    BudgetSet,
    CloseReason,
    ConferenceClosed,
    ConferenceForked,
    FinishReason,
    FloorPaused,
    MinutesTaken,
    NotePassed,
    PersonaChanged,
    RuleAdded,
    SeatChanged,
    TurnClosed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.manifest import ConferenceOpened
from debate.scenario import Phase
from debate.text import unbroken

#: Names of seats, by seat. A seat that is not among them goes by its id.
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
    "ruling": "an answer to an amendment",
    "ballot": "a vote",
    "signature": "a signature",
}

#: How a turn ended that did not end by itself.
FINISHED: dict[FinishReason, str] = {
    "length": "ended by the token limit",
    "filter": "the rest was withheld by the provider",
    "cut": "cut where it began to speak for someone else",
}

#: What becomes of a turn that is withdrawn.
STRUCK = "struck from the record, and asked for again"

#: What the person in the chair does, beside pausing and ending it.
Order = (
    NotePassed | TurnSkipped | TurnWithdrawn | SeatChanged | PersonaChanged | RuleAdded | BudgetSet
)

#: Who answers where no seat does.
PERSON = "the person in the chair"


def name_of(seat: str | None, names: Names) -> str:
    """What a seat is called within a sentence; None is the person in the chair."""
    return PERSON if seat is None else names.get(seat, seat)


def subject(seat: str | None, names: Names) -> str:
    """What a seat is called where a sentence begins with it."""
    return begun(PERSON) if seat is None else name_of(seat, names)


def begun(text: str) -> str:
    """The text as a sentence begins: names stay as they are, so it is for words of ours alone."""
    return text[:1].upper() + text[1:]


# -- the conference as a whole


def conference_line(event: ConferenceForked | FloorPaused | ConferenceClosed) -> str:
    """That a conference ends or rests, or goes on otherwise than it did."""
    match event:
        case ConferenceForked():
            return f"Forked from {event.origin}; what follows is another future."
        case FloorPaused():
            return f"Paused: {event.reason}."
        case ConferenceClosed():
            return CLOSED[event.reason]


def minutes_heading(event: MinutesTaken) -> str:
    """What stands above minutes, on one line."""
    turns = "turn 1" if event.through == 1 else f"turns 1–{event.through}"
    return f"Minutes, {turns} (by the clerk, {unbroken(event.by.model)})"


# -- what is ordered from the chair, or changed by a fork


def note_heading(event: NotePassed, names: Names) -> str:
    """What stands above a note from the chair."""
    return f"Note from the chair to {f'{name_of(event.to, names)} alone' if event.to else 'all'}"


def order_line(event: Order, names: Names) -> str:
    """What a person has done to a conference."""
    told = ""
    match event:
        case NotePassed():
            told = f"{note_heading(event, names)}: {event.text}"
        case TurnSkipped():
            told = f"{subject(event.seat, names)} was passed over in round {event.round}."
        case TurnWithdrawn():
            told = f"Turn {event.turn} is {STRUCK}."
        case SeatChanged():
            by = "a person" if event.profile.family == "human" else event.profile.model
            told = f"From here on, {by} speaks for {name_of(event.seat, names)}."
        case PersonaChanged():
            told = f"From here on, the card of {event.persona.name} reads otherwise."
        case RuleAdded():
            told = f"From here on, one more rule of the house: {event.text}"
        case BudgetSet():
            told = f"From here on, it may cost {event.cost.normalize():f} in all."
    return told


# -- turns


def part_mark(event: TurnOpened, names: Names) -> str:
    """What a turn is, where it is no plain speech; else nothing."""
    match event.part:
        case None:
            return ""
        case "draft":
            return "draft of the communique"
        case "question" | "answer":
            return f"{event.part} to {name_of(event.to, names)}" if event.to else event.part


def turn_marks(event: TurnOpened, names: Names, room: str | None = None) -> tuple[str, ...]:
    """What a turn is beside plain speech, in which private room, and how the floor came to it.

    Args:
        room: That room as it is told, if it is known who is in it.
    """
    room = room or event.room
    marks = (
        part_mark(event, names),
        f"in private: {unbroken(room)}" if room is not None else "",
        unbroken(event.why or ""),
    )
    return tuple(filter(None, marks))


def broke_off(why: str, seconds: float) -> str:
    """What became of a call that came to nothing, after which the same was asked again."""
    told = f"broke off: {unbroken(why)}"
    if not seconds:
        return told
    return f"{told}; asked again {'at once' if seconds < 0.5 else f'in {seconds:.0f} s'}"


def spoken_by(event: TurnClosed | Answer) -> str | None:
    """Who spoke in place of the seat's own model, and why; None if that spoke itself."""
    if event.by is None:
        return None
    since = [unbroken(each.why) for each in event.tries if each.by is None]
    name = unbroken(event.by.model)
    return f"spoken by {name}" + (f", since {since[-1]}" if since else "")


def room_told(room: str, seats: Iterable[str], names: Names) -> str:
    """A private room, and who is in it."""
    here = [name_of(seat, names) for seat in seats]
    said = all(name in room for name in here)  # the room is called by who is in it
    return unbroken(room) if said else f"{unbroken(room)} ({', '.join(here)})"


def rooms_line(rooms: Mapping[str, Iterable[str]], names: Names, absent: Iterable[str] = ()) -> str:
    """Who meets whom in private.

    Args:
        rooms: Seats by room.
        absent: Seats that could meet somebody, and are in no room.
    """
    told = [room_told(room, seats, names) for room, seats in rooms.items()]
    met = f"In private: {'; '.join(told)}." if told else "Nobody meets in private."
    out = [name_of(seat, names) for seat in absent]
    return f"{met} In no room: {', '.join(out)}." if out else met


def opening_line(opened: ConferenceOpened, plan: Phase, open_motions: int) -> str:
    """What is to be known of a phase as it opens: that all take part for want of those it names,
    or that it is over for want of a motion; nothing of any other.

    Args:
        opened: The conference.
        plan: The phase.
        open_motions: Motions that are tabled and not yet voted on, as it opens.
    """
    told = []
    if plan.seats and not opened.named(plan):
        named = " or ".join(plan.seats)
        told.append(f"Nobody at the table is {named}: all members take part.")
    if not open_motions and plan.kind == "vote" and plan.vote.on == "motions":
        told.append("No motion is open: there is nothing to vote on.")
    if not open_motions and plan.kind == "amendments":
        told.append("No motion is open: there is nothing to amend.")
    return " ".join(told)


# -- asks; what is answered is worded in `answer_wording`


def asked_line(event: AskOpened, names: Names) -> str:
    """That somebody is being asked for something."""
    return f"{subject(event.seat, names)} is asked for {ASKED[event.kind]}"


def ask_failed_line(event: AskFailed, asked: AskKind | None, names: Names) -> str:
    """That an answer could not be had. `asked` is what for, where that is known."""
    what = ASKED[asked] if asked else "an answer"
    why = f": {event.reason}: {unbroken(event.message)}"
    if event.reason == "skipped":
        why = ", and passed over."
    return f"{subject(event.seat, names)} was asked for {what}{why}"
