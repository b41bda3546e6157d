"""A line for a comment, below the item that it is on."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class CommentLine(Horizontal):
    """Shown while a comment is written. Enter keeps it, escape leaves it as it was."""

    DEFAULT_CSS = """
    CommentLine {
        display: none; height: 1; background: $panel; padding: 0 1;
        &.-shown { display: block; }
        & Label { color: $accent; margin-right: 1; }
        & Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    }
    """

    class Closed(Message):
        """It is written, or left as it was."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self.field = Input(max_length=4000)
        self._before = ""

    def compose(self) -> ComposeResult:
        yield Label("Comment:", markup=False)
        yield self.field

    def open(self, text: str) -> None:
        """Write, from what there is."""
        self._before = self.field.value = text
        self.add_class("-shown")
        self.field.focus()

    @property
    def is_shown(self) -> bool:
        """Whether a comment is being written."""
        return self.has_class("-shown")

    def text(self, otherwise: str = "") -> str:
        """What stands in it, if it is shown."""
        return self.field.value.strip() if self.is_shown else otherwise

    def taken(self, otherwise: str = "") -> str:
        """Go without a word; what stood in it, if it was shown."""
        text = self.text(otherwise)
        self.remove_class("-shown")
        return text

    def close(self, text: str | None = None) -> None:
        """End; without a text, with what was there before."""
        if self.is_shown:
            self.remove_class("-shown")
            self.post_message(self.Closed(self._before if text is None else text.strip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it."""
        event.stop()
        self.close(event.value)

    def on_key(self, event: events.Key) -> None:
        """Escape leaves it."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.close()
