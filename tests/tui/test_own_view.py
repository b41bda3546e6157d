"""A person at the table reads on the stage no more than they may know, unless they ask for more."""

from __future__ import annotations

import threading

import pytest
from chat_server import ChatServer
from pilot import wait_until
from procedure import FOUR, ROOMS, Procedural, asked_of
from reading import on_screen
from staging import over, paused_at_first, spoken, staged, writing

from debate.speakers.human import MODEL as ME
from tui.widgets.floor.record import FOLDED

CAUCUS = ({"kind": "caucus", "rooms": ROOMS, "title": "Caucus"},)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr("tui.widgets.floor.composer.PAUSE", 0.0)


@pytest.fixture
def models():
    with ChatServer(Procedural()) as server:
        yield server


def names(blocks):
    return [block.name for block in blocks if block.kind == "turn"]


async def test_rooms_of_others_stay_closed_until_they_are_asked_for(models, tmp_path):
    mine = {"altman": "me"}
    async with staged(models, tmp_path, CAUCUS, seats=FOUR, seat_models=mine) as (pilot, stage):
        record = stage.record
        await writing(pilot, stage)
        await wait_until(pilot, lambda: spoken(stage) == ["amodei"])
        assert record.view == "mine"
        assert names(record.blocks) == ["Sam Altman"]
        assert "[what you may know]" in on_screen(pilot.app).splitlines()[1]
        assert "The words of Dario Amodei" not in on_screen(pilot.app)
        record.focus()
        for _ in range(5):  # round and round, never into the other room
            await pilot.press("w")
            assert "Dario Amodei" not in names(record.blocks)
        await pilot.press("ctrl+w")
        assert record.view == "all"
        assert names(record.blocks) == ["Sam Altman", "Dario Amodei"]
        await pilot.press("ctrl+w")
        assert record.view == "mine"
        stage.action_write()
        stage._composer._words.text = "I say"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: over(stage))
        assert names(record.blocks) == ["Sam Altman", "Yang Zhilin"]


async def test_openings_of_others_come_with_ones_own(models, tmp_path):
    phases = ({"kind": "opening"},)
    async with staged(models, tmp_path, phases, seat_models={"yang": "me"}) as (pilot, stage):
        await writing(pilot, stage)
        await wait_until(pilot, lambda: len(spoken(stage)) == 2)
        assert names(stage.record.blocks) == ["Yang Zhilin"]
        assert len(names(stage.record.everything)) == 3
        stage._composer._words.text = "I open"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: over(stage))
        assert len(names(stage.record.blocks)) == 3


async def test_what_others_gave_unheard_stays_folded(tmp_path):
    may, answers = threading.Event(), Procedural()

    def answer(body):
        if asked_of(body)[0] == "Dario Amodei":
            may.wait(20)
        return answers(body)

    phases = ({"kind": "vote", "vote": {"on": "house", "secret": True}},)
    with ChatServer(answer) as server:
        async with staged(server, tmp_path, phases, seat_models={"yang": "me"}) as (pilot, stage):
            await wait_until(pilot, lambda: any(b.reasoning for b in stage.record.blocks))
            ballots = next(b for b in stage.record.blocks if b.reasoning)
            stage.record.focus()
            await pilot.press("r")
            assert not ballots.unfolded
            assert FOLDED in [n.message for n in pilot.app._notifications]
            await pilot.press("ctrl+w", "r")
            assert ballots.unfolded
            await pilot.press("ctrl+w")
            assert not ballots.unfolded
            may.set()


async def test_who_takes_a_seat_over_sees_no_more_than_it_and_who_gives_it_back_all(
    server, script, tmp_path
):
    script.slow = True
    async with staged(server, tmp_path) as (pilot, stage):
        await paused_at_first(pilot, stage, script)
        assert (stage.record.view, stage._rooms.display) == ("all", False)
        chair, was = stage.session.conference.chair, server.model
        await chair.change_model("altman", ME)
        await wait_until(pilot, lambda: stage._rooms.display)
        assert stage.record.view == "mine"
        await chair.change_model("altman", was)
        await wait_until(pilot, lambda: not stage._rooms.display)
        assert stage.record.view == "all"
