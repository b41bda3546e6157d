"""The state of a conference, and the one function that changes it.

`reduce(apply, events)` is the whole state: what a run knows after a turn is what a program knows
that reads the transcript later. `apply` is pure and total: an event that makes no sense where it
stands leaves the state as it is, and `verify` is what reports it.

What a state is stands in `standing`; what asks and answers change in it, in `proceedings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from types import MappingProxyType
from typing import Any

from debate.bill import Bill, minutes_bill, turn_bill
from debate.events import (
    AnyEvent,
    AskOpened,
    BudgetSet,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    Event,
    FloorPaused,
    FloorResumed,
    MinutesTaken,
    NotePassed,
    PersonaChanged,
    PhaseOpened,
    RuleAdded,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.interrupted import interrupted
from debate.proceedings import CHANGES
from debate.standing import (
    Announcement,
    ConferenceState,
    CurrentPhase,
    Held,
    Minutes,
    PassedNote,
    Standing,
    Turn,
    hold_floor,
    last_held,
    last_withdrawable,
    number_of,
    place_of,
    settled,
    turns_held,
)


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
    begins = isinstance(event, FloorResumed | ConferenceForked)
    still = state.standing == "paused" or begins or after is state
    return after if still else _tick(after, event.at)


def broken_off(state: ConferenceState, how: str, *, billed: bool) -> list[AnyEvent]:
    """The events that end whatever is in the air, so that it is asked for again. Arguments as of
    `interrupted`."""
    turns = [opened for _, opened in sorted(state.in_air.items())]
    asks = [opened for _, opened in sorted(state.asking.items())]
    open_: list[TurnOpened | AskOpened] = [*turns, *asks]
    return [interrupted(opened, how, billed=billed) for opened in open_]


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
    everywhere = {**state.rooms, **{(event.phase, room): s for room, s in rooms.items()}}
    return replace(
        state,
        phase=CurrentPhase(event.phase, len(state.record), rooms),
        rooms=MappingProxyType(everywhere) if rooms else state.rooms,
    )


def _open_turn(state: ConferenceState, event: TurnOpened) -> ConferenceState:
    known = event.seat in state.profiles
    here = state.phase is not None and event.phase == state.phase.index
    room = event.room is None or (event.phase, event.room) in state.rooms
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
    turn = Turn(
        event.turn,
        opened.seat,
        opened.phase,
        opened.round,
        opened.room,
        event.text,
        opened.part,
        opened.to,
    )
    heard_by = None if turn.room is None else state.rooms[turn.phase, turn.room]
    phase = state.phase
    if phase is not None and phase.index == opened.phase:
        nth = turns_held(phase, opened.room, _in_room(phase, opened.room)) + 1
        phase = hold_floor(phase, opened.room, opened.seat, nth)
    return replace(
        state,
        phase=phase,
        # Turns run in parallel may end in any order; the record keeps the order of their opening.
        record=state.record.placed(turn, number_of, heard_by),
        spoken=MappingProxyType({**state.spoken, turn.seat: state.spoken.get(turn.seat, 0) + 1}),
        bill=state.bill + _bill(state, opened, event),
    )


def _in_room(phase: CurrentPhase, room: str | None) -> frozenset[str] | None:
    return None if room is None else frozenset(phase.rooms.get(room, ()))


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
    if last_withdrawable(state) != event.turn or state.phase is None:
        return state
    turn = state.record[-1]
    spoken = {**state.spoken, turn.seat: state.spoken[turn.seat] - 1}
    if not spoken[turn.seat]:
        del spoken[turn.seat]
    state = replace(state, record=state.record.without_last(), spoken=MappingProxyType(spoken))
    return replace(state, phase=_as_if_unheard(state, turn))


def _as_if_unheard(state: ConferenceState, turn: Turn) -> CurrentPhase:
    """The phase without a turn that was struck: whoever is to follow it is found anew."""
    phase = state.phase
    assert phase is not None
    room, where = turn.room, (turn.room, turn.seat)
    had = phase.held[where]
    held = {k: v for k, v in phase.held.items() if k != where}
    if had.times > 1:
        here = [t for t in state.record[phase.opened_after :] if t.room == room]
        last = max(n for n, t in enumerate(here, 1) if t.seat == turn.seat)
        held[where] = Held(had.times - 1, last)
    nth = turns_held(replace(phase, held=MappingProxyType(held)), room, _in_room(phase, room)) + 1
    return replace(
        phase,
        held=MappingProxyType(held),
        # What was bid, or called, to follow it.
        bids=MappingProxyType({k: v for k, v in phase.bids.items() if k[0] != room or k[1] <= nth}),
        called=MappingProxyType(
            {k: v for k, v in phase.called.items() if k[0] != room or k[1] <= nth}
        ),
        answered=frozenset(
            slot
            for slot in phase.answered
            if slot[0] not in ("bid", "call") or slot[3] != room or slot[2] <= nth
        ),
    )


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
    to = None if event.to is None else (event.to,)
    return replace(state, notes=state.notes.placed(note, place_of, to))


def _change_seat(state: ConferenceState, event: SeatChanged) -> ConferenceState:
    # A turn in the air is priced and shown as its own speaker's.
    if event.seat not in state.profiles or any(t.seat == event.seat for t in state.in_air.values()):
        return state
    return replace(state, profiles=MappingProxyType({**state.profiles, event.seat: event.profile}))


def _set_budget(state: ConferenceState, event: BudgetSet) -> ConferenceState:
    return replace(state, budget=event.cost)


def _change_persona(state: ConferenceState, event: PersonaChanged) -> ConferenceState:
    manifest, persona = state.opened, event.persona
    if state.busy or persona.id not in manifest.personas:
        return state
    personas = {**manifest.personas, persona.id: persona}
    return replace(state, manifest=manifest.model_copy(update={"personas": personas}))


def _add_rule(state: ConferenceState, event: RuleAdded) -> ConferenceState:
    manifest = state.opened
    if state.busy:
        return state
    rules = (*manifest.scenario.rules, event.text)
    scenario = manifest.scenario.model_copy(update={"rules": rules})
    return replace(state, manifest=manifest.model_copy(update={"scenario": scenario}))


def _fork(state: ConferenceState, event: ConferenceForked) -> ConferenceState:
    return replace(state, seed=event.seed, last_at=event.at)


def _pause(state: ConferenceState, event: FloorPaused) -> ConferenceState:
    return replace(state, standing="paused", failure=None)


def _resume(state: ConferenceState, event: FloorResumed) -> ConferenceState:
    return replace(state, standing="open", last_at=event.at)


def _close(state: ConferenceState, event: ConferenceClosed) -> ConferenceState:
    return replace(state, standing="closed")


_CHANGES: dict[type[Event], Callable[[ConferenceState, Any], ConferenceState]] = {
    ConferenceOpened: _open,
    PhaseOpened: _open_phase,
    **CHANGES,
    TurnOpened: _open_turn,
    TurnClosed: _close_turn,
    TurnFailed: _fail_turn,
    TurnSkipped: _skip_turn,
    TurnWithdrawn: _withdraw_turn,
    MinutesTaken: _take_minutes,
    NotePassed: _pass_note,
    SeatChanged: _change_seat,
    PersonaChanged: _change_persona,
    RuleAdded: _add_rule,
    BudgetSet: _set_budget,
    ConferenceForked: _fork,
    FloorPaused: _pause,
    FloorResumed: _resume,
    ConferenceClosed: _close,
}

__all__ = [
    "Announcement",
    "ConferenceState",
    "CurrentPhase",
    "Minutes",
    "PassedNote",
    "Standing",
    "Turn",
    "apply",
    "broken_off",
    "fold",
    "last_held",
    "last_withdrawable",
    "settled",
]
