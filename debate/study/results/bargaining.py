"""What happens in the bargaining, arm by arm, and where the thoughts stood before.

A code counts for a turn if it was adjudicated so or, where nobody adjudicated, if more than half of
the turn's raters gave it. Only a conference that was coded to its end can say that it has no such
code, so shares of conferences are of those; rates per turn are of every coded turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from debate.study.key import Key
from debate.study.ratings import CodedTurn
from debate.study.results.figure import Figure
from debate.study.results.judgements import Coding, Judgements, arm_of
from debate.study.rubric import Rubric
from debate.study.statistics import (
    difference_interval,
    share_difference,
    share_interval,
    wilson,
)

#: The arm to which the others are held, if there is one of that name.
FULL = "full"
OPEN = "(not settled)"
#: Fewer conferences of an arm tell no rate: with none among four, Wilson's interval still allows
#: that half of all have it.
FEW_CONFERENCES = 5


@dataclass(frozen=True, slots=True)
class CodeRate:
    """How often a code occurs in one arm."""

    code: str
    arm: str
    conferences: int
    """Coded to their end."""
    having: int
    """Those of them with at least one such code."""
    turns: int
    """Coded turns."""
    times: int
    """Those of them with the code."""
    share: Figure
    """Of conferences."""
    per_turn: Figure
    share_gap: Figure | None
    """Less the first arm's; None of the first arm itself."""
    per_turn_gap: Figure | None

    @property
    def few(self) -> bool:
        """Whether its conferences are too few to tell a rate."""
        return self.conferences < FEW_CONFERENCES


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How often thoughts of one arm were given a label."""

    arm: str
    label: str
    count: int
    of: int
    """Labelled thoughts of the arm, those not settled among them."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """Whether what a label rests on had been given to the speaker."""

    arm: str
    label: str
    passages: int
    """Passages of the pool that were named, where the key knows who spoke."""
    given: int
    """Those of them that the speaker had truly been given."""
    turns: int
    """Earlier turns that were named."""


@dataclass(frozen=True, slots=True)
class Bargaining:
    """What was coded, in one analysis."""

    base: str
    """The arm that the others are held to."""
    rates: tuple[CodeRate, ...]
    labels: tuple[LabelCount, ...]
    grounds: tuple[Grounds, ...]
    partly: int
    """Conferences that were begun and not coded to their end."""
    split: int
    """Turns and codes that half of the raters gave, and nobody adjudicated: not counted."""
    adjudicated: int
    """Turns that were."""

    @property
    def arms(self) -> tuple[CodeRate, ...]:
        """One rate of each arm, for what does not hang on the code."""
        return tuple({each.arm: each for each in self.rates}.values())


@dataclass(frozen=True, slots=True)
class _Turn:
    """One turn, settled."""

    item: str
    arm: str
    turn: int
    turns: int
    codes: frozenset[str]
    split: int
    labels: tuple[str, ...]
    by: Literal["raters", "adjudicated"]


def bargaining(
    told: Judgements, settled: Sequence[Coding], *, key: Key, rubric: Rubric, seed: int
) -> Bargaining:
    """The results of the coding.

    Args:
        told: Judgements of one analysis.
        settled: Turns that were adjudicated.
        key: Of the study.
        rubric: With the codes and labels.
        seed: Of every draw.
    """
    arms = arms_coded(key)
    codings = told.once.codings
    turns = list(_turns(codings, settled, rubric))
    rates = []
    for code in rubric.codes:
        by_arm = {arm: [each for each in turns if each.arm == arm] for arm in arms}
        rates += [_rate(code.id, arm, by_arm, arms[0], seed) for arm in arms]
    whole = {each.item for each in turns} - _partly(turns)
    return Bargaining(
        arms[0] if arms else "",
        tuple(rates),
        tuple(_labels(turns, arms, rubric)),
        tuple(_grounds(codings, settled, arms, key, rubric)),
        len({each.item for each in turns}) - len(whole),
        sum(each.split for each in turns),
        sum(each.by == "adjudicated" for each in turns),
    )


def arms_coded(key: Key) -> list[str]:
    """The arms of the conferences that are coded, the one that others are held to first."""
    arms = dict.fromkeys(
        arm_of(each) for each in key.items if each.task == "coding" and not each.checked
    )
    return sorted(arms, key=lambda arm: arm != FULL)


def _turns(codings: Sequence[Coding], settled: Sequence[Coding], rubric: Rubric) -> Iterator[_Turn]:
    decided = {(each.item, each.turn): each for each in settled}
    by_turn: dict[tuple[str, int], list[Coding]] = {}
    for each in codings:
        by_turn.setdefault((each.item, each.turn), []).append(each)
    traced = {each.id for each in rubric.codes if each.gist}
    for place, of in by_turn.items():
        last = [decided[place]] if place in decided else of
        given = Counter(code for each in last for code in each.ids)
        codes = frozenset(code for code, times in given.items() if times * 2 > len(last))
        labels = tuple(_label(last, code) for code in sorted(codes & traced))
        yield _Turn(
            of[0].item,
            of[0].arm,
            of[0].turn,
            of[0].turns,
            codes,
            sum(times * 2 == len(last) for times in given.values()),
            tuple(each for each in labels if each is not None),
            "adjudicated" if place in decided else "raters",
        )


def _label(of: Sequence[Coding], code: str) -> str | None:
    """The label of a code that more than half of those who labelled it gave; None without any."""
    given = Counter(c.label for each in of for c in each.codes if c.code == code and c.label)
    if not given:
        return None
    label, times = given.most_common(1)[0]
    return label if times * 2 > given.total() else OPEN


def _partly(turns: Sequence[_Turn]) -> set[str]:
    done = Counter(each.item for each in turns)
    return {each.item for each in turns if done[each.item] < each.turns}


def _rate(
    code: str, arm: str, by_arm: Mapping[str, Sequence[_Turn]], base: str, seed: int
) -> CodeRate:
    having, conferences = _having(code, by_arm[arm])
    values, items = _values(code, by_arm[arm])
    share = Figure(
        having / conferences if conferences else None,
        wilson(having, conferences),
        len(values),
        conferences,
        "Wilson",
    )
    mean = sum(values) / len(values) if values else None
    ends, how = share_interval(values, items, seed=seed)
    per_turn = Figure(mean, ends, len(values), len(set(items)), how)
    gaps: tuple[Figure | None, Figure | None] = (None, None)
    if arm != base:
        gaps = _gaps(code, by_arm[arm], by_arm[base], seed)
    return CodeRate(
        code, arm, conferences, having, len(values), sum(values), share, per_turn, *gaps
    )


def _gaps(
    code: str, turns: Sequence[_Turn], others: Sequence[_Turn], seed: int
) -> tuple[Figure, Figure]:
    """Share of conferences and rate per turn, less those of others."""
    if not turns or not others:
        return Figure(), Figure()
    one, two = _having(code, turns), _having(code, others)
    here, there = _values(code, turns), _values(code, others)
    n = len(turns) + len(others)
    less = one[0] / one[1] - two[0] / two[1] if one[1] and two[1] else None
    share = Figure(less, share_difference(one, two), n, one[1] + two[1], "Newcombe")
    ends, how = difference_interval(here, there, seed=seed).within(-1.0, 1.0)
    gap = sum(here[0]) / len(turns) - sum(there[0]) / len(others)
    return share, Figure(gap, ends, n, len({*here[1], *there[1]}), how)


def _having(code: str, turns: Sequence[_Turn]) -> tuple[int, int]:
    """Conferences with the code, and all that were coded to their end."""
    whole = {each.item for each in turns} - _partly(turns)
    return len({each.item for each in turns if code in each.codes} & whole), len(whole)


def _values(code: str, turns: Sequence[_Turn]) -> tuple[list[bool], list[str]]:
    return [code in each.codes for each in turns], [each.item for each in turns]


def _labels(turns: Sequence[_Turn], arms: Sequence[str], rubric: Rubric) -> Iterator[LabelCount]:
    names = [*(each.id for each in rubric.labels), OPEN]
    for arm in arms:
        given = Counter(label for each in turns if each.arm == arm for label in each.labels)
        for name in names:
            yield LabelCount(arm, name, given[name], given.total())


def _grounds(
    codings: Sequence[Coding],
    settled: Sequence[Coding],
    arms: Sequence[str],
    key: Key,
    rubric: Rubric,
) -> Iterator[Grounds]:
    decided = {(each.item, each.turn) for each in settled}
    last = [*settled, *(each for each in codings if (each.item, each.turn) not in decided)]
    given_to = {
        (given.id, item, seat)
        for pool in key.pools.values()
        for given in pool
        for item, seat in given.to
    }
    for arm in arms:
        for label in rubric.labels:
            named, given, turns = 0, 0, 0
            for each in last:
                for code in each.codes:
                    if each.arm == arm and code.label == label.id:
                        of, true = _given(each, code, given_to)
                        named, given = named + of, given + true
                        turns += sum(isinstance(p, int) and p < each.turn for p in code.passages)
            yield Grounds(arm, label.id, named, given, turns)


def _given(coding: Coding, code: CodedTurn, given_to: set[tuple[str, str, str]]) -> tuple[int, int]:
    """How many passages a label rests on, and how many of them the speaker was given."""
    if coding.seat is None:
        return 0, 0
    named = [each for each in code.passages if isinstance(each, str)]
    return len(named), sum((each, coding.item, coding.seat) in given_to for each in named)
