"""What a rater reads stands where it begins, and can be read to its end."""

from __future__ import annotations

from pilot import wait_until
from rating_room import given, press, room
from studies import style_bundle

from tui.widgets.study import held


def long_cards(bundle):
    """The bundle, its cards longer than a screen."""
    more = "".join(f"\nTrait {n}: it goes on for some words more than fit." for n in range(14))
    cards = tuple(e.model_copy(update={"text": e.text + more}) for e in bundle.cards)
    return bundle.model_copy(update={"cards": cards})


async def test_every_item_opens_at_the_top(tmp_path):
    bundle = long_cards(style_bundle(identification=3, gold=False))
    # the same cards in the same order are asked about once more
    items = [e.model_copy(update={"cards": bundle.items[0].cards}) for e in bundle.items[:3]]
    bundle = bundle.model_copy(update={"items": (*items, *bundle.items[3:])})
    async with room(bundle, tmp_path) as (pilot, screen):
        for _ in range(2):
            cards = screen._bench.asking.cards
            cards.focus()
            await pilot.press("pagedown", "pagedown")
            await wait_until(pilot, lambda cards=cards: cards.scroll_y > 0)
            await press(pilot, screen, "2", "3")
            await wait_until(pilot, lambda cards=cards: cards.scroll_y == 0)
            assert cards.highlighted is None


async def test_a_key_that_is_held_answers_one_item(tmp_path, monkeypatch):
    monkeypatch.setattr(held, "REPEAT", 30)
    bundle = style_bundle(identification=2, pairs=2, likert=0, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        await press(pilot, screen, "x")
        await pilot.press("x", "x")
        assert len(given(screen)) == 1
        await press(pilot, screen, "2", "1")
        await pilot.press("1", "1")  # a pair is asked about now, and 1 would answer it
        assert len(given(screen)) == 2
        await press(pilot, screen, "2")
        await press(pilot, screen, "1")  # another key was pressed in between
        assert len(given(screen)) == 4
