"""What happens next: `next_steps(state)`. Pure: no I/O, no clock, no global randomness.

The driver carries the steps out, writes what came of them as events, folds the events into the
state and asks again. Steps of one answer run side by side; there is more than one only where the
phase has turns that do not hear each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from debate.events import CloseReason
from debate.floors import order_of_round
from debate.scenario import PhaseKind
from debate.state import ConferenceState

BUDGET_SPENT = "the budget bears no further turn"


@dataclass(frozen=True, slots=True)
class OpenPhase:
    """Begin the phase at this index of the scenario."""

    index: int


@dataclass(frozen=True, slots=True)
class GiveFloor:
    """Let a seat speak once."""

    seat: str
    phase: int
    round: int
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Stand still until someone resumes, for this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Close:
    """End the conference."""

    reason: CloseReason


Step = OpenPhase | GiveFloor | Pause | Close


def next_steps(state: ConferenceState) -> list[Step]:
    """The steps that can be taken now, all at once; empty if none can be taken.

    None can be taken before a conference is opened, while it is paused, after it is closed, and
    while a turn is in the air.
    """
    if state.standing != "open" or state.in_air:
        return []
    if state.failure:
        return [Pause(f"turn {state.failure.turn} failed: {state.failure.message}")]
    if limit := _limit_reached(state):
        return [Close(limit)]
    floor: Sequence[Step] = _PHASES[state.phase_plan.kind](state) if state.phase_plan else []
    if floor:
        if state.budget is not None and state.at_most >= state.budget:
            floor = [Pause(BUDGET_SPENT)]
        left = state.opened.scenario.ends.turns
        return list(floor if left is None else floor[: left - len(state.record)])
    following = state.phase.index + 1 if state.phase else 0
    if following < len(state.opened.scenario.phases):
        return [OpenPhase(following)]
    return [Close("agenda")]


def upcoming(state: ConferenceState) -> list[Step]:
    """The steps that will be taken next, pauses aside: what `next_steps` would say once the
    conference goes on and the turns in the air have ended unheard."""
    return next_steps(replace(state, standing="open", failure=None, in_air=MappingProxyType({})))


def _limit_reached(state: ConferenceState) -> CloseReason | None:
    ends = state.opened.scenario.ends
    if ends.turns is not None and len(state.record) >= ends.turns:
        return "turns"
    if ends.seconds is not None and state.seconds >= ends.seconds:
        return "seconds"
    return None


def _waiting(state: ConferenceState, round_: int) -> list[GiveFloor]:
    """Seats that have yet to speak in a round of the phase now open, in the floor's order."""
    phase, plan = state.phase, state.phase_plan
    if phase is None or plan is None:
        return []
    # Rounds follow each other in the record, so only its end is read: the cost of asking does
    # not grow with the length of the conference.
    spoken, at = set(phase.skipped), len(state.record)
    while at > phase.opened_after and state.record[at - 1].round >= round_:
        at -= 1
        spoken.add((state.record[at].seat, state.record[at].round))
    order = order_of_round(
        plan.floor,
        [card.id for card in state.opened.seats],
        seed=state.seed,
        phase=phase.index,
        round_=round_,
    )
    return [GiveFloor(s, phase.index, round_) for s in order if (s, round_) not in spoken]


def _side_by_side(state: ConferenceState) -> list[GiveFloor]:
    """Everyone once, and none hears another."""
    return _waiting(state, 1)


def _in_turn(state: ConferenceState) -> list[GiveFloor]:
    """Round after round, each hearing all before."""
    phase, plan = state.phase, state.phase_plan
    if phase is None or plan is None:
        return []
    begun = state.record[-1].round if len(state.record) > phase.opened_after else 1
    for round_ in range(begun, plan.rounds + 1):
        if waiting := _waiting(state, round_):
            return waiting[:1]
    return []


_PHASES: dict[PhaseKind, Callable[[ConferenceState], list[GiveFloor]]] = {
    "opening": _side_by_side,
    "plenary": _in_turn,
    "closing": _in_turn,
}
