"""Which of two systems raters find closer to the card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from debate.study.results.figure import Figure
from debate.study.results.judgements import Comparison, Judgements
from debate.study.statistics import (
    bradley_terry,
    mean_interval,
    share_interval,
    strength_intervals,
    win_rate,
)


@dataclass(frozen=True, slots=True)
class Match:
    """Two systems in pairs."""

    one: str
    other: str
    wins: int
    losses: int
    ties: int
    unjudged: int
    rate: Figure
    """Share of pairs that `one` won, a tie being half a win."""


@dataclass(frozen=True, slots=True)
class Strength:
    """A system's Bradley-Terry strength: one beats another with odds exp(difference)."""

    system: str
    strength: Figure


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was preferred, in one analysis."""

    matches: tuple[Match, ...]
    strengths: tuple[Strength, ...]
    """With three systems or more; they sum to 0."""
    left: Figure
    """Share of choices for what stood on the left: a half if sides did not matter."""


def preferences(told: Judgements, *, systems: Sequence[str], seed: int) -> Preferences:
    """The results of the pairs.

    Args:
        told: Judgements of one analysis.
        systems: The arms that are paired, in order; `one` of a match comes before `other`.
        seed: Of every draw.
    """
    pairs = [each for each in told.once.comparisons if each.arm != each.other]
    sides = [each for each in pairs if each.left is not None]
    interval, how = share_interval(
        [bool(each.left) for each in sides], [each.cluster for each in sides], seed=seed
    )
    left = sum(bool(each.left) for each in sides) / len(sides) if sides else None
    return Preferences(
        tuple(_match(pairs, one, other, seed) for one, other in combinations(systems, 2)),
        _strengths(pairs, systems, seed) if len(systems) > 2 else (),
        Figure(left, interval, len(sides), len({each.item for each in sides}), how),
    )


def _match(pairs: Sequence[Comparison], one: str, other: str, seed: int) -> Match:
    of = [each for each in pairs if {each.arm, each.other} == {one, other}]
    judged = [each for each in of if not each.unjudged]
    won = sum(each.winner == one for each in judged)
    lost = sum(each.winner == other for each in judged)
    ties = len(judged) - won - lost
    clusters = [each.cluster for each in judged]
    if ties:
        found = mean_interval([_got(each, one) for each in judged], clusters, seed=seed)
        interval, how = found.within(0.0, 1.0)
    else:
        interval, how = share_interval([e.winner == one for e in judged], clusters, seed=seed)
    items = len({each.item for each in of})
    rate = Figure(win_rate(won, lost, ties), interval, len(of), items, how)
    return Match(one, other, won, lost, ties, len(of) - len(judged), rate)


def _got(pair: Comparison, system: str) -> float:
    return 0.5 if pair.tie else float(pair.winner == system)


def _strengths(
    pairs: Sequence[Comparison], systems: Sequence[str], seed: int
) -> tuple[Strength, ...]:
    place = {system: n for n, system in enumerate(systems)}
    judged = [each for each in pairs if not each.unjudged]
    wins = np.zeros((len(systems), len(systems)))
    played = []
    for each in judged:
        one, other, got = place[each.arm], place[each.other], _got(each, each.arm)
        wins[one, other] += got
        wins[other, one] += 1 - got
        played.append((one, other, got))
    found = bradley_terry(wins)
    clusters = [each.cluster for each in judged]
    ends = None
    if found is not None:
        ends = strength_intervals(played, clusters, len(systems), seed=seed)
    items = len({each.item for each in judged})
    return tuple(
        Strength(
            system,
            Figure(
                None if found is None else float(found[n]),
                ends[n] if ends else None,
                len(judged),
                items,
                "bootstrap",
            ),
        )
        for system, n in place.items()
    )
