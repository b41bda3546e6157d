"""Small questions that stand over a screen. Escape answers none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from tui.modes import Mode

Answer = TypeVar("Answer")


class Dialog(ModalScreen["Answer | None"], Generic[Answer]):
    """A question over the screen."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > Vertical {
            width: 66; max-width: 96%; height: auto; max-height: 90%;
            background: $surface; border: round $primary; padding: 1 2;
        }
        & .dialog--title { text-style: bold; margin-bottom: 1; width: 1fr; }
        & OptionList { height: auto; max-height: 12; border: none; padding: 0; }
        & TextArea { height: 8; }
        & Horizontal { height: auto; margin-top: 1; align-horizontal: right; }
        & Button { margin-left: 1; }
    }
    """
    modes: ClassVar[frozenset[Mode]] = frozenset({Mode.READING})
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel")]

    def action_leave(self) -> None:
        """Answer nothing."""
        self.dismiss(None)


class Confirm(Dialog[str]):
    """One of a few answers, each a button.

    Args:
        question: What is asked.
        answers: (id, label) of each; the first is the usual one.
    """

    def __init__(self, question: str, answers: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._question = question
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._question, markup=False, classes="dialog--title")
            with Horizontal():
                for n, (answer, label) in enumerate(self._answers):
                    button = Button(Text(label), id=answer, compact=True)
                    button.variant = "default" if n else "primary"
                    yield button

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        self.dismiss(event.button.id)


@dataclass(frozen=True, slots=True)
class Note:
    """A note to pass."""

    text: str
    to: str | None
    """A seat; None is all."""


class WriteNote(Dialog[Note]):
    """A note from the chair.

    Args:
        seats: (id, name) of each seat.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Pass the note", id="note.send")
    ]

    def __init__(self, seats: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._seats = seats

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("A note from the chair", classes="dialog--title")
            yield TextArea(soft_wrap=True, show_line_numbers=False)
            yield Static("To whom? What goes to one seat, no other will know.")
            names = [("", "everyone"), *self._seats]
            yield OptionList(*(Option(Text(name), id=seat or None) for seat, name in names))
            with Horizontal():
                yield Button("Pass the note  ctrl+s", id="send", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Everyone is the usual addressee."""
        self.query_one(OptionList).highlighted = 0
        self.query_one(TextArea).focus()

    def on_option_list_option_selected(self) -> None:
        """Choosing an addressee passes the note."""
        self.action_send()

    def on_button_pressed(self) -> None:
        """Pass the note."""
        self.action_send()

    def action_send(self) -> None:
        """Pass the note."""
        text = self.query_one(TextArea).text.strip()
        if not text:
            self.notify("Nothing is written yet.", severity="warning", markup=False)
            return
        chosen = self.query_one(OptionList).highlighted_option
        self.dismiss(Note(text, chosen.id if chosen else None))
