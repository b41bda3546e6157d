"""The figures of a transcript as `yalta stats` gives them: tables, JSON, CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Literal

import click

from debate.answer_wording import motion_name, swing_line
from debate.bill import Bill, Cost
from debate.cli.table import table
from debate.columns import cut
from debate.cost_wording import amount, cost_told, told
from debate.motions import MotionFigures
from debate.scenario import HOUSE_MOTION
from debate.spreadsheet import Value, cell
from debate.state import ConferenceState
from debate.stats import Figures, Lengths, Stats, TurnFigures
from debate.swing import Swing
from debate.text import one_line, showable, showable_json
from debate.transcript import Chain

#: What each row of a table, or line of a CSV file, is about.
Rows = Literal["seats", "turns", "motions"]


def cost_line(state: ConferenceState) -> str | None:
    """What a conference has cost, in a line; None where no price is known or all is free."""
    profiles = [*state.profiles.values(), *(card.fallback for card in state.opened.seats)]
    prices = [profile.price for profile in profiles if profile and profile.price]
    currencies = {price.currency for price in prices if price.input or price.output}
    if not currencies:
        return None
    if len(currencies) > 1:  # they cannot be summed
        return "Cost: in several currencies; see `yalta stats`"
    if state.cost is None:
        return "Cost: unknown"
    over = max(Decimal(0), state.at_most - state.cost)
    return f"Cost: {cost_told(Cost(currencies.pop(), state.cost, over=over))}"


def show_tables(counted: Stats) -> None:
    """Print what was said and what it took, what it cost, how long turns were, and what was asked
    for and decided."""
    rows = (*counted.seats, *((counted.clerk,) if counted.clerk else ()), counted.total)
    withdrawn = ["withdrawn"] if counted.total.withdrawn else []
    head = ["seat", "turns", *withdrawn, "failed", "words", "in", "cached", "new", "out"]
    table(
        [*head, "reasoning", "s"],
        [_row(f, withdrawn=bool(withdrawn), clerk=f is counted.clerk) for f in rows],
    )
    click.echo()
    _show_costs(rows)
    if counted.lengths:
        head = ["words by phase", "turns", "asked", "min", "quarter", "median", "quarter", "max"]
        click.echo()
        table([*head, "below", "within", "above"], [_length(each) for each in counted.lengths])
    if counted.total.asks:
        seats = (*counted.seats, counted.total)
        click.echo()
        table(["seat", "asks", "assumed", "tabled", "carried"], [_asked(f) for f in seats])
    if counted.motions:
        click.echo()
        show_motions(counted)


def show_motions(counted: Stats) -> None:
    """Print a row for each motion, and for each vote on the scenario's own."""
    head = ["motion", "by", "title", "sponsors", "amended", "for", "against", "abstain"]
    table([*head, "carried"], [_motion(m, counted) for m in counted.motions], "lll")
    if counted.swing:
        click.echo(f"{motion_name(HOUSE_MOTION)}: {swing_line(counted.swing)}")


def show_turns(counted: Stats) -> None:
    """Print a row for each turn."""
    head = ["turn", "seat", "words", "in", "cached", "new", "out", "first s", "s"]
    table([*head, "max", "tries", "cost"], [_turn(t) for t in counted.turns])


def as_json(counted: Stats, chain: Chain) -> str:
    """All that was counted, as JSON; money as strings, so that it stays exact.

    Args:
        counted: What was counted.
        chain: Of the transcript. Its first line that does not follow the one before it is told.
    """
    everything = {
        "title": counted.title,
        "changed": None if chain.broken is None else {"line": chain.broken},
        "seats": [_figures(f) for f in counted.seats],
        "clerk": _figures(counted.clerk) if counted.clerk else None,
        "total": _figures(counted.total),
        "lengths": [_spread(each) for each in counted.lengths],
        "motions": [asdict(motion) for motion in counted.motions],
        "swing": _swing(counted.swing) if counted.swing else None,
        "turns": [
            _without_bill(asdict(t)) | {"usage": t.usage.model_dump(), "costs": costs(t.bill)}
            for t in counted.turns
        ],
    }
    return showable_json(json.dumps(everything, indent=2, ensure_ascii=False, default=exact))


