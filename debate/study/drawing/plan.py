"""What a study is to be drawn from and how: what its author decides before any item is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from debate.study.bundle import Exclusions
from debate.study.drawing.excerpts import Held
from debate.study.key import RaterKey
from debate.study.rubric import Rubric

#: Arms that are foils: same models and scenes, but no card, or another's. All others are systems.
NO_PERSONA, SHUFFLED = "no-persona", "shuffled-personas"
#: The arm of a transcript of which nothing else is said.
FULL = "full"


@dataclass(frozen=True, slots=True)
class Shares:
    """How many items of each kind are drawn, as parts of a task's items."""

    shuffled: float = 0.2
    """Of the genuine texts that are rated by scales: rated against another's card."""
    repeats: float = 0.1
    """Of all items of a task: shown a second time."""
    checks: float = 1 / 12
    """Of all items of a task, beside them: attention checks."""


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """What a study is drawn from."""

    title: str
    rubric: Rubric
    conferences: Sequence[Held]
    raters: Sequence[RaterKey]
    seed: int
    most: int | None = None
    """Excerpts used in all; None uses as many as there are."""
    each: int | None = None
    """Raters an item has; None is all of them up to five raters, and then three."""
    hold_out: bool = True
    """Whether identification leaves one persona's card out."""
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By persona: excerpts that a person wrote or chose as its voice."""
    terms: Sequence[str] = ()
    """What is masked beside names and what the cards tell."""
    exclusions: Exclusions = field(default_factory=Exclusions)
    shares: Shares = Shares()

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms, in the order in which they were given."""
        return tuple(dict.fromkeys(each.arm for each in self.conferences))

    @property
    def systems(self) -> tuple[str, ...]:
        """The arms that are no foils."""
        return tuple(arm for arm in self.arms if arm not in (NO_PERSONA, SHUFFLED))


def raters_each(raters: int, each: int | None = None) -> int:
    """How many raters an item has: all, up to five raters, and else three, if not said."""
    return min(raters, each) if each else raters if raters <= 5 else 3
