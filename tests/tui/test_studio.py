"""The studio: writing a card, and what is seen of it."""

from __future__ import annotations

import pytest
from pilot import wait_until
from studio import (
    CARD,
    on_screen,
    picked,
    said,
    studio,
    text_of,
    typed,
    write,
)
from textual import events
from textual.geometry import Offset
from textual.widgets import TabbedContent

from debate.audition import SCENE_MOTION, Candidate, scene_scenario, usual_others, wishes_for
from debate.estimate import estimate_prompt
from debate.events import Profile
from debate.library import config_folder, load_persona
from debate.prompts.layouts import Projection
from debate.seating import seat
from debate.state import fold
from debate.steps import GiveFloor
from tui.app import YaltaApp
from tui.screens import studio_desk
from tui.screens.lobby import LobbyScreen
from tui.screens.studio import BROKEN, StudioScreen
from tui.widgets.lobby.form import Form
from tui.widgets.persona.asking import draft_of
from tui.widgets.persona.yaml_spans import spans


@pytest.fixture(autouse=True)
def _quick(monkeypatch, tmp_path):
    monkeypatch.setattr(studio_desk, "LULL", 0.01)
    monkeypatch.chdir(tmp_path)


# The text.


def kinds(*lines):
    return [
        [(line[s.start : s.end], s.kind) for s in parts]
        for line, parts in zip(lines, spans(lines), strict=True)
    ]


def test_parts_of_a_card_are_told_apart():
    assert kinds("name: Ada # note", "# all") == [
        [("name", "key"), (":", "sign"), ("Ada", "text"), ("# note", "comment")],
        [("# all", "comment")],
    ]
    assert kinds("- heard: 'a # b'  # c", "  n: 3")[0][-2:] == [
        ("a # b'", "text"),
        ("# c", "comment"),
    ]
    assert kinds("real_person: false", "share: 0.2", "x: 2 apples") == [
        [("real_person", "key"), (":", "sign"), ("false", "number")],
        [("share", "key"), (":", "sign"), ("0.2", "number")],
        [("x", "key"), (":", "sign"), ("2 apples", "text")],
    ]


async def test_keys_with_alt_are_typed_into_nothing():
    write()
    async with studio() as (pilot, screen):
        before = screen.editor.text
        pilot.app.post_message(events.Key("alt+a", "a"))  # as terminals send it
        await wait_until(pilot, lambda: screen.tab == "audition")
        screen.editor.focus()
        pilot.app.post_message(events.Key("alt+7", "7"))
        await pilot.press("z")
        await wait_until(pilot, lambda: screen.editor.text == f"z{before}")


def test_a_block_of_text_holds_no_keys():
    found = kinds("summary: >-", "  a: b", "", "  # c", "role: x")
    assert found[1] == [("a: b", "text")]
    assert found[3] == [("# c", "text")]
    assert found[4][0] == ("role", "key")
    found = kinds("- reply: |", "    x: y", "  invented: true")
    assert found[1] == [("x: y", "text")]
    assert ("invented", "key") in found[2]


def test_a_quote_may_go_on():
    found = kinds('a: "one', '  b: two" # c', "d: e")
    assert found[1] == [('  b: two"', "text"), ("# c", "comment")]
    assert found[2][0] == ("d", "key")


async def test_the_text_is_coloured():
    write()
    async with studio() as (_, screen):
        editor = screen.editor
        line = editor.get_line(3)
        key, text, comment = (
            editor.get_component_rich_style(f"card-editor--{name}", partial=True)
            for name in ("key", "text", "comment")
        )
        styles = {line.plain[s.start : s.end]: s.style for s in line.spans}
        assert styles["name"] == key
        assert styles['Ada"'] == text
        assert styles["# spoken at the table"] == comment


async def test_hostile_text_does_nothing_and_the_cursor_stays_beside_what_it_edits():
    write(text=CARD + "# \x1b]0;x\x07 \u202e [red]x[/]\n")
    async with studio() as (pilot, screen):
        screen.editor.go_to(27, 1)
        await pilot.pause()
        shown = on_screen(pilot.app)
        assert not set("\x1b\x07\u202e") & set(shown)
        assert "[red]x[/]" in shown
        assert len(screen.editor.get_line(26).plain) == len(screen.editor.document.get_line(26))
        assert screen.findings.problems  # and the loader refuses it


async def test_what_is_wrong_is_said_as_one_types_and_shown_where_it_stands():
    write()
    async with studio() as (pilot, screen):
        assert "nothing to mend" in text_of(screen.findings)
        await typed(pilot, screen, "rule: x\n")
        await wait_until(pilot, lambda: "5:1" in text_of(screen.findings))
        assert "rule: unknown field; did you mean 'role'?" in text_of(screen.findings)
        assert screen.card is None
        assert BROKEN in said(screen.prompt)
        error = screen.editor.get_component_rich_style("card-editor--error", partial=True)
        assert error in [span.style for span in screen.editor.get_line(4).spans]
        screen.editor.undo()
        await wait_until(pilot, lambda: "nothing to mend" in text_of(screen.findings))
        assert screen.card.name == "Ada"


async def test_enter_a_click_and_a_key_go_to_what_is_said():
    write(text=CARD.replace("role: Engineer", "rule: x").replace("invented: true", "invent: 1"))
    async with studio() as (pilot, screen):
        lines = [problem.line for problem in screen.findings.problems]
        assert len(lines) >= 3
        screen.findings.focus()
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: screen.editor.has_focus)
        assert screen.editor.cursor_location[0] == lines[1] - 1
        await pilot.click(screen.findings, offset=Offset(4, 1))
        await wait_until(pilot, lambda: screen.editor.cursor_location[0] == lines[0] - 1)
        seen = set()
        for _ in lines:
            await pilot.press("f4")
            await pilot.pause()
            seen.add(screen.editor.cursor_location[0] + 1)
        assert seen == set(lines)


