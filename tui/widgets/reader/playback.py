"""A transcript over again, in the time that was recorded.

Only whole replies are in a transcript, with the moments they began and ended. Played back, a turn's
words come evenly over that time; and where nothing was said, nobody waits longer than two seconds.
Pure: it is told what time it is.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from debate.events import AnyEvent, TurnClosed, TurnOpened
from debate.take import Delta, Item

LONGEST_GAP = 2.0
"""Seconds between two events that are waited for, if no turn is being spoken."""


@dataclass(slots=True)
class _Speech:
    """The words of a turn, and when they come."""

    close: TurnClosed
    begins: float
    ends: float
    reasoning: int = 0
    """Characters given out so far."""
    text: int = 0

    def until(self, time: float) -> Iterator[Delta]:
        """What is said up to a moment, and was not given out before."""
        thought, said = self.close.reasoning or "", self.close.text
        span = self.ends - self.begins
        part = min(max((time - self.begins) / span, 0.0), 1.0) if span > 0 else 1.0
        reached = int(part * (len(thought) + len(said)))
        self.reasoning, delta = self._next("reasoning", thought, self.reasoning, reached)
        yield from delta
        if reached > len(thought):
            self.text, delta = self._next("text", said, self.text, reached - len(thought))
            yield from delta

    def _next(
        self, kind: Literal["text", "reasoning"], whole: str, shown: int, reached: int
    ) -> tuple[int, list[Delta]]:
        upto = min(reached, len(whole))
        if 0 < upto < len(whole):
            # Whole words, unless they are too long to wait for, or written without spaces.
            upto = max(whole.rfind(" ", shown, upto) + 1, upto - 12, shown)
        if upto <= shown:
            return shown, []
        return upto, [Delta(self.close.turn, self.close.seat, kind, whole[shown:upto])]


class Playback:
    """Plays events.

    Args:
        events: All of a transcript.
        begin: Index of the event to begin with; what stands before it is taken as shown.
    """

    def __init__(self, events: Sequence[AnyEvent], begin: int = 0) -> None:
        self._events = events
        self._offsets = offsets(events)
        self._next = begin
        self._speeches = self._planned()
        self._open: dict[int, _Speech] = {}
        for n, event in enumerate(events[:begin]):
            self._note(n, event)
        self.begins = self._offsets[begin] if begin < len(events) else self.duration

    @property
    def duration(self) -> float:
        """Seconds that all of it takes."""
        return self._offsets[-1] if self._offsets else 0.0

    @property
    def done(self) -> bool:
        """Whether all of it was given out."""
        return self._next >= len(self._events)

    def until(self, time: float) -> Iterator[Item]:
        """All that happens up to a moment, in seconds from the start, and was not given out yet."""
        end = bisect_right(self._offsets, time)
        while self._next < end:
            n, event = self._next, self._events[self._next]
            self._next += 1
            self._note(n, event)
            yield event
        for speech in self._open.values():
            yield from speech.until(time)

    def _note(self, n: int, event: AnyEvent) -> None:
        if isinstance(event, TurnOpened) and n in self._speeches:
            self._open[event.turn] = self._speeches[n]
        elif isinstance(event, TurnClosed):
            self._open.pop(event.turn, None)

    def _planned(self) -> dict[int, _Speech]:
        """The speeches, by the index of the event that opened them."""
        opened: dict[int, int] = {}
        speeches: dict[int, _Speech] = {}
        for n, event in enumerate(self._events):
            if isinstance(event, TurnOpened):
                opened[event.turn] = n
            elif isinstance(event, TurnClosed) and event.turn in opened:
                at = opened.pop(event.turn)
                ends = self._offsets[n]
                sent = max(self._offsets[at], ends - event.timing.total)
                begins = min(sent + (event.timing.first or 0.0), ends)
                speeches[at] = _Speech(event, begins, ends)
        return speeches


def offsets(events: Sequence[AnyEvent]) -> list[float]:
    """When each event happens, in seconds from the first, long gaps left out."""
    found: list[float] = []
    now = 0.0
    before = None
    for event in events:
        most, gap = LONGEST_GAP, 0.0
        if isinstance(event, TurnClosed):
            most = gap = max(event.timing.total, 0.0)
            most = max(most, LONGEST_GAP)
        if before is not None:
            if event.at is not None and before.at is not None:
                gap = (event.at - before.at).total_seconds()
            now += min(max(gap, 0.0), most)
        found.append(now)
        before = event
    return found


class Clock:
    """Time that can be hurried and halted. It is reckoned from one reading of a steady clock, so
    a slow machine shows less often, and not later.

    Args:
        at: Seconds it begins at.
        speed: Its seconds in a second.
    """

    def __init__(self, at: float = 0.0, speed: float = 1.0) -> None:
        self._at = at
        self._speed = speed
        self._since: float | None = None

    def start(self, now: float) -> None:
        """Let it run from this reading of the steady clock on."""
        self._since = now

    def halt(self, now: float) -> None:
        """Let it stand."""
        self._at, self._since = self.time(now), None

    def hurry(self, speed: float, now: float) -> None:
        """Change its speed."""
        if self._since is not None:
            self._at, self._since = self.time(now), now
        self._speed = speed

    def time(self, now: float) -> float:
        """Its seconds."""
        if self._since is None:
            return self._at
        if math.isinf(self._speed):
            return math.inf
        return self._at + (now - self._since) * self._speed
