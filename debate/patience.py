"""How long the same turn is asked for again while a server is away, overloaded or broken.

A reply that broke off is asked for from its start: two halves are never put together. Waits grow
and are drawn at random (full jitter: Brooker, "Exponential backoff and jitter", 2015), so that
seats which failed together do not come back together; a server that says how long it wants to be
left alone is believed.

Where a user says how patient they are, silence counts as well: no call that has sent nothing
outlasts it, and no reply may fall silent for longer. A reply that keeps coming is never cut.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from debate.errors import SpeakerError
from debate.speakers.base import Silence, Speaker
from debate.take import Take

VARIABLE = "YALTA_PATIENCE"
_SECONDS = 90.0


def _said() -> float | None:
    try:
        return max(0.0, float(os.environ.get(VARIABLE, "")))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Patience:
    """One deadline for all the calls of one turn."""

    seconds: float | None = field(default_factory=_said)
    """From the first call being sent: no call is begun later, and one that has sent nothing is
    given up then. As YALTA_PATIENCE says; None is 90 seconds for calls to begin in, and silence is
    borne as long as the server is given. With 0 nothing is asked again, and the same holds."""
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
        seconds = _SECONDS if self.seconds is None else self.seconds
        jitter = wait_random_exponential(multiplier=self.first, max=self.longest)

        def wait(state: RetryCallState) -> float:
            return max(jitter(state), _error(state).wait or 0.0)

        def stop(state: RetryCallState) -> bool:
            # Where nothing could even be sent, the waits between the tries are all there is.
            spent = max(take.spent, state.idle_for)
            late = spent + state.upcoming_sleep >= seconds
            error = _error(state)
            if late and error.wait and error.wait > seconds and not error.hint:
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

        async def once() -> None:
            await take.hear(speaker, self._silence(take))

        await retrying(once)

    def _silence(self, take: Take) -> Silence | None:
        if not self.seconds:
            return None
        return Silence(first=max(0.0, self.seconds - take.spent), later=self.seconds)


def _may_help(error: BaseException) -> bool:
    return isinstance(error, SpeakerError) and not error.final


def _error(state: RetryCallState) -> SpeakerError:
    assert state.outcome is not None
    return cast(SpeakerError, state.outcome.exception())
