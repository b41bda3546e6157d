"""A conference as it is coded: its turns up to the one in hand, and which of them are cited."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from debate.study.bundle import HeardTurn
from tui.widgets.floor.blocks import Block, plain
from tui.widgets.floor.record import Record

NOW, CITED = "to be coded", "cited"


class Conference(Record):
    """The record of a conference; the last turn is the one to be coded."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(Record.follow, False)

    def lay_out(self, turns: Sequence[HeardTurn]) -> None:
        """Show these turns, the last of them in view."""
        self.load(_blocks(turns))
        self._to_last()

    def on_resize(self) -> None:
        """Until it is laid out it does not know its height; and it may become another."""
        self.call_after_refresh(self._to_last)

    def _to_last(self) -> None:
        if self.blocks and self.marked in (None, len(self.blocks) - 1):
            self.reveal(len(self.blocks) - 1)

    def cite(self, numbers: Collection[int]) -> None:
        """Show which turns are cited."""
        for block in self.everything:
            if block.turn is None:
                continue
            side = self._side(block.turn, block.turn in numbers)
            if side != block.side:
                block.side = side
                self.touch(block)

    @property
    def marked_turn(self) -> int | None:
        """The number of the marked turn."""
        return None if self.marked is None else self.blocks[self.marked].turn

    def _side(self, number: int, cited: bool) -> str:
        if number == max(block.turn or 0 for block in self.everything):
            return f"{number} · {NOW}"
        return f"{number} · {CITED}" if cited else str(number)


def _blocks(turns: Sequence[HeardTurn]) -> list[Block]:
    seats: dict[str, int] = {}
    phase, blocks = "", []
    for turn in turns:
        if turn.phase != phase:
            phase = turn.phase
            blocks.append(Block("heading", name=plain(phase)))
        last = turn is turns[-1]
        blocks.append(
            Block(
                "turn",
                name=plain(turn.speaker),
                seat=seats.setdefault(turn.speaker, len(seats)),
                turn=turn.number,
                side=f"{turn.number} · {NOW}" if last else str(turn.number),
                text=plain(turn.text),
            )
        )
    return blocks
