"""yalta: a role-play debate simulator.

    from debate import Conference, Wishes, load_scenario, read_transcript

See `Conference` for running a conference from Python.
"""

from debate.conference import Conference, Delta, Progress
from debate.errors import YaltaError
from debate.events import AnyEvent
from debate.library import load_persona, load_scenario
from debate.persona import Persona
from debate.scenario import Scenario
from debate.seating import Wishes
from debate.state import ConferenceState, fold
from debate.transcript import read as read_transcript
from debate.verify import verify

__all__ = [
    "AnyEvent",
    "Conference",
    "ConferenceState",
    "Delta",
    "Persona",
    "Progress",
    "Scenario",
    "Wishes",
    "YaltaError",
    "fold",
    "load_persona",
    "load_scenario",
    "read_transcript",
    "verify",
]
