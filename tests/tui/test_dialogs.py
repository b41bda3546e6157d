"""Questions come one at a time, however fast the keys; what is asked is asked before it is done."""

from __future__ import annotations

from collections import Counter

import pytest
from pilot import wait_until
from reading import on_screen, played, showing, write, write_as_timed
from staging import good, held, in_air, over, paused_at_first, shown, spoken, staged
from textual.screen import ModalScreen
from textual.widgets import OptionList

from debate.library import transcripts_folder
from tui.app import YaltaApp
from tui.screens.dialogs import Confirm, WriteNote
from tui.screens.library import LibraryScreen
from tui.screens.lobby import LobbyScreen
from tui.screens.pick import PickScreen
from tui.screens.reader import ReaderScreen
from tui.screens.stage import StageScreen
from tui.widgets.reader.contents import Contents


def modals(pilot):
    return [screen for screen in pilot.app.screen_stack if isinstance(screen, ModalScreen)]


def burst(pilot, *keys):
    """Press keys faster than anything can come of them."""
    from textual import events

    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))


def transcripts():
    return set(transcripts_folder().glob("*.jsonl"))


async def test_a_burst_of_keys_opens_one_dialog(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: in_air(stage))
        burst(pilot, "n", "x", "t", "c", "f", "f2", "space", "k", "escape")
        await wait_until(pilot, lambda: modals(pilot))
        await pilot.pause()
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 3  # the first of all, the stage, and one question
        assert isinstance(pilot.app.screen, WriteNote)
        assert stage.session.conference.chair.pausing  # until the note is written
        assert in_air(stage)
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is stage)
        assert not stage.session.conference.chair.pausing
        await pilot.press("x")  # and when it is answered, commands work again
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))


async def test_f_pressed_twice_is_one_fork_and_written_only_when_it_is_wanted(server, tmp_path):
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        burst(pilot, "f", "f", "f")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert len(modals(pilot)) == 1
        assert not transcripts()
        await pilot.click("#stay")
        await wait_until(pilot, lambda: pilot.app.screen is stage)
        assert not transcripts()
        await pilot.press("f")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        burst(pilot, "enter", "enter", "f", "f")
        await wait_until(
            pilot, lambda: isinstance(pilot.app.screen, StageScreen) and pilot.app.screen != stage
        )
        await pilot.pause()
        assert len(transcripts()) == 1
        assert not pilot.app._notifications


async def test_a_burst_in_the_reader_opens_one_dialog(tmp_path):
    path = write(tmp_path / "small.jsonl", played())
    async with showing(ReaderScreen(path)) as (pilot, reader):
        await wait_until(pilot, lambda: reader.book and reader.record.blocks)
        burst(pilot, "j", "f", "j", "f2", "escape")
        await wait_until(pilot, lambda: modals(pilot))
        await pilot.pause()
        assert isinstance(pilot.app.screen, Contents)
        assert len(modals(pilot)) == 1
        assert not any(isinstance(s, LibraryScreen) for s in pilot.app.screen_stack)


async def test_a_burst_in_the_library_opens_one_screen(tmp_path):
    write(transcripts_folder() / "small.jsonl", played())
    async with showing(LibraryScreen()) as (pilot, library):
        await wait_until(pilot, lambda: library._shown)
        burst(pilot, "enter", "enter", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ReaderScreen))
        await pilot.pause()
        kinds = Counter(type(screen) for screen in pilot.app.screen_stack)
        assert kinds[ReaderScreen] == 1


async def test_a_burst_in_the_lobby_opens_one_dialog():
    async with YaltaApp().run_test(size=(120, 40)) as pilot:
        lobby = pilot.app.screen
        assert isinstance(lobby, LobbyScreen)
        await wait_until(pilot, lambda: lobby._form.rows)
        burst(pilot, "a", "p", "m", "M", "f2")
        await wait_until(pilot, lambda: modals(pilot))
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 3
        assert len(modals(pilot)) == 1


@pytest.mark.parametrize("whom", ["yang", "all"])
async def test_k_asks_whom_to_pass_over_where_several_speak(server, script, tmp_path, whom):
    script.slow = True
    async with staged(server, tmp_path, [{"kind": "opening"}]) as (pilot, stage):
        await wait_until(
            pilot, lambda: sum(b.live and "Reply" in b.text for b in stage.record.blocks) == 3
        )
        await pilot.press("k")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        options = pilot.app.screen.query_one(OptionList)
        assert options.option_count == 4
        options.highlighted = 3 if whom == "all" else 1
        await pilot.press("enter")
        if whom == "all":
            await wait_until(pilot, lambda: over(stage))
            assert spoken(stage) == []
        else:
            rows = stage._table.rows
            await wait_until(pilot, lambda: rows["yang"].doing == "skipped")
            assert [rows[s].doing for s in ("altman", "amodei")] == ["speaking"] * 2
            stage.session.conference.chair.halt()
            script.slow = False
            await wait_until(pilot, lambda: held(stage))
            assert "– skipped" in str(stage._roster._body.render())
            stage.session.go_on()
            await wait_until(pilot, lambda: over(stage))
            assert sorted(spoken(stage)) == ["altman", "amodei"]
        assert shown(stage).count("was passed over in round 1.") == (3 if whom == "all" else 1)
        assert good(stage)


async def test_a_seat_that_is_passed_over_has_not_failed(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: in_air(stage))
        await pilot.press("k")
        await wait_until(pilot, lambda: stage._table.rows["altman"].doing == "skipped")
        assert stage._table.rows["altman"].figures.failed == 0


async def test_a_message_is_not_shown_twice_at_a_time(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await paused_at_first(pilot, stage, script)
        for _ in range(5):
            await pilot.press("k")
        for _ in range(5):
            await pilot.press("a")
        texts = Counter(n.message for n in pilot.app._notifications)
        assert any("no turn of this phase has finished" in text for text in texts)
        assert set(texts.values()) == {1}


async def test_escape_closes_the_help_first(server, tmp_path):
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        await pilot.press("f1")
        await wait_until(pilot, lambda: stage.query("HelpPanel"))
        await pilot.press("escape")
        assert not stage.query("HelpPanel")
        assert pilot.app.screen is stage
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is not stage)


async def test_while_it_replays_the_keys_are_those_of_the_replay(tmp_path):
    path = write_as_timed(tmp_path / "small.jsonl", played())
    async with showing(ReaderScreen(path)) as (pilot, reader):
        await wait_until(pilot, lambda: reader.book and reader.record.blocks)
        line = pilot.app.screen.query_one("KeyLine")
        before = str(line.render())
        assert "Replay" in before
        assert "Slower" not in before
        await pilot.press("d", "comma", "p")
        for name in ("Pause", "Slower", "Faster", "End"):
            assert name in str(line.render())
        assert "Fork" not in str(line.render())
        assert "space" in str(line.render())
        await pilot.press("space")
        assert not reader._is_playing()
        assert "Go on" in str(line.render())
        await pilot.press("space")
        assert reader._is_playing()
        await pilot.press("escape")
        assert not reader.details.display
        assert reader._player is not None
        await pilot.press("escape")
        assert reader._player is None
        assert str(line.render()) == before
        await pilot.press("space")
        assert reader._player is None
        assert "Replay" in on_screen(pilot.app)
