"""A person's seat: the box has room on any screen, no draft is lost, no key goes astray."""

from __future__ import annotations

import resource
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilot import wait_until
from reading import on_screen
from staging import good, held, over, paused_at_first, shown, spoken, staged, writing

from debate import read_transcript
from tui.app import YaltaApp
from tui.drafts import Drafts, draft_file
from tui.keyboard import LEFT_OVER, Typing
from tui.screens.dialogs import Confirm
from tui.screens.stage import StageScreen
from tui.session import Resuming
from tui.widgets.floor.composer import shares

MINE = {"altman": "me"}


def asked(stage):
    return stage._composer.has_class("-asked")


def words(stage):
    return stage._composer._words.text


def title(stage):
    return str(stage._composer._title.render())


def told(pilot):
    return "\n".join(n.message for n in pilot.app._notifications)


# Room.


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20), (40, 10)])
async def test_the_box_has_lines_on_every_screen(server, tmp_path, size):
    async with staged(server, tmp_path, size=size, seat_models=MINE) as (pilot, stage):
        await writing(pilot, stage)
        await pilot.press(*"one", "enter", *"two", "enter", *"three")
        await pilot.pause()
        box = stage._composer._words.region
        assert box.height >= 3
        seen = on_screen(pilot.app).splitlines()
        assert [line.strip() for line in seen[box.y : box.y + 3]] == ["one", "two", "three"]
        assert "You speak for Sam" in seen[stage._composer.region.y + 1]
        assert "say it" in seen[-1].casefold()  # the line of keys is not under it
        assert stage.record.region.height >= 1
        brief = stage._composer._around
        assert brief.display == (size[1] > 10)
        if brief.display:
            assert brief.region.height >= 2
            assert brief.max_scroll_y > 0 or brief.region.height >= brief.virtual_size.height


async def test_the_box_keeps_its_lines_when_the_screen_shrinks(server, tmp_path):
    async with staged(server, tmp_path, size=(80, 40), seat_models=MINE) as (pilot, stage):
        await writing(pilot, stage)
        await pilot.resize_terminal(60, 12)
        await wait_until(pilot, lambda: stage.size.height == 12)
        box = stage._composer._words.region
        assert box.height >= 3
        assert box.bottom <= 11
        await pilot.resize_terminal(80, 40)
        await wait_until(pilot, lambda: stage._composer._words.region.height == 7)


@given(st.integers(10, 500))
def test_what_is_shared_out_fits(height):
    words, brief = shares(height)
    assert words >= 3
    assert words + brief + 2 <= max(height - 5, 5)


# Drafts.


@pytest.mark.parametrize("order", ["halt", "skip"])
async def test_a_draft_is_back_when_the_seat_is_asked_again(server, tmp_path, order):
    async with staged(server, tmp_path, seat_models=MINE) as (pilot, stage):
        await writing(pilot, stage)
        await pilot.press(*"I was saying")
        if order == "skip":
            await pilot.press("escape", "k")
            await wait_until(pilot, lambda: len(spoken(stage)) == 2)
            assert spoken(stage) == ["yang", "amodei"]
        else:
            stage.session.conference.chair.halt()
            await wait_until(pilot, lambda: held(stage) and not asked(stage))
            stage.session.go_on()
        await writing(pilot, stage)
        assert words(stage) == "I was saying"
        await pilot.press(*" this", "ctrl+s")
        await wait_until(pilot, lambda: over(stage) or asked(stage))
        said = [t.text for t in stage.session.conference.state.record if t.seat == "altman"]
        assert said == ["I was saying this"]
        if asked(stage):
            assert words(stage) == ""
        assert good(stage)


async def test_a_draft_is_back_after_the_turn_before_was_asked_for_again(server, script, tmp_path):
    async with staged(server, tmp_path, seat_models={"yang": "me"}) as (pilot, stage):
        await writing(pilot, stage)
        await pilot.press(*"My draft", "escape", "a")
        await wait_until(pilot, lambda: spoken(stage) == ["altman"] and asked(stage))
        assert any(block.struck and "Reply 1" in block.text for block in stage.record.blocks)
        await writing(pilot, stage)
        assert words(stage) == "My draft"


async def test_a_draft_outlives_the_stage_and_goes_once_it_is_said(server, tmp_path):
    async with staged(server, tmp_path, seat_models=MINE) as (pilot, stage):
        await writing(pilot, stage)
        await pilot.press(*"Kept [b]words[/b]", "escape", "escape")
        await wait_until(pilot, lambda: pilot.app.screen is not stage)
        path = stage.session.conference.path
    assert draft_file(path).is_file()

    app = YaltaApp(StageScreen(Resuming(path)))
    async with app.run_test() as pilot:
        stage = app.screen
        await writing(pilot, stage)
        assert words(stage) == "Kept [b]words[/b]"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: len(spoken(stage)) == 3)
        assert not draft_file(path).exists()
        assert stage.session.conference.state.record[0].text == "Kept [b]words[/b]"


