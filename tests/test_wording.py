"""What people read of bids, calls, motions, votes and signatures."""

from __future__ import annotations

import pytest

from debate.answer_wording import (
    amendment_line,
    answer_line,
    bids_line,
    decision_line,
    poll_heading,
    tally_line,
    vote_line,
)
from debate.events import (
    AmendmentAnswered,
    AmendmentProposed,
    Answer,
    AskFailed,
    AskWaived,
    BidCast,
    CommuniqueSigned,
    FloorCalled,
    MotionDecided,
    MotionJoined,
    MotionTabled,
    PartnersChosen,
    Profile,
    SeatChanged,
    TurnOpened,
    VoteCast,
)
from debate.scenario import VotePlan
from debate.wording import ask_failed_line, order_line, rooms_line, turn_marks

NAMES = {"ada": "Ada", "bo": "Bo", "cem": "Cem"}
RULE = "no usable answer: it counts as an abstention"


def by(answer: type[Answer], seat: str | None = "ada", /, **more) -> Answer:
    return answer(**{"seat": seat, "phase": 0, "round": 1, "how": "json", **more})


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (by(BidCast, bid=7, reason="I must."), "Ada bids 7: I must."),
        (by(FloorCalled, to="bo"), "Ada gives the floor to Bo."),
        (by(FloorCalled, to="bo", question="Why?"), "Ada gives the floor to Bo and asks: Why?"),
        (by(FloorCalled, None, to="bo"), "The person in the chair gives the floor to Bo."),
        (by(PartnersChosen, partners=("cem", "bo")), "Ada would meet Cem, Bo."),
        (by(PartnersChosen), "Ada would meet nobody."),
        (by(AskWaived, kind="amendment"), "Ada proposes no amendment."),
        (by(AskWaived, kind="motion"), "Ada tables no motion and joins none."),
        (
            by(MotionTabled, motion="M1", title="Tea", text="We\ndrink tea."),
            "Motion M1, tabled by Ada: Tea. We drink tea.",
        ),
        (
            by(MotionTabled, None, motion="M1", title="Tea", text="We drink tea."),
            "Motion M1, tabled by the person in the chair: Tea. We drink tea.",
        ),
        (by(MotionJoined, motion="M1"), "Ada joins motion M1."),
        (
            by(AmendmentProposed, amendment="A1", motion="M1", text="We drink."),
            "Amendment A1 to M1, proposed by Ada: We drink.",
        ),
        (by(AmendmentAnswered, amendment="A1", accepted=True), "Ada accepts amendment A1."),
        (
            by(AmendmentAnswered, amendment="A1", accepted=False, reason="Too wet."),
            "Ada refuses amendment A1: Too wet.",
        ),
        (by(VoteCast, motion="M1", vote="yes", reason="Tea."), "Ada votes yes on motion M1: Tea."),
        (by(VoteCast, motion="M0", vote="no"), "Ada votes no on the motion of the conference."),
        (
            by(VoteCast, motion="M1", vote="abstain", how="assumed", why=RULE),
            f"Ada abstains on motion M1. ({RULE})",
        ),
        (
            by(VoteCast, motion="M1", vote="abstain", how="assumed"),
            "Ada abstains on motion M1. (no usable answer)",
        ),
        (by(CommuniqueSigned, signed=True), "Ada signs."),
        (
            by(CommuniqueSigned, signed=True, reservation="Not all."),
            "Ada signs with a reservation: Not all.",
        ),
        (by(CommuniqueSigned, signed=False), "Ada does not sign."),
        (
            by(CommuniqueSigned, "dai", signed=False, reservation="No\nway."),
            "dai does not sign: No way.",
        ),
    ],
)
def test_an_answer_is_one_line_of_plain_words(answer, line):
    assert answer_line(answer, NAMES) == line


def test_every_answer_has_a_line():
    assert set(Answer.__subclasses__()) == set(answer_line.__globals__["_ANSWERS"])


def test_bids_are_told_in_one_line_the_highest_first():
    assumed = by(BidCast, "cem", bid=0, how="assumed", why="no usable answer: a bid of 0")
    bids = [by(BidCast, bid=2), assumed, by(BidCast, "bo", bid=9)]
    assert bids_line(bids, NAMES) == "Bids: Bo 9, Ada 2, Cem 0 (no usable answer)."


