"""The reader, key by key, over transcripts that were written as real ones are."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from pilot import wait_until
from reading import on_screen, played, showing, shown, widgets, write, write_as_timed
from textual.widgets import Input

from debate import read_transcript
from debate.events import TurnClosed
from debate.verify import verify
from tui import clipboard
from tui.screens.dialogs import Confirm
from tui.screens.reader import ReaderScreen
from tui.screens.stage import StageScreen
from tui.widgets.floor.status_line import StatusLine
from tui.widgets.reader.contents import Contents
from tui.widgets.reader.keys import KEYS

SAMPLE = Path(__file__).parents[1] / "early-yalta.jsonl"


def read(path, *args):
    return ReaderScreen(path, *args)


async def ready(pilot, reader):
    await wait_until(pilot, lambda: reader.book and reader.record.blocks)


def marked_turn(reader):
    n = reader.record.marked
    return None if n is None else reader.record.blocks[n].turn


def said(reader):
    return str(reader.query_one(StatusLine).render())


def over(reader):
    return reader._player is None


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "small.jsonl", played())


@pytest.fixture
def long(tmp_path):
    return write(tmp_path / "long.jsonl", played(rounds=30))


async def test_it_begins_at_the_top_with_the_notice_in_view(long):
    async with showing(read(long), (80, 24)) as (pilot, reader):
        await ready(pilot, reader)
        assert reader.record.scroll_offset.y == 0
        assert not reader.record.follow
        assert "A small conference" in on_screen(pilot.app)
        assert "Simulated; every line is written" in said(reader)
        assert "62 turns in long.jsonl" in said(reader)


async def test_it_begins_at_a_turn_with_a_search_filled_in(long):
    async with showing(read(long, 40, "WORDS of"), (80, 24)) as (pilot, reader):
        await ready(pilot, reader)
        await wait_until(pilot, lambda: len(reader.record.matches))
        assert marked_turn(reader) == 40
        assert "turn 40" in on_screen(pilot.app)
        assert "40 of 62" in on_screen(pilot.app)
        await pilot.press("down")
        assert marked_turn(reader) == 41
        await pilot.press("escape")
        assert not len(reader.record.matches)
        assert pilot.app.screen is reader


async def test_turns_of_one_speaker_and_phases_are_jumped_between(path):
    async with showing(read(path)) as (pilot, reader):
        await ready(pilot, reader)
        for key, turn in [("]", 1), ("s", 3), ("s", 5), ("s", 5), ("S", 3), ("[", 2), ("s", 4)]:
            await pilot.press(
                {"]": "right_square_bracket", "[": "left_square_bracket"}.get(key, key)
            )
            assert marked_turn(reader) == turn
        heading = lambda: reader.record.blocks[reader.record.marked].name  # noqa: E731
        await pilot.press("right_curly_bracket")
        assert heading() == "Closing"
        await pilot.press("left_curly_bracket")
        assert heading() == "Plenary"
        await pilot.press("left_curly_bracket")
        assert heading() == "A small conference"


async def test_the_contents_go_to_a_turn_by_its_number(long):
    async with showing(read(long)) as (pilot, reader):
        await ready(pilot, reader)
        await pilot.press("j", *"55", "enter")
        await wait_until(pilot, lambda: pilot.app.screen is reader)
        assert marked_turn(reader) == 55
        assert "turn 55" in on_screen(pilot.app)
        assert "turn 55 of 62  Plenary, round 28" in on_screen(pilot.app)


async def test_the_contents_go_to_a_phase_and_to_a_speaker(long):
    async with showing(read(long)) as (pilot, reader):
        await ready(pilot, reader)
        await pilot.press("j", *"closing", "down", "enter")
        await wait_until(pilot, lambda: pilot.app.screen is reader)
        assert marked_turn(reader) == 61
        await pilot.press("j")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Contents))
        pilot.app.screen.query_one(Input).value = "bo"
        contents = pilot.app.screen
        await wait_until(pilot, lambda: len(contents._fitting) == 31)
        await pilot.press("down", "up", "down", "enter")
        await wait_until(pilot, lambda: pilot.app.screen is reader)
        assert marked_turn(reader) == 4


async def test_the_contents_that_fit_nothing_answer_nothing(path):
    async with showing(read(path)) as (pilot, reader):
        await ready(pilot, reader)
        await pilot.press("j", *"no such", "enter")
        assert isinstance(pilot.app.screen, Contents)
        await pilot.press("escape")
        assert pilot.app.screen is reader


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 24)])
async def test_details_tell_all_that_is_recorded(size):
    async with showing(read(SAMPLE, 4), size) as (pilot, reader):
        await ready(pilot, reader)
        await pilot.press("d")
        await wait_until(pilot, lambda: "The prompt, as sent" in shown(reader.details))
        text = shown(reader.details)
        event = next(
            e for e in read_transcript(SAMPLE) if isinstance(e, TurnClosed) and e.turn == 4
        )
        entry = next(e for e in reader.book.entries if e.event == event)
        for part in (
            "Turn 4: Sam Altman",
            "✓ the prompt below has this hash",
            f"sha256 {entry.sha256}",
            f"seq {event.seq}",
            f"{event.timing.total:.2f} s",
            f"{event.usage.input:,}, from a cache {event.usage.cached:,}",
            "Plenary",
            "free",
            "system, ",
            "user, ",
        ):
            assert part in text
        prompt = reader.book.prompts.of(4)
        assert all(m.content.strip() in text for m in prompt.messages)
        assert "Turn 4: Sam Altman" in on_screen(pilot.app)
        await pilot.press("right_square_bracket")
        await wait_until(pilot, lambda: "Turn 5: Yang Zhilin" in shown(reader.details))
        assert reader.details.scroll_offset.y == 0
        await pilot.press("d")
        assert not reader.details.display


async def test_details_of_the_whole_where_no_turn_is_marked(path):
    async with showing(read(path)) as (pilot, reader):
        await ready(pilot, reader)
        await pilot.press("d")
        await wait_until(pilot, lambda: "yalta test" in shown(reader.details))
        assert reader.book.entries[-1].sha256 in shown(reader.details)


async def test_a_prompt_that_is_not_the_recorded_one_is_told(path):
    async with showing(read(path, 2)) as (pilot, reader):
        await ready(pilot, reader)
        await pilot.press("d")
        await wait_until(
            pilot, lambda: "✗ the prompt below has another hash" in shown(reader.details)
        )
        assert "The prompt, as sent" not in shown(reader.details)


async def test_copying_takes_the_selection_else_the_marked_turn(path, tmp_path, monkeypatch):
    native = tmp_path / "bin" / "pbcopy"
    native.parent.mkdir()
    native.write_text(f"#!/bin/sh\n{shutil.which('cat')} > {tmp_path}/copied\n")
    native.chmod(0o755)
    monkeypatch.setenv("PATH", str(native.parent))
    copied = tmp_path / "copied"
    async with showing(read(path)) as (pilot, reader):
        await ready(pilot, reader)
        await pilot.press("y")
        assert any("Mark a turn" in n.message for n in pilot.app._notifications)
        await pilot.press("right_square_bracket", "y")
        await wait_until(pilot, lambda: copied.exists() and copied.read_text())
        assert copied.read_text() == pilot.app.clipboard == "words of ada in turn 1"
        await pilot.press("Y")
        await wait_until(pilot, lambda: copied.read_text().startswith("[system]"))
        prompt = reader.book.prompts.of(1)
        assert prompt.messages[1].content in copied.read_text()
        await pilot.mouse_down(reader.record, offset=(4, 1))
        await pilot.hover(reader.record, offset=(16, 1))
        await pilot.mouse_up(reader.record, offset=(16, 1))
        await pilot.press("ctrl+c")
        await wait_until(pilot, lambda: copied.read_text().startswith("all things"))


def test_no_command_no_copy(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not clipboard.copy_natively("text")
    failing = tmp_path / "pbcopy"
    failing.write_text("#!/bin/sh\nexit 1\n")
    failing.chmod(0o755)
    assert not clipboard.copy_natively("\ud800")


async def test_replay_from_the_marked_turn_ends_with_the_whole(tmp_path):
    timed = write_as_timed(tmp_path / "timed.jsonl", played())
    async with showing(read(timed)) as (pilot, reader):
        await ready(pilot, reader)
        whole = shown(reader.record)
        await pilot.press("s", "s", "p")
        await wait_until(pilot, lambda: "turn 6" not in shown(reader.record))
        assert "words of bo in turn 2" in shown(reader.record)
        await pilot.press(*["full_stop"] * 4)
        await wait_until(pilot, lambda: over(reader))
        assert shown(reader.record) == whole
        assert len([w for w in reader.workers if w.group == "replay"]) == 0


async def test_replay_pauses_goes_on_and_ends(tmp_path):
    slow = write_as_timed(tmp_path / "timed.jsonl", played())
    async with showing(read(slow)) as (pilot, reader):
        await ready(pilot, reader)
        whole = shown(reader.record)
        await pilot.press("p")
        await wait_until(pilot, lambda: "Replaying, 1x" in said(reader))
        await pilot.press("p")
        assert "Replay paused" in said(reader)
        seen = shown(reader.record)
        assert len(seen) < len(whole)
        await pilot.press("comma", "comma", "p")
        assert "Replaying, 0.5x" in said(reader)
        await pilot.press("p", "p", "p")
        before = [w for w in reader.workers if w.group == "replay" and not w.is_finished]
        assert len(before) <= 1
        await pilot.press("g", "escape")
        assert shown(reader.record) == whole
        assert "6 turns" in said(reader)
        await pilot.press("p", *["greater_than_sign"] * 8)
        await wait_until(pilot, lambda: over(reader))
        assert shown(reader.record) == whole
        assert marked_turn(reader) is None or reader.record.follow


async def test_instant_replay_of_a_long_one(long):
    async with showing(read(long)) as (pilot, reader):
        await ready(pilot, reader)
        whole = shown(reader.record)
        await pilot.press(*["full_stop"] * 9, "p")
        await wait_until(pilot, lambda: over(reader))
        assert shown(reader.record) == whole
        assert reader.record.scroll_offset.y == reader.record.max_scroll_y


async def test_leaving_while_it_replays_leaves_no_task(tmp_path):
    slow = write_as_timed(tmp_path / "timed.jsonl", played())
    async with showing(read(slow)) as (pilot, reader):
        await ready(pilot, reader)
        await pilot.press("p")
        await wait_until(pilot, lambda: "Replaying" in said(reader))
        await pilot.press("escape", "p", "escape", "escape")
        await wait_until(pilot, lambda: pilot.app.screen is not reader)
        assert not [t for t in asyncio.all_tasks() if "_play" in repr(t.get_coro())]


@pytest.mark.parametrize("answer", ["go", "stay"])
async def test_f_forks_after_the_marked_turn(path, tmp_path, answer):
    async with showing(read(path, 3)) as (pilot, reader):
        await ready(pilot, reader)
        await pilot.press("f")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "turn 3" in on_screen(pilot.app)
        assert not (tmp_path / "transcripts").exists()  # nothing is written before the answer
        await pilot.click(f"#{answer}")
        expected = StageScreen if answer == "go" else ReaderScreen
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, expected))
        forks = list((tmp_path / "transcripts").glob("*.jsonl"))
        assert len(forks) == (answer == "go")
        for forked in forks:
            assert [e.type for e in read_transcript(forked)].count("turn.closed") >= 3


async def test_reasoning_opens_and_folds(tmp_path):
    events = [
        e.model_copy(update={"reasoning": "Think [b]twice[/b]."}) if e.type == "turn.closed" else e
        for e in played()
    ]
    async with showing(read(write(tmp_path / "r.jsonl", events))) as (pilot, reader):
        await ready(pilot, reader)
        assert "Think [b]twice" not in on_screen(pilot.app)
        await pilot.press("r")
        assert "Think [b]twice[/b]." in on_screen(pilot.app)


async def test_a_transcript_that_is_being_written_is_read_and_read_again(path):
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:6]) + lines[6][:20])
    async with showing(read(path)) as (pilot, reader):
        await ready(pilot, reader)
        assert "turn 2" in shown(reader.record)
        assert "turn 3" not in shown(reader.record)
        await pilot.press("right_square_bracket")
        path.write_bytes(b"".join(lines))
        await pilot.press("f5")
        await wait_until(pilot, lambda: "turn 6" in shown(reader.record))
        assert marked_turn(reader) == 1


async def test_what_is_no_transcript_is_told(tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"type": "[b]x[/b]"}\n')
    async with showing(read(bad)) as (pilot, reader):
        await wait_until(pilot, lambda: pilot.app._notifications)
        assert "It cannot be read" in on_screen(pilot.app)
        await pilot.press(
            "p", "d", "f", "y", "Y", "s", "right_curly_bracket", "r", "f5", "g", "comma"
        )
        await wait_until(pilot, lambda: pilot.app.screen is reader)
        await pilot.press("escape")
        assert not reader.details.display
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is not reader)


async def test_what_stands_before_a_broken_line_is_shown(path):
    lines = path.read_bytes().splitlines(keepends=True)
    lone = b'{"type": "note.passed", "text": "x\\ud800"}\n'
    path.write_bytes(b"".join(lines[:6]) + lone + b"".join(lines[6:]))
    async with showing(read(path)) as (pilot, reader):
        await ready(pilot, reader)
        assert "turn 2" in shown(reader.record)
        assert "cannot be read to its end" in said(reader)
        assert ":7" in said(reader)


HOSTILE = (
    "[@click=app.quit]click me[/] [red]no[/red] \x1b[2J\x1b]8;;http://x.test\x07link\x1b]8;;\x07"
    "\x9b31m \u202egnp.exe\u202c [text](http://x.test) <b>html</b> \x00\x07\r\n"
)


@pytest.mark.parametrize("size", [(120, 40), (60, 24)])
async def test_hostile_text_is_shown_and_does_nothing(tmp_path, size):
    def speak(step, number):
        return HOSTILE * 3 if number % 2 else "w" * 100_000

    events = played(speak=speak, title="[@click=app.quit]title[/]\u202e", motion="[b]m\u2066[/b]")
    async with showing(read(write(tmp_path / "h.jsonl", events)), size) as (pilot, reader):
        await ready(pilot, reader)
        await pilot.press("right_square_bracket", "d")
        await wait_until(pilot, lambda: "Turn 1" in shown(reader.details))
        assert "[@click=app.quit]click me[/]" in shown(reader.record)
        text = on_screen(pilot.app)
        for forbidden in "\x1b\x9b\x07\x00\r\u202e\u202c\u2066":
            assert forbidden not in text
        screen = pilot.app.screen
        for y in range(size[1] - 4):
            for x in range(0, size[0], 3):
                meta = screen.get_style_at(x, y).meta
                assert not {key for key in meta if key.startswith("@")}
                assert screen.get_style_at(x, y).link is None
        await pilot.click(reader.record, offset=(4, 8))
        await pilot.press("j", *"ada", "enter", "y", "p", *["full_stop"] * 6)
        await wait_until(pilot, lambda: over(reader))
        await pilot.press("slash", *"[@cl", "escape", "end", "home")
        assert pilot.app.screen is reader


async def test_widgets_do_not_grow_with_the_transcript(tmp_path):
    async def mounted(rounds):
        events = played(("ada", "bo", "cem", "dai"), rounds)
        path = write(tmp_path / f"{rounds}.jsonl", events)
        async with showing(read(path)) as (pilot, reader):
            await ready(pilot, reader)
            await pilot.press("right_square_bracket", "d")
            await wait_until(pilot, lambda: "Turn 1" in shown(reader.details))
            assert len(reader.book.pages) == 4 * rounds + 4
            return widgets(pilot.app)

    assert await mounted(4) == await mounted(499)


async def test_the_palette_holds_every_command_and_keys_can_be_remapped(path, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "keys.yaml").write_text("keys:\n  reader.details: f7\n")
    async with showing(read(path)) as (pilot, reader):
        await ready(pilot, reader)
        titles = {command.title for command in pilot.app.get_system_commands(reader)}
        assert {key.description for key in KEYS if key.id} <= titles
        await pilot.press("f7")
        assert reader.details.display


async def test_a_sample_that_ships_is_as_it_was_recorded():
    assert verify(SAMPLE).good
