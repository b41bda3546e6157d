"""A figure of a result: its value, how sure it is, and on what it rests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from debate.study.statistics import TOO_FEW, Interval

State = Literal["told", "undefined", "not rated"]
NOT_RATED: State = "not rated"
UNDEFINED: State = "undefined"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the results, or the want of it."""

    value: float | None = None
    interval: Interval | None = None
    """At 95 %; None where it is undefined."""
    n: int = 0
    """Judgements that it rests on; 0: nothing was rated, and there is no number."""
    items: int = 0
    """Items that they are of."""
    by: str = ""
    """How the interval was found."""
    p: float | None = None
    """Of the null that goes with it."""

    @property
    def few(self) -> bool:
        """Whether it rests on too few clusters to say how sure it is."""
        return self.by == TOO_FEW

    @property
    def state(self) -> State:
        """Whether there is a value, and if not, why."""
        if not self.n:
            return NOT_RATED
        return UNDEFINED if self.value is None else "told"