def test_who_amends_their_own_motion_need_ask_nobody():
    amendment = by(AmendmentProposed, amendment="A1", motion="M1", text="We drink.")
    assert amendment_line(amendment, NAMES, own=True) == (
        "Amendment A1 to M1, proposed by Ada, to its own motion, and so accepted: We drink."
    )


@pytest.mark.parametrize(
    ("motion", "title", "line"),
    [
        ("M1", "Tea", "Motion M1, Tea: carried, 2 for, 1 against, 0 abstaining."),
        ("M1", None, "Motion M1: carried, 2 for, 1 against, 0 abstaining."),
        ("M0", None, "The motion of the conference: carried, 2 for, 1 against, 0 abstaining."),
    ],
)
def test_a_decision_is_told_with_its_count(motion, title, line):
    decided = MotionDecided(phase=0, motion=motion, carried=True, yes=2, no=1, abstain=0)
    assert decision_line(decided, title) == line
    usual = VotePlan(weights={"ada": 1})
    assert decision_line(decided, title, usual) == line
    unusual = VotePlan(rule="two_thirds", weights={"ada": 3})
    more = " Two thirds were needed; votes are weighted."
    assert decision_line(decided, title, unusual) == line + more
    lost = decided.model_copy(update={"carried": False})
    assert ": not carried, " in decision_line(lost, title)
    assert tally_line(lost) == "Not carried, 2 for, 1 against, 0 abstaining."


def test_what_stands_under_a_heading_does_not_say_again_what_that_says():
    assert poll_heading("M0", VotePlan()) == "Vote on the motion of the conference"
    plan = VotePlan(rule="two_thirds", secret=True)
    assert poll_heading("M1", plan) == "Vote on motion M1, by two thirds, in secret"
    vote = by(VoteCast, motion="M1", vote="yes", reason="Tea.")
    assert vote_line(vote, NAMES, headed=True) == "Ada votes yes: Tea."


def test_a_room_says_who_is_in_it_once():
    rooms = {"Ada and Bo": ("ada", "bo"), "the garden": ("cem", "dai")}
    assert rooms_line(rooms, NAMES) == "In private: Ada and Bo; the garden (Cem, dai)."
    assert rooms_line({}, NAMES) == "Nobody meets in private."
    assert rooms_line({}, NAMES, ["bo", "dai"]) == "Nobody meets in private. In no room: Bo, dai."


@pytest.mark.parametrize(
    ("more", "marks"),
    [
        ({}, ()),
        ({"part": "question", "to": "bo"}, ("question to Bo",)),
        ({"part": "answer", "to": "bo"}, ("answer to Bo",)),
        ({"part": "draft"}, ("draft of the communique",)),
        (
            {"room": "Ada and Bo", "why": "bid 9, the highest"},
            ("in private: Ada and Bo", "bid 9, the highest"),
        ),
    ],
)
def test_a_turn_says_what_it_is_and_where(more, marks):
    turn = TurnOpened(turn=1, seat="ada", phase=0, round=1, request="0" * 64, **more)
    assert turn_marks(turn, NAMES) == marks


def test_a_turn_can_say_who_is_in_its_room():
    turn = TurnOpened(turn=1, seat="ada", phase=0, round=1, request="0" * 64, room="hall")
    assert turn_marks(turn, NAMES, "hall (Ada, Bo)") == ("in private: hall (Ada, Bo)",)


@pytest.mark.parametrize(("family", "by"), [("human", "a person"), ("openai", "kimi-k2.6")])
def test_who_speaks_for_a_seat_from_here_on_is_a_model_or_a_person(family, by):
    changed = SeatChanged(seat="bo", profile=Profile(model="kimi-k2.6", family=family))
    assert order_line(changed, NAMES) == f"From here on, {by} speaks for Bo."


def test_an_answer_that_could_not_be_had_says_what_was_asked():
    failed = AskFailed(ask=1, seat="ada", reason="error", message="the server\nsaid 500")
    told = "Ada was asked for a vote: error: the server said 500"
    assert ask_failed_line(failed, "ballot", NAMES) == told
    assert ask_failed_line(failed, None, NAMES) == (
        "Ada was asked for an answer: error: the server said 500"
    )
    skipped = failed.model_copy(update={"reason": "skipped"})
    assert ask_failed_line(skipped, "call", NAMES) == (
        "Ada was asked for who has the floor next, and passed over."
    )
