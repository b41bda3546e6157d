"""The figures of many transcripts as tables: what it took, what it cost, how long turns were, and
what was moved and voted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from debate.bill import NOTHING
from debate.cost_wording import amount, told
from debate.grouped import Group, Tallied
from debate.report.section import Grid
from debate.text import one_line


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables; a row for each group, and one for all."""

    spent: Grid
    costs: Grid
    lengths: Grid | None
    """None where nobody spoke."""
    motions: Grid | None
    """None where nothing was moved or voted."""

    @property
    def all(self) -> list[Grid]:
        """Those there are."""
        every = (self.spent, self.costs, self.lengths, self.motions)
        return [grid for grid in every if grid is not None]


def tables(tallied: Tallied) -> Tables:
    """The tables of what was counted."""
    rows = [*tallied.groups, *([tallied.total] if len(tallied.groups) != 1 else [])]
    head = tuple(map(one_line, tallied.by)) or ("",)

    def grid(
        caption: str, columns: Sequence[str], lines: Iterable[tuple[Group, Sequence[str]]]
    ) -> Grid:
        told = tuple((*_named(tallied, group), *line) for group, line in lines)
        return Grid(caption, (*head, *columns), told, names=len(head), figures=True)

    costs = _costs(rows)
    spoken = [group for group in rows if group.turns]
    moved = [group for group in rows if _moved(group)]
    return Tables(
        grid(
            "Conferences, turns, failures, tokens and seconds",
            ["conf.", "turns", "failed", "in", "cached", "out", "reasoning", "s", "s a turn"],
            [(group, _spent(group)) for group in rows],
        ),
        grid(
            "Cost, and what was out of the usual",
            list(costs),
            zip(rows, zip(*costs.values(), strict=True), strict=True),
        ),
        grid(
            "Words a turn, and parts of the turns below, within and above what was asked for",
            [
                *("words", "asked", "min", "quarter", "median", "quarter", "max"),
                *("below", "within", "above"),
            ],
            [(group, _length(group)) for group in spoken],
        )
        if spoken
        else None,
        grid(
            "Motions, ballots on them, and votes on the scenario's own",
            ["tabled", "carried", "for", "against", "abstain", "secret", "house", "carried"],
            [(group, _motions(group)) for group in moved],
        )
        if moved
        else None,
    )


def label(group: Group, between: str = " ") -> str:
    """What a group is called in a plot."""
    return one_line(between.join(group.of)) or "all"


def percent(part: float | None) -> str:
    """A part of a whole; a dash if it is not known."""
    return "-" if part is None else f"{part:.0%}"


def only_currency(groups: Iterable[Group]) -> str | None:
    """The one currency that groups cost in; None where there is none, or more than one: amounts in
    two have no common scale."""
    found = {cost.currency for group in groups for cost in group.bill.costs} - {None}
    return found.pop() if len(found) == 1 else None


def cost_each(group: Group) -> Decimal | None:
    """What a conference of a group cost, in its one currency; None where that of any finished call
    is unknown."""
    if group.bill == NOTHING:
        return Decimal(0)
    known = [cost.cost for cost in group.bill.costs]
    if None in known:
        return None
    return sum((each or Decimal(0) for each in known), Decimal(0)) / max(1, group.conferences)


def cost_each_told(group: Group, currency: str | None) -> str:
    """The same in figures."""
    each = cost_each(group)
    if each is None:
        return "unknown"
    if group.bill == NOTHING:
        return "free"
    return ("at least " if group.bill.broken else "") + amount(each, currency)


def _named(tallied: Tallied, group: Group) -> list[str]:
    """What stands at the head of a group's row: a column for each factor."""
    if group is tallied.total or not tallied.by:
        return ["all", *[""] * (len(tallied.by) - 1)]
    return [one_line(value) for value in group.of]


def _spent(group: Group) -> list[str]:
    tokens, each = group.tokens, group.seconds_a_turn
    known = tokens.calls > tokens.silent
    return [
        *(f"{group.conferences:,}", f"{group.turns:,}", str(group.failed)),
        *(f"{tokens.input:,}" if known else "-", percent(tokens.cached_share)),
        *(f"{tokens.output:,}" if known else "-", percent(tokens.reasoning_share)),
        *(f"{group.seconds:,.1f}", "-" if each is None else f"{each:.2f}"),
    ]


def _costs(rows: Sequence[Group]) -> dict[str, list[str]]:
    """What the calls cost, and what was out of the usual. Columns without anything are left out."""
    columns = {
        "unfinished": [_some(g.conferences - g.ended) for g in rows],
        "changed": [_some(g.changed) for g in rows],
        "withdrawn": [_some(g.withdrawn) for g in rows],
        "tries": [_some(g.tries) for g in rows],
        "broken off": [_some(g.bill.broken) for g in rows],
        "fallback": [_some(g.fallback) for g in rows],
        "warnings": [_some(g.warnings) for g in rows],
        "minutes": [_some(g.minutes) for g in rows],
        "asks": [_some(g.asks) for g in rows],
        "assumed": [_some(g.assumed) for g in rows],
    }
    used = {name: column for name, column in columns.items() if any(column)}
    return {"cost": [told(g.bill) for g in rows], **used}


def _length(group: Group) -> list[str]:
    words = group.words
    marks = ["-"] * 5 if words.marks is None else [f"{mark:.0f}" for mark in words.marks]
    return [f"{words.total:,}", _asked(group), *marks, *map(percent, words.shares or (None,) * 3)]


def _asked(group: Group) -> str:
    asked = group.words.asked
    if not asked:
        return "-"
    return f"{asked[0][0]}-{asked[0][1]}" if len(asked) == 1 else f"{len(asked)} ranges"


def _moved(group: Group) -> bool:
    votes = group.votes
    return bool(
        group.tabled or group.house or votes.yes or votes.no or votes.abstain or votes.secret
    )


def _motions(group: Group) -> list[str]:
    votes = group.votes
    return [
        *(str(group.tabled), str(group.carried), str(votes.yes), str(votes.no)),
        *(str(votes.abstain), str(votes.secret), str(group.house), str(group.house_carried)),
    ]


def _some(n: int) -> str:
    return f"{n:,}" if n else ""
