"""What breaks the blindness of a study, found before anyone rates.

A fault must be mended before a study is sealed; an advice is for its author to weigh.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from debate.study.bundle import Place
from debate.study.drawing.assignment import personas_of, voice
from debate.study.drawing.masking import left_in, masked_turns
from debate.study.drawing.plan import NO_PERSONA, SHUFFLED
from debate.study.key import ItemKey, Key
from debate.study.rubric import Task

_FEW_CHECKS = 2
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found."""

    where: str
    """Such as `item abcd`, `rater kai`."""
    what: str
    fault: bool = True
    """False of what is only advice."""


def check(key: Key, plans: Mapping[str, Sequence[Place]]) -> list[Finding]:
    """What is to be said of a study.

    Args:
        key: The study.
        plans: What each rater rates.
    """
    return [
        *_names(key),
        *_masks(key),
        *_authors(key, plans),
        *_twice_running(key, plans),
        *_disjoint(key),
        *_sides(key, plans),
        *_scenes(key),
        *_arms(key),
        *_controls(key, plans),
    ]


def _names(key: Key) -> Iterator[Finding]:
    people = list(key.people.values())
    for item in key.items:
        for origin in item.origins:
            for n, text in enumerate(masked_turns(origin.turns, origin.masks), 1):
                for name in left_in(text, people):
                    yield Finding(f"item {item.id}", f"{name!r} can be read in its turn {n}")
        for name in left_in(item.scene, people):
            yield Finding(f"item {item.id}", f"{name!r} can be read in its scene")
    for card in key.shown:
        for name in left_in(card.text, people):
            yield Finding(f"card {card.id}", f"{name!r} can be read on it")
    for name in left_in(key.title, people):
        yield Finding("title", f"{name!r} can be read in it, which every rater sees")


def _masks(key: Key) -> Iterator[Finding]:
    if key.masks_checked_by is None:
        yield Finding("masks", "nobody has looked at them: `yalta study mask`")


def _authors(key: Key, plans: Mapping[str, Sequence[Place]]) -> Iterator[Finding]:
    items = {item.id: item for item in key.items}
    for rater in key.raters:
        known = {_folded(rater.id), *(_folded(each) for each in rater.wrote)}
        wrote = {p for p, e in key.people.items() if e.author and _folded(e.author) in known}
        wrote |= set(rater.wrote)
        for place in plans.get(rater.id, ()):
            for persona in sorted(wrote & personas_of(items[place.item], key)):
                yield Finding(
                    f"rater {rater.id}", f"is the author of {persona} and rates item {place.item}"
                )


def _folded(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _twice_running(key: Key, plans: Mapping[str, Sequence[Place]]) -> Iterator[Finding]:
    items = {item.id: item for item in key.items}
    for rater, plan in plans.items():
        by_task: dict[Task, list[ItemKey]] = defaultdict(list)
        for place in plan:
            by_task[items[place.item].task].append(items[place.item])
        for task, found in by_task.items():
            times = sum(voice(a) == voice(b) for a, b in pairwise(found))
            if times and task != "coding":
                what = f"one persona comes twice running {times} times in {task}"
                yield Finding(f"rater {rater}", what, fault=_avoidable(found))


def _avoidable(items: Sequence[ItemKey]) -> bool:
    """Whether no voice has more than half of the items, so that some order would do."""
    most = max(Counter(map(voice, items)).values())
    return most <= (len(items) + 1) // 2


def _disjoint(key: Key) -> Iterator[Finding]:
    used: dict[tuple[str, int], str] = {}
    for item in key.items:
        if item.repeats is not None or item.task == "coding":
            continue
        for origin in item.origins:
            for seq in origin.seqs:
                turn = (origin.head or "", seq)
                if turn in used:
                    yield Finding(f"item {item.id}", f"shows a turn that item {used[turn]} shows")
                used[turn] = item.id


def _sides(key: Key, plans: Mapping[str, Sequence[Place]]) -> Iterator[Finding]:
    pairs = {item.id for item in key.items if item.task == "pairs"}
    for rater, plan in plans.items():
        swaps = [place.swap for place in plan if place.item in pairs]
        if len(swaps) >= 6 and not 0.25 <= sum(swaps) / len(swaps) <= 0.75:
            yield Finding(f"rater {rater}", "the sides of the pairs are far from even")


def _scenes(key: Key) -> Iterator[Finding]:
    """A scene that one arm alone has tells the arm."""
    arms: dict[str, set[str]] = defaultdict(set)
    for item in key.items:
        for origin in item.origins:
            if origin.arm:
                arms[origin.arm].add(item.scene)
    for arm, scenes in arms.items():
        others = set().union(*(seen for each, seen in arms.items() if each != arm), set())
        if len(arms) > 1 and (alone := sorted(scenes - others)):
            what = f"the scene {alone[0][:60]!r} is in this arm alone, and tells it"
            yield Finding(f"arm {arm}", what, fault=False)


def _arms(key: Key) -> Iterator[Finding]:
    """Arms that differ in more than what they are called after."""
    models: dict[str, set[str]] = defaultdict(set)
    for source in key.sources:
        models[source.arm] |= set(source.models)
    for (one, of_one), (other, of_other) in combinations(models.items(), 2):
        if of_one != of_other:
            what = (
                f"{one} and {other} differ in their models as well: a difference between them may"
                " be that of the models"
            )
            yield Finding("arms", what, fault=False)
    foils = (NO_PERSONA, SHUFFLED)
    for arm in {o.arm for i in key.items for o in i.origins if o.persona == NOBODY} - {*foils}:
        what = f"the persona {NOBODY!r} speaks in it: if it is a foil, call it {NO_PERSONA}"
        yield Finding(f"arm {arm}", what, fault=False)


def _controls(key: Key, plans: Mapping[str, Sequence[Place]]) -> Iterator[Finding]:
    if key.rubric.kind == "emergence":
        return
    items = {item.id: item for item in key.items}
    for rater, plan in plans.items():
        checks = sum(items[place.item].checked for place in plan)
        if checks < _FEW_CHECKS:
            what = f"has {checks} attention checks, too few to tell carelessness by"
            yield Finding(f"rater {rater}", what, fault=False)
    kinds = {item.kind for item in key.items}
    if "no-persona" not in kinds:
        what = "no text without a persona stands beside the others: nothing to hold them against"
        yield Finding("foils", what, fault=False)
    for said in key.left_out:
        yield Finding("left out", said, fault=False)
