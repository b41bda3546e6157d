"""A conference as a page shows it: phases, and in each what came about, in order.

As the stage shows it, with three differences: what was said in a private room stands together, by
room; of ballots that are secret there is their count alone, since a page is made to be passed on;
and votes and signatures, which the page has in a place of their own, are told here in a line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from debate.answer_wording import (
    OWN,
    amendment_heading,
    answer_line,
    assumed,
    bids_line,
    call_heading,
    decision_line,
    motion_heading,
)
from debate.events import (
    AmendmentProposed,
    Answer,
    AnyEvent,
    AskFailed,
    AskOpened,
    BidCast,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    FloorCalled,
    FloorPaused,
    MinutesTaken,
    MotionDecided,
    MotionTabled,
    NotePassed,
    PartnersChosen,
    PersonaChanged,
    PhaseOpened,
    RoomsOpened,
    RuleAdded,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.events import AskKind as Kind
from debate.scenario import VotePlan
from debate.text import count_words, one_line
from debate.wording import (
    FINISHED,
    STRUCK,
    ask_failed_line,
    begun,
    conference_line,
    minutes_heading,
    note_heading,
    opening_line,
    order_line,
    room_told,
    rooms_line,
    spoken_by,
    turn_marks,
)


@dataclass(slots=True)
class Spoken:
    """A turn. Texts here and below are as they stand in the transcript."""

    kind: ClassVar = "turn"
    number: int
    seat: int
    """Place at the table, from 0."""
    name: str
    marks: tuple[str, ...]
    text: str = ""
    reasoning: str = ""
    asides: tuple[str, ...] = ()
    ended: bool = False
    struck: bool = False
    """Whether it is in the transcript, and not in the record: withdrawn, or failed."""

    @property
    def words(self) -> int:
        """Words that were said."""
        return count_words(self.text)

    @property
    def words_thought(self) -> int:
        """Words of reasoning."""
        return count_words(self.reasoning)


@dataclass(slots=True)
class Note:
    """What has a heading and a text of its own: a note, a motion, minutes."""

    kind: ClassVar = "note"
    head: str
    text: str
    aside: str = ""
    folded: bool = False
    to: str = ""
    """Where on the page there is more of it."""


@dataclass(slots=True)
class Remark:
    """What is told in passing, in a line."""

    kind: ClassVar = "remark"
    text: str
    to: str = ""
    """Where on the page there is more of it."""


@dataclass(slots=True)
class Room:
    """What was said in a private room."""

    kind: ClassVar = "room"
    told: str
    items: list[Item] = field(default_factory=list)

    @property
    def turns(self) -> int:
        """How many turns it has."""
        return sum(isinstance(item, Spoken) for item in self.items)


Item = Spoken | Note | Remark | Room


@dataclass(slots=True)
class Chapter:
    """A phase, or what stands before the first."""

    number: int | None
    title: str
    items: list[Item] = field(default_factory=list)
    rooms: dict[str, Room] = field(default_factory=dict)

    @property
    def turns(self) -> int:
        """How many turns it has, those in private too."""
        rooms = sum(item.turns for item in self.items if isinstance(item, Room))
        return rooms + sum(isinstance(item, Spoken) for item in self.items)


def chapters(events: Iterable[AnyEvent], record: Collection[int]) -> list[Chapter]:
    """What came about in a conference, phase by phase.

    Args:
        events: All of them.
        record: Numbers of the turns that are in the record.
    """
    teller = _Teller(record)
    for event in events:
        teller.take(event)
    return teller.told()


class _Teller:
    def __init__(self, record: Collection[int]) -> None:
        self._record = record
        self._chapters = [Chapter(None, "Before the first phase")]
        self._opened: ConferenceOpened | None = None
        self._names: dict[str, str] = {}
        self._seats: dict[str, int] = {}
        self._turns: dict[int, Spoken] = {}
        self._asked: dict[int, Kind] = {}
        self._bids: dict[object, tuple[Remark, list[BidCast]]] = {}
        self._titles: dict[str, str] = {}
        self._open: set[str] = set()
        self._sponsors: dict[str, str | None] = {}

    def told(self) -> list[Chapter]:
        """What there is by now; turns that are still in the air, or came to nothing, are none."""
        for turn in self._turns.values():
            turn.struck = turn.number not in self._record
        for chapter in self._chapters:
            for items in (chapter.items, *(room.items for room in chapter.rooms.values())):
                items[:] = [
                    item for item in items
                    if not isinstance(item, Spoken) or (item.ended and _tells(item))
                ]  # fmt: skip
        return [c for c in self._chapters if c.items or c.number is not None]

    def take(self, event: AnyEvent) -> None:
        """Take an event in."""
        match event:
            case ConferenceOpened():
                self._begin(event)
            case PhaseOpened():
                self._open_phase(event)
            case RoomsOpened():
                self._open_rooms(event)
            case TurnOpened() if event.turn not in self._turns:
                self._open_turn(event)
            case TurnClosed() | TurnFailed() | TurnWithdrawn():
                self._end_turn(event)
            case AskOpened():
                self._asked[event.ask] = event.kind
            case AskFailed():
                kind = self._asked.pop(event.ask, None)
                if event.reason not in ("aborted", "interrupted"):
                    self._remark(ask_failed_line(event, kind, self._names))
            case MotionDecided():
                title, plan = self._titles.get(event.motion), self._vote_plan(event.phase)
                self._open.discard(event.motion)
                self._remark(decision_line(event, title, plan), f"#{event.motion}")
            case Answer():
                self._answer(event)
            case _:
                self._aside(event)

    def _begin(self, event: ConferenceOpened) -> None:
        self._opened = event
        self._names = {card.id: one_line(card.name) for card in event.seats}
        self._seats = {card.id: n for n, card in enumerate(event.seats)}

    def _open_phase(self, event: PhaseOpened) -> None:
        self._chapters.append(Chapter(event.phase, event.title))
        if event.rooms:
            self._open_rooms(event)
        if self._opened and event.phase < len(self._opened.scenario.phases):
            plan = self._opened.scenario.phases[event.phase]
            self._remark(opening_line(self._opened, plan, len(self._open)))

    def _open_rooms(self, event: PhaseOpened | RoomsOpened) -> None:
        here = self._chapters[-1]
        part: tuple[str, ...] = ()
        if self._opened and event.phase < len(self._opened.scenario.phases):
            part = self._opened.taking_part(self._opened.scenario.phases[event.phase])
        met = {seat for seats in event.rooms.values() for seat in seats}
        self._remark(rooms_line(event.rooms, self._names, [s for s in part if s not in met]))
        for name, seats in event.rooms.items():
            here.rooms[name] = Room(room_told(name, seats, self._names))
            here.items.append(here.rooms[name])

    def _open_turn(self, event: TurnOpened) -> None:
        # The fold that it stands in says in which room it is.
        marks = turn_marks(event.model_copy(update={"room": None}), self._names)
        name = self._names.get(event.seat, event.seat)
        turn = Spoken(event.turn, self._seats.get(event.seat, 0), name, marks)
        self._turns[event.turn] = turn
        self._place(event.room).append(turn)

    def _end_turn(self, event: TurnClosed | TurnFailed | TurnWithdrawn) -> None:
        if isinstance(event, TurnWithdrawn):
            self._bids.clear()  # what was bid for the next turn is asked for again
        if turn := self._turns.get(event.turn):
            _end(turn, event)

    def _answer(self, event: Answer) -> None:
        if event.ask is not None:
            self._asked.pop(event.ask, None)
        match event:
            case BidCast():
                self._bid(event)
            case MotionTabled():
                self._titles[event.motion] = event.title
                self._open.add(event.motion)
                self._sponsors[event.motion] = event.seat
                head = motion_heading(event, self._names)
                self._note(event, head, f"**{event.title}**\n\n{event.text}", f"#{event.motion}")
            case AmendmentProposed():
                own = self._sponsors.get(event.motion) == event.seat
                head = amendment_heading(event, self._names) + (f", {OWN}" if own else "")
                self._note(event, head, event.text, f"#{event.motion}")
            case FloorCalled() if event.question:
                self._note(event, call_heading(event, self._names), event.question)
            case FloorCalled() if event.how != "assumed":
                pass  # the head of the turn says so
            case PartnersChosen():
                pass  # who met whom is told
            case _ if event.type in ("vote.cast", "communique.signed"):
                pass  # in a place of their own
            case _:
                self._place(event.room).append(Remark(answer_line(event, self._names)))

    def _bid(self, event: BidCast) -> None:
        """All bids for one turn are one line, the highest first."""
        key = (event.phase, event.room, event.round)
        if key not in self._bids:
            remark = Remark("")
            self._bids[key] = (remark, [])
            self._place(event.room).append(remark)
        remark, bids = self._bids[key]
        bids.append(event)
        remark.text = bids_line(bids, self._names)

    def _aside(self, event: AnyEvent) -> None:
        """What is no turn, and was not asked for."""
        match event:
            case NotePassed():
                head = note_heading(event, self._names)
                self._chapters[-1].items.append(Note(head, event.text))
            case MinutesTaken():
                note = Note(minutes_heading(event), event.text, folded=True)
                self._chapters[-1].items.append(note)
            case TurnSkipped() | SeatChanged() | PersonaChanged() | RuleAdded():
                self._remark(order_line(event, self._names))
            case ConferenceForked() | FloorPaused() | ConferenceClosed():
                self._remark(conference_line(event))
            case _:
                pass

    def _note(self, event: Answer, head: str, text: str, to: str = "") -> None:
        self._place(event.room).append(Note(head, text, assumed(event), to=to))

    def _remark(self, text: str, to: str = "") -> None:
        if text:
            self._chapters[-1].items.append(Remark(text, to))

    def _place(self, room: str | None) -> list[Item]:
        """Where something stands that is said in a room, or before all."""
        here = self._chapters[-1]
        if room is None:
            return here.items
        if room not in here.rooms:  # it never opened
            here.rooms[room] = Room(room)
            here.items.append(here.rooms[room])
        return here.rooms[room].items

    def _vote_plan(self, phase: int) -> VotePlan | None:
        phases = self._opened.scenario.phases if self._opened else ()
        return phases[phase].vote if phase < len(phases) else None


def _end(turn: Spoken, event: TurnClosed | TurnFailed | TurnWithdrawn) -> None:
    turn.ended = True
    match event:
        case TurnClosed():
            turn.text, turn.reasoning = event.text, event.reasoning or ""
            told = (FINISHED.get(event.finish), spoken_by(event), event.warning)
            turn.asides = tuple(begun(aside) for aside in told if aside)
        case TurnFailed():
            turn.text = event.text or ""
            broken = event.reason in ("aborted", "interrupted")
            turn.asides = () if broken else (f"{begun(event.reason)}: {event.message}",)
        case TurnWithdrawn():
            turn.asides = (begun(STRUCK),)


def _tells(turn: Spoken) -> bool:
    """Whether there is anything to be told of it: a turn broken off without a word is made anew."""
    return not turn.struck or bool(turn.text.strip() or turn.asides)
