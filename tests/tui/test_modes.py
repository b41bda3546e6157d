"""Where one may only read, nothing else can be done, by whatever way it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from pilot import wait_until
from textual.screen import Screen

from debate.library import config_folder, transcripts_folder
from tui.app import NotOpenHere, YaltaApp
from tui.modes import Mode, may_open
from tui.screens.library import LibraryScreen
from tui.screens.lobby import LobbyScreen
from tui.screens.reader import ReaderScreen
from tui.screens.stage import StageScreen
from tui.session import Resuming
from tui.widgets.lobby.download import DownloadScreen

SAMPLE = Path(__file__).parents[2] / "transcripts" / "sample-yalta.jsonl"


async def test_no_command_runs_or_writes_anything(tmp_path):
    app = YaltaApp(ReaderScreen(SAMPLE), mode=Mode.READING)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_until(pilot, lambda: getattr(app.screen, "book", None))
        reader = app.screen
        for action in ("screen.fork", "app.lobby", "app.studio"):
            await app.run_action(action, reader)
        await app._dispatch_action(reader, "fork", ())
        await pilot.press("f", "f11")
        assert app.screen is reader
        assert not reader.is_asking
        names = {command.title for command in app.get_system_commands(reader)}
        assert not {"Lobby", "Persona studio", "Fork"} & names
        assert {"Library", "Replay"} <= names
        app.choose_theme("textual-light")
        await pilot.pause()
    assert not transcripts_folder().exists()
    assert not config_folder().exists()


async def test_a_screen_that_is_not_for_reading_does_not_open(tmp_path):
    app = YaltaApp(LibraryScreen(), mode=Mode.READING)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        for screen in (LobbyScreen(), StageScreen(Resuming(SAMPLE))):
            with pytest.raises(NotOpenHere):
                app.push_screen(screen)
            with pytest.raises(NotOpenHere):
                app.switch_screen(screen)
        await pilot.press("escape")
        assert isinstance(app.screen, LibraryScreen)
    assert not app.return_code


@pytest.mark.parametrize("mode", [Mode.READING, Mode.RATING])
def test_what_says_nothing_of_itself_is_shut_out(mode):
    class New(Screen):
        pass

    for screen in (New(), DownloadScreen([])):
        assert not may_open(mode, screen)
        assert may_open(Mode.ALL, screen)
