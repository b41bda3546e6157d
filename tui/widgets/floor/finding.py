"""Where a text stands in a record: found without regard to case, walked through in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tui.widgets.floor.blocks import Block

MOST = 20_000  # matches that are kept


class Matches:
    """The places where a text was found."""

    def __init__(self) -> None:
        self.query = ""
        self._places: list[tuple[Block, int, int]] = []
        self._of: dict[int, list[int]] = {}  # by a block's identity, indexes of its places
        self.now = -1

    def __len__(self) -> int:
        return len(self._places)

    def clear(self) -> None:
        """Forget them."""
        self.query, self._places, self._of, self.now = "", [], {}, -1

    def find(self, query: str, blocks: Sequence[Block], begin: int = 0) -> int:
        """Find a text, as it is written, in these blocks; returns how often it stands there.

        The present match is the first from block number `begin` on; the first of all, if none is.
        """
        self.clear()
        self.query = query
        if not query.strip():
            return 0
        pattern = re.compile(re.escape(query), re.IGNORECASE)
        for n, block in enumerate(blocks):
            for found in pattern.finditer(block.text):
                if len(self._places) >= MOST:
                    break
                if self.now < 0 and n >= begin:
                    self.now = len(self._places)
                self._of.setdefault(id(block), []).append(len(self._places))
                self._places.append((block, *found.span()))
        self.now = max(self.now, 0) if self._places else -1
        return len(self._places)

    def move(self, step: int) -> tuple[Block, int] | None:
        """Go on by so many places, round the end; returns the block and where in its text."""
        if not self._places:
            return None
        self.now = (self.now + step) % len(self._places)
        block, start, _ = self._places[self.now]
        return block, start

    def within(self, block: Block, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """The matches that touch a span of a block's text: start, end, whether it is the present
        one."""
        for index in self._of.get(id(block), ()):
            _, a, b = self._places[index]
            if a < end and b > start:
                yield a, b, index == self.now
