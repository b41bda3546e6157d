"""The shape of a conference's state, and what can be asked of it.

Values only: `state.apply` makes each from the one before it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from debate.answers import AskFailed, AskKind, AskOpened, Choice
from debate.bill import NOTHING, Bill
from debate.events import ConferenceOpened, Part, Profile, SeatCard, TurnFailed, TurnOpened
from debate.scenario import Phase
from debate.told import Grown, Told


def _nothing() -> MappingProxyType[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Turn:
    """A finished turn as the record holds it."""

    number: int
    seat: str
    phase: int
    round: int
    room: str | None
    text: str
    part: Part | None = None
    to: str | None = None
    """Of a question: who is asked. Of an answer: who asked."""


@dataclass(frozen=True, slots=True)
class PassedNote:
    """A note from the chair, as the record holds it."""

    to: str | None
    """The one seat that may know it; None is all."""
    text: str
    after: int
    """The last turn opened before it: it stands behind that turn."""
    phase: int
    """The phase then open; -1 before the first."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the record says by itself, to all: a motion tabled, a count of votes, a question that
    the chair puts as it gives the floor."""

    text: str
    after: int
    """The last turn opened before it: it stands behind that turn."""
    phase: int
    by: str | None = None
    """The seat that spoke it, if one did."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """Other words for a motion."""

    id: str
    motion: str
    by: str
    text: str
    accepted: bool | None = None
    """None until its sponsor has answered."""


@dataclass(frozen=True, slots=True)
class Motion:
    """A motion that was tabled."""

    id: str
    title: str
    text: str
    """As it reads now, accepted amendments included."""
    sponsors: tuple[str, ...]
    """Who tabled it, then who joined."""
    phase: int
    """The phase in which it was tabled."""
    carried: bool | None = None
    """None until it was voted on."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A count of votes. The scenario's own motion may be voted on more than once."""

    phase: int
    motion: str
    carried: bool
    votes: Mapping[Choice, int]
    """By weight."""
    ballots: Mapping[str, tuple[Choice, str]]
    """Vote and reason of each seat."""
    secret: bool

    @property
    def yes(self) -> int:
        """Votes for it."""
        return self.votes["yes"]

    @property
    def no(self) -> int:
        """Votes against it."""
        return self.votes["no"]

    @property
    def abstain(self) -> int:
        """Votes for neither."""
        return self.votes["abstain"]


@dataclass(frozen=True, slots=True)
class Held:
    """How often a seat has had the floor in a phase."""

    times: int
    last: int
    """Which turn of the phase, or of its room, was its last."""


@dataclass(frozen=True, slots=True)
class Called:
    """Who was called to the floor, and how that came."""

    to: str
    question: str
    why: str | None


