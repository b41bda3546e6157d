"""What reasons are called where people read them, in the terminal and on the stage."""

from __future__ import annotations

from debate.events import CloseReason, MinutesTaken

CLOSED: dict[CloseReason, str] = {
    "agenda": "The agenda is done.",
    "stopped": "The chair ended the conference.",
    "turns": "The limit of turns is reached.",
    "seconds": "The time is up.",
    "cost": "The limit of cost is reached.",
}


def minutes_heading(event: MinutesTaken) -> str:
    """What stands above minutes, on one line."""
    turns = "turn 1" if event.through == 1 else f"turns 1–{event.through}"
    return f"Minutes, {turns} (by the clerk, {' '.join(event.by.model.split())})"
