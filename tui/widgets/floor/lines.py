"""Which line of the record is which line of which block, at the width in use.

A new width wraps what is near the view; the rest keeps the lines it had until somebody comes near.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from tui.widgets.floor.blocks import Block, Line, Lines


class LineCount:
    """The lines of all blocks, one after the other, as they were last counted.

    Attributes:
        tops: First line of each block, and the line after the last.
        width: Cells, when they were counted.
    """

    def __init__(self) -> None:
        self.tops = [0]
        self.width = 0
        self._lines: list[Lines] = []

    def __len__(self) -> int:
        """How many blocks were counted."""
        return len(self._lines)

    @property
    def height(self) -> int:
        """Lines in all."""
        return self.tops[-1]

    def block_at(self, y: int) -> tuple[int, int]:
        """The block at a line, or else the last one, and how far below its top the line is."""
        index = bisect_right(self.tops, min(y, self.height - 1)) - 1
        return index, y - self.tops[index]

    def line_at(self, y: int) -> tuple[int, Line]:
        """The block and the line of it at a line of the whole."""
        index, into = self.block_at(y)
        return index, self._lines[index][into]

    def lines_of(self, index: int) -> Lines:
        """The lines of a block."""
        return self._lines[index]

    def count(self, blocks: list[Block], width: int, begin: int, near: range) -> int:
        """Count anew from a block on.

        Args:
            blocks: All blocks.
            width: Cells.
            begin: The first block that may have changed.
            near: Those that have to be right at this width.

        Returns:
            The first line that may look different.
        """
        begin = min(begin, len(self))
        if is_rough(blocks, near, width):
            begin = min(begin, near.start)
        self._lines[begin:] = [
            block.lines(width) if index in near else block.lines_at_hand(width)
            for index, block in enumerate(blocks[begin:], begin)
        ]
        heights = (len(lines) for lines in self._lines[begin:])
        self.tops[begin:] = accumulate(heights, initial=self.tops[begin])
        self.width = width
        kept = blocks[begin].take_kept(width) if begin < len(blocks) else 0
        return self.tops[begin] + kept


def is_rough(blocks: list[Block], near: range, width: int) -> bool:
    """Whether any of these blocks still has the lines of another width."""
    return not all(blocks[index].is_wrapped(width) for index in near)
