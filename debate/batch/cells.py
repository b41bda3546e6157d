"""The cells of a plan: every combination of its arms and factors, each with a name that stays."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

from debate.batch.plan import Plan
from debate.errors import UserError
from debate.events import Layout, Thinking

_LONGEST = 80
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One conference of a batch."""

    id: str
    """Its name, and that of its transcript."""
    arm: str
    seed: int
    """Of the conference: of two repeats another, of two arms the same."""
    model: str | None = None
    layout: Layout | None = None
    thinking: Thinking | None = None
    cast: str | None = None
    order: tuple[str, ...] = ()
    """Seats in their order at the table; as they are given, if empty."""
    repeat: int = 1
    factors: dict[str, str] = field(default_factory=dict)
    """What tells it from the others, by factor, as it is told."""


def cells(plan: Plan, seats: Sequence[str]) -> list[Cell]:
    """The cells of a plan, seed by seed, and of each seed arm by arm.

    Args:
        plan: The plan.
        seats: The members of its scenario, in their order, where no cast is named.

    Raises:
        UserError: if there are too many.
    """
    factors = plan.factors
    casts: list[str | None] = [*factors.cast] or [None]
    orders = {cast: _orders(plan, factors.cast[cast] if cast else seats) for cast in casts}
    found = []
    for seed, repeat, cast in product(factors.seed, range(1, plan.repeats + 1), casts):
        rest = product(
            range(len(orders[cast])),
            factors.model or [None],
            factors.layout or [None],
            factors.thinking or [None],
            plan.arms,
        )
        for nth, model, layout, thinking, arm in rest:
            told = {
                "arm": arm,
                "model": model,
                "layout": layout,
                "thinking": thinking,
                "cast": cast,
                "order": str(nth + 1) if len(orders[cast]) > 1 else None,
                "seed": str(seed),
                "repeat": str(repeat) if plan.repeats > 1 else None,
            }
            known = {name: str(value) for name, value in told.items() if value is not None}
            found.append(
                Cell(
                    id=_id(plan, known),
                    arm=arm,
                    seed=_seed(seed, repeat),
                    model=model,
                    layout=layout,
                    thinking=thinking,
                    cast=cast,
                    order=orders[cast][nth],
                    repeat=repeat,
                    factors=known,
                )
            )
            if len(found) > _MOST:
                raise UserError(f"the plan has more than {_MOST:,} conferences")
    return found


def _orders(plan: Plan, seats: Sequence[str]) -> list[tuple[str, ...]]:
    if plan.factors.order == "given":
        return [()]
    return [tuple(seats[n] for n in row) for row in williams(len(seats))]


def _id(plan: Plan, factors: dict[str, str]) -> str:
    """A name made of what is varied, which a plan that is extended later gives again."""
    varied = {
        "arm": len(plan.arms),
        "model": len(plan.factors.model),
        "layout": len(plan.factors.layout),
        "thinking": len(plan.factors.thinking),
        "cast": len(plan.factors.cast),
        "order": 2,
        "seed": 2,
        "repeat": 2,
    }
    short = {"seed": "s", "repeat": "r", "order": "o"}
    parts = [
        short.get(name, "") + re.sub(r"[^a-z0-9]+", "-", value.casefold()).strip("-")
        for name, value in factors.items()
        if varied[name] > 1 or name == "arm"
    ]
    told = ".".join(part or "x" for part in parts)
    said = "\x1f".join(f"{name}={value}" for name, value in sorted(factors.items()))
    mark = hashlib.sha256(said.encode()).hexdigest()[:6]
    return f"{told[:_LONGEST].rstrip('.-')}.{mark}"


def _seed(seed: int, repeat: int) -> int:
    if repeat == 1:
        return seed
    digest = hashlib.sha256(f"{seed} {repeat}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def williams(n: int) -> list[tuple[int, ...]]:
    """Orders of n things in which each stands at each place equally often, and directly behind each
    other equally often: n orders, or 2n where n is odd.

    Williams, "Experimental designs balanced for the estimation of residual effects of treatments",
    1949.
    """
    first = [0]
    low, high = 1, n - 1
    while len(first) < n:
        first.append(low if len(first) % 2 else high)
        low, high = (low + 1, high) if len(first) % 2 == 0 else (low, high - 1)
    square = [tuple((each + shift) % n for each in first) for shift in range(n)]
    return square if n % 2 == 0 or n == 1 else [*square, *(row[::-1] for row in square)]
