"""One rater at work: what comes next, what was answered, and how far they are.

    session = Session.open(bundle, "kai", path)
    while (step := session.now) is not None:
        ...                      # show it, ask, then:
        session.rate(answer, seconds=4.2)

The rating room and a script stand on the same session. It keeps nothing but the ratings file: a
session opened again goes on where it was left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from debate.study.bundle import Bundle, CodingItem, Excerpt, Item, PairsItem, Place
from debate.study.ratings import (
    Coded,
    Head,
    Identified,
    Piloted,
    Preferred,
    Rating,
    RatingsLog,
    Scored,
    standing,
    subject,
)
from debate.study.rubric import Flag, Gold

Answered = Identified | Preferred | Scored | Coded


@dataclass(frozen=True, slots=True)
class Pilot:
    """An item of the pilot round."""

    number: int
    gold: Gold


@dataclass(frozen=True, slots=True)
class Asked:
    """An item to be rated, as it is to be shown."""

    number: int
    """In the rater's order, from 0."""
    item: Item
    place: Place
    turn: int = 0
    """Of a conference, the turn to be coded; else 0."""

    @property
    def sides(self) -> tuple[Excerpt, Excerpt] | None:
        """Of a pair, what stands left and right."""
        if not isinstance(self.item, PairsItem):
            return None
        pair = (self.item.a, self.item.b)
        return (pair[1], pair[0]) if self.place.swap else pair

    def chosen(self, side: Literal["left", "right", "tie"] | None) -> Preferred:
        """A choice between the sides, as it is recorded."""
        if side in ("left", "right"):
            return Preferred(choice="a" if (side == "left") != self.place.swap else "b")
        return Preferred(choice="tie" if side == "tie" else None)


@dataclass(frozen=True, slots=True)
class LastQuestion:
    """All is rated; the last question remains."""

    question: str


Now = Pilot | Asked | LastQuestion


class Session:
    """One rater's work on one bundle.

    Args:
        bundle: The study.
        rater: Who rates.
        log: Where it is written.
    """

    def __init__(self, bundle: Bundle, rater: str, log: RatingsLog) -> None:
        self.bundle, self.rater, self.log = bundle, rater, log
        self._items = {each.id: each for each in bundle.items}
        self.asked: tuple[Asked, ...] = tuple(self._all(bundle.plan(rater)))
        self._back: int | None = None
        """An item that the rater has gone back to."""

    @classmethod
    def open(cls, bundle: Bundle, rater: str, path: Path) -> Session:
        """Begin, or go on with, the ratings at a path.

        Raises:
            UserError: if nobody of that name rates, or the file is another's.
        """
        bundle.plan(rater)
        head = Head(study=bundle.id, key_sha256=bundle.key_sha256, rater=rater)
        return cls(bundle, rater, RatingsLog(path, head))

    def _all(self, plan: Iterable[Place]) -> Iterable[Asked]:
        number = 0
        for place in plan:
            item = self._items[place.item]
            turns = [t.number for t in item.turns] if isinstance(item, CodingItem) else [0]
            for turn in turns:
                yield Asked(number, item, place, turn)
                number += 1

    @property
    def ratings(self) -> dict[tuple[str, int], Rating]:
        """The ratings that stand, by what they are of."""
        return {subject(each): each for each in standing(self.log.lines)}

    @property
    def done(self) -> int:
        """How many are rated."""
        given = self.ratings
        return sum((each.item.id, each.turn) in given for each in self.asked)

    @property
    def now(self) -> Now | None:
        """What is to be done; None where nothing is left."""
        piloted = {each.gold for each in self.log.lines if isinstance(each, Piloted)}
        for number, gold in enumerate(self.bundle.rubric.gold):
            if number not in piloted:
                return Pilot(number, gold)
        if self._back is not None:
            return self.asked[self._back]
        given = self.ratings
        for each in self.asked:
            if (each.item.id, each.turn) not in given:
                return each
        if not any(line.type == "closing" for line in self.log.lines):
            return LastQuestion(self.bundle.rubric.closing)
        return None

    def answer_of(self, asked: Asked) -> Rating | None:
        """The rating of it that stands."""
        return self.ratings.get((asked.item.id, asked.turn))

    def rate(
        self, answer: Answered, *, seconds: float, flags: Iterable[Flag] = (), comment: str = ""
    ) -> None:
        """Record the answer to what is asked now.

        Raises:
            ValueError: if it answers another task, or nothing is asked.
        """
        now = self.now
        if not isinstance(now, Asked) or answer.task != now.item.task:
            raise ValueError(f"no answer of {answer.task} is asked for")
        if isinstance(answer, Coded) and answer.turn != now.turn:
            raise ValueError(f"turn {now.turn} is to be coded")
        self.log.rate(now.item.id, answer, seconds=seconds, flags=flags, comment=comment)
        self._back = None

    def undo(self) -> bool:
        """Take the last rating back, so that its item is asked again; False if there is none."""
        last = self.last
        if last is None:
            return False
        self.log.withdraw(last.n)
        self._back = None
        return True

    def go_back_to(self, number: int) -> None:
        """Ask an item again that was rated; its answer stands until another is given."""
        self._back = number if self.answer_of(self.asked[number]) else None

    def step(self, by: int) -> bool:
        """Go to the item before what is asked now (-1), or to the one behind it (1).

        Returns:
            Whether there is one: back to the first, and no further on than what is to be done.
        """
        if not self.can_step(by):
            return False
        wanted = self._here + by
        self._back = None
        if wanted < len(self.asked):
            self.go_back_to(wanted)
        return True

    def can_step(self, by: int) -> bool:
        """Whether there is an item before (-1), or one behind an item that was gone back to."""
        if isinstance(self.now, Pilot) or (by > 0 and self._back is None):
            return False
        return 0 <= self._here + by <= len(self.asked)

    @property
    def _here(self) -> int:
        now = self.now
        return now.number if isinstance(now, Asked) else len(self.asked)

    @property
    def last(self) -> Rating | None:
        """The rating that `undo` would take back."""
        return next(reversed(standing(self.log.lines)), None)

    def pilot(self, answer: int, *, seconds: float) -> bool:
        """Record an answer of the pilot round, by the numbers of `rubric.Gold`; whether right."""
        now = self.now
        if not isinstance(now, Pilot):
            raise ValueError("the pilot round is over")
        right = abs(answer - now.gold.answer) <= now.gold.within
        self.log.pilot(now.number, right=right, seconds=seconds)
        return right

    def close_with(self, text: str) -> None:
        """Answer the last question."""
        self.log.close_with(text)
