"""The state of a conference, and the one function that changes it.

`reduce(apply, events)` is the whole state: what a run knows after a turn is what a program knows
that reads the transcript later. `apply` is pure and total: an event that makes no sense where it
stands leaves the state as it is, and `verify` is what reports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from types import MappingProxyType
from typing import Any, Literal

from debate.bill import NOTHING, Bill, minutes_bill, turn_bill
from debate.events import (
    AnyEvent,
    BudgetSet,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    Event,
    FloorPaused,
    FloorResumed,
    MinutesTaken,
    NotePassed,
    PhaseOpened,
    Profile,
    SeatCard,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.scenario import Phase


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
    skipped: frozenset[tuple[str, int]] = frozenset()
    """(seat, round) pairs that were given up after failing."""
    attempts: MappingProxyType[tuple[str, int], int] = field(default_factory=_nothing)
    """Failed tries of each (seat, round) still to be had."""


Standing = Literal["unopened", "open", "paused", "closed"]


@dataclass(frozen=True, slots=True)
class ConferenceState:
    """All that the agenda and the prompts may depend on."""

    manifest: ConferenceOpened | None = None
    standing: Standing = "unopened"
    phase: CurrentPhase | None = None
    record: tuple[Turn, ...] = ()
    """Finished turns in the order they were opened, whatever order they ended in."""
    notes: tuple[PassedNote, ...] = ()
    minutes: Minutes | None = None
    """The latest; they hold what earlier ones held."""
    profiles: MappingProxyType[str, Profile] = field(default_factory=_nothing)
    """Who speaks for each seat now."""
    seed: int = 0
    """Of orders and of sampling, from here on."""
    in_air: MappingProxyType[int, TurnOpened] = field(default_factory=_nothing)
    rooms: MappingProxyType[str, tuple[str, ...]] = field(default_factory=_nothing)
    """Members of every private room there has been."""
    spoken: MappingProxyType[str, int] = field(default_factory=_nothing)
    """Finished turns of each seat that has any."""
    last_turn: int = 0
    seconds: float = 0.0
    """Time spent, pauses and gaps between sessions left out."""
    bill: Bill = NOTHING
    """What all calls came to."""
    budget: Decimal | None = None
    """What it may cost in all."""
    last_at: datetime | None = None
    failure: TurnFailed | None = None
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
        """The same, where a call whose cost is not known counts as the most that it can have cost;
        where nothing limits that, it counts as nothing."""
        return sum((c.known + (c.over or 0) for c in self.bill.costs), Decimal(0))

    @property
    def phase_plan(self) -> Phase | None:
        """The scenario's plan of the phase now open."""
        return self.opened.scenario.phases[self.phase.index] if self.phase else None

    def seat(self, seat: str) -> SeatCard:
        """The card of a seat.

        Raises:
            KeyError: if there is no such seat.
        """
        for card in self.opened.seats:
            if card.id == seat:
                return card
        raise KeyError(seat)


def fold(events: Iterable[AnyEvent], state: ConferenceState | None = None) -> ConferenceState:
    """The state after these events."""
    return reduce(apply, events, state or ConferenceState())


def apply(state: ConferenceState, event: AnyEvent) -> ConferenceState:
    """The state after one more event."""
    if state.standing == "closed" or (state.standing == "unopened") != isinstance(
        event, ConferenceOpened
    ):
        return state
    after = _CHANGES[type(event)](state, event)
    # The clock stands still in a pause, whatever the chair does meanwhile, and starts as it ends.
    still = state.standing == "paused" or isinstance(event, FloorResumed) or after is state
    return after if still else _tick(after, event.at)


def _tick(state: ConferenceState, at: datetime | None) -> ConferenceState:
    if at is None:
        return state
    spent = max((at - state.last_at).total_seconds(), 0.0) if state.last_at else 0.0
    return replace(state, seconds=state.seconds + spent, last_at=at)


