"""Holding a batch on one machine: many conferences in one event loop, so many at one time.

    batch = Batch(BatchFolder.begin(Path("plan.yaml")))
    await batch.run(registry, watch)

What has ended is in the index and is not done again; what was begun goes on from its transcript;
the rest is begun. So a run that is killed anywhere goes on when it is run again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from debate.batch.cells import Cell
from debate.batch.folder import BatchFolder
from debate.batch.index import Outcome
from debate.batch.job import hold
from debate.errors import YaltaError
from debate.speakers.registry import Registry
from debate.take import Item

#: Told of a cell: an item of its conference, its outcome, or None as it begins.
Watch = Callable[[Cell, Item | Outcome | None], None]


class Batch:
    """A batch that is run.

    Args:
        folder: Where it is.
        jobs: Conferences at one time; as the plan says, if None.
        budget: Of all of it; as the plan says, if None.
    """

    def __init__(
        self, folder: BatchFolder, jobs: int | None = None, budget: float | None = None
    ) -> None:
        self.folder = folder
        self.jobs = jobs or folder.plan.jobs
        self.budget = folder.plan.budget if budget is None else budget
        self.outcomes = folder.index.read()
        known = {cell.id for cell in folder.cells}
        self.outcomes = {id: each for id, each in self.outcomes.items() if id in known}
        self._reserved = Decimal(0)
        self._left = len(self.open())
        """Conferences that are still to be begun."""

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
        self._left = len(self.open())

    def take(self, outcome: Outcome) -> None:
        """Write down how a conference ended."""
        self.folder.index.append(outcome)
        self.outcomes[outcome.cell] = outcome

    async def run(self, registry: Registry, watch: Watch) -> None:
        """Hold what is open. A conference that fails never stops the others."""
        cells = self.open()
        queue = iter(cells)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.jobs, len(cells))):
                group.create_task(self._work(queue, registry, watch))

    async def _work(self, queue: Iterator[Cell], registry: Registry, watch: Watch) -> None:
        for cell in queue:
            watch(cell, None)
            share = self.begin_share()
            outcome = await self._hold(cell, registry, watch, share)
            self.end_share(share)
            self.take(outcome)
            watch(cell, outcome)

    async def _hold(
        self, cell: Cell, registry: Registry, watch: Watch, budget: Decimal | None
    ) -> Outcome:
        try:
            job = self.folder.job(cell)
        except YaltaError as error:
            return Outcome(cell=cell.id, factors=cell.factors, end="failed", reason=str(error))
        if budget is not None and budget <= 0:
            spent = "the batch's budget is spent"
            return Outcome(cell=cell.id, factors=cell.factors, end="failed", reason=spent)
        return await hold(
            job, self.folder.path, registry, lambda item: watch(cell, item), budget=budget
        )

    def begin_share(self) -> Decimal | None:
        """What the next conference may cost: an equal part of what is left; None of no budget."""
        share = None
        if self.budget is not None:
            left = Decimal(str(self.budget)) - self.spent - self._reserved
            share = (left / max(1, self._left)).quantize(Decimal("0.000001"))
        self._left -= 1
        self._reserved += share or 0
        return share

    def end_share(self, share: Decimal | None) -> None:
        """Give back what a conference was allowed; what it cost is in its outcome."""
        self._reserved -= share or 0
