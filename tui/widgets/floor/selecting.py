"""The words that are selected in a record, as they were said: broken lines are whole again."""

from __future__ import annotations

from collections.abc import Sequence

from textual.selection import Selection

from tui.widgets.floor.blocks import INDENT, Block, Line
from tui.widgets.floor.lines import LineCount


def selected_words(selection: Selection, blocks: Sequence[Block], count: LineCount) -> str:
    """What is selected of some blocks, whose lines were counted so."""
    first = selection.start.y if selection.start else 0
    last = selection.end.y if selection.end else count.height - 1
    out: list[str] = []
    before: tuple[Block, Line] | None = None
    for y in range(max(0, first), min(last, count.height - 1) + 1):
        index, line = count.line_at(y)
        text, indent = _text_of(blocks[index], line)
        start, end = selection.get_span(y) or (0, -1)
        stop = len(text) if end < 0 else max(0, end - indent)
        if before is not None:
            out.append(_between(before, (blocks[index], line)))
        out.append(text[max(0, start - indent) : stop])
        before = (blocks[index], line)
    return "".join(out)


def _text_of(block: Block, line: Line) -> tuple[str, int]:
    """A line's text and the characters that stand before it."""
    whole = block.part(line.part)
    text = whole if line.part == "head" else whole[line.start : line.end]
    more = {"turn": 2, "heading": 3}.get(block.kind, 0) if line.part == "head" else 0
    return text, INDENT + block.inset + more + (2 if line.part == "reasoning" else 0)


def _between(before: tuple[Block, Line], after: tuple[Block, Line]) -> str:
    (block, line), (other, following) = before, after
    if block is not other or line.part != following.part or line.part in ("head", "blank"):
        return "\n"
    gap = block.part(line.part)[line.end : following.start]
    return "\n" if "\n" in gap else gap
