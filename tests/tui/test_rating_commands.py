"""The rating room: what a rater can do besides answering, and what is kept."""

from __future__ import annotations

from pilot import wait_until
from rating_room import given, place, policy, press, room
from scripted_raters import begin, rate_all
from studies import coding_bundle, style_bundle
from studio import on_screen
from textual import events

from debate.study.ratings import (
    Identified,
    Withdrawn,
    read_ratings,
)
from debate.study.session import LastQuestion, Session
from tui.app import YaltaApp
from tui.screens.rating import RatingScreen
from tui.screens.rating_pages import KeysPage
from tui.widgets.study.coding import CodingTask
from tui.widgets.study.likert import LikertTask


async def test_undo_asks_the_last_again_and_keeps_its_notes(tmp_path):
    async with room(style_bundle(gold=False), tmp_path) as (pilot, screen):
        await pilot.press("l")
        await press(pilot, screen, "1", "1")
        await press(pilot, screen, "u")
        assert screen.now.number == 0
        assert not given(screen)
        assert isinstance(read_ratings(screen.session.log.path).lines[-1], Withdrawn)
        assert screen.flags == {"leak"}
        await press(pilot, screen, "2", "2")
        assert given(screen)[0].answer.confidence == 2
        assert given(screen)[0].flags == ("leak",)


