"""The event of a call that was in the air when the program ended: nothing more is known of it."""

from __future__ import annotations

from debate.events import AskFailed, AskOpened, TurnFailed, TurnOpened

#: What broke off a call whose end is in no transcript.
ENDED = "the program ended during"


def interrupted(
    opened: TurnOpened | AskOpened, how: str, *, billed: bool
) -> TurnFailed | AskFailed:
    """How a turn or an ask ends that nobody saw the end of; it is asked for again.

    Args:
        opened: The turn, or the ask.
        how: What broke it off, as in "the program ended during".
        billed: Whether its call may be billed: it counts as the most that it can have cost.
    """
    if isinstance(opened, TurnOpened):
        return TurnFailed(
            turn=opened.turn,
            seat=opened.seat,
            reason="interrupted",
            message=f"{how} this turn",
            accepted=billed,
        )
    return AskFailed(
        ask=opened.ask,
        seat=opened.seat,
        reason="interrupted",
        message=f"{how} this ask",
        accepted=billed,
    )
