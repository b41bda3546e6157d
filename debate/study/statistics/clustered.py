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
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from debate.study.statistics.intervals import DRAWS, Interval, wilson

Array = NDArray[Any]


def mean_interval(
    values: Sequence[float], clusters: Sequence[Hashable], *, seed: int, draws: int = DRAWS
) -> Interval | None:
    """The 95 % interval of a mean over judgements.

    Returns:
        None with fewer than two clusters, or where every cluster says the same, which leaves
        nothing to draw by.
    """
    names, places = numbered(clusters)
    if names < 2:
        return None
    sums = np.bincount(places, weights=np.asarray(values, dtype=float), minlength=names)
    times = drawn_often(names, seed, draws)
    return _ends((times @ sums) / (times @ np.bincount(places, minlength=names)), names)


def median_interval(
    points: Sequence[float], clusters: Sequence[Hashable], *, seed: int, draws: int = DRAWS
) -> Interval | None:
    """As `mean_interval`, of a median; of an even number it lies between the two in the middle.

    Unlike a mean's, it may be a single point: medians of scales of few points often are.
    """
    names, places = numbered(clusters)
    if names < 2:
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
) -> Interval | None:
    """The 95 % interval of the first's mean less the second's.

    Args:
        first: Values, and the cluster of each.
        second: The same; a cluster that is in both is drawn for both.
        seed: Of the draws.
        draws: How many.

    Returns:
        None where either has fewer than two clusters, or nothing varies.
    """
    if len(set(first[1])) < 2 or len(set(second[1])) < 2:
        return None
    names, places = numbered([*first[1], *second[1]])
    values = np.asarray([*first[0], *second[0]], dtype=float)
    here = np.arange(len(values)) < len(first[0])
    times = drawn_often(names, seed, draws)
    means = []
    for rows in (here, ~here):
        sums = np.bincount(places[rows], weights=values[rows], minlength=names)
        sizes = times @ np.bincount(places[rows], minlength=names)
        with np.errstate(invalid="ignore", divide="ignore"):
            means.append((times @ sums) / sizes)
    few = min(len(set(first[1])), len(set(second[1])))
    return _ends(means[0] - means[1], few)


def share_interval(
    hits: Sequence[bool], clusters: Sequence[Hashable], *, seed: int, draws: int = DRAWS
) -> tuple[Interval | None, str]:
    """The 95 % interval of a share, and by which method.

    Wilson's where there is one judgement a cluster. Where all judgements are alike the bootstrap
    sees no spread; then Wilson's too, each cluster counting once, which is on the safe side.
    """
    if not hits:
        return None, ""
    names = len(set(clusters))
    if names == len(hits):
        return wilson(sum(hits), len(hits)), "Wilson"
    if len(set(hits)) == 1:
        return wilson(names if hits[0] else 0, names), "Wilson, a cluster counting once"
    return mean_interval(
        [float(hit) for hit in hits], clusters, seed=seed, draws=draws
    ), "bootstrap"


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
