"""Which of several unnamed cards an excerpt was written from, and how sure one is."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import Static

from debate.study.rubric import Identification
from tui.widgets.floor.blocks import plain
from tui.widgets.study.begun import Part
from tui.widgets.study.choices import Choice, Choices
from tui.widgets.study.more import More
from tui.widgets.study.questions import CANNOT, CardPicked, Reply
from tui.widgets.study.sheet import Sheet
from tui.widgets.study.task import CANNOT_KEY, Task

SURE = "How sure are you?"
LONG = 800
"""Characters of all cards together, from which on their lines are run in so that more are seen."""


class IdentificationTask(Task):
    """The excerpt beside the cards; a number picks one, and the next says how sure."""

    SCOPED_CSS = False  # how it is laid out follows from the screen's width
    DEFAULT_CSS = """
    IdentificationTask {
        & #asked { height: 1fr; layout: horizontal; }
        & #excerpt { width: 2fr; }
        & #cards-side { width: 3fr; height: 1fr; border-left: solid $panel-lighten-1; }
        & #cards { height: 1fr; }
        & #sure-side { height: auto; display: none; border-top: solid $panel-lighten-1; }
        &.-picked #sure-side { display: block; }
    }
    .-stacked IdentificationTask {
        & #asked { layout: vertical; }
        & #excerpt { width: 1fr; height: 2fr; }
        & #cards-side { width: 1fr; height: 3fr; border-left: none;
            border-top: solid $panel-lighten-1; }
    }
    """

    def __init__(self, rubric: Identification) -> None:
        super().__init__()
        self._rubric = rubric
        self.card: int | None = None
        """The card that is picked, before it is said how sure."""
        self._sure: int | None = None
        self._picked = False
        self.scene = Static(classes="task--scene", markup=False)
        self.excerpt = Sheet(id="excerpt")
        self.cards = Choices(id="cards")
        self.sure = Choices(id="sure")

    def compose(self) -> ComposeResult:
        yield self.scene
        with Container(id="asked"):
            yield self.excerpt
            with Vertical(id="cards-side"):
                yield Static(self._rubric.question, classes="task--question", markup=False)
                yield self.cards
                yield More(self.cards, "card")
        with Vertical(id="sure-side"):
            yield Static(SURE, classes="task--question", markup=False)
            yield self.sure

    def put(self, before: Reply | None) -> None:
        self.scene.update(plain(self.asked.scene))
        self.scene.display = bool(self.asked.scene)
        self.excerpt.show("The excerpt", self.asked.texts[0])
        was = before if isinstance(before, CardPicked) else None
        self.card = was.card if was else None
        self._sure = was.confidence if was else None
        self._picked = False
        self._draw(bool(was) and self.card is None)

    def place_of_focus(self) -> Widget:
        return self.excerpt

    @property
    def is_begun(self) -> bool:
        return self._picked

    def begun(self) -> Part | None:
        return CardPicked(self.card) if self._picked else None

    def resume(self, begun: Part) -> None:
        if isinstance(begun, CardPicked) and begun.card is not None:
            self.card, self._picked = begun.card, True
            self._draw()

    def press(self, key: str) -> bool:
        if key == CANNOT_KEY:
            self.give(CardPicked(None))
        elif self._picked and key in ("escape", "backspace"):
            self._picked = False
            self._draw()
        elif self._picked and key.isdecimal() and 1 <= int(key) <= len(self._rubric.confidence):
            self.give(CardPicked(self.card, int(key)))
        elif not self._picked and key.isdecimal() and int(key) <= len(self.asked.cards):
            self.card, self._picked = int(key), True
            self._draw()
        else:
            return False
        return True

    def on_choices_picked(self, event: Choices.Picked) -> None:
        """A click on another card picks that one; a key then would say how sure one is."""
        if event.control is self.cards and event.key != CANNOT_KEY:
            self._picked = False
        super().on_choices_picked(event)

    def _draw(self, unjudged: bool = False) -> None:
        long = sum(map(len, self.asked.cards)) > LONG
        cards = enumerate(self.asked.cards, 1)
        choices = [Choice(str(n), text, f"Card {n}", run_in=long) for n, text in cards]
        choices += [Choice("0", self._rubric.none), Choice(CANNOT_KEY, CANNOT)]
        chosen = CANNOT_KEY if unjudged else "" if self.card is None else str(self.card)
        self.cards.offer(choices, (chosen,), apart=True)
        self.set_class(self._picked, "-picked")
        sure = [Choice(str(n), text) for n, text in enumerate(self._rubric.confidence, 1)]
        self.sure.offer(sure, () if self._sure is None else (str(self._sure),))
