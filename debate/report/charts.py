"""Pictures that more than one report has: divided bars, and where values lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from markupsafe import Markup

from debate.columns import cells, wrapped
from debate.report.svg import LEFT, RIGHT, anchor, box, line, picture, plain, text, ticks
from debate.text import one_line

#: What each part of a bar looks like, where it is not said otherwise.
TONES = (1, 2, 3, 4, 5)

# What a column of a label takes at most, and of a figure, in wide fonts and on a narrow screen; how
# tall lines and bars are.
_LABEL, _TOLD = 9.4, 7.8
_LINE, _BAR = 16, 20


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar in parts."""

    label: str
    counts: tuple[float, ...] | None
    """How much each part is; None if that is not known."""
    told: str = ""
    """It in figures; how many there are, if empty."""

    @property
    def figures(self) -> str:
        """What stands at its right."""
        return self.told or f"n = {sum(self.counts or ())}"


@dataclass(frozen=True, slots=True)
class Box:
    """Where values lie."""

    label: str
    marks: tuple[float, float, float, float, float]
    """Least, quartiles, most."""
    told: str
    band: tuple[float, float] | None = None
    """Where they were to lie."""


def stacked_bars(
    name: str, title: str, stacks: Sequence[Stack], points: Sequence[str], *,
    tones: Sequence[int] = TONES, marked: bool = True,
) -> Markup:  # fmt: skip
    """How often each point was given, as shares of a bar.

    Args:
        name: An id, of which there is one on the page.
        title: What it shows.
        stacks: One bar each.
        points: What the points are called.
        tones: How each point looks, 1 to 5.
        marked: Whether blocks bear their points.
    """
    parts, top = [_patterns(name, tones)], 0.0
    for stack in stacks:
        drawn, top = _head(stack.label, stack.figures, top)
        parts += drawn
        if stack.counts is None or not sum(stack.counts):
            parts.append(box(LEFT, top, RIGHT - LEFT, _BAR, "track"))
        else:
            scale = (RIGHT - LEFT) / sum(stack.counts)
            said = points if marked else ()
            parts += _blocks(name, stack.counts, scale, top, tones, said)
        top += _BAR + 9
    legend, top = _legend(name, points, tones, top)
    return picture(name, title, _heard(stacks, points), top, [*parts, *legend])


def measured_bars(
    name: str, title: str, stacks: Sequence[Stack], points: Sequence[str], *,
    said: Callable[[float], str], tones: Sequence[int] = TONES, most: float | None = None,
) -> Markup:  # fmt: skip
    """Amounts, as bars from 0 on; one that is not known has a dashed frame in place of its bar.

    Args:
        name: An id, of which there is one on the page.
        title: What it shows.
        stacks: One bar each.
        points: What the parts of a bar are called; one if it has no parts.
        said: How an amount is told at the axis.
        tones: How each part looks, 1 to 5.
        most: Where the axis ends, at least.
    """
    top_value = max([most or 0.0, *(sum(stack.counts or ()) for stack in stacks)]) or 1.0
    marks = ticks(0, top_value)
    scale = (RIGHT - LEFT) / marks[-1]
    parts, top = [_patterns(name, tones[: len(points)])], 0.0
    for stack in stacks:
        drawn, top = _head(stack.label, stack.figures, top)
        parts += drawn
        for mark in marks:
            at = LEFT + mark * scale
            parts.append(line(at, top - 2, at, top + _BAR + 2, "grid"))
        if stack.counts is None:
            parts.append(box(LEFT, top, RIGHT - LEFT, _BAR, "track"))
        else:
            parts += _blocks(name, stack.counts, scale, top, tones, ())
        top += _BAR + 9
    parts += _axis([(LEFT + mark * scale, said(mark)) for mark in marks], top + 9)
    top += 20
    if len(points) > 1:
        legend, top = _legend(name, points, tones, top)
        parts += legend
    told = "; ".join(f"{each.label}: {each.figures}" for each in stacks)
    return picture(name, title, told, top, parts)


def box_plot(name: str, title: str, boxes: Sequence[Box], *, band: str) -> Markup:
    """For each row a line from least to most, a box where the middle half lies, a stroke at the
    median, and behind them where all was to lie.

    Args:
        name: An id, of which there is one on the page.
        title: What it shows.
        boxes: The rows, none with a value below 0.
        band: What it is called where values were to lie.
    """
    marks = ticks(0, max(end for row in boxes for end in (row.marks[-1], *(row.band or ()), 1)))
    scale = (RIGHT - LEFT) / marks[-1]

    def x(value: float) -> float:
        return LEFT + value * scale

    parts, top = [], 0.0
    for row in boxes:
        drawn, top = _head(row.label, row.told, top)
        parts += drawn
        parts += [line(x(mark), top - 2, x(mark), top + 26, "grid") for mark in marks]
        if row.band is not None:
            low, high = row.band
            parts.append(box(x(low), top - 1, max(2.0, x(high) - x(low)), 26, "band"))
        least, first, median, third, most = map(x, row.marks)
        parts.append(line(least, top + 12, first, top + 12, "whisker"))
        parts.append(line(third, top + 12, most, top + 12, "whisker"))
        parts += [line(end, top + 6, end, top + 18, "whisker") for end in (least, most)]
        parts.append(box(first, top + 3, max(2.0, third - first), 18, "box"))
        parts.append(line(median, top + 1, median, top + 23, "median"))
        top += 34
    parts += _axis([(x(mark), f"{mark:,.0f}") for mark in marks], top + 7)
    top += 20
    if any(row.band for row in boxes):
        parts.append(box(LEFT, top - 2, 24, 14, "band"))
        parts.append(text(LEFT + 30, top + 10, band, "tick"))
        top += 20
    told = "; ".join(
        "{}: least {:,.0f}, quartiles {:,.0f}, {:,.0f} and {:,.0f}, most {:,.0f}".format(
            row.label, *row.marks
        )
        + (", {} {:g} to {:g}".format(band, *row.band) if row.band else "")
        for row in boxes
    )
    return picture(name, title, told, top, parts)


