"""How long something was looked at: seconds of a steady clock, without those in which it was not.

Help, a comment, another program's window: each holds the clock for its own reason, and it goes on
when none is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Stopwatch:
    """Counts from `restart` on, while nothing holds it.

    Args:
        now: Reads a steady clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._held: set[str] = set()
        self._before = 0.0
        self._since = now()

    @property
    def seconds(self) -> float:
        """What it has counted."""
        return self._before + (0.0 if self._held else self._now() - self._since)

    def restart(self, seconds: float = 0.0) -> None:
        """Count anew, from what was counted before; what holds it goes on holding it."""
        self._before, self._since = seconds, self._now()

    def hold(self, why: str) -> None:
        """Stand still for a reason."""
        self._before = self.seconds
        self._held.add(why)

    def release(self, why: str) -> None:
        """A reason is gone."""
        if why in self._held:
            self._held.remove(why)
            self._since = self._now()
