"""Holding a batch on one machine: many conferences in one event loop, so many at one time.

    batch = Batch(BatchFolder.begin(Path("plan.yaml")))
    await batch.run(registry, watch)

What has ended is in the index and is not done again; what was begun goes on from its transcript;
the rest is begun. So a run that is killed anywhere goes on when it is run again. Where a budget
bears no more, what is open stays so.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from debate.batch.budget import Budget
from debate.batch.cells import Cell
from debate.batch.folder import BatchFolder
from debate.batch.index import Outcome
from debate.batch.job import hold
from debate.errors import YaltaError
from debate.speakers.registry import Registry
from debate.take import Item

#: Told of a cell: an item of its conference, its outcome, or None as it begins.
Watch = Callable[[Cell, Item | Outcome | None], None]


@dataclass(frozen=True, slots=True)
class Begun:
    """A conference that is to be held."""

    cell: Cell
    share: Decimal | None
    """What it may cost in all; None of no budget."""


class Batch:
    """A batch that is run.

    Args:
        folder: Where it is.
        jobs: Conferences at one time; as the plan says, if None.
        budget: Of all of it; as the plan says, if None.
        foreseen: What each cell is foreseen to cost, by its id; see `Budget`.
    """

    def __init__(
        self,
        folder: BatchFolder,
        jobs: int | None = None,
        budget: float | None = None,
        foreseen: Mapping[str, Decimal] | None = None,
    ) -> None:
        self.folder = folder
        self.jobs = jobs or folder.plan.jobs
        self.budget = folder.plan.budget if budget is None else budget
        self.outcomes = folder.index.read()
        known = {cell.id for cell in folder.cells}
        self.outcomes = {id: each for id, each in self.outcomes.items() if id in known}
        total = None if self.budget is None else Decimal(str(self.budget))
        self._budget = Budget(total, foreseen or {})
        self._queue = deque(self.open())
        self._changed = asyncio.Condition()
        self.stopped = False
        """Whether the budget bears no more, and what is open stays so."""

    @property
    def spent(self) -> Decimal:
        """What has been spent so far, where prices are known."""
        costs = (cost for each in self.outcomes.values() for cost in each.costs)
        return sum((Decimal(cost.cost) for cost in costs), Decimal(0))

    def open(self) -> list[Cell]:
        """The cells that have not ended, in the order of the plan."""
        return [cell for cell in self.folder.cells if cell.id not in self.outcomes]

    def failed(self) -> list[Outcome]:
        """The conferences that failed."""
        return [each for each in self.outcomes.values() if each.end == "failed"]

    def forget(self, failed: Iterable[Outcome]) -> None:
        """Let these be held again: they are taken out of the index."""
        gone = {each.cell for each in failed}
        self.outcomes = {id: each for id, each in self.outcomes.items() if id not in gone}
        self.folder.index.rewrite(self.outcomes.values())
        self._queue = deque(self.open())

    def take(self, outcome: Outcome) -> None:
        """Write down how a conference ended."""
        self.folder.index.append(outcome)
        self.outcomes[outcome.cell] = outcome

    async def run(self, registry: Registry, watch: Watch) -> None:
        """Hold what is open. A conference that fails never stops the others.

        Raises:
            CannotWrite: if the folder takes no more; what is held then is left as it can go on.
        """
        await self.side_by_side(lambda: self._work(registry, watch))

    async def side_by_side(self, worker: Callable[[], Coroutine[None, None, None]]) -> None:
        """Have as many workers at it as conferences are held at one time.

        Raises:
            YaltaError: if a worker does; the others are stopped, and each conference is left as it
                can go on.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self.jobs, len(self._queue))):
                    group.create_task(worker())
        except* YaltaError as errors:
            raise errors.exceptions[0] from None

    async def _work(self, registry: Registry, watch: Watch) -> None:
        while begun := await self.begin():
            watch(begun.cell, None)
            outcome = await self._hold(begun, registry, watch)
            await self.end(begun, outcome)
            watch(begun.cell, outcome)

    async def _hold(self, begun: Begun, registry: Registry, watch: Watch) -> Outcome:
        cell = begun.cell
        try:
            job = self.folder.job(cell)
        except YaltaError as error:
            return Outcome(cell=cell.id, factors=cell.factors, end="failed", reason=error.in_a_line)
        return await hold(
            job, self.folder.path, registry, lambda item: watch(cell, item), budget=begun.share
        )

    async def begin(self) -> Begun | None:
        """The next conference; None if there is none, or none that the budget bears.

        Where the budget bears it only if one that is held takes less than it may, that is waited
        for.
        """
        async with self._changed:
            await self._changed.wait_for(
                lambda: not self._queue or self._bears() or self._budget.idle
            )
            if not self._queue:
                return None
            if not self._bears():
                self.stopped = True
                return None
            share = self._budget.begin(self._queue, self.spent)
            return Begun(self._queue.popleft(), share)

    async def end(self, begun: Begun, outcome: Outcome) -> None:
        """Write down how a conference ended, and give back what it did not take."""
        self.take(outcome)
        async with self._changed:
            self._budget.end(begun.cell)
            self._changed.notify_all()

    def _bears(self) -> bool:
        return self._budget.bears(self._queue, self.spent)
