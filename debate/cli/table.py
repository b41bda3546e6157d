"""Plain tables: columns aligned by the cells that their texts take, two spaces apart."""

from __future__ import annotations

from collections.abc import Sequence

import click

from debate.columns import cells


def table(head: Sequence[str], rows: Sequence[Sequence[str]], align: str = "l") -> None:
    """Print a table.

    Args:
        head: The columns' names.
        rows: Texts as they may be shown, one for each column.
        align: `l` or `r` for each column; those that it does not reach are aligned right.
    """
    widths = [max(cells(row[n]) for row in (head, *rows)) for n in range(len(head))]
    sides = align.ljust(len(head), "r")
    for row in (head, *rows):
        padded = (
            text + " " * (width - cells(text))
            if side == "l"
            else " " * (width - cells(text)) + text
            for text, width, side in zip(row, widths, sides, strict=True)
        )
        click.echo("  ".join(padded).rstrip())
