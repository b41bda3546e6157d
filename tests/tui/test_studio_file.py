"""The studio: the file of a card, and what others do to it meanwhile."""

from __future__ import annotations

import os

import pytest
from pilot import wait_until
from studio import (
    CARD,
    answer,
    asked,
    on_screen,
    picked,
    place,
    studio,
    told,
    typed,
    write,
)

from debate.library import load_persona, persona_path
from tui.screens import studio_desk
from tui.widgets.persona.draft import ChangedOutside, Draft


@pytest.fixture(autouse=True)
def _quick(monkeypatch, tmp_path):
    monkeypatch.setattr(studio_desk, "LULL", 0.01)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def _watched(monkeypatch):
    """What others do to the file is seen soon. Each look draws anew what stands behind a question,
    so it is for tests that wait for one."""
    monkeypatch.setattr(studio_desk, "POLL", 0.05)


async def test_it_is_saved_whole_and_stays_what_it_was():
    path = write()
    path.chmod(0o640)
    async with studio() as (pilot, screen):
        await typed(pilot, screen, "organisation: 山\n")
        assert "● not saved" in place(screen)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "● not saved" not in place(screen))
        assert "organisation: 山\n" in path.read_text(encoding="utf-8")
        assert path.stat().st_mode & 0o777 == 0o640
        names = {p.name for p in path.parent.iterdir()}
        assert names == {"ada.yaml", "persona.schema.json"}


async def test_one_that_cannot_be_written_is_told_and_nothing_is_lost():
    path = write()
    async with studio() as (pilot, screen):
        await typed(pilot, screen, "organisation: x\n")
        path.unlink()
        path.mkdir()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "cannot" in told(pilot))
        assert screen.is_unsaved


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
def test_line_ends_are_kept(tmp_path, ends):
    path = tmp_path / "x.yaml"
    path.write_bytes(f"a{ends}b".encode())
    draft = Draft(path)
    draft.save(draft.text + "c")
    assert path.read_bytes() == f"a{ends}bc".encode()


def test_a_link_stays_a_link(tmp_path):
    real = tmp_path / "real.yaml"
    real.write_text("a")
    link = tmp_path / "link.yaml"
    link.symlink_to(real)
    Draft(link).save("b")
    assert link.is_symlink()
    assert real.read_text() == "b"


