"""Which of several is preferred, and how well they are told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special
from scipy.sparse import csgraph

_BEYOND = 12.0  # of d': nobody could tell more surely


def win_rate(wins: int, losses: int, ties: int = 0) -> float | None:
    """The share of pairs that one of two wins, a tie being half a win; None without pairs."""
    pairs = wins + losses + ties
    return (wins + ties / 2) / pairs if pairs else None


def bradley_terry(wins: NDArray[np.float64], *, steps: int = 10_000) -> NDArray[np.float64] | None:
    """The strengths of three or more, from pairs: i beats j with odds exp(s_i - s_j).

    Args:
        wins: How often the row's beat the column's, (systems, systems); a tie is half to each.
        steps: At most so many.

    Returns:
        Log strengths that sum to 0, (systems,); None where they have no finite values: where some
        never lost to the rest, or were never paired with it.

    Source: Hunter, MM algorithms for generalized Bradley-Terry models, 2004.
    """
    wins = np.where(np.eye(len(wins), dtype=bool), 0.0, wins)
    parts, _ = csgraph.connected_components(wins > 0, directed=True, connection="strong")
    if parts != 1 or len(wins) < 2:
        return None
    pairs, won = wins + wins.T, wins.sum(axis=1)
    strength = np.ones(len(wins))
    for _ in range(steps):
        before = strength
        strength = won / (pairs / (strength[:, None] + strength[None, :])).sum(axis=1)
        strength = strength / np.exp(np.log(strength).mean())
        if np.abs(np.log(strength / before)).max() < 1e-12:
            break
    return np.asarray(np.log(strength))


def share_correct(sensitivity_: float, alternatives: int) -> float:
    """How often one who has a sensitivity d' picks the right one of so many.

    Args:
        sensitivity_: d', in standard deviations.
        alternatives: 2 or more.

    Source: Hacker and Ratcliff, A revised table of d' for M-alternative forced choice, 1979.
    """

    # Of so smooth a curve the trapezoid rule is exact to the last digits.
    x = sensitivity_ + np.linspace(-10, 10, 1001)
    density = np.exp(-((x - sensitivity_) ** 2) / 2) / np.sqrt(2 * np.pi)
    return float((density * special.ndtr(x) ** (alternatives - 1)).sum() * 0.02)


def sensitivity(share: float, alternatives: int | Sequence[int]) -> float | None:
    """The d' of one who is right so often: the inverse of `share_correct`.

    Args:
        share: 0 to 1.
        alternatives: 2 or more; where judgements had different numbers of them, that of each.

    Returns:
        0 at chance, below it where it is worse than chance; None at 0 and 1, where it has no end.
    """
    if not 0 < share < 1:
        return None
    times = Counter([alternatives] if isinstance(alternatives, int) else alternatives)

    def mean(d: float) -> float:
        return sum(n * share_correct(d, many) for many, n in times.items()) / times.total()

    if not mean(-_BEYOND) < share < mean(_BEYOND):
        return None
    return float(optimize.brentq(lambda d: mean(d) - share, -_BEYOND, _BEYOND))
