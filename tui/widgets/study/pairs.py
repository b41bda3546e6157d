"""Which of two texts is closer to a card."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from debate.study.rubric import Pairs
from tui.widgets.floor.blocks import plain
from tui.widgets.study.choices import Choice, Choices
from tui.widgets.study.questions import CANNOT, Reply, Side, SidePicked
from tui.widgets.study.sheet import Sheet
from tui.widgets.study.task import CANNOT_KEY, Task

_SIDES: dict[str, Side] = {"1": "left", "2": "right", "0": "tie", "t": "tie"}
_NAMES = {"1": "The first", "2": "The second"}


class PairsTask(Task):
    """The card above, the two texts below it; one key chooses."""

    SCOPED_CSS = False  # how it is laid out follows from the screen's width
    DEFAULT_CSS = """
    PairsTask {
        & #card { height: auto; max-height: 30%; border-bottom: solid $panel-lighten-1; }
        & #texts { height: 1fr; layout: horizontal; }
        & #right { border-left: solid $panel-lighten-1; }
        & #sides { border-top: solid $panel-lighten-1; }
    }
    .-stacked PairsTask {
        & #texts { layout: vertical; }
        & #right { border-left: none; border-top: solid $panel-lighten-1; }
    }
    """

    def __init__(self, rubric: Pairs) -> None:
        super().__init__()
        self._rubric = rubric
        self.scene = Static(classes="task--scene", markup=False)
        self.card = Sheet(id="card")
        self.left, self.right = Sheet(id="left", key="1"), Sheet(id="right", key="2")
        self.sides = Choices(id="sides")

    def compose(self) -> ComposeResult:
        yield self.scene
        yield self.card
        with Container(id="texts"):
            yield self.left
            yield self.right
        yield Static(self._rubric.question, classes="task--question", markup=False)
        yield self.sides

    def put(self, before: Reply | None) -> None:
        self.scene.update(plain(self.asked.scene))
        self.scene.display = bool(self.asked.scene)
        self.card.show("The card", self.asked.cards[0])
        chosen = CANNOT_KEY if isinstance(before, SidePicked) else ""
        if isinstance(before, SidePicked) and before.side:
            chosen = next(key for key, side in _SIDES.items() if side == before.side)
        for key, sheet, text in zip("12", (self.left, self.right), self.asked.texts, strict=True):
            sheet.show(f"{'● ' if chosen == key else ''}{key}  {_NAMES[key]}", text)
        choices = (Choice("0", self._rubric.tie), Choice(CANNOT_KEY, CANNOT))
        self.sides.offer(choices, (chosen,))

    def place_of_focus(self) -> Widget:
        return self.left

    def press(self, key: str) -> bool:
        if key != CANNOT_KEY and key not in _SIDES:
            return False
        self.give(SidePicked(_SIDES.get(key)))
        return True
