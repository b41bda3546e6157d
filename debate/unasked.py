"""What the program sets down by itself: the events of steps for which nobody is asked. Pure."""

from __future__ import annotations

from debate.events import AnyEvent, ConferenceClosed, FloorPaused, PhaseOpened, RoomsOpened
from debate.forms import form_of
from debate.phases import rooms_at_opening
from debate.resolutions import tally
from debate.standing import ConferenceState
from debate.steps import Assume, Close, Decide, OpenPhase, OpenRooms, Pause

Unasked = OpenPhase | OpenRooms | Assume | Decide | Pause | Close


def event_of(state: ConferenceState, step: Unasked) -> AnyEvent:
    """The event by which a step is taken, as the conference stands."""
    match step:
        case OpenPhase(index):
            plan = state.opened.scenario.phases[index]
            rooms = rooms_at_opening(state, index)
            return PhaseOpened(phase=index, kind=plan.kind, title=plan.title, rooms=rooms)
        case OpenRooms(phase, rooms_chosen):
            return RoomsOpened(phase=phase, rooms=dict(rooms_chosen))
        case Assume(ask):
            return form_of(state, ask).assumed(state)
        case Decide(motion=motion):
            return tally(state, motion)
        case Pause(reason):
            return FloorPaused(reason=reason)
        case Close(why):
            return ConferenceClosed(reason=why)
