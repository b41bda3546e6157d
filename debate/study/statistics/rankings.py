"""Strengths of three or more systems with their intervals."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csgraph

from debate.study.statistics.clustered import drawn_often, numbered, widened
from debate.study.statistics.intervals import Interval

Array = NDArray[Any]
#: Draws in which a strength has no end are extreme ones; with more of them no interval is told.
_LOST = 0.05


def strength_intervals(
    pairs: Sequence[tuple[int, int, float]],
    clusters: Sequence[Hashable],
    systems: int,
    *,
    seed: int,
    draws: int = 1000,
) -> list[Interval] | None:
    """The 95 % intervals of Bradley-Terry strengths, clusters of pairs being drawn anew.

    Args:
        pairs: Each one's two systems, and what the first got: 1 a win, 0.5 a tie, 0 a loss.
        clusters: The scene or item of each.
        systems: How many there are.
        seed: Of the draws.
        draws: How many.

    Returns:
        One a system, of log strengths that sum to 0; None with fewer than two clusters, or if more
        than a twentieth of the draws have no finite strengths.
    """
    names, places = numbered(clusters)
    if names < 2 or systems < 2:
        return None
    wins = np.zeros((names, systems, systems))
    for place, (one, other, got) in zip(places, pairs, strict=True):
        wins[place, one, other] += got
        wins[place, other, one] += 1 - got
    drawn = np.tensordot(drawn_often(names, seed, draws), wins, axes=1)
    drawn = drawn[[_joined(each) for each in drawn]]
    if len(drawn) < draws * (1 - _LOST):
        return None
    low, high = np.quantile(_strengths(drawn), widened(names), axis=0)
    return [Interval(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def _joined(wins: Array) -> bool:
    """Whether every system has won from some that won from ... every other."""
    parts, _ = csgraph.connected_components(wins > 0, directed=True, connection="strong")
    return bool(parts == 1)


def _strengths(wins: Array, steps: int = 2000) -> Array:
    """As `comparison.bradley_terry`, of many tables at once: (tables, systems)."""
    pairs, won = wins + wins.transpose(0, 2, 1), wins.sum(axis=2)
    strength = np.ones(won.shape)
    for _ in range(steps):
        before = strength
        together = strength[:, :, None] + strength[:, None, :]
        strength = won / (pairs / together).sum(axis=2)
        strength = strength / np.exp(np.log(strength).mean(axis=1, keepdims=True))
        if np.abs(np.log(strength / before)).max() < 1e-6:
            break
    return np.asarray(np.log(strength))
