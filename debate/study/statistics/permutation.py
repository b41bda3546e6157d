"""What comes by chance alone: labels dealt out anew."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from debate.study.statistics.intervals import DRAWS, Chance

Array = NDArray[Any]
_SWAPS = 12  # an item; twice as many leave every figure where it is


@dataclass(frozen=True, slots=True)
class Shown:
    """An item, as the shuffle needs to know it."""

    truth: Hashable
    """What is right."""
    among: Collection[Hashable]
    """What may be right: what its raters could choose from."""
    answers: tuple[tuple[Hashable, Hashable], ...]
    """Each rater with the answer."""


def chance_among(items: Sequence[Shown], *, seed: int, draws: int = DRAWS) -> Chance | None:
    """Whether raters were right more often than if the items' true labels were dealt out anew.

    Labels move between items that the same raters rated, so that each rater's own labels are
    shuffled, and to items that offer them only: else a blind guess among the cards shown would
    already beat chance. One shuffle holds for all raters, because what makes two of them answer
    alike need not be the truth. Where few items have the same raters, labels move between any.

    Args:
        items: With one answer or more each.
        seed: Of the shuffles.
        draws: How many.

    Returns:
        None without answers. Where no label can move, chance is what was observed and p is 1.

    Source: Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed., 2005; the
    restricted shuffles are a chain of swaps from the true order (Besag and Clifford, Generalized
    Monte Carlo significance tests, 1989), which counts as one of them (Phipson and Smyth, 2010).
    """
    items = [each for each in items if each.answers]
    if not items:
        return None
    labels = {label: n for n, label in enumerate(dict.fromkeys(each.truth for each in items))}
    truth = np.array([labels[each.truth] for each in items])
    allowed = np.array([[label in each.among or label == each.truth for label in labels]
                        for each in items])  # fmt: skip
    given = np.zeros((len(items), len(labels)))
    for row, each in enumerate(items):
        for _, answer in each.answers:
            if answer in labels:
                given[row, labels[answer]] += 1
    total = sum(len(each.answers) for each in items)
    observed = float(given[np.arange(len(items)), truth].sum()) / total
    dealt = np.tile(truth, (draws, 1))
    rng = np.random.default_rng(seed)
    for group in _groups(items):
        _shuffle(dealt, group, allowed, rng)
    shares = given[np.arange(len(items)), dealt].sum(axis=1) / total
    as_many = int((shares >= observed - 1e-12).sum())
    return Chance(observed, float(shares.mean()), (as_many + 1) / (draws + 1))


def difference_p(
    values: Sequence[float],
    units: Sequence[Hashable],
    first: Sequence[bool],
    *,
    seed: int,
    draws: int = DRAWS,
) -> float | None:
    """How often a difference of means as large or larger comes when units are labelled anew.

    Args:
        values: Judgements.
        units: What each is of: all judgements of a unit move together.
        first: Whether it is of the first group; the same within a unit.
        seed: Of the shuffles.
        draws: How many.

    Returns:
        Two-sided; None where either group has none.

    Source: as of `chance_among`.
    """
    known: dict[Hashable, int] = {}
    places = np.array([known.setdefault(unit, len(known)) for unit in units], dtype=np.intp)
    label = np.zeros(len(known), dtype=bool)
    label[places] = np.asarray(first, dtype=bool)
    if not label.any() or label.all():
        return None
    sums = np.bincount(places, weights=np.asarray(values, dtype=float), minlength=len(known))
    sizes = np.bincount(places, minlength=len(known)).astype(float)
    rng = np.random.default_rng(seed)
    dealt = rng.permuted(np.tile(label, (draws, 1)), axis=1)
    found = np.abs(_gap(dealt, sums, sizes))
    observed = abs(float(_gap(label[None], sums, sizes)[0]))
    return (int((found >= observed - 1e-12).sum()) + 1) / (draws + 1)


def _gap(labels: Array, sums: Array, sizes: Array) -> Array:
    here, there = labels.astype(float), (~labels).astype(float)
    return np.asarray((here @ sums) / (here @ sizes) - (there @ sums) / (there @ sizes))


def _groups(items: Sequence[Shown]) -> list[Array]:
    """Items between which labels move."""
    found: dict[frozenset[Hashable], list[int]] = {}
    for row, each in enumerate(items):
        found.setdefault(frozenset(rater for rater, _ in each.answers), []).append(row)
    alone = sum(len(rows) for rows in found.values() if len(rows) < 4)
    if alone * 5 > len(items):
        return [np.arange(len(items))]
    return [np.array(rows) for rows in found.values()]


def _shuffle(dealt: Array, group: Array, allowed: Array, rng: np.random.Generator) -> None:
    """Deal the labels of a group out anew, in every draw, in place."""
    if len(group) < 2:
        return
    if allowed[np.ix_(group, np.unique(dealt[0, group]))].all():
        dealt[:, group] = rng.permuted(dealt[:, group], axis=1)
        return
    every = np.arange(len(dealt))
    for _ in range(_SWAPS * len(group)):
        one = group[rng.integers(len(group), size=len(dealt))]
        other = group[rng.integers(len(group), size=len(dealt))]
        mine, theirs = dealt[every, one], dealt[every, other]
        may = allowed[one, theirs] & allowed[other, mine]
        dealt[every, one] = np.where(may, theirs, mine)
        dealt[every, other] = np.where(may, mine, theirs)
