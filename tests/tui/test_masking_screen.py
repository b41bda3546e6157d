"""The screen on which a person looks at every mask."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from pilot import wait_until
from rating_room import place
from studies import SCENE, name, study_key
from studio import asked, on_screen, told
from textual.geometry import Offset
from textual.widgets import Input

from debate.errors import UserError
from debate.study.drawing.masking import masked_turns
from debate.study.drawing.masks import USUAL
from debate.study.key import Given
from tui.app import YaltaApp
from tui.screens.masking import MaskingScreen
from tui.screens.pick import PickScreen
from tui.widgets.study.mask_pages import ExcerptPage

SAVED = []


@asynccontextmanager
async def masking(size=(120, 40), key=None, **more):
    SAVED.clear()
    screen = MaskingScreen(key or study_key(), SAVED.append, by="Ada")
    async with YaltaApp(screen).run_test(size=size, **more) as pilot:
        await wait_until(pilot, lambda: screen._turns)
        yield pilot, screen


def seen(key, n=0):
    (origin,) = key.items[n].origins
    return masked_turns(origin.turns, origin.masks)


async def test_a_mask_is_shown_in_its_place_and_taken_off():
    async with masking() as (pilot, screen):
        shown = on_screen(pilot.app)
        assert "Ada Lovelace[name] heard it." in shown
        await pilot.press("right_square_bracket")
        assert "“Ada Lovelace” is shown as [name]" in on_screen(pilot.app)
        await pilot.press("r")
        assert seen(SAVED[-1])[0] == "We at Acme said so, and Ada Lovelace heard it."
        assert SAVED[-1] == screen.key
        assert seen(screen.key, 0) == seen(screen.key, 2)  # its repeat


async def test_words_are_picked_and_masked_by_keys():
    async with masking() as (pilot, screen):
        await pilot.press("right", "right", "3")
        assert seen(screen.key)[0].startswith("We at [organisation] said so")
        await pilot.press("3")
        assert "there is a mask already" in told(pilot)
        assert len(SAVED) == 1
        await pilot.press("left", "left", "shift+right", "2")
        assert seen(screen.key)[0].startswith("[place] [organisation] said so")
        await pilot.press("down", "1")
        assert seen(screen.key)[1].startswith("[name] said: no.")
        assert seen(screen.key, 1)[0].startswith("[name] said: no.")  # the same turn elsewhere
        await pilot.press("right", "right", "right", "5")
        question = await asked(pilot, PickScreen)
        await wait_until(pilot, lambda: question.query(Input))
        await pilot.press(*"a bit", "enter")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        assert seen(screen.key)[1] == "[name] said: no. a bit点点 for Acme."


async def test_words_are_picked_with_the_mouse():
    async with masking() as (pilot, screen):
        turn = screen._turns[0]
        await pilot.mouse_down(turn, offset=Offset(1, 0))
        await pilot.mouse_up(turn, offset=Offset(1, 0))
        assert (screen.turn, screen.picked) == (0, (0, 0))
        await pilot.mouse_down(turn, offset=Offset(8, 0), shift=True)
        await pilot.pause()
        assert screen.picked == (0, 2)
        assert turn.said[slice(*turn.span(screen.picked))] == "We at Acme"


async def test_every_excerpt_once_and_all_approved():
    async with masking() as (pilot, screen):
        pages = [each.item for each in screen.pages if isinstance(each, ExcerptPage)]
        assert pages == [name("item", 0), name("item", 1)]
        await pilot.press("p")
        assert screen.page == 0
        await pilot.press("A")
        question = await asked(pilot, PickScreen)
        await wait_until(pilot, lambda: question.query(Input))
        assert "Not shown yet: 3 of 4 pages" in on_screen(pilot.app)
        assert "type the answer here" not in on_screen(pilot.app)  # a name stands there
        assert "listed" not in on_screen(pilot.app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        assert not SAVED
        await pilot.press("n")
        assert "Nobody is named in this." in on_screen(pilot.app)
        await pilot.press("n", "n", "n")
        assert screen.page == 3
        await pilot.press("A")
        await asked(pilot, PickScreen)
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        await wait_until(pilot, lambda: SAVED)
        assert SAVED[-1].masks_checked_by == "Ada"
        assert "checked by Ada" in on_screen(pilot.app)
        await pilot.press("1")
        assert screen.key.masks_checked_by == "Ada"  # a page that is read only
        await pilot.press("p", "p", "1")
        assert screen.key.masks_checked_by is None


async def test_scenes_cards_and_passages_are_read_behind_the_excerpts():
    given = tuple(
        Given(id=name("given", n), kind="note", text=f"Told to Acme, {n} times.", to=())
        for n in range(14)
    )
    key = study_key().model_copy(update={"pools": {name("pool"): given}})
    async with masking(key=key) as (pilot, screen):
        seen_there = ""
        for _ in screen.pages[1:]:
            await pilot.press("n")
            shown = on_screen(pilot.app)
            if not screen._turns:
                assert "yalta study mask NAME --add TEXT" in shown
                await pilot.press("1", "5", "r", "right", "down", "pagedown")
                shown += on_screen(pilot.app)
            seen_there += shown
        for text in (SCENE, "Register: an engineer's.", "Told to Acme, 0 times.", "13 times."):
            assert text in seen_there
        assert "Passages for coders, 2 of 2" in place(screen)
        assert screen.key == key
        assert not SAVED


async def test_own_words_are_not_asked_for_where_there_is_a_mask():
    async with masking() as (pilot, screen):
        await pilot.press("right_square_bracket", "5")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert "mask already" in told(pilot)
        await pilot.press("down", "5")
        question = await asked(pilot, PickScreen)
        await wait_until(pilot, lambda: question.query(Input))
        shown = on_screen(pilot.app)
        assert "type the answer here" in shown
        assert "Free text" in shown
        assert "listed" not in shown


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 24)], ids=str)
async def test_no_key_is_cut_and_messages_leave_the_status_line_free(size):
    async with masking(size, notifications=True) as (pilot, screen):
        assert "…" not in on_screen(pilot.app).splitlines()[-1]
        await pilot.press("r")
        await wait_until(pilot, lambda: pilot.app.screen.query("Toast"))
        toast = pilot.app.screen.query("Toast").first()
        await wait_until(pilot, lambda: toast.region.height)
        assert toast.region.bottom <= screen._told.region.y


async def test_what_is_not_saved_is_not_changed():
    def sealed(_):
        raise UserError("the study is sealed")

    screen = MaskingScreen(study_key(), sealed)
    async with YaltaApp(screen).run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: screen._turns)
        await pilot.press("1")
        assert "the study is sealed" in told(pilot)
        assert screen.key == study_key()


async def test_hostile_turns_are_text():
    key = study_key()
    evil = ("[red]x[/red] \x1b[31m \u202e\tAcme", "")
    origin = key.items[0].origins[0].model_copy(update={"turns": evil, "masks": ()})
    items = (key.items[0].model_copy(update={"origins": (origin,)}), *key.items[1:])
    async with masking(key=key.model_copy(update={"items": items})) as (pilot, screen):
        shown = on_screen(pilot.app)
        assert "[red]x[/red]" in shown
        assert not set("\x1b\u202e") & set(shown)
        await pilot.press("right", "right", "right", "right", "3", "down", "1", "r", "n")
        text = screen.key.items[0].origins[0]
        assert masked_turns(text.turns, text.masks)[0].endswith("Acme") is False


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 24)], ids=str)
def test_picture(snap_compare, size):
    async def before(pilot):
        await pilot.press("right", "right", "shift+right")
        await pilot.pause()

    assert snap_compare(
        YaltaApp(MaskingScreen(study_key(), SAVED.append)), terminal_size=size, run_before=before
    )


def test_usual_words_have_keys():
    assert len(USUAL) == 4
