"""What motions, amendments, votes and communiques change in the state. Pure, as all of `state`.

A motion is tabled (M1, M2, ...), joined, amended with its sponsor's consent, voted on, and carried
or not; a communique is signed, or not. What all are to know of it, the record says by itself.
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
    AskWaived,
    Choice,
    CommuniqueSigned,
    MotionJoined,
    MotionTabled,
    VoteCast,
)
from debate.events import MotionDecided
from debate.scenario import HOUSE_MOTION
from debate.standing import (
    Amendment,
    Announcement,
    ConferenceState,
    Decision,
    Motion,
    hold_floor,
    place_of,
    turns_held,
)

T = TypeVar("T")

Effect = ConferenceState | None
"""None: the answer makes no sense here."""


def announce(state: ConferenceState, text: str, by: str | None = None) -> ConferenceState:
    """The state with one more thing that the record says by itself."""
    phase = state.phase.index if state.phase else -1
    said = Announcement(text, state.last_turn, phase, by)
    return replace(state, notes=state.notes.placed(said, place_of))


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


# -- counting


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


EFFECTS: dict[type[Answer], Callable[[ConferenceState, Any], Effect]] = {
    AskWaived: _waive,
    MotionTabled: _table,
    MotionJoined: _join,
    AmendmentProposed: _amend,
    AmendmentAnswered: _rule,
    VoteCast: _vote,
    CommuniqueSigned: _sign,
}
"""What each answer changes."""
