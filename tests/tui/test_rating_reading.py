"""What a rater reads stands where it begins, and can be read to its end."""

from __future__ import annotations

import pytest
from pilot import wait_until
from rating_room import given, press, room
from studies import coding_bundle, style_bundle
from studio import on_screen

from tui.screens.rating_pages import InstructionsPage
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


async def test_page_keys_scroll_what_has_more_to_show(tmp_path):
    async with room(long_cards(style_bundle(gold=False)), tmp_path, (120, 36)) as (pilot, screen):
        task = screen._bench.asking
        assert screen.focused is task.excerpt
        assert "↓ 1 more card:" in on_screen(pilot.app)
        await pilot.press("pagedown")
        await wait_until(pilot, lambda: task.cards.scroll_y > 0)
        assert screen.focused is task.excerpt
        assert task.cards.highlighted is None
        while task.cards.scroll_y < task.cards.max_scroll_y:
            await pilot.press("pagedown")
            await pilot.pause()
        assert "↓" not in on_screen(pilot.app)
        while task.cards.scroll_y > 0:
            await pilot.press("pageup")
            await pilot.pause()
        assert "↓ 1 more card:" in on_screen(pilot.app)


async def test_a_text_that_is_not_seen_whole_says_so_and_is_scrolled_first(tmp_path):
    bundle = style_bundle(gold=False)
    long = bundle.items[0].excerpt.model_copy(update={"turns": ("It goes on. " * 400,)})
    first = bundle.items[0].model_copy(update={"excerpt": long})
    bundle = bundle.model_copy(update={"items": (first, *bundle.items[1:])})
    async with room(bundle, tmp_path, (80, 24)) as (pilot, screen):
        task = screen._bench.asking
        assert "The excerpt  ↓ more" in on_screen(pilot.app)
        await pilot.press("pagedown")
        await wait_until(pilot, lambda: task.excerpt.scroll_y > 0)
        assert task.cards.scroll_y == 0


async def test_short_cards_are_set_line_by_line(tmp_path):
    async with room(style_bundle(gold=False), tmp_path) as (_, screen):
        assert not any(each.run_in for each in screen._bench.asking.cards.choices)


async def test_a_title_is_told_once(tmp_path):
    bundle = style_bundle()
    same = bundle.model_copy(update={"title": bundle.rubric.title})
    for each, times in ((bundle, 1), (same, 1)):
        told = [text for _, text in InstructionsPage(each, "kai", (0, 6)).parts()]
        assert sum(text.startswith(bundle.rubric.title) for text in told) == times
        assert told[0].endswith("rated by kai")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 24)], ids=str)
@pytest.mark.parametrize("make", [coding_bundle, style_bundle])
async def test_no_key_is_cut(tmp_path, make, size):
    async with room(make(), tmp_path, size) as (pilot, _):
        last = on_screen(pilot.app).splitlines()[-1]
        assert "Leave" in last
        assert "…" not in last


async def test_a_room_at_rest_lays_nothing_out(tmp_path):
    async with room(long_cards(style_bundle(gold=False)), tmp_path) as (pilot, screen):
        await wait_until(pilot, lambda: "more card" in on_screen(pilot.app))
        laid = []
        screen.screen_layout_refresh_signal.subscribe(screen, laid.append)
        for _ in range(10):
            await pilot.pause(0.02)
        assert not laid
