"""What raters said of what: ratings, key and bundle brought together, one flat record each.

    told = judgements(bundle, key, files)
    told.identifications[0].right

Only here is an opaque id resolved to what it stands for. An answer to an attention check is no
judgement: it is told apart, and counts in no figure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from debate.errors import UserError
from debate.study.bundle import Bundle, CodingItem
from debate.study.key import ItemKey, Key, Kind
from debate.study.ratings import (
    Coded,
    CodedTurn,
    Identified,
    Preferred,
    Rating,
    RatingsFile,
    Scored,
)
from debate.study.rubric import Flag, Task

#: Who settled what raters disagreed on; such ratings are no rater's.
ADJUDICATED = "adjudicated"
NONE = "none"
#: What an arm is called that no conference has: a text that a person wrote.
NO_ARM = "(no conference)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What every judgement has: who, of what, and what that truly was."""

    rater: str
    item: str
    task: Task
    kind: Kind
    arm: str
    persona: str | None
    """From whose card it was written."""
    against: str | None
    """By whose card it is rated."""
    cluster: str
    repeat_of: str | None
    seconds: float
    flags: tuple[Flag, ...] = ()
    comment: str = ""

    @property
    def shown(self) -> str:
        """The item whose text it is: of a repeat, the first of the two."""
        return self.repeat_of or self.item

    @property
    def unjudged(self) -> bool:
        """Whether the rater said that it cannot be judged."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification(Judgement):
    """Which persona a text was taken to be of."""

    truth: str
    """The right persona, or `none`."""
    chosen: str | None
    """A persona, or `none`; None: it cannot be judged."""
    among: tuple[str, ...]
    """The personas whose cards were shown."""
    confidence: int | None

    @property
    def unjudged(self) -> bool:
        return self.chosen is None

    @property
    def right(self) -> bool:
        """Whether it was right."""
        return self.chosen == self.truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Judgement):
    """Which of two arms was closer to the card; `arm` is that of the pair's `a`."""

    other: str
    """The arm of the pair's `b`."""
    winner: str | None
    """An arm; None with a tie or where it cannot be judged."""
    tie: bool
    left: bool | None
    """Whether what was chosen stood on the left."""

    @property
    def unjudged(self) -> bool:
        return self.winner is None and not self.tie


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Judgement):
    """A point on one scale."""

    dimension: str
    point: int | None

    @property
    def unjudged(self) -> bool:
        return self.point is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding(Judgement):
    """The codes of one turn of a conference."""

    turn: int
    turns: int
    """How many the conference has."""
    seat: str | None
    """Who spoke it, if the key says so."""
    codes: tuple[CodedTurn, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The codes by name."""
        return frozenset(each.code for each in self.codes)


@dataclass(frozen=True, slots=True)
class Check:
    """The answer to an attention check."""

    rater: str
    item: str
    heeded: bool
    seconds: float


J = TypeVar("J", bound=Judgement)


@dataclass(frozen=True, slots=True)
class Judgements:
    """All of them, task by task; in the order of the key's items, and within one of the raters."""

    identifications: tuple[Identification, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    scores: tuple[Score, ...] = ()
    codings: tuple[Coding, ...] = ()
    checks: tuple[Check, ...] = ()

    def __iter__(self) -> Iterator[Judgement]:
        yield from self.identifications
        yield from self.comparisons
        yield from self.scores
        yield from self.codings

    def kept(self, keep: Callable[[Judgement], bool]) -> Judgements:
        """Those of which it holds; checks stay."""

        def those(of: Sequence[J]) -> tuple[J, ...]:
            return tuple(each for each in of if keep(each))

        return replace(
            self,
            identifications=those(self.identifications),
            comparisons=those(self.comparisons),
            scores=those(self.scores),
            codings=those(self.codings),
        )

    def without(self, items: Collection[str], raters: Collection[str]) -> Judgements:
        """Without some items, by the item whose text they show, and some raters."""
        return self.kept(lambda each: each.shown not in items and each.rater not in raters)

    @property
    def once(self) -> Judgements:
        """Without what was shown a second time."""
        return self.kept(lambda each: each.repeat_of is None)


def judgements(bundle: Bundle, key: Key, files: Sequence[RatingsFile]) -> Judgements:
    """Everything that raters said.

    Raises:
        UserError: if a file is of another study, or of a rater who has another file, or rates what
            the study has not.
    """
    raters: set[str] = set()
    for file in files:
        if file.head.study != bundle.id or bundle.id != key.id:
            raise UserError(
                f"the ratings of {file.rater} are of study {file.head.study}",
                hint=f"the bundle is of {bundle.id}, the key of {key.id}",
            )
        if file.rater in raters or file.rater == ADJUDICATED:
            raise UserError(f"there are two files of ratings by {file.rater}")
        raters.add(file.rater)
    return resolved(bundle, key, [rating for file in files for rating in file.standing])


def resolved(bundle: Bundle, key: Key, ratings: Iterable[Rating]) -> Judgements:
    """Ratings as judgements.

    Raises:
        UserError: if one is of no item of the study, or answers another task.
    """
    study = _Study(bundle, key)
    found = [each for rating in sorted(ratings, key=study.order) for each in study.told(rating)]
    return Judgements(
        tuple(each for each in found if isinstance(each, Identification)),
        tuple(each for each in found if isinstance(each, Comparison)),
        tuple(each for each in found if isinstance(each, Score)),
        tuple(each for each in found if isinstance(each, Coding)),
        tuple(each for each in found if isinstance(each, Check)),
    )


class _Study:
    """Bundle and key, to look things up in."""

    def __init__(self, bundle: Bundle, key: Key) -> None:
        self.key = key
        self.keys = {each.id: each for each in key.items}
        self.items = {each.id: each for each in bundle.items}
        self.place = {each.id: n for n, each in enumerate(key.items)}
        self.scales = {each.id for each in bundle.rubric.likert}
        self.swapped = {
            (rater, each.item): each.swap for rater, plan in bundle.plans.items() for each in plan
        }

    def order(self, rating: Rating) -> tuple[int, str, int]:
        """By item, rater and turn."""
        turn = rating.answer.turn if isinstance(rating.answer, Coded) else 0
        return self.place.get(rating.item, -1), rating.rater, turn

    def told(self, rating: Rating) -> Iterator[Judgement | Check]:
        """What one rating says."""
        answer = rating.answer
        if rating.item not in self.keys or rating.item not in self.items:
            raise UserError(f"{rating.rater} rated {rating.item}, which is no item of the study")
        of = self.keys[rating.item]
        if answer.task != of.task:
            raise UserError(
                f"{rating.rater} answered {rating.item}, of {of.task}, by {answer.task}"
            )
        if of.checked:
            yield Check(rating.rater, of.id, heeds(of.answer, answer), rating.seconds)
            return
        head = _head(rating, of)
        if isinstance(answer, Identified):
            yield self._identification(head, of, answer)
        elif isinstance(answer, Preferred):
            yield self._comparison(head, of, answer)
        elif isinstance(answer, Scored):
            for dimension, point in answer.points.items():
                if dimension in self.scales:
                    yield Score(**head, dimension=dimension, point=point)
        else:
            yield self._coding(head, of, answer)

    def _identification(
        self, head: dict[str, Any], of: ItemKey, answer: Identified
    ) -> Identification:
        cards = self.key.cards
        truth = of.answer
        if truth is None:
            written = of.origins[0].persona
            truth = next((each for each in of.cards if cards.get(each) == written), NONE)
        return Identification(
            **head,
            truth=cards.get(truth, NONE),
            chosen=None if answer.card is None else cards.get(answer.card, answer.card),
            among=tuple(cards[each] for each in of.cards if each in cards),
            confidence=answer.confidence,
        )

    def _comparison(self, head: dict[str, Any], of: ItemKey, answer: Preferred) -> Comparison:
        arms = {"a": arm_of(of, 0), "b": arm_of(of, 1)}
        decided = answer.choice in arms
        swap = self.swapped.get((head["rater"], of.id), False)
        return Comparison(
            **head,
            other=arms["b"],
            winner=arms.get(answer.choice or ""),
            tie=answer.choice == "tie",
            left=((answer.choice == "a") != swap) if decided else None,
        )

    def _coding(self, head: dict[str, Any], of: ItemKey, answer: Coded) -> Coding:
        item = self.items[of.id]
        turns = len(item.turns) if isinstance(item, CodingItem) else 0
        seat = of.seats[answer.turn - 1] if answer.turn <= len(of.seats) else None
        return Coding(**head, turn=answer.turn, turns=turns, seat=seat, codes=answer.codes)


def _head(rating: Rating, of: ItemKey) -> dict[str, Any]:
    """What every judgement has."""
    return {
        "rater": rating.rater,
        "item": of.id,
        "task": of.task,
        "kind": of.kind,
        "arm": arm_of(of),
        "persona": of.origins[0].persona,
        "against": of.against,
        "cluster": of.cluster,
        "repeat_of": of.repeats,
        "seconds": rating.seconds,
        "flags": rating.flags,
        "comment": rating.comment,
    }


def heeds(told: str | None, answer: Identified | Preferred | Scored | Coded) -> bool:
    """Whether an attention check was answered as it tells to.

    By its task it tells a card's id or `none`; `a`, `b` or `tie`; a point, for every scale that is
    asked; or a code.
    """
    if isinstance(answer, Identified):
        return answer.card == told
    if isinstance(answer, Preferred):
        return answer.choice == told
    if isinstance(answer, Scored):
        return {str(point) for point in answer.points.values()} == {told}
    return {each.code for each in answer.codes} == {told}


def arm_of(key: ItemKey, side: int = 0) -> str:
    """The arm that an item, or a side of a pair, is of."""
    return key.origins[min(side, len(key.origins) - 1)].arm or NO_ARM
