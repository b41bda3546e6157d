"""What a rater is told after an item of the pilot round."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.widgets.floor.blocks import plain


class Feedback(Vertical):
    """Right or not, and why."""

    DEFAULT_CSS = """
    Feedback {
        display: none; height: auto; max-height: 40%; padding: 0 1; border-top: solid $error;
        &.-shown { display: block; }
        &.-right { border-top: solid $success; }
        & Static { height: auto; }
        & .feedback--verdict { text-style: bold; color: $error; }
        &.-right .feedback--verdict { color: $success; }
        & .feedback--on { color: $accent; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._verdict = Static(markup=False, classes="feedback--verdict")
        self._why = Static(markup=False)

    def compose(self) -> ComposeResult:
        yield self._verdict
        yield self._why
        yield Static("Enter goes on.", markup=False, classes="feedback--on")

    def tell(self, right: bool, why: str) -> None:
        """Say whether it was right, and why."""
        self.set_class(right, "-right")
        self.add_class("-shown")
        self._verdict.update("✓ Right." if right else "✗ That is not what was expected.")
        self._why.update(plain(why))

    @property
    def is_shown(self) -> bool:
        """Whether it waits for the rater to go on."""
        return self.has_class("-shown")

    def close(self) -> None:
        """Go."""
        self.remove_class("-shown")
