"""Masks, as a person changes them: in one place, or wherever a text stands.

A key is never changed but copied. What is done to a turn is done wherever the same turn is shown,
in an item's repeat above all, so that no two say different things of one text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from debate.errors import UserError
from debate.study.drawing.masking import pattern_of
from debate.study.key import Key, Mask, Origin

#: What stands in the place of a part, as a rule; other words may, too.
USUAL = ("[name]", "[place]", "[organisation]", "[post]")


def with_mask(key: Key, item: str, origin: int, mask: Mask) -> Key:
    """The key with one more mask.

    Args:
        key: The study.
        item: Whose.
        origin: Which of its excerpts, from 0.
        mask: What is masked, and what is shown for it.

    Raises:
        UserError: if it reaches out of its turn, or into another mask.
    """
    here = key.item(item).origins[origin]
    turns = here.turns
    if mask.turn >= len(turns) or not 0 <= mask.start < mask.end <= len(turns[mask.turn]):
        raise UserError("a mask covers some of the words of one turn")
    if any(_meet(mask, each) for each in here.masks):
        raise UserError("there is a mask already: take it away first")
    return _masked_as(key, turns[mask.turn], [*masks_of(here, mask.turn), mask])


def without_mask(key: Key, item: str, origin: int, mask: Mask) -> Key:
    """The key without a mask; the words that it covered will be read."""
    here = key.item(item).origins[origin]
    if mask not in here.masks:
        return key
    left = [each for each in masks_of(here, mask.turn) if each != mask]
    return _masked_as(key, here.turns[mask.turn], left)


def masks_of(origin: Origin, turn: int) -> tuple[Mask, ...]:
    """The masks of one turn, in the order in which they stand in it."""
    return _sorted(each for each in origin.masks if each.turn == turn)


def approved(key: Key, by: str) -> Key:
    """The key once somebody has looked at every mask.

    Raises:
        UserError: if it is not said who.
    """
    if not (name := " ".join(by.split())):
        raise UserError("say who has looked at the masks")
    return key.model_copy(update={"masks_checked_by": name})


def masking_everywhere(key: Key, text: str, shown: str) -> Key:
    """The key with a text masked wherever it stands as a whole and is not masked yet, whatever its
    case: in excerpts, and for good in scenes, cards and the passages that coders read.

    Raises:
        UserError: if it stands nowhere, or is no more than space.
    """
    if not text.strip():
        raise UserError("there is no text to mask")
    pattern = pattern_of(text)

    def masked(origin: Origin) -> Origin:
        masks = list(origin.masks)
        for n, turn in enumerate(origin.turns):
            for hit in pattern.finditer(turn):
                mask = Mask(turn=n, start=hit.start(), end=hit.end(), shown=shown, by="person")
                if not any(_meet(mask, each) for each in masks):
                    masks.append(mask)
        return origin.model_copy(update={"masks": _sorted(masks)})

    after = _elsewhere(_all(key, masked), pattern, shown)
    texts = (turn for item in key.items for origin in item.origins for turn in origin.turns)
    if after == key and not any(pattern.search(each) for each in texts):
        raise UserError(f"{text!r} stands in no excerpt, scene, card or passage")
    return after


def _elsewhere(key: Key, pattern: re.Pattern[str], shown: str) -> Key:
    """The key with a text replaced where there are no masks to be taken off again."""

    def of(text: str) -> str:
        return pattern.sub(lambda _: shown, text)

    items = tuple(item.model_copy(update={"scene": of(item.scene)}) for item in key.items)
    cards = tuple(card.model_copy(update={"text": of(card.text)}) for card in key.shown)
    pools = {
        pool: tuple(each.model_copy(update={"text": of(each.text)}) for each in passages)
        for pool, passages in key.pools.items()
    }
    if (items, cards, pools) == (key.items, key.shown, key.pools):
        return key
    return key.model_copy(
        update={"items": items, "shown": cards, "pools": pools, "masks_checked_by": None}
    )


def unmasking_everywhere(key: Key, text: str) -> Key:
    """The key with a text masked nowhere, whatever its case.

    Raises:
        UserError: if it is masked nowhere.
    """

    def unmasked(origin: Origin) -> Origin:
        masks = tuple(
            mask
            for mask in origin.masks
            if origin.turns[mask.turn][mask.start : mask.end].casefold() != text.casefold()
        )
        return origin.model_copy(update={"masks": masks})

    after = _all(key, unmasked)
    if after == key:
        raise UserError(f"{text!r} is masked nowhere")
    return after


def _masked_as(key: Key, text: str, masks: Iterable[Mask]) -> Key:
    """The key with these masks, and no other, wherever this turn is shown."""
    of_it = list(masks)

    def changed(origin: Origin) -> Origin:
        same = [n for n, turn in enumerate(origin.turns) if turn == text]
        kept = [each for each in origin.masks if each.turn not in same]
        new = [each.model_copy(update={"turn": n}) for n in same for each in of_it]
        return origin.model_copy(update={"masks": _sorted([*kept, *new])}) if same else origin

    return _all(key, changed)


def _all(key: Key, change: Callable[[Origin], Origin]) -> Key:
    """The key with every excerpt changed; whoever had looked at the masks must look again."""
    items = tuple(
        item
        if item.checked  # what it says must be read
        else item.model_copy(update={"origins": tuple(change(origin) for origin in item.origins)})
        for item in key.items
    )
    if items == key.items:
        return key
    return key.model_copy(update={"items": items, "masks_checked_by": None})


def _meet(one: Mask, other: Mask) -> bool:
    return one.turn == other.turn and one.start < other.end and other.start < one.end


def _sorted(masks: Iterable[Mask]) -> tuple[Mask, ...]:
    return tuple(sorted(masks, key=lambda mask: (mask.turn, mask.start)))
