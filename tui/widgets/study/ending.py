"""The last question, in free words, and the page that says what to return."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static, TextArea

from tui.widgets.floor.blocks import plain


class LastWords(Vertical):
    """The last question."""

    DEFAULT_CSS = """
    LastWords {
        height: 1fr; padding: 1 2;
        & Static { height: auto; margin-bottom: 1; max-width: 100; }
        & .words--question { color: $accent; text-style: bold; }
        & TextArea { height: 10; max-width: 100; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Send", id="rating.send", tooltip="Send the last answer"),
        Binding("ctrl+b", "screen.step(-1, 'any')", "Back", id="rating.last_back"),
    ]

    class Said(Message):
        """It is answered."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self._question = Static(markup=False, classes="words--question")
        self.words = TextArea(soft_wrap=True, show_line_numbers=False)

    def compose(self) -> ComposeResult:
        yield Static("Every item is rated. One last question:", markup=False)
        yield self._question
        yield self.words
        yield Static("ctrl+s sends it, also empty; ctrl+b goes back to the items.", markup=False)

    def ask(self, question: str, begun: str = "") -> None:
        """Put it, with what was written before."""
        self._question.update(plain(question))
        self.words.text = begun or self.words.text
        self.words.focus()

    def action_send(self) -> None:
        """Send it."""
        self.post_message(self.Said(self.words.text.strip()[:4000]))


class Thanks(VerticalScroll):
    """All is done."""

    DEFAULT_CSS = """
    Thanks {
        height: 1fr; padding: 1 2;
        & Static { height: auto; margin-bottom: 1; max-width: 100; }
        & .words--title { color: $success; text-style: bold; }
        & .words--path { text-style: bold; max-width: 100%; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._todo = Static("Please return this file to whoever asked you to rate:", markup=False)
        self._path = Static(markup=False, classes="words--path")

    def compose(self) -> ComposeResult:
        yield Static("Thank you. That was all.", markup=False, classes="words--title")
        yield self._todo
        yield self._path
        yield Static("q leaves. u takes the last rating back; b looks at the items again.")

    def show(self, path: Path | None) -> None:
        """Say which file to return; None where whoever asks has it already."""
        if path is None:
            self._todo.update("Whoever asked you has all your answers. You may close this tab.")
            self._path.display = False
        else:
            self._path.update(plain(f"{path.name}\n{path.resolve()}"))
        self.focus()
