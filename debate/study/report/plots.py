"""Pictures of results, as SVG that needs nothing else.

They are read by shape, place and number, and by colour only besides; colours are the page's own
variables, so they follow its light and dark dress. Each has a title and a description, for those
who hear the page read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from markupsafe import Markup

from debate.study.report.wording import TOO_FEW_SAID, Unit, span, value
from debate.study.statistics import Interval
from debate.text import one_line

WIDE = 520
LEFT, RIGHT = 8, WIDE - 8
ROW = 44
NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class Bar:
    """A value and its interval."""

    label: str
    value: float
    interval: Interval | None
    mark: float | None = None
    """A value to be marked in its row, such as chance."""
    few: bool = False
    """Whether there is no interval since it rests on too little."""

    def told(self, unit: Unit) -> str:
        """It in words."""
        sure = TOO_FEW_SAID if self.few else span(self.interval, unit)
        return f"{value(self.value, unit)} ({sure})"


@dataclass(frozen=True, slots=True)
class Stack:
    """How often each point was given."""

    label: str
    counts: tuple[int, ...]


def interval_plot(
    name: str,
    title: str,
    bars: Sequence[Bar],
    *,
    unit: Unit,
    reach: tuple[float, float],
    marked: str = "",
) -> Markup:
    """Values with their intervals, one below the other.

    Args:
        name: An id, of which there is one on the page.
        title: What it shows.
        bars: The values.
        unit: How they are told.
        reach: Ends of the axis; it is widened for what lies beyond.
        marked: What the marks in its rows are.
    """
    ends = [end for bar in bars for end in _ends(bar)]
    ticks = _ticks(min(reach[0], *ends), max(reach[1], *ends))
    low, high = ticks[0], ticks[-1]

    def x(at: float) -> float:
        return float(LEFT + (at - low) / (high - low) * (RIGHT - LEFT))

    marks = {bar.mark for bar in bars if bar.mark is not None}
    tall = ROW * len(bars) + (50 if marks else 28)
    parts: list[Markup] = []
    floor = ROW * len(bars) + 4
    for n, bar in enumerate(bars):
        parts += [_line(x(tick), ROW * n + 21, x(tick), ROW * n + 43, "grid") for tick in ticks]
        parts += _bar(bar, ROW * n, x, unit)
    for tick in ticks:
        parts.append(_text(x(tick), floor + 15, value(tick, unit), "tick", _anchor(x(tick))))
    if marks:
        parts.append(_line(LEFT + 4, floor + 26, LEFT + 4, floor + 40, "mark"))
        alike = f": {value(min(marks), unit)}" if len(marks) == 1 else ", row by row"
        some = "" if all(bar.mark is not None for bar in bars) else "; none where it is not known"
        parts.append(_text(LEFT + 14, floor + 37, f"{marked}{alike}{some}", "tick"))
    told = "; ".join(
        f"{bar.label}: {bar.told(unit)}"
        + ("" if bar.mark is None else f", {marked}: {value(bar.mark, unit)}")
        for bar in bars
    )
    return _svg(name, title, told, tall, parts)


def _ends(bar: Bar) -> list[float]:
    """All that its row must have room for."""
    return [bar.value, *(bar.interval or ()), *([] if bar.mark is None else [bar.mark])]


def _bar(bar: Bar, top: int, x: Callable[[float], float], unit: Unit) -> list[Markup]:
    middle = top + 30
    parts = [
        _text(LEFT, top + 15, bar.label, "label"),
        _text(RIGHT, top + 15, bar.told(unit), "told", "end"),
    ]
    if bar.mark is not None:
        parts.append(_line(x(bar.mark), middle - 9, x(bar.mark), middle + 13, "mark"))
    if bar.interval is not None:
        a, b = x(bar.interval.low), x(bar.interval.high)
        parts.append(_line(a, middle, b, middle, "whisker"))
        parts += [_line(end, middle - 6, end, middle + 6, "whisker") for end in (a, b)]
    at = x(bar.value)
    parts.append(Markup('<circle class="dot" cx="{}" cy="{}" r="5"/>').format(_n(at), middle))
    return parts


def stacked_bars(
    name: str, title: str, stacks: Sequence[Stack], points: Sequence[str]
) -> Markup:  # fmt: skip
    """How often each point of a scale was given, as shares of a bar.

    Args:
        name: An id, of which there is one on the page.
        title: What it shows.
        stacks: One bar each.
        points: What the points are called.
    """
    parts = [_patterns(name, len(points))]
    for n, stack in enumerate(stacks):
        top, total = ROW * n, sum(stack.counts)
        parts.append(_text(LEFT, top + 14, stack.label, "label"))
        parts.append(_text(RIGHT, top + 14, f"n = {total}", "told", "end"))
        ends = list(accumulate(stack.counts, initial=0))
        for point, (a, b) in enumerate(pairwise(ends)):
            if b > a:
                left, right = (LEFT + e / total * (RIGHT - LEFT) for e in (a, b))
                parts += _block(name, point, left, right, top + 19, str(points[point]))
    under = ROW * len(stacks) + 16
    for n, called in enumerate(points):
        at = LEFT + n * 60
        parts += _block(name, n, at, at + 24, under - 12, "", tall=14)
        parts.append(_text(at + 29, under, called, "tick"))
    told = "; ".join(
        f"{each.label}: " + ", ".join(
            f"{point}: {n}" for point, n in zip(points, each.counts, strict=True)
        )
        for each in stacks
    )  # fmt: skip
    return _svg(name, title, told, under + 10, parts)


def _patterns(name: str, many: int) -> Markup:
    """Stripes that grow denser and turn, one a point: told apart without colour."""
    made = Markup("")
    for n in range(many):
        gap, turned = 12 - 2 * n, 45 if n % 2 else -45
        made += Markup(
            '<pattern id="{}-{}" width="{}" height="{}" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate({})"><line class="stripe" x1="0" y1="0" x2="0" y2="{}"/>'
            "</pattern>"
        ).format(name, n, gap, gap, turned, gap)
    return Markup("<defs>{}</defs>").format(made)


def _block(
    name: str, point: int, left: float, right: float, top: float, said: str, tall: int = 20
) -> list[Markup]:
    place = Markup('x="{}" y="{}" width="{}" height="{}"').format(
        _n(left), _n(top), _n(right - left), tall
    )
    parts = [
        Markup('<rect class="s{}" {}/>').format(point + 1, place),
        Markup('<rect class="edge" fill="url(#{}-{})" {}/>').format(name, point, place),
    ]
    if said and right - left > 16:
        middle = (left + right) / 2
        disc = Markup('<circle class="disc" cx="{}" cy="{}" r="7.5"/>')
        parts.append(disc.format(_n(middle), _n(top + tall / 2)))
        parts.append(_text(middle, top + tall / 2 + 4, said, "point", "middle"))
    return parts


def confusion_plot(
    name: str,
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[int], int | None]],
) -> Markup:
    """What was taken for what: the fuller a square, the larger its share of the row.

    Args:
        name: An id, of which there is one on the page.
        title: What it shows.
        columns: What could be chosen.
        rows: Name, counts, and which column is right, if one is; that square has a thick edge.
    """
    first, head, tall = 168, 92, 40
    wide = min(64.0, (RIGHT - first - 48) / max(1, len(columns)))
    parts: list[Markup] = []
    for n, column in enumerate(columns):
        at = first + (n + 0.5) * wide
        turned = Markup(' transform="rotate(-45 {} {})"').format(_n(at), head - 8)
        parts.append(_text(at, head - 8, _short(column, 15), "tick", "start", turned))
    for m, (label, counts, right) in enumerate(rows):
        top, total = head + m * tall, sum(counts)
        parts.append(_text(first - 8, top + 24, _short(label, 24), "row", "end"))
        for n, count in enumerate(counts):
            left, share = first + n * wide, count / total if total else 0.0
            parts.append(
                Markup('<rect class="heat" fill-opacity="{}" x="{}" y="{}" width="{}" height="{}"/>'
                ).format(_n(share * 0.75), _n(left + 2), top + 2, _n(wide - 4), tall - 4)
            )  # fmt: skip
            edge = "right" if n == right else "edge"
            parts.append(
                Markup('<rect class="{}" fill="none" x="{}" y="{}" width="{}" height="{}"/>')
                .format(edge, _n(left + 2), top + 2, _n(wide - 4), tall - 4)
            )  # fmt: skip
            parts.append(_text(left + wide / 2, top + 25, str(count), "count", "middle"))
    told = "; ".join(
        f"{label}: " + ", ".join(f"{c} {n}" for c, n in zip(columns, counts, strict=True))
        for label, counts, _ in rows
    )
    return _svg(name, title, told, head + tall * len(rows) + 6, parts)


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from below the low end to above the high one, about five of them."""
    steps = (size * 10**power for power in range(-2, 4) for size in (1, 2, 2.5, 5))
    step = next(each for each in steps if (high - low) / each <= 5)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [n * step for n in range(first, last + 1)]


def _anchor(at: float) -> str:
    if at < LEFT + 30:
        return "start"
    return "end" if at > RIGHT - 30 else "middle"


def _short(text: str, most: int) -> str:
    text = one_line(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        kind, _n(x1), _n(y1), _n(x2), _n(y2)
    )


def _text(
    x: float, y: float, said: str, kind: str, anchor: str = "start", more: Markup = NOTHING
) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}"{}>{}</text>').format(
        kind, _n(x), _n(y), anchor, more, one_line(said)
    )


def _svg(name: str, title: str, told: str, tall: float, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg role="img" viewBox="0 0 {} {}" aria-labelledby="{}-t {}-d">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}</svg>'
    ).format(
        WIDE, _n(tall), name, name, name, one_line(title), name, one_line(told),
        Markup("").join(parts),
    )  # fmt: skip
