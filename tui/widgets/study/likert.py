"""How close an excerpt is to a card, scale by scale."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import Static

from tui.widgets.floor.blocks import plain
from tui.widgets.study.begun import Part, SomePoints
from tui.widgets.study.choices import Choice, Choices
from tui.widgets.study.questions import CANNOT, PointsGiven, Reply
from tui.widgets.study.sheet import Sheet
from tui.widgets.study.task import CANNOT_KEY, Task

_NEXT, _BEFORE = ("tab", "right"), ("shift+tab", "left")
RECORD = "All is answered. Enter records it; a number changes this scale, ← and → go to others."


class LikertTask(Task):
    """The card, the excerpt, and one scale after the other. Enter records when all have a point.

    The last point does not record by itself, so that a slip of the finger is seen before it counts.
    """

    SCOPED_CSS = False  # how it is laid out follows from the screen's width
    DEFAULT_CSS = """
    LikertTask {
        & #asked { height: 1fr; layout: horizontal; }
        & #reading { width: 1fr; height: 1fr; }
        & #card { height: auto; max-height: 40%; border-bottom: solid $panel-lighten-1; }
        & #scales { width: 1fr; height: 1fr; border-left: solid $panel-lighten-1; }
        & #points { height: auto; padding: 0 1; }
        & #anchors { height: auto; max-height: 1fr; }
        & #record { height: auto; padding: 0 1; color: $success; }
    }
    .-stacked LikertTask {
        & #asked { layout: vertical; }
        & #scales { height: auto; max-height: 60%; border-left: none;
            border-top: solid $panel-lighten-1; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.points: dict[int, int | None] = {}
        """What was given so far, scale by scale; None where it cannot be judged."""
        self.scale = 0
        self.scene = Static(classes="task--scene", markup=False)
        self.card, self.excerpt = Sheet(id="card"), Sheet(id="excerpt")
        self.anchors = Choices(id="anchors")
        self._points = Static(id="points", markup=False)
        self._question = Static(classes="task--question", markup=False)
        self._record = Static(RECORD, id="record", markup=False)

    def compose(self) -> ComposeResult:
        yield self.scene
        with Container(id="asked"):
            with Vertical(id="reading"):
                yield self.card
                yield self.excerpt
            with Vertical(id="scales"):
                yield self._points
                yield self._question
                yield self.anchors
                yield self._record

    def put(self, before: Reply | None) -> None:
        self.scene.update(plain(self.asked.scene))
        self.scene.display = bool(self.asked.scene)
        self.card.show("The card", self.asked.cards[0])
        self.excerpt.show("The excerpt", self.asked.texts[0])
        given = before.points if isinstance(before, PointsGiven) else ()
        self.points = dict(enumerate(given))
        self.scale = 0
        self._draw()

    def place_of_focus(self) -> Widget:
        return self.excerpt

    @property
    def is_complete(self) -> bool:
        """Whether every scale has its answer."""
        return len(self.points) == len(self.asked.scales)

    def begun(self) -> Part | None:
        return SomePoints(dict(self.points)) if self.points else None

    def resume(self, begun: Part) -> None:
        if isinstance(begun, SomePoints):
            scales = range(len(self.asked.scales))
            self.points = {n: point for n, point in begun.given.items() if n in scales}
            self.scale = next((n for n in scales if n not in self.points), self.scale)
            self._draw()

    def press(self, key: str) -> bool:
        scales = len(self.asked.scales)
        if key == CANNOT_KEY or (key.isdecimal() and 1 <= int(key) <= 5):
            self.points[self.scale] = None if key == CANNOT_KEY else int(key)
            behind = [*range(self.scale + 1, scales), *range(self.scale)]
            self.scale = next((n for n in behind if n not in self.points), self.scale)
        elif key in _NEXT:
            self.scale = (self.scale + 1) % scales
        elif key in _BEFORE:
            self.scale = (self.scale - 1) % scales
        elif key == "enter" and self.is_complete:
            self.give(PointsGiven(tuple(self.points[n] for n in range(scales))))
            return True
        else:
            return False
        self._draw()
        return True

    def _draw(self) -> None:
        scales = self.asked.scales
        said = [f"{self._mark(n)}{each.id} {self._said(n)} " for n, each in enumerate(scales)]
        self._points.update("\n".join(" ".join(said[n : n + 3]) for n in range(0, len(said), 3)))
        scale = scales[self.scale]
        self._question.update(plain(f"{self.scale + 1} of {len(scales)}: {scale.question}"))
        choices = [Choice(str(n), text) for n, text in enumerate(scale.anchors, 1)]
        choices.append(Choice(CANNOT_KEY, CANNOT))
        chosen = () if self.scale not in self.points else (self._said(self.scale),)
        self.anchors.offer(choices, chosen)
        self._record.display = self.is_complete

    def _said(self, scale: int) -> str:
        if scale not in self.points:
            return "–"
        point = self.points[scale]
        return CANNOT_KEY if point is None else str(point)

    def _mark(self, scale: int) -> str:
        return "▸" if scale == self.scale else " "