def _axis(marks: Sequence[tuple[float, str]], top: float) -> list[Markup]:
    """What stands at an axis, from its beginning on: every mark, or every second, or as many as do
    not run into one another.

    Args:
        marks: Of each where it is, and how it is told.
        top: Where they stand.
    """
    every = (marks[::step] for step in range(1, len(marks) + 1))
    shown = next(kept for kept in every if _apart(kept))
    return [text(at, top, said, "tick", anchor(at)) for at, said in shown]


def _apart(marks: Sequence[tuple[float, str]]) -> bool:
    return all(_end(one) + _TOLD < _begin(other) for one, other in pairwise(marks))


def _begin(mark: tuple[float, str]) -> float:
    at, said = mark
    return at - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor(at)] * cells(said) * _TOLD


def _end(mark: tuple[float, str]) -> float:
    return _begin(mark) + cells(mark[1]) * _TOLD


def _heard(stacks: Sequence[Stack], points: Sequence[str]) -> str:
    """What shares show, for those who do not see them."""
    told = []
    for each in stacks:
        parts = zip(points, each.counts or (), strict=False)
        counts = ", ".join(f"{point}: {n:,}" for point, n in parts)
        told.append(f"{each.label}: {counts or each.figures}")
    return "; ".join(told)


def _head(label: str, told: str, top: float) -> tuple[list[Markup], float]:
    """What stands above a bar: its label, in as many lines as it needs, and its figures; and where
    the bar begins."""
    lines = wrapped(one_line(label), int((RIGHT - LEFT) / _LABEL))
    if cells(lines[-1]) * _LABEL + cells(told) * _TOLD + 12 > RIGHT - LEFT:
        lines.append("")
    parts = [
        text(LEFT, top + _LINE * n - 2, each, "label") for n, each in enumerate(lines, 1) if each
    ]
    end = top + _LINE * len(lines)
    return [*parts, text(RIGHT, end - 2, told, "told", "end")], end + 3


def _blocks(
    name: str, counts: Sequence[float], scale: float, top: float, tones: Sequence[int],
    said: Sequence[str],
) -> list[Markup]:  # fmt: skip
    parts = []
    for point, (a, b) in enumerate(pairwise(accumulate(counts, initial=0.0))):
        if b > a:
            left, right = LEFT + a * scale, LEFT + b * scale
            word = said[point] if said else ""
            parts += _block(name, tones[point], left, right, top, word)
    return parts


def _legend(
    name: str, points: Sequence[str], tones: Sequence[int], top: float
) -> tuple[list[Markup], float]:
    """What each look stands for, and where it ends."""
    parts: list[Markup] = []
    at = float(LEFT)
    for tone, called in zip(tones, points, strict=False):
        wide = 24 + 5 + cells(called) * _TOLD
        if at > LEFT and at + wide > RIGHT:
            at, top = float(LEFT), top + 20
        parts += _block(name, tone, at, at + 24, top, "", tall=14)
        parts.append(text(at + 29, top + 12, called, "tick"))
        at += wide + 24
    return parts, top + 22


def _patterns(name: str, tones: Sequence[int]) -> Markup:
    """Stripes that grow denser and turn, one a tone: told apart without colour."""
    made = Markup("")
    for tone in tones:
        gap, turned = 14 - 2 * tone, -45 if tone % 2 else 45
        made += Markup(
            '<pattern id="{}-{}" width="{}" height="{}" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate({})"><line class="stripe" x1="0" y1="0" x2="0" y2="{}"/>'
            "</pattern>"
        ).format(name, tone, gap, gap, turned, gap)
    return Markup("<defs>{}</defs>").format(made)


def _block(
    name: str, tone: int, left: float, right: float, top: float, said: str, tall: int = _BAR
) -> list[Markup]:
    fill = Markup(' fill="url(#{}-{})"').format(name, tone)
    parts = [
        box(left, top, right - left, tall, f"s{tone}"),
        box(left, top, right - left, tall, "edge", fill),
    ]
    if said and right - left > 16:
        middle = (left + right) / 2
        disc = Markup('<circle class="disc" cx="{}" cy="{}" r="7.5"/>')
        parts.append(disc.format(plain(middle), plain(top + tall / 2)))
        parts.append(text(middle, top + tall / 2 + 4, said, "point", "middle"))
    return parts
