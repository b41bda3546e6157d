"""A turn with its masks in place: what was said struck out, and what raters see behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Static

from debate.study.key import Mask
from debate.text import words
from tui.widgets.floor.blocks import plain

_WORD = "word"


class MaskedTurn(Static):
    """One turn. Words are picked with the mouse: a click, or a drag over several.

    Args:
        turn: Its number in the excerpt, from 0.
        text: As it was said.
    """

    DEFAULT_CSS = """
    MaskedTurn { height: auto; padding: 0 1; margin-bottom: 1; max-width: 100; }
    """

    class Pointed(Message):
        """A word was picked, or the selection drawn as far as it."""

        def __init__(self, turn: int, word: int, extend: bool) -> None:
            self.turn, self.word, self.extend = turn, word, extend
            super().__init__()

    def __init__(self, turn: int, text: str) -> None:
        super().__init__(markup=False)
        self.turn, self.said = turn, text
        self.words = [each.span() for each in words(text)]
        self._masks: tuple[Mask, ...] = ()
        self._picked: tuple[int, int] | None = None
        self._draws = False

    def show(self, masks: Sequence[Mask], picked: tuple[int, int] | None) -> None:
        """Show it with these masks.

        Args:
            picked: First and last of the words that are picked, if any is in this turn.
        """
        self._masks, self._picked = tuple(masks), picked
        self.update(self._drawn())

    def span(self, picked: tuple[int, int]) -> tuple[int, int]:
        """From where to where some words stand."""
        return self.words[picked[0]][0], self.words[picked[1]][1]

    def _drawn(self) -> Text:
        text = Text()
        picked = self.span(self._picked) if self._picked else (0, 0)
        shown = {mask.end: mask.shown for mask in self._masks}
        for start, end, word in self._pieces():
            style = Style()
            if any(mask.start <= start < mask.end for mask in self._masks):
                style += Style(strike=True, underline=True, dim=True)
            if picked[0] <= start < picked[1]:
                style += Style(reverse=True)
            if word is not None:
                style += Style(meta={_WORD: word})
            text.append(plain(self.said[start:end]), style)
            if end in shown:
                text.append(plain(shown[end]), Style(bold=True, color="yellow"))
        return text

    def _pieces(self) -> Iterator[tuple[int, int, int | None]]:
        """The turn in pieces that are each within one word or between two, and masked or not."""
        edges = {0, len(self.said)}
        edges |= {at for span in self.words for at in span}
        edges |= {at for mask in self._masks for at in (mask.start, mask.end)}
        ordered, at = sorted(edges), 0
        for start, end in pairwise(ordered):
            while at < len(self.words) and self.words[at][1] <= start:
                at += 1
            inside = at < len(self.words) and self.words[at][0] <= start
            yield start, end, at if inside else None

    # -- the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Pick a word, or with shift all from the one that was picked to it."""
        word = event.style.meta.get(_WORD)
        if word is not None:
            event.stop()
            self._draws = True
            self.post_message(self.Pointed(self.turn, word, event.shift))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw the selection on."""
        word = event.style.meta.get(_WORD)
        if self._draws and event.button and word is not None:
            self.post_message(self.Pointed(self.turn, word, True))

    def on_mouse_up(self) -> None:
        """The selection stays."""
        self._draws = False
