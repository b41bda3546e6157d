"""Where raters differ, so that they can talk it over. Agreement is computed before, and stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from debate.study.bundle import Bundle
from debate.study.ratings import (
    Coded,
    Identified,
    Preferred,
    Rating,
    RatingsFile,
    Scored,
    subject,
)

FAR = 2
"""Points on a scale by which two raters differ."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An item, or a turn of a conference, on which raters differ."""

    item: str
    turn: int
    """Of a conference; else 0."""
    ratings: tuple[Rating, ...]
    """Theirs, in an order that does not tell who is who from item to item."""
    about: str
    """In what they differ, in words."""


def differences(bundle: Bundle, files: Iterable[RatingsFile]) -> list[Difference]:
    """Every item on which raters differ, in the order of the bundle.

    Answers that are none ("can't judge") differ from nothing.
    """
    by_subject: dict[tuple[str, int], list[Rating]] = defaultdict(list)
    for file in files:
        for rating in file.standing:
            by_subject[subject(rating)].append(rating)
    order = {item.id: n for n, item in enumerate(bundle.items)}
    found = []
    for item, turn in sorted(by_subject, key=lambda s: (order.get(s[0], 0), s[1])):
        ratings = by_subject[item, turn]
        if about := _about(ratings):
            ratings = sorted(ratings, key=lambda r: (r.answer.model_dump_json(), r.rater))
            found.append(Difference(item, turn, tuple(ratings), about))
    return found


def _about(ratings: Sequence[Rating]) -> str:
    answers = [rating.answer for rating in ratings]
    cards = {each.card for each in answers if isinstance(each, Identified) and each.card}
    choices = {each.choice for each in answers if isinstance(each, Preferred) and each.choice}
    codes = {
        tuple(sorted((c.code, c.label or "") for c in each.codes))
        for each in answers
        if isinstance(each, Coded)
    }
    if len(cards) > 1:
        return "which card it is"
    if {"a", "b"} <= choices:
        return "which of the two is closer"
    if len(codes) > 1:
        return "what the turn does, or where it comes from"
    scores: dict[str, list[int]] = defaultdict(list)
    for each in answers:
        if isinstance(each, Scored):
            for dimension, point in each.points.items():
                if point is not None:
                    scores[dimension].append(point)
    far = [name for name, points in scores.items() if max(points) - min(points) >= FAR]
    return ", ".join(far)
