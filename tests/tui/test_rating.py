"""The rating room: what comes first, and each task by its keys."""

from __future__ import annotations

from pilot import wait_until
from rating_room import coded, given, place, policy, press, room
from scripted_raters import keys_of_gold, rate_all
from studies import coding_bundle, style_bundle
from studio import on_screen

from debate.study.ratings import (
    Identified,
    read_ratings,
)
from debate.study.session import Asked, Pilot, Session
from tui.app import YaltaApp
from tui.screens.rating import RatingScreen
from tui.screens.rating_pages import InstructionsPage
from tui.widgets.study.coding import CodingTask
from tui.widgets.study.identification import IdentificationTask
from tui.widgets.study.likert import LikertTask
from tui.widgets.study.pairs import PairsTask

# Whole studies.


async def test_a_whole_study_of_style_is_rated_by_keys(tmp_path):
    bundle = style_bundle(identification=3, pairs=4, likert=2)
    found = read_ratings(await rate_all(bundle, "kai", tmp_path / "kai.jsonl", policy))
    tasks = [each.answer.task for each in found.standing]
    assert tasks == [*["identification"] * 3, *["pairs"] * 4, *["likert"] * 2]
    for rating in found.standing:
        asked = Asked(0, bundle.item(rating.item), bundle.plans["kai"][0])
        assert rating.answer == policy(asked)
    assert found.closing == "one of them"
    assert [each.right for each in found.lines if each.type == "piloted"] == [True] * 4


async def test_a_whole_conference_is_coded_by_keys(tmp_path):
    bundle = coding_bundle(conferences=2)
    found = read_ratings(await rate_all(bundle, "kai", tmp_path / "kai.jsonl", coded))
    assert len(found.standing) == 12
    assert found.standing[0].answer == coded(Asked(0, bundle.items[0], bundle.plans["kai"][0], 1))
    assert found.standing[1].answer == coded(Asked(0, bundle.items[0], bundle.plans["kai"][0], 2))


# Before the first item.


async def test_the_instructions_come_first_and_again_by_a_key(tmp_path):
    screen = RatingScreen(Session.open(style_bundle(), "kai", tmp_path / "kai.jsonl"))
    async with YaltaApp(screen).run_test(size=(120, 50)) as pilot:
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, InstructionsPage))
        await pilot.pause()
        shown = on_screen(pilot.app)
        assert "written by language models in simulated debates" in shown
        assert "Close to the card:" in shown
        assert "Not close to the card:" in shown
        await pilot.press("space")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("i")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, InstructionsPage))
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is screen)


async def test_the_pilot_round_says_what_was_right_and_is_not_asked_again(tmp_path):
    bundle = style_bundle()
    async with room(bundle, tmp_path) as (pilot, screen):
        for n, gold in enumerate(bundle.rubric.gold):
            assert isinstance(screen.now, Pilot)
            assert f"Pilot round, {n + 1} of 4" in place(screen)
            wrong = {"identification": ("x",), "pairs": ("0",), "likert": ("5", "enter")}
            await pilot.press(*(keys_of_gold(gold) if n % 2 else wrong[gold.task]))
            await wait_until(pilot, lambda: screen._feedback.is_shown)
            shown = " ".join(on_screen(pilot.app).split())
            assert ("✓ Right." if n % 2 else "✗ That is not what was expected.") in shown
            assert gold.feedback[:40] in shown
            assert not given(screen)
            await press(pilot, screen, "enter")
        assert isinstance(screen.now, Asked)
    async with room(bundle, tmp_path) as (_, screen):
        assert isinstance(screen.now, Asked)


# The tasks.


async def test_identification_takes_a_card_and_how_sure_one_is(tmp_path):
    async with room(style_bundle(identification=4, gold=False), tmp_path) as (pilot, screen):
        first = screen.now.item
        await pilot.press("9")  # no such card
        await pilot.press("2", "escape", "3")
        assert screen.query_one(IdentificationTask).card == 3
        assert not given(screen)
        await press(pilot, screen, "4")
        assert given(screen)[0].answer == Identified(card=first.cards[2], confidence=4)
        await press(pilot, screen, "0", "1")
        assert given(screen)[1].answer == Identified(card="none", confidence=1)
        await press(pilot, screen, "x")
        assert given(screen)[2].answer == Identified(card=None)
        task = screen.query_one(IdentificationTask)
        task.cards.focus()
        task.cards.highlighted = 1
        await pilot.press("enter")  # as a click would
        await press(pilot, screen, "2")
        assert given(screen)[3].answer.card == screen.session.asked[3].item.cards[1]