def test_another_programs_text_is_never_written_over_unasked(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a")
    draft = Draft(path)
    path.write_text("theirs")
    with pytest.raises(ChangedOutside):
        draft.save("mine")
    assert path.read_text() == "theirs"
    assert draft.news() == "theirs"
    draft.accept("theirs")
    draft.save("mine")
    assert path.read_text() == "mine"
    new = Draft(tmp_path / "new.yaml", "begun")
    new.path.write_text("theirs")
    with pytest.raises(ChangedOutside):
        new.save("mine")


def test_a_file_that_was_only_touched_is_no_news(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a")
    draft = Draft(path)
    os.utime(path, (1, 1))
    assert draft.news() is None


@pytest.mark.usefixtures("_watched")
async def test_another_programs_text_can_be_taken_and_undone():
    path = write()
    async with studio() as (pilot, screen):
        await typed(pilot, screen, "organisation: mine\n")
        path.write_text(CARD.replace("Engineer", "Pilot"))
        await wait_until(pilot, lambda: screen.news)
        assert "was changed by another program" in on_screen(pilot.app)
        await pilot.press("f5")
        await wait_until(pilot, lambda: "Pilot" in screen.editor.text)
        assert not screen.is_unsaved
        await pilot.press("ctrl+z")
        assert "organisation: mine" in screen.editor.text


@pytest.mark.usefixtures("_watched")
async def test_ones_own_text_can_be_kept_and_then_saved():
    path = write()
    async with studio() as (pilot, screen):
        await typed(pilot, screen, "organisation: mine\n")
        path.write_text(CARD.replace("Engineer", "Pilot"))
        await wait_until(pilot, lambda: screen.news)
        await pilot.click("#outside Button:last-of-type")
        await wait_until(pilot, lambda: not screen.news)
        assert screen.is_unsaved
        assert "Pilot" in path.read_text()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: not screen.is_unsaved)
        assert "organisation: mine" in path.read_text()


@pytest.mark.parametrize(
    ("button", "file", "text"),
    [("reload", "Pilot", "Pilot"), ("write", "mine", "mine"), ("stay", "Pilot", "mine")],
)
async def test_saving_over_another_programs_text_asks(button, file, text, monkeypatch):
    monkeypatch.setattr(studio_desk, "POLL", 3600)
    path = write()
    async with studio() as (pilot, screen):
        await typed(pilot, screen, "organisation: mine\n")
        path.write_text(CARD.replace("Engineer", "Pilot"))
        await pilot.press("ctrl+s")
        await answer(pilot, button)
        await wait_until(pilot, lambda: not screen.is_asking)
        assert file in path.read_text()
        assert text in screen.editor.text


async def test_what_ships_is_copied_when_it_is_saved(tmp_path):
    shipped = persona_path("altman")
    before = shipped.read_bytes()
    async with studio("altman") as (pilot, screen):
        assert "ships with the program" in place(screen)
        await typed(pilot, screen, "\n", at=(0, 0))
        await pilot.press("ctrl+s")
        question = await asked(pilot)
        labels = [str(button.label) for button in question.query("Button")]
        assert labels[0] == "personas"
        question.query("Button").first().press()
        await wait_until(pilot, lambda: not screen.is_unsaved)
    assert shipped.read_bytes() == before
    copy = tmp_path / "personas" / "altman.yaml"
    assert copy.read_text() == "\n" + before.decode()
    assert persona_path("altman").resolve() == copy  # and it is found first


async def test_save_as_gives_it_another_id():
    write()
    async with studio() as (pilot, screen):
        await pilot.press("alt+s")
        await picked(pilot, "Not An Id")
        await wait_until(pilot, lambda: "small letters" in told(pilot))
        await pilot.press("alt+s")
        await picked(pilot, "ada-plain")
        question = await asked(pilot)
        question.query("Button").last().press()
        await wait_until(pilot, lambda: screen.draft.path.stem == "ada-plain")
        await wait_until(pilot, lambda: not screen.is_unsaved)
        assert load_persona("ada-plain").name == "Ada"
        assert load_persona("ada").id == "ada"


async def test_a_new_persona_begins_from_a_template_that_loads():
    write()
    async with studio() as (pilot, _):
        await pilot.press("ctrl+n")
        await picked(pilot, "grace-h")
        await wait_until(pilot, lambda: pilot.app.screen.draft.path.stem == "grace-h")
        screen = pilot.app.screen
        await wait_until(pilot, lambda: screen.card)
        assert screen.card.name == "Grace H"
        assert screen.is_unsaved
        assert not screen.draft.path.exists()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: not screen.is_unsaved)
        assert load_persona("grace-h").name == "Grace H"


async def test_another_is_opened():
    write()
    write("bo")
    async with studio() as (pilot, _):
        await pilot.press("ctrl+o")
        await picked(pilot, "bo")
        await wait_until(pilot, lambda: pilot.app.screen.draft.path.stem == "bo")


@pytest.mark.parametrize(
    ("button", "left", "saved"),
    [("save", True, True), ("drop", True, False), ("stay", False, False)],
)
async def test_leaving_what_is_not_saved_asks(button, left, saved):
    path = write()
    async with studio() as (pilot, screen):
        await typed(pilot, screen, "organisation: x\n")
        screen.prompt.focus()
        await pilot.press("escape")
        await answer(pilot, button)
        await wait_until(pilot, lambda: (screen not in pilot.app.screen_stack) == left)
        assert ("organisation" in path.read_text()) == saved


async def test_leaving_what_is_saved_does_not_ask():
    write()
    async with studio() as (pilot, screen):
        await pilot.press("escape")  # out of the editor
        await wait_until(pilot, lambda: not screen.editor.has_focus)
        await pilot.press("escape")
        await wait_until(pilot, lambda: screen not in pilot.app.screen_stack)


@pytest.mark.parametrize(("button", "left"), [("drop", True), ("stay", False)])
async def test_quitting_asks_too(button, left):
    write()
    async with studio() as (pilot, screen):
        await typed(pilot, screen, "organisation: x\n")
        await pilot.press("ctrl+q")
        await answer(pilot, button)
        await pilot.pause()
        assert pilot.app._exit == left


@pytest.mark.usefixtures("_watched")
async def test_a_file_that_is_deleted_meanwhile_is_told():
    path = write()
    async with studio() as (pilot, screen):
        path.unlink()
        await wait_until(pilot, lambda: "deleted" in str(screen.status.render()))
        await typed(pilot, screen, "# more\n")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: not screen.is_unsaved)
    assert "# more" in path.read_text(encoding="utf-8")


def test_a_mark_of_the_encoding_is_no_text(tmp_path):
    path = tmp_path / "ada.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + b"id: ada\n")
    draft = Draft(path)
    assert draft.text == "id: ada\n"
    assert draft.news() is None