async def test_undo_and_redo():
    write()
    async with studio() as (pilot, screen):
        await pilot.press(*"# x")
        assert screen.editor.text.startswith("# x#")
        assert screen.is_unsaved
        await pilot.press("ctrl+z")
        assert screen.editor.text == CARD
        assert not screen.is_unsaved
        await pilot.press("ctrl+y")
        assert screen.editor.text.startswith("# x#")


# What is seen of it.


@pytest.mark.parametrize("nth", range(3))
async def test_the_prompt_is_as_each_layout_sends_it(nth):
    write()
    card = load_persona("ada")
    others = [load_persona(name) for name in usual_others(card)]
    from dataclasses import replace

    layout, cards = [("shared", "head"), ("shared", "tail"), ("perspective", "head")][nth]
    wishes = replace(wishes_for(Candidate(card, "x"), others), layout=layout, cards=cards)
    manifest = seat(
        scene_scenario(card, others, SCENE_MOTION),
        wishes,
        lambda model: Profile(model=model, family="x"),
        "x",
    )
    sent = Projection(manifest).messages(fold([manifest]), GiveFloor("ada", 0, 1))
    async with studio() as (pilot, screen):
        await wait_until(pilot, lambda: len(screen.prompt.blocks) > 2)
        for _ in range(nth):
            await pilot.press("alt+l")
        texts = [block.text for block in screen.prompt.blocks][2:]
        assert texts == [message.content for message in sent]
        assert f"{estimate_prompt(sent):,}  " in screen.prompt.blocks[1].text


async def test_the_prompt_follows_the_text():
    write()
    async with studio() as (pilot, screen):
        await wait_until(pilot, lambda: "She maps rivers" in said(screen.prompt))
        row = next(n for n, line in enumerate(CARD.splitlines()) if "rivers" in line)
        await typed(pilot, screen, "Once ", at=(row, 2))
        await wait_until(pilot, lambda: "Once She maps rivers" in said(screen.prompt))


@pytest.mark.parametrize("size", [(80, 24), (60, 24)])
async def test_where_there_is_room_for_one_side_a_key_changes_it(size):
    write()
    async with studio(size=size) as (pilot, screen):
        text, heard = screen.query_one("#text"), screen.query_one("#heard")
        assert (text.display, heard.display) == (True, False)
        await pilot.press("f3")
        assert (text.display, heard.display) == (False, True)
        await pilot.press("f3")
        assert screen.editor.has_focus
        await pilot.press("alt+c")
        assert (text.display, heard.display) == (False, True)
        assert screen.query_one(TabbedContent).active == "counts"
        await pilot.press("f4")
        await pilot.press("ctrl+t")
        assert screen.tab == "prompt"


async def test_the_palette_and_the_help_hold_every_command():
    write()
    async with studio() as (pilot, screen):
        screen.findings.focus()
        await pilot.pause()
        titles = {command.title for command in pilot.app.get_system_commands(screen)}
        waiting = {"Take the file's", "Keep mine", "Stop"}
        assert {b.description for b in StudioScreen.BINDINGS} - titles <= waiting
        assert "Persona studio" in titles
        await pilot.press("f1")
        assert screen.query("HelpPanel")
        await pilot.press("escape")
        assert not screen.query("HelpPanel")


async def test_keys_can_be_changed():
    write()
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / "keys.yaml").write_text('keys:\n  studio.next_tab: "f12"\n')
    async with studio() as (pilot, screen):
        await pilot.press("f12")
        assert screen.tab == "audition"


# Ways in.


async def test_the_lobby_opens_a_seats_persona_by_key_and_by_button():
    async with YaltaApp().run_test(size=(120, 40)) as pilot:
        lobby = pilot.app.screen
        assert isinstance(lobby, LobbyScreen)
        await wait_until(pilot, lambda: lobby.query(Form) and lobby.query_one(Form).scenario)
        await pilot.press("e")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, StudioScreen))
        assert pilot.app.screen.draft.path.stem == "altman"
        await wait_until(pilot, lambda: pilot.app.screen.editor.has_focus)
        await pilot.press("escape", "escape")
        await wait_until(pilot, lambda: pilot.app.screen is lobby)
        lobby.query_one("#seats").highlighted = 1
        button = next(b for b in lobby.query("#seat-keys Button") if str(b.label) == "Edit")
        button.press()
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, StudioScreen))
        assert pilot.app.screen.draft.path.stem == "yang"


async def test_the_palettes_command_asks_whom():
    write()
    async with YaltaApp().run_test(size=(120, 40)) as pilot:
        pilot.app.action_studio()
        await picked(pilot, "ada")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, StudioScreen))
        assert pilot.app.screen.draft.path == config_folder() / "personas" / "ada.yaml"


def test_a_name_that_means_nobody_opens_nothing():
    from debate.errors import UserError

    with pytest.raises(UserError, match="no persona named"):
        draft_of("nobody-at-all")
    with pytest.raises(UserError, match="no file"):
        draft_of("none/at-all.yaml")


async def test_the_prompt_of_a_card_that_cannot_be_read_is_not_shown():
    write()
    async with studio() as (pilot, screen):
        await wait_until(pilot, lambda: "As sent" in said(screen.prompt))
        await typed(pilot, screen, "rule: none\n")
        await wait_until(pilot, lambda: BROKEN in said(screen.prompt))
        await pilot.press("alt+l")
        await pilot.pause()
        assert said(screen.prompt).strip() == BROKEN
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "with 1 error in it" in str(screen.status.render()))
