"""Who sits at the table: what each seat does now, and what it has said and cost."""

from __future__ import annotations

from decimal import Decimal

from rich.cells import set_cell_size
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from debate.bill import Bill, Cost
from debate.stats import Figures
from tui.themes import mark, seat_colour
from tui.widgets.floor.blocks import plain
from tui.widgets.floor.table import BUSY, Doing, Table

_SIGNS: dict[Doing, str] = {
    "waiting": "·",
    "reading": "…",
    "thinking": "?",
    "speaking": "»",
    "bidding": "?",
    "voting": "?",
    "asked": "?",
    "your turn": "»",
    "done": "✓",
    "failed": "✗",
    "skipped": "–",
}

MOST_MONEY = Decimal(10) ** 9
"""From here on a cost is shown by its magnitude."""


class Roster(VerticalScroll, can_focus=False):
    """Shows the table: one widget, however many seats."""

    DEFAULT_CSS = """
    Roster {
        background: $surface; padding: 0 0 0 1;
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

    def on_resize(self) -> None:
        """Columns depend on the width, of which there is none while it is hidden."""
        self.show()

    def show(self) -> None:
        """Show the table as it stands."""
        width = max(20, self.scrollable_content_region.width)
        muted = Style(dim=True)
        text = Text(no_wrap=True, overflow="ellipsis")
        for n, row in enumerate(self._table.rows.values()):
            colour = seat_colour(self.app, n).rich_color
            doing = f"{_SIGNS[row.doing]} {row.doing}"
            name = set_cell_size(f"{mark(n)} {row.title}", width - len(doing) - 1)
            strong = row.doing in BUSY
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
