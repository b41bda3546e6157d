"""Which pictures the page of many transcripts has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from debate.grouped import Group, Tokens
from debate.report.charts import Box, Stack, box_plot, measured_bars, stacked_bars
from debate.report.section import Plot
from debate.tally_report.tables import cost_each, cost_each_told, label, only_currency, percent
from debate.text import one_line

# How parts look: the strongest for what matters, the faint one for the rest.
_ONE, _TWO, _OF_ALL = (5,), (5, 3), (1, 3, 5)


def of_words(groups: Sequence[Group]) -> Iterator[Plot]:
    """How long turns were, beside what their phases asked for."""
    boxes = [
        Box(
            _label(group),
            marks,
            f"median {marks[2]:,.0f}, n = {group.words.turns:,}",
            group.words.asked[0] if len(group.words.asked) == 1 else None,
        )
        for group in groups
        if (marks := group.words.marks) is not None
    ]
    if boxes:
        title = "Words a turn"
        told = (
            "from the shortest to the longest turn, a box where the middle half lies, a stroke at "
            "the median. Shaded is what was asked for, where all of a row were asked for the same."
        )
        svg = box_plot("words", title, boxes, band="asked for")
        yield Plot(f"{title}: {told}", svg)
    stacks = [
        Stack(
            _label(group),
            (group.words.below, group.words.within, group.words.above),
            " / ".join(map(percent, shares)),
        )
        for group in groups
        if (shares := group.words.shares) is not None
    ]
    if stacks:
        title = "Turns beside what was asked for"
        points = ("shorter", "as asked", "longer")
        svg = stacked_bars("asked", title, stacks, points, tones=_OF_ALL, marked=False)
        yield Plot(f"{title}: shorter, as asked, longer.", svg)


def of_tokens(groups: Sequence[Group]) -> Iterator[Plot]:
    """What was read and written, as far as servers tell it."""
    yield from _tokens(
        groups, "input", "Prompt tokens", ("from a cache", "read anew", "not told"),
        lambda tokens: (tokens.input, tokens.cached, tokens.cached_of), "cached",
    )  # fmt: skip
    yield from _tokens(
        groups, "output", "Written tokens", ("reasoning", "said", "not told"),
        lambda tokens: (tokens.output, tokens.reasoning, tokens.reasoning_of), "reasoning",
    )  # fmt: skip


def _tokens(
    groups: Sequence[Group], name: str, title: str, points: Sequence[str],
    of: Callable[[Tokens], tuple[int, int, int]], part: str,
) -> Iterator[Plot]:  # fmt: skip
    stacks = []
    for group in groups:
        tokens = group.tokens
        whole, some, known = of(tokens)
        if tokens.calls == tokens.silent:
            if tokens.calls:
                stacks.append(Stack(_label(group), None, "not told"))
            continue
        told = f"{some / known:.0%} {part}" if known else f"{part} not told"
        stacks.append(
            Stack(_label(group), (some, known - some, whole - known), f"{whole:,}, {told}")
        )
    if any(stack.counts for stack in stacks):
        svg = measured_bars(name, title, stacks, points, said=_amount, tones=(5, 4, 3))
        yield Plot(f"{title}, as the servers counted them; shares are of what is told.", svg)


def of_costs(groups: Sequence[Group]) -> Iterator[Plot]:
    """What a conference cost, where that has one currency."""
    currency = only_currency(groups)
    if currency is None:
        return
    stacks = []
    for group in groups:
        each = cost_each(group)
        counts = None if each is None else (float(each),)
        stacks.append(Stack(_label(group), counts, cost_each_told(group, currency)))
    if any(stack.counts for stack in stacks):
        title = "Cost of a conference"
        svg = measured_bars("cost", title, stacks, [title], said=_amount, tones=_ONE)
        yield Plot(f"{title}, in {one_line(currency)}, as far as it is told.", svg)


def of_seconds(groups: Sequence[Group]) -> Iterator[Plot]:
    """How long a turn took."""
    stacks = [
        Stack(_label(group), (each,), f"{each:.2f} s")
        for group in groups
        if (each := group.seconds_a_turn) is not None
    ]
    if any(sum(stack.counts or ()) for stack in stacks):
        title = "Seconds for each turn"
        svg = measured_bars("seconds", title, stacks, [title], said=_amount, tones=_ONE)
        yield Plot(f"{title}, answers and minutes included.", svg)


def of_failures(groups: Sequence[Group]) -> Iterator[Plot]:
    """What could not be had."""
    if any(group.failed or group.tries for group in groups):
        title = "Turns and answers that could not be had, and calls that were made again"
        stacks = [
            Stack(_label(g), (g.failed, g.tries), f"{g.failed:,} not had, {g.tries:,} again")
            for g in groups
        ]
        points = ("could not be had", "made again")
        svg = measured_bars("failed", title, stacks, points, said=_amount, tones=(1, 3))
        yield Plot(f"{title}.", svg)


def of_motions(groups: Sequence[Group]) -> Iterator[Plot]:
    """What was moved, and how the votes on it fell."""
    if any(group.tabled for group in groups):
        title = "Motions tabled"
        stacks = [
            Stack(
                _label(g), (g.carried, g.tabled - g.carried), f"{g.tabled:,}, {g.carried} carried"
            )
            for g in groups
            if g.tabled
        ]
        points = ("carried", "not carried")
        svg = measured_bars("motions", title, stacks, points, said=_amount, tones=_TWO)
        yield Plot(f"{title}, and those of them that were carried.", svg)
    cast = [
        Stack(_label(g), counts, " / ".join(map(str, counts)))
        for g in groups
        if sum(counts := (g.votes.yes, g.votes.abstain, g.votes.no, g.votes.secret))
    ]
    if cast:
        title = "Ballots cast"
        ways = ("for", "abstained", "against", "in secret")
        svg = stacked_bars("ballots", title, cast, ways, tones=(5, 3, 1, 2), marked=False)
        yield Plot(f"{title}: for, abstained, against, and those of secret votes.", svg)


def _label(group: Group) -> str:
    return label(group, " · ")


def _amount(number: float) -> str:
    return f"{number:,.10g}"
