"""What a report consists of, whether it is a page or a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Its cells are text, to be escaped by whoever shows it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    names: int = 1
    """How many of the first columns say what a row is about."""
    figures: bool = False
    """Whether all others are figures, to be aligned at their right."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture, made as SVG."""

    caption: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Quoted:
    """Someone's words, under a heading of ours."""

    of: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report."""

    id: str
    title: str
    kind: Literal["results", "method"]
    sentences: tuple[str, ...] = ()
    plots: tuple[Plot, ...] = ()
    grids: tuple[Grid, ...] = ()
    quotes: tuple[Quoted, ...] = ()
    parts: tuple[Section, ...] = ()
    """Parts of it that are folded up at first."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A whole report."""

    title: str
    notice: str
    """That it is of simulations."""
    sections: tuple[Section, ...]
