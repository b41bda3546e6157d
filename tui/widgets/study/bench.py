"""Where items are put before a rater: a widget for each task, one of them shown."""

from __future__ import annotations

from typing import TypeVar

from textual.containers import Vertical
from textual.widget import Widget

from debate.errors import UserError
from debate.study.rubric import Rubric, Task
from tui.widgets.study.begun import Part
from tui.widgets.study.coding import CodingTask
from tui.widgets.study.held import HeldKey
from tui.widgets.study.identification import IdentificationTask
from tui.widgets.study.likert import LikertTask
from tui.widgets.study.pairs import PairsTask
from tui.widgets.study.questions import Reply, Shown
from tui.widgets.study.task import Task as TaskWidget

W = TypeVar("W", bound=Widget)


class Bench(Vertical):
    """Asks. Widgets are made when they are first needed.

    Args:
        rubric: By which is asked.
    """

    DEFAULT_CSS = """
    Bench { height: 1fr; }
    """

    def __init__(self, rubric: Rubric) -> None:
        super().__init__()
        self._rubric = rubric
        self._tasks: dict[Task, TaskWidget] = {}
        self._held = HeldKey()
        self.asking: TaskWidget | None = None
        """What asks now."""

    async def ask(
        self, shown: Shown, before: Reply | None = None, begun: Part | None = None
    ) -> None:
        """Put a question, with what was answered to it before, or what was begun."""
        if shown.task not in self._tasks:
            self._tasks[shown.task] = _widget(shown.task, self._rubric)
        widget = self._tasks[shown.task]
        widget.held = self._held
        await self.show(widget)
        self.asking = widget
        widget.ask(shown, before, begun)

    async def show(self, widget: W) -> W:
        """Show this alone."""
        if not widget.is_attached:
            await self.mount(widget)
        for each in self.children:
            each.display = each is widget
        self.asking = None
        return widget


def _widget(task: Task, rubric: Rubric) -> TaskWidget:
    match task:
        case "identification" if rubric.identification:
            return IdentificationTask(rubric.identification)
        case "pairs" if rubric.pairs:
            return PairsTask(rubric.pairs)
        case "likert":
            return LikertTask()
        case "coding":
            return CodingTask(rubric)
        case _:
            raise UserError(f"an item asks for {task}, of which the rubric says nothing")
