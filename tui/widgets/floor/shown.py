"""Which of a record's blocks are shown: all, those that are public, those of one private room; or
what a person at the table may know.

Nothing is lost by looking elsewhere: the rest is kept, and takes part in nothing until it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from debate.hearing import Hearing
from tui.widgets.floor.blocks import Block, Room

View = Literal["mine", "all", "public"] | Room


def shows(view: View, block: Block, hearing: Hearing | None = None) -> bool:
    """Whether a block is seen in a view; of a person at the table, by what they hear."""
    match view:
        case "mine":
            return hearing is None or hears(hearing, block)
        case "all":
            return True
        case "public":
            return block.room is None and (hearing is None or hears(hearing, block))
        case Room():
            heads = block.phase == view.phase or view in block.rooms
            return block.room == view or heads


def hears(hearing: Hearing, block: Block) -> bool:
    """Whether who sits at the table may know what a block says."""
    if block.room is not None:
        return hearing.room(block.room.phase, block.room.name)
    return block.opening is None or hearing.opening(*block.opening)


class Shown:
    """The blocks of a record.

    Attributes:
        blocks: Those that are shown, in order.
        everything: All there are.
        rooms: The private rooms there have been.
        view: What is shown.
        hearing: What a person at the table hears; None where nobody sits there.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.everything: list[Block] = []
        self.rooms: tuple[Room, ...] = ()
        self.view: View = "all"
        self.hearing: Hearing | None = None
        self._by_turn: dict[int, int] = {}

    @property
    def views(self) -> tuple[View, ...]:
        """All that can be looked at; one alone where there are no rooms and nobody sits at the
        table. What they may not know stands last."""
        own = self.own_views
        if self.hearing is None:
            return own
        return (*own, "all", *(room for room in self.rooms if room not in own))

    @property
    def own_views(self) -> tuple[View, ...]:
        """Those in which a person at the table reads nothing that they may not know; all, where
        nobody sits there."""
        if self.hearing is None:
            return ("all", "public", *self.rooms) if self.rooms else ("all",)
        own = [room for room in self.rooms if self.hearing.room(room.phase, room.name)]
        return ("mine", "public", *own) if self.rooms else ("mine",)

    @property
    def opens_folds(self) -> bool:
        """Whether what is folded may be opened: thoughts, and what was given unheard."""
        return self.hearing is None or self.view not in self.own_views

    def load(self, blocks: Iterable[Block]) -> None:
        """Hold these in place of any; look at the same, if it is still there."""
        self.everything = list(blocks)
        rooms = (room for block in self.everything for room in block.rooms)
        self.rooms = tuple(dict.fromkeys(rooms))
        self.look(self.view if self.view in self.views else self.views[0])

    def hear(self, hearing: Hearing | None) -> View:
        """Note what a person at the table hears now. Returns what to look at then: as they sit
        down, what is theirs."""
        sits_down, self.hearing = self.hearing is None and hearing is not None, hearing
        return "mine" if sits_down else self.view if self.view in self.views else "all"

    def add(self, block: Block) -> bool:
        """Hold one more. Returns whether it is shown."""
        self.everything.append(block)
        if block.rooms:
            self.rooms = tuple(dict.fromkeys((*self.rooms, *block.rooms)))
        if not shows(self.view, block, self.hearing):
            return False
        self.blocks.append(block)
        if block.turn is not None:
            self._by_turn[block.turn] = len(self.blocks) - 1
        return True

    def look(self, view: View) -> None:
        """Look at something else."""
        self.view = view
        self.blocks = [b for b in self.everything if shows(view, b, self.hearing)]
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
