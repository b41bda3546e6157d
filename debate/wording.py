"""What reasons are called where people read them, in the terminal and on the stage."""

from __future__ import annotations

from debate.events import CloseReason

CLOSED: dict[CloseReason, str] = {
    "agenda": "The agenda is done.",
    "stopped": "The chair ended the conference.",
    "turns": "The limit of turns is reached.",
    "seconds": "The time is up.",
    "cost": "The limit of cost is reached.",
}
