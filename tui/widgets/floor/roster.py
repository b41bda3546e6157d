"""Who sits at the table: what each seat does now, and what it has said and cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rich.cells import set_cell_size
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from debate.bill import NOTHING, Bill, Cost, minutes_bill, turn_bill
from debate.chair import SKIPPED
from debate.events import (
    ConferenceOpened,
    MinutesTaken,
    PhaseOpened,
    Price,
    Profile,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.stats import Figures
from debate.take import Again, Delta, Item, Progress
from debate.text import count_words
from tui.themes import mark, seat_colour
from tui.widgets.floor.blocks import plain

Doing = Literal[
    "waiting", "reading", "thinking", "speaking", "your turn", "done", "failed", "skipped"
]
_SIGNS: dict[Doing, str] = {
    "waiting": "·",
    "reading": "…",
    "thinking": "?",
    "speaking": "»",
    "your turn": "»",
    "done": "✓",
    "failed": "✗",
    "skipped": "–",
}

MOST_MONEY = Decimal(10) ** 9
"""From here on a cost is shown by its magnitude."""


@dataclass(slots=True)
class Row:
    """One seat."""

    name: str
    model: str
    figures: Figures
    price: Price | None = None
    doing: Doing = "waiting"
    human: bool = False
    """Whether a person speaks for it."""

    def seat(self, profile: Profile) -> None:
        """Note who speaks for it from here on."""
        self.model, self.price = model_label(profile.model), profile.price
        self.human = profile.family == "human"


class Table:
    """What is known of every seat, kept up with the stream."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.currency = ""
        self._opened: dict[int, tuple[TurnOpened, Price | None]] = {}
        self._said: dict[int, tuple[Row, int]] = {}  # words of finished turns
        self._clerk = NOTHING

    def take(self, item: Item) -> bool:
        """Take an item in; returns whether anything to be shown has changed."""
        match item:
            case ConferenceOpened():
                self._open(item)
            case PhaseOpened():
                for row in self.rows.values():
                    row.doing = "waiting"
            case TurnOpened():
                if opening := self.rows.get(item.seat):
                    self._opened[item.turn] = item, opening.price
                return self._does(item.seat, "reading")
            case Progress() | Delta() | Again() | TurnSkipped():
                return self._does(item.seat, _doing(item))
            case TurnClosed() | TurnFailed():
                self._end(item)
            case TurnWithdrawn():
                self._withdraw(item.turn)
            case MinutesTaken():
                self._clerk += minutes_bill(item)
            case SeatChanged():
                if changed := self.rows.get(item.seat):
                    changed.seat(item.profile)
            case _:
                return False
        return True

    def take_all(self, events: Iterable[Item]) -> None:
        """Take in what happened before."""
        for event in events:
            self.take(event)

    @property
    def cost(self) -> Decimal | None:
        """What all calls cost; None if that of any finished turn is unknown, or in two currencies,
        which cannot be summed."""
        bill = sum((row.figures.bill for row in self.rows.values()), self._clerk)
        return Decimal(0) if not bill.costs else bill.costs[0].cost if not bill.costs[1:] else None

    def _open(self, opened: ConferenceOpened) -> None:
        self.rows, self._opened, self._said, self._clerk = {}, {}, {}, NOTHING
        for card in opened.seats:
            figures = Figures(plain(card.name), model_label(card.profile.model))
            price = card.profile.price
            row = self.rows[card.id] = Row(figures.name, figures.model, figures)
            row.seat(card.profile)
            if price and (price.input or price.output):
                self.currency = price.currency

    def _end(self, turn: TurnClosed | TurnFailed) -> None:
        row = self.rows.get(turn.seat)
        if row is None:
            return
        opened, price = self._opened.pop(turn.turn, (None, row.price))
        bill = turn_bill(turn, price, opened.at_most if opened else None)
        if isinstance(turn, TurnClosed):
            row.doing = "done"
            row.figures.add(turn, bill)
            self._said[turn.turn] = row, count_words(turn.text)
        else:
            row.doing = _failed(turn)
            row.figures.fail(turn, bill)

    def _withdraw(self, turn: int) -> None:
        if said := self._said.pop(turn, None):
            row, words = said
            row.figures.withdraw(words)
            row.doing = "waiting"

    def _does(self, seat: str, doing: Doing) -> bool:
        row = self.rows.get(seat)
        if row is not None and row.human and doing == "reading":
            doing = "your turn"
        if row is None or row.doing == doing:
            return False
        row.doing = doing
        return True


def _failed(turn: TurnFailed) -> Doing:
    if turn.reason not in ("aborted", "interrupted"):
        return "failed"
    # Nobody's fault. The event of a seat passed over comes once all in the air have ended.
    return "skipped" if turn.message == SKIPPED else "waiting"


def _doing(item: Progress | Delta | Again | TurnSkipped) -> Doing:
    match item:
        case TurnSkipped():
            return "skipped"
        case Progress():
            return "reading"
        case Again():
            return "waiting"
        case Delta():
            return "thinking" if item.kind == "reasoning" else "speaking"


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
            strong = row.doing in ("reading", "thinking", "speaking", "your turn")
            text.append(name + " ", Style(color=colour, bold=True))
            text.append(doing + "\n", Style(bold=True) if strong else muted)
            cost = charged(row.figures.bill)
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


def charged(bill: Bill) -> str:
    """What calls cost, in few characters; at most so much where nobody tells of some."""
    return " + ".join(dict.fromkeys(map(_charged, bill.costs))) or "free"


def _charged(cost: Cost) -> str:
    currency = plain(cost.currency or "")
    if cost.cost is None or (cost.over is None and not cost.cost):
        return money(None, currency)
    if cost.at_most is None:
        return "≥ " + money(cost.cost, currency)
    return ("≤ " if cost.over else "") + money(cost.at_most, currency)


def money(cost: Decimal | None, currency: str) -> str:
    """A cost with its currency; a question mark if it is unknown."""
    if cost is None:
        return "cost ?"
    sign = {"USD": "$", "EUR": "€", "CNY": "¥", "": ""}.get(currency, f"{currency} ")
    if cost >= MOST_MONEY:  # of somebody's scenario: it may have hundreds of digits
        return f"{sign}{cost:.1E}"
    return f"{sign}{cost:.4f}" if cost < 1 else f"{sign}{cost:.2f}"
