"""Conferences as Markdown.

Each turn is a quotation, and every character in it that could be markup is escaped: no turn can
end its quotation, pose as another or as a heading, or hold a link, an image or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from debate.export.reading import head_of, lines_of, read
from debate.export.source import Source
from debate.futures import Passage
from debate.text import one_line

# What is markup anywhere; what begins a block at the start of a line; what makes a link by itself.
_INLINE = re.compile(r"([\\`*_\[\]<>&|~$@])")
_BLOCK = re.compile(r"^(#|[-+=]|\d{1,9}(?=[.)]))")
_LINK = re.compile(r"(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)


def texts(source: Source) -> Iterator[str]:
    """A transcript, its notice in the first line."""
    head = head_of(source)
    yield f"*{escaped(head.notice)}*\n\n# {escaped(head.title)}\n\n"
    yield _quoted(head.motion)
    yield "\n"
    for name, model in head.seats:
        yield f"- **{escaped(name)}** ({escaped(model)})\n"
    yield f"\nTranscript {escaped(head.name)}, last line sha256 `{head.sha256}`\n"
    for passage in read(source):
        yield "\n" + _passage(passage)
    yield "\n"


def escaped(line: str) -> str:
    """A text on one line, as Markdown that shows it and does nothing else."""
    line = _LINK.sub(r"\\", _INLINE.sub(r"\\\1", one_line(line)))
    # A number that begins a list is told from one that does not by what stands behind it.
    return _BLOCK.sub(lambda m: m[0] + "\\" if m[0].isdigit() else "\\" + m[0], line)


def _passage(passage: Passage) -> str:
    if passage.kind == "phase.opened":
        return f"## {escaped(passage.text)}\n"
    if passage.kind == "turn":
        marks = escaped("; ".join((f"turn {passage.turn}", *passage.marks)))
        return f"**{escaped(passage.name)}** ({marks})\n\n{_quoted(passage.text)}"
    first, *more = (escaped(line) for line in lines_of(passage.text))
    return f"- {first}\n" + "".join(f"  {line}".rstrip() + "\n" for line in more)


def _quoted(text: str) -> str:
    return "".join(f"> {escaped(line)}".rstrip() + "\n" for line in lines_of(text))