async def test_the_sides_of_a_pair_are_those_of_the_plan(tmp_path):
    bundle = style_bundle(identification=0, pairs=4, likert=0, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        item = screen.now.item
        task = screen.query_one(PairsTask)
        assert (task.left.text, task.right.text) == (item.a.text, item.b.text)
        await press(pilot, screen, "1")
        item = screen.now.item
        assert (task.left.text, task.right.text) == (item.b.text, item.a.text)
        await press(pilot, screen, "1")
        await press(pilot, screen, "t")
        await press(pilot, screen, "x")
        assert [each.answer.choice for each in given(screen)] == ["a", "b", "tie", None]


async def test_a_scale_may_be_corrected_until_all_are_recorded(tmp_path):
    bundle = style_bundle(identification=0, pairs=0, likert=1, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        await pilot.press("1", "enter", "2", "x", "4", "5")
        task = screen.query_one(LikertTask)
        assert task.is_complete
        assert not given(screen)
        await pilot.press("shift+tab", "shift+tab", "3", "left", "tab")
        await press(pilot, screen, "enter")
        points = given(screen)[0].answer.points
        assert list(points.values()) == [1, 2, 3, 4, 5]


async def test_every_anchor_stands_beside_its_number(tmp_path):
    bundle = style_bundle(identification=0, pairs=0, likert=1, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        for scale in bundle.rubric.likert:
            offered = {e.key: e.text for e in screen.query_one(LikertTask).anchors.choices}
            assert [offered[str(n)] for n in range(1, 6)] == list(scale.anchors)
            await pilot.press("x")


async def test_none_is_one_key_and_stands_alone(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        await press(pilot, screen, "n")
        assert [each.code for each in given(screen)[0].answer.codes] == ["NONE"]
        await pilot.press("h", "b", "n")
        assert screen.query_one(CodingTask).draft.codes == ("NONE",)
        assert len(given(screen)) == 1
        await pilot.press("b")
        assert screen.query_one(CodingTask).draft.codes == ("COALITION-BID",)
        await press(pilot, screen, "enter")
        assert [each.code for each in given(screen)[1].answer.codes] == ["COALITION-BID"]


async def test_evidence_is_an_earlier_turn_by_number_or_by_mark(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        await press(pilot, screen, "n")
        await press(pilot, screen, "n")
        await pilot.press("h", "enter")
        task = screen.query_one(CodingTask)
        assert task.now == ("HOLD", "cite")
        await pilot.press("enter")
        assert task.now == ("HOLD", "cite")  # none is cited yet
        await pilot.press("3", "space", "7", "enter")
        assert task.draft.parts["HOLD"].evidence == ()  # neither itself nor what is not there
        await pilot.press("left_square_bracket", "space", "1", "space")
        assert task.draft.parts["HOLD"].evidence == (1, 2)
        assert "1 · cited" in on_screen(pilot.app)
        await pilot.press("backspace")
        await press(pilot, screen, "enter")
        assert given(screen)[2].answer.codes[0].evidence == (1,)


async def test_a_traced_code_needs_its_gist_its_terms_and_a_label(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        for _ in range(3):
            await press(pilot, screen, "n")
        await pilot.press("p", "enter")
        task = screen.query_one(CodingTask)
        await wait_until(pilot, lambda: task.written.has_focus)
        task.written.value = "word " * 16
        await pilot.press("enter")
        assert task.now == ("PROPOSE", "gist")
        task.written.value = "tiers below the threshold"
        await pilot.press("enter", *"ladder", "enter")
        await wait_until(pilot, lambda: task.now == ("PROPOSE", "label"))
        kinds = [each.head for each in task.codes.choices if each.head]
        assert "card" in kinds
        assert "scenario" in kinds
        assert "turn 2, B" in kinds
        await wait_until(pilot, lambda: task.conference.has_focus)
        await pilot.press("1", "2", "1")
        await press(pilot, screen, "s")
        (part,) = given(screen)[3].answer.codes
        assert (part.gist, part.terms) == ("tiers below the threshold", ("ladder",))
        assert part.label == "SCRIPTED"
        assert len(part.passages) == 1


async def test_escape_goes_a_step_back_and_keeps_what_was_written(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        await pilot.press("p", "enter")
        task = screen.query_one(CodingTask)
        await wait_until(pilot, lambda: task.written.has_focus)
        await pilot.press(*"tiers", "enter")
        await wait_until(pilot, lambda: task.now == ("PROPOSE", "terms"))
        await pilot.press("escape")
        assert task.now == ("PROPOSE", "gist")
        assert task.written.value == "tiers"
        await pilot.press("escape")
        assert task.now is None
        await pilot.press("p")
        await press(pilot, screen, "n")


async def test_only_what_was_said_up_to_the_turn_is_seen(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        task = screen.query_one(CodingTask)
        for n in range(1, 5):
            assert [b.turn for b in task.conference.everything if b.turn] == list(range(1, n + 1))
            await press(pilot, screen, "n")


async def test_whoever_comes_back_sees_the_turn_to_be_coded(tmp_path):
    async with room(coding_bundle(turns=12), tmp_path, (80, 24)) as (pilot, screen):
        for _ in range(9):
            await press(pilot, screen, "n")
    async with room(coding_bundle(turns=12), tmp_path, (80, 24)) as (pilot, screen):
        await pilot.pause()
        assert "10 · to be coded" in on_screen(pilot.app)
