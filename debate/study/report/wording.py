"""How figures are put in words and cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from debate.study.results.figure import Figure
from debate.study.statistics import Interval

#: A share is told in per cent, anything else as it is.
Unit = Literal["share", "number", "gap"]
FEW_SAID = "too few"
TOO_FEW_SAID = "too few to say how sure"


def value(number: float | None, unit: Unit = "number") -> str:
    """A number: 0.5 as `50 %` if it is a share; a gap bears its sign."""
    if number is None:
        return "undefined"
    if unit == "share":
        return f"{number * 100:.0f} %"
    number = round(number, 2) + 0.0  # never "-0.00"
    return f"{number:+.2f}" if unit == "gap" else f"{number:.2f}"


def span(interval: Interval | None, unit: Unit = "number") -> str:
    """An interval, as `49 to 62 %`."""
    if interval is None:
        return "interval undefined"
    low, high = (value(end, unit) for end in interval)
    return f"{low.removesuffix(' %')} to {high}"


def cell(figure: Figure | None, unit: Unit = "number") -> str:
    """A figure with its interval, or in words why there is none."""
    if figure is None:
        return ""
    if figure.state != "told":
        return figure.state
    if figure.few:
        return f"{value(figure.value, unit)} ({TOO_FEW_SAID})"
    return f"{value(figure.value, unit)} ({span(figure.interval, unit)})"


def alone(figure: Figure | None, unit: Unit = "number") -> str:
    """A figure that has no interval of its own."""
    if figure is None:
        return ""
    return value(figure.value, unit) if figure.state == "told" else figure.state


def p_value(p: float | None) -> str:
    """A p, never as 0."""
    if p is None:
        return "undefined"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def p_said(p: float) -> str:
    """A p, in a sentence."""
    return f"p {p_value(p)}" if p < 0.001 else f"p = {p_value(p)}"


def listed(names: Iterable[str]) -> str:
    """Names in a row: `a, b and c`."""
    of = list(names)
    if len(of) < 2:
        return "".join(of)
    return f"{', '.join(of[:-1])} and {of[-1]}"


def many(n: int, one: str, more: str | None = None) -> str:
    """A number of things: `1 item`, `2 items`."""
    return f"{n} {one if n == 1 else more or one + 's'}"
