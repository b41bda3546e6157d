"""Text that fits: the columns it takes, lines broken at a width, names that stay apart when cut."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from debate.text import showable


def cells(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


class Wrapper:
    """Breaks a stream of text into lines of a width, at spaces and between wide characters."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._column = 0
        self._word = ""
        self._space = ""

    def feed(self, text: str) -> str:
        """The text that can be printed now; the last word waits for its end."""
        out: list[str] = []
        for c in text:
            if c == "\n":
                out.append(self._place() + "\n")
                self._column, self._space = 0, ""
            elif c.isspace():
                out.append(self._place())
                self._space += " " if self._column else ""
            elif unicodedata.east_asian_width(c) in "WF":
                out.append(self._place())
                self._word = c
                out.append(self._place())
            else:
                self._word += c
        return "".join(out)

    def finish(self) -> str:
        """The rest."""
        return self._place()

    def _place(self) -> str:
        word, self._word = self._word, ""
        if not word:
            return ""
        space, self._space = self._space, ""
        if self._column + len(space) + cells(word) > self._width and self._column:
            space, self._column = "\n", 0
        else:
            self._column += len(space)
        if self._column + cells(word) > self._width:
            word = self._broken(word)
        else:
            self._column += cells(word)
        return space + word

    def _broken(self, word: str) -> str:
        """A word that no line can hold, broken where lines end."""
        out: list[str] = []
        for c in word:
            if self._column + cells(c) > self._width and self._column:
                out.append("\n")
                self._column = 0
            out.append(c)
            self._column += cells(c)
        return "".join(out)


def wrapped(text: str, width: int) -> list[str]:
    """A text as lines of a width, with nothing in it that could steer the terminal."""
    wrapper = Wrapper(width)
    return (wrapper.feed(showable(text)) + wrapper.finish()).split("\n")


def cut(text: str, room: int) -> str:
    """A text of no more columns than there is room for."""
    if cells(text) <= room:
        return text
    while cells(text) > room - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def told_apart(names: Sequence[str], room: int) -> list[str]:
    """Names of no more columns than there is room for, in which those that differ still do.

    A name that is too long loses its middle, since names of models and cells differ at their ends;
    those that would then look the same are told from a little before where they part.

    Args:
        names: The names.
        room: Columns, eight at least.
    """
    distinct = list(dict.fromkeys(names))
    shown = {name: _without_middle(name, room) for name in distinct}
    alike: dict[str, list[str]] = {}
    for name, short in shown.items():
        alike.setdefault(short, []).append(name)
    for same in alike.values():
        if len(same) > 1:
            begin = max(0, _parting(same) - room // 3)
            shown |= {name: cut(f"…{name[begin:]}", room) for name in same}
    if len(set(shown.values())) < len(distinct):  # they part at more than one place
        for n, name in enumerate(distinct, 1):
            if cells(name) > room:
                shown[name] = cut(name, room - len(mark := f" ({n})")) + mark
    return [shown[name] for name in names]


def _parting(names: Sequence[str]) -> int:
    """Where names first differ."""
    one, other = min(names), max(names)
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _without_middle(name: str, room: int) -> str:
    if cells(name) <= room:
        return name
    head = cut(name, room // 3)
    tail = name
    while cells(head) + cells(tail) > room:
        tail = tail[1:]
    return head + tail.lstrip()
