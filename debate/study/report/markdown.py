"""The report as Markdown. Nobody's words can become markup in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from debate.study.report.section import Contents, Grid, Section
from debate.text import one_line, showable

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-!|~$&:@])")


def markdown(told: Contents) -> str:
    """The whole report."""
    lines = [f"# {escaped(told.title)}", "", f"> {escaped(told.notice)}", ""]
    for section in told.sections:
        lines += _section(section, 2)
    return "\n".join(lines).rstrip() + "\n"


def escaped(text: str) -> str:
    """The text on one line, with every character that could be markup escaped."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def _plain(text: str) -> str:
    """A sentence of ours, in which others' words may stand."""
    return re.sub(r"([\\`*_\[\]<>|&])", r"\\\1", one_line(text))


def _section(section: Section, level: int) -> Iterator[str]:
    yield from (f"{'#' * min(level, 6)} {_plain(section.title)}", "")
    for sentence in section.sentences:
        yield f"- {_plain(sentence)}"
    if section.sentences:
        yield ""
    for grid in section.grids:
        yield from _grid(grid)
    for quoted in section.quotes:
        yield from (f"**{_plain(quoted.of)}**", "")
        yield from (f"> {escaped(line)}" for line in showable(quoted.text).split("\n"))
        yield ""
    for part in section.parts:
        yield from _section(part, level + 1)


def _grid(grid: Grid) -> Iterator[str]:
    yield from (f"*{_plain(grid.caption)}*", "")
    yield f"| {' | '.join(_plain(each) for each in grid.head)} |"
    yield f"|{' --- |' * len(grid.head)}"
    for row in grid.rows:
        yield f"| {' | '.join(_plain(each) for each in row)} |"
    yield ""
    if grid.note:
        yield from (_plain(grid.note), "")
