"""A list of any length in one widget: what is in view is drawn, and nothing else is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

#: Draws a row: called with its number and the cells there are; returns its lines.
Draw = Callable[[int, int], list[Text]]


class Rows(ScrollView, can_focus=True):
    """Rows of one height, one of them highlighted, beneath a head line that stays."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Rows {
        background: $background; color: $foreground;
        scrollbar-gutter: stable; scrollbar-size-vertical: 1; overflow-x: hidden;
        &:focus { background-tint: $foreground 0%; }
        & > .rows--head { color: $primary; text-style: bold; background: $surface; }
        & > .rows--cursor { background: $panel; }
        &:focus > .rows--cursor { background: $primary 35%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--head", "rows--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Up", show=False),
        Binding("down", "cursor(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "cursor(-1000000)", "First", show=False),
        Binding("end", "cursor(1000000)", "Last", show=False),
    ]

    cursor: reactive[int] = reactive(0)
    """Number of the highlighted row."""

    class Highlighted(Message):
        """Another row is highlighted."""

    class Chosen(Message):
        """The highlighted row was clicked twice."""

    class HeadClicked(Message):
        """The head line was clicked, so many cells from its left."""

        def __init__(self, x: int) -> None:
            self.x = x
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._count = 0
        self._height = 1
        self._draw: Draw = lambda _n, _width: []
        self._head: Callable[[int], Text] | None = None

    def show(
        self,
        count: int,
        draw: Draw,
        *,
        height: int = 1,
        head: Callable[[int], Text] | None = None,
        cursor: int = 0,
    ) -> None:
        """Show rows in place of any.

        Args:
            count: How many there are.
            draw: Draws one.
            height: Lines of each.
            head: Draws the line above them, for so many cells.
            cursor: The one to highlight.
        """
        self._count, self._draw, self._height, self._head = count, draw, height, head
        self.set_reactive(Rows.cursor, max(0, min(cursor, count - 1)))
        self._measure()
        self._bring_into_view()
        self.refresh()
        self.post_message(self.Highlighted())

    def redraw(self) -> None:
        """What is drawn has changed, the rows have not."""
        self.refresh()

    @property
    def room(self) -> int:
        """Cells of a row."""
        return max(8, self.scrollable_content_region.width)

    def validate_cursor(self, cursor: int) -> int:
        """Stay within the rows."""
        return max(0, min(cursor, self._count - 1))

    def watch_cursor(self) -> None:
        """Keep the highlighted row in view."""
        self._bring_into_view()
        self.refresh()
        self.post_message(self.Highlighted())

    def on_resize(self) -> None:
        """The rows are drawn anew as they come into view; only the width is another."""
        self._measure()
        self._bring_into_view()

    def action_cursor(self, step: int) -> None:
        """Highlight another row."""
        self.cursor += step

    def action_page(self, step: int) -> None:
        """Highlight the row a screenful away."""
        self.cursor += step * max(1, (self.size.height - self._above) // self._height)

    def on_click(self, event: events.Click) -> None:
        """Highlight what is clicked; a second click chooses it."""
        offset = event.get_content_offset_capture(self)
        if self._head is not None and offset.y == 0:
            self.post_message(self.HeadClicked(offset.x))
            return
        row = (offset.y - self._above + self.scroll_offset.y) // self._height
        if 0 <= row < self._count:
            self.cursor = row
            if event.chain == 2:
                self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._head is not None and y == 0:
            return self._strip(self._head(self.room), self._look("rows--head"), width)
        row, line = divmod(y - self._above + self.scroll_offset.y, self._height)
        if not 0 <= row < self._count:
            return Strip.blank(width, self.rich_style)
        lines = self._draw(row, self.room)
        look = self._look("rows--cursor") if row == self.cursor else self.rich_style
        return self._strip(lines[line] if line < len(lines) else Text(), look, width)

    @property
    def _above(self) -> int:
        return 0 if self._head is None else 1

    def _look(self, name: str) -> Style:
        return self.rich_style + self.get_component_rich_style(name)

    def _strip(self, text: Text, look: Style, width: int) -> Strip:
        text = text.copy()
        text.truncate(self.room, overflow="ellipsis")
        segments = text.render(self.app.console, end="")
        return Strip(segments).adjust_cell_length(width).apply_style(look).simplify()

    def _measure(self) -> None:
        self.virtual_size = Size(self.room, self._count * self._height + self._above)

    def _bring_into_view(self) -> None:
        """Scroll as far as the highlighted row needs."""
        height = self.size.height - self._above
        top = self.cursor * self._height
        y = self.scroll_offset.y
        if top < y:
            self.scroll_to(y=top, animate=False, force=True)
        elif top + self._height > y + height > 0:
            self.scroll_to(y=top + self._height - height, animate=False, force=True)
