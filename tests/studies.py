"""Small studies, made without a conference: bundles of every task, and a key with masks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from debate.study.bundle import (
    Bundle,
    Card,
    CodingItem,
    Excerpt,
    HeardTurn,
    IdentificationItem,
    Item,
    LikertItem,
    PairsItem,
    Place,
    PoolPassage,
    dump_bundle,
)
from debate.study.key import ItemKey, Key, Mask, Origin, RaterKey, opaque
from debate.study.rubric import Rubric, find_rubric

SECRET = "5e" * 32
CARDS = (
    "Register: a preacher's.\nRhythm: long sentences that rise, and rise.\nDevices: parables.",
    "Register: an engineer's.\nRhythm: clipped.\nDevices: numbers before claims.",
    "Register: plain talk.\nOften says: sort of, I think.\nMixes in: Chinese, 一点点.",
    "Register: a lawyer's.\nAvoids: jokes.\nDevices: three points, then a fourth.",
)
SAID = (
    "Three runs. Two failed. The third held for nine hours. So we ship the third.",
    "There was a man who built his house on a hill, and the hill said nothing, and the rain came.",
    "I think it sort of works. 一点点, you know? It sort of works every time, I think.",
    "First, the statute. Second, the precedent. Third, the facts; and fourth, common sense.",
)
SCENE = "A debate on open weights, third round"


def name(*parts: object) -> str:
    """An opaque id."""
    return opaque(SECRET, *parts)


def said(n: int, turns: int = 2) -> Excerpt:
    """An excerpt that no other number gives."""
    return Excerpt(turns=tuple(f"{SAID[(n + t) % len(SAID)]} ({n}.{t})" for t in range(turns)))


def cards() -> tuple[Card, ...]:
    """Four cards that name every trait."""
    return tuple(
        Card(
            id=name("card", n),
            text=text,
            traits=("lexis", "rhythm", "code-switching", "devices"),
        )
        for n, text in enumerate(CARDS)
    )


def bundle_of(
    rubric: Rubric,
    items: tuple[Item, ...],
    *,
    raters: tuple[str, ...] = ("kai",),
    pools: dict[str, tuple[PoolPassage, ...]] | None = None,
    gold: bool = True,
) -> Bundle:
    """A bundle whose raters rate all items, in the order in which they are given here."""
    if not gold:
        rubric = rubric.model_copy(update={"gold": ()})
    plan = tuple(Place(item=e.id, swap=n % 2 == 1) for n, e in enumerate(items))
    return Bundle(
        id=name("study"),
        title="Voices at Yalta",
        rubric=rubric,
        cards=cards() if rubric.kind == "style" else (),
        items=items,
        pools=pools or {},
        plans=dict.fromkeys(raters, plan),
        key_sha256="0" * 64,
        sealed_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


def style_bundle(
    *,
    identification: int = 2,
    pairs: int = 2,
    likert: int = 2,
    raters: tuple[str, ...] = ("kai",),
    gold: bool = True,
) -> Bundle:
    """A study of style with so many items of each task."""
    known = cards()
    four = tuple(each.id for each in known)
    items: list[Item] = [
        IdentificationItem(
            id=name("identification", n),
            scene=SCENE,
            excerpt=said(n),
            cards=four[n % 4 :] + four[: n % 4],
        )
        for n in range(identification)
    ]
    items += [
        PairsItem(
            id=name("pairs", n), scene=SCENE, card=four[n % 4], a=said(n + 100), b=said(n + 200)
        )
        for n in range(pairs)
    ]
    items += [
        LikertItem(
            id=name("likert", n),
            scene=SCENE,
            card=four[n % 4],
            excerpt=said(n + 300, 3),
            dimensions=("lexis", "rhythm", "code-switching", "rhetoric", "overall"),
        )
        for n in range(likert)
    ]
    return bundle_of(find_rubric("style"), tuple(items), raters=raters, gold=gold)


TURNS = (
    "The weights of every model must stay open, without a threshold and without a scale.",
    "We cannot take back what is out. No open release above a threshold of risk.",
    "If you put the safety tests in the open, we publish the weights of the smaller ones.",
    "So let it be tiers: open below the threshold, and a review above it, as both have asked.",
    "We accept the tiers. Our weights stay open below the line.",
    "No. We hold to what was said first: all of it, open.",
)
POOL = (
    ("card", "Believes that weights belong to everyone, and that a ladder has many rungs."),
    ("scenario", "The conference is to find a rule for open weights above a threshold of risk."),
    ("template", "Look for a compromise that others can sign."),
)


def coding_bundle(
    *, turns: int = 6, conferences: int = 1, raters: tuple[str, ...] = ("kai",)
) -> Bundle:
    """A study of what conferences do, turn by turn."""
    items = tuple(
        CodingItem(
            id=name("coding", n),
            scene="A conference on open weights",
            turns=tuple(
                HeardTurn(
                    number=t + 1,
                    speaker="ABC"[t % 3],
                    phase="plenary" if t else "opening",
                    text=TURNS[t % len(TURNS)],
                )
                for t in range(turns)
            ),
            pool=name("pool"),
        )
        for n in range(conferences)
    )
    pool = tuple(
        PoolPassage(id=name("passage", n), kind=k, text=t) for n, (k, t) in enumerate(POOL)
    )
    return bundle_of(find_rubric("emergence"), items, raters=raters, pools={name("pool"): pool})


def save(bundle: Bundle, folder: Path) -> Path:
    """A bundle in its folder; its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "study.json"
    path.write_bytes(dump_bundle(bundle))
    return path


def study_key() -> Key:
    """A key of three items, the last of which shows the first once more; with a mask."""
    turns = ("We at Acme said so, and Ada Lovelace heard it.", "Ada said: no. 一点点 for Acme.")
    masks = (Mask(turn=0, start=24, end=36, shown="[name]"),)
    origin = Origin(arm="full", persona="ada", turns=turns, masks=masks)
    other = Origin(arm="bare", persona="bob", turns=(turns[1], "Nobody is named in this."))
    items = tuple(
        ItemKey(
            id=name("item", n),
            task="identification",
            kind="genuine",
            scene=SCENE,
            cluster=f"scene-{n}",
            origins=(from_,),
            cards=tuple(each.id for each in cards()),
            answer=cards()[n].id,
            repeats=name("item", 0) if n == 2 else None,
        )
        for n, from_ in enumerate((origin, other, origin))
    )
    return Key(
        id=name("study"),
        secret=SECRET,
        seed=1,
        title="Voices at Yalta",
        rubric=find_rubric("style"),
        raters=(RaterKey(id="kai"),),
        cards={
            each.id: who for each, who in zip(cards(), ("ada", "bob", "cyd", "dan"), strict=True)
        },
        shown=cards(),
        items=items,
    )
