"""Whether raters recognise whose card a text was written from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from debate.study.results.figure import Figure
from debate.study.results.judgements import NONE, Identification, Judgements
from debate.study.statistics import (
    Chance,
    Interval,
    Shown,
    chance_among,
    sensitivity,
    share_interval,
)

#: What judgements are put together by.
By = Literal["all", "kind", "arm", "persona", "confidence", "settled"]
UNJUDGED = "can't judge"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often a group of judgements was right."""

    by: By
    name: str
    share: Figure
    unjudged: int
    """Judgements of it that were "can't judge"; they are not in the share."""
    sensitivity: Figure
    """d' of choosing among the cards shown and "none", which counts as one more."""
    chance: Chance | None = None
    """With true labels dealt out anew; None where it was not asked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """Of what truly was one thing, how often it was taken for each."""

    kind: str
    truth: str
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Confusion:
    """True persona by chosen; what is no persona's own text has rows of its own, at the end."""

    columns: tuple[str, ...]
    """Personas, `none`, and that it cannot be judged."""
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was identified, in one analysis."""

    accuracies: tuple[Accuracy, ...]
    confusion: Confusion

    @property
    def genuine(self) -> Accuracy:
        """Of the personas' own texts: the study's main figure."""
        return next(each for each in self.accuracies if each.by == "all")

    def of(self, by: By) -> tuple[Accuracy, ...]:
        """Those put together by one thing."""
        return tuple(each for each in self.accuracies if each.by == by)


def identified(
    told: Judgements, settled: Sequence[Identification], *, personas: Sequence[str], seed: int
) -> Recognition:
    """The results of identification.

    Args:
        told: Judgements of one analysis.
        settled: Answers that were adjudicated.
        personas: Whose cards there are, in the order of the columns.
        seed: Of every draw.
    """
    once = told.once.identifications
    genuine = [each for each in once if each.kind == "genuine"]
    found = [_accuracy("all", "genuine", genuine, seed, chance=True)]
    for kind in dict.fromkeys(each.kind for each in once if each.kind != "genuine"):
        found.append(_accuracy("kind", kind, [e for e in once if e.kind == kind], seed))
    if len(found) > 1:
        found.append(_accuracy("kind", "every kind", once, seed, chance=True))
    groups: tuple[tuple[By, Callable[[Identification], str | None]], ...] = (
        ("arm", lambda each: each.arm),
        ("persona", lambda each: each.truth),
        ("confidence", lambda each: None if each.confidence is None else str(each.confidence)),
    )
    for by, name in groups:
        for one in sorted({n for each in genuine if (n := name(each)) is not None}):
            of = [each for each in genuine if name(each) == one]
            found.append(_accuracy(by, one, of, seed, chance=by == "arm"))
    if settled:
        last = list(_settled(genuine, settled))
        found.append(_accuracy("settled", "after adjudication", last, seed))
    return Recognition(tuple(found), _confusion(once, personas))


def _accuracy(
    by: By, name: str, of: Sequence[Identification], seed: int, *, chance: bool = False
) -> Accuracy:
    judged = [each for each in of if each.chosen is not None]
    right = [each.right for each in judged]
    items = len({each.item for each in judged})
    unjudged = len(of) - len(judged)
    if not judged:
        none = Figure(n=unjudged, items=len({each.item for each in of}))
        return Accuracy(by, name, none, unjudged, none)
    share = sum(right) / len(right)
    interval, how = share_interval(right, [each.cluster for each in judged], seed=seed)
    figure = Figure(share, interval, len(judged), items, how)
    alternatives = [len(each.among) + 1 for each in judged]
    dprime = Figure(
        sensitivity(share, alternatives), _both(interval, alternatives), len(judged), items, how
    )
    by_chance = chance_among(list(_shown(judged)), seed=seed) if chance else None
    return Accuracy(by, name, figure, unjudged, dprime, by_chance)


def _both(interval: Interval | None, alternatives: Sequence[int]) -> Interval | None:
    if interval is None:
        return None
    low, high = (sensitivity(end, alternatives) for end in interval)
    return None if low is None or high is None else Interval(low, high)


def _shown(judged: Iterable[Identification]) -> Iterator[Shown]:
    """The items with the answers that they got."""
    by_item: dict[str, list[Identification]] = {}
    for each in judged:
        by_item.setdefault(each.item, []).append(each)
    for of in by_item.values():
        among = {*of[0].among, NONE}
        yield Shown(of[0].truth, among, tuple((each.rater, each.chosen) for each in of))


def _settled(
    genuine: Sequence[Identification], settled: Sequence[Identification]
) -> Iterator[Identification]:
    """One answer an item: the adjudicated, else the one that all its raters gave."""
    decided = {each.item: each for each in settled}
    by_item: dict[str, list[Identification]] = {}
    for each in genuine:
        by_item.setdefault(each.item, []).append(each)
    for item, of in by_item.items():
        if item in decided:
            yield decided[item]
        elif len({each.chosen for each in of}) == 1:
            yield of[0]


def _confusion(once: Sequence[Identification], personas: Sequence[str]) -> Confusion:
    columns = (*personas, NONE, UNJUDGED)
    counts: dict[tuple[str, str], Counter[str]] = {}
    for persona in personas:
        counts["genuine", persona] = Counter()
    for each in once:
        truth = each.truth if each.kind in ("genuine", "shuffled") else each.persona or each.truth
        said = UNJUDGED if each.chosen is None else each.chosen
        counts.setdefault((each.kind, truth), Counter())[said] += 1
    rows = [
        Row(kind, truth, tuple(of[column] for column in columns))
        for (kind, truth), of in counts.items()
    ]
    return Confusion(columns, tuple(sorted(rows, key=lambda row: row.kind != "genuine")))
