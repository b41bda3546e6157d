"""Whole studies in memory, and raters of known skill: what a report says can be held to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from debate.study.bundle import (
    Bundle,
    Card,
    CodingItem,
    Excerpt,
    Exclusions,
    HeardTurn,
    IdentificationItem,
    LikertItem,
    PairsItem,
    Place,
    PoolPassage,
    sha256,
)
from debate.study.key import Given, ItemKey, Key, Origin, RaterKey, dump_key, opaque
from debate.study.ratings import (
    Closing,
    Coded,
    CodedTurn,
    Head,
    Identified,
    Preferred,
    Rating,
    RatingsFile,
    Scored,
)
from debate.study.rubric import find_rubric

SECRET = "ab" * 32
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
RULES = Exclusions()
STUDY = opaque(SECRET, "study")
PERSONAS = ("ada-l", "bo-k", "cy-m", "di-n")
RATERS = ("ada", "bo", "cy")


@dataclass(frozen=True)
class World:
    """A study, sealed."""

    bundle: Bundle
    key: Key

    @property
    def items(self):
        return {each.id: each for each in self.bundle.items}


@dataclass
class _Drawn:
    """Items on their way into a study."""

    keys: list[ItemKey] = field(default_factory=list)
    items: list = field(default_factory=list)


def card_of(persona: str) -> str:
    return opaque(SECRET, "card", persona)


def style_study(
    *,
    identification: int = 0,
    pairs: int = 0,
    likert: int = 0,
    foils: Mapping[str, int] | None = None,
    repeats: int = 0,
    checks: int = 0,
    systems: Sequence[str] = ("alpha", "beta"),
    arms: Sequence[str] = ("alpha",),
    raters: Sequence[str] = RATERS,
    cards: int = 4,
    personas: Sequence[str] = PERSONAS,
    text: str = "It works. It works every time.",
    title: str = "A study of voices",
    exclusions: Exclusions = RULES,
    seed: int = 1,
) -> World:
    """A study of style; `foils` are so many of each kind in identification and on the scales."""
    rng = np.random.default_rng(seed)
    rubric = find_rubric("style")
    drawn = _Drawn()
    texts = Excerpt(turns=(text, "And once more."))
    dimensions = tuple(each.id for each in rubric.likert)

    def add(task: str, kind: str, n: int, *, answer=None, repeat_of: ItemKey | None = None):
        mark = opaque(SECRET, task, kind, n, repeat_of is not None, answer)
        who = personas[n % len(personas)]
        other = personas[(n + 1) % len(personas)]
        origin = {"turns": texts.turns, "persona": None if kind == "no-persona" else who}
        shown = [who, *(p for p in personas if p != who)][:cards]
        if kind in ("no-persona", "held-out"):
            origin["persona"] = "held-out-one" if kind == "held-out" else None
        order = tuple(card_of(shown[i]) for i in rng.permutation(len(shown)))
        arm = arms[n % len(arms)]
        pair = (systems[n % len(systems)], systems[(n + 1) % len(systems)])
        origins = [Origin(arm=arm, **origin)]
        common = {"id": mark, "scene": "A hall."}
        if task == "identification":
            right = "none" if kind in ("no-persona", "held-out") else card_of(who)
            item = IdentificationItem(**common, excerpt=texts, cards=order)
            answer = answer or right
        elif task == "pairs":
            origins = [Origin(arm=each, **origin) for each in pair]
            item = PairsItem(**common, card=card_of(who), a=texts, b=texts)
        else:
            against = other if kind == "shuffled" else who
            item = LikertItem(**common, card=card_of(against), excerpt=texts, dimensions=dimensions)
        key = ItemKey(
            id=mark,
            task=task,
            kind=kind,
            scene="hall",
            cluster=repeat_of.cluster if repeat_of else f"{task}-{kind}-{n}",
            origins=tuple(origins) if repeat_of is None else repeat_of.origins,
            against=(other if kind == "shuffled" else who) if task != "identification" else None,
            cards=order if task == "identification" else (),
            answer=answer,
            repeats=repeat_of.id if repeat_of else None,
        )
        drawn.keys.append(key)
        drawn.items.append(item)
        return key

    for task, count in (("identification", identification), ("pairs", pairs), ("likert", likert)):
        firsts = [add(task, "genuine", n) for n in range(count)]
        for kind, many in (foils or {}).items() if count and task != "pairs" else ():
            for n in range(many):
                if task == "likert" or kind in ("no-persona", "held-out"):
                    add(task, kind, n)
        for n, first in enumerate(firsts[:repeats]):
            add(task, "genuine", n, repeat_of=first)
        if count:
            told = {"identification": "none", "pairs": "tie", "likert": "2"}[task]
            for n in range(checks):
                add(task, "check", n, answer=told)
    shown = tuple(
        Card(id=card_of(each), text="Rhythm: short.", traits=("rhythm",)) for each in personas
    )
    return _sealed(drawn, rubric, shown, raters, title, exclusions, seed, personas)


def coding_study(
    *,
    arms: Sequence[str] = ("full", "no chair"),
    conferences: int = 20,
    turns: int = 6,
    raters: Sequence[str] = RATERS[:2],
    seed: int = 1,
) -> World:
    """Conferences to be coded; `ann` speaks the odd turns and was given the pool's first passage,
    `ben` the even ones and the second."""
    drawn = _Drawn()
    pool = opaque(SECRET, "pool")
    passages = [opaque(SECRET, "passage", n) for n in range(2)]
    for arm in arms:
        for n in range(conferences):
            mark = opaque(SECRET, "coding", arm, n)
            heard = tuple(
                HeardTurn(number=t, speaker="AB"[(t + 1) % 2], phase="plenary", text=f"Turn {t}.")
                for t in range(1, turns + 1)
            )
            drawn.items.append(CodingItem(id=mark, scene="A hall.", turns=heard, pool=pool))
            drawn.keys.append(
                ItemKey(
                    id=mark,
                    task="coding",
                    kind="genuine",
                    scene="hall",
                    cluster=f"{arm}-{n}",
                    origins=(Origin(arm=arm, turns=("Turn.",)),),
                    pool=pool,
                    seats=tuple(("ben", "ann")[t % 2] for t in range(1, turns + 1)),
                )
            )
    ids = [each.id for each in drawn.keys]
    given = tuple(
        Given(id=each, kind="card", text=f"Passage {n}", to=tuple((i, who) for i in ids))
        for n, (each, who) in enumerate(zip(passages, ("ann", "ben"), strict=True))
    )
    rubric = find_rubric("emergence")
    return _sealed(drawn, rubric, (), raters, "A study of bargaining", Exclusions(), seed, (),
                   {pool: given})  # fmt: skip


def _sealed(drawn, rubric, shown, raters, title, exclusions, seed, personas, pools=None) -> World:
    rng = np.random.default_rng(seed + 1)
    key = Key(
        id=STUDY,
        secret=SECRET,
        seed=seed,
        title=title,
        rubric=rubric,
        raters=tuple(RaterKey(id=each) for each in raters),
        cards={card_of(each): each for each in personas},
        shown=shown,
        items=tuple(drawn.keys),
        pools=pools or {},
        exclusions=exclusions,
    )
    bundle = Bundle(
        id=STUDY,
        title=title,
        rubric=rubric,
        cards=shown,
        items=tuple(sorted(drawn.items, key=lambda each: each.id)),
        pools={
            pool: tuple(PoolPassage(id=each.id, kind=each.kind, text=each.text) for each in of)
            for pool, of in key.pools.items()
        },
        plans={
            rater: tuple(
                Place(item=each.id, swap=bool(rng.integers(2)))
                for each in (drawn.items[i] for i in rng.permutation(len(drawn.items)))
            )
            for rater in raters
        },
        exclusions=exclusions,
        key_sha256=sha256(dump_key(key)),
        sealed_at=WHEN,
    )
    return World(bundle, key)


@dataclass(frozen=True)
class Skill:
    """How a rater judges."""

    accuracy: float = 0.6
    """Chance to name the right card, or `none` where that is right."""
    likeness: float = 0.0
    """How alike all raters' hits on an item are; see `precision`."""
    wins: float = 0.5
    """Chance that the first system of a pair, by name, is preferred."""
    ties: float = 0.0
    points: Mapping[str, float] = field(
        default_factory=lambda: {
            "genuine": 4.0,
            "no-persona": 2.0,
            "shuffled": 2.0,
            "catchphrases": 2.5,
            "held-out": 2.0,
        }
    )
    noise: float = 0.8
    of_item: float = 0.5
    """How far items of one kind differ, in points, for all raters alike."""
    unjudged: float = 0.0
    careless: bool = False
    seconds: float = 12.0
    leaks: frozenset[str] = frozenset()
    comment: str = ""
    closing: str = "no idea"