#: What makes an ask of a phase this one: kind, seat, round, room, what it is about.
AskSlot = tuple[AskKind, str | None, int, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Minutes:
    """What the clerk wrote in place of the public turns up to one of them."""

    through: int
    """The last turn that they hold."""
    text: str
    phase: int
    """The phase of that turn."""


@dataclass(frozen=True, slots=True)
class CurrentPhase:
    """Where the phase now open stands."""

    index: int
    opened_after: int
    """Turns in the record when it opened: those behind this mark belong to the phase."""
    rooms: MappingProxyType[str, tuple[str, ...]]
    """Who meets in private."""
    rooms_opened: bool = False
    """Whether the rooms of a caucus are settled, where the seats choose each other."""
    skipped: frozenset[tuple[str, int]] = frozenset()
    """(seat, round) pairs that were given up after failing."""
    attempts: MappingProxyType[object, int] = field(default_factory=_nothing)
    """Failed tries of each (seat, round), and of each ask, still to be had."""
    held: MappingProxyType[tuple[str | None, str], Held] = field(default_factory=_nothing)
    """Who has had the floor, by room and seat."""
    answered: frozenset[AskSlot] = frozenset()
    given_up: frozenset[AskSlot] = frozenset()
    """Asks that could not be had, and for which an answer is to be assumed."""
    bids: MappingProxyType[tuple[str | None, int], Mapping[str, int]] = field(
        default_factory=_nothing
    )
    """By room and turn of the phase, then by seat."""
    called: MappingProxyType[tuple[str | None, int], Called] = field(default_factory=_nothing)
    """By room and turn of the phase."""
    partners: MappingProxyType[str, tuple[str, ...]] = field(default_factory=_nothing)
    """Whom each seat would meet."""
    ballots: MappingProxyType[str, Mapping[str, tuple[Choice, str]]] = field(
        default_factory=_nothing
    )
    """Of each motion: by seat, the vote and its reason."""
    decided: frozenset[str] = frozenset()
    """Motions that were voted on in this phase."""
    signatures: MappingProxyType[str, tuple[bool, str]] = field(default_factory=_nothing)


Standing = Literal["unopened", "open", "paused", "closed"]


@dataclass(frozen=True, slots=True)
class ConferenceState:
    """All that the agenda and the prompts may depend on."""

    manifest: ConferenceOpened | None = None
    standing: Standing = "unopened"
    phase: CurrentPhase | None = None
    record: Told[Turn] = field(default_factory=Told)
    """Finished turns in the order they were opened, whatever order they ended in."""
    notes: Told[PassedNote | Announcement] = field(default_factory=Told)
    """What stands between turns, in order."""
    motions: MappingProxyType[str, Motion] = field(default_factory=_nothing)
    """By id, in the order in which they were tabled."""
    amendments: MappingProxyType[str, Amendment] = field(default_factory=_nothing)
    decisions: tuple[Decision, ...] = ()
    minutes: Minutes | None = None
    """The latest; they hold what earlier ones held."""
    profiles: MappingProxyType[str, Profile] = field(default_factory=_nothing)
    """Who speaks for each seat now."""
    seed: int = 0
    """Of orders and of sampling, from here on."""
    in_air: MappingProxyType[int, TurnOpened] = field(default_factory=_nothing)
    asking: MappingProxyType[int, AskOpened] = field(default_factory=_nothing)
    """Asks that are still to be answered."""
    rooms: MappingProxyType[tuple[int, str], tuple[str, ...]] = field(default_factory=_nothing)
    """Members of every private room there has been, by phase and room."""
    spoken: MappingProxyType[str, int] = field(default_factory=_nothing)
    """Finished turns of each seat that has any."""
    last_turn: int = 0
    last_ask: int = 0
    seconds: float = 0.0
    """Time spent, pauses and gaps between sessions left out."""
    bill: Bill = NOTHING
    """What all calls came to."""
    budget: Decimal | None = None
    """What it may cost in all."""
    last_at: datetime | None = None
    failure: TurnFailed | AskFailed | None = None
    """The failure that the agenda has not yet dealt with by stopping, if any."""

    @property
    def opened(self) -> ConferenceOpened:
        """The manifest of a conference that has been opened."""
        if self.manifest is None:
            raise ValueError("the conference has not been opened")
        return self.manifest

    @property
    def cost(self) -> Decimal | None:
        """What the calls cost, if all of them are known and of one currency."""
        costs = self.bill.costs
        return Decimal(0) if not costs else costs[0].cost if len(costs) == 1 else None

    @property
    def at_most(self) -> Decimal:
        """The most that the calls can have cost; see `Bill.at_most`."""
        return self.bill.at_most

    @property
    def under_way(self) -> Decimal:
        """The most that what is in the air can cost, as far as that is known."""
        calls: list[TurnOpened | AskOpened] = [*self.in_air.values(), *self.asking.values()]
        return sum((call.at_most or Decimal(0) for call in calls), Decimal(0))

    @property
    def phase_plan(self) -> Phase | None:
        """The scenario's plan of the phase now open."""
        return self.opened.scenario.phases[self.phase.index] if self.phase else None

    @property
    def busy(self) -> bool:
        """Whether anybody is being asked for anything."""
        return bool(self.in_air or self.asking)

    @property
    def members(self) -> tuple[str, ...]:
        """The seats that take part in the phase now open, in the order of the table."""
        return self.opened.taking_part(self.phase_plan) if self.phase_plan else ()

    def seat(self, seat: str) -> SeatCard:
        """The card of a seat.

        Raises:
            KeyError: if there is no such seat.
        """
        for card in self.opened.seats:
            if card.id == seat:
                return card
        raise KeyError(seat)


def hold_floor(phase: CurrentPhase, room: str | None, seat: str, nth: int) -> CurrentPhase:
    """The phase after a seat has had the floor, as its nth turn or its room's."""
    before = phase.held.get((room, seat))
    times = before.times + 1 if before else 1
    last = max(nth, before.last) if before else nth
    held = MappingProxyType({**phase.held, (room, seat): Held(times, last)})
    return replace(phase, held=held)


def turns_held(phase: CurrentPhase, room: str | None, seats: frozenset[str] | None = None) -> int:
    """How many turns of a phase, or of one of its rooms, have been had or passed over."""
    had = sum(held.times for (where, _), held in phase.held.items() if where == room)
    return had + sum(1 for seat, _ in phase.skipped if seats is None or seat in seats)


def last_withdrawable(state: ConferenceState) -> int | None:
    """The number of the last finished turn, if it can be asked for again: nobody is being asked
    for anything, its phase is still open, no minutes hold it, and nobody has signed it."""
    if state.phase is None or state.busy or len(state.record) <= state.phase.opened_after:
        return None
    last = state.record[-1].number
    if state.minutes is not None and last <= state.minutes.through:
        return None
    return None if state.phase.signatures else last


def settled(state: ConferenceState) -> Grown[Turn]:
    """The finished turns that can be heard: while an opening is under way, those before it."""
    return _settled(state, state.record.every)


def settled_in_public(state: ConferenceState) -> Grown[Turn]:
    """Those of them that all have heard."""
    return _settled(state, state.record.public)


def settled_apart(state: ConferenceState, seat: str | None) -> Grown[Turn]:
    """Those of them that a seat has heard in private rooms."""
    return _settled(state, state.record.apart.get(seat or "", Grown()))


def _settled(state: ConferenceState, turns: Grown[Turn]) -> Grown[Turn]:
    plan, phase = state.phase_plan, state.phase
    if not (plan and phase and plan.kind == "opening") or len(state.record) <= phase.opened_after:
        return turns
    first = state.record[phase.opened_after].number
    return turns.upto(bisect_left(turns, first, key=number_of))


def number_of(turn: Turn) -> int:
    """The place of a turn in the record."""
    return turn.number


def place_of(note: PassedNote | Announcement) -> int:
    """The place of a note: the last turn opened before it."""
    return note.after


def last_held(state: ConferenceState, through: int) -> Turn | None:
    """The turn of this number, if it can be the last that new minutes hold: it is public, can be
    heard, and is in no minutes yet; the conference goes on, and no turn is in the air."""
    if state.standing != "open" or state.busy:
        return None
    if state.minutes is not None and through <= state.minutes.through:
        return None
    turns = settled_in_public(state)
    at = bisect_left(turns, through, key=number_of)
    return turns[at] if at < len(turns) and turns[at].number == through else None
