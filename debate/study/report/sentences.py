"""What can be said of the results in plain words, and what cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from debate.study.report.kinds import TASKS, begun, contrasted, kind_said
from debate.study.report.wording import cell, listed, many, p_said, p_value, span, value
from debate.study.results.bargaining import FEW_CONFERENCES, OPEN, Bargaining, CodeRate
from debate.study.results.concord import SURE, TENTATIVE, Agreement
from debate.study.results.exclusion import RaterReport
from debate.study.results.identification import Accuracy, Recognition
from debate.study.results.preference import Preferences
from debate.study.results.scales import Contrast, Scaled
from debate.study.results.settlement import Settlement

NOT_RATED = "Not rated."
#: Below it, what came is taken for more than chance.
SMALL = 0.05
#: What a task's results are called.
NAMES = {
    "identification": "Identification",
    "pairs": "Preference",
    "likert": "Closeness to the card",
    "coding": "Bargaining",
}


def of_identification(found: Recognition) -> Iterator[str]:
    """Of which card texts were taken to be."""
    main = found.genuine
    if not main.share.n:
        yield NOT_RATED
        return
    if main.share.value is None:
        yield "Every genuine text was answered with “can't judge”; the share right is undefined."
        return
    yield (
        f"Raters named the right card in {cell(main.share, 'share')} of"
        f" {many(main.share.n, 'judgement')} of {many(main.share.items, 'genuine text')}."
    )
    yield _against_chance(main)
    if main.unjudged:
        yield (
            f"{many(main.unjudged, 'judgement')} more were “can't judge”; they are left out of"
            " every share."
        )
    for each in found.of("kind"):
        if each.name in ("no-persona", "held-out") and each.share.value is not None:
            yield (
                f"Of {kind_said(each.name)}, “none of them” was rightly said in"
                f" {cell(each.share, 'share')}; otherwise some card was named that is not theirs."
            )
    for each in found.of("settled"):
        if each.share.value is not None:
            yield (
                f"After adjudication, one answer a text, {cell(each.share, 'share')} of"
                f" {many(each.share.n, 'text')} are right."
            )
    sure = [each for each in found.of("confidence") if each.share.value is not None]
    if len(sure) > 1:
        told = [f"{each.name}: {cell(each.share, 'share')}" for each in sure]
        yield f"By the raters' own confidence, 1 a guess and 4 sure: {'; '.join(told)}."


def _against_chance(main: Accuracy) -> str:
    chance, ends = main.chance, main.share.interval
    if chance is None or ends is None:
        return "Too little was rated to say whether that is more than chance."
    by = f"With the true labels dealt out anew it is {value(chance.by_chance, 'share')}"
    if chance.p < SMALL and ends.low > chance.by_chance:
        return f"{by}, so raters tell the voices apart better than chance ({p_said(chance.p)})."
    if ends.high < chance.by_chance:
        return f"{by}: raters were right less often than chance, so something misled them."
    return (
        f"{by} ({p_said(chance.p)}), which this study does not tell from what was found: it does"
        " not show that raters can tell the voices apart, nor that they cannot."
    )


def of_preferences(found: Preferences) -> Iterator[str]:
    """Of the pairs."""
    if not any(match.rate.n for match in found.matches):
        yield NOT_RATED
        return
    for match in found.matches:
        rate = match.rate
        if not rate.n:
            yield f"{match.one} against {match.other}: not rated."
            continue
        if rate.value is None:
            yield f"{match.one} against {match.other}: never judged, so undefined."
            continue
        told = (
            f"{match.one} was found closer to the card than {match.other} in"
            f" {cell(rate, 'share')} of {many(rate.n - match.unjudged, 'judgement')}, ties"
            f" ({match.ties}) as half."
        )
        if rate.interval is None:
            yield f"{told} Too little was rated to say how sure that is."
        elif rate.interval.low > 0.5 or rate.interval.high < 0.5:
            better = match.one if rate.interval.low > 0.5 else match.other
            yield f"{told} That is a preference for {better}."
        else:
            yield f"{told} The interval includes a half: no preference is shown."
    if found.strengths and found.strengths[0].strength.value is None:
        yield (
            "Bradley-Terry strengths are undefined: some system won every pair, lost every pair,"
            " or was not paired with the rest."
        )
    left = found.left.interval
    if left is not None and (left.low > 0.5 or left.high < 0.5):
        yield (
            f"What stood on the left was chosen in {cell(found.left, 'share')}: sides mattered."
            " They were balanced, so this favours no system, but it costs precision."
        )


def of_scales(found: Scaled, agreement: Sequence[Agreement]) -> Iterator[str]:
    """Of the Likert scales."""
    if not any(each.mean.n for each in found.distributions):
        yield NOT_RATED
        return
    between: dict[tuple[str, str, str], list[Contrast]] = {}
    for each in found.contrasts:
        between.setdefault((each.between, each.first, each.second), []).append(each)
    for of_two in between.values():
        yield from _contrasts(of_two)
    for kind in ("shuffled", "catchphrases"):
        of = [each for each in found.distributions if each.kind == kind]
        points, taken = sum(sum(d.counts) for d in of), sum(sum(d.counts[3:]) for d in of)
        if points:
            yield (
                f"False alarms: of {many(points, 'point')} given to {kind_said(kind)}, {taken}"
                f" ({value(taken / points, 'share')}) were 4 or 5."
            )
    yield from low_agreement([each for each in agreement if each.task == "likert"])


def _contrasts(of: Sequence[Contrast]) -> Iterator[str]:
    """Two things that are compared, on all scales: those of one verdict in one sentence."""
    verdicts: dict[str, list[str]] = {}
    for each in of:
        if each.difference.value is not None:
            verdicts.setdefault(_verdict(each), []).append(_gap(each))
    first, second = (begun(contrasted(of[0], of[0].first)), contrasted(of[0], of[0].second))
    for verdict, scales in verdicts.items():
        yield f"{first} less {second}, in points: {verdict}: {'; '.join(scales)}."


def _gap(each: Contrast) -> str:
    """A difference by itself, and what becomes of its p among those of the other scales."""
    gap = each.difference
    if gap.interval is None or gap.p is None or each.adjusted is None:
        return f"{each.dimension} {value(gap.value, 'gap')}"
    told = f"{each.dimension} {cell(gap, 'gap')}, {p_said(gap.p)}"
    return told if each.scales == 1 else f"{told}, adjusted {p_value(each.adjusted)}"


def _verdict(each: Contrast) -> str:
    """What a difference shows. Its interval is of one scale by itself, so it may leave out 0 where
    the adjusted p is no longer small: then both are told, and why."""
    gap, ends, p = each.difference.value or 0.0, each.difference.interval, each.difference.p
    if ends is None or p is None or each.adjusted is None:
        return "too few texts to say how sure it is"
    apart = ends.low > 0 or ends.high < 0
    closer = each.first if gap > 0 else each.second
    if apart and each.adjusted < SMALL:
        return f"{contrasted(each, closer)} were rated closer to the card"
    if each.between == "kinds" and gap <= 0:
        return f"{contrasted(each, each.second)} were rated as high as the genuine ones"
    if apart and p < SMALL:
        return (
            f"a difference by itself, but after adjusting for {each.scales} scales, of which some"
            " may differ by chance, no difference is shown"
        )
    if apart != (p < SMALL):
        return "interval and p disagree, so no difference is shown"
    return "no difference is shown"


def low_agreement(agreement: Sequence[Agreement]) -> Iterator[str]:
    """What alpha forbids to say; things of one verdict in one sentence."""
    verdicts: dict[str, list[str]] = {}
    for each in agreement:
        if each.among == "all" and each.alpha.n and (verdict := _forbids(each)):
            told = each.of if each.alpha.value is None else f"{each.of} {cell(each.alpha)}"
            verdicts.setdefault(verdict, []).append(told)
    for verdict, things in verdicts.items():
        yield f"Alpha of {'; '.join(things)}: {verdict}."


def of_agreement(agreement: Sequence[Agreement]) -> Iterator[str]:
    """Of all that was asked."""
    if not any(each.alpha.n for each in agreement):
        yield NOT_RATED
        return
    told = list(low_agreement(agreement))
    yield from told
    if not told:
        yield f"Raters agree well on everything (alpha of {SURE:g} or more)."


def of_settled(settled: Sequence[Settlement]) -> Iterator[str]:
    """What was agreed where raters differed, and where it is used."""
    some = [each for each in settled if each.settled]
    if not some:
        return
    told = [f"{each.settled} of {each.differences} in {TASKS[each.task]}" for each in settled]
    yield (
        f"Differences that raters settled afterwards: {listed(told)}. Agreement is computed"
        " without what was settled."
    )
    of = {each.task for each in some}
    if "identification" in of:
        yield (
            "What was settled in identification is used in its row “after adjudication” alone,"
            " which is of genuine texts."
        )
    if "coding" in of:
        yield "What was settled in codes decides which codes and labels count."
    unused = [TASKS[task] for task in ("pairs", "likert") if task in of]
    if unused:
        yield f"What was settled in {listed(unused)} is used in no figure."


def _forbids(each: Agreement) -> str | None:
    """What follows from alpha; None if nothing is to be warned of."""
    if each.alpha.value is None:
        if each.raters < 2:
            return "undefined, since nobody's judgement can be held to another's"
        return "undefined, since only one category was used, or no two raters judged the same"
    if each.alpha.interval is not None and each.alpha.interval.low <= 0:
        return "agreement no better than chance cannot be ruled out; too low to say more"
    if each.alpha.value < TENTATIVE:
        return (
            f"below {TENTATIVE:g}, raters agree too little for single judgements to be relied on;"
            " only averages over raters and texts say something"
        )
    return "enough for tentative conclusions" if each.alpha.value < SURE else None


def of_bargaining(found: Bargaining, quiet: str = "NONE") -> Iterator[str]:
    """Of the coding; `quiet` is the code that says that nothing happened."""
    if not any(each.turns for each in found.rates):
        yield NOT_RATED
        return
    if found.partly:
        yield (
            f"{many(found.partly, 'conference')} coded in part: not in the shares of conferences,"
            " since what is absent there may still come."
        )
    if found.split:
        yield (
            f"{many(found.split, 'code')} that half of a turn's raters gave, and nobody"
            " adjudicated, are not counted."
        )
    yield from few_conferences(found)
    few = {each.arm for each in found.arms if each.few}
    never = [code for code in _codes(found, quiet) if not any(e.times for e in _of(found, code))]
    for code in _codes(found, quiet):
        if code not in never:
            yield from (
                _rate(each, found.base, bare=found.base in few)
                for each in _of(found, code)
                if each.arm not in few
            )
    yield from _never(found, never)
    unsettled = sum(each.count for each in found.labels if each.label == OPEN)
    if unsettled:
        yield f"Of {many(unsettled, 'thought')} raters do not agree where it came from."
    for ground in found.grounds:
        if ground.passages:
            yield (
                f"{ground.arm}, {ground.label}: of {many(ground.passages, 'passage')} that the"
                f" label was rested on, {ground.given} had truly been given to the speaker."
            )
    yield (
        "That nothing close to a thought was found among what its speaker had been given proves"
        " nothing; and what the model knew from its training cannot be excluded."
    )


def _codes(found: Bargaining, quiet: str) -> list[str]:
    return list(dict.fromkeys(each.code for each in found.rates if each.code != quiet))


def _of(found: Bargaining, code: str) -> list[CodeRate]:
    return [each for each in found.rates if each.code == code]


def _never(found: Bargaining, codes: Sequence[str]) -> Iterator[str]:
    """Of codes that nobody gave, how many conferences may have them all the same."""
    for each in _of(found, codes[0]) if codes else ():
        ends = each.share.interval
        if ends is not None and not each.few:
            yield (
                f"{listed(codes)}, arm {each.arm}: 0 of {many(each.conferences, 'conference')},"
                f" which still allows {value(ends.high, 'share')}."
            )


def _rate(each: CodeRate, base: str, *, bare: bool) -> str:
    """Of one code and arm; `bare` is without what it is held to."""
    told = f"{each.code}, arm {each.arm}: {each.having} of {many(each.conferences, 'conference')}"
    ends = each.share.interval
    if not each.having and ends is not None:
        told += f", which still allows {value(ends.high, 'share')}"
    else:
        told += f" ({span(ends, 'share')})"
    gap = each.share_gap
    if bare or gap is None or gap.value is None or gap.interval is None:
        return f"{told}."
    points = cell(gap, "gap")
    if gap.interval.low > 0 or gap.interval.high < 0:
        return f"{told}; its share differs from that of {base} by {points}."
    return f"{told}; its share less that of {base} is {points}: no difference is shown."


def of_rater(each: RaterReport) -> Iterator[str]:
    """Of one rater, where there is something to tell."""
    if each.reasons:
        yield f"{each.rater} is left out of the second analyses: {listed(each.reasons)}."
    for alarm in each.false_alarms:
        if alarm.of == "likert" and alarm.kind == "catchphrases" and alarm.taken * 2 > alarm.judged:
            yield (
                f"{each.rater} gave 4 or 5 to {alarm.taken} of {alarm.judged} where catchphrases"
                " were pasted on, and may judge by keywords."
            )


def few_conferences(found: Bargaining) -> Iterator[str]:
    """Arms of which no rate can be told."""
    for arm in found.arms:
        if not arm.turns:
            yield f"Arm {arm.arm}: not rated."
    few = {each.arm: each.conferences for each in found.arms if each.few and each.turns}
    if not few:
        return
    if len(few) == len(found.arms) > 1 and len(set(few.values())) == 1:
        number = next(iter(few.values()))
        told = f"{({0: 'No', 1: 'One'}).get(number, number)} conference{'s' * (number > 1)} an arm"
        told += " coded to its end" if not number else ""
    else:
        each = (f"{n or 'no'} conference{'s' * (n > 1)} of {arm}" for arm, n in few.items())
        told = f"Coded to the end: {listed(each)}"
    yield (
        f"{told}: no rate can be told of fewer than {FEW_CONFERENCES}. What was coded is counted in"
        " the tables."
    )
