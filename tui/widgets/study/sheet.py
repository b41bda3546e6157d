"""A text to be read: a heading, and paragraphs that scroll. Nothing in it is markup."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.widgets.floor.blocks import plain
from tui.widgets.study.choices import Choices


class Sheet(VerticalScroll):
    """One text under a heading.

    Args:
        key: What is picked by a click on the heading, if it is a choice.
    """

    DEFAULT_CSS = """
    Sheet {
        width: 1fr; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1;
        background: $background;
        & > .sheet--title { color: $primary; text-style: bold; height: auto; }
        & > .sheet--text { height: auto; margin-bottom: 1; }
        &:focus > .sheet--title { text-style: bold underline; }
    }
    """

    def __init__(self, *, id: str | None = None, key: str = "") -> None:
        super().__init__(id=id)
        self._key = key
        self._heading = ""
        self._title = Static(classes="sheet--title", markup=False)
        self._text = Static(classes="sheet--text", markup=False)
        self.text = ""

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._text

    def show(self, title: str, text: str) -> None:
        """Show this, from its beginning."""
        self.text = plain(text)
        self._heading = plain(title)
        self._title.update(self._heading)
        self._title.display = bool(title)
        self._text.update(self.text)
        self.scroll_home(animate=False, force=True)

    def on_mount(self) -> None:
        """Keep up with how much of it is seen."""
        self.watch(self, "scroll_y", self._tell, init=False)
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self._tell())

    @property
    def goes_on(self) -> bool:
        """Whether more of the text stands further down; the blank line behind it is none of it."""
        return self.scroll_target_y + 1 < self.max_scroll_y

    def _tell(self) -> None:
        """Say beside the heading that there is more."""
        if self._heading:
            more = "  ↓ more: page down" if self.goes_on else ""
            if str(self._title.content) != (told := self._heading + more):
                self._title.update(told)

    def on_click(self, event: events.Click) -> None:
        """A heading may be a choice."""
        if self._key and event.widget is self._title:
            self.post_message(Choices.Picked(self._key))
