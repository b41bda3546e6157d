"""A key that is held down: it answers one item, not all that follow."""

from __future__ import annotations

import time

REPEAT = 0.08
"""Seconds within which a key that comes once more was not pressed once more; 0 takes every key."""


class HeldKey:
    """Knows which key gave the last answer, and whether it is still held.

    A terminal tells of no release: a key is held as long as the same one comes again and again,
    faster than anybody presses it.
    """

    def __init__(self) -> None:
        self._key = ""
        self._last = 0.0
        self._shown = 0.0

    def gave(self, key: str, at: float) -> None:
        """A key gave an answer that is recorded.

        Args:
            at: When it was pressed, by the clock of messages.
        """
        self._key, self._last, self._shown = key, at, at

    def shows(self) -> None:
        """The next item stands on the screen."""
        self._shown = time.monotonic()

    def repeats(self, key: str, at: float) -> bool:
        """Whether this is the key that gave the last answer, held down."""
        if key == self._key and at < max(self._last, self._shown) + REPEAT:
            self._last = at
            return True
        self._key = ""
        return False
