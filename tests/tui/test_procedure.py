"""What is asked unheard, said in private, moved, voted on and signed: as it is seen."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from chat_server import ChatServer
from held import hold
from pilot import wait_until
from procedure import ALL_KINDS, BAD, FOUR, ROOMS, Procedural, asked_of
from reading import on_screen, showing, widgets
from staging import good, over, shown, staged
from worlds import scenario

from debate import read_transcript
from debate.stats import stats
from debate.verify import verify
from tui.screens.motions import MotionsScreen
from tui.screens.reader import ReaderScreen
from tui.widgets.floor.table import Table


@dataclass
class Held:
    """A conference with every kind of phase, held once for all tests."""

    path: Path
    hostile: Path


@pytest.fixture(scope="module")
def had(tmp_path_factory):
    def one(more):
        folder = tmp_path_factory.mktemp("held")
        rooms = {
            f"{name}{more and ' [b]x[/b] [@click=app.quit]y[/]'}": ROOMS[name] for name in ROOMS
        }
        kinds = [{**k, "rooms": rooms} if k["kind"] == "caucus" else k for k in ALL_KINDS]
        with ChatServer(Procedural(more)) as server:
            plan = scenario(FOUR, kinds, title="The AI Yalta Conference")
            return asyncio.run(hold(plan, server, folder))[1]

    return Held(one(""), one(BAD))


async def read(pilot, reader):
    await wait_until(pilot, lambda: reader.book and reader.record.blocks)


def block(record, name):
    return next(b for b in record.everything if b.name == name or b.fold.startswith(name))


async def test_the_record_says_in_plain_words_what_was_asked_and_what_came_of_it(had):
    assert verify(had.path).good
    async with showing(ReaderScreen(had.path)) as (pilot, reader):
        await read(pilot, reader)
        record = reader.record
        subs = {b.sub for b in record.everything if b.kind == "turn"}
        assert {"bid 9, the highest", "bid 5, as 2 did: the longest silent"} <= subs
        assert {"question to Dario Amodei", "answer to Sam Altman"} <= subs
        assert "draft of the communique" in subs
        assert "in private: north (Sam Altman, Yang Zhilin)" in subs
        text = shown_by(record)
        assert "Motion M1, tabled by Sam Altman\nTiers. Weights are published by tiers." in text
        assert "Yang Zhilin joins motion M1." in text
        assert "Mark Zuckerberg tables no motion and joins none." in text
        assert "Amendment A1 to M1, proposed by Dario Amodei" in text
        assert "Sam Altman accepts amendment A1: fair enough" in text
        vote = block(record, "Vote on motion M1")
        assert vote.text.splitlines() == [
            "Tiers",
            "Carried, 2 for, 1 against, 1 abstaining.",
            "Sam Altman votes yes: reason of Sam Altman",
            "Yang Zhilin votes yes: reason of Yang Zhilin",
            "Dario Amodei votes no: reason of Dario Amodei",
            "Mark Zuckerberg abstains: reason of Mark Zuckerberg",
        ]
        assert "Dario Amodei does not sign: too soft" in text
        assert "Sam Altman signs." in text


async def test_bids_are_one_line_above_the_turn_that_they_led_to(had):
    async with showing(ReaderScreen(had.path)) as (pilot, reader):
        await read(pilot, reader)
        record = reader.record
        bids = block(record, "Bids: ")
        told = "Bids: Yang Zhilin 9, Dario Amodei 5, Mark Zuckerberg 5, Sam Altman 3."
        assert bids.fold == told
        assert len(bids.lines(90)) == 2  # and a blank one
        after = record.blocks[record.index_of(bids) + 1]
        assert (after.name, after.sub) == ("Yang Zhilin", "bid 9, the highest")
        assert "reason of Yang" not in on_screen(pilot.app)
        y = record.count.tops[record.index_of(bids)]
        await pilot.click(record, offset=(8, y - record.scroll_offset.y))
        assert "│ Yang Zhilin bids 9: reason of Yang Zhilin" in on_screen(pilot.app)


async def test_a_secret_vote_says_so_and_its_ballots_unfold(had):
    async with showing(ReaderScreen(had.path)) as (pilot, reader):
        await read(pilot, reader)
        secret = block(reader.record, "Vote on the motion of the conference, in secret")
        assert secret.text == "Carried, 2 for, 1 against, 1 abstaining."
        assert not secret.unfolded
        reader.record.reveal(reader.record.index_of(secret))
        await pilot.pause()
        assert "▸ ballots, which no seat sees" in on_screen(pilot.app)
        await pilot.press("r")
        await pilot.pause()
        assert "Dario Amodei votes no: reason of Dario Amodei" in secret.reasoning
        assert secret.unfolded


async def test_w_looks_at_all_in_public_and_at_each_room(had):
    async with showing(ReaderScreen(had.path)) as (pilot, reader):
        await read(pilot, reader)
        record = reader.record
        before, everything = widgets(pilot.app), list(record.blocks)
        private = [b for b in everything if b.room]
        assert {b.room.name for b in private} == {"north", "south"}
        assert "[all]" in on_screen(pilot.app).splitlines()[1]
        index = record.index_of(private[0])
        record.reveal(index)
        await pilot.pause()
        assert f"┃ {'●'} Sam Altman" in on_screen(pilot.app)
        await pilot.press("w")
        assert record.blocks == [b for b in everything if not b.room]
        assert record.marked is None  # what was marked is not shown
        await pilot.pause()
        assert "[public only]" in on_screen(pilot.app).splitlines()[1]
        await pilot.press("w")
        await pilot.pause()
        north = [b for b in record.blocks if b.kind == "turn"]
        assert north == [b for b in private if b.room.name == "north"]
        assert record.blocks[0].name == "Caucus"
        assert "[┃ north (Sam Altman, Yang Zhilin)]" in on_screen(pilot.app).splitlines()[1]
        assert "The words of Dario" not in on_screen(pilot.app)
        # What one does with a record is done with what is shown of it.
        assert record.search("The words of") == len(north)
        await pilot.press("right_square_bracket", "right_square_bracket")
        assert record.blocks[record.marked] is north[-1]
        await pilot.press("W", "W")
        await pilot.pause()
        assert record.blocks == everything
        assert record.blocks[record.marked] is north[-1]
        assert record.search("The words of") == sum(b.kind == "turn" for b in everything)
        assert widgets(pilot.app) == before


async def test_a_click_on_the_bar_looks_at_a_room_and_a_turn_elsewhere_is_found(had):
    async with showing(ReaderScreen(had.path)) as (pilot, reader):
        await read(pilot, reader)
        record = reader.record
        bar = reader._rooms
        x = str(bar.render()).index("south")
        await pilot.click(bar, offset=(x + 2, 0))
        assert record.view.name == "south"
        record.reveal_turn(1)
        assert record.view == "all"
        assert record.blocks[record.marked].turn == 1


async def test_the_contents_jump_to_the_new_phases(had):
    async with showing(ReaderScreen(had.path)) as (pilot, reader):
        await read(pilot, reader)
        await pilot.press("j")
        await pilot.press(*"ballot", "enter")
        await wait_until(pilot, lambda: pilot.app.screen is reader)
        assert reader.record.blocks[reader.record.marked].name == "Ballot"


async def test_details_say_what_a_turn_was_and_why(had):
    async with showing(ReaderScreen(had.path)) as (pilot, reader):
        await read(pilot, reader)
        record = reader.record
        answer = next(b for b in record.blocks if b.sub == "answer to Sam Altman")
        record.reveal(record.index_of(answer))
        await pilot.press("d")
        await wait_until(pilot, lambda: "answer to Sam Altman" in said(reader.details))
        bid = next(b for b in record.blocks if b.sub == "bid 9, the highest")
        record.reveal(record.index_of(bid))
        await wait_until(pilot, lambda: "bid 9, the highest" in said(reader.details))


async def test_details_say_how_an_answer_was_read_and_what_was_asked(had):
    async with showing(ReaderScreen(had.path)) as (pilot, reader):
        await read(pilot, reader)
        record = reader.record
        await pilot.press("d")
        record.reveal(record.index_of(block(record, "Motion M1, tabled by Sam Altman")))
        await wait_until(pilot, lambda: "Sam Altman, a motion" in names(reader.details))
        text = said(reader.details)
        assert "read as JSON" in text
        assert '"action": "table"' in text  # as it came
        assert "✗" not in text
        assert "The prompt, as sent" in names(reader.details)
        bids = block(record, "Bids: ")
        record.reveal(record.index_of(bids))
        await wait_until(pilot, lambda: names(reader.details).count("a bid") == 4)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 24)])
async def test_m_shows_every_motion_in_full(had, size):
    async with showing(ReaderScreen(had.path), size=size) as (pilot, reader):
        await read(pilot, reader)
        await pilot.press("m")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, MotionsScreen))
        screen = pilot.app.screen
        await wait_until(pilot, lambda: screen.record.blocks)
        text = said(screen.record)
        assert "M1  ✓ carried" in text
        assert "Sponsored by Sam Altman, Yang Zhilin" in text
        assert "Tiers. Weights are published by three tiers." in text
        assert "Amendment A1, proposed by Dario Amodei: accepted" in text
        assert "The words of Sam Altman." in text  # the communique
        assert "Dario Amodei does not sign: too soft" in text
        assert text.count("Dario Amodei votes no:") == 1  # the other ballot is secret
        assert all(len(line.rstrip()) <= size[0] for line in on_screen(pilot.app).splitlines())
        await pilot.press("b")
        assert said(screen.record).count("Dario Amodei votes no:") == 2
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is reader)


@pytest.mark.parametrize("size", [(120, 40), (60, 24)])
async def test_hostile_words_in_motions_and_reasons_are_words(had, size):
    async with showing(ReaderScreen(had.hostile), size=size) as (pilot, reader):
        await read(pilot, reader)
        reader.record.unfold_all()
        text = shown_by(reader.record) + "".join(b.reasoning for b in reader.record.blocks)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "Tiers [b]bold[/b]. Weights" in text
        await pilot.press("w", "w")
        await pilot.pause()
        assert "[┃ north [b]x[/b] [@click=app.quit]y[/]" in on_screen(pilot.app).splitlines()[1]
        await pilot.click(reader._rooms, offset=(30, 0))
        assert pilot.app.screen is reader
        await pilot.press("m")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, MotionsScreen))
        await pilot.press("b")
        await pilot.pause()
        assert "[b]bold[/b]" in on_screen(pilot.app)
        assert "\x1b" not in said(pilot.app.screen.record)


def test_the_seats_are_counted_as_in_the_figures_of_a_transcript(had):
    table = Table()
    events = read_transcript(had.path)
    table.take_all(events)
    for mine, theirs in zip(table.rows.values(), stats(events).seats, strict=True):
        for field in ("turns", "asks", "assumed", "words", "input", "output", "seconds", "bill"):
            assert getattr(mine.figures, field) == getattr(theirs, field), field
        assert mine.figures.asks > 4


# On the stage.


async def test_the_stage_shows_all_of_it_as_it_is_held(tmp_path):
    may = {"bid": threading.Event(), "vote": threading.Event()}
    answers = Procedural()

    def answer(body):
        name, form = asked_of(body)
        if name == "Mark Zuckerberg":
            for kind in may.keys() & form.keys():
                may[kind].wait(20)
        return answers(body)

    with ChatServer(answer) as server:
        async with staged(server, tmp_path, ALL_KINDS, seats=FOUR) as (pilot, stage):
            begun, state = widgets(pilot.app), lambda: stage.session.conference.state
            rows = stage._table.rows

            def bids():
                return sum(len(each) for each in state().phase.bids.values())

            await wait_until(pilot, lambda: state().phase and bids() == 3)
            assert "Debate, turn 1 of 4: bids" in str(stage._agenda.render())
            assert (rows["zuckerberg"].doing, rows["yang"].doing) == ("bidding", "waiting")
            assert not stage._motions.has_class("-any")
            may["bid"].set()
            await wait_until(pilot, lambda: len(state().phase.ballots.get("M1", {})) == 3)
            assert "Vote on M1: 3 of 4" in str(stage._agenda.render())
            assert "? voting" in str(stage._roster._body.render())
            panel = str(stage._motions._body.render())
            assert "M1 Tiers" in panel
            assert "· open" in panel
            assert "1 amendment, 1 accepted" in panel
            assert "3 of 4 voted" in panel
            may["vote"].set()
            await wait_until(pilot, lambda: over(stage))
            panel = str(stage._motions._body.render())
            assert "✓ carried" in panel
            assert "2 yes, 1 no, 1 neither" in panel
            assert "secret: 2 yes" in panel
            assert "3 of 4 signed" in panel
            assert (
                rows["yang"].figures.asks == 6
            )  # bids, a motion, an amendment, two ballots, a signature
            assert widgets(pilot.app) == begun
            assert good(stage)
            assert "Signatures of the communique" in shown(stage)


def names(record):
    return "\n".join(b.name for b in record.blocks)


def said(record):
    return "\n".join(f"{b.name}\n{b.text}" for b in record.blocks)


def shown_by(record):
    return "\n".join(f"{b.name}\n{b.text}" for b in record.everything)
