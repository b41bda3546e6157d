"""A transcript is exported from where it is read, and from the library."""

from __future__ import annotations

from pathlib import Path

import pytest
from pilot import wait_until
from reading import on_screen, played, showing, write
from textual.widgets import Input

from debate.export.form import FORMS, write_file
from debate.export.source import source
from debate.library import transcripts_folder
from tui.app import YaltaApp
from tui.modes import Mode, may_open
from tui.screens.dialogs import Confirm
from tui.screens.export import ExportDialog
from tui.screens.library import LibraryScreen
from tui.screens.reader import ReaderScreen


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A transcript; the working folder is empty."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return write(transcripts_folder() / "small.jsonl", played(title="Small"))


async def asked(pilot, kind=ExportDialog):
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, kind))


async def told(pilot, text):
    await wait_until(pilot, lambda: any(text in n.message for n in pilot.app._notifications))


def files():
    """All there is in the working folder, by path."""
    here = Path.cwd()
    return {str(p.relative_to(here)): p.read_bytes() for p in here.rglob("*") if p.is_file()}


def put(name, data=b""):
    Path(name).write_bytes(data)


def expected(path, name, into):
    """What `yalta export` would write."""
    write_file(FORMS[name], source(path, path.stem), into, over=False)
    return into.read_bytes()


async def test_the_reader_writes_what_it_reads_in_any_form(path, tmp_path):
    async with showing(ReaderScreen(path), (80, 24)) as (pilot, reader):
        await wait_until(pilot, lambda: reader.book)
        for name in ("html", "csv", "chat"):
            form, n = FORMS[name], [*FORMS].index(name)
            await pilot.press("e")
            await asked(pilot)
            assert "Export small" in on_screen(pilot.app)
            await pilot.press(*["down"] * n)
            assert pilot.app.screen.query_one(Input).value == f"small{form.suffix}"
            await pilot.press("enter")
            await told(pilot, f"small{form.suffix}")
            wanted = expected(path, name, tmp_path / name)
            assert files()[f"small{form.suffix}"] == wanted
    assert len(files()) == 3


async def test_the_library_writes_the_highlighted_one_where_it_is_wanted(path):
    async with showing(LibraryScreen()) as (pilot, library):
        await wait_until(pilot, lambda: library._shown)
        await pilot.press("e")
        await asked(pilot)
        await pilot.press("down", "tab")
        pilot.app.screen.query_one(Input).value = "new/talk"
        await pilot.press("enter")
        await told(pilot, "talk.md")
        assert pilot.app.screen is library
    assert {*files()} == {"new/talk.md"}


async def test_nothing_is_written_over_unasked(path):
    put("small.html", b"mine")
    before = path.read_bytes()
    async with showing(ReaderScreen(path)) as (pilot, reader):
        await wait_until(pilot, lambda: reader.book)
        await pilot.press("e")
        await asked(pilot)
        await pilot.press("enter")
        await asked(pilot, Confirm)
        assert "is there already" in on_screen(pilot.app)
        await pilot.press("enter")  # another name
        await asked(pilot)
        pilot.app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await told(pilot, "the transcript itself")
        await asked(pilot)
        pilot.app.screen.query_one(Input).value = "small.html"
        await pilot.press("enter")
        await asked(pilot, Confirm)
        assert files() == {"small.html": b"mine"}
        await pilot.click("#over")
        await told(pilot, "small.html")
    assert files()["small.html"].startswith(b"<!DOCTYPE html>")
    assert path.read_bytes() == before


async def test_what_cannot_be_written_is_told(path):
    put("file")
    async with showing(ReaderScreen(path)) as (pilot, reader):
        await wait_until(pilot, lambda: reader.book)
        await pilot.press("e")
        for place, why in (("n" * 400, "too long"), ("~no-such-user/x", "cannot be a file")):
            await asked(pilot)
            pilot.app.screen.query_one(Input).value = place
            await pilot.press("enter")
            await told(pilot, why)
        await asked(pilot)
        pilot.app.screen.query_one(Input).value = "file/x.html"
        await pilot.press("enter")
        await told(pilot, "cannot write")
    assert files() == {"file": b""}


@pytest.mark.parametrize("screen", [ReaderScreen, LibraryScreen])
async def test_for_reading_alone_there_is_no_export(path, screen):
    first = screen(path) if screen is ReaderScreen else screen()
    async with YaltaApp(first, mode=Mode.READING).run_test() as pilot:
        await wait_until(
            pilot, lambda: getattr(first, "book", None) or getattr(first, "_all", None)
        )
        await pilot.press("e")
        await pilot.app._dispatch_action(first, "export", ())
        assert pilot.app.screen is first
        assert not first.is_asking
        names = {each.title for each in pilot.app.get_system_commands(first)}
        assert "Export" not in names
    for mode in (Mode.READING, Mode.RATING):
        assert not may_open(mode, ExportDialog("small"))


async def test_the_palette_and_the_help_know_of_it(path):
    async with showing(ReaderScreen(path)) as (pilot, reader):
        await wait_until(pilot, lambda: reader.book)
        assert "Export" in {each.title for each in pilot.app.get_system_commands(reader)}
    for screen in (ReaderScreen, LibraryScreen):
        assert "**e** exports" in screen.HELP
