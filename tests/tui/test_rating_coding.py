"""Coding by keys that say what they wait for."""

from __future__ import annotations

from contextlib import asynccontextmanager

from pilot import wait_until
from rating_room import given, press, room
from studies import coding_bundle, name
from studio import on_screen

from debate.study.bundle import PoolPassage
from tui.screens.rating_pages import PassagePage
from tui.widgets.study.coding import CodingTask


@asynccontextmanager
async def coding(tmp_path, turns=4, size=(120, 40), bundle=None):
    """The room at a turn that others came before."""
    async with room(bundle or coding_bundle(), tmp_path, size) as (pilot, screen):
        for _ in range(turns - 1):
            await press(pilot, screen, "n")
        yield pilot, screen, screen.query_one(CodingTask)


def how(task):
    return str(task._how.render())


async def to_label(pilot, task, gist="tiers below the threshold"):
    await pilot.press("p", "enter")
    await wait_until(pilot, lambda: task.written.has_focus)
    task.written.value = gist
    await pilot.press("enter", *"tiers", "enter")
    await wait_until(pilot, lambda: task.now == ("PROPOSE", "label"))


async def test_tab_goes_between_the_gist_and_its_terms_only(tmp_path):
    async with coding(tmp_path) as (pilot, _, task):
        await pilot.press("p", "enter")
        await wait_until(pilot, lambda: task.written.has_focus)
        assert "Enter" in how(task)
        await pilot.press("tab")
        assert task.now == ("PROPOSE", "gist")
        assert "Write the gist first." in how(task)
        await pilot.press(*"tiers", "tab")
        assert task.now == ("PROPOSE", "terms")
        await pilot.press(*"lad", "tab")
        assert (task.now, task.written.value) == (("PROPOSE", "gist"), "tiers")
        await pilot.press("shift+tab", *"der")
        assert (task.now, task.written.value) == (("PROPOSE", "terms"), "ladder")
        assert task.written.has_focus
        await pilot.press("enter")
        assert task.now == ("PROPOSE", "label")


async def test_what_is_typed_beside_the_line_goes_into_it(tmp_path):
    async with coding(tmp_path) as (pilot, _, task):
        await pilot.press("p", "enter")
        await wait_until(pilot, lambda: task.written.has_focus)
        task.conference.focus()  # as a click does
        await pilot.press(*"two")
        assert task.written.value == "two"
        task.conference.focus()
        await pilot.press("enter")
        assert task.now == ("PROPOSE", "terms")


async def test_a_number_is_taken_by_space_comma_or_enter_and_dropped_by_any_other_key(tmp_path):
    async with coding(tmp_path) as (pilot, screen, task):
        await pilot.press("h", "enter")
        assert "Each number, then space" in how(task)
        await pilot.press("2", "1")
        assert "21_" in how(task)
        await pilot.press("right_square_bracket")
        assert "21_" not in how(task)
        await pilot.press("1", "space", "2", "comma", "3", "enter")
        assert task.draft.parts["HOLD"].evidence == (1, 2, 3)
        await pilot.press("1", "2", "space")
        assert "No earlier turn 12." in how(task)
        assert "Cited: 1, 2, 3" in how(task)
        await press(pilot, screen, "enter")
        assert given(screen)[3].answer.codes[0].evidence == (1, 2, 3)


async def test_enter_without_a_code_says_what_is_awaited(tmp_path):
    async with coding(tmp_path, 1) as (pilot, _, task):
        await pilot.press("enter")
        assert "A code's key first." in how(task)
        await pilot.press("tab", "down", "down", "enter")
        assert task.draft.codes == ("PROPOSE",)


async def test_a_passage_is_opened_whole(tmp_path):
    bundle = coding_bundle()
    text = "The tiers below a threshold. " + "Nothing of that. " * 40 + "And so it ends."
    passage = PoolPassage(id=name("passage", 9), kind="note", text=text)
    bundle = bundle.model_copy(update={"pools": {name("pool"): (passage,)}})
    async with coding(tmp_path, bundle=bundle) as (pilot, screen, task):
        await to_label(pilot, task)
        number = next(key for key, each in task._by_key().items() if each.kind == "note")
        assert "v and a number opens one" in " ".join(how(task).split())
        assert "And so it ends." not in on_screen(pilot.app)
        await pilot.press("v", number)
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PassagePage))
        await wait_until(pilot, lambda: "And so it ends." in " ".join(on_screen(pilot.app).split()))
        assert not task.draft.parts["PROPOSE"].passages
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("v", "escape")
        assert task.now == ("PROPOSE", "terms")
        await pilot.press("enter")
        await wait_until(pilot, lambda: task.now == ("PROPOSE", "label"))
        await pilot.press("v", "z", number)
        assert task.draft.parts["PROPOSE"].passages == (passage.id,)