def _open(state: ConferenceState, event: ConferenceOpened) -> ConferenceState:
    profiles = MappingProxyType({card.id: card.profile for card in event.seats})
    ends = event.scenario.ends.cost
    budget = None if ends is None else Decimal(str(ends))
    return replace(
        state,
        manifest=event,
        standing="open",
        profiles=profiles,
        seed=event.seed,
        budget=budget,
    )


def _open_phase(state: ConferenceState, event: PhaseOpened) -> ConferenceState:
    if event.phase >= len(state.opened.scenario.phases):
        return state
    rooms = MappingProxyType(dict(event.rooms))
    return replace(
        state,
        phase=CurrentPhase(event.phase, len(state.record), rooms),
        rooms=MappingProxyType({**state.rooms, **rooms}) if rooms else state.rooms,
    )


def _open_turn(state: ConferenceState, event: TurnOpened) -> ConferenceState:
    known = any(card.id == event.seat for card in state.opened.seats)
    here = state.phase is not None and event.phase == state.phase.index
    room = event.room is None or event.room in state.rooms
    if not (known and here and room and event.turn > state.last_turn):
        return state
    in_air = MappingProxyType({**state.in_air, event.turn: event})
    return replace(state, in_air=in_air, last_turn=event.turn)


def _land(state: ConferenceState, turn: int) -> tuple[TurnOpened | None, ConferenceState]:
    opened = state.in_air.get(turn)
    if opened is None:
        return None, state
    rest = MappingProxyType({n: t for n, t in state.in_air.items() if n != turn})
    return opened, replace(state, in_air=rest)


def _close_turn(state: ConferenceState, event: TurnClosed) -> ConferenceState:
    opened, state = _land(state, event.turn)
    if opened is None:
        return state
    turn = Turn(event.turn, opened.seat, opened.phase, opened.round, opened.room, text=event.text)
    # Turns run in parallel may end in any order; the record keeps the order of their opening.
    at = len(state.record)
    while at and state.record[at - 1].number > turn.number:
        at -= 1
    return replace(
        state,
        record=(*state.record[:at], turn, *state.record[at:]),
        spoken=MappingProxyType({**state.spoken, turn.seat: state.spoken.get(turn.seat, 0) + 1}),
        bill=state.bill + _bill(state, opened, event),
    )


def _bill(state: ConferenceState, opened: TurnOpened, event: TurnClosed | TurnFailed) -> Bill:
    return turn_bill(event, state.profiles[opened.seat].price, opened.at_most)


def _fail_turn(state: ConferenceState, event: TurnFailed) -> ConferenceState:
    opened, state = _land(state, event.turn)
    if opened is None or state.phase is None:
        return state
    state = replace(state, bill=state.bill + _bill(state, opened, event))
    assert state.phase is not None
    if event.reason in ("aborted", "interrupted"):
        return state  # Nobody's fault: the same turn is simply asked for again.
    slot = (opened.seat, opened.round)
    rules = state.opened.scenario.failures
    tries = state.phase.attempts.get(slot, 0) + 1
    attempts = {k: v for k, v in state.phase.attempts.items() if k != slot}
    if tries <= rules.retries and not event.final:
        phase = replace(state.phase, attempts=MappingProxyType({**attempts, slot: tries}))
        return replace(state, phase=phase)
    then = rules.endpoint if event.reason == "error" else rules.reply
    if then == "stop":
        # The tries are forgotten, so that a resumed conference begins this turn afresh.
        phase = replace(state.phase, attempts=MappingProxyType(attempts))
        return replace(state, phase=phase, failure=event)
    phase = replace(
        state.phase,
        attempts=MappingProxyType(attempts),
        skipped=state.phase.skipped | {slot},
    )
    return replace(state, phase=phase)


def _skip_turn(state: ConferenceState, event: TurnSkipped) -> ConferenceState:
    slot = (event.seat, event.round)
    phase = state.phase
    if phase is None or event.phase != phase.index or slot in phase.skipped:
        return state
    if event.seat not in state.profiles or any(t.seat == event.seat for t in state.in_air.values()):
        return state
    attempts = {k: v for k, v in phase.attempts.items() if k != slot}
    phase = replace(phase, skipped=phase.skipped | {slot}, attempts=MappingProxyType(attempts))
    return replace(state, phase=phase)


