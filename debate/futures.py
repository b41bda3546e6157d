"""What was said and done in two conferences beyond what they have in common.

    one, other = futures(read(a), read(b))

Only what the table knows is told: turns, notes and changes, motions, open votes, decisions and
signatures. Bids, and who would have met whom, are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from debate.answer_wording import answer_line, decision_line, swing_line
from debate.events import (
    AmendmentAnswered,
    AmendmentProposed,
    AnyEvent,
    CommuniqueSigned,
    ConferenceClosed,
    ConferenceOpened,
    FloorCalled,
    MotionDecided,
    MotionJoined,
    MotionTabled,
    NotePassed,
    PersonaChanged,
    PhaseOpened,
    RoomsOpened,
    RuleAdded,
    SeatChanged,
    TurnClosed,
    TurnOpened,
    TurnWithdrawn,
    VoteCast,
)
from debate.scenario import HOUSE_MOTION
from debate.swing import swing
from debate.wording import (
    Names,
    conference_line,
    name_of,
    order_line,
    rooms_line,
    turn_marks,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A turn, or a line on something else that came about."""

    kind: str
    """The type of the event; of a turn `turn`."""
    text: str
    seat: str | None = None
    """Of a turn, who spoke."""
    name: str = ""
    """The speaker's."""
    turn: int | None = None
    marks: tuple[str, ...] = ()
    """Of a turn, what it was beside plain speech, and where; see `wording.turn_marks`."""

    @property
    def same(self) -> tuple[object, ...]:
        """What makes two passages the same, whatever their numbers."""
        return self.kind, self.seat, self.text


def passages(events: Iterable[AnyEvent]) -> list[Passage]:
    """What a transcript tells, in order: turns where they were opened, none that was struck."""
    told: dict[object, Passage | None] = {}
    opened: dict[int, TurnOpened] = {}
    teller = _Teller()
    for n, event in enumerate(events):
        match event:
            case TurnOpened():
                opened[event.turn] = event
                told["turn", event.turn] = None
            case TurnClosed() if event.turn in opened:
                told["turn", event.turn] = teller.turn(opened[event.turn], event)
            case TurnWithdrawn():
                told.pop(("turn", event.turn), None)
            case _:
                told[n] = teller.line(event)
    return [passage for passage in told.values() if passage is not None]


def futures(
    one: Iterable[AnyEvent], other: Iterable[AnyEvent]
) -> tuple[list[Passage], list[Passage]]:
    """What two transcripts tell, each from where they part."""
    first, second = passages(one), passages(other)
    common = 0
    for a, b in zip(first, second, strict=False):
        if a.same != b.same:
            break
        common += 1
    return first[common:], second[common:]


class _Teller:
    """Tells events one by one, in the names and titles of their conference."""

    def __init__(self) -> None:
        self._names: Names = {}
        self._titles: dict[str, str] = {}
        self._secret: frozenset[int] = frozenset()
        self._opened: ConferenceOpened | None = None
        self._house: list[MotionDecided] = []

    def turn(self, opened: TurnOpened, closed: TurnClosed) -> Passage:
        return Passage(
            kind="turn",
            text=closed.text,
            seat=closed.seat,
            name=name_of(closed.seat, self._names),
            turn=closed.turn,
            marks=turn_marks(opened, self._names),
        )

    def line(self, event: AnyEvent) -> Passage | None:
        """The passage of anything that is no turn; None if the table does not know it."""
        text = ""
        match event:
            case ConferenceOpened():
                self._begin(event)
            case PhaseOpened():
                text = event.title
            case RoomsOpened():
                text = rooms_line(event.rooms, self._names)
            case MotionDecided():
                text = " ".join(filter(None, (self._decision(event), self._swing(event))))
            case VoteCast() if event.phase in self._secret:
                pass
            case MotionTabled():
                self._titles[event.motion] = event.title
                text = answer_line(event, self._names)
            case (
                FloorCalled()
                | MotionJoined()
                | AmendmentProposed()
                | AmendmentAnswered()
                | VoteCast()
                | CommuniqueSigned()
            ):
                text = answer_line(event, self._names)
            case NotePassed() | SeatChanged() | PersonaChanged() | RuleAdded():
                text = order_line(event, self._names)
            case ConferenceClosed():
                text = conference_line(event)
            case _:
                pass
        return Passage(event.type, text) if text else None

    def _decision(self, event: MotionDecided) -> str:
        return decision_line(event, self._titles.get(event.motion))

    def _swing(self, event: MotionDecided) -> str:
        if event.motion != HOUSE_MOTION or self._opened is None:
            return ""
        self._house.append(event)
        moved = swing(self._opened, self._house)
        return swing_line(moved) if moved else ""

    def _begin(self, event: ConferenceOpened) -> None:
        self._opened, self._house = event, []
        self._names = {card.id: card.name for card in event.seats}
        phases = enumerate(event.scenario.phases)
        self._secret = frozenset(n for n, phase in phases if phase.vote.secret)
