"""Where a person speaks for a seat."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static, TextArea

from debate.speakers.base import Prompt
from debate.text import count_words
from tui.widgets.floor.blocks import plain


class Composer(Vertical):
    """The brief that a model would have been given, and room for the person's words."""

    DEFAULT_CSS = """
    Composer {
        dock: bottom; display: none; height: auto; max-height: 60%; background: $surface;
        border-top: heavy $accent; padding: 0 1;
        &.-asked { display: block; }
        & > .composer--title { text-style: bold; color: $accent; width: 1fr; }
        & > VerticalScroll { height: auto; max-height: 9; color: $text-muted; }
        & > TextArea { height: 7; border: tall $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "say", "Say it", id="composer.say", tooltip="Say it, and end your turn"),
        Binding("escape", "screen.watch", "To the controls", id="composer.leave"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = Static(markup=False, classes="composer--title")
        self._brief = Static(markup=False)
        self._words = TextArea(soft_wrap=True, show_line_numbers=False)
        self._answer: asyncio.Future[str] | None = None
        self._name = ""
        self._one_at_a_time = asyncio.Lock()

    def compose(self) -> ComposeResult:
        yield self._title
        with VerticalScroll(can_focus=False):
            yield self._brief
        yield self._words

    async def ask(self, name: str, prompt: Prompt) -> str:
        """Ask for a turn; returns the words. Cancelled, it goes away."""
        async with self._one_at_a_time:
            self._name = name
            self._brief.update(plain(brief_of(prompt)))
            self._words.text = ""
            self._count()
            self._answer = asyncio.get_running_loop().create_future()
            self.add_class("-asked")
            self._words.focus()
            try:
                return await self._answer
            finally:
                self._answer = None
                self.remove_class("-asked")

    def write(self) -> None:
        """Go on writing, if a turn is asked for."""
        if self._answer is not None:
            self._words.focus()

    def action_say(self) -> None:
        """Say what is written."""
        words = self._words.text.strip()
        if not words:
            self.notify("Nothing is written yet.", severity="warning", markup=False)
        elif self._answer is not None and not self._answer.done():
            self._answer.set_result(words)

    def on_text_area_changed(self) -> None:
        """Count as it is written."""
        self._count()

    def _count(self) -> None:
        words = count_words(self._words.text)
        keys = "ctrl+s says it · esc: to the controls, i: back"
        self._title.update(f"You speak for {self._name} · {words} words · {keys}")


def brief_of(prompt: Prompt) -> str:
    """The last words of a prompt: what is asked of the speaker."""
    said = prompt.messages[-1].content
    return said.rpartition("\n---\n")[2].strip() or said
