"""yalta: a role-play debate simulator.

    from debate import Conference, Wishes, load_scenario, read_transcript

See `Conference` for running a conference from Python. Names are imported when they are first used,
so that a command loads only what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from debate.conference import Conference, Delta, Progress
    from debate.errors import YaltaError
    from debate.events import AnyEvent
    from debate.library import load_persona, load_scenario
    from debate.persona import Persona
    from debate.scenario import Scenario
    from debate.seating import Wishes
    from debate.state import ConferenceState, fold
    from debate.stats import stats
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
    "stats",
    "verify",
]

_HOME = {
    "AnyEvent": "debate.events",
    "Conference": "debate.conference",
    "ConferenceState": "debate.state",
    "Delta": "debate.conference",
    "Persona": "debate.persona",
    "Progress": "debate.conference",
    "Scenario": "debate.scenario",
    "Wishes": "debate.seating",
    "YaltaError": "debate.errors",
    "fold": "debate.state",
    "load_persona": "debate.library",
    "load_scenario": "debate.library",
    "read_transcript": "debate.transcript",
    "stats": "debate.stats",
    "verify": "debate.verify",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'debate' has no attribute {name!r}")
    attribute = "read" if name == "read_transcript" else name
    return getattr(import_module(_HOME[name]), attribute)
