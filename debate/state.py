"""The state of a conference, and the one function that changes it.

`reduce(apply, events)` is the whole state: what a run knows after a turn is what a program knows
that reads the transcript later. `apply` is pure and total: an event that makes no sense where it
stands leaves the state as it is, and `verify` is what reports it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from types import MappingProxyType
from typing import Any, Literal

from debate.events import (
    AnyEvent,
    ConferenceClosed,
    ConferenceOpened,
    FloorPaused,
    FloorResumed,
    PhaseOpened,
    Price,
    SeatCard,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    Usage,
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
    in_air: MappingProxyType[int, TurnOpened] = field(default_factory=_nothing)
    rooms: MappingProxyType[str, tuple[str, ...]] = field(default_factory=_nothing)
    """Members of every private room there has been."""
    spoken: MappingProxyType[str, int] = field(default_factory=_nothing)
    """Finished turns of each seat that has any."""
    last_turn: int = 0
    seconds: float = 0.0
    """Time spent, pauses and gaps between sessions left out."""
    cost: Decimal | None = Decimal(0)
    """Sum of what the turns cost; None once any of them had no known price."""
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
    match event:
        case ConferenceOpened():
            state = replace(state, manifest=event, standing="open")
        case PhaseOpened():
            state = _open_phase(state, event)
        case TurnOpened():
            state = _open_turn(state, event)
        case TurnClosed():
            state = _close_turn(state, event)
        case TurnFailed():
            state = _fail_turn(state, event)
        case FloorPaused():
            state = replace(state, standing="paused", failure=None)
        case FloorResumed():
            # The clock stood still: nothing between the pause and now counts.
            return replace(state, standing="open", last_at=event.at)
        case ConferenceClosed():
            state = replace(state, standing="closed")
    return _tick(state, event.at)


def _tick(state: ConferenceState, at: datetime | None) -> ConferenceState:
    if at is None:
        return state
    spent = max((at - state.last_at).total_seconds(), 0.0) if state.last_at else 0.0
    return replace(state, seconds=state.seconds + spent, last_at=at)


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
    cost = price_of(event.usage, state.seat(opened.seat).profile.price)
    return replace(
        state,
        record=(*state.record[:at], turn, *state.record[at:]),
        spoken=MappingProxyType({**state.spoken, turn.seat: state.spoken.get(turn.seat, 0) + 1}),
        cost=None if state.cost is None or cost is None else state.cost + cost,
    )


def _fail_turn(state: ConferenceState, event: TurnFailed) -> ConferenceState:
    opened, state = _land(state, event.turn)
    if opened is None or state.phase is None:
        return state
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


def price_of(usage: Usage, price: Price | None) -> Decimal | None:
    """What a call cost, exactly, in the price's currency.

    Returns:
        None if the price is unknown, or a token count that it needs. Where only the cached count
        is unknown, all input is taken as uncached: that is what a provider bills then.
    """
    if price is None:
        return None
    if price.input == price.output == 0:
        return Decimal(0)
    if usage.input is None or usage.output is None:
        return None
    cached = usage.cached or 0
    read = price.input if price.cached is None else price.cached
    total = (usage.input - cached) * price.input + cached * read + usage.output * price.output
    return total / Decimal(1_000_000)
