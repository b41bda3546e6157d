"""Who speaks next: one small pure function a rule, seeded, without memory of its own."""

from __future__ import annotations

import random
from collections.abc import Sequence

from debate.scenario import RoundRobin


def order_of_round(
    floor: RoundRobin, seats: Sequence[str], *, seed: int, phase: int, round_: int
) -> tuple[str, ...]:
    """The order in which the seats speak in one round of a phase.

    Args:
        floor: The phase's rule.
        seats: Ids of the seats, in the order of the table.
        seed: The conference's seed.
        phase: Index of the phase, so that phases are shuffled unlike each other.
        round_: Number of the round, from 1.

    Returns:
        Each seat exactly once.
    """
    match floor.order:
        case "fixed":
            return tuple(seats)
        case "rotated":
            first = (round_ - 1) % len(seats)
            return (*seats[first:], *seats[:first])
        case "shuffled":
            shuffled = list(seats)
            # A string seeds the same generator on every platform and Python (unlike hash()).
            random.Random(f"{seed}/{phase}/{round_}").shuffle(shuffled)
            return tuple(shuffled)
