"""The library, key by key, over a folder of transcripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pilot import wait_until
from reading import on_screen, played, showing, widgets, write, write_as_timed
from textual.widgets import Input

from debate.fork import fork
from tui.screens.compare import CompareScreen
from tui.screens.library import LibraryScreen
from tui.screens.reader import ReaderScreen
from tui.screens.stage import StageScreen
from tui.widgets.reader.rows import Rows


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """The working folder's transcripts are listed as well: here there shall be none."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path):
    """Three transcripts: `long`, the newest, `short`, and `cut`, which is unfinished."""
    folder = tmp_path / "transcripts"
    for days, name, rounds in ((2, "long", 3), (1, "short", 1), (0, "cut", 2)):
        events = [
            e.model_copy(update={"at": e.at + timedelta(days=days)})
            for e in played(rounds=rounds, title=f"The {name} one")
        ]
        write_as_timed(folder / f"{name}.jsonl", events[:6] if name == "cut" else events)
    return folder


def said(library):
    return str(library._said.render())


def about(library):
    return str(library._about.render())


def titles(library):
    return [shown.listed.title for shown in library._shown]


async def listed(pilot, library, count=3):
    await wait_until(pilot, lambda: f"{count} transcript" in said(library))


NAMES = ["The long one", "The short one", "The cut one"]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 24)])
async def test_all_transcripts_are_listed_the_newest_first(folder, size):
    async with showing(LibraryScreen(), size) as (pilot, library):
        await listed(pilot, library)
        assert titles(library) == NAMES
        text = on_screen(pilot.app)
        for part in (*NAMES, "✓ complete", "◐ unfinished", "turns"):
            assert part in text
        head = text.splitlines()[1]
        assert ("seats" in head) == (size[0] == 120)
        assert ("when" in head) == (size[0] > 60)
        assert "Small things matter." in about(library)
        assert "long.jsonl" in about(library)
        assert not any(line.rstrip().endswith("…") for line in text.splitlines()[1:6])


async def test_all_columns_are_there_where_there_is_room(folder):
    async with showing(LibraryScreen(), (160, 40)) as (pilot, library):
        await listed(pilot, library)
        head = on_screen(pilot.app).splitlines()[1]
        assert " ".join(head.split()) == "title when↓ turns words standing seats models cost"
        assert "Ada, Bo" in on_screen(pilot.app)


async def test_no_transcripts(tmp_path):
    async with showing(LibraryScreen()) as (pilot, library):
        await wait_until(pilot, lambda: "No transcripts yet" in said(library))
        await pilot.press("enter", "r", "space", "s", "t", "down", "end", "slash", "x", "enter")
        assert pilot.app.screen is library


async def test_s_and_the_column_names_sort(folder):
    async with showing(LibraryScreen(), (160, 40)) as (pilot, library):
        await listed(pilot, library)
        await pilot.press("S")
        assert titles(library) == NAMES[::-1]
        await pilot.press("s")
        assert titles(library) == ["The long one", "The short one", "The cut one"]
        assert "by turns" in said(library)
        for _ in range(6):
            await pilot.press("s")
        assert titles(library) == sorted(NAMES)
        x = on_screen(pilot.app).splitlines()[1].index("standing")
        await pilot.click(Rows, offset=(x + 2, 0))
        assert "by standing" in said(library)
        assert titles(library)[-1] == "The cut one"
        await pilot.click(Rows, offset=(x + 2, 0))
        assert titles(library)[0] == "The cut one"


async def test_sorting_keeps_the_highlight(folder):
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library)
        await pilot.press("end")
        assert "cut.jsonl" in about(library)
        await pilot.press("S")
        assert library._rows.cursor == 0
        assert "cut.jsonl" in about(library)


async def test_enter_reads_and_escape_comes_back(folder):
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library)
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ReaderScreen))
        reader = pilot.app.screen
        assert reader.path.name == "short.jsonl"
        await wait_until(pilot, lambda: reader.book)
        write(folder / "new.jsonl", played(title="A new one"))
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is library)
        await listed(pilot, library, 4)
        assert "A new one" in titles(library)
        await pilot.click(Rows, offset=(4, 2), times=2)
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ReaderScreen))


async def test_what_was_said_is_found_and_opened_at_that_turn(folder):
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library)
        await pilot.press("slash", *"turn 7")
        await wait_until(pilot, lambda: library._found)
        await wait_until(pilot, lambda: len(library._found) == 1)
        text = on_screen(pilot.app)
        assert "Ada, turn 7  The long one" in text
        assert "words of ada in turn 7" in text
        y = next(n for n, line in enumerate(text.splitlines()) if "words of ada in turn 7" in line)
        x = text.splitlines()[y].index("turn 7")
        match = library.get_component_rich_style("library--match", partial=True)
        assert pilot.app.screen.get_style_at(x, y).bgcolor == match.bgcolor
        await pilot.press("enter", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ReaderScreen))
        reader = pilot.app.screen
        await wait_until(pilot, lambda: len(reader.record.matches))
        assert reader.record.blocks[reader.record.marked].turn == 7
        await pilot.press("escape", "escape")
        await wait_until(pilot, lambda: pilot.app.screen is library)
        await pilot.press("escape")
        assert library.query_one(Input).value == ""
        assert titles(library) == NAMES
        assert library._found is None


