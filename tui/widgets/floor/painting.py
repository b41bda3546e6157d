"""How a line of the record is drawn: from a block's text to styled segments of a strip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from rich.cells import cell_len, set_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.themes import mark
from tui.widgets.floor.blocks import INDENT, MAX_WIDTH, Block, Line
from tui.widgets.floor.finding import Matches

PRIVATE = "┃ "
"""Stands before each line of what is said in private."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The styles of a theme: of plain words, of the record's parts by name, of seats by number."""

    base: Style
    styles: Mapping[str, Style]
    colours: Mapping[int, Color]

    def style(self, name: str) -> Style:
        """The style of a part, on the record's ground."""
        return self.base + self.styles[f"record--{name}"]

    def speaker(self, seat: int | None) -> Style:
        """The style of a speaker's name."""
        return self.base + Style(bold=True, color=self.colours.get(seat or 0))


def segments(
    block: Block, line: Line, palette: Palette, width: int, matches: Matches
) -> list[Segment]:
    """The segments of one line of a block.

    Args:
        block: The block.
        line: One of its lines at `width`.
        palette: The theme's styles.
        width: Cells of the record.
        matches: What was searched for and found.
    """
    drawn = _line(block, line, palette, width, matches)
    if not block.inset or line.part == "blank":
        return drawn
    return [Segment(PRIVATE, palette.style("private")), *drawn]


def _line(
    block: Block, line: Line, palette: Palette, width: int, matches: Matches
) -> list[Segment]:
    match line.part:
        case "blank":
            return []
        case "head":
            return _head(block, palette, min(width, MAX_WIDTH) - INDENT - block.inset)
        case "sub" | "fold":
            told = block.part(line.part)[line.start : line.end]
            return [Segment(told, palette.style("side"))]
        case "reasoning":
            said = block.reasoning[line.start : line.end]
            return [Segment("│ " + said, palette.style("reasoning"))]
        case "aside":
            return [Segment(block.aside[line.start : line.end], palette.style("aside"))]
        case "text":
            return _words(block, line, palette, matches)


def restyled(strip: Strip, span: tuple[int, int], style: Style) -> Strip:
    """A strip with some of its characters, from and to (-1: the end), in another style."""
    start, end = span
    out: list[Segment] = []
    at = 0
    for text, own, _ in strip:
        stop = at + len(text)
        a = min(max(start, at), stop) - at
        b = (stop if end < 0 else min(max(end, at), stop)) - at
        pieces = ((text[:a], own), (text[a:b], (own or Style()) + style), (text[max(a, b) :], own))
        out += [Segment(piece, look) for piece, look in pieces if piece]
        at = stop
    return Strip(out, strip.cell_length)


def _head(block: Block, palette: Palette, room: int) -> list[Segment]:
    match block.kind:
        case "heading":
            rule = "─" * max(0, room - cell_len(block.name) - 4)
            return [Segment(f"── {block.name} {rule}", palette.style("heading"))]
        case "note":
            return [Segment(block.name, palette.style("note"))]
        case _:
            style = palette.speaker(block.seat)
            if block.struck:
                style += Style(strike=True)
            name = f"{mark(block.seat or 0)} {block.name}"
            margin = block.margin
            side = cell_len(margin)
            if not side or side + 8 >= room:
                return [Segment(name, style)]
            name = set_cell_size(name, room - side - 1)
            return [Segment(name + " ", style), Segment(margin, palette.style("side"))]


def _words(block: Block, line: Line, palette: Palette, matches: Matches) -> list[Segment]:
    """The words of a line, with emphasis and matches."""
    base = palette.base
    if block.struck:
        base = palette.style("aside") + Style(strike=True)
    elif block.kind == "remark":
        base = palette.style("aside")
    looks: list[tuple[int, int, Style]] = []
    for (start, end), kind in block.emphasis:
        if start < line.end and end > line.start:
            look = Style(bold=True) if kind == "strong" else Style(italic=True)
            looks.append((start, end, look))
    for start, end, now in matches.within(block, line.start, line.end):
        looks.append((start, end, palette.styles[f"record--match{'-now' if now else ''}"]))
    if not looks:
        return [Segment(block.text[line.start : line.end], base)]
    edges = {line.start, line.end}
    for start, end, _ in looks:
        edges |= {min(max(start, line.start), line.end), min(max(end, line.start), line.end)}
    out = []
    for a, b in pairwise(sorted(edges)):
        style = base
        for start, end, look in looks:
            if start <= a and b <= end:
                style += look
        out.append(Segment(block.text[a:b], style))
    return out
