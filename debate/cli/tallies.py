"""The figures of many transcripts as `yalta stats` gives them: tables, plots, JSON, CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

import click

from debate.bill import NOTHING
from debate.cli.figures import MONEY, by_currency, costs, exact
from debate.cli.plots import Bar, Spread, Stack, bars, spreads, stacks
from debate.cli.table import table
from debate.columns import cut
from debate.cost_wording import amount, told
from debate.grouped import Group, Tallied
from debate.spreadsheet import Value, cell
from debate.text import one_line, showable_json


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A transcript that could not be counted."""

    transcript: str
    why: str


def show_tables(tallied: Tallied) -> None:
    """Print what it took, what it cost, how long turns were, and what was moved and voted; then
    what is to be known of these figures."""
    rows = _rows(tallied)
    head = [*(cut(one_line(factor), 24) for factor in tallied.by)] or [""]

    def show(columns: Sequence[str], told: Iterable[tuple[Group, Sequence[str]]]) -> None:
        lines = [[*_named(tallied, group), *line] for group, line in told]
        table([*head, *columns], lines, "l" * len(head))

    show(
        ["conf.", "turns", "failed", "in", "cached", "out", "reasoning", "s", "s a turn"],
        [(group, _spent(group)) for group in rows],
    )
    click.echo()
    columns = _costs(rows)
    show(list(columns), zip(rows, zip(*columns.values(), strict=True), strict=True))
    if spoken := [group for group in rows if group.turns]:
        click.echo()
        show(
            [
                *("words", "asked", "min", "quarter", "median", "quarter", "max"),
                *("below", "within", "above"),
            ],
            [(group, _length(group)) for group in spoken],
        )
    if moved := [group for group in rows if _moved(group)]:
        click.echo()
        show(
            ["tabled", "carried", "for", "against", "abstain", "secret", "house", "carried"],
            [(group, _motions(group)) for group in moved],
        )
    notes = list(_notes(tallied))
    if notes:
        click.echo()
    for note in notes:
        click.echo(note)


def show_plots(tallied: Tallied) -> None:
    """Print what of the figures can be drawn."""
    groups = tallied.groups
    plots = filter(
        None,
        [
            *(_plot_words(groups), _plot_asked(groups), _plot_shares(groups, "cached")),
            *(_plot_shares(groups, "reasoning"), _plot_seconds(groups), _plot_costs(groups)),
            *(_plot_failures(groups), _plot_motions(groups)),
        ],
    )
    for n, lines in enumerate(plots):
        click.echo(("\n" if n else "") + "\n".join(lines))
    for note in _notes(tallied):
        click.echo(f"\n{note}")


def as_json(tallied: Tallied, left_out: Sequence[LeftOut]) -> str:
    """All that was counted, as JSON; money as strings, so that it stays exact."""
    everything = {
        "by": tallied.by,
        "groups": [_figures(tallied, group) for group in tallied.groups],
        "total": _figures(tallied, tallied.total),
        "forks": tallied.forks,
        "left_out": [asdict(each) for each in left_out],
    }
    return showable_json(json.dumps(everything, indent=2, ensure_ascii=False, default=exact))


def as_csv(tallied: Tallied) -> str:
    """A line for each group; of one that cost in two currencies a line for each, of which only the
    first has its other numbers. No cell can be taken for a formula by a spreadsheet."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    names = range(len(tallied.by))
    lines.writerow([*map(cell, tallied.by), *_COLUMNS, *MONEY])
    for group in tallied.groups:
        lines.writerows(by_currency([*group.of, *_values(group)], names, group.bill))
    return out.getvalue()


# -- tables


def _rows(tallied: Tallied) -> list[Group]:
    return [*tallied.groups, *([tallied.total] if len(tallied.groups) != 1 else [])]


def _named(tallied: Tallied, group: Group) -> list[str]:
    """What stands at the head of a group's row: a column for each factor."""
    if group is tallied.total or not tallied.by:
        return ["all", *[""] * (len(tallied.by) - 1)]
    return [cut(one_line(value), 28) for value in group.of]


def _spent(group: Group) -> list[str]:
    tokens, each = group.tokens, group.seconds_a_turn
    known = tokens.calls > tokens.silent
    return [
        *(f"{group.conferences:,}", f"{group.turns:,}", str(group.failed)),
        *(f"{tokens.input:,}" if known else "-", _share(tokens.cached_share)),
        *(f"{tokens.output:,}" if known else "-", _share(tokens.reasoning_share)),
        *(f"{group.seconds:,.1f}", "-" if each is None else f"{each:.2f}"),
    ]


