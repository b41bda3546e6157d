"""How long the same turn is asked for again while a server is away, overloaded or broken.

A reply that broke off is asked for from its start: two halves are never put together. Waits grow
and are drawn at random (full jitter: Brooker, "Exponential backoff and jitter", 2015), so that
seats which failed together do not come back together; a server that says how long it wants to be
left alone is believed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from debate.errors import SpeakerError
from debate.speakers.base import Speaker
from debate.take import Take

VARIABLE = "YALTA_PATIENCE"
_SECONDS = 90.0


def _usual() -> float:
    try:
        return max(0.0, float(os.environ.get(VARIABLE, "")))
    except ValueError:
        return _SECONDS


@dataclass(frozen=True, slots=True)
class Patience:
    """One deadline for all the calls of one turn."""

    seconds: float = field(default_factory=_usual)
    """From the first call being sent: no call is begun later. YALTA_PATIENCE says otherwise."""
    first: float = 0.5
    """The most seconds before the second call; twice that before the third, and so on."""
    longest: float = 30.0

    async def hear(self, take: Take, speaker: Speaker, may_ask: Callable[[], bool]) -> None:
        """Take a reply in, asking again as long as that may help.

        Args:
            take: What is taken in.
            speaker: Who is asked.
            may_ask: Whether another call can be paid for.

        Raises:
            SpeakerError: the last one, once it does not help, or the time is over.
        """
        jitter = wait_random_exponential(multiplier=self.first, max=self.longest)

        def wait(state: RetryCallState) -> float:
            return max(jitter(state), _error(state).wait or 0.0)

        def stop(state: RetryCallState) -> bool:
            # Where nothing could even be sent, the waits between the tries are all there is.
            spent = max(take.spent, state.idle_for)
            late = spent + state.upcoming_sleep > self.seconds
            error = _error(state)
            if late and error.wait and error.wait > self.seconds and not error.hint:
                error.hint = f"it wants to be left alone for {error.wait:,.0f} seconds"
            return late or not may_ask()

        def again(state: RetryCallState) -> None:
            take.again(_error(state).message, state.upcoming_sleep)

        retrying = AsyncRetrying(
            retry=retry_if_exception(_may_help),
            wait=wait,
            stop=stop,
            before_sleep=again,
            reraise=True,
        )
        await retrying(take.hear, speaker)


def _may_help(error: BaseException) -> bool:
    return isinstance(error, SpeakerError) and not error.final


def _error(state: RetryCallState) -> SpeakerError:
    assert state.outcome is not None
    return cast(SpeakerError, state.outcome.exception())
