"""When keys were pressed: what is typed for one thing must do nothing to another."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

PAUSE = 0.5
"""Seconds without a key after which something that has just appeared may take the keys."""
LEFT_OVER = 0.7
"""Seconds without a key after which keys are no longer meant for what has gone."""


class Typing:
    """Knows when a key was last pressed, and what it can have been meant for.

    Args:
        now: Reads a steady clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._last = -math.inf
        self._gone: float | None = None

    @property
    def pause(self) -> float:
        """Seconds since the last key."""
        return self._now() - self._last

    def press(self) -> bool:
        """Note a key. Returns False if it was meant for a field that has gone meanwhile."""
        before, self._last = self._last, self._now()
        if self._gone is None:
            return True
        if self._last - max(before, self._gone) < LEFT_OVER:
            return False
        self._gone = None
        return True

    def interrupt(self) -> None:
        """The field that was typed into has gone: whoever types will do so for a moment more."""
        self._gone = self._now()

    def go_on(self) -> None:
        """There is a field to type into again."""
        self._gone = None
