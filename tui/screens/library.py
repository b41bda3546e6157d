"""Find a transcript: in the list of all, or by words that were said."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from debate.errors import YaltaError
from debate.library import short_path
from debate.listed import Kind, Listed, forest
from debate.shelf import Found
from tui.modes import Mode
from tui.screens.asking import AskingScreen, asks
from tui.screens.compare import CompareScreen
from tui.screens.export import export
from tui.screens.reader import ReaderScreen
from tui.widgets.floor.blocks import plain
from tui.widgets.key_line import KeyLine
from tui.widgets.reader import columns
from tui.widgets.reader.rows import Rows
from tui.widgets.reader.stacks import MOST_FOUND, Shown, Stacks, flattened

BETWEEN: dict[Kind, str] = {"note": "a note", "record": "the record", "motion": "the motion"}
"""What was found, if it was no turn."""
PAUSE = 0.2
"""Seconds without a key before what is typed is searched for."""


def _key(
    keys: str, action: str, description: str, tooltip: str, *, name: str = "", show: bool = True
) -> Binding:
    name = f"library.{name or action}"
    return Binding(keys, action, description, id=name, tooltip=tooltip, show=show)


class LibraryScreen(AskingScreen[None]):
    """The library."""

    HELP = """
# The library

All transcripts of this computer that were found: in the folder where runs are saved, in
`transcripts/` here, and in the user's data folder.

