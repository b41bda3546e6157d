"""Which pictures a report has."""

from __future__ import annotations

from collections.abc import Sequence

from debate.report.charts import Stack, stacked_bars
from debate.report.section import Plot
from debate.study.report.kinds import SHORT, accuracy_of, begun, groups_said
from debate.study.report.plots import Bar, confusion_plot, interval_plot
from debate.study.results.bargaining import Bargaining
from debate.study.results.concord import TENTATIVE, Agreement
from debate.study.results.figure import Figure
from debate.study.results.identification import Recognition
from debate.study.results.preference import Preferences
from debate.study.results.scales import Contrast, Scaled
from debate.study.rubric import Rubric


def of_identification(found: Recognition, mark: str) -> tuple[Plot, ...]:
    """Accuracy, and the confusion matrix."""
    bars = []
    for each in found.accuracies:
        by_chance = None if each.chance is None else each.chance.by_chance
        bars += _bar(begun(accuracy_of(each)), each.share, by_chance)
    plots = []
    if bars:
        title = "How often the right card, or rightly none, was named"
        svg = interval_plot(
            f"{mark}accuracy", title, bars, unit="share", reach=(0, 1), marked="by chance",
        )  # fmt: skip
        plots.append(Plot(f"{title}, with intervals at 95 %.", svg))
    columns = found.confusion.columns
    rows = []
    for row in found.confusion.rows:
        if sum(row.chosen):
            right = row.truth if row.kind == "genuine" else "none"
            label = row.truth if row.kind == "genuine" else f"{SHORT[row.kind]}: {row.truth}"
            at = columns.index(right) if right in columns and row.kind != "shuffled" else None
            rows.append((label, row.chosen, at))
    if rows:
        title = "What each text was taken for"
        svg = confusion_plot(f"{mark}confusion", title, columns, rows)
        plots.append(Plot(f"{title}: true voice by row, thick edge where that is right.", svg))
    return tuple(plots)


def of_preferences(found: Preferences, mark: str) -> tuple[Plot, ...]:
    """Win rates and strengths."""
    bars = [b for m in found.matches for b in _bar(f"{m.one} against {m.other}", m.rate, 0.5)]
    plots = []
    if bars:
        title = "Share of pairs that the first won"
        svg = interval_plot(f"{mark}wins", title, bars, unit="share", reach=(0, 1),
                            marked="no preference")  # fmt: skip
        plots.append(Plot(f"{title}, ties as half, with intervals at 95 %.", svg))
    bars = [bar for each in found.strengths for bar in _bar(each.system, each.strength, 0.0)]
    if bars:
        title = "Bradley-Terry strengths"
        svg = interval_plot(f"{mark}strengths", title, bars, unit="gap", reach=(-1, 1),
                            marked="the mean of all")  # fmt: skip
        plots.append(Plot(f"{title}, in log odds, with intervals at 95 %.", svg))
    return tuple(plots)


def of_scales(found: Scaled, rubric: Rubric, mark: str) -> tuple[Plot, ...]:
    """The points given, and how far genuine texts stand above others."""
    asked = {each.id: each.question for each in rubric.likert}
    plots = []
    for dimension in dict.fromkeys(each.dimension for each in found.distributions):
        called = groups_said((each.kind, each.arm) for each in found.of(dimension))
        stacks = [
            Stack(begun(called[each.kind, each.arm]), each.counts)
            for each in found.of(dimension)
            if sum(each.counts)
        ]
        if stacks:
            title = f"{dimension}: {asked[dimension]}"
            svg = stacked_bars(f"{mark}points-{dimension}", title, stacks, "12345")
            plots.append(Plot(f"{title} Shares of the points 1 to 5.", svg))
    bars = [
        bar
        for each in found.contrasts
        for bar in _bar(
            f"{each.dimension}: {each.first} − {_short(each)}",
            each.difference,
            0.0,
        )
    ]
    if bars:
        title = "Differences of means, in points"
        svg = interval_plot(f"{mark}gaps", title, bars, unit="gap", reach=(-1, 1),
                            marked="no difference")  # fmt: skip
        plots.append(Plot(f"{title}, with intervals at 95 %.", svg))
    return tuple(plots)


def of_bargaining(found: Bargaining, mark: str) -> tuple[Plot, ...]:
    """Shares of conferences, code by code."""
    plots = []
    for code in dict.fromkeys(each.code for each in found.rates):
        of = [each for each in found.rates if each.code == code]
        bars = [bar for each in of if not each.few for bar in _bar(each.arm, each.share)]
        if bars and any(each.times for each in of) and code != "NONE":
            title = f"{code}: share of conferences with at least one"
            name = f"{mark}code-{code.lower()}"
            svg = interval_plot(name, title, bars, unit="share", reach=(0, 1))
            plots.append(Plot(f"{title}, with intervals at 95 %.", svg))
    return tuple(plots)


def of_agreement(agreement: Sequence[Agreement], mark: str) -> tuple[Plot, ...]:
    """Alphas."""
    bars = []
    for each in agreement:
        label = each.of if each.among == "all" else f"{each.of}, genuine texts alone"
        bars += _bar(label, each.alpha, TENTATIVE)
    if not bars:
        return ()
    title = "Krippendorff's alpha"
    svg = interval_plot(f"{mark}alpha", title, bars, unit="number", reach=(0, 1),
                        marked="below it no conclusions")  # fmt: skip
    return (Plot(f"{title}, with intervals at 95 %.", svg),)


def _short(of: Contrast) -> str:
    return SHORT.get(of.second, of.second) if of.between == "kinds" else of.second


def _bar(label: str, figure: Figure, mark: float | None = None) -> list[Bar]:
    if figure.value is None:
        return []
    return [Bar(label, figure.value, figure.interval, mark, figure.few)]
