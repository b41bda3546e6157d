"""Which tables a report has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import fmean, median

from debate.report.section import Grid
from debate.study.report.kinds import TASKS, accuracy_of, contrasted, kind_said
from debate.study.report.wording import (
    FEW_SAID,
    alone,
    cell,
    listed,
    p_value,
    span,
    value,
)
from debate.study.results.analyses import Results
from debate.study.results.bargaining import FEW_CONFERENCES, Bargaining, CodeRate
from debate.study.results.concord import Agreement
from debate.study.results.figure import Figure
from debate.study.results.identification import Recognition
from debate.study.results.preference import Preferences
from debate.study.results.scales import Scaled
from debate.study.statistics import FEWEST


def of_identification(found: Recognition) -> Iterator[Grid]:
    """Accuracies, and what was taken for what."""
    rows = []
    for each in found.accuracies:
        chance = each.chance
        rows.append((
            accuracy_of(each),
            cell(each.share, "share"),
            "" if chance is None else value(chance.by_chance, "share"),
            "" if chance is None else p_value(chance.p),
            cell(each.sensitivity),
            str(each.share.n if each.share.value is not None else 0),
            str(each.share.items),
            str(each.unjudged),
            each.share.by,
        ))  # fmt: skip
    yield Grid(
        "How often the right answer was given (95 % interval)",
        ("of", "right", "by chance", "p", "d′", "judgements", "texts", "can't judge", "interval"),
        tuple(rows),
        "d′ counts “none of them” as one alternative more. By chance: true labels dealt out anew"
        " among texts that offer them. Of texts of no persona or an absent one the right answer is"
        " “none of them”.",
    )
    yield Grid(
        "What each text was taken for",
        ("kind", "true voice", *found.confusion.columns),
        tuple((kind_said(r.kind), r.truth, *map(str, r.chosen)) for r in found.confusion.rows),
    )


def of_preferences(found: Preferences) -> Iterator[Grid]:
    """Matches and strengths."""
    yield Grid(
        "Pairs (95 % interval; a tie is half a win)",
        ("first", "second", "share won by the first", "won", "lost", "ties", "can't judge"),
        tuple(
            (m.one, m.other, cell(m.rate, "share"), *map(str, (m.wins, m.losses, m.ties)),
             str(m.unjudged))
            for m in found.matches
        ),
    )  # fmt: skip
    if found.strengths:
        yield Grid(
            "Bradley-Terry strengths (log odds that sum to 0; 95 % interval)",
            ("system", "strength"),
            tuple((each.system, cell(each.strength, "gap")) for each in found.strengths),
        )


def of_scales(found: Scaled) -> Iterator[Grid]:
    """Distributions with the foils beside, and contrasts."""
    yield Grid(
        "Points by kind and arm (95 % interval)",
        ("scale", "kind", "arm", *"12345", "can't judge", "mean", "median", "4 or 5", "texts"),
        tuple(
            (e.dimension, kind_said(e.kind), e.arm, *map(str, e.counts), str(e.unjudged),
             cell(e.mean), cell(e.median), cell(e.taken, "share"), str(e.mean.items))
            for e in found.distributions
        ),
    )  # fmt: skip
    yield Grid(
        "Differences of means (95 % interval)",
        ("scale", "first", "less", "points", "p", "p adjusted"),
        tuple(
            (
                e.dimension,
                contrasted(e, e.first),
                contrasted(e, e.second),
                cell(e.difference, "gap"),
                _p(e.difference, e.difference.p),
                _p(e.difference, e.adjusted),
            )
            for e in found.contrasts
        ),
        "Each interval is of its scale by itself. p by dealing out anew which texts are of which;"
        f" adjusted over the scales (Holm). Fewer than {FEWEST} clusters of either are too few.",
    )


def _p(of: Figure, p: float | None) -> str:
    if not of.n:
        return "not rated"
    return FEW_SAID if of.few else p_value(p)


def of_bargaining(found: Bargaining) -> Iterator[Grid]:
    """Codes, labels, and whether what they rest on was given."""
    yield Grid(
        "Codes by arm (95 % interval)",
        ("code", "arm", "conferences", "with it", "share", f"less {found.base}", "turns", "with it",
         "per turn", f"less {found.base}"),
        tuple(
            (e.code, e.arm, str(e.conferences), str(e.having), _share(e),
             _share_gap(e, found), str(e.turns), str(e.times), _per_turn(e),
             cell(e.per_turn_gap, "gap"))
            for e in found.rates
        ),
        "A code counts if it was adjudicated so or, where nobody adjudicated, if more than half of"
        f" the turn's raters gave it. Fewer than {FEW_CONFERENCES} conferences are too few to tell"
        " a share of, or how sure a rate per turn is.",
    )  # fmt: skip
    yield Grid(
        "Where thoughts may have come from",
        ("arm", "label", "thoughts", "of"),
        tuple((e.arm, e.label, str(e.count), str(e.of)) for e in found.labels),
    )
    yield Grid(
        "What labels rest on",
        ("arm", "label", "passages named", "given to the speaker", "earlier turns named"),
        tuple((e.arm, e.label, str(e.passages), str(e.given), str(e.turns)) for e in found.grounds),
    )


def _share(each: CodeRate) -> str:
    return FEW_SAID if each.few and each.conferences else cell(each.share, "share")


def _share_gap(each: CodeRate, found: Bargaining) -> str:
    base = next(other for other in found.arms if other.arm == found.base)
    if each.share_gap is not None and (each.few or base.few):
        return FEW_SAID if each.share_gap.n else each.share_gap.state
    return cell(each.share_gap, "gap")


def _per_turn(each: CodeRate) -> str:
    """Turns of one conference hang together, so it is the conferences that are few."""
    return alone(each.per_turn) if each.few else cell(each.per_turn)


def of_agreement(agreement: Sequence[Agreement]) -> Iterator[Grid]:
    """Every coefficient."""
    yield Grid(
        "Agreement (95 % interval)",
        ("on", "among", "alpha", "without one rater", "AC", "percent", "ICC(A,1)", "ICC(C,1)",
         "positive", "raters", "units"),
        tuple(
            (
                f"{TASKS[e.task]}: {e.of}",
                "all" if e.among == "all" else kind_said(e.among),
                cell(e.alpha),
                "" if e.without_one is None else span(e.without_one),
                alone(e.gwet),
                alone(e.percent, "share"),
                alone(e.icc_agreement),
                alone(e.icc_consistency),
                alone(e.positive),
                str(e.raters),
                str(e.alpha.items),
            )
            for e in agreement
        ),
        "Alpha is Krippendorff's, ordinal of scales and nominal of anything else; AC is Gwet's AC2"
        " with quadratic weights of scales, AC1 of anything else. Repeats and checks never count.",
    )  # fmt: skip


def _by_task(results: Results) -> Iterator[tuple[str, ...]]:
    """How long the answers to a task took, and what was flagged."""
    for task in results.tasks:
        of = {(e.rater, e.item, getattr(e, "turn", 0)): e for e in results.told if e.task == task}
        seconds = [each.seconds for each in of.values()]
        unjudged = [each.unjudged for each in results.told if each.task == task]
        flags = Counter(flag for each in of.values() for flag in each.flags)
        yield (
            TASKS[task],
            str(len(of)) if of else "not rated",
            f"{median(seconds):.1f}" if of else "not rated",
            *((str(flags["leak"]), str(flags["catchphrase"])) if of else ("not rated",) * 2),
            value(fmean(unjudged), "share") if of else "not rated",
        )


def of_raters(results: Results) -> Iterator[Grid]:
    """Each rater's work and steadiness, and flagged items."""
    yield Grid(
        "Work",
        ("rater", "rated", "planned", "finished", "checks missed", "seconds an item", "can't judge",
         "left out because"),
        tuple(
            (e.rater, str(e.rated), str(e.planned), "yes" if e.finished else "no",
             f"{e.missed} of {e.checks}",
             "not rated" if e.seconds is None else f"{e.seconds:.1f}",
             "not rated" if e.unjudged is None else value(e.unjudged, "share"),
             listed(e.reasons))
            for e in results.raters
        ),
    )  # fmt: skip
    yield Grid(
        "Time and flags",
        ("task", "answers", "seconds (median)", "leak", "catchphrase", "can't judge"),
        tuple(_by_task(results)),
        "What was shown twice is in it; attention checks are not.",
    )
    steady = [
        (r.rater, s.of, str(s.pairs), value(s.same, "share"),
         "" if s.difference is None else value(s.difference, "gap"))
        for r in results.raters for s in r.stability
    ]  # fmt: skip
    if steady:
        yield Grid(
            "What was shown twice",
            ("rater", "of", "pairs", "answered the same", "second less first, points"),
            tuple(steady),
        )
    alarms = [
        (r.rater, kind_said(a.kind), TASKS[a.of], str(a.judged), str(a.taken))
        for r in results.raters for a in r.false_alarms
    ]  # fmt: skip
    if alarms:
        yield Grid(
            "False alarms",
            ("rater", "foil", "task", "judged", "taken for the card's voice"),
            tuple(alarms),
            "Identification: a card was named where none is right. Scales: 4 or 5 points.",
        )
    if results.flagged:
        yield Grid(
            "Flagged items",
            ("item", "by", "left out"),
            tuple(
                (e.item, f"{listed(e.by)}: {e.reason}", "yes" if e.excluded else "no")
                for e in results.flagged
            ),
        )
