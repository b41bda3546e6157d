"""The stage, key by key: a scripted speaker over a real server, and real transcripts."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

import pytest
from chat_server import ChatServer, Reply
from pilot import wait_until
from reading import write
from staging import (
    SEATS,
    good,
    held,
    in_air,
    over,
    paused_at_first,
    shown,
    spoken,
    staged,
    types,
    writing,
)
from textual.widgets import Input, OptionList, TextArea
from worlds import Play, manifest, scenario

from debate import Wishes, read_transcript
from debate.speakers.human import PROFILE as HUMAN
from debate.verify import verify
from tui.app import YaltaApp
from tui.screens.dialogs import Confirm, WriteNote
from tui.screens.pick import PickScreen
from tui.screens.stage import StageScreen
from tui.session import Opening, Resuming
from tui.widgets.floor.find_bar import FindBar
from tui.widgets.floor.status_line import StatusLine


def asks_for_model(pilot):
    return isinstance(pilot.app.screen, PickScreen) and pilot.app.screen._free


async def test_a_conference_is_shown_to_its_end(server, tmp_path):
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        text = shown(stage)
        assert "Small things matter." in text
        assert "Simulated; not statements of the real person." in text
        assert "Reply 1 of Sam Altman." in text
        assert "The agenda is done." in text
        assert good(stage)


async def test_space_pauses_after_the_turn_in_the_air_and_goes_on(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: in_air(stage))
        await pilot.press("space")
        assert stage.session.conference.chair.pausing
        await pilot.press("space")
        assert not stage.session.conference.chair.pausing
        await pilot.press("space")
        script.slow = False
        stage.session.conference.chair.skip()
        await wait_until(pilot, lambda: held(stage))
        await pilot.press("space")
        await wait_until(pilot, lambda: over(stage))
        assert good(stage)


async def test_s_lets_one_turn_be_spoken(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await paused_at_first(pilot, stage, script)
        for turns in (1, 2):
            await pilot.press("s")
            await wait_until(pilot, lambda turns=turns: len(spoken(stage)) == turns and held(stage))
        assert spoken(stage) == ["altman", "yang"]


async def test_k_passes_over_who_has_the_floor(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: in_air(stage))
        script.slow = False
        await pilot.press("k")
        await wait_until(pilot, lambda: over(stage))
        assert spoken(stage) == ["yang", "amodei", *SEATS]
        assert "Sam Altman was passed over in round 1." in shown(stage)
        assert good(stage)


async def test_a_asks_for_the_last_turn_again(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await paused_at_first(pilot, stage, script)
        await pilot.press("s")
        await wait_until(pilot, lambda: len(spoken(stage)) == 1 and held(stage))
        await pilot.press("a")
        assert spoken(stage) == []
        assert any(block.struck and block.turn == 2 for block in stage.record.blocks)
        row = stage._table.rows["altman"]
        assert (row.figures.turns, row.figures.words, row.doing) == (0, 0, "waiting")
        await pilot.press("space")
        await wait_until(pilot, lambda: over(stage))
        assert spoken(stage) == [*SEATS, *SEATS]
        assert good(stage)


@pytest.mark.parametrize("to", [None, "yang"])
async def test_n_passes_a_note_to_all_or_to_one_in_private(server, script, tmp_path, to):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await paused_at_first(pilot, stage, script)
        await pilot.press("n")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, WriteNote))
        pilot.app.screen.query_one(TextArea).text = "Mind the [b]clock[/b]."
        options = pilot.app.screen.query_one(OptionList)
        options.highlighted = 0 if to is None else 1 + SEATS.index(to)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: pilot.app.screen is stage)
        note = stage.session.conference.state.notes[-1]
        assert (note.to, note.text) == (to, "Mind the [b]clock[/b].")
        assert "Mind the [b]clock[/b]." in shown(stage)
        await pilot.press("space")
        await wait_until(pilot, lambda: over(stage))
        assert good(stage)


async def test_nobody_is_given_the_floor_while_a_note_is_written(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: in_air(stage))
        await pilot.press("n")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, WriteNote))
        script.slow = False
        stage.session.conference.chair.skip()
        await wait_until(pilot, lambda: held(stage))
        pilot.app.screen.query_one(TextArea).text = "Before you go on."
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: over(stage))
        assert stage.session.conference.state.notes[-1].text == "Before you go on."
        assert good(stage)


async def test_what_failed_while_a_note_was_written_is_not_asked_for_again(tmp_path):
    asked = threading.Event()

    def refuse(body):
        asked.wait(20)
        return Reply(status=400, body='{"error": {"message": "no"}}')

    with ChatServer(refuse) as bad:
        async with staged(bad, tmp_path) as (pilot, stage):
            await wait_until(pilot, lambda: stage.session.standing == "running")
            await pilot.press("n")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, WriteNote))
            asked.set()
            await wait_until(pilot, lambda: held(stage))
            await pilot.press("escape")
            await wait_until(pilot, lambda: pilot.app.screen is stage)
            assert held(stage)
            assert types(stage)[-2:] == ["turn.failed", "floor.paused"]


async def test_t_takes_a_seat_over_and_gives_it_back(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await paused_at_first(pilot, stage, script)

        async def take(seat):
            await pilot.press("t")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
            pilot.app.screen.query_one(OptionList).highlighted = SEATS.index(seat)
            await pilot.press("enter")
            await wait_until(pilot, lambda: pilot.app.screen is stage)

        await take("altman")
        profiles = stage.session.conference.state.profiles
        assert profiles["altman"].family == "human"
        await pilot.press("space")
        composer = stage._composer
        await writing(pilot, stage)
        assert "You are Sam Altman" in str(composer._brief.render())
        await pilot.press("ctrl+s")  # nothing is written yet: nothing is said
        assert composer.has_class("-asked")
        composer._words.text = "I speak for myself now."
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: len(spoken(stage)) == 3 and composer._words.has_focus)
        await pilot.press(*"no", "escape")
        await take("altman")
        await pilot.press("k")
        await wait_until(pilot, lambda: over(stage))
        assert not composer.has_class("-asked")
        said = [t.text for t in stage.session.conference.state.record if t.seat == "altman"]
        assert said == ["I speak for myself now."]
        changes = [
            e for e in read_transcript(stage.session.conference.path) if e.type == "seat.changed"
        ]
        assert [c.profile.model for c in changes] == ["me", server.model]
        assert good(stage)


async def test_c_changes_the_model_of_a_seat_from_the_next_turn_on(server, script, tmp_path):
    script.slow = True
    with ChatServer(Reply(["Another model."])) as other:
        async with staged(server, tmp_path) as (pilot, stage):
            await paused_at_first(pilot, stage, script)
            await pilot.press("c")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
            pilot.app.screen.query_one(OptionList).highlighted = 1
            await pilot.press("enter")
            await wait_until(pilot, lambda: asks_for_model(pilot))
            pilot.app.screen.query_one(Input).value = other.model
            await pilot.press("enter")
            state = lambda: stage.session.conference.state  # noqa: E731
            await wait_until(pilot, lambda: state().profiles["yang"].model == other.model)
            await pilot.press("space")
            await wait_until(pilot, lambda: over(stage))
            assert [t.text for t in state().record if t.seat == "yang"] == ["Another model."] * 2
            assert good(stage)


async def test_a_model_that_is_not_there_is_told_and_changes_nothing(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await paused_at_first(pilot, stage, script)
        await pilot.press("c")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: asks_for_model(pilot))
        pilot.app.screen.query_one(Input).value = "no[/]such"
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app._notifications)
        assert any("no model named" in n.message for n in pilot.app._notifications)
        assert "seat.changed" not in types(stage)


@pytest.mark.parametrize("answer", ["halt", "close", "cancel"])
async def test_x_halts_or_ends_it(server, script, tmp_path, answer):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: in_air(stage))
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.click(f"#{answer}")
        await wait_until(pilot, lambda: pilot.app.screen is stage)
        if answer == "halt":
            await wait_until(pilot, lambda: held(stage))
        elif answer == "close":
            await wait_until(pilot, lambda: over(stage))
            assert "The chair ended the conference." in shown(stage)
        else:
            assert in_air(stage)
        assert good(stage)


async def test_x_ends_a_paused_conference_for_good(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await paused_at_first(pilot, stage, script)
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.click("#close")
        await wait_until(pilot, lambda: over(stage))
        assert types(stage)[-1] == "conference.closed"


async def test_f_forks_after_the_marked_turn_and_goes_on_with_the_fork(server, tmp_path):
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        block = stage.record.block_of(3)
        stage.record.reveal(stage.record.index_of(block))
        await pilot.press("f")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.click("#go")
        await wait_until(
            pilot,
            lambda: isinstance(pilot.app.screen, StageScreen) and pilot.app.screen is not stage,
        )
        other = pilot.app.screen
        await wait_until(pilot, lambda: over(other))
        path = other.session.conference.path
        assert path != stage.session.conference.path
        before = stage.session.conference.state.record
        assert other.session.conference.state.record[:3] == before[:3]
        assert other.session.conference.state.record[3:] != before[3:]
        assert "Forked from c.jsonl; what follows is another future." in shown(other)
        assert verify(path).good


async def test_following_ends_with_scrolling_and_begins_again_with_a_key(server, script, tmp_path):
    async with staged(server, tmp_path, size=(80, 16)) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        record = stage.record
        assert record.follow
        await wait_until(pilot, lambda: record.scroll_offset.y == record.max_scroll_y > 0)
        await pilot.press("pageup")
        await wait_until(pilot, lambda: not record.follow)
        assert "not following" in str(stage.query_one(StatusLine).render())
        await pilot.press("g")
        await wait_until(pilot, lambda: record.scroll_offset.y == record.max_scroll_y)
        assert record.follow


async def test_new_words_do_not_move_a_reader_who_has_scrolled_away(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path, size=(60, 14)) as (pilot, stage):
        await wait_until(pilot, lambda: stage.record.max_scroll_y > 8)
        await pilot.press("home")
        await wait_until(pilot, lambda: stage.record.scroll_offset.y == 0)
        grown = stage.record.max_scroll_y
        await wait_until(pilot, lambda: stage.record.max_scroll_y > grown)
        assert stage.record.scroll_offset.y == 0
        await pilot.press("escape")


async def test_reasoning_is_folded_until_it_is_asked_for(server, script, tmp_path):
    script.reasoning = "Secret [b]thoughts[/b]."
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        lines = lambda: [line.part for b in stage.record.blocks for line in b.lines(80)]  # noqa: E731
        assert lines().count("fold") == 6
        assert "reasoning" not in lines()
        await pilot.press("r")
        assert lines().count("reasoning") == 6
        await pilot.press("r")
        assert "reasoning" not in lines()


async def test_slash_searches_the_record(server, tmp_path):
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        await pilot.press("slash", *"dario")
        assert len(stage.record.matches) == 2
        await pilot.press("enter")
        assert stage.record.matches.now == 1
        await pilot.press("escape")
        assert not stage.query_one(FindBar).has_class("-open")
        assert len(stage.record.matches) == 0


async def test_leaving_while_a_turn_streams_leaves_a_transcript_that_resumes(
    server, script, tmp_path
):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: in_air(stage))
        await pilot.press("ctrl+q")
        path = stage.session.conference.path
    script.slow = False
    assert verify(path).good
    assert [e.type for e in read_transcript(path)][-2:] == ["turn.failed", "floor.paused"]

    app = YaltaApp(StageScreen(Resuming(path)))
    async with app.run_test() as pilot:
        stage = app.screen
        await wait_until(pilot, lambda: over(stage))
        assert spoken(stage) == [*SEATS, *SEATS]
        assert shown(stage).count("Reply 1 of Sam Altman") == 1
        assert good(stage)


async def test_a_server_that_fails_is_told_and_the_conference_pauses(tmp_path):
    with ChatServer(
        Reply(status=500, body='{"error": {"message": "[b]out[/b] of memory"}}')
    ) as bad:
        async with staged(bad, tmp_path) as (pilot, stage):
            await wait_until(pilot, lambda: held(stage))
            assert "[b]out[/b] of memory" in shown(stage)
            assert good(stage)


async def test_a_conference_that_cannot_begin_is_told(tmp_path):
    what = Opening(scenario(SEATS), Wishes(model="no-such-model"), tmp_path / "c.jsonl")
    app = YaltaApp(StageScreen(what))
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app._notifications)
        assert "no model named" in next(iter(app._notifications)).message
        assert not (tmp_path / "c.jsonl").exists()
        await pilot.press("space", "k", "a", "n", "escape")


async def test_openings_side_by_side_all_stream(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path, [{"kind": "opening"}]) as (pilot, stage):
        await wait_until(
            pilot, lambda: sum(b.live and "Reply" in b.text for b in stage.record.blocks) == 3
        )
        doing = [row.doing for row in stage._table.rows.values()]
        assert doing == ["speaking"] * 3
        await pilot.press("escape")


async def test_the_roster_counts_what_is_spoken(server, tmp_path):
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        row = stage._table.rows["yang"]
        assert row.figures.turns == 2
        assert row.figures.input == 200
        assert row.doing == "done"
        text = str(stage._roster._body.render())
        assert "Yang Zhilin" in text
        assert "220 tok" in text


async def test_the_palette_holds_every_command_of_the_stage(server, tmp_path):
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        titles = {c.title for c in pilot.app.get_system_commands(stage)}
        shown = {b.description for b in StageScreen.BINDINGS}
        assert shown <= titles
        assert {"Theme", "Library", "Lobby", "Quit"} <= titles


async def test_keys_can_be_remapped(server, script, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "keys.yaml").write_text("keys:\n  stage.skip: f6\n")
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: in_air(stage))
        script.slow = False
        await pilot.press("f6")
        await wait_until(pilot, lambda: over(stage))
        assert spoken(stage)[0] == "yang"


async def test_widgets_do_not_grow_with_the_conference(tmp_path):
    async def widgets(turns):
        plan = scenario(["ada", "bo"], [{"kind": "plenary", "rounds": turns}])
        opened = manifest(plan)
        seats = [s.model_copy(update={"profile": HUMAN}) for s in opened.seats]
        play = Play(opened.model_copy(update={"seats": tuple(seats)}))
        with suppress(AssertionError):
            play.run(most=turns + 1)
        path = write(tmp_path / f"{turns}.jsonl", play.events)
        app = YaltaApp(StageScreen(Resuming(path)))
        async with app.run_test() as pilot:
            stage = app.screen
            await wait_until(pilot, lambda: stage._composer.has_class("-asked"))
            assert len(spoken(stage)) == turns
            return len(list(stage.query("*")))

    assert await widgets(20) == await widgets(2000)


async def test_quitting_by_a_signal_of_the_loop_leaves_nothing_behind(server, script, tmp_path):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: in_air(stage))
        path = stage.session.conference.path
    assert verify(path).good
    assert not [t for t in asyncio.all_tasks() if "drive" in repr(t.get_coro())]


async def test_o_shows_the_seats_where_the_screen_is_narrow(server, tmp_path):
    async with staged(server, tmp_path, size=(60, 24)) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        assert not stage._roster.display
        await pilot.press("o")
        assert stage._roster.display
        await pilot.press("o")
        assert not stage._roster.display


async def test_escape_leaves_the_writing_for_the_keys_and_i_goes_back_to_it(server, tmp_path):
    async with staged(server, tmp_path, seat_models={"altman": "me"}) as (pilot, stage):
        await writing(pilot, stage)
        await pilot.press(*"skip", "escape")
        assert pilot.app.focused is stage.record
        await pilot.press("i", *"per")
        assert stage._composer._words.text == "skipper"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: len(spoken(stage)) >= 3)
        assert stage.session.conference.state.record[0].text == "skipper"


async def test_the_cost_is_shown_beside_the_budget_and_an_unknown_one_as_such(server, tmp_path):
    async with staged(server, tmp_path) as (pilot, stage):
        await wait_until(pilot, lambda: over(stage))
        assert "6/6" in str(stage._agenda.render())
        assert "cost ?" in str(stage._agenda.render())
    free = dict.fromkeys(SEATS, "me")
    async with staged(server, tmp_path / "b", seat_models=free, budget=1.0) as (pilot, stage):
        await wait_until(pilot, lambda: stage._composer.has_class("-asked"))
        assert "0.0000 of 1.00" in str(stage._agenda.render())
