"""All that follows from a study's ratings, four times: with and without what its rules leave out.

    results = results_of(bundle, key, files, seed=1)
    results.main.identified.genuine.share.value

Nothing here is a judgement of the program's: where no person has rated there is no number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from debate.study.bundle import Bundle, Foreseen, sha256
from debate.study.key import Key, dump_key
from debate.study.ratings import Rating, RatingsFile
from debate.study.results.bargaining import Bargaining, bargaining
from debate.study.results.concord import Agreement, concord
from debate.study.results.exclusion import FlaggedItem, RaterReport, flagged_items, rater_report
from debate.study.results.identification import Recognition, identified
from debate.study.results.judgements import Judgements, arm_of, judgements, resolved
from debate.study.results.preference import Preferences, preferences
from debate.study.results.scales import Scaled, scaled
from debate.study.rubric import Task

Name = Literal["all", "without flagged items", "without excluded raters", "without both"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """The results over some of the judgements. A task that the study has no items of is None."""

    name: Name
    items_out: tuple[str, ...]
    raters_out: tuple[str, ...]
    judged: int
    """Judgements in it, repeats among them."""
    agreement: tuple[Agreement, ...]
    identified: Recognition | None
    preferences: Preferences | None
    scaled: Scaled | None
    bargaining: Bargaining | None


@dataclass(frozen=True, slots=True)
class Sealed:
    """Whether the key is the one that was sealed before the first rating."""

    before: str
    """Its hash as the bundle has it."""
    now: str
    of_ratings: tuple[str, ...]
    """Hashes that the ratings files bear, where they differ from the bundle's."""

    @property
    def whole(self) -> bool:
        """Whether all agree."""
        return self.before == self.now and not self.of_ratings


@dataclass(frozen=True, slots=True)
class Precision:
    """How precise the study was foreseen to be, and is."""

    foreseen: Foreseen | None
    reached: float | None
    """Half of the width of the interval of identification accuracy; None without one."""


@dataclass(frozen=True, slots=True)
class Results:
    """All of it."""

    told: Judgements
    tasks: tuple[Task, ...]
    """Those that the study has items of."""
    raters: tuple[RaterReport, ...]
    flagged: tuple[FlaggedItem, ...]
    analyses: tuple[Analysis, ...]
    sealed: Sealed
    precision: Precision
    seed: int

    @property
    def main(self) -> Analysis:
        """The analysis of everything."""
        return self.analyses[0]

    @property
    def rated(self) -> bool:
        """Whether anybody has rated anything."""
        return self.main.judged > 0

    @property
    def excluded(self) -> tuple[RaterReport, ...]:
        """The raters that the rules leave out."""
        return tuple(each for each in self.raters if each.reasons)


def results_of(
    bundle: Bundle,
    key: Key,
    files: Sequence[RatingsFile],
    adjudicated: Sequence[Rating] = (),
    *,
    seed: int,
) -> Results:
    """The results of a study.

    Args:
        bundle: What raters got.
        key: What it truly was.
        files: The ratings, one file a rater; none is a study that nobody has rated.
        adjudicated: Answers on which raters agreed afterwards. They settle codes and
            identification, and count nowhere as ratings.
        seed: Of every draw: the same ratings and seed give the same results.

    Raises:
        UserError: if a file is of another study or twice a rater's, or rates what is not there.
    """
    told = judgements(bundle, key, files)
    settled = resolved(bundle, key, adjudicated)
    closing = {each.rater: each.closing for each in files}
    raters = tuple(
        rater_report(bundle, key, told, rater, closing.get(rater))
        for rater in dict.fromkeys([*bundle.plans, *closing])
    )
    flagged = flagged_items(told, bundle.exclusions)
    study = _Study(bundle, key, told, settled, seed)
    items_out = tuple(each.item for each in flagged if each.excluded)
    raters_out = tuple(each.rater for each in raters if each.reasons)
    analyses = study.analyses(items_out, raters_out)
    hashes = tuple(sorted({each.head.key_sha256 for each in files} - {bundle.key_sha256}))
    return Results(
        told,
        study.tasks,
        raters,
        flagged,
        analyses,
        Sealed(bundle.key_sha256, sha256(dump_key(key)), hashes),
        Precision(bundle.foreseen, _reached(analyses[0])),
        seed,
    )


@dataclass(frozen=True, slots=True)
class _Study:
    """What every analysis is made from."""

    bundle: Bundle
    key: Key
    told: Judgements
    settled: Judgements
    seed: int

    @property
    def tasks(self) -> tuple[Task, ...]:
        there = {each.task for each in self.key.items if not each.checked}
        return tuple(task for task in self.bundle.rubric.tasks if task in there)

    def analyses(self, items: tuple[str, ...], raters: tuple[str, ...]) -> tuple[Analysis, ...]:
        """All four; where the rules leave nothing out, the same figures again."""
        parts: dict[tuple[tuple[str, ...], tuple[str, ...]], Analysis] = {}
        names: tuple[tuple[Name, tuple[str, ...], tuple[str, ...]], ...] = (
            ("all", (), ()),
            ("without flagged items", items, ()),
            ("without excluded raters", (), raters),
            ("without both", items, raters),
        )
        found = []
        for name, items_out, raters_out in names:
            if (items_out, raters_out) not in parts:
                parts[items_out, raters_out] = self.analysis(name, items_out, raters_out)
            found.append(replace(parts[items_out, raters_out], name=name))
        return tuple(found)

    def analysis(
        self, name: Name, items_out: tuple[str, ...], raters_out: tuple[str, ...]
    ) -> Analysis:
        """One of them."""
        told = self.told.without(set(items_out), set(raters_out))
        settled = self.settled.without(set(items_out), ())
        tasks, seed = self.tasks, self.seed
        rubric = self.bundle.rubric
        return Analysis(
            name,
            items_out,
            raters_out,
            len({(e.rater, e.item, getattr(e, "turn", 0)) for e in told}),
            concord(told, rubric, tasks, seed=seed),
            identified(
                told, settled.identifications, personas=self._personas(), seed=seed
            ) if "identification" in tasks else None,
            preferences(told, systems=self._systems(), seed=seed) if "pairs" in tasks else None,
            scaled(
                told, dimensions=self._dimensions(), groups=self._groups(), seed=seed
            ) if "likert" in tasks else None,
            bargaining(
                told, settled.codings, key=self.key, rubric=rubric, seed=seed
            ) if "coding" in tasks else None,
        )  # fmt: skip

    def _personas(self) -> list[str]:
        shown = {card for each in self.key.items for card in each.cards}
        return sorted(name for card, name in self.key.cards.items() if card in shown)

    def _systems(self) -> list[str]:
        of = [each for each in self.key.items if each.task == "pairs" and not each.checked]
        arms = dict.fromkeys(arm_of(each, side) for each in of for side in (0, 1))
        return sorted(arms)

    def _dimensions(self) -> list[str]:
        checks = {each.id for each in self.key.items if each.checked}
        asked = {
            scale
            for each in self.bundle.items
            if each.task == "likert" and each.id not in checks
            for scale in each.dimensions
        }
        return [each.id for each in self.bundle.rubric.likert if each.id in asked]

    def _groups(self) -> list[tuple[str, str]]:
        of = [each for each in self.key.items if each.task == "likert" and not each.checked]
        groups = dict.fromkeys((each.kind, arm_of(each)) for each in of)
        return sorted(groups, key=lambda group: (group[0] != "genuine", *group))


def _reached(main: Analysis) -> float | None:
    if main.identified is None:
        return None
    ends = main.identified.genuine.share.interval
    return None if ends is None else (ends.high - ends.low) / 2
