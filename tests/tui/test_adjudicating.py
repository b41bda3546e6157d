"""The screen on which raters settle where they differ."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from pilot import wait_until
from rating_room import coded, policy
from scripted_raters import rate_all
from studies import coding_bundle, style_bundle
from studio import on_screen, told

from debate.study.adjudication import differences
from debate.study.ratings import Coded, CodedTurn, Identified, Preferred, Scored, read_ratings
from tui.app import YaltaApp
from tui.screens.adjudicating import AdjudicatingScreen


def other(asked):
    """Another opinion of everything."""
    match asked.item.task:
        case "identification":
            return Identified(card="none", confidence=1)
        case "pairs":
            return Preferred(choice="b")
        case "likert":
            return Scored(points=dict.fromkeys(asked.item.dimensions, 5))
        case _:
            return Coded(turn=asked.turn, codes=(CodedTurn(turn=asked.turn, code="NONE"),))


@asynccontextmanager
async def settling(bundle, tmp_path, said, size=(120, 40), settled=()):
    policies = {"kai": policy if bundle.rubric.kind == "style" else coded, "mo": other}
    files = [
        read_ratings(await rate_all(bundle, rater, tmp_path / f"{rater}.jsonl", each))
        for rater, each in policies.items()
    ]
    screen = AdjudicatingScreen(
        bundle, differences(bundle, files), lambda *agreed: said.append(agreed), settled
    )
    async with YaltaApp(screen).run_test(size=size) as pilot:
        await wait_until(pilot, lambda: screen.shown)
        yield pilot, screen


async def press(pilot, screen, *keys):
    before = screen.shown
    await pilot.press(*keys)
    await wait_until(pilot, lambda: screen.shown > before)


async def test_what_raters_differ_in_is_settled_by_the_same_keys(tmp_path):
    bundle, agreed = style_bundle(identification=1, pairs=1, likert=1, raters=("kai", "mo")), []
    async with settling(bundle, tmp_path, agreed) as (pilot, screen):
        items = [each.item for each in screen.differences]
        assert len(items) == 3
        shown = on_screen(pilot.app)
        assert "Rater 1:" in shown
        assert "None of them (A guess)" in shown
        assert not {"kai", "mo ", *items} & set(shown.split())
        await press(pilot, screen, "2", "4")
        assert agreed[0][:2] == (items[0], 0)
        assert agreed[0][2] == Identified(card=bundle.items[0].cards[1], confidence=4)
        assert "The second" in on_screen(pilot.app)
        await press(pilot, screen, "a")
        await press(pilot, screen, *"11111", "enter")
        assert screen.at == 1  # that was passed over
        await press(pilot, screen, "1")
        assert screen.now is None
        assert "3 of 3 settled" in on_screen(pilot.app)
        await press(pilot, screen, "b")
        assert "settled before" in on_screen(pilot.app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(agreed) == 4)


async def test_a_turn_is_settled_with_the_keys_of_coding(tmp_path):
    bundle, agreed = coding_bundle(raters=("kai", "mo")), []
    async with settling(bundle, tmp_path, agreed, size=(80, 24)) as (pilot, screen):
        assert screen.now.turn == 2
        assert "CONCEDE of turn 1" in on_screen(pilot.app)
        await press(pilot, screen, "A")
        await press(pilot, screen, "B")
        await press(pilot, screen, "n")
        assert agreed[0][1] == 2
        assert agreed[0][2].codes[0].code == "NONE"


async def test_what_cannot_be_recorded_stays(tmp_path):
    bundle = style_bundle(identification=1, pairs=0, likert=0, raters=("kai", "mo"))
    async with settling(bundle, tmp_path, []) as (pilot, screen):

        def full(*_):
            raise OSError(28, "No space left on device")

        screen._agreed = full
        await pilot.press("1", "1")
        await wait_until(pilot, lambda: "No space" in told(pilot))
        assert screen.at == 0
        assert not screen.answers


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=str)
async def test_what_was_settled_before_is_not_asked_again(tmp_path, size):
    bundle = style_bundle(identification=2, pairs=0, likert=0, raters=("kai", "mo"))
    path = await rate_all(bundle, "kai", tmp_path / "agreed.jsonl", policy, most=1)
    settled = read_ratings(path).standing
    async with settling(bundle, tmp_path, [], size, settled) as (_, screen):
        done = [screen._is_settled(n) for n in range(2)]
        assert sum(done) == 1
        assert screen.at == done.index(False)
