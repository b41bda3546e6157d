"""A person who votes, bids, moves, signs, presides, or says who has the floor."""

from __future__ import annotations

import pytest
from chat_server import ChatServer
from pilot import wait_until
from procedure import ALL_KINDS, FOUR, WITH_CHAIR, Procedural
from reading import on_screen
from staging import good, over, shown, spoken, staged, writing
from worlds import Play, manifest, scenario

from debate import read_transcript
from debate.events import BidCast, CommuniqueSigned, FloorCalled, MotionTabled, VoteCast
from tui.widgets.floor.composer import AROUND, shares_beside
from tui.widgets.floor.find_bar import FindBar
from tui.widgets.floor.questions import question_for

MINE = {"altman": "me"}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Nobody types here as the box appears, so that it need not wait for a pause."""
    monkeypatch.setattr("tui.widgets.floor.composer.PAUSE", 0.0)


@pytest.fixture
def models():
    with ChatServer(Procedural()) as server:
        yield server


async def asked(pilot, stage, what):
    """Until a person can choose."""
    composer = stage._composer
    await wait_until(
        pilot, lambda: composer._choices.has_focus and what in str(composer._title.render())
    )


async def write(pilot, stage, words):
    """Write words into the box, which has the keys, and send them."""
    assert stage._composer._words.has_focus
    stage._composer._words.text = words
    await pilot.press("ctrl+s")


def mine(stage, kind):
    return [e for e in read_transcript(stage.session.conference.path) if isinstance(e, kind)]


def told(pilot):
    return "\n".join(n.message for n in pilot.app._notifications)


async def test_a_person_bids_speaks_votes_and_signs_by_keys(models, tmp_path):
    phases = (
        {"kind": "plenary", "floor": "bidding"},
        {"kind": "motions"},
        {"kind": "vote", "vote": {"on": "house"}},
        {"kind": "communique"},
    )
    async with staged(models, tmp_path, phases, seat_models=MINE) as (pilot, stage):
        composer = stage._composer
        await asked(pilot, stage, "How much does Sam Altman want the floor?")
        assert stage._table.rows["altman"].doing == "your turn"
        assert "Write the number, then the reason." in str(composer._brief.render())
        await pilot.press("ctrl+s")
        assert "Nothing is chosen yet." in told(pilot)
        await pilot.press("9")
        await write(pilot, stage, "why now")
        await wait_until(pilot, lambda: mine(stage, BidCast))
        bid = next(e for e in mine(stage, BidCast) if e.seat == "altman")
        assert (bid.bid, bid.reason, bid.how) == (9, "why now", "read")
        await writing(pilot, stage)  # it is as high as another's, and first at the table
        assert not composer._choices.display
        await write(pilot, stage, "I say")
        await asked(pilot, stage, "Does Sam Altman table a motion")
        await pilot.press("t", "ctrl+s")
        assert "Write to table one: its title" in told(pilot)
        await write(pilot, stage, "Tiers. Publish all")
        await wait_until(pilot, lambda: mine(stage, MotionTabled))
        (motion,) = mine(stage, MotionTabled)
        assert (motion.title, motion.text) == ("Tiers", "Publish all")
        await asked(pilot, stage, "How does Sam Altman vote on the motion?")
        await pilot.press("n")
        await write(pilot, stage, "too soon")
        await wait_until(pilot, lambda: any(e.seat == "altman" for e in mine(stage, VoteCast)))
        ballot = next(e for e in mine(stage, VoteCast) if e.seat == "altman")
        assert (ballot.vote, ballot.reason) == ("no", "too soon")
        await writing(pilot, stage)  # nobody chairs: the first seat drafts
        await write(pilot, stage, "We agree")
        await asked(pilot, stage, "Does Sam Altman sign the communique?")
        await pilot.press("tab")  # words alone will do, if they can be read
        await write(pilot, stage, "no, too soft")
        await wait_until(pilot, lambda: over(stage))
        signed = next(e for e in mine(stage, CommuniqueSigned) if e.seat == "altman")
        assert (signed.signed, signed.reservation) == (False, "too soft")
        assert good(stage)


async def test_who_holds_the_conference_picks_who_has_the_floor(models, tmp_path):
    phases = ({"kind": "plenary", "floor": "manual"},)
    async with staged(models, tmp_path, phases, size=(80, 24)) as (pilot, stage):
        await asked(pilot, stage, "Who has the floor next?")
        listed = on_screen(pilot.app)
        assert "1  Sam Altman" in listed
        assert "3  Dario Amodei" in listed
        assert not stage._composer._words.display
        await pilot.press("2")
        await wait_until(pilot, lambda: spoken(stage) == ["yang"])
        await asked(pilot, stage, "Who has the floor next?")
        assert "Yang Zhilin" not in [c.label for c in stage._composer._question.choices]
        await pilot.press("escape", "k")  # passed over: it is assumed who is called
        await wait_until(pilot, lambda: over(stage))
        calls = mine(stage, FloorCalled)
        assert [call.how for call in calls] == ["read", "assumed"]
        assert (
            "The person in the chair was asked for who has the floor next, and passed over."
            in shown(stage)
        )
        assert "(no usable answer: the longest silent)" in shown(stage)
        assert good(stage)


async def test_letters_of_one_who_answers_are_no_commands_of_the_stage(models, tmp_path):
    phases = ({"kind": "plenary", "floor": "manual"},)
    async with staged(models, tmp_path, phases) as (pilot, stage):
        await asked(pilot, stage, "Who has the floor next?")
        choices, chair = stage._composer._choices, stage.session.conference.chair
        for key in "kasxfgtcrnmowiqpW/[]":
            await pilot.press(key)
            assert pilot.app.screen is stage
            assert choices.has_focus
        assert not stage.query_one(FindBar).display
        assert not chair.pausing
        assert not stage.is_asking
        assert not choices.chosen
        assert len(stage.session.conference.state.asking) == 1
        await pilot.press("Y")
        assert choices.highlighted == 1  # Yang Zhilin
        await pilot.press("s", "d")
        assert choices.highlighted == 2  # Dario Amodei, by way of Sam Altman
        await pilot.press("y", "space")
        await wait_until(pilot, lambda: spoken(stage) == ["yang"])
        assert not chair.pausing


async def test_a_person_presides(models, tmp_path):
    phases = ({"kind": "plenary", "floor": "chaired"},)
    chair = {"chair": "me"}
    async with staged(models, tmp_path, phases, seats=WITH_CHAIR, seat_models=chair) as (
        pilot,
        stage,
    ):
        assert "The Chair (chair)" in str(stage._roster._body.render())
        await asked(pilot, stage, "Who has the floor next?")
        await pilot.press("3")
        await write(pilot, stage, "What of\n[b]cost[/b]?")
        await wait_until(pilot, lambda: mine(stage, FloorCalled))
        (call,) = mine(stage, FloorCalled)
        assert (call.to, call.question) == ("amodei", "What of [b]cost[/b]?")
        head = "The Chair gives the floor to Dario Amodei and asks"
        assert f"{head}\nWhat of [b]cost[/b]?" in shown(stage)
        await asked(pilot, stage, "Who has the floor next?")
        await pilot.press("1", "ctrl+s")  # a question is not needed
        await wait_until(pilot, lambda: over(stage))
        assert spoken(stage) == ["amodei", "altman", "yang"]
        assert stage._table.rows["chair"].figures.asks == 2


async def test_a_person_says_whom_to_meet_the_most_wanted_first(models, tmp_path):
    phases = ({"kind": "caucus", "rooms": "choice"},)
    async with staged(models, tmp_path, phases, seat_models=MINE) as (pilot, stage):
        await asked(pilot, stage, "Whom would Sam Altman meet")
        await pilot.press("1", "2", "n", "2", "1", "ctrl+s")  # second thoughts
        await writing(pilot, stage)
        assert dict(stage.session.conference.state.phase.partners)["altman"] == ("amodei", "yang")
        private = next(b for b in stage.record.blocks if b.live)
        assert private.room is not None
        assert "in private: Sam Altman and" in private.sub


def test_whatever_is_chosen_is_read_as_what_was_chosen():
    phases = [*ALL_KINDS, {"kind": "caucus", "rooms": "choice"}]
    phases += [{"kind": "plenary", "floor": rule} for rule in ("chaired", "manual")]
    people = [*FOUR, {"persona": "chair", "role": "chair"}]
    seen = set()

    def answer(form, number):
        question = question_for(play.state, form)
        seen.add(form.ask.kind)
        said = ""
        for n, choice in enumerate(question.choices):
            for words in ("", f"no: yes, {number} of M9; table it. Then {{'vote': 1}} more"):
                text = question.answer([n], words)
                if choice.words == "must" and not words:
                    assert text is None
                    continue
                if choice.said == "table" and form.among.motions:
                    continue  # the same is on the table: that is joining it
                assert text is not None, (choice, words)
                event = form.read(text)
                reads = {k: v for k, v in choice.reads.items() if k != "seat"}
                assert {k: getattr(event, k) for k in reads} == reads
                said = said or text
        return said

    play = Play(manifest(scenario(people, phases)), answer=answer)
    play.run()
    assert seen == {
        "bid",
        "call",
        "partner",
        "motion",
        "amendment",
        "ruling",
        "ballot",
        "signature",
    }


@pytest.mark.parametrize("height", [10, 16, 24, 40, 200])
@pytest.mark.parametrize("choices", [1, 2, 3, 10, 1000])
def test_choices_brief_and_words_fit(height, choices):
    words, brief, listed = shares_beside(height, choices)
    assert words >= 1
    assert listed >= 1
    assert words + brief + listed + 2 + AROUND <= max(height, 11)
