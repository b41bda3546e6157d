"""Who sits at the table: what each seat does now, and what it has said and cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from rich.cells import set_cell_size
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from debate.events import (
    ConferenceOpened,
    PhaseOpened,
    Price,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnOpened,
)
from debate.money import cost_of
from debate.stats import Figures
from debate.take import Delta, Item, Progress
from tui.themes import mark, seat_colour
from tui.widgets.floor.blocks import plain

Doing = Literal["waiting", "reading", "thinking", "speaking", "done", "failed"]
_SIGNS: dict[Doing, str] = {
    "waiting": "·",
    "reading": "…",
    "thinking": "?",
    "speaking": "»",
    "done": "✓",
    "failed": "✗",
}


@dataclass(slots=True)
class Row:
    """One seat."""

    name: str
    model: str
    figures: Figures
    price: Price | None = None
    doing: Doing = "waiting"
    cost: Decimal | None = field(default_factory=Decimal)


class Table:
    """What is known of every seat, kept up with the stream."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.currency = ""

    def take(self, item: Item) -> bool:
        """Take an item in; returns whether anything to be shown has changed."""
        match item:
            case ConferenceOpened():
                self._open(item)
            case PhaseOpened():
                for row in self.rows.values():
                    row.doing = "waiting"
            case TurnOpened():
                return self._does(item.seat, "reading")
            case Progress():
                return self._does(item.seat, "reading")
            case Delta():
                return self._does(item.seat, "thinking" if item.kind == "reasoning" else "speaking")
            case TurnClosed():
                self._close(item)
            case TurnFailed():
                return self._does(item.seat, "failed")
            case SeatChanged():
                if changed := self.rows.get(item.seat):
                    changed.model, changed.price = (
                        model_label(item.profile.model),
                        item.profile.price,
                    )
            case _:
                return False
        return True

    def take_all(self, events: Iterable[Item]) -> None:
        """Take in what happened before."""
        for event in events:
            self.take(event)

    @property
    def cost(self) -> Decimal | None:
        """What all turns cost; None if that of any is unknown."""
        total = Decimal(0)
        for row in self.rows.values():
            if row.cost is None:
                return None
            total += row.cost
        return total

    def _open(self, opened: ConferenceOpened) -> None:
        self.rows = {}
        for card in opened.seats:
            figures = Figures(plain(card.name), model_label(card.profile.model))
            price = card.profile.price
            self.rows[card.id] = Row(figures.name, figures.model, figures, price)
            if price and (price.input or price.output):
                self.currency = price.currency

    def _close(self, turn: TurnClosed) -> None:
        row = self.rows.get(turn.seat)
        if row is None:
            return
        row.doing = "done"
        row.figures.add(turn)
        cost = cost_of(turn.usage, row.price)
        row.cost = None if cost is None or row.cost is None else row.cost + cost

    def _does(self, seat: str, doing: Doing) -> bool:
        row = self.rows.get(seat)
        if row is None or row.doing == doing:
            return False
        row.doing = doing
        return True


class Roster(VerticalScroll, can_focus=False):
    """Shows the table: one widget, however many seats."""

    DEFAULT_CSS = """
    Roster {
        width: 34; background: $surface; padding: 0 0 0 1;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        & > Static { width: 1fr; height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, table: Table, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._table = table
        self._body = Static(markup=False)
        self._shown = -1  # rows

    def compose(self) -> ComposeResult:
        yield self._body

    def show(self) -> None:
        """Show the table as it stands."""
        width = max(20, self.scrollable_content_region.width)
        muted = Style(dim=True)
        text = Text(no_wrap=True, overflow="ellipsis")
        for n, row in enumerate(self._table.rows.values()):
            colour = seat_colour(self.app, n).rich_color
            doing = f"{_SIGNS[row.doing]} {row.doing}"
            name = set_cell_size(f"{mark(n)} {row.name}", width - len(doing) - 1)
            strong = row.doing in ("reading", "thinking", "speaking")
            text.append(name + " ", Style(color=colour, bold=True))
            text.append(doing + "\n", Style(bold=True) if strong else muted)
            cost = "free" if row.cost == 0 else money(row.cost, self._table.currency)
            text.append(set_cell_size(f"  {row.model}", width - len(cost) - 1) + " ", muted)
            text.append(cost + "\n", muted)
            text.append(f"  {figures_line(row.figures)}\n\n")
        rows = len(self._table.rows)
        self._body.update(text, layout=rows != self._shown)
        self._shown = rows


def figures_line(figures: Figures) -> str:
    """Words, tokens and cached share of a seat, in a line; what is unknown is a dash."""
    known = figures.input is not None and figures.output is not None
    tokens = (figures.input or 0) + (figures.output or 0) if known else None
    share = figures.cached_share
    cached = "-" if share is None else f"{share:.0%}"
    return f"{short(figures.words)} w  {short(tokens)} tok  {cached} cached"


def model_label(model: str) -> str:
    """A model's name without the address of its server."""
    return plain(model.rpartition("#")[2])


def short(number: int | None) -> str:
    """A number in few characters: 980, 12.3k, 1.2M."""
    if number is None:
        return "-"
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return str(number)


def money(cost: Decimal | None, currency: str) -> str:
    """A cost with its currency; a question mark if it is unknown."""
    if cost is None:
        return "cost ?"
    sign = {"USD": "$", "EUR": "€", "CNY": "¥", "": ""}.get(currency, f"{currency} ")
    return f"{sign}{cost:.4f}" if cost < 1 else f"{sign}{cost:.2f}"