def rated(
    world: World, skills: Mapping[str, Skill], *, seed: int = 1, upto: int | None = None
) -> list[RatingsFile]:
    """The ratings of raters of known skill."""
    shared = np.random.default_rng([seed, 0])
    of_item = {
        each.id: (shared.random(), shared.normal(), shared.normal()) for each in world.key.items
    }
    files = []
    for number, (rater, skill) in enumerate(skills.items(), 1):
        rng = np.random.default_rng([seed, number])
        answers = [
            (place.item, answer)
            for place in world.bundle.plans[rater][:upto]
            for answer in _answers(world, place.item, skill, of_item[place.item], rng)
        ]
        files.append(file_of(world, rater, answers, skill, rng))
    return files


def file_of(
    world: World,
    rater: str,
    answers: Iterable[tuple[str, object]],
    skill: Skill = Skill(),
    rng: np.random.Generator | None = None,
) -> RatingsFile:
    """These answers as a rater's file."""
    rng = rng or np.random.default_rng(0)
    lines = [
        Rating(
            n=n,
            at=WHEN,
            rater=rater,
            item=item,
            answer=answer,
            seconds=round(float(skill.seconds * rng.uniform(0.7, 1.3)), 3),
            flags=("leak",) if item in skill.leaks else (),
            comment=skill.comment,
        )
        for n, (item, answer) in enumerate(answers, 1)
    ]
    closing = Closing(n=len(lines) + 1, at=WHEN, rater=rater, text=skill.closing)
    head = Head(study=world.bundle.id, key_sha256=world.bundle.key_sha256, rater=rater)
    return RatingsFile(head, (*lines, closing), 0)