def _costs(rows: Sequence[Group]) -> dict[str, list[str]]:
    """What the calls cost, and what was out of the usual. Columns without anything are left out."""
    columns = {
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
    return [f"{words.total:,}", _asked(group), *marks, *map(_share, words.shares or (None,) * 3)]


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


def _notes(tallied: Tallied) -> Iterator[str]:
    """What is to be known of the figures, each in a sentence."""
    total = tallied.total
    if cut_short := total.conferences - total.ended:
        yield f"Cut short, or under way: {cut_short} of {_counted(total.conferences)}."
    if tallied.forks:
        yield (
            f"Forks: {tallied.forks}. The past that a fork has of another transcript counts in "
            "each that is here."
        )
    if silent := total.tokens.silent:
        yield f"Calls whose tokens no server told: {silent:,} of {total.tokens.calls:,}."


def _counted(conferences: int) -> str:
    return f"{conferences:,} conference" + ("" if conferences == 1 else "s")


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _some(n: int) -> str:
    return f"{n:,}" if n else ""


# -- plots


def _label(group: Group) -> str:
    return one_line(" ".join(group.of)) or "all"


def _plot_words(groups: Sequence[Group]) -> list[str]:
    rows = [
        Spread(
            _label(group),
            group.words.marks,
            f"{group.words.marks[2]:.0f} ({group.words.turns:,})",
            group.words.asked[0] if len(group.words.asked) == 1 else None,
        )
        for group in groups
        if group.words.marks is not None
    ]
    title = "Words a turn: least to most |--|, middle half ==, median O; [..] was asked for"
    return spreads(title, rows, band="asked") if rows else []


def _plot_asked(groups: Sequence[Group]) -> list[str]:
    rows = [
        Stack(_label(group), shares, " ".join(f"{share:.0%}".rjust(4) for share in shares))
        for group in groups
        if (shares := group.words.shares) is not None
    ]
    title = "Turns beside what was asked: < shorter, = as asked, > longer"
    return stacks(title, rows, "<=>") if rows else []


def _plot_shares(groups: Sequence[Group], which: str) -> list[str]:
    shares = [getattr(group.tokens, f"{which}_share") for group in groups]
    if all(share is None for share in shares):
        return []
    title = {
        "cached": "Part of the prompt tokens that came from a cache",
        "reasoning": "Part of the written tokens that went into reasoning",
    }[which]
    rows = [
        Bar(_label(g), share, _share(share) if share is not None else "not told")
        for g, share in zip(groups, shares, strict=True)
    ]
    return bars(title, rows, most=1.0)


def _plot_seconds(groups: Sequence[Group]) -> list[str]:
    rows = [
        Bar(_label(group), each, f"{each:.2f} s")
        for group in groups
        if (each := group.seconds_a_turn) is not None
    ]
    return bars("Seconds for each turn", rows) if any(row.value for row in rows) else []


def _plot_costs(groups: Sequence[Group]) -> list[str]:
    """Where there is one currency: amounts in two have no common scale."""
    currencies = {cost.currency for group in groups for cost in group.bill.costs}
    if len(currencies - {None}) != 1:
        return []
    [currency] = currencies - {None}
    rows = []
    for group in groups:
        known = _known(group)
        each = None if known is None else known / max(1, group.conferences)
        figures = "unknown" if each is None else amount(each, currency)
        rows.append(Bar(_label(group), None if each is None else float(each), figures))
    return bars("Cost for each conference, as far as it is told", rows)


def _known(group: Group) -> Decimal | None:
    """What a group cost, in its one currency; None where that of any finished call is unknown."""
    if group.bill == NOTHING:
        return Decimal(0)
    known = [cost.cost for cost in group.bill.costs]
    return sum((each or Decimal(0) for each in known), Decimal(0)) if None not in known else None


def _plot_failures(groups: Sequence[Group]) -> list[str]:
    rows = [Bar(_label(g), g.failed, str(g.failed)) for g in groups]
    title = "Turns and answers that could not be had"
    return bars(title, rows) if any(g.failed for g in groups) else []


def _plot_motions(groups: Sequence[Group]) -> list[str]:
    rows = [
        Bar(_label(g), g.tabled, f"{g.tabled}, {g.carried} carried") for g in groups if g.tabled
    ]
    return bars("Motions tabled", rows) if rows else []


# -- files

_COLUMNS = (
    *("conferences", "ended", "turns", "withdrawn", "failed", "tries", "fallback", "warnings"),
    *("asks", "assumed", "minutes", "words", "asked_from", "asked_to", "below", "within", "above"),
    *("words_min", "words_quartile_1", "words_median", "words_quartile_3", "words_max"),
    *("calls", "calls_silent", "input", "output", "cached", "cached_share", "reasoning"),
    *("reasoning_share", "seconds", "tabled", "carried", "votes_for", "votes_against"),
    *("votes_abstain", "votes_secret", "votes_assumed", "house_votes", "house_carried"),
)


def _values(group: Group) -> list[Value]:
    """What stands in `_COLUMNS`. Where several ranges were asked for, none is told."""
    g, words, tokens, votes = group, group.words, group.tokens, group.votes
    asked = words.asked[0] if len(words.asked) == 1 else (None, None)
    return [
        *(g.conferences, g.ended, g.turns, g.withdrawn, g.failed, g.tries, g.fallback, g.warnings),
        *(g.asks, g.assumed, g.minutes, words.total, *asked),
        *(words.below, words.within, words.above, *(words.marks or (None,) * 5)),
        *(tokens.calls, tokens.silent, tokens.input, tokens.output, tokens.cached),
        *(tokens.cached_share, tokens.reasoning, tokens.reasoning_share, g.seconds),
        *(g.tabled, g.carried, votes.yes, votes.no, votes.abstain, votes.secret, votes.assumed),
        *(g.house, g.house_carried),
    ]


def _figures(tallied: Tallied, group: Group) -> dict[str, object]:
    figures = {name: value for name, value in asdict(group).items() if name not in ("of", "bill")}
    words, tokens = group.words, group.tokens
    least, first, median, third, most = words.marks or (None,) * 5
    below, within, above = words.shares or (None,) * 3
    figures["words"] = asdict(words) | {
        "turns": words.turns,
        "total": words.total,
        "min": least,
        "first_quartile": first,
        "median": median,
        "third_quartile": third,
        "max": most,
        "shares": {"below": below, "within": within, "above": above},
    }
    figures["tokens"] = asdict(tokens) | {
        "cached_share": tokens.cached_share,
        "reasoning_share": tokens.reasoning_share,
    }
    of = {} if group is tallied.total else dict(zip(tallied.by, group.of, strict=True))
    return {"of": of, **figures, "costs": costs(group.bill)}
