"""The method sheet: what was asked of whom, how, and by which rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from debate.report.section import Grid, Quoted, Section
from debate.study.bundle import Bundle, Exclusions
from debate.study.key import ItemKey, Key
from debate.study.report.composition import made_of, transcripts
from debate.study.report.kinds import TASKS, kind_said
from debate.study.report.wording import many, value
from debate.study.results.analyses import Results
from debate.study.results.bargaining import FEW_CONFERENCES
from debate.study.results.judgements import arm_of
from debate.study.rubric import Rubric
from debate.study.statistics import FEWEST

INTERVALS = (
    "Intervals are at 95 %. Of shares with one judgement a cluster: Wilson. Elsewhere: bootstrap"
    " over clusters of items, never over raters, widened for few clusters (Hesterberg, 2015); of"
    " fewer than ten, Student's t. How sure a difference is, is not told of fewer than"
    f" {FEWEST} clusters on either side: of three against three no deal of the labels is as rare as"
    f" 5 %. Nor is the rate of an arm of fewer than {FEW_CONFERENCES} conferences.",
    "Chance: true labels dealt out anew among the texts that the same raters rated and that offer"
    " them. Differences of means: which texts are of which kind dealt out anew; adjusted over"
    " scales (Holm, 1979). Differences of shares of conferences: Newcombe (1998).",
    "Undefined is told as undefined, never as 0 or 1.",
)


def method(results: Results, bundle: Bundle, key: Key) -> Section:
    """The sheet, filled in."""
    rubric = bundle.rubric
    said = [
        f"Study {bundle.id}, rubric {rubric.id}, version {rubric.version}; sealed"
        f" {bundle.sealed_at:%Y-%m-%d %H:%M} UTC.",
        f"Hash of the key before rating: {results.sealed.before}.",
        f"Hash of the key now: {results.sealed.now}. "
        + ("They agree." if results.sealed.before == results.sealed.now else "THEY DIFFER."),
        *(f"Ratings were given under another key: {each}." for each in results.sealed.of_ratings),
        f"Seed of the draws: {results.seed}; of the study: {key.seed}.",
        f"Masks were checked by {key.masks_checked_by}."
        if key.masks_checked_by
        else "Nobody is on record as having checked the masks.",
        *_settled(results),
        *_precision(results),
        *([] if key.sources else ["The key does not say of which conferences the arms consist."]),
        *_rules(bundle.exclusions),
        *INTERVALS,
    ]
    arms = (made_of(key),) if key.sources else ()
    quotes = [Quoted("Instructions to raters, in full", rubric.instructions), *_asked(rubric)]
    return Section(
        "method",
        "Method",
        "method",
        tuple(said),
        grids=(*arms, _items(key), _raters(bundle, key), *_left_out(key)),
        quotes=tuple(quotes),
        parts=(transcripts(key),) if key.sources else (),
    )


def _settled(results: Results) -> Iterator[str]:
    if not results.rated:
        return
    told = [f"{TASKS[e.task]} {e.settled} of {e.differences}" for e in results.settled]
    yield (
        f"Differences among raters, settled after rating: {'; '.join(told)}."
        if told
        else "Raters differed on nothing that could be settled after rating."
    )


def _precision(results: Results) -> Iterator[str]:
    foreseen, reached = results.precision.foreseen, results.precision.reached
    if foreseen is not None:
        yield (
            f"Precision foreseen for {many(foreseen.items, 'item')} and"
            f" {many(foreseen.raters, 'rater')}: identification accuracy to within"
            f" {value(foreseen.half_width, 'share')} at an accuracy of"
            f" {value(foreseen.accuracy, 'share')}, two raters' hits correlating by"
            f" {value(foreseen.likeness)} ({foreseen.draws} studies simulated)."
        )
    else:
        yield "No precision was foreseen."
    if "identification" in results.tasks:
        if reached is not None:
            yield f"Precision reached: within {value(reached, 'share')}."
        else:
            why = "undefined" if results.main.identified and _any(results) else "not rated"
            yield f"Precision reached: {why}."


def _any(results: Results) -> bool:
    return bool(results.told.identifications)


def _rules(rules: Exclusions) -> Iterator[str]:
    yield (
        f"Rules fixed before rating. A rater is left out who misses more than"
        f" {value(rules.checks, 'share')} of the attention checks, takes less than"
        f" {rules.seconds:g} seconds an item (median), or cannot judge more than"
        f" {value(rules.unjudged, 'share')}. An item is left out that"
        f" {'any' if rules.flagged == 'any' else 'more than half'} of its raters flag as a leak."
    )


def _items(key: Key) -> Grid:
    counted = Counter(
        (TASKS[each.task], kind_said("repeat" if each.repeats else each.kind), _arms(each))
        for each in key.items
    )
    return Grid(
        "Items",
        ("task", "kind", "arm", "items"),
        tuple((*what, str(n)) for what, n in counted.items()),
    )


def _arms(of: ItemKey) -> str:
    return " and ".join(sorted({arm_of(of, side) for side in range(len(of.origins))}))


def _raters(bundle: Bundle, key: Key) -> Grid:
    wrote = {each.id: ", ".join(each.wrote) for each in key.raters}
    return Grid(
        "Raters",
        ("rater", "items", "wrote the cards of"),
        tuple(
            (rater, str(len(plan)), wrote.get(rater, "")) for rater, plan in bundle.plans.items()
        ),
    )


def _left_out(key: Key) -> Iterator[Grid]:
    if key.in_spite:
        rows = tuple((each,) for each in key.in_spite)
        yield Grid("Faults in spite of which the study was sealed", ("where, and what",), rows)
    if key.not_drawn:
        rows = tuple((each,) for each in key.not_drawn)
        yield Grid("What could not be drawn", ("what, and why",), rows)


def _asked(rubric: Rubric) -> Iterator[Quoted]:
    if rubric.identification:
        said = [rubric.identification.question, rubric.identification.none]
        points = [f"{n} {each}" for n, each in enumerate(rubric.identification.confidence, 1)]
        yield Quoted("Identification", "\n".join([*said, "Confidence: " + "; ".join(points)]))
    if rubric.pairs:
        yield Quoted("Pairs", f"{rubric.pairs.question}\n{rubric.pairs.tie}")
    for scale in rubric.likert:
        anchors = [f"{n} {each}" for n, each in enumerate(scale.anchors, 1)]
        yield Quoted(f"Scale {scale.id}", "\n".join([scale.question, *anchors]))
    if rubric.codes:
        yield Quoted("Codes", "\n".join(f"{each.id}: {each.meaning}" for each in rubric.codes))
    if rubric.labels:
        yield Quoted("Labels", "\n".join(f"{each.id}: {each.meaning}" for each in rubric.labels))
    yield Quoted("The last question", rubric.closing)
