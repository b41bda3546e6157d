"""Of what a study's arms consist, and where arm and model, or scenario, cannot be told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, product

from debate.report.section import Grid, Section
from debate.study.key import Key, SourceKey
from debate.study.report.wording import listed
from debate.study.results.judgements import arm_of

#: Mixtures of the same models that are further apart than this (total variation, 0 to 1) are told
#: as different: one conference more or less of a model in twenty is not.
APART = 0.25
_Of = Callable[[SourceKey], Sequence[str]]
_ASPECTS: dict[str, _Of] = {
    "model": lambda each: each.models,
    "scenario": lambda each: (each.scenario,),
}


def confounded(key: Key) -> Iterator[str]:
    """Where arms that are compared differ in more than their arm."""
    arms = _by_arm(key)
    pairs = [pair for pair in _compared(key) if all(arm in arms for arm in pair)]
    for aspect, named in _ASPECTS.items():
        mixed = {arm: _mixture(of, named) for arm, of in arms.items()}
        differ = [(one, two) for one, two in pairs if _differ(mixed[one], mixed[two])]
        if differ:
            wholly = any(not mixed[one].keys() & mixed[two].keys() for one, two in differ)
            there = {arm for pair in differ for arm in pair}
            told = [f"{arm} is of {_told(of, named)}" for arm, of in arms.items() if arm in there]
            yield (
                f"Arm and {aspect} are confounded{'' if wholly else ' in part'}: {'; '.join(told)}."
                f" What differs between these arms may be the {aspect}'s."
            )


def made_of(key: Key) -> Grid:
    """The arms, each with its conferences."""
    rows = [
        (
            arm,
            str(len(of)),
            _told(of, _ASPECTS["model"]),
            _told(of, _ASPECTS["scenario"]),
            _seeds(each.seed for each in of),
            str(sum(each.turns for each in of)),
        )
        for arm, of in _by_arm(key).items()
    ]
    return Grid(
        "What the arms consist of",
        ("arm", "conferences", "models", "scenarios", "seeds", "turns"),
        tuple(rows),
    )


def transcripts(key: Key) -> Section:
    """Every conference with the hash of its last line, by which its transcript is known."""
    rows = tuple(
        (each.transcript, each.arm, each.scenario, listed(each.models), str(each.seed), each.head)
        for each in key.sources
    )
    grid = Grid(
        "Conferences, each with the hash of its transcript's last line",
        ("transcript", "arm", "scenario", "models", "seed", "hash"),
        rows,
    )
    return Section("transcripts", "Transcripts and their hashes", "method", grids=(grid,))


def _by_arm(key: Key) -> dict[str, list[SourceKey]]:
    found: dict[str, list[SourceKey]] = {}
    for each in key.sources:
        found.setdefault(each.arm, []).append(each)
    return found


def _compared(key: Key) -> list[tuple[str, str]]:
    """Arms that some figure holds to each other."""
    found: set[tuple[str, ...]] = set()
    arms: dict[tuple[str, str], set[str]] = {}
    for item in key.items:
        if item.task == "pairs" and not item.checked:
            found.add(tuple(sorted((arm_of(item, 0), arm_of(item, 1)))))
        elif not item.checked:
            arms.setdefault((item.task, item.kind), set()).add(arm_of(item))
    for (task, kind), of in arms.items():
        ours = arms.get((task, "genuine"), set())
        between = combinations(of, 2) if kind == "genuine" else product(of, ours)
        found |= {tuple(sorted(pair)) for pair in between}
    return sorted((one, two) for one, two in found if one != two)


def _mixture(of: Sequence[SourceKey], named: _Of) -> dict[str, float]:
    """What share of an arm is each model's, or scenario's."""
    shares: dict[str, float] = {}
    for each in of:
        names = named(each)
        for name in names:
            shares[name] = shares.get(name, 0.0) + 1 / len(names) / len(of)
    return shares


def _differ(one: dict[str, float], two: dict[str, float]) -> bool:
    if not one or not two:  # of one it is not known
        return False
    apart = sum(abs(one.get(name, 0) - two.get(name, 0)) for name in {*one, *two}) / 2
    return one.keys() != two.keys() or apart > APART


def _told(of: Sequence[SourceKey], named: _Of) -> str:
    """Names, with in how many conferences if not in all."""
    times = Counter(name for each in of for name in named(each))
    return listed(
        name if n == len(of) else f"{name} ({n} of {len(of)})" for name, n in times.items()
    )


def _seeds(seeds: Iterable[int]) -> str:
    """Seeds, those that follow each other as `1 to 20`."""
    runs: list[list[int]] = []
    for seed in sorted(set(seeds)):
        if runs and seed == runs[-1][-1] + 1:
            runs[-1].append(seed)
        else:
            runs.append([seed])
    told = []
    for run in runs:
        told += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(each) for each in run]
    return ", ".join(told)
