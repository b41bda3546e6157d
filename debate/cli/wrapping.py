"""Text that fits: the columns it takes, and lines broken as wide as a terminal is."""

from __future__ import annotations

import unicodedata

import click

from debate.text import showable

MAX_WIDTH = 96


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


def paragraph(text: str) -> None:
    """Print a text indented, wrapped, with nothing in it that could steer the terminal."""
    wrapper = Wrapper(MAX_WIDTH - 2)
    wrapped = wrapper.feed(showable(text)) + wrapper.finish()
    click.echo("  " + wrapped.replace("\n", "\n  "))


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
