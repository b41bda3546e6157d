"""What reasons are called where people read them, in the terminal and on the stage."""

from __future__ import annotations

from debate.events import CloseReason, MinutesTaken, TurnClosed

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


def broke_off(why: str, seconds: float) -> str:
    """What became of a call that came to nothing, after which the same was asked again."""
    told = f"broke off: {' '.join(why.split())}"
    if not seconds:
        return told
    return f"{told}; asked again {'at once' if seconds < 0.5 else f'in {seconds:.0f} s'}"


def spoken_by(event: TurnClosed) -> str | None:
    """Who spoke in place of the seat's own model, and why; None if that spoke itself."""
    if event.by is None:
        return None
    since = [" ".join(each.why.split()) for each in event.tries if each.by is None]
    name = " ".join(event.by.model.split())
    return f"spoken by {name}" + (f", since {since[-1]}" if since else "")