def _answers(world, item, skill, alike, rng):
    of, shown = world.key.item(item), world.items[item]
    if of.task == "identification":
        yield _identified(of, skill, alike[0], rng)
    elif of.task == "pairs":
        if (of.checked and not skill.careless) or rng.random() < skill.ties:
            yield Preferred(choice="tie")
        else:
            first, second = (each.arm for each in of.origins)
            wins = 0.5 if skill.careless else skill.wins
            better = min(first, second) if rng.random() < wins else max(first, second)
            yield Preferred(choice="a" if better == first else "b")
    elif of.task == "likert":
        yield _scored(of, shown, skill, alike, rng)
    else:
        for turn in shown.turns:
            yield Coded(turn=turn.number, codes=(CodedTurn(turn=turn.number, code="NONE"),))


def _identified(of, skill, ease, rng) -> Identified:
    if rng.random() < skill.unjudged:
        return Identified(card=None)
    choices = [*of.cards, "none"]
    confidence = int(rng.integers(1, 5))
    if of.checked and not skill.careless:
        return Identified(card=of.answer, confidence=confidence)
    if skill.careless:
        return Identified(card=choices[rng.integers(len(choices))], confidence=confidence)
    chance = skill.accuracy
    if skill.likeness:
        from scipy import stats

        total = 1 / skill.likeness - 1
        chance = stats.beta.ppf(ease, chance * total, (1 - chance) * total)
    if rng.random() < chance:
        return Identified(card=of.answer, confidence=confidence)
    wrong = [each for each in choices if each != of.answer]
    return Identified(card=wrong[rng.integers(len(wrong))], confidence=confidence)


def _scored(of, shown, skill, alike, rng) -> Scored:
    points: dict[str, int | None] = {}
    for dimension in shown.dimensions:
        if rng.random() < skill.unjudged:
            points[dimension] = None
        elif of.checked and not skill.careless:
            points[dimension] = int(of.answer)
        elif skill.careless:
            points[dimension] = int(rng.integers(1, 6))
        else:
            middle = skill.points[of.kind] + skill.of_item * alike[1] + skill.noise * rng.normal()
            points[dimension] = int(np.clip(round(middle), 1, 5))
    return Scored(points=points)


def coded(
    world: World,
    rater: str,
    codes: Callable[[ItemKey, int], Iterable[CodedTurn]],
) -> RatingsFile:
    """Every turn of every conference coded by a rule; a turn without codes is NONE."""
    answers = []
    for of in world.key.items:
        for turn in world.items[of.id].turns:
            found = tuple(codes(of, turn.number))
            none = (CodedTurn(turn=turn.number, code="NONE"),)
            answers.append((of.id, Coded(turn=turn.number, codes=found or none)))
    return file_of(world, rater, answers)
