"""A question to a rater: what is shown, which keys answer it, and when it is answered."""

from __future__ import annotations

from textual import events
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from tui.widgets.study.begun import Part
from tui.widgets.study.choices import Choices
from tui.widgets.study.held import HeldKey
from tui.widgets.study.questions import Reply, Shown
from tui.widgets.study.sheet import Sheet

CANNOT_KEY = "x"


class Task(Vertical):
    """The widget of one task. It is asked anew for every item; an answer closes it."""

    DEFAULT_CSS = """
    Task {
        height: 1fr;
        & > .task--scene { height: auto; padding: 0 1; text-style: dim; }
        & .task--question { height: auto; padding: 0 1; color: $accent; text-style: bold; }
    }
    """

    class Answered(Message):
        """The question is answered."""

        def __init__(self, task: Task, reply: Reply) -> None:
            self.task, self.reply = task, reply
            super().__init__()

        @property
        def control(self) -> Task:
            """The widget that asked."""
            return self.task

    class Changed(Message):
        """Something was done for an answer that is not given yet."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.is_open = False
        """Whether it can be answered: what is typed on after an answer is for no other question."""
        self.asked = Shown("identification")
        self.before: Reply | None = None
        self.held = HeldKey()
        """What the key that answered last does yet; one of all tasks, if an item follows it."""

    def ask(self, shown: Shown, before: Reply | None = None, begun: Part | None = None) -> None:
        """Put a question.

        Args:
            shown: What is to be seen.
            before: What was answered to it before.
            begun: What was done for an answer before, if that was broken off.
        """
        self.asked, self.before = shown, before
        for each in self.query(Choices):
            each.forget()
        self.put(before)
        if begun is not None:
            self.resume(begun)
        self.is_open = True
        self.place_of_focus().focus()
        self.held.shows()

    def put(self, before: Reply | None) -> None:
        """Show `asked`."""
        raise NotImplementedError

    def press(self, key: str) -> bool:
        """Take a key; False if it has no meaning here."""
        raise NotImplementedError

    def place_of_focus(self) -> Widget:
        """Which widget has the keys that scroll."""
        raise NotImplementedError

    @property
    def is_begun(self) -> bool:
        """Whether a part of an answer was given since the question was put."""
        return False

    def begun(self) -> Part | None:
        """What is done so far."""
        return None

    def resume(self, begun: Part) -> None:
        """Go on with what was done so far; what is of another task is passed over."""

    def give(self, reply: Reply) -> None:
        """Answer."""
        if self.is_open:
            self.is_open = False
            self.post_message(self.Answered(self, reply))

    def on_key(self, event: events.Key) -> None:
        """An answer's key answers."""
        if not self.is_open:
            return
        key = event.character if event.character and event.is_printable else event.key
        if self.held.repeats(key, event.time) or self._page(key):
            event.stop()
            event.prevent_default()
        elif self.press(key) or (key == "enter" and self._keep()):
            event.stop()
            event.prevent_default()
            self._changed()
            if not self.is_open:
                self.held.gave(key, event.time)

    def _page(self, key: str) -> bool:
        """Scroll what has more to show, where what has the focus has not."""
        if key not in ("pagedown", "pageup"):
            return False
        down, focused = key == "pagedown", self.screen.focused
        panes = [each for each in self.query("Sheet, Choices, Record") if _has_more(each, down)]
        if not panes or focused in panes:
            return False  # it scrolls itself
        if down:
            panes[0].scroll_page_down(animate=False)
        else:
            panes[-1].scroll_page_up(animate=False)
        return True

    def on_choices_picked(self, event: Choices.Picked) -> None:
        """So does a click on it."""
        event.stop()
        if self.is_open and self.press(event.key):
            self._changed()

    def _changed(self) -> None:
        if self.is_open:
            self.post_message(self.Changed())

    def _keep(self) -> bool:
        """Answer as before; but enter may choose what is highlighted instead."""
        focused = self.screen.focused
        chooses = isinstance(focused, Choices) and focused.highlighted is not None
        if self.before is None or self.is_begun or chooses:
            return False
        self.give(self.before)
        return True


def _has_more(pane: Widget, down: bool) -> bool:
    if not all(each.display for each in pane.ancestors_with_self if isinstance(each, Widget)):
        return False
    if down and isinstance(pane, Sheet):
        return pane.goes_on
    y = pane.scroll_target_y
    return y < pane.max_scroll_y if down else y > 0
