"""Intervals of means, medians, shares and differences where judgements hang together.

Several judge one item, and several items come from one scene: so clusters are drawn anew, each with
all that was said of it. Percentiles are taken a little wider than the confidence asks for, since
few clusters drawn with replacement vary less than clusters do.

Source of that widening: Hesterberg, What Teachers Should Know About the Bootstrap, 2015, 5.4
(expanded percentile interval).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from debate.study.statistics.intervals import DRAWS, Interval, wilson

Array = NDArray[Any]
#: Fewer clusters are too few to draw from.
FEW = 10
#: Fewer clusters in either of two groups are too few to say anything of their difference. Of three
#: against three there are 20 ways to deal out which are which, so chance alone does as much in one
#: of ten; four against four are the first with which a difference can be told at 5 %. Student's t
#: over so few has an interval that is wider than the scale.
FEWEST = 4
TOO_FEW = "too few clusters"


class Found(NamedTuple):
    """An interval, and how it was found."""

    interval: Interval | None
    by: str

    def within(self, least: float, most: float) -> Found:
        """It, cut to what is possible."""
        if self.interval is None:
            return self
        low, high = self.interval
        return Found(Interval(max(least, low), min(most, high)), self.by)


def mean_interval(
    values: Sequence[float], clusters: Sequence[Hashable], *, seed: int, draws: int = DRAWS
) -> Found:
    """The 95 % interval of a mean over judgements, and by which method.

    With fewer than ten clusters it is Student's t over clusters, since so few cannot be drawn from;
    it may then reach beyond what is possible.

    Returns:
        None with fewer than two clusters, or where every cluster says the same, which leaves
        nothing to go by.
    """
    names, places = numbered(clusters)
    if names < 2:
        return Found(None, "")
    sums = np.bincount(places, weights=np.asarray(values, dtype=float), minlength=names)
    sizes = np.bincount(places, minlength=names)
    mean = float(sums.sum() / sizes.sum())
    if names < FEW:
        return _student(mean, ((sums - mean * sizes) / sizes.sum())[None])
    times = drawn_often(names, seed, draws)
    return Found(_ends((times @ sums) / (times @ sizes), names), "bootstrap")


def median_interval(
    points: Sequence[float], clusters: Sequence[Hashable], *, seed: int, draws: int = DRAWS
) -> Interval | None:
    """As `mean_interval`, of a median; of an even number it lies between the two in the middle.

    Unlike a mean's, it may be a single point: medians of scales of few points often are.

    Returns:
        None with fewer than six clusters, of which no two can bound a median at 95 %.
    """
    names, places = numbered(clusters)
    if names < 6:
        return None
    scale, given = np.unique(np.asarray(points, dtype=float), return_inverse=True)
    table = np.zeros((names, len(scale)))
    np.add.at(table, (places, given), 1)
    upto = np.cumsum(drawn_often(names, seed, draws) @ table, axis=1)
    total = upto[:, -1]
    lower = scale[(upto < (total / 2)[:, None]).sum(axis=1)]
    upper = scale[(upto <= (total / 2)[:, None]).sum(axis=1)]
    return _ends((lower + upper) / 2, names, constant=True)


def difference_interval(
    first: tuple[Sequence[float], Sequence[Hashable]],
    second: tuple[Sequence[float], Sequence[Hashable]],
    *,
    seed: int,
    draws: int = DRAWS,
) -> Found:
    """The 95 % interval of the first's mean less the second's, and by which method.

    Args:
        first: Values, and the cluster of each.
        second: The same; a cluster that is in both is drawn for both.
        seed: Of the draws.
        draws: How many.

    Returns:
        None where either has fewer than `FEWEST` clusters (by `TOO_FEW`), or nothing varies.
    """
    few = min(len(set(first[1])), len(set(second[1])))
    if few < FEWEST:
        return Found(None, TOO_FEW)
    names, places = numbered([*first[1], *second[1]])
    values = np.asarray([*first[0], *second[0]], dtype=float)
    here = np.arange(len(values)) < len(first[0])
    times = drawn_often(names, seed, draws)
    means, apart, drawn = [], [], []
    for rows in (here, ~here):
        sums = np.bincount(places[rows], weights=values[rows], minlength=names)
        sizes = np.bincount(places[rows], minlength=names)
        means.append(float(sums.sum() / sizes.sum()))
        apart.append((sums - means[-1] * sizes) / sizes.sum())
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn.append((times @ sums) / (times @ sizes))
    if few < FEW:
        counts = [len(set(first[1])), len(set(second[1]))]
        return _student(means[0] - means[1], np.stack([apart[0], -apart[1]]), counts)
    return Found(_ends(drawn[0] - drawn[1], few), "bootstrap")


def share_interval(
    hits: Sequence[bool], clusters: Sequence[Hashable], *, seed: int, draws: int = DRAWS
) -> Found:
    """The 95 % interval of a share, and by which method.

    Wilson's where there is one judgement a cluster. Where all judgements are alike the bootstrap
    sees no spread; then Wilson's too, each cluster counting once, which is on the safe side.
    """
    if not hits:
        return Found(None, "")
    names = len(set(clusters))
    if names == len(hits):
        return Found(wilson(sum(hits), len(hits)), "Wilson")
    if len(set(hits)) == 1:
        return Found(wilson(names if hits[0] else 0, names), "Wilson, a cluster counting once")
    found = mean_interval([float(hit) for hit in hits], clusters, seed=seed, draws=draws)
    return found.within(0.0, 1.0)


def share_difference(first: tuple[int, int], second: tuple[int, int]) -> Interval | None:
    """The 95 % interval of the first share less the second, each `(successes, trials)`.

    Returns:
        None where either has no trials.

    Source: Newcombe, Interval estimation for the difference between independent proportions, 1998,
    method 10.
    """
    one, two = wilson(*first), wilson(*second)
    if one is None or two is None:
        return None
    p, q = first[0] / first[1], second[0] / second[1]
    below = math.hypot(p - one.low, two.high - q)
    above = math.hypot(one.high - p, q - two.low)
    return Interval(max(-1.0, p - q - below), min(1.0, p - q + above))


def numbered(clusters: Sequence[Hashable]) -> tuple[int, NDArray[np.intp]]:
    """How many clusters there are, and which each row is of, in order of first sight."""
    known: dict[Hashable, int] = {}
    places = [known.setdefault(each, len(known)) for each in clusters]
    return len(known), np.array(places, dtype=np.intp)


def drawn_often(clusters: int, seed: int, draws: int) -> Array:
    """How often each draw has each cluster: (draws, clusters)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=draws)


