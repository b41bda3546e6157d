"""Several screens say the same of a transcript, and a fork can be told from its origin."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from pilot import wait_until
from reading import on_screen, played, showing, write, write_as_timed
from staging import SEATS, staged
from textual.widgets import Input

from debate.agenda import GiveFloor
from debate.events import TurnFailed, TurnWithdrawn
from debate.fork import fork
from debate.library import load_scenario, transcripts_folder
from debate.shelf import Shelf
from debate.verify import verify
from tui.app import YaltaApp
from tui.screens.library import LibraryScreen
from tui.screens.reader import ReaderScreen
from tui.widgets.floor.roster import money
from tui.widgets.floor.status_line import StatusLine
from tui.widgets.lobby.recent import RecentList, recent_transcripts
from tui.widgets.lobby.setup import WrongField, fresh, tidied, wishes_of


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def speak(step: GiveFloor, number: int) -> str | TurnFailed:
    if number in (1, 4):
        return TurnFailed(turn=number, seat=step.seat, reason="aborted", message="halted")
    return f'words of {step.seat} with "type":"turn.closed" in them'


async def test_turns_are_those_of_the_record_wherever_they_are_counted():
    events = played(speak=speak)
    last = next(n for n, e in enumerate(events) if e.type == "turn.closed" and e.turn == 3)
    events = [*events[: last + 1], TurnWithdrawn(turn=3)]
    path = write(transcripts_folder() / "some.jsonl", events)
    verdict = verify(path)
    assert verdict.turns == 1
    with Shelf.open() as shelf:
        shelf.refresh()
        assert shelf.listing()[0].turns == verdict.turns
    (recent,) = recent_transcripts(transcripts_folder())
    assert (recent.turns, recent.finished, recent.forked) == (1, False, False)
    async with showing(ReaderScreen(path)) as (pilot, reader):
        await wait_until(pilot, lambda: reader.book and reader.record.blocks)
        assert "1 turn in some.jsonl" in str(reader.query_one(StatusLine).render())


async def test_a_fork_is_marked_and_has_its_own_time_in_every_list():
    origin = write_as_timed(transcripts_folder() / "origin.jsonl", played())
    path = fork(origin, turn=2, out=transcripts_folder() / "other.jsonl")
    with Shelf.open() as shelf:
        shelf.refresh()
        first, second = shelf.listing()  # the newest first: that is the fork
    assert (first.path, second.path) == (path, origin)
    assert second.begun_at == second.opened_at == first.opened_at
    assert first.begun_at is not None
    assert first.begun_at > second.begun_at
    assert first.origin == "forked from origin.jsonl after turn 2"
    assert second.origin == ""
    async with showing(LibraryScreen()) as (pilot, library):
        await wait_until(pilot, lambda: len(library._shown) == 2)
        text = on_screen(pilot.app)
        assert text.count("fork · A small conference") == 1
        assert "forked from origin.jsonl after turn 2" in text
        assert f"{first.begun_at.astimezone():%Y-%m-%d %H:%M}" in text
        await pilot.press("t")
        assert "fork · " not in on_screen(pilot.app)  # its place says so
        assert "└ A small conference" in on_screen(pilot.app)
    async with YaltaApp().run_test(size=(120, 40)) as pilot:
        recent = pilot.app.screen.query_one(RecentList)
        await wait_until(pilot, lambda: recent.chosen)
        assert on_screen(pilot.app).count("fork · A small conference") == 1
        forked = next(r for r in recent._found if r.path == path)
        assert forked.turns == 2
        assert forked.at == first.begun_at


# Numbers.


@pytest.mark.parametrize(
    ("cost", "told"),
    [(10**100, "$1.0E+100"), (10**9, "$1.0E+9"), (10**8, "$100000000.00"), (0, "$0.0000")],
)
def test_no_cost_is_longer_than_a_line(cost, told):
    assert money(Decimal(cost), "USD") == told


async def test_the_header_is_short_whatever_the_scenario_says(server, tmp_path):
    free = dict.fromkeys(SEATS, "me")
    async with staged(server, tmp_path, seat_models=free, budget=1e200) as (pilot, stage):
        await wait_until(pilot, lambda: stage._composer._words.has_focus)
        assert "0.0000 of 1.0E+200" in str(stage._agenda.render())


@pytest.mark.parametrize("budget", ["1000000001", "1e10", "nan", "inf"])
def test_a_budget_has_an_end(budget):
    plan = load_scenario("yalta")
    with pytest.raises(WrongField, match="above 0, to 1,000,000,000"):
        wishes_of(replace(fresh(plan), budget=budget), plan)


@pytest.mark.parametrize(
    ("field", "typed", "tidy"),
    [
        ("rounds", "0001", "1"),
        ("rounds", " ", ""),
        ("rounds", "x", "x"),
        ("seed", "-007", "-7"),
        ("budget", " 1.50 ", "1.50"),
    ],
)
def test_numbers_are_tidied(field, typed, tidy):
    assert tidied(field, typed) == tidy


@pytest.mark.parametrize("size", [(120, 40), (60, 24)])
async def test_a_wrong_number_is_told_while_it_is_typed(size):
    async with YaltaApp().run_test(size=size) as pilot:
        lobby = pilot.app.screen
        await wait_until(pilot, lambda: lobby._form.rows)
        line = lobby.query_one("#mistake")
        rounds, budget = lobby.query_one("#rounds", Input), lobby.query_one("#budget", Input)
        rounds.focus()
        rounds.value = ""
        await pilot.press("0")
        await wait_until(pilot, lambda: line.display)
        assert "rounds are from 1 to 10000, not 0" in str(line.render())
        await pilot.press(*"002")
        await wait_until(pilot, lambda: not line.display)
        budget.focus()
        await wait_until(pilot, lambda: rounds.value == "2")
        await pilot.press(*"1e12")
        await wait_until(pilot, lambda: line.display)
        assert "not '1e12'" in str(line.render())