def _withdraw_turn(state: ConferenceState, event: TurnWithdrawn) -> ConferenceState:
    if last_withdrawable(state) != event.turn:
        return state
    turn = state.record[-1]
    spoken = {**state.spoken, turn.seat: state.spoken[turn.seat] - 1}
    if not spoken[turn.seat]:
        del spoken[turn.seat]
    return replace(state, record=state.record[:-1], spoken=MappingProxyType(spoken))


def last_withdrawable(state: ConferenceState) -> int | None:
    """The number of the last finished turn, if it can be asked for again: no turn is in the air,
    its phase is still open, and no minutes hold it."""
    if state.phase is None or state.in_air or len(state.record) <= state.phase.opened_after:
        return None
    last = state.record[-1].number
    return None if state.minutes is not None and last <= state.minutes.through else last


def settled(state: ConferenceState) -> tuple[Turn, ...]:
    """The finished turns that can be heard: while an opening is under way, those before it."""
    plan, phase = state.phase_plan, state.phase
    if plan and phase and plan.kind == "opening":
        return state.record[: phase.opened_after]
    return state.record


def last_held(state: ConferenceState, through: int) -> Turn | None:
    """The turn of this number, if it can be the last that new minutes hold: it is public, can be
    heard, and is in no minutes yet; the conference goes on, and no turn is in the air."""
    if state.standing != "open" or state.in_air:
        return None
    if state.minutes is not None and through <= state.minutes.through:
        return None
    return next((t for t in settled(state) if t.number == through and t.room is None), None)


def _take_minutes(state: ConferenceState, event: MinutesTaken) -> ConferenceState:
    turn = last_held(state, event.through)
    if turn is None or not event.text.strip():
        return state
    minutes = Minutes(event.through, event.text, turn.phase)
    return replace(state, minutes=minutes, bill=state.bill + minutes_bill(event))


def _pass_note(state: ConferenceState, event: NotePassed) -> ConferenceState:
    if event.to is not None and event.to not in state.profiles:
        return state
    phase = state.phase.index if state.phase else -1
    note = PassedNote(event.to, event.text, state.last_turn, phase)
    return replace(state, notes=(*state.notes, note))


def _change_seat(state: ConferenceState, event: SeatChanged) -> ConferenceState:
    # A turn in the air is priced and shown as its own speaker's.
    if event.seat not in state.profiles or any(t.seat == event.seat for t in state.in_air.values()):
        return state
    return replace(state, profiles=MappingProxyType({**state.profiles, event.seat: event.profile}))


def _set_budget(state: ConferenceState, event: BudgetSet) -> ConferenceState:
    return replace(state, budget=event.cost)


def _fork(state: ConferenceState, event: ConferenceForked) -> ConferenceState:
    return replace(state, seed=event.seed)


def _pause(state: ConferenceState, event: FloorPaused) -> ConferenceState:
    return replace(state, standing="paused", failure=None)


def _resume(state: ConferenceState, event: FloorResumed) -> ConferenceState:
    return replace(state, standing="open", last_at=event.at)


def _close(state: ConferenceState, event: ConferenceClosed) -> ConferenceState:
    return replace(state, standing="closed")


_CHANGES: dict[type[Event], Callable[[ConferenceState, Any], ConferenceState]] = {
    ConferenceOpened: _open,
    PhaseOpened: _open_phase,
    TurnOpened: _open_turn,
    TurnClosed: _close_turn,
    TurnFailed: _fail_turn,
    TurnSkipped: _skip_turn,
    TurnWithdrawn: _withdraw_turn,
    MinutesTaken: _take_minutes,
    NotePassed: _pass_note,
    SeatChanged: _change_seat,
    BudgetSet: _set_budget,
    ConferenceForked: _fork,
    FloorPaused: _pause,
    FloorResumed: _resume,
    ConferenceClosed: _close,
}