def as_csv(counted: Stats, rows: Rows = "turns") -> str:
    """A line for each turn, seat or motion. No cell can be taken for a formula by a spreadsheet.

    A turn that cost in two currencies (its model's, and that of its fallback) has a line for each,
    and only the first of them has its other numbers: so every column can be summed. So it is of
    seats.
    """
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    if rows == "motions":
        lines.writerow(_DECIDED)
        lines.writerows([*map(cell, _decided(motion))] for motion in counted.motions)
    elif rows == "seats":
        clerk = (counted.clerk,) if counted.clerk else ()
        lines.writerow([*_SEAT, *MONEY])
        for f in (*counted.seats, *clerk):
            lines.writerows(by_currency([getattr(f, name) for name in _SEAT], {0, 1}, f.bill))
    else:
        lines.writerow([*_SAID, *MONEY])
        for t in counted.turns:
            lines.writerows(by_currency(_said(t), _NAMES, t.bill))
    return out.getvalue()


def by_currency(said: Sequence[Value], names: Collection[int], bill: Bill) -> list[list[str]]:
    """A line of a CSV file for each currency: the first with all that is said, the others with
    its names."""
    cells = [cell(value) for value in said]
    return [
        [
            *(each if n == 0 or at in names else "" for at, each in enumerate(cells)),
            *map(cell, _money(cost)),
        ]
        for n, cost in enumerate(bill.costs or (Cost(None),))
    ]


_DECIDED = (
    *("motion", "title", "sponsors", "amended", "phase"),
    *("yes", "no", "abstain", "carried"),
)


def _decided(m: MotionFigures) -> list[Value]:
    carried = "" if m.carried is None else "yes" if m.carried else "no"
    sponsors = " ".join(m.sponsors)
    return [m.motion, m.title, sponsors, m.amended, m.phase, m.yes, m.no, m.abstain, carried]


_SEAT = (
    *("name", "model", "turns", "withdrawn", "failed", "words", "asks", "assumed", "tabled"),
    *("carried", "minutes", "input", "cached", "cache_written", "output", "reasoning"),
    *("seconds", "tries", "fallback", "warnings"),
)
_SAID = (
    *("turn", "seat", "phase", "withdrawn", "words", "input", "cached", "cache_written"),
    *("output", "reasoning", "first", "total", "max_tokens", "at_most_each", "tries"),
    *("model", "by", "warning"),
)
_NAMES = frozenset(_SAID.index(name) for name in ("turn", "seat", "phase", "withdrawn", "model"))
#: Columns of what something cost.
MONEY = ("currency", "cost", "at_most", "reasoning_cost", "broken_off")


def _said(t: TurnFigures) -> list[Value]:
    u = t.usage
    return [
        *(t.turn, t.seat, t.phase, "yes" if t.withdrawn else "", t.words),
        *(u.input, u.cached, u.cache_written, u.output, u.reasoning, t.first, t.total),
        *(t.max_tokens, t.at_most, t.tries, t.model, t.by, t.warning),
    ]


def _money(cost: Cost) -> list[Value]:
    return [cost.currency, cost.cost, cost.at_most, cost.reasoning, cost.broken]


