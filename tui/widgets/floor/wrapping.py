"""Breaks text into lines of a width, as spans of the text, so that nothing of it is copied or lost.

Lines break at spaces and between wide characters, as Chinese is set; a word that no line can hold
is broken where lines end. Most text is of characters one cell wide and is broken without looking
at each: a long transcript is wrapped anew in a few hundredths of a second.
"""

from __future__ import annotations

import re
from array import array

from rich.cells import split_graphemes

# Characters that certainly take one cell each, and such that certainly take two. The rest (emoji,
# marks that combine, what joins) is measured.
_ONE = (
    "\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0588\u1e00-\u1fff"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
)
_TWO = (
    "\u3000-\u3029\u3030-\u303e\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufa6d\uff01-\uff60"
)
_NARROW = re.compile(f"[{_ONE}]*")
_SIMPLE = re.compile(f"[{_ONE}{_TWO}]*")
_WIDE = re.compile(f"([{_TWO}])")
_FILLER = "\0"
_FILLED = "\\1" + _FILLER
# What may not stand at the beginning or the end of a line of Chinese.
_NOT_FIRST = frozenset("，。、；：？！）】」』》〉”’…—·％,.;:?!)]}%")
_NOT_LAST = frozenset("（【「『《〈“‘([{")

# Start and end of each line, one after the other: numbers in an array cost the garbage collector
# nothing, where a long transcript's lines as tuples would cost it more than the wrapping.
Spans = array


def wrap(text: str, width: int) -> Spans[int]:
    """The lines of a text.

    Args:
        text: Any text; a newline ends a line.
        width: Cells, at least 2.

    Returns:
        Start and end of each line in turn, without the space that it was broken at. An empty text
        is one empty line.
    """
    lines: Spans[int] = array("l")
    start = 0
    while True:
        end = text.find("\n", start)
        stop = len(text) if end < 0 else end
        if stop - start <= width // 2:  # however wide they are, they fit
            lines.extend((start, stop))
        elif _NARROW.fullmatch(text, start, stop):
            _wrap_narrow(text, start, stop, width, lines)
        elif _SIMPLE.fullmatch(text, start, stop):
            _wrap_mixed(text, start, stop, width, lines)
        else:
            _wrap_wide(text, start, stop, width, lines)
        if end < 0:
            return lines
        start = end + 1


def _wrap_narrow(text: str, start: int, stop: int, width: int, lines: Spans[int]) -> None:
    find, add = text.rfind, lines.append
    while stop - start > width:
        cut = find(" ", start, start + width + 1)
        if cut > start and text[cut - 1] != " " and text[cut + 1 : cut + 2] != " ":  # almost always
            add(start)
            add(cut)
            start = cut + 1
            continue
        line = text[start : max(cut, start)].rstrip(" ")
        if not line:  # a word that is too long, or nothing but its indent
            line, cut = text[start : start + width], start + width - 1
        lines.extend((start, start + len(line)))
        start = cut + 1
        while start < stop and text[start] == " ":
            start += 1
    if start < stop or not lines or lines[-1] < start:
        lines.extend((start, stop))


def _wrap_mixed(text: str, start: int, stop: int, width: int, lines: Spans[int]) -> None:
    """Narrow and simply wide characters: a filler behind each wide one makes an index a cell."""
    cells = _WIDE.sub(_FILLED, text[start:stop])
    total, at = len(cells), 0
    while total - at > width:
        cut = _cut(cells, at, at + width)
        line = cells[at:cut].rstrip(" ")
        begin = start
        start += cut - at - cells.count(_FILLER, at, cut)
        lines.extend((begin, begin + len(line) - line.count(_FILLER)))
        at = cut
        while at < total and cells[at] == " ":
            at += 1
            start += 1
    if at < total:
        lines.extend((start, stop))


def _cut(cells: str, at: int, cut: int) -> int:
    """Where to break a line that begins at `at` and could at most go to `cut`."""
    if cells[cut] == _FILLER:
        cut -= 1
    hard = cut
    for _ in range(8):  # further back no run of closing marks goes
        if cut <= at:
            break
        if not _breakable(cells, cut):
            cut = max(cells.rfind(" ", at, cut), cells.rfind(_FILLER, at, cut)) + 1
            if cut <= at:
                break
        before = cells[cut - 2] if cells[cut - 1] == _FILLER else cells[cut - 1]
        if cells[cut] not in _NOT_FIRST and before not in _NOT_LAST:
            return cut
        cut -= 2 if cells[cut - 1] == _FILLER else 1
    return hard


def _breakable(cells: str, cut: int) -> bool:
    """Whether a line may end before this cell."""
    if cells[cut] == " " or cells[cut - 1] in (" ", _FILLER):
        return True
    return cut + 1 < len(cells) and cells[cut + 1] == _FILLER


def _wrap_wide(text: str, start: int, stop: int, width: int, lines: Spans[int]) -> None:
    graphemes, _ = split_graphemes(text[start:stop])
    line = used = 0  # where the line begins, and the cells since
    broke, left = 0, 0  # the last place that the line may be broken at, and the cells up to it
    before, wide_before = "", False
    offset = start
    for begin, end, cells in graphemes:
        piece = text[offset + begin : offset + end]
        wide = cells > 1
        may_break = (wide or wide_before or before == " ") and begin > line
        if may_break and piece not in _NOT_FIRST and before not in _NOT_LAST and piece != " ":
            broke, left = begin, used
        if used + cells > width and begin > line and piece != " ":
            if broke <= line:
                broke, left = begin, used
            lines.extend((offset + line, offset + len(text[offset : offset + broke].rstrip(" "))))
            line, used = broke, used - left
            broke = left = 0
        used += cells
        before, wide_before = piece, wide
    lines.extend((offset + line, stop))
