"""What asks and their answers change in the state: bids, calls, whom one would meet in private.

What motions, votes and signatures change stands in `resolutions`.

Pure, like all of `state`: an answer that makes no sense where it stands changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from debate.answers import (
    AmendmentAnswered,
    AmendmentProposed,
    Answer,
    AskFailed,
    AskOpened,
    AskWaived,
    BidCast,
    CommuniqueSigned,
    FloorCalled,
    MotionJoined,
    MotionTabled,
    PartnersChosen,
    VoteCast,
)
from debate.bill import NOTHING, Bill, answer_bill
from debate.events import Event, MotionDecided, RoomsOpened
from debate.resolutions import EFFECTS, Effect, announce, decide
from debate.standing import (
    AskSlot,
    Called,
    ConferenceState,
    CurrentPhase,
)


def ask_slot(ask: AskOpened) -> AskSlot:
    """What makes an ask of its phase this one."""
    return (ask.kind, ask.seat, ask.round, ask.room, ask.about)


# -- asks


def open_ask(state: ConferenceState, event: AskOpened) -> ConferenceState:
    known = event.seat is None or event.seat in state.profiles
    here = state.phase is not None and event.phase == state.phase.index
    if not (known and here and event.ask > state.last_ask):
        return state
    asking = MappingProxyType({**state.asking, event.ask: event})
    return replace(state, asking=asking, last_ask=event.ask)


def fail_ask(state: ConferenceState, event: AskFailed) -> ConferenceState:
    opened, state = _end_ask(state, event.ask)
    phase, rules = state.phase, state.opened.scenario.failures
    if opened is None or phase is None:
        return state
    state = replace(state, bill=state.bill + _bill(state, opened, event))
    if event.reason in ("aborted", "interrupted"):
        return state  # Nobody's fault: the same is simply asked again.
    slot = ask_slot(opened)
    tries = phase.attempts.get(slot, 0) + 1
    attempts = {k: v for k, v in phase.attempts.items() if k != slot}
    if event.reason != "skipped":
        if tries <= rules.retries and not event.final:
            attempts[slot] = tries
            return replace(state, phase=replace(phase, attempts=MappingProxyType(attempts)))
        if rules.endpoint == "stop":
            phase = replace(phase, attempts=MappingProxyType(attempts))
            return replace(state, phase=phase, failure=event)
    phase = replace(phase, attempts=MappingProxyType(attempts), given_up=phase.given_up | {slot})
    return replace(state, phase=phase)


def _end_ask(state: ConferenceState, ask: int) -> tuple[AskOpened | None, ConferenceState]:
    opened = state.asking.get(ask)
    if opened is None:
        return None, state
    rest = MappingProxyType({n: a for n, a in state.asking.items() if n != ask})
    return opened, replace(state, asking=rest)


def _bill(state: ConferenceState, opened: AskOpened, event: Answer | AskFailed) -> Bill:
    if opened.seat is None:
        return NOTHING
    return answer_bill(event, state.profiles[opened.seat].price, opened.at_most)


# -- answers


def take_answer(state: ConferenceState, event: Answer) -> ConferenceState:
    """The state after an answer: the ask is answered, and what was said has its effect."""
    phase = state.phase
    if phase is None or event.phase != phase.index:
        return state
    if event.ask is None:
        slot = _slot_given_up(phase, event)
        if slot is None:
            return state
        after = state
    else:
        opened, after = _end_ask(state, event.ask)
        if opened is None or opened.seat != event.seat or opened.kind != KINDS[type(event)](event):
            return state
        slot = ask_slot(opened)
        after = replace(after, bill=after.bill + _bill(state, opened, event))
    assert after.phase is not None
    attempts = {k: v for k, v in phase.attempts.items() if k != slot}
    after = replace(
        after,
        phase=replace(
            after.phase,
            answered=phase.answered | {slot},
            given_up=phase.given_up - {slot},
            attempts=MappingProxyType(attempts),
        ),
    )
    effect = _EFFECTS[type(event)](after, event)
    return state if effect is None else effect


def _slot_given_up(phase: CurrentPhase, event: Answer) -> AskSlot | None:
    """The ask that an assumed answer stands for."""
    kind = KINDS[type(event)](event)
    return next(
        (
            slot
            for slot in phase.given_up
            if slot[:4] == (kind, event.seat, event.round, event.room)
            and slot[4] in (None, _about(event))
        ),
        None,
    )


def _about(event: Answer) -> str | None:
    match event:
        case AmendmentAnswered():
            return event.amendment
        case VoteCast():
            return event.motion
        case _:
            return None


def _bid(state: ConferenceState, event: BidCast) -> Effect:
    assert state.phase is not None
    if event.seat is None:
        return None
    where = (event.room, event.round)
    bids = {**state.phase.bids.get(where, {}), event.seat: event.bid}
    # Only the bids for the turn to come are of use.
    kept = {k: v for k, v in state.phase.bids.items() if k[0] != event.room}
    phase = replace(state.phase, bids=MappingProxyType({**kept, where: MappingProxyType(bids)}))
    return replace(state, phase=phase)


def _call(state: ConferenceState, event: FloorCalled) -> Effect:
    assert state.phase is not None
    if event.to not in state.profiles:
        return None
    where = (event.room, event.round)
    kept = {k: v for k, v in state.phase.called.items() if k[0] != event.room}
    call = Called(event.to, event.question, event.why)
    phase = replace(state.phase, called=MappingProxyType({**kept, where: call}))
    state = replace(state, phase=phase)
    if event.question and event.seat is not None and event.room is None:
        return announce(state, event.question, event.seat)
    return state


def _partners(state: ConferenceState, event: PartnersChosen) -> Effect:
    assert state.phase is not None
    if event.seat is None:
        return None
    partners = MappingProxyType({**state.phase.partners, event.seat: event.partners})
    return replace(state, phase=replace(state.phase, partners=partners))


# -- what the program sets down


def open_rooms(state: ConferenceState, event: RoomsOpened) -> ConferenceState:
    phase = state.phase
    if phase is None or event.phase != phase.index or phase.rooms or state.busy:
        return state
    if any(seat not in state.profiles for room in event.rooms.values() for seat in room):
        return state
    rooms = MappingProxyType(dict(event.rooms))
    everywhere = {**state.rooms, **{(phase.index, room): s for room, s in rooms.items()}}
    phase = replace(phase, rooms=rooms, rooms_opened=True)
    return replace(state, phase=phase, rooms=MappingProxyType(everywhere))


KINDS: dict[type[Answer], Callable[[Any], str]] = {
    BidCast: lambda _: "bid",
    FloorCalled: lambda _: "call",
    PartnersChosen: lambda _: "partner",
    AskWaived: lambda event: str(event.kind),
    MotionTabled: lambda _: "motion",
    MotionJoined: lambda _: "motion",
    AmendmentProposed: lambda _: "amendment",
    AmendmentAnswered: lambda _: "ruling",
    VoteCast: lambda _: "ballot",
    CommuniqueSigned: lambda _: "signature",
}
"""The kind of ask that each answer is to."""

_EFFECTS: dict[type[Answer], Callable[[ConferenceState, Any], Effect]] = {
    BidCast: _bid,
    FloorCalled: _call,
    PartnersChosen: _partners,
    **EFFECTS,
}

CHANGES: dict[type[Event], Callable[[ConferenceState, Any], ConferenceState]] = {
    AskOpened: open_ask,
    AskFailed: fail_ask,
    RoomsOpened: open_rooms,
    MotionDecided: decide,
    **dict.fromkeys(_EFFECTS, take_answer),
}
