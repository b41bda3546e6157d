"""A person at the command line who chairs, moves, votes and signs, through a pipe."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from people import phase, table

from debate.events import (
    AmendmentAnswered,
    AmendmentProposed,
    AskFailed,
    BidCast,
    CommuniqueSigned,
    FloorCalled,
    MotionJoined,
    MotionTabled,
    PartnersChosen,
    VoteCast,
)
from debate.state import fold
from debate.transcript import read
from debate.verify import verify

YALTA = (sys.executable, "-m", "debate")


@pytest.fixture
def held(tmp_path):
    """Holds a conference of such phases, whose people write these words; gives what came of it."""

    def hold(phases, words: list[str], members: int = 2):
        plan = table(phases)
        plan = plan.model_copy(update={"seats": (*plan.seats[:members], plan.seats[-1])})
        file, path = tmp_path / "every.yaml", tmp_path / "talk.jsonl"
        file.write_text(json.dumps(plan.model_dump(mode="json", by_alias=True)))
        done = subprocess.run(
            [*YALTA, "run", str(file), "--model", "me", "--out", str(path), "--seed", "1"],
            input="\n\n".join(words) + "\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert verify(path).good, verify(path).faults
        return read(path), done.stdout + done.stderr

    return hold


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def test_who_holds_the_conference_gives_the_floor(held):
    floor = {"rule": "manual", "all_heard": False}
    manual = phase("talk", "plenary", floor=floor, rounds=2)
    words = ["Amodei", "I am third.", "yang", "I am second.", "Nobody", "altman", "First."]
    words += ["Yang Zhilin", "So.", "Dario Amodei", "Yes.", "altman", "The end."]
    events, out = held([manual], words, members=3)
    assert [(e.seat, e.to) for e in of(FloorCalled, events)] == [
        (None, seat) for seat in ("amodei", "yang", "altman", "yang", "amodei", "altman")
    ]
    spoken = [(t.seat, t.text) for t in fold(events).record]
    assert spoken[:3] == [
        ("amodei", "I am third."),
        ("yang", "I am second."),
        ("altman", "First."),
    ]
    assert "The person in the chair gives the floor to Dario Amodei.\n" in out


def test_a_persons_seat_chairs_and_puts_questions(held):
    events, out = held(
        [phase("talk", "plenary", floor="chaired")],
        ["Yang: what would you sign?", "This much.", "And I that."],
    )
    (call,) = of(FloorCalled, events)
    assert (call.seat, call.to, call.question) == ("chair", "yang", "what would you sign?")
    assert "The Chair gives the floor to Yang Zhilin and asks: what would you sign?\n" in out
    assert [t.text for t in fold(events).record] == ["This much.", "And I that."]


def test_a_person_tables_joins_amends_rules_votes_and_signs(held):
    kinds = ("motions", "amendments", "vote", "communique")
    events, out = held(
        [phase(kind, kind) for kind in kinds],
        [
            *("table: Tea. We drink tea.", "join M1"),
            *("pass", "M1: We drink green tea."),
            "yes, green is fine",
            *("yes, it is tea", "no\nwith regret"),
            "We have agreed to drink green tea.",
            *("yes", "no, I take coffee"),
        ],
    )
    (motion,) = of(MotionTabled, events)
    assert (motion.seat, motion.title, motion.text) == ("altman", "Tea", "We drink tea.")
    assert [e.seat for e in of(MotionJoined, events)] == ["yang"]
    (amendment,) = of(AmendmentProposed, events)
    assert (amendment.seat, amendment.text) == ("yang", "We drink green tea.")
    assert [(e.seat, e.accepted) for e in of(AmendmentAnswered, events)] == [("altman", True)]
    votes = {e.seat: (e.vote, e.reason) for e in of(VoteCast, events)}
    assert {seat: vote for seat, (vote, _) in votes.items()} == {"altman": "yes", "yang": "no"}
    signed = {e.seat: (e.signed, e.reservation) for e in of(CommuniqueSigned, events)}
    assert signed == {"altman": (True, ""), "yang": (False, "I take coffee")}
    assert fold(events).motions["M1"].text == "We drink green tea."
    assert "Yang Zhilin does not sign: I take coffee\n" in out


def test_a_person_bids_and_chooses_whom_to_meet(held):
    events, out = held(
        [phase("bidding", "plenary", floor="bidding"), phase("choice", "caucus", rooms="choice")],
        [
            *("3 if I may", "8 I must answer"),
            *("I begin.", "And I end."),
            *("Yang", "Altman"),
            *("In private.", "Just so."),
        ],
    )
    assert {e.seat: e.bid for e in of(BidCast, events)} == {"altman": 3, "yang": 8}
    assert {e.seat: e.partners for e in of(PartnersChosen, events)} == {
        "altman": ("yang",),
        "yang": ("altman",),
    }
    assert "Bids: Yang Zhilin 8, Sam Altman 3.\n" in out
    assert [t.seat for t in fold(events).record] == ["yang", "altman", "altman", "yang"]


def test_what_cannot_be_read_is_asked_for_until_it_can(held):
    house = phase("house", "vote", vote={"on": "house"})
    events, told = held([house], ["Well, let me think.", "yes", "abstain"])
    assert "[not an answer to what was asked, so read on: Well, let me think.]" in told
    assert not of(AskFailed, events)
    votes = {e.seat: (e.vote, e.how, len(e.tries)) for e in of(VoteCast, events)}
    assert sorted(vote for vote, _, _ in votes.values()) == ["abstain", "yes"]
    assert sum(tries for _, _, tries in votes.values()) == 1


def test_nobody_there_to_give_the_floor_is_a_failure_that_can_be_mended(tmp_path):
    file, path = tmp_path / "every.yaml", tmp_path / "talk.jsonl"
    plan = table([phase("talk", "plenary", floor="manual")])
    file.write_text(json.dumps(plan.model_dump(mode="json", by_alias=True)))
    words = ["run", str(file), "--model", "me", "--out", str(path)]
    done = subprocess.run(
        [*YALTA, *words], input="", capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "[The person in the chair was asked for who has the floor next: error: " in done.stdout
    assert "nobody is there" in done.stdout
    assert verify(path).good
