"""Two tables for other programs: every judgement, and every figure.

Cells of text that a spreadsheet would run as a formula get an apostrophe before them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from debate.spreadsheet import inert
from debate.study.report.rows import FigureRow, figure_rows
from debate.study.results.analyses import Results
from debate.study.results.figure import Figure
from debate.study.results.judgements import Coding, Comparison, Identification, Judgement, Score

Cell = str | float | int | bool | None

RATINGS = (
    *("rater", "item", "task", "kind", "arm", "other_arm", "persona", "against", "cluster"),
    *("repeat_of", "turn", "asked", "answer", "right", "confidence", "seat", "label", "evidence"),
    *("gist", "terms", "passages", "seconds", "flags", "comment", "item_excluded"),
    *("rater_excluded",),
)
RESULTS = (
    *("analysis", "part", "measure", "rater", "arm", "other", "kind", "of", "value", "low", "high"),
    *("judgements", "items", "interval_by", "p", "p_adjusted", "state"),
)


def ratings_table(results: Results) -> str:
    """One judgement a row: of scales one a scale, of codes one a code."""
    items = {each.item for each in results.flagged if each.excluded}
    raters = {each.rater for each in results.excluded}
    rows: list[Sequence[Cell]] = []
    for each in results.told:
        left_out = (each.shown in items, each.rater in raters)
        rows += [(*row, *left_out) for row in _rows(each)]
    return _csv(RATINGS, rows)


def results_table(results: Results) -> str:
    """One figure a row; where nothing was rated, its state says so and it has no value."""
    return _csv(RESULTS, (_figure(row) for row in figure_rows(results)))


def _figure(row: FigureRow) -> Sequence[Cell]:
    figure: Figure = row.figure
    told = figure.state == "told"
    ends = figure.interval if told else None
    return (
        *(row.analysis, row.part, row.measure, row.rater, row.arm, row.other, row.kind, row.of),
        figure.value if told else figure.state,
        *((None, None) if ends is None else (ends.low, ends.high)),
        *((figure.n, figure.items) if figure.n else (None, None)),
        *(figure.by if ends is not None else "", figure.p, row.adjusted, figure.state),
    )


def _rows(each: Judgement) -> Iterator[Sequence[Cell]]:
    first = (
        *(each.rater, each.item, each.task, each.kind, each.arm),
        each.other if isinstance(each, Comparison) else None,
        *(each.persona, each.against, each.cluster, each.repeat_of),
    )
    last = (each.seconds, " ".join(each.flags), each.comment)
    none = (None,) * 5  # label, evidence, gist, terms, passages
    if isinstance(each, Identification):
        said = each.chosen or "can't judge"
        right = None if each.unjudged else each.right
        yield *first, None, "persona", said, right, each.confidence, None, *none, *last
    elif isinstance(each, Comparison):
        said = "tie" if each.tie else each.winner or "can't judge"
        yield *first, None, "preference", said, None, None, None, *none, *last
    elif isinstance(each, Score):
        point: Cell = "can't judge" if each.point is None else each.point
        yield *first, None, each.dimension, point, None, None, None, *none, *last
    elif isinstance(each, Coding):
        for code in each.codes:
            more = (
                code.label,
                " ".join(map(str, code.evidence)),
                code.gist,
                "; ".join(code.terms),
                " ".join(map(str, code.passages)),
            )
            yield *first, each.turn, "code", code.code, None, None, each.seat, *more, *last


def _csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_cell(each) for each in row])
    return out.getvalue()


def _cell(each: Cell) -> Cell:
    if isinstance(each, bool):
        return "yes" if each else "no"
    if isinstance(each, float):
        return f"{each:.6g}"
    return inert(each) if isinstance(each, str) else each
