"""What a batch may cost, given out so that no arm gets more of it than another.

Cards of one arm may cost twice those of another. With equal parts, and a budget that is short, the
arm that costs more would be cut and the other would not, and what they differ in would be the
budget. So each conference may take in proportion to what it is foreseen to cost, and is begun only
if there is enough for it and for the same conference in all arms that follow. What the budget does
not bear is left open, alike in every arm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from itertools import takewhile

from debate.batch.cells import Cell

HEADROOM = Decimal("1.5")
"""How much of what is foreseen must be there before a conference is begun: forecasts are estimates,
and a call is made only if what is left bears the most that it can cost."""

_LEAST = Decimal("0.000001")


class Budget:
    """What is left of a budget while conferences are held.

    Args:
        total: Of the whole batch; no limit, if None.
        foreseen: What each cell is foreseen to take from here on, by its id. Without it each is
            given an equal part of what is left.
    """

    def __init__(self, total: Decimal | None, foreseen: Mapping[str, Decimal]) -> None:
        self.total = total
        self._foreseen = foreseen
        self._given: dict[str, Decimal] = {}

    def bears(self, open_: Sequence[Cell], spent: Decimal) -> bool:
        """Whether the first of the cells that are open can be begun.

        Args:
            open_: In their order.
            spent: By all conferences, before those that are held were given what they may cost.
        """
        if self.total is None:
            return True
        first = but_arm(open_[0])
        alike = takewhile(lambda cell: but_arm(cell) == first, open_)
        return self._left(spent) >= self._wanted(alike)

    def wanted(self, open_: Iterable[Cell], spent: Decimal) -> Decimal:
        """The budget of the whole batch that bears all that is open. Arguments as of `bears`."""
        return spent + self._wanted(open_)

    def begin(self, open_: Sequence[Cell], spent: Decimal) -> Decimal | None:
        """Give the first of the cells that are open what it may cost from here on; None is no
        limit."""
        if self.total is None:
            return None
        mine = self._weight(open_[0])
        part = self._left(spent) * mine / sum(map(self._weight, open_))
        if self._foreseen:
            part = max(part, HEADROOM * mine)
        self._given[open_[0].id] = part.quantize(_LEAST, ROUND_DOWN)
        return self._given[open_[0].id]

    def end(self, cell: Cell) -> None:
        """Take back what a conference was given; what it took of it is among what is spent."""
        self._given.pop(cell.id, None)

    @property
    def idle(self) -> bool:
        """Whether nothing is held, so that nothing will be given back."""
        return not self._given

    def _left(self, spent: Decimal) -> Decimal:
        assert self.total is not None
        return self.total - spent - sum(self._given.values())

    def _wanted(self, cells: Iterable[Cell]) -> Decimal:
        return HEADROOM * sum(map(self._weight, cells))

    def _weight(self, cell: Cell) -> Decimal:
        return max(self._foreseen.get(cell.id, _LEAST), _LEAST)


def borne(cells: Iterable[Cell], total: Decimal, foreseen: Mapping[str, Decimal]) -> Iterator[Cell]:
    """The cells that a budget bears, if each costs just what is foreseen."""
    budget, spent, open_ = Budget(total, foreseen), Decimal(0), deque(cells)
    while open_ and budget.bears(open_, spent):
        spent += foreseen.get(open_[0].id, Decimal(0))
        yield open_.popleft()


def but_arm(cell: Cell) -> dict[str, str]:
    """What all arms of one conference have in common."""
    return {name: value for name, value in cell.factors.items() if name != "arm"}
