"""What the record shows of events that are no plain turns."""

from __future__ import annotations

from itertools import pairwise

from worlds import Play, closed, manifest, persona, scenario

from debate.events import (
    AskFailed,
    AskOpened,
    AskWaived,
    BidCast,
    FloorCalled,
    MinutesTaken,
    MotionDecided,
    PersonaChanged,
    PhaseOpened,
    Profile,
    RoomsOpened,
    RuleAdded,
    SeatChanged,
    Timing,
    TurnOpened,
    VoteCast,
)
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.record import Record

BEGUN = [
    manifest(scenario(["ada", "bo"])),
    PhaseOpened(phase=0, kind="plenary", title="P"),
    TurnOpened(turn=1, seat="ada", phase=0, round=1, request="0" * 64),
]


def test_minutes_are_a_note_with_a_head_on_one_line():
    minutes = MinutesTaken(
        through=12,
        text="Ada spoke.\x1b[2J\n[b]Bo[/b] did not.",
        request="0" * 64,
        by=Profile(model="a\nmodel\x1b[31m", family="openai"),
        timing=Timing(total=1.0),
    )
    block = Feed(Record()).blocks_of([*BEGUN, closed(1, "ada", "So."), minutes])[-1]

    assert block.kind == "note"
    assert block.name == "Minutes, turns 1–12 (by the clerk, a model[31m)"
    assert block.text == "Ada spoke.[2J\n[b]Bo[/b] did not."


def test_what_is_wrong_with_a_turn_stands_below_it():
    wrong = {"warning": "the server read 2,048 tokens\x1b", "finish": "length"}
    blocks = Feed(Record()).blocks_of([*BEGUN, closed(1, "ada", "So.").model_copy(update=wrong)])

    assert blocks[-1].aside == "[ended by the token limit] [the server read 2,048 tokens]"


def told(*events):
    """What the blocks say that these events add."""
    before = len(Feed(Record()).blocks_of(BEGUN))
    blocks = Feed(Record()).blocks_of([*BEGUN, *events])[before:]
    return [" | ".join(filter(None, (b.name, b.fold, b.text, b.aside))) for b in blocks]


PLACE = {"phase": 0, "round": 1}
LACK = {"how": "assumed", "why": "no usable answer:\nit counts as an abstention"}


def test_what_is_assumed_says_so_and_why():
    vote = VoteCast(seat="ada", motion="M1", vote="abstain", **PLACE, **LACK)
    assert told(vote) == [
        "Vote on motion M1 | ballots so far, which no seat has heard | 1 of 2 have voted."
    ]
    decided = MotionDecided(phase=0, motion="M1", carried=False, yes=0, no=0, abstain=1)
    assert told(vote, decided) == [
        "Vote on motion M1 | Not carried, 0 for, 0 against, 1 abstaining.\n"
        "Ada abstains. (no usable answer: it counts as an abstention)"
    ]
    bids = [
        BidCast(seat="ada", bid=0, **PLACE, **LACK),
        BidCast(seat="bo", bid=4, **PLACE, how="json"),
    ]
    assert told(*bids) == ["Bids: Bo 4, Ada 0 (no usable answer)."]
    call = FloorCalled(to="bo", **PLACE, how="assumed", why="the longest silent")
    assert told(call) == ["The person in the chair gives the floor to Bo. (the longest silent)"]
    waived = AskWaived(seat="bo", kind="motion", **PLACE, **LACK)
    assert told(waived)[0].startswith("Bo tables no motion and joins none. (no usable")


def test_a_person_who_has_yet_to_bid_sees_that_others_have_and_not_how():
    mine = SeatChanged(seat="bo", profile=Profile(model="me", family="human"))
    bid = BidCast(seat="ada", bid=7, **PLACE, how="json")
    opened = TurnOpened(turn=2, seat="ada", **PLACE, request="0" * 64)
    assert told(mine, bid)[1:] == ["Bids: 1 given"]
    assert told(mine, bid, opened)[1] == "Bids: Ada 7."


def test_what_could_not_be_had_is_told_and_what_is_broken_off_is_not():
    ask = AskOpened(ask=1, kind="ballot", seat="bo", **PLACE, request="0" * 64, max_tokens=9)
    failed = AskFailed(ask=1, seat="bo", reason="error", message="no\nserver")
    assert told(ask, failed) == ["Bo was asked for a vote: error: no server"]
    assert told(ask, failed.model_copy(update={"reason": "interrupted"})) == []


def test_other_cards_and_rules_are_told():
    other = PersonaChanged(persona=persona("ada"))
    assert told(other) == ["From here on, the card of Ada reads otherwise."]
    rule = RuleAdded(text="No [b]shouting[/b].")
    assert told(rule) == ["From here on, one more rule of the house: No [b]shouting[/b]."]


def test_a_vote_in_which_nobody_voted_is_told():
    decided = MotionDecided(phase=0, motion="M0", carried=False, yes=0, no=0, abstain=0)
    assert told(decided) == [
        "Vote on the motion of the conference | Not carried, 0 for, 0 against, 0 abstaining."
    ]


def test_rooms_that_seats_chose_say_who_is_in_none():
    opened = RoomsOpened(phase=0, rooms={})
    assert told(opened) == ["Nobody meets in private. In no room: Ada, Bo."]


def test_a_phase_that_wants_for_a_motion_says_so():
    kinds = ("vote", "amendments", "motions", "vote", "vote")
    plan = scenario(["ada", "bo"], [{"kind": k, "title": k.upper()} for k in kinds])
    table = '{"action": "table", "title": "Tea", "text": "We drink."}'
    events = Play(manifest(plan), answer=lambda form, number: table).run().events
    blocks = Feed(Record()).blocks_of(events)
    said = [(a.name, b.text) for a, b in pairwise(blocks) if "No motion" in b.text]
    assert said == [
        ("VOTE", "No motion is open: there is nothing to vote on."),
        ("AMENDMENTS", "No motion is open: there is nothing to amend."),
        ("VOTE", "No motion is open: there is nothing to vote on."),
    ]
    assert blocks[-2].text == said[-1][1]  # the vote before had one to vote on
