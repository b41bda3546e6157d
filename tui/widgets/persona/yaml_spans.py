"""Which parts of a YAML text are keys, words, numbers, comments: for colours, and for nothing else.

A line at a time, with what is open from the line before: a block of text, or a quote. What it takes
for a key may not be one in a file that is wrong; the loader is what reads files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

Kind = Literal["key", "text", "number", "comment", "sign"]

_DASHES = re.compile(r"(?:-(?:\s+|$))*")
_KEY = re.compile(r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s#:\[\]{}"'|>&*!,-][^:#\n]*?)\s*:(?=\s|$)""")
_BLOCK = re.compile(r"[|>][-+0-9]{0,2}(?=\s|$)")
_NUMBER = re.compile(r"(?:true|false|null|~|[-+]?\d+(?:\.\d+)?)\s*$", re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|\s)#")
_ENDS = {'"': re.compile(r'(?:\\.|[^"\\])*"'), "'": re.compile(r"(?:''|[^'])*'")}


class Span(NamedTuple):
    """A part of a line."""

    start: int
    end: int
    kind: Kind


class _Open(NamedTuple):
    """What the line before left open: a block of more than so many columns, or a quote."""

    indent: int = -1
    quote: str = ""


def spans(lines: Sequence[str]) -> list[list[Span]]:
    """The parts of each line."""
    found = []
    left = _Open()
    for line in lines:
        parts, left = _line(line, left)
        found.append(parts)
    return found


def _line(line: str, left: _Open) -> tuple[list[Span], _Open]:
    body = line.lstrip()
    indent = len(line) - len(body)
    if left.quote:
        return _quoted(line, 0, left.quote)
    if left.indent >= 0 and (not body or indent > left.indent):
        return [Span(indent, len(line), "text")], left
    parts: list[Span] = []
    at = indent
    if dashes := _DASHES.match(line, at):
        parts += [Span(n, n + 1, "sign") for n in range(at, dashes.end()) if line[n] == "-"]
    parent = at
    at = dashes.end() if dashes else at
    if key := _KEY.match(line, at):
        parts += [Span(at, key.end() - 1, "key"), Span(key.end() - 1, key.end(), "sign")]
        parent, at = at, key.end()
    more, left = _value(line, at, parent)
    return [*parts, *more], left


def _value(line: str, at: int, parent: int) -> tuple[list[Span], _Open]:
    at += len(line[at:]) - len(line[at:].lstrip())
    if at >= len(line):
        return [], _Open()
    if line[at] == "#":
        return [Span(at, len(line), "comment")], _Open()
    if block := _BLOCK.match(line, at):
        return [Span(at, block.end(), "sign"), *_comment(line, block.end())], _Open(parent)
    if line[at] in _ENDS:
        parts, left = _quoted(line, at + 1, line[at])
        return [Span(at, at + 1, "text"), *parts], left
    comment = _comment(line, at)
    end = len(line[: comment[0].start].rstrip()) if comment else len(line)
    kind: Kind = "number" if _NUMBER.match(line[at:end]) else "text"
    return [Span(at, end, kind), *comment], _Open()


def _quoted(line: str, at: int, quote: str) -> tuple[list[Span], _Open]:
    """The rest of a quote, and a comment behind it."""
    if end := _ENDS[quote].match(line, at):
        return [Span(at, end.end(), "text"), *_comment(line, end.end())], _Open()
    return [Span(at, len(line), "text")], _Open(quote=quote)


def _comment(line: str, at: int) -> list[Span]:
    found = _COMMENT.search(line, at)
    return [Span(found.end() - 1, len(line), "comment")] if found else []
