"""Pictures of results: figures with their intervals, and what was taken for what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from debate.report.svg import LEFT, RIGHT, ROW, anchor, line, picture, plain, text, ticks
from debate.study.report.wording import TOO_FEW_SAID, Unit, span, value
from debate.study.statistics import Interval
from debate.text import one_line


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
    marks_at = ticks(min(reach[0], *ends), max(reach[1], *ends))
    low, high = marks_at[0], marks_at[-1]

    def x(at: float) -> float:
        return float(LEFT + (at - low) / (high - low) * (RIGHT - LEFT))

    marks = {bar.mark for bar in bars if bar.mark is not None}
    tall = ROW * len(bars) + (50 if marks else 28)
    parts: list[Markup] = []
    floor = ROW * len(bars) + 4
    for n, bar in enumerate(bars):
        parts += [line(x(tick), ROW * n + 21, x(tick), ROW * n + 43, "grid") for tick in marks_at]
        parts += _bar(bar, ROW * n, x, unit)
    for tick in marks_at:
        parts.append(text(x(tick), floor + 15, value(tick, unit), "tick", anchor(x(tick))))
    if marks:
        parts.append(line(LEFT + 4, floor + 26, LEFT + 4, floor + 40, "mark"))
        alike = f": {value(min(marks), unit)}" if len(marks) == 1 else ", row by row"
        some = "" if all(bar.mark is not None for bar in bars) else "; none where it is not known"
        parts.append(text(LEFT + 14, floor + 37, f"{marked}{alike}{some}", "tick"))
    told = "; ".join(
        f"{bar.label}: {bar.told(unit)}"
        + ("" if bar.mark is None else f", {marked}: {value(bar.mark, unit)}")
        for bar in bars
    )
    return picture(name, title, told, tall, parts)


def _ends(bar: Bar) -> list[float]:
    """All that its row must have room for."""
    return [bar.value, *(bar.interval or ()), *([] if bar.mark is None else [bar.mark])]


def _bar(bar: Bar, top: int, x: Callable[[float], float], unit: Unit) -> list[Markup]:
    middle = top + 30
    parts = [
        text(LEFT, top + 15, bar.label, "label"),
        text(RIGHT, top + 15, bar.told(unit), "told", "end"),
    ]
    if bar.mark is not None:
        parts.append(line(x(bar.mark), middle - 9, x(bar.mark), middle + 13, "mark"))
    if bar.interval is not None:
        a, b = x(bar.interval.low), x(bar.interval.high)
        parts.append(line(a, middle, b, middle, "whisker"))
        parts += [line(end, middle - 6, end, middle + 6, "whisker") for end in (a, b)]
    at = x(bar.value)
    parts.append(Markup('<circle class="dot" cx="{}" cy="{}" r="5"/>').format(plain(at), middle))
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
        turned = Markup(' transform="rotate(-45 {} {})"').format(plain(at), head - 8)
        parts.append(text(at, head - 8, _short(column, 15), "tick", "start", turned))
    for m, (label, counts, right) in enumerate(rows):
        top, total = head + m * tall, sum(counts)
        parts.append(text(first - 8, top + 24, _short(label, 24), "row", "end"))
        for n, count in enumerate(counts):
            left, share = first + n * wide, count / total if total else 0.0
            parts.append(
                Markup('<rect class="heat" fill-opacity="{}" x="{}" y="{}" width="{}" height="{}"/>'
                ).format(plain(share * 0.75), plain(left + 2), top + 2, plain(wide - 4), tall - 4)
            )  # fmt: skip
            edge = "right" if n == right else "edge"
            parts.append(
                Markup('<rect class="{}" fill="none" x="{}" y="{}" width="{}" height="{}"/>')
                .format(edge, plain(left + 2), top + 2, plain(wide - 4), tall - 4)
            )  # fmt: skip
            parts.append(text(left + wide / 2, top + 25, str(count), "count", "middle"))
    told = "; ".join(
        f"{label}: " + ", ".join(f"{c} {n}" for c, n in zip(columns, counts, strict=True))
        for label, counts, _ in rows
    )
    return picture(name, title, told, head + tall * len(rows) + 6, parts)


def _short(said: str, most: int) -> str:
    said = one_line(said)
    return said if len(said) <= most else said[: most - 1] + "…"
