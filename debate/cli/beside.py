"""Two columns of text beside each other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

import click

from debate.columns import cells
from debate.text import showable

#: In fewer columns, two beside each other are too narrow to read.
SIDE_BY_SIDE = 80
BETWEEN = " │ "

Row = tuple[str, bool]
"""A line of a column, and whether it is a head."""


def rows_beside(one: Iterable[Row], other: Iterable[Row], width: int) -> None:
    """Print two columns, each of so many cells, from the same line on."""
    for left, right in zip_longest(one, other, fillvalue=("", False)):
        text = _cell(left, width) + BETWEEN + _cell(right, width)
        click.echo(text.rstrip())


def _cell(row: Row, width: int) -> str:
    text, head = showable(row[0]), row[1]
    while cells(text) > width:
        text = text[:-1]
    padding = " " * (width - cells(text))
    return click.style(text, bold=True) + padding if head else text + padding