def _student(mean: float, apart: Array, counts: Sequence[int] = ()) -> Found:
    """Student's t over clusters.

    Args:
        mean: A mean, or a difference of two.
        apart: What each cluster adds to it beyond its share, (groups, clusters).
        counts: How many clusters each of two groups has.

    Source: Cochran, Sampling Techniques, 3rd ed., 1977, 6.4 (of the ratio), and Welch, The
    generalization of Student's problem, 1947 (of the degrees of freedom of two groups).
    """
    counts = counts or [apart.shape[1]]
    each = [float((of**2).sum()) * n / (n - 1) for of, n in zip(apart, counts, strict=True)]
    names = apart.shape[1]
    spread = float((apart.sum(axis=0) ** 2).sum()) * names / (names - 1)
    if len(counts) > 1 and not (apart[0] * apart[1]).any():  # no cluster is in both
        spread = sum(each)
    if spread < 1e-18:
        return Found(None, "")
    free = sum(each) ** 2 / sum(v**2 / (n - 1) for v, n in zip(each, counts, strict=True))
    half = float(stats.t.ppf(0.975, free)) * math.sqrt(spread)
    return Found(Interval(mean - half, mean + half), "t over clusters")


def widened(clusters: int) -> tuple[float, float]:
    """Between which quantiles of the draws a 95 % interval lies."""
    wide = math.sqrt(clusters / (clusters - 1)) * stats.t.ppf(0.975, clusters - 1)
    tail = float(stats.norm.sf(wide))
    return tail, 1 - tail


def _ends(found: Array, clusters: int, *, constant: bool = False) -> Interval | None:
    defined = found[~np.isnan(found)]
    if len(defined) * 2 < len(found):
        return None
    if not constant and np.ptp(defined) < 1e-12:
        return None
    low, high = np.quantile(defined, widened(clusters))
    return Interval(float(low), float(high))
