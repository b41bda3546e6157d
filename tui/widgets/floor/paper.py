"""What a record is drawn on: lines, counted and drawn as they come into view.

So neither memory nor time grows with widgets. It knows blocks and their lines, and nothing of what
is done with them.
"""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from textual.cache import LRUCache
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from tui.themes import seat_colour
from tui.widgets.floor.blocks import Block
from tui.widgets.floor.finding import Matches
from tui.widgets.floor.lines import LineCount, is_rough
from tui.widgets.floor.painting import Palette, restyled, segments
from tui.widgets.floor.selecting import selected_words
from tui.widgets.floor.shown import Shown


class Paper(ScrollView, can_focus=True):
    """Draws the blocks that are shown, and keeps the end or what is at the top in its place."""

    follow: reactive[bool] = reactive(True)
    """Whether the end is kept in view as it grows; off once the reader scrolls away from it."""
    marked: reactive[int | None] = reactive(None)
    """Index of the marked block."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown = Shown()
        self.matches = Matches()
        self.count = LineCount()  # what is drawn: as last counted, whatever has come since
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(512)
        self._stale: int | None = None  # index from which lines have to be found anew
        self._palette: Palette | None = None
        self._quiet = False
        self._anchor: tuple[int, int] | None = None  # block and line to keep at the top

    @property
    def blocks(self) -> list[Block]:
        """The blocks that are shown."""
        return self._shown.blocks

    def _scroll_to(self, x: float | None = None, y: float | None = None, **how: Any) -> bool:
        """Every scroll comes through here: one that the reader makes decides what is followed."""
        if y is not None and not self._quiet:
            self.follow = y >= self.max_scroll_y
        # Words that come in the middle of an animation would end it where it is.
        return super()._scroll_to(x, y, **{**how, "animate": False})

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
        return selected_words(selection, self.blocks, self.count), "\n"

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
            self.set_reactive(Paper.virtual_size, size)
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
