"""How sure a figure is, and whether chance would do."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from debate.study.statistics.agreement import (
    Metric,
    Table,
    alpha,
    alphas,
    categories,
    coincidences,
    counts,
)

DRAWS = 2000


class Interval(NamedTuple):
    """From where to where a figure may well lie."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Chance:
    """What came, beside what comes when the truth is dealt out anew."""

    observed: float
    """The share that was right."""
    by_chance: float
    """The mean share when labels are shuffled within each rater."""
    p: float
    """How often as much or more came by chance."""


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Interval | None:
    """The interval of a share, of one judgement an item.

    Args:
        successes: 0 to `trials`.
        trials: How many judgements.
        confidence: Between 0 and 1.

    Returns:
        Within 0 and 1; None without trials.

    Raises:
        ValueError: if successes are negative, or more than trials.

    Source: Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials}")
    if not trials:
        return None
    z = float(stats.norm.ppf((1 + confidence) / 2))
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    half /= 1 + z * z / trials
    return Interval(
        0.0 if not successes else middle - half, 1.0 if successes == trials else middle + half
    )


def item_bootstrap(
    statistic: Callable[[NDArray[np.intp]], float | None],
    clusters: Sequence[Hashable],
    *,
    seed: int,
    draws: int = DRAWS,
    confidence: float = 0.95,
) -> Interval | None:
    """The percentile interval of a figure when items, or scenes, are drawn anew.

    Raters are not drawn: one who is drawn twice agrees with himself, which inflates agreement.

    Args:
        statistic: The figure of these rows, which may repeat; None where it is undefined.
        clusters: Which scene each row belongs to, or which item: rows of one are drawn together.
        seed: Of the draws.
        draws: How many.
        confidence: Between 0 and 1.

    Returns:
        None with fewer than two clusters, or if the figure is undefined in over half of the draws.

    Source: Davison and Hinkley, Bootstrap Methods and their Application, 1997, 3.8 and 5.3.
    """
    rows = _rows(clusters)
    if len(rows) < 2:
        return None
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        drawn = rng.integers(len(rows), size=len(rows))
        value = statistic(np.concatenate([rows[n] for n in drawn]))
        found.append(math.nan if value is None else value)
    return _percentiles(np.array(found), confidence)


def alpha_interval(
    table: Table,
    metric: Metric,
    *,
    seed: int,
    clusters: Sequence[Hashable] | None = None,
    draws: int = DRAWS,
    confidence: float = 0.95,
) -> Interval | None:
    """As `item_bootstrap`, of `alpha`, and all draws at once.

    Args:
        table: Ratings, (items, raters); NaN is missing.
        metric: As of `alpha`.
        seed: Of the draws.
        clusters: Which scene each item belongs to; each its own if None.
        draws: How many.
        confidence: Between 0 and 1.
    """
    rows = _rows(range(len(table)) if clusters is None else clusters)
    if len(rows) < 2 or alpha(table, metric) is None:
        return None
    values = categories(table)
    pairs = coincidences(counts(table, values)).reshape(len(table), -1)
    of_each = np.stack([pairs[each].sum(axis=0) for each in rows])
    rng = np.random.default_rng(seed)
    times = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=draws)
    drawn = (times @ of_each).reshape(draws, len(values), len(values))
    return _percentiles(alphas(drawn, values, metric), confidence)


def leave_one_rater_out(
    statistic: Callable[[Table], float | None], table: Table
) -> Interval | None:
    """The range of a figure as each rater in turn is left out; None if it is never defined."""
    without = (statistic(np.delete(table, rater, axis=1)) for rater in range(table.shape[1]))
    found = [value for value in without if value is not None]
    return Interval(min(found), max(found)) if found else None


def chance(
    truth: Sequence[Any], answers: Sequence[Any], raters: Sequence[Hashable], *, seed: int,
    draws: int = DRAWS,
) -> Chance | None:  # fmt: skip
    """Whether raters were right more often than if each rater's items were labelled anew.

    Args:
        truth: What is right, one of each judgement.
        answers: What was answered.
        raters: Who answered.
        seed: Of the shuffles.
        draws: How many.

    Returns:
        None without judgements.

    Source: Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed., 2005; the
    share of shuffles counts the true order as one of them (Phipson and Smyth, 2010).
    """
    if not len(truth):
        return None
    codes = {label: n for n, label in enumerate(dict.fromkeys([*truth, *answers]))}
    right = np.array([codes[label] for label in truth])
    said = np.array([codes[label] for label in answers])
    observed = float((right == said).mean())
    rng = np.random.default_rng(seed)
    hits = np.zeros(draws)
    for rows in _rows(raters):
        shuffled = rng.permuted(np.tile(right[rows], (draws, 1)), axis=1)
        hits += (shuffled == said[rows]).sum(axis=1)
    shares = hits / len(right)
    as_many = int((shares >= observed - 1e-12).sum())
    return Chance(observed, float(shares.mean()), (as_many + 1) / (draws + 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """P values adjusted for there being several, in the order given.

    Source: Holm, A simple sequentially rejective multiple test procedure, 1979.
    """
    adjusted, most = [0.0] * len(p_values), 0.0
    for rank, n in enumerate(sorted(range(len(p_values)), key=lambda n: p_values[n])):
        most = max(most, min(1.0, p_values[n] * (len(p_values) - rank)))
        adjusted[n] = most
    return adjusted


def _rows(clusters: Sequence[Hashable]) -> list[NDArray[np.intp]]:
    """The rows of each cluster, in order of first sight."""
    found: dict[Hashable, list[int]] = {}
    for row, cluster in enumerate(clusters):
        found.setdefault(cluster, []).append(row)
    return [np.array(rows, dtype=np.intp) for rows in found.values()]


def _percentiles(found: NDArray[np.float64], confidence: float) -> Interval | None:
    defined = found[~np.isnan(found)]
    if len(defined) * 2 < len(found):
        return None
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))
