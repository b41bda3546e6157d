"""Whom and what the second analyses leave out, by rules fixed before rating; and how steady each
rater is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import TypeVar

from debate.study.bundle import Bundle, Exclusions
from debate.study.key import Key
from debate.study.results.judgements import (
    NONE,
    Coding,
    Judgement,
    Judgements,
)

#: A point from which a foil counts as taken for the voice of the card.
TAKEN = 4
J = TypeVar("J", bound=Judgement)


@dataclass(frozen=True, slots=True)
class Stability:
    """How one rater answered what was shown twice."""

    of: str
    """A task, or a scale."""
    pairs: int
    same: float
    """Share of pairs answered the same."""
    difference: float | None = None
    """Of a scale: the mean of second less first, in points."""


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """How often one rater took a foil for the voice of a card."""

    kind: str
    of: str
    """`identification`: a card was named where none is right; `likert`: 4 or 5 points."""
    judged: int
    taken: int


@dataclass(frozen=True, slots=True)
class RaterReport:
    """One rater, as far as the rules look at them."""

    rater: str
    planned: int
    """Items, and of conferences turns, that they were to rate; checks apart."""
    rated: int
    checks: int
    missed: int
    seconds: float | None
    """Median time an item (or turn) was on screen; None where nothing was rated."""
    unjudged: float | None
    """Share of answers that were "can't judge"."""
    reasons: tuple[str, ...]
    """Why the rules leave them out; none if they do not."""
    stability: tuple[Stability, ...]
    false_alarms: tuple[FalseAlarm, ...]
    closing: str | None = None
    """Their answer to the last question."""

    @property
    def finished(self) -> bool:
        """Whether they rated all that they were to rate."""
        return self.rated >= self.planned


@dataclass(frozen=True, slots=True)
class FlaggedItem:
    """An item that someone flagged as telling who speaks."""

    item: str
    by: tuple[str, ...]
    raters: int
    """How many rated it."""
    excluded: bool
    """Whether the rule leaves it out."""

    @property
    def reason(self) -> str:
        """In words."""
        return f"flagged as a leak by {len(self.by)} of {self.raters}"


def rater_report(
    bundle: Bundle, key: Key, told: Judgements, rater: str, closing: str | None = None
) -> RaterReport:
    """What the rules and the repeats say of one rater."""
    own = told.kept(lambda each: each.rater == rater)
    checks = [each for each in told.checks if each.rater == rater]
    spent = {_subject(each): each.seconds for each in own}
    answers = [each.unjudged for each in own]
    report = RaterReport(
        rater=rater,
        planned=_planned(bundle, rater, {each.id for each in key.items if each.checked}),
        rated=len(spent),
        checks=len(checks),
        missed=sum(not each.heeded for each in checks),
        seconds=median(spent.values()) if spent else None,
        unjudged=fmean(answers) if answers else None,
        reasons=(),
        stability=tuple(_stability(own)),
        false_alarms=tuple(_false_alarms(own)),
        closing=closing,
    )
    return _with_reasons(report, bundle.exclusions)


def _with_reasons(report: RaterReport, rules: Exclusions) -> RaterReport:
    """The report with why the rules leave its rater out."""
    reasons = []
    if report.checks and report.missed / report.checks > rules.checks:
        reasons.append(
            f"missed {report.missed} of {report.checks} attention checks,"
            f" where {rules.checks * 100:.0f} % is allowed"
        )
    if report.seconds is not None and report.seconds < rules.seconds:
        reasons.append(
            f"took {report.seconds:.1f} s an item (median), less than {rules.seconds:g} s"
        )
    if report.unjudged is not None and report.unjudged > rules.unjudged:
        reasons.append(
            f"could not judge {report.unjudged * 100:.0f} %,"
            f" where {rules.unjudged * 100:.0f} % is allowed"
        )
    return replace(report, reasons=tuple(reasons))


def flagged_items(told: Judgements, rules: Exclusions) -> tuple[FlaggedItem, ...]:
    """Items with a leak flag, in the order of the key; a flag on a repeat is one on its first."""
    raters: dict[str, dict[str, bool]] = {}
    for each in told:
        of = raters.setdefault(each.shown, {})
        of[each.rater] = of.get(each.rater, False) or "leak" in each.flags
    found = []
    for item, of in raters.items():
        by = tuple(sorted(rater for rater, leak in of.items() if leak))
        if by:
            out = rules.flagged == "any" or len(by) * 2 > len(of)
            found.append(FlaggedItem(item, by, len(of), out))
    return tuple(found)


def _planned(bundle: Bundle, rater: str, checks: set[str]) -> int:
    turns = {each.id: len(getattr(each, "turns", ())) or 1 for each in bundle.items}
    return sum(turns[p.item] for p in bundle.plans.get(rater, ()) if p.item not in checks)


def _subject(each: Judgement) -> tuple[str, int]:
    return each.item, each.turn if isinstance(each, Coding) else 0


def _twice(of: Sequence[J], turn: Callable[[J], object] = lambda _: 0) -> list[tuple[J, J]]:
    """What was answered first, and what when it was shown again."""
    first = {(each.item, turn(each)): each for each in of if each.repeat_of is None}
    return [
        (first[each.repeat_of, turn(each)], each)
        for each in of
        if each.repeat_of is not None and (each.repeat_of, turn(each)) in first
    ]


def _stability(own: Judgements) -> Iterable[Stability]:
    named = _twice(own.identifications)
    if named:
        yield Stability("identification", len(named), fmean(a.chosen == b.chosen for a, b in named))
    pairs = _twice(own.comparisons)
    if pairs:
        same = fmean((a.winner, a.tie) == (b.winner, b.tie) for a, b in pairs)
        yield Stability("pairs", len(pairs), same)
    for dimension in dict.fromkeys(each.dimension for each in own.scores):
        of = _twice([each for each in own.scores if each.dimension == dimension])
        points = [(a.point, b.point) for a, b in of]
        both = [(a, b) for a, b in points if a is not None and b is not None]
        if points:
            gap = fmean(b - a for a, b in both) if both else None
            yield Stability(dimension, len(points), fmean(a == b for a, b in points), gap)
    coded = _twice(own.codings, lambda each: each.turn)
    if coded:
        yield Stability("coding", len(coded), fmean(a.ids == b.ids for a, b in coded))


def _false_alarms(own: Judgements) -> Iterable[FalseAlarm]:
    foils = ("no-persona", "shuffled", "catchphrases", "held-out")
    for kind in foils:
        named = [e for e in own.once.identifications if e.kind == kind and e.truth == NONE]
        given = [each for each in named if each.chosen is not None]
        if given:
            taken = sum(each.chosen != NONE for each in given)
            yield FalseAlarm(kind, "identification", len(given), taken)
        points = [e.point for e in own.once.scores if e.kind == kind and e.point is not None]
        if points:
            yield FalseAlarm(kind, "likert", len(points), sum(p >= TAKEN for p in points))
