"""The record of a conference: one widget, however many turns.

Lines are drawn as they come into view, so neither memory nor time grows with widgets. The turn in
the air is a block like any other, wrapped anew as its words come: what is seen live is what is seen
later, to the letter, and no model's text is ever parsed as markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var

from debate.hearing import Hearing
from tui.widgets.floor.blocks import Block
from tui.widgets.floor.paper import Paper
from tui.widgets.floor.shown import View

LOOK = "Look at all, at what is public, at each private room"
BEYOND = "Look at all, though you sit at the table: what you may not know as well"
FOLDED = "Those at the table know nothing of this. ctrl+w looks at all."


class Record(Paper):
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
        & > .record--private { color: $accent; }
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
        "record--private",
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
        Binding("w", "look(1)", "Rooms", id="record.look", tooltip=LOOK),
        Binding("W", "look(-1)", "Rooms, back", id="record.look_back", tooltip=LOOK, show=False),
        Binding("ctrl+w", "look_beyond", "All", id="record.beyond", tooltip=BEYOND, show=False),
    ]

    looks: var[int] = var(0)
    """Grows whenever something else is looked at, or can be."""

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
        self._marked_elsewhere: Block | None = None  # what was marked, and is not shown now

    # -- what it shows

    @property
    def everything(self) -> list[Block]:
        """All blocks."""
        return self._shown.everything

    @property
    def view(self) -> View:
        """What is looked at."""
        return self._shown.view

    @property
    def views(self) -> tuple[View, ...]:
        """All that can be looked at."""
        return self._shown.views

    def load(self, blocks: Iterable[Block]) -> None:
        """Show these blocks in place of any."""
        self._shown.load(blocks)
        self._palette = self._marked_elsewhere = None
        self.marked = None
        self.matches.clear()
        self._touch(0)
        self.looks += 1

    def reload(self, blocks: Iterable[Block]) -> None:
        """Show these blocks in place of those there are, at the same line; search in them anew."""
        query, y = self.matches.query, self.scroll_offset.y
        self.load(blocks)
        self._settle()
        self.matches.find(query, self.blocks)
        self._scroll_quietly(y)

    def add(self, block: Block) -> Block:
        """Show a block after the last."""
        if block.seat is not None and self._palette and block.seat not in self._palette.colours:
            self._palette = None
        if self._shown.add(block):
            self._touch(len(self.blocks) - 1)
        if block.rooms:
            self.looks += 1
        return block

    def touch(self, block: Block, *, grown: bool = False) -> None:
        """A block has changed, or has only grown at its end."""
        if not grown:
            block.changed()
        index = self.index_of(block)
        if index is not None:
            self._touch(index)

    def block_of(self, turn: int) -> Block | None:
        """The block of a turn, if it is shown."""
        index = self._shown.at(turn)
        return None if index is None else self.blocks[index]

    def index_of(self, block: Block) -> int | None:
        """Where a block is, if it is shown."""
        return self._shown.index_of(block)

    def limit_to(self, hearing: Hearing | None) -> None:
        """Note what a person at the table hears; as they sit down, show only what they may know."""
        if hearing != self._shown.hearing:
            self._look(self._shown.hear(hearing))

    def look(self, view: View) -> None:
        """Show all, what is public, one room, or what a person at the table may know. What is
        marked, followed and searched for stays, as far as it is shown."""
        if view != self.view:
            self._look(view)

    def _look(self, view: View) -> None:
        at = self.count.block_at(self.scroll_offset.y)[0]
        top = self.blocks[at] if 0 <= at < len(self.blocks) else None
        marked = self.blocks[self.marked] if self.marked is not None else self._marked_elsewhere
        self._shown.look(view)
        if not self._shown.opens_folds:
            self._fold_all()
        with self.prevent(self.Marked):
            self.marked = None
        self._marked_elsewhere = marked
        if marked is not None:
            self.marked = self.index_of(marked)
        self.matches.find(self.matches.query, self.blocks, self.marked or 0)
        index = self._shown.first_from(top) if top is not None else None
        last = len(self.blocks) - 1
        self._anchor = None if self.follow or last < 0 else (last if index is None else index, 0)
        self._strips.clear()
        self._touch(0)
        self._settle()
        self.looks += 1

    def watch_looks(self) -> None:
        self.refresh_bindings()

    def action_look(self, step: int) -> None:
        """Look at the next of all, what is public, and each room; or at the one before. Who sits at
        the table comes by this to nothing that they may not know."""
        own = self._shown.own_views
        views = own if self.view in own else self.views
        self.look(views[(views.index(self.view) + step) % len(views)])

    def action_look_beyond(self) -> None:
        """Look at all, whoever sits at the table; or at what is theirs again."""
        self.look("all" if self.view in self._shown.own_views else "mine")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without rooms there is nothing else to look at."""
        if action == "look":
            return len(self.views) > 1 and self._shown.own_views != (self.view,)
        if action == "look_beyond":
            return self._shown.hearing is not None
        return super().check_action(action, parameters)

    def reveal(self, index: int) -> None:
        """Mark a block and bring it into view."""
        self._settle(index)
        self.marked = index
        top, bottom = self.count.tops[index : index + 2]
        height = self.scrollable_content_region.height
        if top < self.scroll_offset.y or bottom > self.scroll_offset.y + height:
            self.follow = False
            self.scroll_to(y=max(0, top - 1), animate=False, force=True)

    def reveal_turn(self, turn: int) -> None:
        """Mark a turn, if there is one of this number; whatever was looked at, it is shown."""
        if self._shown.at(turn) is None and any(b.turn == turn for b in self.everything):
            self.look("all")
        index = self._shown.at(turn)
        if index is not None:
            self.reveal(index)

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
            self._marked_elsewhere = None
            self.post_message(self.Marked(self.blocks[now]))

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
            self._unfold(self.blocks[self.marked])

    def _unfold(self, block: Block) -> None:
        if not self._may_unfold():
            return
        block.unfolded = not block.unfolded
        self.touch(block)

    def unfold_all(self) -> None:
        """Open all reasoning; fold it all if any is open."""
        if not self._may_unfold():
            return
        if self._fold_all():
            return
        for block in self.everything:
            if block.reasoning:
                block.unfolded = True
                self.touch(block)

    def _fold_all(self) -> bool:
        """Fold all that is open. Returns whether anything was."""
        unfolded = [block for block in self.everything if block.unfolded]
        for block in unfolded:
            block.unfolded = False
            self.touch(block)
        return bool(unfolded)

    def _may_unfold(self) -> bool:
        if not self._shown.opens_folds:
            self.notify(FOLDED, severity="warning", markup=False)
        return self._shown.opens_folds

    def on_click(self, event: events.Click) -> None:
        """Mark what is clicked; a click on a fold opens it."""
        y = self.scroll_offset.y + event.get_content_offset_capture(self).y
        self._settle()
        if not 0 <= y < self.count.height:
            return
        index, line = self.count.line_at(y)
        block = self.blocks[index]
        if block.can_be_marked:
            self.marked = index
        if line.part == "fold":
            self._unfold(block)
