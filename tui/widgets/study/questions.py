"""What a rater sees of an item, and what they say of it: places and words, nothing that names it.

The widgets know a `Shown` and give a `Reply`, both by position. Ids are met with here alone, so
none can come to the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from debate.study.bundle import (
    Bundle,
    CodingItem,
    HeardTurn,
    IdentificationItem,
    LikertItem,
    PairsItem,
    PoolPassage,
)
from debate.study.ratings import Coded, CodedTurn, Identified, Preferred, Scored
from debate.study.rubric import Dimension, Gold, Rubric, Task
from debate.study.session import Answered, Asked, Pilot

Side = Literal["left", "right", "tie"]
CANNOT = "I can't judge this"
TASKS: dict[Task, str] = {
    "identification": "Which card?",
    "pairs": "Which is closer?",
    "likert": "How close?",
    "coding": "What does this turn do?",
}
"""What each task is called."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One question as it stands on the screen."""

    task: Task
    scene: str = ""
    texts: tuple[str, ...] = ()
    """The excerpt; of a pair the left one and the right one."""
    cards: tuple[str, ...] = ()
    scales: tuple[Dimension, ...] = ()
    turns: tuple[HeardTurn, ...] = ()
    """Of a conference, all up to the one that is to be coded."""
    pool: tuple[PoolPassage, ...] = ()


@dataclass(frozen=True, slots=True)
class CardPicked:
    """Which card it is: from 1, 0 none of them, None if it cannot be judged; and how sure."""

    card: int | None
    confidence: int | None = None


@dataclass(frozen=True, slots=True)
class SidePicked:
    """Which side is closer; None if it cannot be judged."""

    side: Side | None


@dataclass(frozen=True, slots=True)
class PointsGiven:
    """Points, scale by scale; None where it cannot be judged."""

    points: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class TurnCoded:
    """The codes of a turn."""

    codes: tuple[CodedTurn, ...]


Reply = CardPicked | SidePicked | PointsGiven | TurnCoded


def shown(bundle: Bundle, step: Asked | Pilot) -> Shown:
    """What stands on the screen of a step."""
    if isinstance(step, Pilot):
        return _gold(bundle.rubric, step.gold)
    item = step.item
    match item:
        case IdentificationItem():
            cards = tuple(bundle.card(each).text for each in item.cards)
            return Shown(item.task, item.scene, (item.excerpt.text,), cards)
        case PairsItem():
            left, right = step.sides or (item.a, item.b)
            card = bundle.card(item.card).text
            return Shown(item.task, item.scene, (left.text, right.text), (card,))
        case LikertItem():
            known = {each.id: each for each in bundle.rubric.likert}
            scales = tuple(known[each] for each in item.dimensions)
            card = bundle.card(item.card).text
            return Shown(item.task, item.scene, (item.excerpt.text,), (card,), scales)
        case CodingItem():
            turns = tuple(each for each in item.turns if each.number <= step.turn)
            return Shown(item.task, item.scene, turns=turns, pool=bundle.pools[item.pool])


def _gold(rubric: Rubric, gold: Gold) -> Shown:
    scales = rubric.likert[:1] if gold.task == "likert" else ()
    return Shown(gold.task, "", gold.texts, gold.cards, scales)


def answer(step: Asked, reply: Reply) -> Answered:
    """A reply as it is recorded."""
    item = step.item
    match reply, item:
        case CardPicked(card, confidence), IdentificationItem():
            if card is None:
                return Identified(card=None)
            chosen = item.cards[card - 1] if card else "none"
            return Identified(card=chosen, confidence=confidence)
        case SidePicked(side), PairsItem():
            return step.chosen(side)
        case PointsGiven(points), LikertItem():
            return Scored(points=dict(zip(item.dimensions, points, strict=True)))
        case TurnCoded(codes), CodingItem():
            return Coded(turn=step.turn, codes=codes)
        case _:
            raise ValueError(f"no reply to an item of {item.task}")


def reply(step: Asked, given: Answered) -> Reply:
    """An answer that was recorded, as the reply that it was."""
    item = step.item
    match given, item:
        case Identified(), IdentificationItem():
            if given.card is None:
                return CardPicked(None)
            place = 0 if given.card == "none" else item.cards.index(given.card) + 1
            return CardPicked(place, given.confidence)
        case Preferred(), PairsItem():
            sides: tuple[Side, ...] = ("left", "right", "tie")
            return SidePicked(next((e for e in sides if step.chosen(e) == given), None))
        case Scored(), LikertItem():
            return PointsGiven(tuple(given.points.get(each) for each in item.dimensions))
        case Coded(), CodingItem():
            return TurnCoded(given.codes)
        case _:
            raise ValueError(f"no answer to an item of {item.task}")


def pilot_answer(given: Reply) -> int:
    """A reply by the numbers of `rubric.Gold`; one that no item can have if it was not judged."""
    match given:
        case CardPicked(card) if card is not None:
            return card
        case SidePicked(side) if side is not None:
            return {"left": 1, "right": 2, "tie": 0}[side]
        case PointsGiven((int(point),)):
            return point
        case _:
            return NOT_JUDGED


NOT_JUDGED = -9
