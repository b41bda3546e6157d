"""The blocks that a record is made of: turns, headings, notes; each knows its lines at a width.

All text went through `plain`: nothing in it can steer the terminal, and nothing in it is markup.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, overload

from debate.text import count_words, showable
from tui.widgets.floor.wrapping import Spans, wrap

INDENT = 2
MAX_WIDTH = 96  # of a line: longer ones are hard to read

Kind = Literal["title", "heading", "turn", "note", "remark"]
Part = Literal["head", "sub", "fold", "reasoning", "text", "aside", "blank"]

_EMPHASIS = re.compile(
    r"(?P<strong>\*\*(?=\S)[^*\n]{1,400}(?<=\S)\*\*)|(?P<emphasis>(?<![*\w])\*(?=\S)[^*\n]{1,400}(?<=\S)\*(?![*\w]))"
)
_ONE_LINE: Spans[int] = array("l", (0, 0))
_EMPHASIS_MOST = 20_000  # characters of a text in which emphasis is looked for


@dataclass(frozen=True, slots=True)
class Room:
    """A private room of one phase."""

    phase: int
    name: str
    told: str = field(compare=False)
    """Its name, and who is in it, as it may be shown."""


class Line(NamedTuple):
    """A line of a block: which of its parts, and which span of that part's text."""

    part: Part
    start: int = 0
    end: int = 0


class Lines(Sequence[Line]):
    """The lines of a block; each is made when it is looked at."""

    __slots__ = ("_height", "_parts")

    def __init__(self, parts: list[tuple[Part, Spans[int]]]) -> None:
        self._parts = parts
        numbers = 0
        for _, spans in parts:
            numbers += len(spans)
        self._height = numbers // 2

    def __len__(self) -> int:
        return self._height

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> list[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | list[Line]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(self._height))]
        at = 2 * index
        for part, spans in self._parts:
            if 0 <= at < len(spans):
                return Line(part, spans[at], spans[at + 1])
            at -= len(spans)
        raise IndexError(index)


@dataclass(slots=True, eq=False)
class Block:
    """A part of the record. Change it through the record that shows it.

    Attributes:
        kind: What it is.
        text: Its words.
        name: Who speaks, or what the heading says.
        seat: The speaker's place at the table, from 0, for colour and mark.
        turn: The turn's number, if it is one.
        side: A few words at the right end of the head line.
        sub: What is said below the head line: what the turn is, where, how the floor came to it.
        counted: Whether the number of its words stands there too.
        aside: A remark below the text.
        reasoning: What a model thought aloud, or what else is folded unless `unfolded`.
        fold: What the line of the fold says; of thoughts, how long they are.
        live: True while words may still come.
        struck: True if the turn was withdrawn.
        room: The private room that it belongs to.
        rooms: The rooms that open here.
        opening: Of an opening, its phase and seat: others hear it only behind their own.
        phase: Index of the phase that a heading stands above.
        asks: The asks, by number, whose answers it shows.
    """

    kind: Kind
    text: str = ""
    name: str = ""
    seat: int | None = None
    turn: int | None = None
    side: str = ""
    sub: str = ""
    counted: bool = False
    aside: str = ""
    reasoning: str = ""
    fold: str = ""
    live: bool = False
    struck: bool = False
    unfolded: bool = False
    room: Room | None = None
    rooms: tuple[Room, ...] = ()
    opening: tuple[int, str] | None = None
    phase: int | None = None
    asks: tuple[int, ...] = ()
    _lines: Lines | None = field(default=None, repr=False)
    _before: Lines | None = field(default=None, repr=False)
    _width: int = field(default=0, repr=False)
    _emphasis: list[tuple[tuple[int, int], str]] | None = field(default=None, repr=False)

    def changed(self) -> None:
        """Its text or folds have changed: its lines are found anew."""
        self._lines = self._before = self._emphasis = None

    def grow(self, more: str) -> None:
        """Words come at its end."""
        self.text += more
        self._before = self._before or self._lines
        self._lines = self._emphasis = None

    def take_kept(self, width: int) -> int:
        """How many first lines are as they were when this was last asked, if it only grew."""
        before, self._before = self._before, None
        kept = 0
        if before is not None and self._width == width:
            for old, new in zip(before, self.lines(width), strict=False):
                if old != new:
                    break
                kept += 1
        return kept

    def lines(self, width: int) -> Lines:
        """Its lines at a width in cells."""
        if self._lines is None or self._width != width:
            self._lines, self._width = self._wrapped(width), width
        return self._lines

    def lines_at_hand(self, width: int) -> Lines:
        """Its lines at whatever width they were last found; at this one if they never were."""
        return self._lines if self._lines is not None else self.lines(width)

    def is_wrapped(self, width: int) -> bool:
        """Whether its lines at a width are at hand."""
        return self._lines is not None and self._width == width

    def part(self, part: Part) -> str:
        """The text that the spans of a part's lines are of."""
        if part == "fold":
            arrow = "▾" if self.unfolded else "▸"
            told = self.fold or f"reasoning, {count_words(self.reasoning):,} words"
            return f"{arrow} {told}"
        return {
            "head": self.name,
            "sub": self.sub,
            "reasoning": self.reasoning,
            "text": self.text,
            "aside": self.aside,
            "blank": "",
        }[part]

    @property
    def margin(self) -> str:
        """What stands at the right end of the head line."""
        if not self.counted:
            return self.side
        words = count_words(self.text)
        return f"{self.side} · {words:,} word{'' if words == 1 else 's'}"

    @property
    def can_be_marked(self) -> bool:
        """Whether something more is recorded of it, that a screen may show."""
        return self.kind == "turn" or bool(self.asks)

    @property
    def inset(self) -> int:
        """Cells before each of its lines, for the rule that marks what is private."""
        return INDENT if self.room is not None else 0

    @property
    def emphasis(self) -> list[tuple[tuple[int, int], str]]:
        """Spans of the text that stand between asterisks, asterisks included, and how strong."""
        if self._emphasis is None:
            found = _EMPHASIS.finditer(self.text) if len(self.text) <= _EMPHASIS_MOST else ()
            self._emphasis = [(m.span(), m.lastgroup or "") for m in found]
        return self._emphasis

    def _wrapped(self, width: int) -> Lines:
        room = max(2, min(width, MAX_WIDTH) - 2 * INDENT - self.inset)
        parts: list[tuple[Part, Spans[int]]] = []
        if self.kind in ("turn", "heading", "note"):
            parts.append(("head", _ONE_LINE))
        if self.sub:
            parts.append(("sub", wrap(self.sub, room)))
        folded: list[tuple[Part, Spans[int]]] = []
        if self.reasoning:
            folded.append(("fold", wrap(self.part("fold"), room)))
            if self.unfolded:
                folded.append(("reasoning", wrap(self.reasoning, room - 2)))
        said: list[tuple[Part, Spans[int]]] = [("text", wrap(self.text, room))] if self.text else []
        # Who speaks has thought before; what is told of a vote comes before its ballots.
        parts += [*folded, *said] if self.kind == "turn" else [*said, *folded]
        if self.aside:
            parts.append(("aside", wrap(self.aside, room)))
        return Lines([*parts, ("blank", _ONE_LINE)])


def plain(text: str) -> str:
    """A text as it may be shown: no control characters, no tabs, no lone halves of characters."""
    return showable(text).expandtabs(4)
