"""How close raters find the texts to their cards, scale by scale, with the foils beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Literal

from debate.study.results.exclusion import TAKEN
from debate.study.results.figure import Figure
from debate.study.results.judgements import Judgements, Score
from debate.study.statistics import (
    TOO_FEW,
    difference_interval,
    difference_p,
    holm,
    mean_interval,
    median_interval,
    share_interval,
)

POINTS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Distribution:
    """The points that texts of one kind and arm got on one scale."""

    dimension: str
    kind: str
    arm: str
    counts: tuple[int, ...]
    """Of 1 to 5."""
    unjudged: int
    mean: Figure
    median: Figure
    taken: Figure
    """Share of 4 and 5; of a foil, of false alarms."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """The mean of genuine texts less that of others."""

    dimension: str
    between: Literal["kinds", "arms"]
    first: str
    """What is compared: `genuine` or, between arms, an arm."""
    second: str
    difference: Figure
    """In points; its p by shuffling which items are of which."""
    adjusted: float | None = None
    """The p adjusted for the number of scales (Holm)."""
    scales: int = 1
    """That number."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """All scales of one analysis."""

    distributions: tuple[Distribution, ...]
    contrasts: tuple[Contrast, ...]

    def of(self, dimension: str) -> tuple[Distribution, ...]:
        """One scale's distributions, genuine ones first."""
        return tuple(each for each in self.distributions if each.dimension == dimension)


def scaled(
    told: Judgements,
    *,
    dimensions: Sequence[str],
    groups: Sequence[tuple[str, str]],
    seed: int,
) -> Scaled:
    """The results of the Likert scales.

    Args:
        told: Judgements of one analysis.
        dimensions: The scales that are asked.
        groups: Kinds and arms of the items, genuine ones first.
        seed: Of every draw.
    """
    once = told.once.scores
    distributions: list[Distribution] = []
    contrasts: list[Contrast] = []
    for dimension in dimensions:
        of = [each for each in once if each.dimension == dimension]
        for kind, arm in groups:
            these = [each for each in of if (each.kind, each.arm) == (kind, arm)]
            distributions.append(_distribution(dimension, kind, arm, these, seed))
        contrasts += _contrasts(dimension, of, groups, seed)
    return Scaled(tuple(distributions), tuple(_adjusted(contrasts)))


def _distribution(
    dimension: str, kind: str, arm: str, of: Sequence[Score], seed: int
) -> Distribution:
    judged = [each for each in of if each.point is not None]
    points = [each.point for each in judged if each.point is not None]
    clusters = [each.cluster for each in judged]
    items = len({each.item for each in judged})
    empty = Figure(n=len(of), items=len({each.item for each in of}))
    mean = middle = taken = empty
    if points:
        n = len(points)
        over = [point >= TAKEN for point in points]
        ends, how = share_interval(over, clusters, seed=seed)
        taken = Figure(fmean(over), ends, n, items, how)
        ends, how = mean_interval(points, clusters, seed=seed).within(POINTS[0], POINTS[-1])
        mean = Figure(fmean(points), ends, n, items, how)
        ends = median_interval(points, clusters, seed=seed)
        middle = Figure(float(median(points)), ends, n, items, "bootstrap")
    counts = tuple(points.count(point) for point in POINTS)
    return Distribution(dimension, kind, arm, counts, len(of) - len(judged), mean, middle, taken)


def _contrasts(
    dimension: str, of: Sequence[Score], groups: Sequence[tuple[str, str]], seed: int
) -> Iterator[Contrast]:
    genuine = [each for each in of if each.kind == "genuine"]
    for kind in dict.fromkeys(kind for kind, _ in groups if kind != "genuine"):
        other = [each for each in of if each.kind == kind]
        yield Contrast(dimension, "kinds", "genuine", kind, _difference(genuine, other, seed))
    arms = [arm for kind, arm in groups if kind == "genuine"]
    for arm in arms[1:]:
        first = [each for each in genuine if each.arm == arms[0]]
        other = [each for each in genuine if each.arm == arm]
        yield Contrast(dimension, "arms", arms[0], arm, _difference(first, other, seed))


def _difference(first: Sequence[Score], second: Sequence[Score], seed: int) -> Figure:
    one = [each for each in first if each.point is not None]
    two = [each for each in second if each.point is not None]
    values = [[float(each.point or 0) for each in of] for of in (one, two)]
    if not one or not two:
        return Figure(n=len(first) if first and second else 0)
    found = difference_interval(
        (values[0], [each.cluster for each in one]),
        (values[1], [each.cluster for each in two]),
        seed=seed,
    )
    # What hangs together is labelled together; the two kinds of one scene are two units.
    units = [(side, each.cluster) for side, of in enumerate((one, two)) for each in of]
    ours = [side == 0 for side, _ in units]
    p = None
    if found.by != TOO_FEW:
        p = difference_p([*values[0], *values[1]], units, ours, seed=seed)
    items = len({each.item for each in (*one, *two)})
    gap = fmean(values[0]) - fmean(values[1])
    most = POINTS[-1] - POINTS[0]
    ends, how = found.within(-most, most)
    return Figure(gap, ends, len(one) + len(two), items, how, p)


def _adjusted(contrasts: Sequence[Contrast]) -> Iterator[Contrast]:
    """With p adjusted over the scales, for each two things that are compared."""
    families: dict[tuple[str, str, str], list[float]] = {}
    for each in contrasts:
        if each.difference.p is not None:
            families.setdefault(_family(each), []).append(each.difference.p)
    adjusted = {name: iter(holm(values)) for name, values in families.items()}
    for each in contrasts:
        if each.difference.p is None:
            yield each
        else:
            of = _family(each)
            yield replace(each, adjusted=next(adjusted[of]), scales=len(families[of]))


def _family(each: Contrast) -> tuple[str, str, str]:
    """What is compared, on whatever scale."""
    return each.between, each.first, each.second
