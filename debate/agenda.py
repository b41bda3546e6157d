"""What happens next: `next_steps(state)`. Pure: no I/O, no clock, no global randomness.

The driver carries the steps out, writes what came of them as events, folds the events into the
state and asks again. Steps of one answer run side by side; there is more than one only where the
phase has turns, or asks, that do not hear each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from debate.events import CloseReason, TurnFailed
from debate.phases import steps_of
from debate.standing import ConferenceState
from debate.steps import (
    BUDGET_SPENT,
    Ask,
    Assume,
    Close,
    Decide,
    GiveFloor,
    OpenPhase,
    OpenRooms,
    Pause,
    Step,
)


def next_steps(state: ConferenceState) -> list[Step]:
    """The steps that can be taken now, all at once; empty if none can be taken.

    None can be taken before a conference is opened, while it is paused, after it is closed, and
    while anybody is being asked for anything.
    """
    if state.standing != "open" or state.busy:
        return []
    if state.failure:
        return [Pause(_why_it_stops(state))]
    if limit := _limit_reached(state):
        return [Close(limit)]
    if steps := steps_of(state):
        return list(_afforded(state, steps))
    following = state.phase.index + 1 if state.phase else 0
    if following < len(state.opened.scenario.phases):
        return [OpenPhase(following)]
    return [Close("agenda")]


def upcoming(state: ConferenceState) -> list[Step]:
    """The steps that will be taken next, pauses aside: what `next_steps` would say once the
    conference goes on and what is in the air has ended unheard."""
    free = replace(state, in_air=MappingProxyType({}), asking=MappingProxyType({}))
    return next_steps(replace(free, standing="open", failure=None))


def _why_it_stops(state: ConferenceState) -> str:
    failure = state.failure
    assert failure is not None
    what = f"turn {failure.turn}" if isinstance(failure, TurnFailed) else f"ask {failure.ask}"
    return f"{what} failed: {failure.message}"


def _limit_reached(state: ConferenceState) -> CloseReason | None:
    ends = state.opened.scenario.ends
    if ends.turns is not None and len(state.record) >= ends.turns:
        return "turns"
    if ends.seconds is not None and state.seconds >= ends.seconds:
        return "seconds"
    return None


def _afforded(state: ConferenceState, steps: Sequence[Step]) -> Sequence[Step]:
    """Of the steps of a phase, those that the limits of the conference bear."""
    calls = any(isinstance(step, GiveFloor | Ask) for step in steps)
    if calls and state.budget is not None and state.at_most >= state.budget:
        return [Pause(BUDGET_SPENT)]
    left = state.opened.scenario.ends.turns
    if left is None:
        return steps
    floors = [step for step in steps if isinstance(step, GiveFloor)][: left - len(state.record)]
    return floors or steps


__all__ = [
    "BUDGET_SPENT",
    "Ask",
    "Assume",
    "Close",
    "Decide",
    "GiveFloor",
    "OpenPhase",
    "OpenRooms",
    "Pause",
    "Step",
    "next_steps",
    "upcoming",
]
