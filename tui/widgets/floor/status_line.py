"""How things stand, in one line below the record; and that all this is simulated."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widgets import Static

from tui.widgets.floor.blocks import plain


class StatusLine(Static):
    """What goes on, whether the end is followed, and the notice."""

    DEFAULT_CSS = """
    StatusLine { height: auto; max-height: 2; background: $panel; padding: 0 1; }
    """

    following: reactive[bool] = reactive(True)
    notice: reactive[str] = reactive("")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._said = ""
        self._urgent = False
        self._shown = Text()

    def say(self, text: str, *, urgent: bool = False) -> None:
        """Say how things stand; what is urgent stays until something urgent takes its place."""
        if self._urgent and not urgent:
            return
        self._said, self._urgent = plain(text), urgent
        self._show()

    def watch_following(self) -> None:
        self._show()

    def watch_notice(self) -> None:
        self._show()

    def _show(self) -> None:
        text = Text()
        text.append(("! " if self._urgent else "") + self._said, Style(bold=True))
        if not self.following:
            text.append("  ·  not following: g follows again", Style(italic=True))
        if self.notice:
            text.append(f"  ·  {self.notice}", Style(dim=True))
        if text != self._shown:
            self._shown = text
            self.update(text)
