"""The strokes that pictures are made of, as SVG that needs nothing else.

Pictures are read by shape, place and number, and by colour only besides; colours are the page's own
variables, so they follow its light and dark dress. Each has a title and a description, for those
who hear the page read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from debate.text import one_line

WIDE = 520
LEFT, RIGHT = 8, WIDE - 8
ROW = 44
NOTHING = Markup("")


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from below the low end to above the high one, about five of them."""
    least = math.floor(math.log10(high - low)) - 1
    steps = (size * 10.0**power for power in range(least, least + 3) for size in (1, 2, 2.5, 5))
    step = next(each for each in steps if (high - low) / each <= 5)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [n * step for n in range(first, last + 1)]


def anchor(at: float) -> str:
    """Where a text that belongs to a place across is held, so that it stays within the picture."""
    if at < LEFT + 30:
        return "start"
    return "end" if at > RIGHT - 30 else "middle"


def plain(number: float) -> str:
    """A length."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """A line of a class."""
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        kind, plain(x1), plain(y1), plain(x2), plain(y2)
    )


def box(x: float, y: float, wide: float, tall: float, kind: str, more: Markup = NOTHING) -> Markup:
    """A rectangle of a class."""
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"{}/>').format(
        kind, plain(x), plain(y), plain(wide), plain(tall), more
    )


def text(
    x: float, y: float, said: str, kind: str, held: str = "start", more: Markup = NOTHING
) -> Markup:
    """A text of a class, escaped."""
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}"{}>{}</text>').format(
        kind, plain(x), plain(y), held, more, one_line(said)
    )


def picture(name: str, title: str, told: str, tall: float, parts: Sequence[Markup]) -> Markup:
    """A whole picture.

    Args:
        name: An id, of which there is one on the page.
        title: What it shows.
        told: All of it, for those who do not see it.
        tall: Its height.
        parts: What is drawn.
    """
    return Markup(
        '<svg role="img" viewBox="0 0 {} {}" aria-labelledby="{}-t {}-d">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}</svg>'
    ).format(
        WIDE, plain(tall), name, name, name, one_line(title), name, one_line(told),
        Markup("").join(parts),
    )  # fmt: skip
