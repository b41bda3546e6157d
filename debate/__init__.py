"""yalta: a role-play debate simulator.

    from debate import Conference, Wishes, load_scenario, read_transcript

See `Conference` for running a conference from Python. Names are imported when they are first used,
so that a command loads only what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from debate.conference import Conference
    from debate.errors import YaltaError
    from debate.events import AnyEvent
    from debate.library import load_persona, load_scenario
    from debate.persona import Persona
    from debate.scenario import Scenario
    from debate.seating import Wishes
    from debate.state import ConferenceState, fold
    from debate.stats import stats as transcript_stats
    from debate.take import Delta, Progress
    from debate.transcript import read as read_transcript
    from debate.verify import verify as verify_transcript

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
    "transcript_stats",
    "verify_transcript",
]

# Public name: module, and the name it has there. A public name is never that of a module here,
# which Python would put in its place once that module is imported.
_HOME = {
    "AnyEvent": ("debate.events", "AnyEvent"),
    "Conference": ("debate.conference", "Conference"),
    "ConferenceState": ("debate.state", "ConferenceState"),
    "Delta": ("debate.take", "Delta"),
    "Persona": ("debate.persona", "Persona"),
    "Progress": ("debate.take", "Progress"),
    "Scenario": ("debate.scenario", "Scenario"),
    "Wishes": ("debate.seating", "Wishes"),
    "YaltaError": ("debate.errors", "YaltaError"),
    "fold": ("debate.state", "fold"),
    "load_persona": ("debate.library", "load_persona"),
    "load_scenario": ("debate.library", "load_scenario"),
    "read_transcript": ("debate.transcript", "read"),
    "transcript_stats": ("debate.stats", "stats"),
    "verify_transcript": ("debate.verify", "verify"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'debate' has no attribute {name!r}")
    module, attribute = _HOME[name]
    return getattr(import_module(module), attribute)
