"""Sealing: the bundle that raters get is made from the key, and bound to it by its hash.

    bundle = sealed(key, at=datetime.now(UTC))

Items and cards stand in the order of their ids, which are drawn by an HMAC with the study's
secret, so that neither an id nor a place tells what an item is. Nothing of the key but masked
texts, unnamed cards and what is asked goes into the bundle.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from debate.errors import UserError
from debate.study.bundle import (
    Bundle,
    CodingItem,
    Excerpt,
    HeardTurn,
    IdentificationItem,
    Item,
    LikertItem,
    PairsItem,
    PoolPassage,
    sha256,
)
from debate.study.drawing.masking import masked_turns
from debate.study.key import ItemKey, Key, dump_key, opaque
from debate.text import showable


def sealed(key: Key, *, at: datetime) -> Bundle:
    """The bundle of a study.

    Args:
        key: The study, its masks checked and its plans made.
        at: When it is sealed.
    """
    pools = {
        pool: tuple(
            sorted(
                (PoolPassage(id=e.id, kind=e.kind, text=e.text) for e in passages),
                key=lambda passage: passage.id,
            )
        )
        for pool, passages in key.pools.items()
    }
    return Bundle(
        id=key.id,
        title=key.title,
        rubric=key.rubric,
        cards=tuple(sorted(key.shown, key=lambda card: card.id)),
        items=tuple(sorted((shown(item, key) for item in key.items), key=lambda item: item.id)),
        pools=dict(sorted(pools.items())),
        plans=key.plans,
        exclusions=key.exclusions,
        foreseen=key.foreseen,
        key_sha256=sha256(dump_key(key)),
        sealed_at=at,
    )


def shown(item: ItemKey, key: Key) -> Item:
    """An item as raters see it."""
    texts = [
        Excerpt(turns=tuple(map(showable, masked_turns(each.turns, each.masks))))
        for each in item.origins
    ]
    card_of = {persona: card for card, persona in key.cards.items()}
    scene = showable(item.scene)
    match item.task:
        case "identification":
            return IdentificationItem(id=item.id, scene=scene, excerpt=texts[0], cards=item.cards)
        case "pairs":
            card = card_of[item.against or ""]
            return PairsItem(id=item.id, scene=scene, card=card, a=texts[0], b=texts[1])
        case "likert":
            card = card_of[item.against or ""]
            named = next(each.traits for each in key.shown if each.id == card)
            scales = tuple(each.id for each in key.rubric.dimensions(named))
            return LikertItem(
                id=item.id, scene=scene, card=card, excerpt=texts[0], dimensions=scales
            )
        case "coding":
            letters = letters_of(item.seats, item.id, key.secret)
            turns = tuple(
                HeardTurn(number=n, speaker=letters[seat], phase=phase, text=text)
                for n, (seat, phase, text) in enumerate(
                    zip(item.seats, item.phases, texts[0].turns, strict=True), 1
                )
            )
            return CodingItem(id=item.id, scene=scene, turns=turns, pool=item.pool or "")


def letters_of(seats: Iterable[str], item: str, secret: str) -> dict[str, str]:
    """What each speaker of a conference is called: drawn anew for each, so that nobody is known
    again by a letter."""
    order = sorted(set(seats), key=lambda seat: opaque(secret, item, seat))
    return {seat: letter(n) for n, seat in enumerate(order)}


def letter(n: int) -> str:
    """What the nth speaker is called: A to Z, then AA, AB."""
    return letter(n // 26 - 1) + chr(65 + n % 26) if n >= 26 else chr(65 + n)


def opened(bundle: Bundle, key: Key) -> None:
    """Check that a key is the one that a bundle was sealed with, and that the bundle is what was
    made from it: its rules, cards, items and plans.

    Raises:
        UserError: if not, so that it cannot be told what was fixed before rating.
    """
    if sha256(dump_key(key)) != bundle.key_sha256:
        raise UserError(
            "the key is not the one that this study was sealed with: its hash is another",
            hint="find the key file as it was when the study was sealed",
        )
    if sealed(key, at=bundle.sealed_at) != bundle:
        raise UserError(
            "the bundle is not the one that was made from the key: it was changed after sealing",
            hint="find study.json as it was when the study was sealed",
        )
