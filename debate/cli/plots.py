"""Plots in plain characters: they read in eighty columns, without colour, and when read aloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from debate.columns import cells, told_apart

WIDTH = 80

# The least that a label, and a plot, are given.
_LABEL, _PLOT = 24, 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One value."""

    label: str
    value: float | None
    """None: not known."""
    told: str
    """The value in figures."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Parts of a whole."""

    label: str
    shares: tuple[float, ...]
    """They add up to 1."""
    told: str


@dataclass(frozen=True, slots=True)
class Spread:
    """Where values lie."""

    label: str
    marks: tuple[float, float, float, float, float]
    """Least, quartiles, most."""
    told: str
    band: tuple[float, float] | None = None
    """Where they were to lie."""


def bars(title: str, rows: Sequence[Bar], *, most: float | None = None) -> list[str]:
    """A bar for each value, from 0 on.

    Args:
        title: What is shown.
        rows: The values, none below 0.
        most: Where the plot ends; at the largest value if None.
    """
    labels, label, width, told = _columns(rows)
    top = most or max((row.value or 0.0 for row in rows), default=0.0) or 1.0
    return [
        title,
        *(
            _line(name, _bar(row.value, top, width), row.told, label, told)
            for name, row in zip(labels, rows, strict=True)
        ),
    ]


def stacks(title: str, rows: Sequence[Stack], signs: str) -> list[str]:
    """A bar for each whole, divided.

    Args:
        title: What is shown, and what the signs stand for.
        rows: The wholes.
        signs: One character for each part.
    """
    labels, label, width, told = _columns(rows)
    lines = [title]
    for name, row in zip(labels, rows, strict=True):
        ends = [round(end * width) for end in accumulate(row.shares, initial=0.0)]
        drawn = "".join(sign * (b - a) for sign, (a, b) in zip(signs, pairwise(ends), strict=True))
        lines.append(_line(name, drawn, row.told, label, told))
    return lines


def spreads(title: str, rows: Sequence[Spread], *, band: str = "") -> list[str]:
    """For each row a line from least to most, `=` where the middle half lies, `O` at the median.

    Args:
        title: What is shown.
        rows: The rows, none with a value below 0.
        band: What the band of a row is called; drawn beneath it, or beneath all where it is one.
    """
    bands = ["{:g}-{:g}".format(*row.band) if row.band else "" for row in rows]
    labels, label, width, told = _columns(rows, [band, *bands])
    ends = [end for row in rows for end in (row.marks[-1], *(row.band or ()))]
    top = max(ends, default=0.0) or 1.0
    alike = len({row.band for row in rows}) == 1
    lines = [title]
    for n, row in enumerate(rows):
        lines.append(_line(labels[n], _whiskers(row.marks, top, width), row.told, label, told))
        if row.band is not None and (not alike or n == len(rows) - 1):
            drawn = _band(row.band, top, width)
            lines.append(_line(band if alike else "", drawn, bands[n], label, told))
    most = f"{top:,.0f}"
    axis = "0" + most.rjust(width - 1)
    return [*lines, _line("", "+" + "-" * (width - 2) + "+", "", label, told),
            _line("", axis, "", label, told)]  # fmt: skip


def _columns(
    rows: Sequence[Bar] | Sequence[Stack] | Sequence[Spread], more: Sequence[str] = ()
) -> tuple[list[str], int, int, int]:
    """Labels that fit; columns of labels, of plots, and of figures.

    Args:
        rows: What is shown.
        more: What else has to fit beside a plot.
    """
    told = max((cells(each) for each in (*(row.told for row in rows), *more)), default=0)
    label = max((cells(row.label) for row in rows), default=0)
    label = max(5, min(label, max(_LABEL, WIDTH - told - 4 - 2 * _PLOT)))
    labels = told_apart([row.label for row in rows], max(8, label))
    label = max(label, *map(cells, labels)) if labels else label
    return labels, label, max(_PLOT, WIDTH - label - told - 4), told


def _line(name: str, drawn: str, figures: str, label: int, told: int) -> str:
    room = WIDTH - label - told - 4
    padded = name + " " * (label - cells(name))
    return f"{padded}  {drawn.ljust(max(_PLOT, room))}  {figures}".rstrip()


def _bar(value: float | None, top: float, width: int) -> str:
    if value is None:
        return ""
    many = round(min(value / top, 1.0) * width)
    return "#" * many if many or not value else "."


def _at(value: float, top: float, width: int) -> int:
    return round(value / top * (width - 1))


def _whiskers(marks: tuple[float, ...], top: float, width: int) -> str:
    least, first, median, third, most = (_at(mark, top, width) for mark in marks)
    drawn = [" "] * width
    drawn[least : most + 1] = "-" * (most + 1 - least)
    drawn[least] = drawn[most] = "|"
    drawn[first : third + 1] = "=" * (third + 1 - first)
    drawn[median] = "O"
    return "".join(drawn).rstrip()


def _band(band: tuple[float, float], top: float, width: int) -> str:
    low, high = (_at(end, top, width) for end in band)
    drawn = [" "] * width
    drawn[low : high + 1] = "." * (high + 1 - low)
    drawn[low], drawn[high] = "[", "]"
    return "".join(drawn).rstrip()
