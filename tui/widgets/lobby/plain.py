"""Text of files and models, made fit for one line of a list.

It is never markup: it stands in `Content` or `Text`, whose plain text is shown as it is.
"""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from debate.text import showable

#: Style of what is said beside. `$text-muted` is no colour of its own, so `Content` cannot have it.
MUTED = "$foreground 65%"

_LONGEST = 400


def one_line(text: str) -> str:
    """The text without line breaks and without what could steer a terminal."""
    return " ".join(showable(text[: 4 * _LONGEST]).split())[:_LONGEST]


def fitted(text: str, width: int) -> str:
    """The text in exactly so many cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"
