"""The bars of a batch, laid out for the width and the height of the terminal.

    all ━━━━━━━━━━━━━━━━━━━━━━╺━━━━━━━━━━━━━━━━━━━━━━━━━━ 12 of 60 0:03:20 left
    38 turns a minute, 0 failed, 0.12 spent
    full-altman-s1 ━━━━━━━━━━━━━━━━━━━━━━╺━━━━━━━━━━━━━━━━  7 of 14 0:00:31 left
    … and 3 more are held

What is told of the whole is never lost. As a terminal gets narrower the bars give way first, down
to ten columns, then the names of the conferences, and then the second line is folded. As it gets
lower the conferences that began last are left out, and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.progress import BarColumn, Progress, Task, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

_BAR = 10
# Of a line, beside the name: the bar at its shortest, `999 of 1,000`, `0:00:00 left`, the gaps.
_BESIDE = _BAR + 12 + 12 + 3


class Bars(Progress):
    """One bar of the whole, and one of each conference that is held.

    Args:
        cells: Conferences in all.
        ended: Those that had ended before.
    """

    def __init__(self, cells: int, ended: int) -> None:
        self._ended, self._said = ended, ""
        self._bar, self._left = BarColumn(bar_width=None), TimeRemainingColumn()
        super().__init__()
        self._whole = self.add_task("all", total=cells, completed=ended)

    def tell(self, ended: int, said: str) -> None:
        """Move the bar of the whole, and tell more of it.

        Args:
            ended: Conferences that have ended; those that are held count for their part.
            said: What stands below the bar.
        """
        held = [task for task in self.tasks if task.id != self._whole]
        parts = sum(min(1.0, task.completed / task.total) for task in held if task.total)
        self._ended, self._said = ended, said
        self.update(self._whole, completed=ended + parts)

    def get_renderables(self) -> Iterable[RenderableType]:
        """The lines of the whole, and as many conferences as there is height for."""
        whole, held = self.tasks[:1], self.tasks[1:]
        if not whole:  # it is asked for once before anything is there
            return
        said = Text(self._said)
        yield self._table(whole)
        if self._said:
            yield said
        room = self.console.height - 2 - len(said.wrap(self.console, self.console.width))
        shown = held if len(held) <= room else held[: max(0, room - 1)]
        if shown:
            yield self._table(shown)
        if more := len(held) - len(shown):
            yield Text(f"… and {more:,} more {'is' if more == 1 else 'are'} held")

    def _table(self, tasks: Sequence[Task]) -> RenderableType:
        table = Table.grid(padding=(0, 1), expand=True)
        most = max(8, self.console.width - _BESIDE)
        table.add_column(max_width=most, no_wrap=True, overflow="ellipsis")
        table.add_column(ratio=1, min_width=_BAR)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        for task in tasks:
            of = left = ""
            if task.total:  # else it is not known yet how much there is to do
                done = self._ended if task.id == self._whole else int(task.completed)
                of, left = f"{done:,} of {task.total:,.0f}", f"{self._left.render(task)} left"
            table.add_row(Text(task.description), self._bar(task), Text(of), Text(left))
        return table
