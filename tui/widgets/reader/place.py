"""Where one is in a transcript: the line above it, and the way to the next place of a kind."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text

from tui.widgets.floor.blocks import plain
from tui.widgets.reader.book import Book, Page


def place_line(book: Book, page: Page | None, *, narrow: bool) -> Text:
    """The transcript's title, and the place of the marked turn in it."""
    text = Text(no_wrap=True, overflow="ellipsis")
    if not (page and narrow):
        text.append(plain(book.opened.scenario.title), Style(bold=True))
    if page is not None:
        phases = book.opened.scenario.phases
        text.append("  " if text else "")
        text.append(f"turn {page.turn.turn} of {len(book.pages)}")
        if page.turn.phase < len(phases):
            text.append(f"  {plain(phases[page.turn.phase].title)}, round {page.turn.round}")
    return text


def beyond(places: Sequence[int], here: int | None, step: int) -> int | None:
    """The first of these places after this one, or the last before it; None if there is none."""
    if step > 0:
        return next((n for n in places if n > (-1 if here is None else here)), None)
    return next((n for n in reversed(places) if here is not None and n < here), None)
