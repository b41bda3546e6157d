"""What a batch would take: calls, tokens, cost and time, before anything is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import click

from debate.batch.budget import borne
from debate.batch.cells import Cell
from debate.batch.folder import BatchFolder
from debate.cli.batch_check import check_keys, manifest
from debate.cli.forecast import amount_told, layout_told, money_told
from debate.cli.table import table
from debate.cli.wrapping import paragraph
from debate.cost_wording import plain
from debate.errors import UserError
from debate.forecast import Figures, Money, forecast
from debate.speakers.registry import Registry
from debate.text import showable

#: Tokens a second that a conference is reckoned to be written with: what two processor cores give
#: the embedded model, and about what a hosted one gives to one call.
RATE = {"local": 30.0, "else": 50.0}


@dataclass(frozen=True, slots=True)
class _Group:
    """Cells that take the same: they differ by seed and order alone."""

    told: tuple[str, ...]
    cells: tuple[Cell, ...]
    one: Figures
    share: Decimal
    """Part of a conference that is still to be held."""
    local: bool
    layout: str
    """How its prompts are laid out, as it is told."""
    thinking: tuple[str, ...] = ()
    """Models that may reason, which nobody can foresee."""

    @property
    def times(self) -> Decimal:
        """How often one whole conference is held."""
        return self.share * len(self.cells)

    @property
    def cost(self) -> Decimal:
        """Of one conference; what is not known counts as nothing."""
        return sum((self.one.expected or {}).values(), Decimal(0)) * self.share


def show_forecast(folder: BatchFolder) -> None:
    """Print what each group of cells takes, and all of them; see `batch_check.check_held`."""
    names = _names(folder)
    groups = _groups(folder, names)
    rows: list[tuple[Sequence[str], list[_Group]]] = [(group.told, [group]) for group in groups]
    if len(rows) > 1:
        rows.append((["all", *[""] * (len(names) - 1)], groups))
    head = [*names, "conferences", "calls", "tokens in", "new", "out"]
    table(head, [_row(*row) for row in rows], "l" * len(names))
    _show_costs(names, [_costs(*row) for row in rows])
    layouts = dict.fromkeys(group.layout for group in groups)
    click.echo(f"Layout of all prompts: {'; or '.join(layouts)}")
    seconds = _seconds(folder, groups)
    whose = "a past" if folder.plan.from_ else "its beginning"
    paragraph(
        f"Estimates, from {whose}: `new` is what an ideal prefix cache has not read, and"
        " `at worst` every turn at its limit and nothing cached, but none asked for twice. About"
        f" {_clock(seconds)} with {folder.plan.jobs} at one time, at {RATE['local']:.0f} tokens a"
        f" second on the embedded model, one at a time, and {RATE['else']:.0f} elsewhere."
    )
    if thinking := sorted({model for group in groups for model in group.thinking}):
        paragraph(
            "What is thought is in none of it but `at worst`, since nobody can foresee it:"
            f" {showable(', '.join(thinking))}."
        )
    try:
        check_keys(folder, folder.cells)
    except UserError as error:
        paragraph(f"Warning: it cannot be held yet: {error.in_a_line}")
    if folder.plan.budget is not None:
        _show_budget(folder, Decimal(str(folder.plan.budget)), groups)


def foreseen(folder: BatchFolder) -> dict[str, Decimal]:
    """What each cell is foreseen to cost, by its id. It can be held; see `batch_check`."""
    return _by_cell(_groups(folder, _names(folder)))


def _by_cell(groups: list[_Group]) -> dict[str, Decimal]:
    return {cell.id: group.cost for group in groups for cell in group.cells}


def _show_budget(folder: BatchFolder, budget: Decimal, groups: list[_Group]) -> None:
    """What a budget bears, and in which arms conferences would be left open."""
    costs = _by_cell(groups)
    held = Counter(cell.arm for cell in borne(folder.cells, budget, costs))
    planned = Counter(cell.arm for cell in folder.cells)
    paragraph(
        f"Budget {plain(budget)} for all: each conference may take in proportion to what is"
        " foreseen of it, and begins only if there is enough for it in every arm."
    )
    if held != planned:
        told = ", ".join(f"{held[arm]:,} of {count:,} {arm}" for arm, count in planned.items())
        paragraph(
            f"Warning: that does not bear all of it: {amount_told(sum(costs.values(), Decimal(0)))}"
            " is foreseen, and half as much again is wanted before a conference begins. About"
            f" {showable(told)} will be held, and the rest left open."
        )


def _names(folder: BatchFolder) -> list[str]:
    """The factors by which conferences differ in what they take."""
    return [n for n in ("arm", "model", "layout", "cast", "thinking") if _varies(folder, n)]


def _varies(folder: BatchFolder, name: str) -> bool:
    values = {cell.factors.get(name) for cell in folder.cells}
    return len(values) > 1 or name == "arm"


def _groups(folder: BatchFolder, names: list[str]) -> list[_Group]:
    alike: dict[tuple[str, ...], list[Cell]] = {}
    for cell in folder.cells:
        told = tuple(cell.factors.get(name, "") for name in names)
        alike.setdefault(told, []).append(cell)
    registry = Registry()
    found = []
    for told, cells in alike.items():
        opened, share = manifest(folder, cells[0], registry)
        local = any(seat.profile.family == "local" for seat in opened.seats)
        one = forecast(opened)
        thinking = tuple(model for model, figures in one.models.items() if figures.thinks)
        layout = layout_told((opened.layout, opened.cards))
        found.append(_Group(told, tuple(cells), one.total, share, local, layout, thinking))
    return found


def _row(told: Sequence[str], groups: Sequence[_Group]) -> list[str]:
    """Calls and tokens of some groups together."""

    def of(count: Callable[[Figures], int]) -> str:
        return f"{round(sum(count(g.one) * g.times for g in groups)):,}"

    return [
        *map(showable, told),
        f"{sum(len(g.cells) for g in groups):,}",
        *(of(lambda one: one.turns + one.asks), of(lambda one: one.input)),
        *(of(lambda one: one.new), of(lambda one: one.output)),
    ]


def _costs(told: Sequence[str], groups: Sequence[_Group]) -> list[str]:
    """What some groups cost together: cached, not cached and at worst."""

    def of(cost: Callable[[Figures], Money | None]) -> str:
        return money_told(_sum(_times(cost(g.one), g.times) for g in groups))

    return [
        *map(showable, told),
        *(of(lambda one: one.with_cache), of(lambda one: one.without_cache)),
        of(lambda one: one.at_worst),
    ]


def _show_costs(names: list[str], rows: Sequence[list[str]]) -> None:
    told = {cost for row in rows for cost in row[len(names) :]}
    if len(told) == 1:
        click.echo(f"Cost: {told.pop()}")
        return
    click.echo()
    table([*names, "cost, cached", "not cached", "at worst"], rows, "l" * len(names))


def _times(money: Money | None, times: Decimal) -> Money | None:
    return None if money is None else {currency: cost * times for currency, cost in money.items()}


def _sum(costs: Iterable[Money | None]) -> Money | None:
    """What costs come to, by currency; None if any is not known."""
    total: dict[str, Decimal] = {}
    for money in costs:
        if money is None:
            return None
        for currency, cost in money.items():
            total[currency] = total.get(currency, Decimal(0)) + cost
    return total


def _seconds(folder: BatchFolder, groups: list[_Group]) -> float:
    def of(*, local: bool) -> float:
        tokens = sum(float(g.one.output * g.times) for g in groups if g.local == local)
        return tokens / RATE["local" if local else "else"]

    return of(local=True) + of(local=False) / min(folder.plan.jobs, len(folder.cells))


def _clock(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
