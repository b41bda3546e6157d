"""Which of a record's blocks are shown: all, those that are public, or those of one private room.

Nothing is lost by looking elsewhere: the rest is kept, and takes part in nothing until it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from tui.widgets.floor.blocks import Block, Room

View = Literal["all", "public"] | Room


def shows(view: View, block: Block) -> bool:
    """Whether a block is seen in a view."""
    match view:
        case "all":
            return True
        case "public":
            return block.room is None
        case Room():
            heads = block.phase == view.phase or view in block.rooms
            return block.room == view or heads


class Shown:
    """The blocks of a record.

    Attributes:
        blocks: Those that are shown, in order.
        everything: All there are.
        rooms: The private rooms there have been.
        view: What is shown.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.everything: list[Block] = []
        self.rooms: tuple[Room, ...] = ()
        self.view: View = "all"
        self._by_turn: dict[int, int] = {}

    @property
    def views(self) -> tuple[View, ...]:
        """All that can be looked at; one alone where there are no rooms."""
        return ("all", "public", *self.rooms) if self.rooms else ("all",)

    def load(self, blocks: Iterable[Block]) -> None:
        """Hold these in place of any; look at the same, if it is still there."""
        self.everything = list(blocks)
        rooms = (room for block in self.everything for room in block.rooms)
        self.rooms = tuple(dict.fromkeys(rooms))
        self.look(self.view if self.view in self.views else "all")

    def add(self, block: Block) -> bool:
        """Hold one more. Returns whether it is shown."""
        self.everything.append(block)
        if block.rooms:
            self.rooms = tuple(dict.fromkeys((*self.rooms, *block.rooms)))
        if not shows(self.view, block):
            return False
        self.blocks.append(block)
        if block.turn is not None:
            self._by_turn[block.turn] = len(self.blocks) - 1
        return True

    def look(self, view: View) -> None:
        """Look at something else."""
        self.view = view
        self.blocks = [block for block in self.everything if shows(view, block)]
        self._by_turn = {b.turn: n for n, b in enumerate(self.blocks) if b.turn is not None}

    def at(self, turn: int) -> int | None:
        """Where the block of a turn is shown."""
        return self._by_turn.get(turn)

    def index_of(self, block: Block) -> int | None:
        """Where a block is shown."""
        if block.turn is not None:
            return self._by_turn.get(block.turn)
        last = len(self.blocks) - 1  # most often it is one of the last
        return next((n for n in range(last, -1, -1) if self.blocks[n] is block), None)

    def first_from(self, block: Block) -> int | None:
        """Where the first block is shown that is this one or stands behind it."""
        behind = False
        shown = {id(each): n for n, each in enumerate(self.blocks)}
        for each in self.everything:
            behind = behind or each is block
            if behind and id(each) in shown:
                return shown[id(each)]
        return None
