"""How precise a study will be, before anybody has rated: simulated.

Each item has its own rate of being recognised, drawn from a beta distribution; its raters hit at
that rate, each on their own. Two raters' hits on one item are then as alike as the `likeness` says
(Griffiths, Maximum likelihood estimation for the beta-binomial distribution, 1973). What is told is
half of the span that holds 95 % of the simulated accuracies.
"""

from __future__ import annotations

import numpy as np

from debate.study.bundle import Foreseen

ACCURACY = 0.6
#: Of hits on one item; chosen so that the half-widths known for four designs come out.
LIKENESS = 0.3
DRAWS = 20_000


def foresee(
    items: int,
    raters: int,
    *,
    accuracy: float = ACCURACY,
    likeness: float = LIKENESS,
    seed: int = 0,
    draws: int = DRAWS,
) -> Foreseen:
    """The half-width of the 95 % interval of identification accuracy that a design will reach.

    Args:
        items: How many are identified, repeats and checks apart.
        raters: How many judge each of them.
        accuracy: The share that will be right, between 0 and 1.
        likeness: The intraclass correlation of hits on one item, 0 to below 1.
        seed: Of the simulation.
        draws: Studies that are simulated.

    Raises:
        ValueError: if there are no items or raters, or a share is not one.
    """
    if items < 1 or raters < 1:
        raise ValueError(f"{items} items and {raters} raters are no study")
    if not 0 < accuracy < 1 or not 0 <= likeness < 1:
        raise ValueError(f"an accuracy of {accuracy} with a likeness of {likeness} is impossible")
    rng = np.random.default_rng(seed)
    shares = np.empty(draws)
    for at in range(0, draws, step := max(1, 2_000_000 // items)):
        shape = (min(step, draws - at), items)
        rates = np.full(shape, accuracy)
        if likeness:
            total = 1 / likeness - 1
            rates = rng.beta(accuracy * total, (1 - accuracy) * total, shape)
        hits = rng.binomial(raters, rates)
        shares[at : at + shape[0]] = hits.mean(axis=1) / raters
    low, high = np.quantile(shares, [0.025, 0.975])
    return Foreseen(
        items=items,
        raters=raters,
        half_width=round(float(high - low) / 2, 4),
        accuracy=accuracy,
        likeness=likeness,
        draws=draws,
    )
