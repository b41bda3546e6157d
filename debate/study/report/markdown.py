"""The report as Markdown. Nobody's words can become markup in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from debate.report.section import Contents, Grid, Section
from debate.text import one_line, showable

# What is markup wherever it stands: of emphasis, code, links, tags, cells, struck words, formulas
# and mentions; then the marks that make an address a link, and an entity.
_MARKUP = re.compile(r"[\\`*_\[\]<|~$@]|:(?=//)|(?<=\bmailto):|(?<=\bwww)\.|&(?=#?\w+;)", re.I)
#: What is markup where a line begins: of a heading, quotation, list or rule.
_FIRST = re.compile(r"^(\s*)([#>+=-]|\d+(?=[.)]))(.?)")


def markdown(told: Contents) -> str:
    """The whole report."""
    lines = [f"# {escaped(told.title)}", "", f"> {escaped(told.notice)}", ""]
    for section in told.sections:
        lines += _section(section, 2)
    return "\n".join(lines).rstrip() + "\n"


def escaped(text: str) -> str:
    """The text on one line, as the whole of it: what would be markup there is escaped."""
    return _FIRST.sub(_literal, within(text))


def within(text: str) -> str:
    """The text on one line, in the midst of another, such as a cell."""
    return _MARKUP.sub(r"\\\g<0>", one_line(text))


def _literal(first: re.Match[str]) -> str:
    """What a line begins with, so that it begins nothing: of a number, what comes after it."""
    space, mark, after = first.groups()
    return f"{space}{mark}\\{after}" if mark.isdigit() else f"{space}\\{mark}{after}"


def _section(section: Section, level: int) -> Iterator[str]:
    yield from (f"{'#' * min(level, 6)} {within(section.title)}", "")
    for sentence in section.sentences:
        yield f"- {escaped(sentence)}"
    if section.sentences:
        yield ""
    for grid in section.grids:
        yield from _grid(grid)
    for quoted in section.quotes:
        yield from (f"**{within(quoted.of)}**", "")
        yield from (f"> {escaped(line)}" for line in showable(quoted.text).split("\n"))
        yield ""
    for part in section.parts:
        yield from _section(part, level + 1)


def _grid(grid: Grid) -> Iterator[str]:
    yield from (f"*{within(grid.caption)}*", "")
    yield f"| {' | '.join(within(each) for each in grid.head)} |"
    yield f"|{' --- |' * len(grid.head)}"
    for row in grid.rows:
        yield f"| {' | '.join(within(each) for each in row)} |"
    yield ""
    if grid.note:
        yield from (escaped(grid.note), "")