def exact(value: object) -> str:
    """What JSON has no form for, as a text: money to its last digit."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _figures(f: Figures) -> dict[str, object]:
    return _without_bill(asdict(f)) | {"new": f.new, "costs": costs(f.bill)}


def _swing(moved: Swing) -> dict[str, object]:
    return asdict(moved) | {"winner": moved.winner}


def _without_bill(figures: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in figures.items() if name != "bill"}


def costs(bill: Bill) -> list[dict[str, object]]:
    """What calls came to, as JSON has it."""
    return [
        {
            "currency": cost.currency,
            "cost": cost.cost,
            "at_most": cost.at_most,
            "of_reasoning": cost.reasoning,
            "unknown": cost.unknown,
            "broken_off": cost.broken,
        }
        for cost in bill.costs
    ]


def _spread(each: Lengths) -> dict[str, object]:
    (first, median, third), (below, within, above) = each.quartiles, each.shares
    return {
        "phase": each.title,
        "asked": [each.least, each.most],
        "turns": len(each.words),
        "min": each.words[0],
        "first_quartile": first,
        "median": median,
        "third_quartile": third,
        "max": each.words[-1],
        "below": below,
        "within": within,
        "above": above,
    }


def _show_costs(rows: Sequence[Figures]) -> None:
    """What the calls cost. Columns in which nothing stands are left out."""
    columns = {
        "cost": [told(f.bill) for f in rows],
        "of reasoning": [_reasoning(f.bill) for f in rows],
        "cache written": [
            "" if f.cache_written is None else _number(f.cache_written) for f in rows
        ],
        "tries": [_some(f.tries) for f in rows],
        "broken off": [_some(f.bill.broken) for f in rows],
        "fallback": [_some(f.fallback) for f in rows],
        "warnings": [_some(f.warnings) for f in rows],
    }
    used = {name: cells for name, cells in columns.items() if any(cells)}
    if set(used) == {"cost"} and len(set(used["cost"])) == 1:
        click.echo(f"cost: {used['cost'][0]}")
        return
    names = [showable(f.name) for f in rows]
    table(["seat", *used], list(zip(names, *used.values(), strict=True)))


def _reasoning(bill: Bill) -> str:
    return ", ".join(amount(c.reasoning, c.currency) for c in bill.costs if c.reasoning is not None)


def _row(f: Figures, *, withdrawn: bool, clerk: bool) -> list[str]:
    share = "" if f.cached_share is None else f" ({f.cached_share:.0%})"
    turns = [str(f.turns), *([str(f.withdrawn)] if withdrawn else []), str(f.failed)]
    if clerk:  # has no turns, and no words in the record
        turns = [""] * len(turns)
    return [
        showable(f.name),
        *(*turns, "" if clerk else f"{f.words:,}"),
        *(_number(f.input), _number(f.cached) + share, _number(f.new)),
        *(_number(f.output), _number(f.reasoning), f"{f.seconds:.1f}"),
    ]


def _turn(t: TurnFigures) -> list[str]:
    u = t.usage
    new = None if u.input is None or u.cached is None else u.input - u.cached
    return [
        *(str(t.turn), f"{t.seat} (withdrawn)" if t.withdrawn else t.seat, str(t.words)),
        *(_number(n) for n in (u.input, u.cached, new, u.output)),
        *("-" if t.first is None else f"{t.first:.2f}", f"{t.total:.2f}"),
        *(_number(t.max_tokens), str(t.tries), told(t.bill, brief=True)),
    ]


def _length(each: Lengths) -> list[str]:
    first, median, third = (f"{words:.0f}" for words in each.quartiles)
    return [
        *(showable(each.title), str(len(each.words)), f"{each.least}-{each.most}"),
        *(str(each.words[0]), first, median, third, str(each.words[-1])),
        *(f"{share:.0%}" for share in each.shares),
    ]


def _asked(f: Figures) -> list[str]:
    return [showable(f.name), *map(str, (f.asks, f.assumed, f.tabled, f.carried))]


def _motion(m: MotionFigures, counted: Stats) -> list[str]:
    # The scenario's own is voted on once a phase.
    of_phase = "" if m.phase is None else f"the motion, in phase {m.phase + 1}"
    title = m.title or of_phase or motion_name(m.motion)
    votes = ["-" if n is None else str(n) for n in (m.yes, m.no, m.abstain)]
    carried = "-" if m.carried is None else "yes" if m.carried else "no"
    by = counted.names.get(m.sponsors[0], m.sponsors[0]) if m.sponsors else ""
    return [
        *(m.motion, cut(showable(by), 16), cut(one_line(title), 24)),
        *(str(len(m.sponsors)), str(m.amended), *votes, carried),
    ]


def _number(n: int | None) -> str:
    return "-" if n is None else f"{n:,}"


def _some(n: int) -> str:
    return str(n) if n else ""
