"""How the votes on the motion of a conference moved between the first vote on it and the last.

So a debate in the manner of the Oxford Union is won: not by whoever has more votes in the end, but
by whoever gained more of them. Counted by the program for those who watch; no prompt holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from debate.manifest import ConferenceOpened


class Count(Protocol):
    """The count of one vote on the motion, by weight."""

    @property
    def phase(self) -> int:
        """Index of the phase in which it was voted."""
        ...

    @property
    def yes(self) -> int: ...
    @property
    def no(self) -> int: ...
    @property
    def abstain(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Swing:
    """How many more votes there were in the last vote than in the first; fewer, below 0."""

    yes: int
    no: int
    abstain: int
    since: int
    """The phase of the first vote."""

    @property
    def winner(self) -> Literal["yes", "no"] | None:
        """The side that gained more, or lost fewer; None if neither did."""
        if self.yes == self.no:
            return None
        return "yes" if self.yes > self.no else "no"


def swing(opened: ConferenceOpened, votes: Iterable[Count]) -> Swing | None:
    """How the votes moved; None if the same seats have not voted twice.

    Args:
        opened: The manifest.
        votes: The votes on the scenario's own motion, in order. The last is set beside the first
            in which the same seats had a vote, of the same weight.
    """
    known = [each for each in votes if each.phase < len(opened.scenario.phases)]
    if not known:
        return None
    last = known[-1]
    voters = _weights(opened, last.phase)
    first = next(each for each in known if _weights(opened, each.phase) == voters)
    if first is last:
        return None
    return Swing(
        yes=last.yes - first.yes,
        no=last.no - first.no,
        abstain=last.abstain - first.abstain,
        since=first.phase,
    )


def _weights(opened: ConferenceOpened, phase: int) -> dict[str, int]:
    plan = opened.scenario.phases[phase]
    return {seat: plan.vote.weights.get(seat, 1) for seat in opened.taking_part(plan)}
