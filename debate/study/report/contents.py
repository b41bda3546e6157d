"""What a report tells, in its order: what can be said, agreement, each task, raters, method."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from debate.report.section import Contents, Grid, Plot, Quoted, Section
from debate.study.bundle import Bundle
from debate.study.key import Key
from debate.study.report import grids, pictures, sentences, summary
from debate.study.report.method import method
from debate.study.results.analyses import Analysis, Results
from debate.study.rubric import Rubric

FOUR = {
    "without flagged items": "Without flagged items",
    "without excluded raters": "Without excluded raters",
    "without both": "Without flagged items and excluded raters",
}


@dataclass(frozen=True, slots=True)
class StudyContents(Contents):
    """The whole report of a study."""

    study: str
    sealed: bool
    """Whether the key is the one that was sealed."""


def contents(results: Results, bundle: Bundle, key: Key) -> StudyContents:
    """The whole report.

    Args:
        results: Of the study.
        bundle: What raters got.
        key: What it truly was.
    """
    head = Section("said", "What can be said", "results", tuple(summary.of_all(results, key)))
    tasks = tuple(_tasks(results, results.main, bundle.rubric, ""))
    sections = [head, *tasks, *_others(results, bundle.rubric), _raters(results)]
    if words := _words(results):
        sections.append(words)
    return StudyContents(
        title=bundle.title,
        notice=bundle.notice,
        study=bundle.id,
        sealed=results.sealed.whole,
        sections=(*sections, method(results, bundle, key)),
    )


def _tasks(results: Results, analysis: Analysis, rubric: Rubric, mark: str) -> Iterator[Section]:
    """The sections of one analysis, agreement first, since it says how far the others can be read;
    `mark` is what their ids begin with."""
    rated = any(each.alpha.n for each in analysis.agreement)
    yield _section(
        f"{mark}agreement", "Agreement among raters", chain(
            sentences.of_agreement(analysis.agreement), sentences.of_settled(results.settled)
        ), rated, pictures.of_agreement(analysis.agreement, mark) if rated else (),
        grids.of_agreement(analysis.agreement),
    )  # fmt: skip
    if analysis.identified is not None:
        of = analysis.identified
        rated = any(each.share.n for each in of.accuracies)
        yield _section(
            f"{mark}identification", sentences.NAMES["identification"],
            sentences.of_identification(of), rated,
            pictures.of_identification(of, mark) if rated else (), grids.of_identification(of),
        )  # fmt: skip
    if analysis.preferences is not None:
        pairs = analysis.preferences
        rated = any(each.rate.n for each in pairs.matches)
        yield _section(
            f"{mark}pairs", sentences.NAMES["pairs"], sentences.of_preferences(pairs), rated,
            pictures.of_preferences(pairs, mark) if rated else (), grids.of_preferences(pairs),
        )  # fmt: skip
    if analysis.scaled is not None:
        scales = analysis.scaled
        rated = any(each.mean.n for each in scales.distributions)
        yield _section(
            f"{mark}scales", sentences.NAMES["likert"],
            sentences.of_scales(scales, analysis.agreement), rated,
            pictures.of_scales(scales, rubric, mark) if rated else (), grids.of_scales(scales),
        )  # fmt: skip
    if analysis.bargaining is not None:
        coded = analysis.bargaining
        rated = any(each.turns for each in coded.rates)
        yield _section(
            f"{mark}bargaining", sentences.NAMES["coding"], sentences.of_bargaining(coded), rated,
            pictures.of_bargaining(coded, mark) if rated else (), grids.of_bargaining(coded),
        )  # fmt: skip


def _section(
    id: str,
    title: str,
    said: Iterator[str],
    rated: bool,
    plots: tuple[Plot, ...],
    tables: Iterator[Grid],
) -> Section:
    """A section of results; where nothing was rated it says so, and shows nothing."""
    if not rated:
        return Section(id, title, "results", (sentences.NOT_RATED,))
    return Section(id, title, "results", tuple(said), plots, tuple(tables))


def _others(results: Results, rubric: Rubric) -> Iterator[Section]:
    """The other three analyses, as far as they differ from what is told already."""
    if not results.rated:
        return
    told: set[tuple[tuple[str, ...], tuple[str, ...]]] = {((), ())}
    parts = []
    for n, analysis in enumerate(results.analyses[1:], 1):
        left_out = (analysis.items_out, analysis.raters_out)
        if left_out in told:
            continue
        told.add(left_out)
        sections = tuple(_tasks(results, analysis, rubric, f"a{n}-"))
        who = [f"Raters left out: {', '.join(analysis.raters_out)}."] if analysis.raters_out else []
        what = [f"Items left out: {', '.join(analysis.items_out)}."] if analysis.items_out else []
        name = FOUR[analysis.name]
        parts.append(Section(f"a{n}", name, "results", (*who, *what), parts=sections))
    if parts:
        yield Section("others", "The same without what the rules leave out", "results",
                      parts=tuple(parts))  # fmt: skip


def _raters(results: Results) -> Section:
    if not results.rated:
        return Section("raters", "Raters", "results", (sentences.NOT_RATED,))
    said = [said for each in results.raters for said in sentences.of_rater(each)]
    said = [summary.of_work(results), *(said or ["The rules leave nobody out."])]
    return Section(
        "raters", "Raters", "results", tuple(said), (),
        tuple(grids.of_raters(results)),
    )  # fmt: skip


def _words(results: Results) -> Section | None:
    """What raters wrote."""
    quotes = [
        Quoted(f"{each.rater}, asked last", each.closing) for each in results.raters if each.closing
    ]
    seen = set()
    for each in results.told:
        of = (each.rater, each.item, getattr(each, "turn", 0))
        if each.comment and of not in seen:
            seen.add(of)
            quotes.append(Quoted(f"{each.rater} on {each.item}", each.comment))
    if not quotes:
        return None
    return Section("words", "In the raters' words", "method", quotes=tuple(quotes))