async def test_a_draft_is_on_the_disk_while_one_still_writes(server, tmp_path, monkeypatch):
    monkeypatch.setattr("tui.widgets.floor.composer.SAVE_PAUSE", 0.01)
    async with staged(server, tmp_path, seat_models=MINE) as (pilot, stage):
        await writing(pilot, stage)
        await pilot.press(*"saved")
        path = stage.session.conference.path
        await wait_until(pilot, lambda: Drafts(path).of("altman") == "saved")


def test_drafts_of_a_file_that_is_nonsense_are_none(tmp_path):
    path = tmp_path / "c.jsonl"
    draft_file(path).parent.mkdir(parents=True)
    draft_file(path).write_bytes(b"\xff{")
    drafts = Drafts(path)
    assert drafts.seats == []
    drafts.keep("ada", "words")
    drafts.keep("bo", " \n")
    assert Drafts(path).seats == ["ada"]
    drafts.drop("ada")
    assert not draft_file(path).exists()


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit of file sizes")
@pytest.mark.parametrize("drafts_too", [False, True])
async def test_words_that_the_disk_did_not_take_are_told_and_kept(server, tmp_path, drafts_too):
    if drafts_too:
        folder = draft_file(tmp_path).parent
        folder.parent.mkdir(parents=True)
        folder.write_text("no folder")
    async with staged(server, tmp_path, seat_models=MINE) as (pilot, stage):
        await writing(pilot, stage)
        await pilot.press(*"Precious words")
        path = stage.session.conference.path
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, limits[1]))
        try:
            await pilot.press("ctrl+s")
            await wait_until(pilot, lambda: "not in the transcript" in told(pilot))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert "[not saved: it is not in the transcript]" in shown(stage)
        assert not any(block.live for block in stage.record.blocks)
        assert "Precious" not in path.read_text()
        assert not [e for e in read_transcript(path) if e.type == "turn.closed"]
        await pilot.press("escape")
        if drafts_too:
            assert "could not be kept" in told(pilot)
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
            await pilot.click("#stay")
            await wait_until(pilot, lambda: pilot.app.screen is stage)
            return
        await wait_until(pilot, lambda: pilot.app.screen is not stage)
    app = YaltaApp(StageScreen(Resuming(path)))
    async with app.run_test() as pilot:
        await writing(pilot, app.screen)
        assert words(app.screen) == "Precious words"


# Keys.


async def test_letters_meant_for_a_turn_that_is_gone_are_no_commands(server, tmp_path):
    now = 0.0
    async with staged(server, tmp_path, seat_models=MINE) as (pilot, stage):
        await writing(pilot, stage)
        pilot.app.keyboard = Typing(lambda: now)
        await pilot.press(*"let us")
        stage.session.conference.chair.halt()
        await wait_until(pilot, lambda: held(stage) and not asked(stage))
        for key in ("x", "space", "s", "escape", "n"):
            now += LEFT_OVER / 2
            await pilot.press(key)
        assert pilot.app.screen is stage
        assert held(stage)
        now += LEFT_OVER * 2
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))


async def test_a_key_pressed_as_the_box_appears_does_not_land_in_it(server, script, tmp_path):
    script.slow = True
    now = 0.0
    async with staged(server, tmp_path, seat_models={"yang": "me"}) as (pilot, stage):
        await paused_at_first(pilot, stage, script)
        pilot.app.keyboard = Typing(lambda: now)
        stage.session.go_on()
        await pilot.press("r")
        await wait_until(pilot, lambda: asked(stage))
        await pilot.press("r", "r")
        assert "i: write" in title(stage)
        assert words(stage) == ""
        now += 1
        await writing(pilot, stage)
        assert "ctrl+s says it" in title(stage)
        await pilot.press("s")
        assert words(stage) == "s"


async def test_i_takes_the_box_at_once(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path, seat_models={"yang": "me"}) as (pilot, stage):
        await paused_at_first(pilot, stage, script)
        pilot.app.keyboard = Typing(lambda: 0.0)
        await pilot.press("space")
        await wait_until(pilot, lambda: asked(stage))
        await pilot.press("i", *"see")
        assert words(stage) == "see"


async def test_one_word_is_one_word(server, tmp_path):
    async with staged(server, tmp_path, seat_models=MINE) as (pilot, stage):
        await writing(pilot, stage)
        await pilot.press(*"one")
        await wait_until(pilot, lambda: title(stage).endswith("· 1 word"))
        await pilot.press("space", *"two")
        await wait_until(pilot, lambda: title(stage).endswith("· 2 words"))


async def test_a_person_who_is_waited_for_does_not_read(server, tmp_path):
    async with staged(server, tmp_path, seat_models=MINE) as (pilot, stage):
        await writing(pilot, stage)
        assert stage._table.rows["altman"].doing == "your turn"
        assert "» your turn" in str(stage._roster._body.render())
