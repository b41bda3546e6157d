"""Holding a batch on one machine: many conferences in one event loop, so many at one time.

    batch = Batch(BatchFolder.begin(Path("plan.yaml")))
    await batch.run(registry, watch)

What has ended is in the index and is not done again; what was begun goes on from its transcript;
the rest is begun. So a run that is killed anywhere goes on when it is run again. A conference that
takes more than it was given goes on, once the same was held in all arms, with what the others left
it. Where a budget bears no more, what is open stays so.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from debate.batch.budget import Budget, but_arm
from debate.batch.cells import Cell
from debate.batch.folder import BatchFolder
from debate.batch.index import Outcome
from debate.batch.job import hold
from debate.batch.underway import Underway, underway
from debate.bill import NOTHING, Bill
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
        foreseen: What each cell is foreseen to cost, by its id; see `Budget`.
    """

    def __init__(
        self,
        folder: BatchFolder,
        jobs: int | None = None,
        foreseen: Mapping[str, Decimal] | None = None,
    ) -> None:
        self.folder = folder
        self.jobs = jobs or folder.plan.jobs
        self.budget = folder.budget
        self.outcomes = folder.index.read()
        known = {cell.id for cell in folder.cells}
        self.outcomes = {
            id: each for id, each in self.outcomes.items() if id in known and not each.is_open
        }
        self.underway: dict[str, Underway] = {}
        """Of those that are begun and have not ended, by cell, as they were last looked at."""
        self._foreseen = foreseen or {}
        self._needs = dict(self._foreseen)
        total = None if self.budget is None else Decimal(str(self.budget))
        self._budget = Budget(total, self._needs)
        self._changed = asyncio.Condition()
        self.stopped = False
        """Whether the budget bears no more, and what is open stays so."""
        self.look()
        self._queue = deque(self.able())
        self._waiting: list[Cell] = []
        self._ran_out: dict[str, Decimal | None] = {}
        """What each had cost when it last ran out."""

    @property
    def bill(self) -> Bill:
        """What all conferences came to, those that are begun included."""
        ended = (each.bill for each in self.outcomes.values())
        return sum((*ended, *(each.bill for each in self.underway.values())), NOTHING)

    @property
    def spent(self) -> Decimal:
        """What may have been spent so far, where prices are known."""
        return self.bill.at_most

    @property
    def wanted(self) -> Decimal:
        """A budget that bears all that is open, as far as can be foreseen: where those that have
        ended took more than was foreseen of them, so may the rest."""
        ended = [each for each in self.outcomes.values() if each.end == "complete"]
        foreseen = sum((self._foreseen.get(each.cell, Decimal(0)) for each in ended), Decimal(0))
        took = sum((each.bill.at_most for each in ended), Decimal(0))
        more = max(Decimal(1), took / foreseen) if foreseen else Decimal(1)
        return self.spent + more * (self._budget.wanted(self.open(), self.spent) - self.spent)

    def open(self) -> list[Cell]:
        """The cells that have not ended, in the order of the plan."""
        return [cell for cell in self.folder.cells if cell.id not in self.outcomes]

    def still(self) -> list[Cell]:
        """Those of them that stand still, since what they may cost bears no further call."""
        return [c for c in self.open() if c.id in self.underway and self.underway[c.id].why]

    def able(self) -> list[Cell]:
        """The open cells that may be able to go on: without a budget none that stands still is."""
        still = set() if self._budget.total is not None else {cell.id for cell in self.still()}
        return [cell for cell in self.open() if cell.id not in still]

    @property
    def is_foreseen(self) -> bool:
        """Whether it is known what its conferences are foreseen to cost."""
        return bool(self._foreseen)

    @property
    def is_short(self) -> bool:
        """Whether nothing of what is open can go on under the budget there is."""
        able = self.able()
        return bool(self.open()) and not (able and self._budget.bears(able, self.spent))

    def look(self) -> None:
        """See how far those are that have not ended."""
        for cell in self.open():
            self._look_at(cell)

    def _look_at(self, cell: Cell) -> None:
        path = self.folder.path / f"{cell.id}.jsonl"
        self.underway.pop(cell.id, None)
        with suppress(YaltaError):  # what cannot be read is told of when it is to go on
            if path.exists():
                found = underway(path, forked=self.folder.plan.from_ is not None)
                self.underway[cell.id] = found
                if self._foreseen:
                    self._needs[cell.id] = found.needs(self._foreseen.get(cell.id, Decimal(0)))

    def failed(self) -> list[Outcome]:
        """The conferences that failed."""
        return [each for each in self.outcomes.values() if each.end == "failed"]

    def forget(self, failed: Iterable[Outcome]) -> None:
        """Let these be held again: they are taken out of the index as it is run."""
        for each in failed:
            self.outcomes.pop(each.cell, None)
        self.look()
        self._queue = deque(self.able())

    def take(self, outcome: Outcome) -> None:
        """Write down how a conference ended."""
        self.folder.index.append(outcome)
        self.outcomes[outcome.cell] = outcome
        self.underway.pop(outcome.cell, None)

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
        lines = self.folder.index.read()
        if again := lines.keys() & {cell.id for cell in self.open()}:
            self.folder.index.rewrite(each for id, each in lines.items() if id not in again)
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
            await self._changed.wait_for(self._is_decided)
            if not self._queue:
                return None
            if not self._bears():
                self.stopped = True
                return None
            share = self._budget.begin(self._queue, self.spent)
            cell = self._queue.popleft()
            if share is not None and cell.id in self.underway:
                share += self.underway[cell.id].spent
            return Begun(cell, share)

    async def end(self, begun: Begun, outcome: Outcome) -> None:
        """Write down how a conference ended, if it did, and give back what it did not take."""
        if outcome.is_open:
            self._let_wait(begun.cell)
        else:
            self.take(outcome)
        async with self._changed:
            self._budget.end(begun.cell)
            self._changed.notify_all()

    def _is_decided(self) -> bool:
        """Whether it can be said what is begun next, if anything is."""
        self._put_back()
        return not self._queue or self._bears() or self._budget.idle

    def _let_wait(self, cell: Cell) -> None:
        """Let one that ran out wait for what others leave it, if it came further by what it had."""
        before = self._ran_out.get(cell.id)
        self._look_at(cell)
        self._ran_out[cell.id] = self.underway[cell.id].spent if cell.id in self.underway else None
        if self._budget.total is not None and self._ran_out[cell.id] != before:
            self._waiting.append(cell)

    def _put_back(self) -> None:
        """Put those that ran out before what follows, once their like is begun in every arm."""
        for cell in [*self._waiting]:
            if all(but_arm(each) != but_arm(cell) for each in self._queue):
                self._waiting.remove(cell)
                self._queue.appendleft(cell)

    def _bears(self) -> bool:
        return self._budget.bears(self._queue, self.spent)
