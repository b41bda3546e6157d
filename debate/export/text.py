"""Conferences as plain text.

What begins at the start of a line is the program's own: words of a model, or of a file, stand
behind a sign or are indented, so that no turn can pose as another, or as a heading.
"""

from __future__ import annotations

from collections.abc import Iterator

from debate.export.reading import head_of, lines_of, read
from debate.export.source import Source
from debate.futures import Passage
from debate.text import one_line

_INDENT = "    "


def texts(source: Source) -> Iterator[str]:
    """A transcript, its notice in the first line."""
    head = head_of(source)
    yield f"{head.notice}\n\n# {head.title}\n\n"
    yield _block(head.motion)
    yield "\n"
    for name, model in head.seats:
        yield f"- {name} ({model})\n"
    yield f"\nTranscript {head.name}, last line sha256 {head.sha256}\n"
    for passage in read(source):
        yield "\n" + _passage(passage)
    yield "\n"


def _passage(passage: Passage) -> str:
    if passage.kind == "phase.opened":
        return f"## {one_line(passage.text)}\n"
    if passage.kind == "turn":
        marks = "; ".join((f"turn {passage.turn}", *map(one_line, passage.marks)))
        return f"{one_line(passage.name)} ({marks}):\n{_block(passage.text)}"
    first, *more = lines_of(passage.text)
    return f"* {first}\n" + (_block("\n".join(more)) if more else "")


def _block(text: str) -> str:
    return "".join(f"{_INDENT}{line}".rstrip() + "\n" for line in lines_of(text))
