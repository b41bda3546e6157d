"""How far the raters agree, on each thing that they were asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from debate.study.results.figure import Figure
from debate.study.results.judgements import NONE, Judgements
from debate.study.rubric import Rubric, Task
from debate.study.statistics import (
    Interval,
    Metric,
    Table,
    alpha,
    alpha_interval,
    gwet,
    icc,
    leave_one_rater_out,
    percent_agreement,
    specific_agreement,
)

#: Alphas below which a figure is not to be read as one that raters share, or only tentatively.
#: Krippendorff, Content Analysis, 2nd ed., 2004, 11.4.
TENTATIVE, SURE = 0.667, 0.8
POINTS = (1.0, 2.0, 3.0, 4.0, 5.0)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one scale, choice or code."""

    task: Task
    of: str
    among: Literal["all", "genuine"]
    """Whether foils are in it; they spread the ratings, which raises alpha."""
    raters: int
    alpha: Figure
    """Krippendorff's: ordinal of scales, else nominal."""
    without_one: Interval | None
    """Its range as each rater is left out."""
    gwet: Figure
    """AC2 with quadratic weights of scales, else AC1."""
    percent: Figure
    icc_agreement: Figure | None = None
    """Of scales: ICC(A,1)."""
    icc_consistency: Figure | None = None
    """Of scales: ICC(C,1)."""
    positive: Figure | None = None
    """Of codes: positive specific agreement."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One answer, as a table takes it."""

    unit: Hashable
    cluster: str
    rater: str
    value: float | None


def concord(told: Judgements, rubric: Rubric, tasks: Sequence[Task], *, seed: int) -> tuple[
    Agreement, ...
]:  # fmt: skip
    """Agreement on everything that a study asks. Repeats count nowhere.

    Args:
        told: Judgements of one analysis.
        rubric: What is asked.
        tasks: Those that the study has items of.
        seed: Of the draws.
    """
    once = told.once
    found: list[Agreement] = []
    if "identification" in tasks:
        found += _identification(once, seed)
    if "pairs" in tasks:
        found += _pairs(once, seed)
    if "likert" in tasks:
        for scale in rubric.likert:
            found += _scale(once, scale.id, seed)
    if "coding" in tasks:
        for code in rubric.codes:
            found.append(_code(once, code.id, seed))
        found.append(_labels(once, [each.id for each in rubric.labels], seed))
    return tuple(found)


def _identification(once: Judgements, seed: int) -> list[Agreement]:
    names = [*dict.fromkeys(p for e in once.identifications for p in e.among), NONE]
    place = {name: float(n) for n, name in enumerate(names)}
    said = [
        _Said(e.item, e.cluster, e.rater, None if e.chosen is None else place.get(e.chosen))
        for e in once.identifications
    ]
    return [_agreement("identification", "persona", said, "nominal", list(place.values()), seed)]


def _pairs(once: Judgements, seed: int) -> list[Agreement]:
    names = [*dict.fromkeys(arm for e in once.comparisons for arm in (e.arm, e.other)), "tie"]
    place = {name: float(n) for n, name in enumerate(names)}
    said = [
        _Said(e.item, e.cluster, e.rater, place.get("tie" if e.tie else e.winner or ""))
        for e in once.comparisons
    ]
    return [_agreement("pairs", "preference", said, "nominal", list(place.values()), seed)]


def _scale(once: Judgements, dimension: str, seed: int) -> list[Agreement]:
    found = []
    of = [each for each in once.scores if each.dimension == dimension]
    groups: tuple[Literal["all", "genuine"], ...] = ("all", "genuine")
    for among in groups:
        said = [
            _Said(e.item, e.cluster, e.rater, None if e.point is None else float(e.point))
            for e in of
            if among == "all" or e.kind == "genuine"
        ]
        found.append(_agreement("likert", dimension, said, "ordinal", POINTS, seed, among=among))
    return found


def _code(once: Judgements, code: str, seed: int) -> Agreement:
    said = [_Said((e.item, e.turn), e.item, e.rater, float(code in e.ids)) for e in once.codings]
    return _agreement("coding", code, said, "nominal", (0.0, 1.0), seed)


def _labels(once: Judgements, labels: Sequence[str], seed: int) -> Agreement:
    place = {label: float(n) for n, label in enumerate(labels)}
    said = [
        _Said((e.item, e.turn, code.code), e.item, e.rater, place[code.label])
        for e in once.codings
        for code in e.codes
        if code.label in place
    ]
    return _agreement("coding", "label", said, "nominal", list(place.values()), seed)


def _agreement(
    task: Task,
    of: str,
    said: Sequence[_Said],
    metric: Metric,
    scale: Sequence[float],
    seed: int,
    *,
    among: Literal["all", "genuine"] = "all",
) -> Agreement:
    table, clusters = _table(said)
    n, items, judged = len(said), len(table), bool((~np.isnan(table)).any())

    def figure(compute: Callable[[Table], float | None], ends: Interval | None = None) -> Figure:
        return Figure(
            compute(table) if judged else None, ends, n, items, "bootstrap" if ends else ""
        )

    def coefficient(of: Table) -> float | None:
        return alpha(of, metric)

    ordinal = metric == "ordinal"
    binary = task == "coding" and of != "label"
    ends = alpha_interval(table, metric, seed=seed, clusters=clusters) if judged else None
    return Agreement(
        task,
        of,
        among,
        table.shape[1],
        figure(coefficient, ends),
        leave_one_rater_out(coefficient, table) if judged and table.shape[1] > 2 else None,
        figure(lambda t: gwet(t, scale, "quadratic" if ordinal else "nominal")),
        figure(percent_agreement),
        figure(lambda t: icc(t, "agreement")) if ordinal else None,
        figure(lambda t: icc(t, "consistency")) if ordinal else None,
        figure(lambda t: specific_agreement(t, 1.0)) if binary else None,
    )


def _table(said: Sequence[_Said]) -> tuple[Table, list[str]]:
    """Units by raters, and the cluster of each unit."""
    units: dict[Hashable, int] = {}
    clusters: list[str] = []
    raters = {rater: n for n, rater in enumerate(sorted({each.rater for each in said}))}
    for each in said:
        if each.unit not in units:
            units[each.unit] = len(units)
            clusters.append(each.cluster)
    table = np.full((len(units), len(raters)), math.nan)
    for each in said:
        if each.value is not None:
            table[units[each.unit], raters[each.rater]] = each.value
    return table, clusters
