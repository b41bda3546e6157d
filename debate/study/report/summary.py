"""What stands at the head of a report: of everything the most telling, and what to beware of."""

from __future__ import annotations

from collections.abc import Iterator

from debate.study.key import Key
from debate.study.report import sentences
from debate.study.report.composition import confounded
from debate.study.report.kinds import kind_said
from debate.study.report.wording import cell, listed, many, span
from debate.study.results.analyses import Results
from debate.study.results.bargaining import Bargaining
from debate.study.results.scales import Distribution, Scaled

#: So many faults are told at the head.
FIRST = 3


def of_all(results: Results, key: Key) -> Iterator[str]:
    """What stands at the head of the report."""
    yield from _in_spite(key)
    if not results.rated:
        yield "No person has rated this study. It has no results: every figure is not rated."
        return
    yield f"{of_work(results)} The program scored nothing."
    unrated = [sentences.NAMES[task] for task in results.tasks if not _rated(results, task)]
    if unrated:
        yield f"{listed(unrated)}: not rated."
    if not results.sealed.whole:
        yield (
            "The key is not the one that was sealed before rating, or ratings were given under"
            " another: what an item was may have been changed afterwards. Trust no figure here."
        )
    yield from confounded(key)
    main = results.main
    if main.identified is not None and main.identified.genuine.share.value is not None:
        yield from list(sentences.of_identification(main.identified))[:2]
    if main.preferences is not None and any(
        m.rate.value is not None for m in main.preferences.matches
    ):
        yield from list(sentences.of_preferences(main.preferences))[: len(main.preferences.matches)]
    if main.scaled is not None:
        yield from _overall(main.scaled)
    if main.bargaining is not None:
        yield from _base(main.bargaining)
    yield from sentences.low_agreement([e for e in main.agreement if e.alpha.value is not None])
    yield from _left_out(results)


def of_work(results: Results) -> str:
    """Who finished, and how far the others came."""
    done = sum(each.finished for each in results.raters)
    if done == len(results.raters):
        return "All raters finished." if done > 1 else "The one rater finished."
    short = [f"{e.rater} did {e.rated} of {e.planned}" for e in results.raters if not e.finished]
    return f"{done} of {many(len(results.raters), 'rater')} finished; {listed(short)}."


def _in_spite(key: Key) -> Iterator[str]:
    """Faults that were known before rating."""
    faults = key.in_spite
    if faults:
        told = "; ".join(faults[:FIRST])
        more = f"; and {len(faults) - FIRST} more, told in the method" if faults[FIRST:] else ""
        yield f"The study was sealed in spite of {many(len(faults), 'fault')}: {told}{more}."


def _overall(found: Scaled) -> Iterator[str]:
    """The last scale, which is of the whole."""
    last = found.of(found.distributions[-1].dimension)
    kinds: dict[str, list[Distribution]] = {}
    for each in last:
        kinds.setdefault(each.kind, []).append(each)
    told = []
    for kind, of in kinds.items():
        means = [
            cell(each.mean) if len(of) == 1 else f"in {each.arm} {cell(each.mean)}"
            for each in of
            if each.mean.value is not None
        ]
        if means:
            told.append(f"{kind_said(kind)} {', '.join(means)}")
    if told:
        yield f"Mean points, 1 to 5, on {last[0].dimension}: {'; '.join(told)}."


def _base(found: Bargaining) -> Iterator[str]:
    yield from sentences.few_conferences(found)
    for arm in found.arms:
        if not arm.few:
            told = [
                f"{each.code} in {each.having} ({span(each.share.interval, 'share')})"
                for each in found.rates
                if each.arm == arm.arm and each.having and each.code != "NONE"
            ]
            yield (
                f"Arm {arm.arm}, of {many(arm.conferences, 'conference')} those with at least one:"
                f" {'; '.join(told) or 'none, of any code'}."
            )


def _left_out(results: Results) -> Iterator[str]:
    items = sum(each.excluded for each in results.flagged)
    if not items and not results.excluded:
        yield "The rules leave no item and no rater out, so all four analyses are the same."
        return
    yield (
        f"The rules leave out {many(items, 'flagged item')} and"
        f" {many(len(results.excluded), 'rater')}; every figure is told with and without them."
    )
    shares = [a.identified.genuine.share for a in results.analyses if a.identified is not None]
    known = [(a.name, s) for a, s in zip(results.analyses, shares, strict=False) if s.n]
    if known:
        told = [f"{name} {cell(share, 'share')}" for name, share in known]
        yield f"Right cards named, {'; '.join(told)}."


def _rated(results: Results, task: str) -> bool:
    return any(each.task == task for each in results.told)
