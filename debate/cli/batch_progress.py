"""What a batch shows while it runs: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import click

from debate.batch.cells import Cell
from debate.batch.index import Outcome
from debate.batch.run import Batch
from debate.cost_wording import spent_told
from debate.events import ConferenceOpened, TurnClosed
from debate.phases import turns_planned
from debate.take import Item
from debate.text import showable


class Progress:
    """Told of everything that happens; shows nothing by itself."""

    def watch(self, cell: Cell, item: Item | Outcome | None) -> None:
        """Take what happened to a cell."""


@contextmanager
def progress(batch: Batch, *, plain: bool) -> Iterator[Progress]:
    """How a batch is shown: by bars if there is a terminal to show them on."""
    if plain or not sys.stdout.isatty():
        yield _Lines(batch)
        return
    with _Bars(batch) as bars:
        yield bars


@dataclass(slots=True)
class _Counted:
    """What has been had since this run began."""

    begun_at: float
    words_: int = 0
    turns: int = 0
    ended: int = 0
    still: set[str] = field(default_factory=set)
    """Those that ran out of what they were given; what others leave may let them go on, and run out
    again."""

    def is_news(self, outcome: Outcome) -> bool:
        """Count a conference that is left; whether that was not told before."""
        if outcome.end != "open":
            self.ended += 1
            return True
        told = outcome.cell in self.still
        self.still.add(outcome.cell)
        return not told

    @property
    def seconds(self) -> float:
        return max(1e-9, time.monotonic() - self.begun_at)


class _Lines(Progress):
    """One line for each conference that ends, or stands still for the first time."""

    def __init__(self, batch: Batch) -> None:
        self._total, self._batch = len(batch.folder.cells), batch
        self._counted = _Counted(time.monotonic())

    def watch(self, cell: Cell, item: Item | Outcome | None) -> None:
        """Print a line as a conference ends."""
        if not isinstance(item, Outcome) or not self._counted.is_news(item):
            return
        done = len(self._batch.outcomes)
        left = self._counted.seconds / max(1, self._counted.ended) * (self._total - done)
        why = f": {item.reason}" if item.reason else ""
        turns = "turn" if item.turns == 1 else "turns"
        told = f"{item.turns} {turns}, {item.words:,} words" + (
            f"; {item.short}" * bool(item.short)
        )
        end = "stands still" if item.end == "open" else item.end
        line = f"{done}/{self._total} {item.cell}: {end}{why}; {told}; {_clock(left)} left"
        click.echo(showable(" ".join(line.split())))


class _Bars(Progress):
    """A bar in total and one for each conference that is held, with the rate and what it cost."""

    def __init__(self, batch: Batch) -> None:
        # It comes with the terminal interface, and is loaded only where bars are drawn.
        from debate.cli.batch_bars import Bars

        self._batch = batch
        self._counted = _Counted(time.monotonic())
        self._cells = len(batch.folder.cells)
        self._shown = Bars(self._cells, len(batch.outcomes))
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> _Bars:
        self._shown.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._shown.stop()

    def watch(self, cell: Cell, item: Item | Outcome | None) -> None:
        """Move the bars."""
        match item:
            case None:
                self._tasks[cell.id] = self._shown.add_task(cell.id, total=None)
            case ConferenceOpened():
                total = sum(turns_planned(item, n) for n in range(len(item.scenario.phases)))
                self._shown.update(self._tasks[cell.id], total=total)
            case TurnClosed():
                self._counted.turns += 1
                self._shown.advance(self._tasks[cell.id])
                self._show_total()
            case Outcome():
                self._shown.remove_task(self._tasks.pop(cell.id))
                self._show_total()
                if self._counted.is_news(item) and item.reason:
                    said = showable(" ".join(f"{item.cell}: {item.reason}".split()))
                    self._shown.console.print(said, markup=False, highlight=False)
            case _:
                pass

    def _show_total(self) -> None:
        rate = self._counted.turns / self._counted.seconds * 60
        failed = len(self._batch.failed())
        spent = f", {spent_told(self._batch.bill)}" if self._batch.spent else ""
        said = f"{rate:,.0f} turns a minute, {failed} failed{spent}"
        self._shown.tell(len(self._batch.outcomes), said)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
