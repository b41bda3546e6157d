"""The columns of the library: what each shows, how it sorts, and which there is room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text

from debate.listed import Listed
from tui.widgets.floor.roster import money, short
from tui.widgets.reader.book import moment

TITLE_LEAST = 22  # cells
FORK = "fork · "


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    width: int
    rank: int
    """The higher, the sooner it gives way where there is little room."""
    tell: Callable[[Listed], str]
    key: Callable[[Listed], Any]
    falling: bool = False
    """Whether the most of it comes first."""
    right: bool = False
    """Whether it is set to the right, as numbers are."""


def standing(listed: Listed) -> str:
    """How it stands, with a sign, in a few characters."""
    if listed.error is not None:
        return "✗ " + listed.state
    if listed.standing == "closed":
        return "✓ ended" if listed.ended == "stopped" else "✓ complete"
    return "‖ paused" if listed.standing == "paused" else "◐ unfinished"


def models(listed: Listed) -> str:
    """The models that speak in it, each once, without the address of a server."""
    return ", ".join(dict.fromkeys(model.rpartition("#")[2] for model in listed.models))


def cost(listed: Listed) -> str:
    """What it cost."""
    # No currency is listed; that of most price lists would be a guess.
    if listed.cost is None:
        return "?"
    if listed.at_most > listed.cost:
        return f"≤ {money(listed.at_most, '')}"
    return money(listed.cost, "") if listed.cost else "free"


#: The title, which takes what room is left, comes first.
COLUMNS = (
    Column("title", 0, 0, lambda e: e.title or e.path.name, lambda e: e.title.casefold()),
    Column(
        "when", 16, 3,
        lambda e: moment(e.begun_at, seconds=False) if e.begun_at else "",
        lambda e: e.begun_at.timestamp() if e.begun_at else 0.0, falling=True,
    ),
    Column("turns", 6, 1, lambda e: str(e.turns), lambda e: e.turns, falling=True, right=True),
    Column("words", 6, 4, lambda e: short(e.words), lambda e: e.words, falling=True, right=True),
    Column("standing", 13, 2, standing, lambda e: e.state),
    Column("seats", 22, 6, lambda e: ", ".join(e.seats), lambda e: [s.casefold() for s in e.seats]),
    Column("models", 18, 7, models, lambda e: models(e).casefold()),
    Column(
        "cost", 8, 5, cost,
        lambda e: -1 if e.cost is None else e.cost, falling=True, right=True,
    ),
)  # fmt: skip


def titled(listed: Listed) -> str:
    """The title, with a word before it if it is a fork: its origin has the same."""
    title = listed.title or listed.path.name
    return f"{FORK}{title}" if listed.forked_from is not None else title


def fitting(width: int) -> list[tuple[Column, int]]:
    """The columns that there is room for, in their order, each with its cells."""
    kept = list(COLUMNS)

    def left() -> int:
        return width - 2 - sum(column.width + 2 for column in kept[1:])

    while left() < TITLE_LEAST and len(kept) > 1:
        kept.remove(max(kept, key=lambda column: column.rank))
    return [(column, column.width or left()) for column in kept]


def head(width: int, sort: Column, backwards: bool) -> Text:
    """The line of names."""
    text = Text("  ")
    for column, cells in fitting(width):
        arrow = ("↑" if column.falling is backwards else "↓") if column is sort else ""
        text.append(_set(column.name + arrow, cells, column.right) + "  ")
    text.right_crop(2)
    return text


def at(x: int, width: int) -> Column | None:
    """The column at so many cells from the left."""
    begin = 2
    for column, cells in fitting(width):
        if begin <= x < begin + cells + 2:
            return column
        begin += cells + 2
    return None


def row(listed: Listed, width: int, *, chosen: bool, depth: int = 0) -> Text:
    """One transcript."""
    text = Text("◆ " if chosen else "  ", Style(bold=chosen))
    for column, cells in fitting(width):
        told = column.tell(listed)
        if column.name == "title":
            # However often it was forked, something of the title remains.
            told = "  " * min(depth - 1, 6) + "└ " + told if depth else titled(listed)
        style = Style() if column.name == "title" else Style(dim=True)
        if column.name == "standing" and not told.startswith("✓"):
            style = Style(bold=True)
        text.append(_set(told, cells, column.right) + "  ", style)
    text.right_crop(2)
    return text


def ordered(shelf: Sequence[Listed], sort: Column, backwards: bool) -> list[Listed]:
    """Transcripts in order; ties are as they were."""
    return sorted(shelf, key=sort.key, reverse=sort.falling is not backwards)


def _set(told: str, cells: int, right: bool) -> str:
    if cell_len(told) > cells:
        return set_cell_size(told, cells - 1) + "…"
    space = " " * (cells - cell_len(told))
    return space + told if right else told + space
