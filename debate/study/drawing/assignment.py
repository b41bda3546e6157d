"""Who rates what, and in which order.

Up to five raters rate everything. More are put to items in blocks, balanced as far as numbers
allow: every item has as many raters, raters have as many items as each other, and every two of them
share about as many, which is what agreement is computed from.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

from debate.study.bundle import Place
from debate.study.drawing.plan import raters_each
from debate.study.key import ItemKey, Key
from debate.study.rubric import Task

_TRIES = 60
_MOST_BLOCKS = 4000


def assign(key: Key) -> dict[str, tuple[Place, ...]]:
    """The plan of every rater: as it was sealed, or as it would be."""
    if key.plans:
        return key.plans
    generator = random.Random(f"{key.seed} assignment")
    raters = [rater.id for rater in key.raters]
    given = _given(key, raters_each(len(raters), key.each), generator)
    sides = _sides(key, given, generator)
    return {
        rater: tuple(
            Place(item=item.id, swap=(item.id, rater) in sides)
            for task in key.rubric.tasks
            for item in _ordered(_of(key, task, given[rater]), generator)
        )
        for rater in raters
    }


def _of(key: Key, task: Task, ids: set[str]) -> list[ItemKey]:
    return [item for item in key.items if item.task == task and item.id in ids]


def _given(key: Key, each: int, generator: random.Random) -> dict[str, set[str]]:
    """The ids of what each rater rates. A repeat goes to those who rate what it repeats, checks to
    everyone, and nobody rates a persona whose card they wrote."""
    wrote = {rater.id: set(rater.wrote) for rater in key.raters}
    given: dict[str, set[str]] = {rater: set() for rater in wrote}
    blocks = _Blocks(list(wrote), generator)
    chosen: dict[str, tuple[str, ...]] = {}
    items = [item for item in key.items if item.repeats is None and not item.checked]
    # Item by item of one kind, so that each rater gets about as many of every kind.
    items.sort(key=lambda item: (item.task, item.kind, item.against or "", item.id))
    for item in items:
        may = [r for r in wrote if not wrote[r] & personas_of(item, key)]
        chosen[item.id] = blocks.next(may, each)
        for rater in chosen[item.id]:
            given[rater].add(item.id)
    for item in key.items:
        if item.repeats is not None:
            for rater in chosen[item.repeats]:
                given[rater].add(item.id)
        elif item.checked:
            for rater, had in given.items():
                if not wrote[rater] & personas_of(item, key) and _of(key, item.task, had):
                    had.add(item.id)
    return given


def personas_of(item: ItemKey, key: Key) -> set[str]:
    """The personas whom an item is about: who is heard, and whose cards are held against it."""
    heard = {origin.persona for origin in item.origins if origin.persona} | set(item.seats)
    cards = {key.cards[card] for card in item.cards if card in key.cards}
    return heard | cards | ({item.against} if item.against else set())


class _Blocks:
    """Chooses raters so that loads and shared items stay level."""

    def __init__(self, raters: Sequence[str], generator: random.Random) -> None:
        self._load = Counter(dict.fromkeys(raters, 0))
        self._shared: Counter[tuple[str, str]] = Counter()
        self._random = generator

    def next(self, may: Sequence[str], each: int) -> tuple[str, ...]:
        """Raters for one more item, of those who may rate it."""
        if len(may) <= each:
            chosen = tuple(may)
        else:
            blocks = list(combinations(may, each))
            if len(blocks) > _MOST_BLOCKS:
                few = sorted(may, key=lambda r: (self._load[r], self._random.random()))
                blocks = list(combinations(few[: each + 4], each))
            self._random.shuffle(blocks)
            chosen = min(blocks, key=self._unevenness)
        self._load.update(chosen)
        self._shared.update(combinations(sorted(chosen), 2))
        return chosen

    def _unevenness(self, block: tuple[str, ...]) -> tuple[int, int, int]:
        load = sum(self._load[rater] ** 2 + 2 * self._load[rater] + 1 for rater in block)
        load -= sum(self._load[rater] ** 2 for rater in block)
        pairs = [self._shared[pair] for pair in combinations(sorted(block), 2)]
        return load, sum(pairs), max(pairs, default=0)


def _sides(
    key: Key, given: Mapping[str, set[str]], generator: random.Random
) -> set[tuple[str, str]]:
    """Item and rater where `b` of a pair stands on the left: for half of an item's raters, and in
    half of a rater's items; which, is drawn."""
    pairs = [item.id for item in key.items if item.task == "pairs"]
    swaps: set[tuple[str, str]] = set()
    times = Counter(dict.fromkeys(given, 0))
    left = Counter({rater: sum(item in had for item in pairs) for rater, had in given.items()})
    for item in generator.sample(pairs, len(pairs)):
        raters = [rater for rater, had in given.items() if item in had]
        # Whoever has had the fewest, of what they get, comes first.
        order = sorted(raters, key=lambda r: (times[r] / left[r], generator.random()))
        half = (len(order) + generator.randrange(2)) // 2
        for rater in order[:half]:
            swaps.add((item, rater))
            times[rater] += 2
        for rater in raters:
            times[rater] -= 1
    return swaps


def _ordered(items: Sequence[ItemKey], generator: random.Random) -> list[ItemKey]:
    """Items in an order with no persona twice running, if it can be, and repeats far from what
    they repeat: the best of some random orders."""
    tries = (_spread(items, generator) for _ in range(_TRIES if len(items) > 2 else 1))
    return min(tries, key=_closeness)


def _closeness(order: Sequence[ItemKey]) -> float:
    where = {item.id: n for n, item in enumerate(order)}
    running = sum(voice(a) == voice(b) for a, b in pairwise(order))
    near = 0.0
    for n, item in enumerate(order):
        if item.repeats in where:
            near += max(0.0, 0.4 - abs(n - where[item.repeats]) / len(order))
    return running * 10 + near


def voice(item: ItemKey) -> str:
    """Whose voice an item brings to mind, so that it does not come twice running. A text without a
    persona brings none: kept apart, such texts could be told by their places."""
    if item.against is None and item.kind == "no-persona":
        return item.id
    return item.against or item.origins[0].persona or item.id


def _spread(items: Sequence[ItemKey], generator: random.Random) -> list[ItemKey]:
    left: Mapping[str, list[ItemKey]] = defaultdict(list)
    for item in generator.sample(list(items), len(items)):
        left[voice(item)].append(item)
    order: list[ItemKey] = []
    total = len(items)
    while len(order) < total:
        last = voice(order[-1]) if order else None
        most = max(left, key=lambda v: (len(left[v]), generator.random()))
        may = [v for v in left if left[v] and v != last] or [v for v in left if left[v]]
        # Whoever has more left than half of what remains must come now, or will come twice.
        must = most in may and 2 * len(left[most]) > total - len(order)
        pick = most if must else generator.choices(may, [len(left[v]) for v in may])[0]
        order.append(left[pick].pop())
    return order
