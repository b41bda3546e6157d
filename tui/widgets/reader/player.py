"""A playback at a speed that can be changed, paused and gone on with."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from debate.events import AnyEvent
from debate.take import Item
from tui.widgets.reader.playback import Clock, Playback

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, math.inf)
"""Infinity is instantly."""


class Player:
    """Plays events by a clock.

    Args:
        events: All of a transcript.
        begin: Index of the event to begin with.
        speed: Index into `SPEEDS`.
        now: Reads a steady clock, in seconds.
    """

    def __init__(
        self, events: Sequence[AnyEvent], begin: int, speed: int, now: Callable[[], float]
    ) -> None:
        self._playback = Playback(events, begin)
        self._now = now
        self._clock = Clock(self._playback.begins, SPEEDS[speed])

    @property
    def done(self) -> bool:
        """Whether all was played."""
        return self._playback.done

    @property
    def time(self) -> float:
        """Seconds from the start of the transcript."""
        return min(self._clock.time(self._now()), self.duration)

    @property
    def duration(self) -> float:
        """Seconds that the whole transcript takes at its own speed."""
        return self._playback.duration

    def start(self) -> None:
        """Begin, or go on."""
        self._clock.start(self._now())

    def pause(self) -> None:
        """Stand still."""
        self._clock.halt(self._now())

    def hurry(self, speed: int) -> None:
        """Change the speed, to one of `SPEEDS`."""
        self._clock.hurry(SPEEDS[speed], self._now())

    def due(self) -> Iterator[Item]:
        """What has happened since this was last asked."""
        return self._playback.until(self._clock.time(self._now()))


def said(speed: int) -> str:
    """A speed in words."""
    return "instantly" if math.isinf(SPEEDS[speed]) else f"{SPEEDS[speed]:g}x"