async def test_nothing_is_found(folder):
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library)
        await pilot.press("slash", *"[@click=x]")
        await wait_until(pilot, lambda: "0 places" in said(library))
        await pilot.press("down", "enter")
        assert pilot.app.screen is library


async def test_a_new_word_ends_the_search_before(folder):
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library)
        await pilot.press("slash", *"words")
        await wait_until(pilot, lambda: library._found)
        searches = [w for w in library.workers if w.group == "search" and not w.is_finished]
        assert len(searches) <= 1


async def test_forks_stand_beneath_what_they_were_forked_from(folder):
    forked = fork(folder / "long.jsonl", turn=4, out=folder / "fork.jsonl")
    fork(forked, turn=2, out=folder / "forkfork.jsonl")
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library, 5)
        await pilot.press("t")
        depths = [(s.listed.path.stem, s.depth) for s in library._shown]
        assert depths == [
            ("long", 0), ("fork", 1), ("forkfork", 2), ("short", 0), ("cut", 0),
        ]  # fmt: skip
        assert "└ The long one" in on_screen(pilot.app)
        await pilot.press("t")
        assert {s.depth for s in library._shown} == {0}


async def test_r_resumes_what_is_unfinished(folder):
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library)
        await pilot.press("r")
        assert any("It is over" in n.message for n in pilot.app._notifications)
        assert pilot.app.screen is library
        await pilot.press("end", "r")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, StageScreen))


@pytest.mark.parametrize("key", ["space", "d"])
async def test_two_are_put_side_by_side(folder, key):
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library)
        await pilot.press(key)
        assert "◆ The long one" in on_screen(pilot.app)
        assert "put aside: The long one" in said(library)
        await pilot.press(key)
        assert "◆" not in on_screen(pilot.app)
        await pilot.press(key, "down", key)
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        compare = pilot.app.screen
        assert (compare.one.path.name, compare.other.path.name) == ("long.jsonl", "short.jsonl")


@pytest.mark.parametrize("key", ["enter", "r", "space"])
async def test_a_broken_file_tells_its_error(folder, key):
    (folder / "bad.jsonl").write_text('{"type": "[b]x[/b]"}\n')
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library, 4)
        await pilot.press("end")
        assert "bad.jsonl" in on_screen(pilot.app)
        assert "'[b]x[/b]'" in about(library)
        await pilot.press(key)
        assert any("'[b]x[/b]'" in n.message for n in pilot.app._notifications)
        assert pilot.app.screen is library


async def test_f5_looks_for_what_has_changed(folder):
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library)
        (folder / "short.jsonl").unlink()
        await pilot.press("f5")
        await listed(pilot, library, 2)


async def test_hostile_titles_are_shown_and_do_nothing(folder):
    title = "[@click=app.quit]x[/] \x1b]0;t\x07 \u202etxt.exe"
    write(folder / "h.jsonl", played(title=title, motion="[red]m[/red] \x1b[2J", rounds=1))
    far = [e.model_copy(update={"at": e.at.replace(year=9999, month=12, day=31)}) for e in played()]
    write_as_timed(folder / "far.jsonl", far)
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library, 5)
        await pilot.press("down")
        text = on_screen(pilot.app)
        assert "[@click=app.quit]x[/]" in text
        assert "9999" in text
        assert "[red]m[/red]" in about(library)
        assert not set("\x1b\x07\u202e") & set(text)
        await pilot.click(Rows, offset=(5, 2))
        await pilot.press("slash", *"quit")
        await wait_until(pilot, lambda: library._found)
        await pilot.press("enter", "d")
        assert pilot.app.screen is library


async def test_widgets_do_not_grow_with_the_library(folder):
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library)
        few = widgets(pilot.app)
        for n in range(60):
            (folder / f"more{n}.jsonl").write_bytes((folder / "short.jsonl").read_bytes())
        await pilot.press("f5")
        await listed(pilot, library, 63)
        assert widgets(pilot.app) == few
        await pilot.press("end", "pageup", "home", "pagedown", "up")
        assert 0 < library._rows.cursor < 62


async def test_the_palette_holds_every_command(folder):
    async with showing(LibraryScreen()) as (pilot, library):
        await listed(pilot, library)
        titles = {command.title for command in pilot.app.get_system_commands(library)}
        assert {binding.description for binding in LibraryScreen.BINDINGS} <= titles
