"""Every figure of the results, one a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from debate.study.results.analyses import Analysis, Results
from debate.study.results.concord import Agreement
from debate.study.results.exclusion import RaterReport
from debate.study.results.figure import Figure


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure, and of what it is."""

    analysis: str
    part: str
    measure: str
    figure: Figure
    arm: str = ""
    other: str = ""
    """What it is compared with."""
    kind: str = ""
    of: str = ""
    """A scale, code, label, persona, or point of confidence."""
    adjusted: float | None = None
    rater: str = ""
    """Whose figure it is, if it is one rater's."""


def figure_rows(results: Results) -> Iterator[FigureRow]:
    """The figures of the raters, and of all four analyses."""
    for rater in results.raters:
        yield from _rater(rater)
    for analysis in results.analyses:
        for each in analysis.agreement:
            yield from _agreement(analysis.name, each)
        yield from _identified(analysis)
        yield from _preferences(analysis)
        yield from _scaled(analysis)
        yield from _bargaining(analysis)


def _rater(each: RaterReport) -> Iterator[FigureRow]:
    def row(measure: str, number: float | None, n: int, of: str = "", kind: str = "") -> FigureRow:
        figure = Figure(number, None, n)
        return FigureRow("all", "raters", measure, figure, kind=kind, of=of, rater=each.rater)

    yield row("median seconds", each.seconds, each.rated)
    yield row("share that could not be judged", each.unjudged, each.rated)
    if each.checks:
        yield row("share of checks missed", each.missed / each.checks, each.checks)
    for steady in each.stability:
        yield row("answered the same twice", steady.same, steady.pairs, steady.of)
        if steady.difference is not None:
            yield row("second less first", steady.difference, steady.pairs, steady.of)
    for alarm in each.false_alarms:
        share = alarm.taken / alarm.judged
        yield row("false alarms", share, alarm.judged, alarm.of, alarm.kind)


def _agreement(name: str, each: Agreement) -> Iterator[FigureRow]:
    ordinal = each.task == "likert"
    figures = {
        "alpha (ordinal)" if ordinal else "alpha (nominal)": each.alpha,
        "AC2 (quadratic)" if ordinal else "AC1": each.gwet,
        "percent agreement": each.percent,
        "ICC(A,1)": each.icc_agreement,
        "ICC(C,1)": each.icc_consistency,
        "positive agreement": each.positive,
    }
    for measure, figure in figures.items():
        if figure is not None:
            yield FigureRow(name, f"agreement on {each.task}", measure, figure, kind=each.among,
                            of=each.of)  # fmt: skip
    if each.without_one is not None:
        for measure, end in zip(("lowest", "highest"), each.without_one, strict=True):
            figure = Figure(end, None, each.alpha.n, each.alpha.items)
            yield FigureRow(name, f"agreement on {each.task}", f"alpha, {measure} without a rater",
                            figure, kind=each.among, of=each.of)  # fmt: skip


def _identified(analysis: Analysis) -> Iterator[FigureRow]:
    name, part = analysis.name, "identification"
    for each in analysis.identified.accuracies if analysis.identified else ():
        kind = each.name if each.by == "kind" else "genuine"
        arm = each.name if each.by == "arm" else ""
        of = f"{each.by}: {each.name}" if each.by not in ("all", "kind", "arm") else ""
        chance = each.chance
        share = each.share
        if chance is not None:
            share = Figure(share.value, share.interval, share.n, share.items, share.by, chance.p)
        yield FigureRow(name, part, "accuracy", share, arm, "", kind, of)
        yield FigureRow(name, part, "d'", each.sensitivity, arm, "", kind, of)
        if chance is not None:
            by_chance = Figure(chance.by_chance, None, share.n, share.items)
            yield FigureRow(name, part, "accuracy by chance", by_chance, arm, "", kind, of)


def _preferences(analysis: Analysis) -> Iterator[FigureRow]:
    name, found = analysis.name, analysis.preferences
    if found is None:
        return
    for match in found.matches:
        yield FigureRow(name, "pairs", "win rate", match.rate, match.one, match.other)
    for each in found.strengths:
        yield FigureRow(name, "pairs", "Bradley-Terry strength", each.strength, each.system)
    yield FigureRow(name, "pairs", "share of choices on the left", found.left)


def _scaled(analysis: Analysis) -> Iterator[FigureRow]:
    name, found = analysis.name, analysis.scaled
    if found is None:
        return
    for each in found.distributions:
        figures = {"mean": each.mean, "median": each.median, "share of 4 and 5": each.taken}
        for measure, figure in figures.items():
            yield FigureRow(name, "scales", measure, figure, each.arm, "", each.kind,
                            each.dimension)  # fmt: skip
        for point, count in enumerate(each.counts, 1):
            times = Figure(float(count) if sum(each.counts) else None, None, each.mean.n)
            yield FigureRow(name, "scales", f"times {point}", times, each.arm, "", each.kind,
                            each.dimension)  # fmt: skip
    for gap in found.contrasts:
        yield FigureRow(name, "scales", f"mean difference: {gap.first} less", gap.difference, "",
                        gap.second, "", gap.dimension, gap.adjusted)  # fmt: skip


def _bargaining(analysis: Analysis) -> Iterator[FigureRow]:
    name, found = analysis.name, analysis.bargaining
    if found is None:
        return
    for each in found.rates:
        yield FigureRow(name, "codes", "share of conferences", each.share, each.arm, of=each.code)
        yield FigureRow(name, "codes", "rate per turn", each.per_turn, each.arm, of=each.code)
        gaps = {
            "difference of shares": each.share_gap,
            "difference of rates per turn": each.per_turn_gap,
        }
        for measure, gap in gaps.items():
            if gap is not None:
                yield FigureRow(name, "codes", measure, gap, each.arm, found.base, of=each.code)
    for label in found.labels:
        share = Figure(label.count / label.of if label.of else None, None, label.of)
        yield FigureRow(name, "labels", "share of thoughts", share, label.arm, of=label.label)
    for ground in found.grounds:
        part = ground.given / ground.passages if ground.passages else None
        figure = Figure(part, None, ground.passages)
        yield FigureRow(name, "labels", "passages given to the speaker", figure, ground.arm,
                        of=ground.label)  # fmt: skip