async def test_going_back_shows_what_was_answered_and_enter_keeps_it(tmp_path):
    bundle = style_bundle(identification=0, pairs=0, likert=3, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        for _ in range(2):
            await press(pilot, screen, *"12345", "enter")
        await press(pilot, screen, "b")
        await press(pilot, screen, "b")
        assert screen.now.number == 0
        assert list(screen.query_one(LikertTask).points.values()) == [1, 2, 3, 4, 5]
        await pilot.press("f", "5")
        await press(pilot, screen, "enter")
        assert screen.now.number == 2
        changed = next(each for each in given(screen) if each.item == bundle.items[0].id)
        assert list(changed.answer.points.values()) == [5, 2, 3, 4, 5]
        assert changed.flags == ("catchphrase",)
        await press(pilot, screen, "b")
        await press(pilot, screen, "a")
        assert screen.now.number == 2
        assert len(given(screen)) == 2


async def test_enter_keeps_the_answer_of_any_task(tmp_path):
    bundle = style_bundle(identification=1, pairs=1, likert=0, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        await pilot.press("enter")
        assert screen.now.number == 0
        await press(pilot, screen, "3", "4")
        await press(pilot, screen, "2")
        before = [each.answer for each in given(screen)]
        assert isinstance(screen.now, LastQuestion)
        await press(pilot, screen, "ctrl+b")
        assert screen.now.number == 1
        await press(pilot, screen, "enter")
        await press(pilot, screen, "ctrl+b")
        await press(pilot, screen, "b")
        await pilot.press("l")
        await press(pilot, screen, "enter")
        assert sorted(map(str, before)) == sorted(str(each.answer) for each in given(screen))
        assert [each.flags for each in given(screen)] == [(), ("leak",)]


async def test_a_comment_is_written_kept_and_left(tmp_path):
    async with room(style_bundle(gold=False), tmp_path) as (pilot, screen):
        await pilot.press("c", *"not 12", "enter")
        assert "✎ comment" in place(screen)
        await pilot.press("c", *"x", "escape")
        await press(pilot, screen, "1", "1")
        assert given(screen)[0].comment == "not 12"
        assert screen.comment == ""
        await pilot.press("c", *"[b]", "enter")
        await press(pilot, screen, "1", "1")
        assert given(screen)[1].comment == "[b]"


async def test_in_coding_commands_are_capitals_and_small_letters_codes(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        await press(pilot, screen, "n")
        await pilot.press("c", "b")
        task = screen.query_one(CodingTask)
        assert task.draft.codes == ("CONCEDE", "COALITION-BID")
        await pilot.press("L", "F", "C", *"hm", "enter", "c")
        assert screen.flags == {"leak", "catchphrase"}
        await press(pilot, screen, "enter")
        assert given(screen)[1].comment == "hm"
        await press(pilot, screen, "U")
        assert task.draft.codes == ("COALITION-BID",)
        await press(pilot, screen, "B")
        assert screen.now.turn == 1
        await press(pilot, screen, "A")
        assert screen.now.turn == 2


async def test_only_the_time_that_an_item_is_looked_at_counts(tmp_path):
    async with room(style_bundle(gold=False), tmp_path) as (pilot, screen):
        now = [100.0]
        watch = screen.stopwatch
        watch._now = lambda: now[0]
        watch.restart()

        def later(seconds):
            now[0] += seconds

        later(2)
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, KeysPage))
        later(50)
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        later(1)
        await pilot.press("c")
        later(50)
        await pilot.press("enter")
        await wait_until(pilot, lambda: not screen._comments.is_shown)
        later(1)
        pilot.app.post_message(events.AppBlur())
        await wait_until(pilot, lambda: not pilot.app.app_focus)
        later(50)
        pilot.app.post_message(events.AppFocus())
        await wait_until(pilot, lambda: pilot.app.app_focus)
        later(0.5)
        await press(pilot, screen, "1", "1")
        assert given(screen)[0].seconds == 4.5


async def test_leaving_in_the_middle_loses_nothing(tmp_path):
    bundle = style_bundle(gold=False)
    path = tmp_path / "kai.jsonl"
    for n in range(3):
        await rate_all(bundle, "kai", path, policy, most=n + 1)
    assert len(read_ratings(path).standing) == 6
    async with YaltaApp(
        screen := RatingScreen(Session.open(bundle, "kai", path))
    ).run_test() as pilot:
        await begin(pilot, screen)
        assert isinstance(screen.now, LastQuestion)
        await pilot.press(*"q u", "ctrl+s")
        await wait_until(pilot, lambda: screen.now is None)
        assert read_ratings(path).closing == "q u"
        assert str(path.resolve()).replace(" ", "") in "".join(on_screen(pilot.app).split())
        await pilot.press("q")
        await wait_until(pilot, lambda: not pilot.app.is_running)


async def test_what_is_begun_is_there_when_one_comes_back(tmp_path):
    bundle = style_bundle(identification=1, pairs=0, likert=1, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        await pilot.press("l", "c", *"odd")
    async with room(bundle, tmp_path) as (pilot, screen):
        assert (screen.flags, screen.comment) == ({"leak"}, "odd")
        await pilot.press("3")
    async with room(bundle, tmp_path) as (pilot, screen):
        await press(pilot, screen, "4")
        (first,) = given(screen)
        assert first.answer == Identified(card=bundle.items[0].cards[2], confidence=4)
        assert (first.flags, first.comment) == (("leak",), "odd")
        await pilot.press("5", "x")
    async with room(bundle, tmp_path) as (pilot, screen):
        assert screen.query_one(LikertTask).points == {0: 5, 1: None}
        assert not screen.flags
        await press(pilot, screen, *"123", "enter")
        await pilot.press(*"two")
    async with room(bundle, tmp_path) as (pilot, screen):
        await press(pilot, screen, "ctrl+s")
        assert read_ratings(screen.session.log.path).closing == "two"
        assert [each.name for each in screen.session.log.path.parent.iterdir()] == ["kai.jsonl"]


async def test_a_gist_that_is_begun_is_there_when_one_comes_back(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        await press(pilot, screen, "n")
        await pilot.press("h", "c", "enter", "1", "space", "enter")
        task = screen.query_one(CodingTask)
        await wait_until(pilot, lambda: task.written.has_focus)
        await pilot.press(*"give")
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        task = screen.query_one(CodingTask)
        assert task.draft.codes == ("HOLD", "CONCEDE")
        await pilot.press("enter")
        await wait_until(pilot, lambda: task.written.has_focus)
        assert task.now == ("CONCEDE", "gist")
        assert task.written.value == "give"
