"""The figures of a group of conferences, or of parts of them: sums, shares and lengths.

Values only, for whoever shows them; `tally` counts them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from debate.bill import NOTHING, Bill


@dataclass(frozen=True, slots=True)
class Words:
    """How long turns in the record were, beside what their phases asked for."""

    counts: tuple[tuple[int, int], ...] = ()
    """How many turns had so many words: (words, turns), the shortest first."""
    below: int = 0
    """Turns shorter than asked."""
    within: int = 0
    above: int = 0
    asked: tuple[tuple[int, int], ...] = ()
    """Each range that was asked for, from and to."""

    @property
    def turns(self) -> int:
        """All turns."""
        return sum(times for _, times in self.counts)

    @property
    def total(self) -> int:
        """All words."""
        return sum(words * times for words, times in self.counts)

    @property
    def marks(self) -> tuple[float, float, float, float, float] | None:
        """Least, quartiles and most, as `stats.Lengths` has them; None without turns."""
        if not self.counts:
            return None
        last = self.turns - 1
        least, first, median, third, most = (self._at(last * quarter / 4) for quarter in range(5))
        return least, first, median, third, most

    @property
    def shares(self) -> tuple[float, float, float] | None:
        """Parts of the turns that were shorter than asked, as asked, and longer; None without
        turns of which it is known what was asked."""
        placed = self.below + self.within + self.above
        if not placed:
            return None
        return self.below / placed, self.within / placed, self.above / placed

    def _at(self, place: float) -> float:
        """The words of the turn at a place, counted from 0; between two, in proportion."""
        low = math.floor(place)
        one, other = self._nth(low), self._nth(math.ceil(place))
        return one + (other - one) * (place - low)

    def _nth(self, n: int) -> int:
        for words, times in self.counts:
            n -= times
            if n < 0:
                return words
        raise IndexError(n)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens as the servers counted them. What no server told is in no sum, and `silent` says so:
    a share is that of the calls which told both its parts."""

    input: int = 0
    """Prompt tokens, cached ones included."""
    output: int = 0
    """Written tokens, reasoning included."""
    cached: int = 0
    """Prompt tokens that were read from a cache."""
    cached_of: int = 0
    """Prompt tokens of the calls that tell how many were cached."""
    reasoning: int = 0
    """Written tokens that went into reasoning."""
    reasoning_of: int = 0
    """Written tokens of the calls that tell how many were reasoning."""
    calls: int = 0
    """Calls that brought a reply."""
    silent: int = 0
    """Those of them of which input or output is not known."""

    @property
    def cached_share(self) -> float | None:
        """Part of the prompt tokens that came from a cache; None if no server says."""
        return self.cached / self.cached_of if self.cached_of else None

    @property
    def reasoning_share(self) -> float | None:
        """Part of the written tokens that went into reasoning; None if no server says."""
        return self.reasoning / self.reasoning_of if self.reasoning_of else None


@dataclass(frozen=True, slots=True)
class Votes:
    """Ballots that were cast, each as one, whatever its weight."""

    yes: int = 0
    no: int = 0
    abstain: int = 0
    secret: int = 0
    """Ballots of secret votes: who voted how is not told."""
    assumed: int = 0
    """Those of all these that could not be had, and were set down by rule."""


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of all that has the same factors."""

    of: tuple[str, ...]
    """The values of those factors, in the order in which they were asked for."""
    conferences: int = 0
    """Transcripts that have any part in it."""
    ended: int = 0
    """Those of them that were not cut short."""
    changed: int = 0
    """Those of them that were changed after they were written, as their chain shows."""
    turns: int = 0
    """Finished turns that are in the record."""
    withdrawn: int = 0
    """Finished turns that the chair had struck from it; their words are not counted."""
    failed: int = 0
    """Turns and answers that could not be had; those that somebody broke off are none."""
    tries: int = 0
    """Calls that came to nothing, after which the same was asked again."""
    fallback: int = 0
    """Finished turns that a fallback spoke."""
    warnings: int = 0
    """Finished turns about which there is a warning."""
    asks: int = 0
    """Answers in a given form: bids, ballots and the like."""
    assumed: int = 0
    """Those of them that could not be had, and were set down by rule."""
    minutes: int = 0
    """Minutes that the clerk took."""
    words: Words = Words()
    tokens: Tokens = Tokens()
    seconds: float = 0.0
    """From request to end of reply, over all calls that brought one."""
    bill: Bill = NOTHING
    """What all calls came to."""
    tabled: int = 0
    """Motions that were tabled."""
    carried: int = 0
    """Those of them that were carried, whenever that was."""
    votes: Votes = Votes()
    house: int = 0
    """Votes held on the scenario's own motion; they are no seat's."""
    house_carried: int = 0

    @property
    def seconds_a_turn(self) -> float | None:
        """Seconds spent for each finished turn, answers and minutes included."""
        return self.seconds / done if (done := self.turns + self.withdrawn) else None


@dataclass(frozen=True, slots=True)
class Tallied:
    """What was counted."""

    by: tuple[str, ...]
    """The factors."""
    groups: tuple[Group, ...]
    """In order: numbers by size, phases as they are held, all else from A to Z."""
    total: Group
    forks: int
    """Transcripts that begin with the past of another."""
    planned: tuple[str, ...] = ()
    """Those of the factors that the plan of a batch tells, where the transcript would as well."""
    copied: int | None = None
    """Turns of the pasts of forks, which are left out with all that they took; None where such a
    past counts in each that has it."""
