"""The record of a conference: one widget, however many turns.

Lines are drawn as they come into view, so neither memory nor time grows with widgets. The turn in
the air is a block like any other, wrapped anew as its words come: what is seen live is what is seen
later, to the letter, and no model's text is ever parsed as markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from tui.themes import seat_colour
from tui.widgets.floor.blocks import INDENT, Block, Line
from tui.widgets.floor.finding import Matches
from tui.widgets.floor.lines import LineCount, is_rough
from tui.widgets.floor.painting import Palette, restyled, segments


class Record(ScrollView, can_focus=True):
    """Shows blocks, follows the last, marks one.

    The marked block is the one that commands of a screen are about: details, forks, jumps.
    """

    DEFAULT_CSS = """
    Record {
        background: $background;
        color: $foreground;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        &:focus { background-tint: $foreground 0%; }
        & > .record--heading { color: $primary; text-style: bold; }
        & > .record--side { text-style: dim; }
        & > .record--aside { text-style: dim italic; }
        & > .record--reasoning { text-style: dim; }
        & > .record--note { color: $accent; text-style: bold; }
        & > .record--marker { color: $accent; }
        & > .record--match { background: $warning-muted; text-style: underline; }
        & > .record--match-now { background: $warning; color: $background; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record--heading",
        "record--side",
        "record--aside",
        "record--reasoning",
        "record--note",
        "record--marker",
        "record--match",
        "record--match-now",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right_square_bracket,ctrl+down", "mark(1)", "Next turn", id="record.next", show=False
        ),
        Binding(
            "left_square_bracket,ctrl+up", "mark(-1)", "Turn before", id="record.before", show=False
        ),
        Binding("enter", "unfold", "Reasoning", id="record.unfold", show=False),
    ]

    follow: reactive[bool] = reactive(True)
    """Whether the end is kept in view as it grows; off once the reader scrolls away from it."""
    marked: reactive[int | None] = reactive(None)
    """Index of the marked block."""

    class FollowChanged(Message):
        """Following has begun or ended."""

        def __init__(self, follow: bool) -> None:
            self.follow = follow
            super().__init__()

    class Marked(Message):
        """Another block is marked."""

        def __init__(self, block: Block) -> None:
            self.block = block
            super().__init__()

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.blocks: list[Block] = []
        self.matches = Matches()
        self.count = LineCount()  # what is drawn: as last counted, whatever has come since
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(512)
        self._stale: int | None = None  # index from which lines have to be found anew
        self._by_turn: dict[int, int] = {}
        self._palette: Palette | None = None
        self._quiet = False
        self._anchor: tuple[int, int] | None = None  # block and line to keep at the top

    # -- what it shows

    def load(self, blocks: Iterable[Block]) -> None:
        """Show these blocks in place of any."""
        self.blocks = list(blocks)
        self._palette = None
        self._by_turn = {b.turn: n for n, b in enumerate(self.blocks) if b.turn is not None}
        self.marked = None
        self.matches.clear()
        self._touch(0)

    def add(self, block: Block) -> Block:
        """Show a block after the last."""
        if block.seat is not None and self._palette and block.seat not in self._palette.colours:
            self._palette = None
        self.blocks.append(block)
        if block.turn is not None:
            self._by_turn[block.turn] = len(self.blocks) - 1
        self._touch(len(self.blocks) - 1)
        return block

    def touch(self, block: Block, *, grown: bool = False) -> None:
        """A block has changed, or has only grown at its end."""
        if not grown:
            block.changed()
        index = self.index_of(block)
        if index is not None:
            self._touch(index)

    def block_of(self, turn: int) -> Block | None:
        """The block of a turn."""
        index = self._by_turn.get(turn)
        return None if index is None else self.blocks[index]

    def index_of(self, block: Block) -> int | None:
        """Where a block is."""
        if block.turn is not None:
            return self._by_turn.get(block.turn)
        return next((n for n, b in enumerate(self.blocks) if b is block), None)

    def reveal(self, index: int) -> None:
        """Mark a block and bring it into view."""
        self._settle(index)
        self.marked = index
        top, bottom = self.count.tops[index : index + 2]
        height = self.scrollable_content_region.height
        if top < self.scroll_offset.y or bottom > self.scroll_offset.y + height:
            self.follow = False
            self.scroll_to(y=max(0, top - 1), animate=False, force=True)

    # -- searching

    def search(self, query: str) -> int:
        """Highlight a text wherever it stands, and go to the first place from the marked block on.

        Returns:
            How often it stands there.
        """
        found = self.matches.find(query, self.blocks, self.marked or 0)
        self._redraw()
        if found:
            self.reveal_match(0)
        return found

    def reveal_match(self, step: int) -> None:
        """Go to the next match (1), the one before (-1), or the present one (0)."""
        place = self.matches.move(step)
        if place is not None:
            block, start = place
            index = self.blocks.index(block)
            self._settle(index)
            inside = next(
                (
                    n
                    for n, at in enumerate(self.count.lines_of(index))
                    if at.part == "text" and at.end > start
                ),
                0,
            )
            self.marked = index
            self.follow = False
            height = self.scrollable_content_region.height
            y = self.count.tops[index] + inside
            if not self.scroll_offset.y <= y < self.scroll_offset.y + height:
                self.scroll_to(y=max(0, y - height // 3), animate=False, force=True)
            self._redraw()

    # -- following and marking

    def watch_follow(self, follow: bool) -> None:
        if follow:
            self._to_end()
        self.post_message(self.FollowChanged(follow))

    def watch_marked(self, before: int | None, now: int | None) -> None:
        self._redraw()
        if now is not None and now < len(self.blocks):
            self.post_message(self.Marked(self.blocks[now]))

    def _scroll_to(self, x: float | None = None, y: float | None = None, **how: Any) -> bool:
        """Every scroll comes through here: one that the reader makes decides what is followed."""
        if y is not None and not self._quiet:
            self.follow = y >= self.max_scroll_y
        # Words that come in the middle of an animation would end it where it is.
        return super()._scroll_to(x, y, **{**how, "animate": False})

    def action_mark(self, step: int) -> None:
        """Mark the next turn, or the one before."""
        turns = [n for n, block in enumerate(self.blocks) if block.kind == "turn"]
        if not turns:
            return
        here = self.marked if self.marked is not None else (-1 if step > 0 else len(self.blocks))
        beyond = [n for n in turns if (n > here if step > 0 else n < here)]
        if beyond:
            self.reveal(beyond[0] if step > 0 else beyond[-1])

    def action_unfold(self) -> None:
        """Open or close the reasoning of the marked turn."""
        if self.marked is not None and self.blocks[self.marked].reasoning:
            block = self.blocks[self.marked]
            block.unfolded = not block.unfolded
            self.touch(block)

    def unfold_all(self) -> None:
        """Open all reasoning; fold it all if any is open."""
        thoughts = [block for block in self.blocks if block.reasoning]
        unfolded = not any(block.unfolded for block in thoughts)
        for block in thoughts:
            block.unfolded = unfolded
            self.touch(block)

    def on_click(self, event: events.Click) -> None:
        """Mark what is clicked; a click on a fold opens it."""
        y = self.scroll_offset.y + event.get_content_offset_capture(self).y
        self._settle()
        if not 0 <= y < self.count.height:
            return
        index, line = self.count.line_at(y)
        if self.blocks[index].kind == "turn":
            self.marked = index
            if line.part == "fold":
                self.action_unfold()

    # -- drawing

    @property
    def _width(self) -> int:
        return max(8, self.scrollable_content_region.width)

    def on_resize(self) -> None:
        """Wrap anew, once however many sizes come at a time, and keep the top at the top."""
        if not len(self.count):
            return
        if self._width == self.count.width:
            if self.follow:
                self._to_end()
            return
        self._hold()
        self._strips.clear()
        self._touch(0)

    def watch_scroll_y(self, before: float, now: float) -> None:
        super().watch_scroll_y(before, now)
        if self._stale is None and is_rough(self.blocks, near := self._near(), self._width):
            self._hold()
            self._touch(near.start)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None
        self._strips.clear()

    def selection_updated(self, selection: Selection | None) -> None:
        self._redraw()

    def render_line(self, y: int) -> Strip:
        y += self.scroll_offset.y
        width = self.size.width
        if y >= self.count.height:
            return Strip.blank(width, (self._palette or self._mixed()).base)
        selection = self.text_selection
        span = selection.get_span(y) if selection else None
        if span is not None:
            return self._drawn(y, span).apply_offsets(0, y)
        key = (y, width)
        if (strip := self._strips.get(key)) is None:
            strip = self._strips[key] = self._drawn(y, None).apply_offsets(0, y)
        return strip

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The words selected, as they were said: lines that were broken here are whole again."""
        first = selection.start.y if selection.start else 0
        last = selection.end.y if selection.end else self.count.height - 1
        out: list[str] = []
        before: tuple[int, Line] | None = None
        for y in range(max(0, first), min(last, self.count.height - 1) + 1):
            index, line = self.count.line_at(y)
            text, indent = self._text_of(index, line)
            start, end = selection.get_span(y) or (0, -1)
            stop = len(text) if end < 0 else max(0, end - indent)
            if before is not None:
                out.append(self._between(before, (index, line)))
            out.append(text[max(0, start - indent) : stop])
            before = (index, line)
        return "".join(out), "\n"

    def _text_of(self, index: int, line: Line) -> tuple[str, int]:
        """A line's text and the characters that stand before it."""
        block = self.blocks[index]
        whole = block.part(line.part)
        text = whole if line.part in ("head", "fold") else whole[line.start : line.end]
        more = {"turn": 2, "heading": 3}.get(block.kind, 0) if line.part == "head" else 0
        return text, INDENT + more + (2 if line.part == "reasoning" else 0)

    def _between(self, before: tuple[int, Line], after: tuple[int, Line]) -> str:
        same = before[0] == after[0] and before[1].part == after[1].part
        if not same or before[1].part in ("head", "fold", "blank"):
            return "\n"
        gap = self.blocks[before[0]].part(before[1].part)[before[1].end : after[1].start]
        return "\n" if "\n" in gap else gap

    def _drawn(self, y: int, selected: tuple[int, int] | None) -> Strip:
        index, line = self.count.line_at(y)
        palette = self._palette or self._mixed()
        gutter = Segment("▎ " if index == self.marked else "  ", palette.style("marker"))
        drawn = segments(self.blocks[index], line, palette, self._width, self.matches)
        strip = Strip([gutter, *drawn])
        if selected is not None:
            style = self.screen.get_component_rich_style("screen--selection", partial=True)
            strip = restyled(strip, selected, style)
        return strip.adjust_cell_length(self.size.width, palette.base)

    def _mixed(self) -> Palette:
        """The styles of the theme in use."""
        styles = {
            name: self.get_component_rich_style(name, partial=True)
            for name in self.COMPONENT_CLASSES
        }
        seats = {block.seat for block in self.blocks if block.seat is not None}
        colours = {seat: seat_colour(self.app, seat).rich_color for seat in seats}
        self._palette = Palette(self.rich_style, styles, colours)
        return self._palette

    # -- keeping count of lines

    def _touch(self, index: int) -> None:
        if self._stale is None:
            self._stale = index
            self.call_next(self._settle)  # once, however much comes meanwhile
        else:
            self._stale = min(self._stale, index)

    def _near(self, around: int | None = None) -> range:
        """The blocks within a screen or two of one, or of what is in view."""
        if around is None:
            if self._anchor is not None:
                around = self._anchor[0]
            elif self.follow:
                around = len(self.blocks)
            else:
                around = self.count.block_at(self.scroll_offset.y)[0]
        reach = max(8, self.size.height)  # a block has at least one line
        return range(max(0, around - reach), min(len(self.blocks), around + 2 * reach))

    def _hold(self) -> None:
        """Keep what is at the top there, whatever becomes of the lines above it."""
        if not self.follow and self._anchor is None and len(self.count):
            self._anchor = self.count.block_at(self.scroll_offset.y)

    def _settle(self, around: int | None = None) -> None:
        """Count the lines from the first stale block on, rightly where one is near."""
        width, near = self._width, self._near(around)
        if self._stale is None:
            if around is None or not is_rough(self.blocks, near, width):
                return
            self._stale = near.start
        first, scrolled = (
            self.count.count(self.blocks, width, self._stale, near),
            self.scroll_offset.y,
        )
        for key in [key for key in self._strips.keys() if key[0] >= first]:  # noqa: SIM118
            self._strips.discard(key)
        # Not by the attribute alone, which has the whole screen laid out anew: the lines within
        # have changed, not the place of any widget.
        size = Size(width, self.count.height)
        if size != self.virtual_size:
            self.set_reactive(Record.virtual_size, size)
            self._scroll_update(size)
        if self.follow:
            self._to_end()
        elif self._anchor is not None:
            index, into = self._anchor
            top, below = self.count.tops[index : index + 2]
            self._scroll_quietly(min(top + into, below - 1))
        self._stale = self._anchor = None
        if self.scroll_offset.y == scrolled:
            # Most often the last lines alone have changed: a scroll draws all of them by itself.
            self.refresh_lines(first, max(self.size.height, self.count.height - first))

    def _to_end(self) -> None:
        self._scroll_quietly(self.max_scroll_y)

    def _scroll_quietly(self, y: float) -> None:
        """Scroll without a word on whether the end is followed."""
        self._quiet = True
        self.scroll_to(y=y, animate=False, force=True)
        self._quiet = False

    def _redraw(self) -> None:
        self._strips.clear()
        self.refresh()
