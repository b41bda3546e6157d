"""The index of transcripts as a screen uses it: opened, refreshed and asked away from its loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from debate.listed import Branch, Listed
from debate.shelf import Found, Shelf

T = TypeVar("T")

MOST_FOUND = 300
_BETWEEN = 0.1  # seconds between two reports of progress


@dataclass(frozen=True, slots=True)
class Shown:
    """A transcript in the list, so many forks deep."""

    listed: Listed
    depth: int = 0


class _Left(Exception):
    """Nobody waits for the index any more."""


class Stacks:
    """Asks the index in threads. Close it when the screen goes."""

    def __init__(self) -> None:
        self._shelf: Shelf | None = None
        self._closed = False

    async def refresh(self, progress: Callable[[int, int], None]) -> list[Listed]:
        """Take up what has changed; returns all transcripts, the newest first.

        Args:
            progress: Called in this loop, now and then, with how many files of how many are read.

        Raises:
            YaltaError: if the index cannot be kept.
        """
        loop, told = asyncio.get_running_loop(), 0.0

        def report(done: int, total: int) -> None:
            nonlocal told
            if self._closed:
                raise _Left
            if time.monotonic() - told > _BETWEEN:
                told = time.monotonic()
                loop.call_soon_threadsafe(progress, done, total)

        def work(shelf: Shelf) -> list[Listed]:
            shelf.refresh(report)
            return shelf.listing()

        return await self._ask(work)

    async def known(self) -> list[Listed]:
        """All transcripts as they were when the index was last refreshed. Raises as `refresh`."""
        return await self._ask(lambda shelf: shelf.listing())

    async def search(self, query: str) -> list[Found]:
        """Passages that have every word of a query. Raises as `refresh`."""
        return await self._ask(lambda shelf: shelf.search(query, MOST_FOUND))

    def close(self) -> None:
        """Let go of the index; what is still being read is given up."""
        self._closed = True
        if self._shelf is not None:
            self._shelf.close()

    async def _ask(self, work: Callable[[Shelf], T]) -> T:
        def ask() -> T:
            if self._shelf is None:
                self._shelf = Shelf.open()
            return work(self._shelf)

        return await asyncio.to_thread(ask)


def flattened(trees: Sequence[Branch]) -> list[Shown]:
    """Transcripts in the order of their trees, forks beneath what they were forked from."""
    flat: list[Shown] = []
    waiting = [(branch, 0) for branch in reversed(trees)]
    while waiting:  # by hand, so that no depth of forking can exhaust the stack
        branch, depth = waiting.pop()
        flat.append(Shown(branch.listed, depth))
        waiting += [(fork, depth + 1) for fork in reversed(branch.forks)]
    return flat
