"""The figures of many transcripts as `yalta stats` gives them: tables, plots, JSON, CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from debate.cli.figures import MONEY, by_currency, costs, exact
from debate.cli.plots import Bar, Spread, Stack, bars, spreads, stacks
from debate.cli.table import table
from debate.columns import told_apart
from debate.grouped import Group, Tallied
from debate.spreadsheet import Value, cell
from debate.tally_report.counted import Counted
from debate.tally_report.tables import (
    cost_each,
    cost_each_told,
    label,
    only_currency,
    percent,
    tables,
)
from debate.text import showable_json


def show_tables(counted: Counted) -> None:
    """Print what it took, what it cost, how long turns were, and what was moved and voted; then
    what is to be known of these figures."""
    for n, grid in enumerate(tables(counted.tallied).all):
        if n:
            click.echo()
        keys = zip(*(row[: grid.names] for row in grid.rows), strict=True)
        named = zip(*(told_apart(column, 28) for column in keys), strict=True)
        rows = [[*names, *row[grid.names :]] for names, row in zip(named, grid.rows, strict=True)]
        head = [*told_apart(grid.head[: grid.names], 24), *grid.head[grid.names :]]
        table(head, rows, "l" * grid.names)
    for n, note in enumerate(counted.notes()):
        click.echo(("" if n else "\n") + note)


def show_plots(counted: Counted) -> None:
    """Print what of the figures can be drawn."""
    groups = counted.tallied.groups
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
    for note in counted.notes():
        click.echo(f"\n{note}")


def as_json(counted: Counted) -> str:
    """All that was counted, as JSON; money as strings, so that it stays exact."""
    tallied = counted.tallied
    everything = {
        "by": tallied.by,
        "groups": [_figures(tallied, group) for group in tallied.groups],
        "total": _figures(tallied, tallied.total),
        "forks": tallied.forks,
        "copied_turns_left_out": tallied.copied,
        "batches": [
            {
                "id": b.id,
                "title": b.title,
                "planned": b.planned,
                "not_begun": b.waiting,
                "missing": b.missing,
            }
            for b in counted.batches
        ],
        "left_out": [asdict(each) for each in counted.left_out],
        "changed": [{"transcript": c.transcript, "line": c.line} for c in counted.changed],
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


# -- plots


def _plot_words(groups: Sequence[Group]) -> list[str]:
    rows = [
        Spread(
            label(group),
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
        Stack(label(group), shares, " ".join(f"{share:.0%}".rjust(4) for share in shares))
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
        Bar(label(g), share, percent(share) if share is not None else "not told")
        for g, share in zip(groups, shares, strict=True)
    ]
    return bars(title, rows, most=1.0)


def _plot_seconds(groups: Sequence[Group]) -> list[str]:
    rows = [
        Bar(label(group), each, f"{each:.2f} s")
        for group in groups
        if (each := group.seconds_a_turn) is not None
    ]
    return bars("Seconds for each turn", rows) if any(row.value for row in rows) else []


def _plot_costs(groups: Sequence[Group]) -> list[str]:
    """Where there is one currency."""
    currency = only_currency(groups)
    if currency is None:
        return []
    rows = []
    for group in groups:
        each = cost_each(group)
        value = None if each is None else float(each)
        rows.append(Bar(label(group), value, cost_each_told(group, currency)))
    return bars("Cost for each conference, as far as it is told", rows)


def _plot_failures(groups: Sequence[Group]) -> list[str]:
    rows = [Bar(label(g), g.failed, str(g.failed)) for g in groups]
    title = "Turns and answers that could not be had"
    return bars(title, rows) if any(g.failed for g in groups) else []


def _plot_motions(groups: Sequence[Group]) -> list[str]:
    rows = [Bar(label(g), g.tabled, f"{g.tabled}, {g.carried} carried") for g in groups if g.tabled]
    return bars("Motions tabled", rows) if rows else []


# -- files

_COLUMNS = (
    *("conferences", "ended", "changed", "turns", "withdrawn", "failed", "tries", "fallback"),
    *(
        "warnings",
        "asks",
        "assumed",
        "minutes",
        "words",
        "asked_from",
        "asked_to",
        "below",
        "within",
        "above",
    ),
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
        *(g.conferences, g.ended, g.changed, g.turns, g.withdrawn, g.failed, g.tries, g.fallback),
        *(g.warnings, g.asks, g.assumed, g.minutes, words.total, *asked),
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
