"""What asks and their answers change in the state: bids, calls, motions, votes, signatures.

Pure, like all of `state`: an answer that makes no sense where it stands changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from debate.answers import (
    AmendmentAnswered,
    AmendmentProposed,
    Answer,
    AskFailed,
    AskOpened,
    AskWaived,
    BidCast,
    Choice,
    CommuniqueSigned,
    FloorCalled,
    MotionJoined,
    MotionTabled,
    PartnersChosen,
    VoteCast,
)
from debate.bill import NOTHING, Bill, answer_bill
from debate.events import Event, MotionDecided, RoomsOpened
from debate.scenario import HOUSE_MOTION
from debate.standing import (
    Amendment,
    Announcement,
    AskSlot,
    Called,
    ConferenceState,
    CurrentPhase,
    Decision,
    Held,
    Motion,
)

T = TypeVar("T")


def ask_slot(ask: AskOpened) -> AskSlot:
    """What makes an ask of its phase this one."""
    return (ask.kind, ask.seat, ask.round, ask.room, ask.about)


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


def tally(state: ConferenceState, motion: str) -> MotionDecided:
    """The count of the votes that were cast on a motion in the phase now open."""
    phase, plan = state.phase, state.phase_plan
    assert phase is not None
    assert plan is not None
    votes: dict[Choice, int] = {"yes": 0, "no": 0, "abstain": 0}
    for seat, (vote, _) in phase.ballots.get(motion, {}).items():
        votes[vote] += plan.vote.weights.get(seat, 1)
    yes, no = votes["yes"], votes["no"]
    carried = {
        "majority": yes > no,
        "two_thirds": yes > 0 and yes >= 2 * no,
        "unanimity": yes > 0 and no == 0,
    }[plan.vote.rule]
    return MotionDecided(
        phase=phase.index, motion=motion, carried=carried, yes=yes, no=no, abstain=votes["abstain"]
    )


def announce(state: ConferenceState, text: str, by: str | None = None) -> ConferenceState:
    """The state with one more thing that the record says by itself."""
    phase = state.phase.index if state.phase else -1
    said = Announcement(text, state.last_turn, phase, by)
    return replace(state, notes=(*state.notes, said))


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


Effect = ConferenceState | None
"""None: the answer makes no sense here."""


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


def _waive(state: ConferenceState, event: AskWaived) -> Effect:
    return _spoke(state, event)


def _spoke(state: ConferenceState, event: Answer) -> ConferenceState:
    """A seat that moved, or declined to, has had the floor."""
    assert state.phase is not None
    if event.seat is None:
        return state
    nth = turns_held(state.phase, None) + 1
    return replace(state, phase=hold_floor(state.phase, None, event.seat, nth))


def _table(state: ConferenceState, event: MotionTabled) -> Effect:
    if event.seat is None or event.motion != next_motion(state):
        return None
    motion = Motion(event.motion, event.title, event.text, (event.seat,), event.phase)
    state = replace(state, motions=MappingProxyType({**state.motions, motion.id: motion}))
    name = state.seat(event.seat).name
    said = f"Motion {motion.id}, tabled by {name}: {motion.title}. {motion.text}"
    return _spoke(announce(state, said), event)


def next_motion(state: ConferenceState) -> str:
    """Id of the next motion to be tabled."""
    return f"M{len(state.motions) + 1}"


def next_amendment(state: ConferenceState) -> str:
    """Id of the next amendment to be proposed."""
    return f"A{len(state.amendments) + 1}"


def open_motions(state: ConferenceState) -> list[Motion]:
    """Motions that have been tabled and not yet voted on."""
    return [motion for motion in state.motions.values() if motion.carried is None]


def _join(state: ConferenceState, event: MotionJoined) -> Effect:
    motion = state.motions.get(event.motion)
    if event.seat is None or motion is None or event.seat in motion.sponsors:
        return None
    joined = replace(motion, sponsors=(*motion.sponsors, event.seat))
    state = _with_motion(state, joined)
    said = f"{state.seat(event.seat).name} joins motion {motion.id}."
    return _spoke(announce(state, said), event)


def _with_motion(state: ConferenceState, motion: Motion) -> ConferenceState:
    return replace(state, motions=MappingProxyType({**state.motions, motion.id: motion}))


def _amend(state: ConferenceState, event: AmendmentProposed) -> Effect:
    motion = state.motions.get(event.motion)
    if event.seat is None or motion is None or motion.carried is not None:
        return None
    if event.amendment != next_amendment(state):
        return None
    amendment = Amendment(event.amendment, motion.id, event.seat, event.text)
    name = state.seat(event.seat).name
    said = f"Amendment {amendment.id} to {motion.id}, proposed by {name}: {amendment.text}"
    state = _with_amendment(announce(state, said), amendment)
    state = _spoke(state, event)
    if motion.sponsors[0] == event.seat:  # its own motion: nobody else need agree
        return _settle(state, replace(amendment, accepted=True), "")
    return state


def _with_amendment(state: ConferenceState, amendment: Amendment) -> ConferenceState:
    amendments = {**state.amendments, amendment.id: amendment}
    return replace(state, amendments=MappingProxyType(amendments))


def _rule(state: ConferenceState, event: AmendmentAnswered) -> Effect:
    amendment = state.amendments.get(event.amendment)
    if amendment is None or amendment.accepted is not None:
        return None
    if state.motions[amendment.motion].sponsors[0] != event.seat:
        return None
    return _settle(state, replace(amendment, accepted=event.accepted), event.reason)


def _settle(state: ConferenceState, amendment: Amendment, reason: str) -> ConferenceState:
    state = _with_amendment(state, amendment)
    motion = state.motions[amendment.motion]
    name = state.seat(motion.sponsors[0]).name
    done = "accepts" if amendment.accepted else "refuses"
    why = f": {reason}" if reason else "."
    state = announce(state, f"{name} {done} amendment {amendment.id}{why}")
    if amendment.accepted:
        state = _with_motion(state, replace(motion, text=amendment.text))
    return state


def _vote(state: ConferenceState, event: VoteCast) -> Effect:
    assert state.phase is not None
    known = event.motion == HOUSE_MOTION or event.motion in state.motions
    if event.seat is None or not known or event.motion in state.phase.decided:
        return None
    cast = {**state.phase.ballots.get(event.motion, {}), event.seat: (event.vote, event.reason)}
    ballots = {**state.phase.ballots, event.motion: MappingProxyType(cast)}
    return replace(state, phase=replace(state.phase, ballots=MappingProxyType(ballots)))


def _sign(state: ConferenceState, event: CommuniqueSigned) -> Effect:
    assert state.phase is not None
    if event.seat is None:
        return None
    signed = {**state.phase.signatures, event.seat: (event.signed, event.reservation)}
    state = replace(state, phase=replace(state.phase, signatures=MappingProxyType(signed)))
    if set(signed) >= set(state.members):
        return announce(state, _signatures(state, _by_seat(state, signed)))
    return state


def _by_seat(state: ConferenceState, said: Mapping[str, T]) -> dict[str, T]:
    """In the order of the table, not in that in which the answers came."""
    return {card.id: said[card.id] for card in state.opened.seats if card.id in said}


def _signatures(state: ConferenceState, signed: Mapping[str, tuple[bool, str]]) -> str:
    names = {seat: state.seat(seat).name for seat in signed}
    who = [names[s] for s, (yes, _) in signed.items() if yes]
    parts = [f"The communique is signed by {', '.join(who) or 'nobody'}."]
    for seat, (yes, reservation) in signed.items():
        if not yes:
            parts.append(f"{names[seat]} does not sign: {reservation or 'no reason given'}")
        elif reservation:
            parts.append(f"{names[seat]} signs with a reservation: {reservation}")
    return " ".join(parts)


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


def decide(state: ConferenceState, event: MotionDecided) -> ConferenceState:
    phase, plan = state.phase, state.phase_plan
    if phase is None or plan is None or event.phase != phase.index or state.busy:
        return state
    known = event.motion == HOUSE_MOTION or event.motion in state.motions
    if not known or event.motion in phase.decided:
        return state
    decision = Decision(
        phase=phase.index,
        motion=event.motion,
        carried=event.carried,
        votes=MappingProxyType({"yes": event.yes, "no": event.no, "abstain": event.abstain}),
        ballots=MappingProxyType(_by_seat(state, phase.ballots.get(event.motion, {}))),
        secret=plan.vote.secret,
    )
    state = replace(
        state,
        phase=replace(phase, decided=phase.decided | {event.motion}),
        decisions=(*state.decisions, decision),
    )
    if motion := state.motions.get(event.motion):
        state = _with_motion(state, replace(motion, carried=event.carried))
    return announce(state, _counted(state, decision))


def _counted(state: ConferenceState, decision: Decision) -> str:
    """What the record says of a vote: the count, and if it was open, who voted how and why."""
    motion = state.motions.get(decision.motion)
    what = f"Motion {motion.id}, {motion.title}" if motion else "The motion of the conference"
    yes, no, neither = (decision.votes[c] for c in ("yes", "no", "abstain"))
    done = "carried" if decision.carried else "not carried"
    parts = [f"{what}: {done}, {yes} for, {no} against, {neither} abstaining."]
    if not decision.secret:
        for seat, (vote, reason) in decision.ballots.items():
            parts.append(f"{state.seat(seat).name}: {vote}{f' ({reason})' if reason else ''}.")
    return " ".join(parts)


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
    AskWaived: _waive,
    MotionTabled: _table,
    MotionJoined: _join,
    AmendmentProposed: _amend,
    AmendmentAnswered: _rule,
    VoteCast: _vote,
    CommuniqueSigned: _sign,
}

CHANGES: dict[type[Event], Callable[[ConferenceState, Any], ConferenceState]] = {
    AskOpened: open_ask,
    AskFailed: fail_ask,
    RoomsOpened: open_rooms,
    MotionDecided: decide,
    **dict.fromkeys(_EFFECTS, take_answer),
}