- **enter** reads the highlighted one; **r** goes on with one that is unfinished.
- **/** searches what was said: all words have to be there. **enter** opens the reader at that turn.
- **s** sorts by another column, **S** the other way round; so does a click on a column's name.
- **t** shows forks beneath what they were forked from.
- **space** puts one aside; with the second, the two are shown side by side.
- **e** exports the highlighted one: as a page, Markdown, text, a table, or chats.
- **f5** looks for what has changed.

Nothing here changes or deletes a transcript.
"""
    DEFAULT_CSS = """
    LibraryScreen {
        & #query { padding: 0 1; background: $surface; }
        & #rows { height: 1fr; }
        & #about { height: 3; background: $panel; padding: 0 1; }
        & #about { text-wrap: nowrap; text-overflow: ellipsis; }
        & #said { height: 1; background: $panel; padding: 0 1; }
        & .library--match { background: $warning; color: $background; }
    }
    """
    modes: ClassVar[frozenset[Mode]] = frozenset({Mode.READING})
    reads: ClassVar[frozenset[str]] = frozenset(
        ["open", "search", "sort", "backwards", "tree", "put_aside", "refresh", "back"]
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {"library--match"}
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("enter", "open", "Read", "Read the highlighted transcript"),
        _key("slash", "search", "Search", "Search what was said in all transcripts"),
        _key("r", "resume", "Resume", "Go on with the highlighted transcript"),
        _key("s", "sort", "Sort", "Sort by another column"),
        _key("S", "backwards", "Reverse", "Sort the other way round", show=False),
        _key("t", "tree", "Forks", "Show forks beneath what they were forked from"),
        _key("space,d", "put_aside", "Compare", "Put aside; with another, show side by side"),
        _key("e", "export", "Export", "Write the highlighted transcript in another form"),
        _key("f5", "refresh", "Look again", "Look for what has changed", show=False),
        _key("escape", "back", "Back", "End the search; else go back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._stacks = Stacks()
        self._all: list[Listed] = []
        self._shown: list[Shown] = []
        self._found: list[Found] | None = None
        """What was found; None while nothing is searched for."""
        self._aside: Listed | None = None
        self._sort = columns.COLUMNS[1]
        self._is_backwards = False
        self._is_tree = False
        self._query = Input(placeholder="/  search what was said", compact=True, id="query")
        self._rows = Rows(id="rows")
        self._about = Static(id="about", markup=False)
        self._said = Static(id="said", markup=False)

    def compose(self) -> ComposeResult:
        yield self._query
        yield self._rows
        yield self._about
        yield self._said
        yield KeyLine()

    def on_mount(self) -> None:
        """The list is where one begins."""
        self._rows.focus()

    def on_screen_resume(self) -> None:
        """What was done meanwhile, here or by another program, is looked for."""
        self.action_refresh()

    def on_unmount(self) -> None:
        """Let go of the index."""
        self._stacks.close()

    # -- the index

    @work(exclusive=True, group="refresh", exit_on_error=False)
    async def action_refresh(self) -> None:
        """Look for what has changed."""
        try:
            if not self._all:
                self._take(await self._stacks.known())
            self._say("Looking for transcripts")
            self._take(await self._stacks.refresh(self._tell_progress))
            if self._query.value.strip():
                self._search(self._query.value, 0.0)
        except YaltaError as error:
            self._say(f"The index cannot be read: {error.message}")
            self.yalta.tell(error)
        except Exception as error:
            self.yalta.tell(error)

    def _tell_progress(self, done: int, total: int) -> None:
        if self.is_mounted and total:
            self._say(f"Reading transcripts: {done:,} of {total:,}")

    def _take(self, listed: list[Listed]) -> None:
        self._all = listed
        if self._found is None:
            self._show_all()

    @work(exclusive=True, group="search", exit_on_error=False)
    async def _search(self, query: str, pause: float) -> None:
        await asyncio.sleep(pause)  # another key meanwhile ends this search
        try:
            found = await self._stacks.search(query)
        except YaltaError as error:
            self.yalta.tell(error)
            return
        except Exception as error:
            self.yalta.tell(error)
            return
        self._found = found
        self._rows.show(len(found), self._draw_found, height=2)
        if len(found) == MOST_FOUND:
            self._say(f"The newest {len(found)} places; more words find fewer")
        else:
            self._say("1 place" if len(found) == 1 else f"{len(found)} places")

    # -- what is seen

    def _show_all(self) -> None:
        before = self._highlighted()
        if self._is_tree:
            self._shown = flattened(forest(self._all))
        else:
            ordered = columns.ordered(self._all, self._sort, self._is_backwards)
            self._shown = [Shown(listed) for listed in ordered]
        paths = [shown.listed.path for shown in self._shown]
        cursor = paths.index(before.path) if before and before.path in paths else 0
        self._rows.show(len(self._shown), self._draw, head=self._head, cursor=cursor)
        count = "1 transcript" if len(paths) == 1 else f"{len(paths):,} transcripts"
        order = "newest first, forks beneath" if self._is_tree else f"by {self._sort.name}"
        self._say(f"{count}, {order}" if paths else "No transcripts yet")

    def _head(self, width: int) -> Text:
        return columns.head(width, self._sort, self._is_backwards)

    def _draw(self, n: int, width: int) -> list[Text]:
        shown = self._shown[n]
        chosen = self._aside is not None and self._aside.path == shown.listed.path
        return [columns.row(shown.listed, width, chosen=chosen, depth=shown.depth)]

    def _draw_found(self, n: int, width: int) -> list[Text]:
        found = (self._found or [])[n]
        first = Text("  ")
        who = f"turn {found.turn}" if found.kind == "turn" else BETWEEN[found.kind]
        first.append(f"{found.name}, {who}" if found.name else who, Style(bold=True))
        first.append(f"  {columns.titled(found.listed)}", Style(dim=True))
        (start, end), told = found.span, found.snippet
        if (beyond := end + 10 - width) > 0 and beyond < start:  # else the match is out of sight
            told, start, end = f"… {told[beyond:]}", start - beyond + 2, end - beyond + 2
        second = Text(f"    {told}")
        if end > start:
            style = self.get_component_rich_style("library--match", partial=True)
            second.stylize(style, start + 4, end + 4)
        return [first, second]

    def _say(self, text: str) -> None:
        aside = (
            f"  ·  put aside: {self._aside.title or self._aside.path.name}" if self._aside else ""
        )
        self._said.update(plain(text + aside))

    @on(Rows.Highlighted)
    def _show_about(self) -> None:
        """Say of the highlighted transcript what the columns have no room for."""
        listed = self._highlighted()
        if listed is None:
            self._about.update("")
            return
        told = listed.error or " · ".join(filter(None, (plain(listed.origin), listed.motion)))
        text = Text(told, no_wrap=True, overflow="ellipsis")
        text.stylize(Style(bold=bool(listed.error)))
        who = ", ".join(listed.seats)
        text.append(f"\n{who} · {columns.models(listed)} · {listed.state}", Style(dim=True))
        text.append(f"\n{plain(short_path(listed.path))}", Style(dim=True))
        self._about.update(text)

    def _highlighted(self) -> Listed | None:
        """The transcript highlighted, or the one that the highlighted place is in."""
        n = self._rows.cursor
        if self._found is not None:
            return self._found[n].listed if n < len(self._found) else None
        return self._shown[n].listed if n < len(self._shown) else None

    # -- searching

    def action_search(self) -> None:
        """Begin to search."""
        self._query.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value.strip():
            self._search(event.value, PAUSE)
        else:
            self.workers.cancel_group(self, "search")
            self._found = None
            self._show_all()

    @on(Input.Submitted)
    def _to_rows(self) -> None:
        self._rows.focus()

    def on_key(self, event: object) -> None:
        """Down goes from the field to what was found."""
        if getattr(event, "key", "") == "down" and self._query.has_focus:
            self._rows.focus()

    def action_back(self) -> None:
        """End the search; else go back."""
        if self._query.value:
            self._query.value = ""
            self._rows.focus()
        elif self._query.has_focus:
            self._rows.focus()
        elif len(self.app.screen_stack) > 2:  # else the interface opened here
            self.dismiss()

    # -- sorting

    def action_sort(self) -> None:
        """Sort by the next column."""
        there = [column for column, _ in columns.fitting(self._rows.room)]
        n = there.index(self._sort) if self._sort in there else -1
        self._order(there[(n + 1) % len(there)], backwards=False)

    def action_backwards(self) -> None:
        """Sort the other way round."""
        self._order(self._sort, backwards=not self._is_backwards)

    @on(Rows.HeadClicked)
    def _head_clicked(self, event: Rows.HeadClicked) -> None:
        column = columns.at(event.x, self._rows.room)
        if column is not None:
            again = column is self._sort and not self._is_tree
            self._order(column, backwards=again and not self._is_backwards)

    def _order(self, column: columns.Column, *, backwards: bool) -> None:
        self._sort, self._is_backwards, self._is_tree = column, backwards, False
        self._found = None
        self._show_all()

    def action_tree(self) -> None:
        """Show forks beneath what they were forked from, or the list again."""
        self._is_tree = not self._is_tree
        self._found = None
        self._show_all()

    # -- going on

    @on(Rows.Chosen)
    def _chosen(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Read the highlighted transcript, from the highlighted place on."""
        listed = self._readable()
        if listed is None:
            return
        if self._found is None:
            self.app.push_screen(ReaderScreen(listed.path))
            return
        found = self._found[self._rows.cursor]
        self.app.push_screen(ReaderScreen(found.path, found.turn or None, self._words(found)))

    def _words(self, found: Found) -> str | None:
        """What the reader is to search for: the query, or that word of it which stands there."""
        query = self._query.value.strip()
        if query.casefold() in found.snippet.casefold():
            return query
        return found.snippet[slice(*found.span)] or None

    def action_resume(self) -> None:
        """Go on with an unfinished conference."""
        from tui.screens.stage import StageScreen
        from tui.session import Resuming

        listed = self._readable()
        if listed is None:
            return
        if listed.standing == "closed":
            self.notify("It is over. The reader forks it, after any turn.", markup=False)
            return
        self.app.push_screen(StageScreen(Resuming(listed.path)))

    @asks
    async def action_export(self) -> None:
        """Write the highlighted transcript in another form."""
        if listed := self._readable():
            await export(self.yalta, listed.path)

    def action_put_aside(self) -> None:
        """Put a transcript aside; with a second one, show the two side by side."""
        listed = self._readable()
        if listed is None:
            return
        first: Path | None = self._aside.path if self._aside else None
        self._aside = None if self._aside else listed
        self._rows.redraw()
        self._say("Put another aside to see the two side by side" if self._aside else "")
        if first is not None and first != listed.path:
            self.app.push_screen(CompareScreen(first, listed.path))

    def _readable(self) -> Listed | None:
        """The highlighted transcript; of a broken one, what is wrong is told instead."""
        listed = self._highlighted()
        if listed is None or listed.error is None:
            return listed
        self.notify(
            plain(f"{listed.path.name}: {listed.error}"),
            title="It cannot be read",
            severity="error",
            markup=False,
        )
        return None
