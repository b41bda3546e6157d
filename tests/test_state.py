"""The fold: what a transcript says is what the state holds, for any prefix of it."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import FREE, PHASES, SEATS, Play, closed, manifest, persona, replier, scenario, worlds

from debate.events import (
    AmendmentAnswered,
    AmendmentProposed,
    AskFailed,
    AskOpened,
    BidCast,
    CommuniqueSigned,
    ConferenceClosed,
    ConferenceForked,
    FloorCalled,
    FloorPaused,
    FloorResumed,
    MotionDecided,
    MotionJoined,
    MotionTabled,
    NotePassed,
    PersonaChanged,
    PhaseOpened,
    Price,
    Profile,
    RoomsOpened,
    RuleAdded,
    SeatChanged,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
    Usage,
    VoteCast,
)
from debate.money import cost_of
from debate.state import ConferenceState, apply, fold


def opened_turn(number: int, seat: str, *, phase: int = 0, round_: int = 1) -> TurnOpened:
    return TurnOpened(turn=number, seat=seat, phase=phase, round=round_, request="0" * 64)


def answer(event: type, **said: object) -> st.SearchStrategy:
    given = {
        "ask": st.sampled_from([None, 1, 2]),
        "seat": st.just("ada"),
        "phase": st.integers(0, 2),
        "round": st.just(1),
        "how": st.just("json"),
    }
    fixed = {k: v if isinstance(v, st.SearchStrategy) else st.just(v) for k, v in said.items()}
    return st.builds(event, **given, **fixed)


ANSWERS = (
    answer(BidCast, bid=4),
    answer(MotionTabled, motion="M1", title="T", text="X"),
    answer(MotionJoined, motion="M1"),
    answer(AmendmentProposed, motion="M1", amendment="A1", text="Y"),
    answer(AmendmentAnswered, amendment="A1", accepted=st.booleans()),
    answer(VoteCast, motion=st.sampled_from(["M0", "M1"]), vote="yes"),
    answer(CommuniqueSigned, signed=st.booleans()),
    answer(FloorCalled, to=st.sampled_from(["bo", "nobody"])),
)
ANY_EVENT = st.one_of(
    st.builds(PhaseOpened, phase=st.integers(0, 5), kind=st.just("plenary"), title=st.just("P")),
    st.builds(
        TurnOpened,
        turn=st.integers(1, 6),
        seat=st.sampled_from(["ada", "bo", "nobody"]),
        phase=st.integers(0, 4),
        round=st.integers(1, 3),
        room=st.sampled_from([None, "cellar"]),
        request=st.just("0" * 64),
    ),
    st.builds(closed, st.integers(1, 6), st.sampled_from(["ada", "bo", "nobody"]), st.text()),
    st.builds(
        TurnFailed,
        turn=st.integers(1, 6),
        seat=st.just("ada"),
        reason=st.sampled_from(["aborted", "interrupted", "empty", "refused", "error"]),
        message=st.just("no"),
    ),
    st.builds(
        TurnSkipped,
        seat=st.sampled_from(["ada", "nobody"]),
        phase=st.integers(0, 2),
        round=st.integers(1, 2),
    ),
    st.builds(TurnWithdrawn, turn=st.integers(1, 6)),
    st.builds(NotePassed, to=st.sampled_from([None, "bo", "nobody"]), text=st.just("Note.")),
    st.builds(
        SeatChanged,
        seat=st.sampled_from(["bo", "nobody"]),
        profile=st.just(Profile(model="other", family="openai")),
    ),
    st.builds(
        AskOpened,
        ask=st.integers(1, 4),
        kind=st.sampled_from(["bid", "motion", "ballot", "signature", "ruling"]),
        seat=st.sampled_from(["ada", "bo", "nobody", None]),
        phase=st.integers(0, 2),
        round=st.just(1),
        about=st.sampled_from([None, "M1", "A1", "M0"]),
        request=st.just("0" * 64),
        max_tokens=st.just(9),
    ),
    st.builds(
        AskFailed,
        ask=st.integers(1, 4),
        reason=st.sampled_from(["aborted", "error", "skipped"]),
        message=st.just("no"),
    ),
    *ANSWERS,
    st.builds(RoomsOpened, phase=st.integers(0, 2), rooms=st.just({"cellar": ("ada", "bo")})),
    st.builds(
        MotionDecided,
        phase=st.integers(0, 2),
        motion=st.sampled_from(["M0", "M1", "M7"]),
        carried=st.booleans(),
        yes=st.just(1),
        no=st.just(0),
        abstain=st.just(0),
    ),
    st.just(RuleAdded(text="Be brief.")),
    st.builds(PersonaChanged, persona=st.sampled_from([persona("ada"), persona("nobody")])),
    st.just(ConferenceForked(origin="a.jsonl", head="0" * 64, seed=7)),
    st.builds(FloorPaused, reason=st.just("later")),
    st.just(FloorResumed()),
    st.just(ConferenceClosed(reason="agenda")),
    st.just(manifest(scenario(["ada", "bo"]))),
)


@given(st.lists(ANY_EVENT, max_size=30))
def test_any_events_in_any_order_can_be_folded(events):
    state = fold([manifest(scenario(["ada", "bo"])), *events])

    assert len(state.record) == sum(state.spoken.values())
    assert [t.number for t in state.record] == sorted(t.number for t in state.record)


@settings(max_examples=40, deadline=None)
@given(SEATS, PHASES, st.integers(0, 2**16))
def test_folding_a_prefix_gives_the_state_of_that_moment(seats, phases, seed):
    shuffle = random.Random(seed)
    play = Play(
        manifest(worlds(seats, phases), seed=seed),
        order=lambda numbers: shuffle.sample(numbers, len(numbers)),
        answer=replier(seed),
    ).run()

    for n in range(0, len(play.events) + 1, 7):
        assert fold(play.events[:n]) == play.states[n]


def test_the_record_keeps_the_order_of_opening_whatever_ends_first():
    play = Play(
        manifest(scenario(["ada", "bo", "cem"], [{"kind": "opening"}])),
        order=lambda numbers: numbers[::-1],
    ).run()

    assert [t.seat for t in play.state.record] == ["ada", "bo", "cem"]


def test_nothing_can_come_before_the_opening_or_after_the_close():
    assert apply(ConferenceState(), closed(1, "ada", "too soon")) == ConferenceState()
    play = Play(manifest(scenario(["ada"]))).run()
    assert play.state.standing == "closed"
    assert apply(play.state, closed(99, "ada", "too late")) is play.state


def test_a_turn_that_was_not_open_leaves_no_trace():
    state = fold([manifest(scenario(["ada"])), closed(1, "ada", "from nowhere")])

    assert state.record == ()


def test_the_clock_stands_still_during_a_pause():
    play = Play(manifest(scenario(["ada"])))
    play.put(FloorPaused(reason="lunch"))
    before = play.state.seconds
    later = play.events[-1].at.replace(hour=23)
    resumed = apply(play.state, FloorResumed(at=later))

    assert resumed.seconds == before
    assert resumed.standing == "open"


PRICE = Price(currency="USD", input=Decimal("0.60"), cached=Decimal("0.15"), output=Decimal("2.5"))


@pytest.mark.parametrize(
    ("usage", "price", "cost"),
    [
        (Usage(input=1_000_000, cached=0, output=0), PRICE, Decimal("0.6")),
        (Usage(input=1_000_000, cached=1_000_000, output=0), PRICE, Decimal("0.15")),
        (Usage(input=0, output=3), PRICE, Decimal("0.0000075")),
        (Usage(input=1_000_000, output=0), PRICE, Decimal("0.6")),
        (Usage(output=3), PRICE, None),
        (Usage(input=5), PRICE, None),
        (Usage(input=5, output=5), None, None),
        (Usage(), FREE, Decimal(0)),
    ],
)
def test_a_cost_is_exact_or_unknown(usage, price, cost):
    assert cost_of(usage, price) == cost


def test_one_turn_of_unknown_cost_makes_the_sum_unknown():
    play = Play(manifest(scenario(["ada"]), price=PRICE)).run()

    assert play.state.cost is None


def test_a_failed_turn_is_asked_for_again_and_then_skipped():
    tries: list[int] = []

    def speak(step, number):
        if step.seat == "ada":
            tries.append(number)
            return TurnFailed(turn=number, seat="ada", reason="empty", message="nothing")
        return "Yes."

    play = Play(manifest(scenario(["ada", "bo"], [{"kind": "plenary"}])), speak).run()

    assert len(tries) == 2  # once, and one retry
    assert [t.seat for t in play.state.record] == ["bo"]
    assert play.state.standing == "closed"


def test_an_endpoint_that_fails_twice_pauses_the_conference_and_a_resume_tries_afresh():
    broken = True

    def speak(step, number):
        if broken:
            return TurnFailed(turn=number, seat=step.seat, reason="error", message="no route")
        return "Yes."

    play = Play(manifest(scenario(["ada"], [{"kind": "plenary"}])), speak).run()
    assert play.state.standing == "paused"
    assert "no route" in play.events[-1].reason

    broken = False
    play.put(FloorResumed())
    play.run()
    assert [t.seat for t in play.state.record] == ["ada"]
    assert play.state.standing == "closed"


def test_a_final_failure_is_not_asked_for_again():
    def speak(step, number):
        return TurnFailed(
            turn=number, seat=step.seat, reason="error", message="bad key", final=True
        )

    play = Play(manifest(scenario(["ada"], [{"kind": "plenary"}])), speak).run()

    assert sum(e.type == "turn.failed" for e in play.events) == 1
    assert play.state.standing == "paused"


def test_the_clock_stands_still_in_a_pause_whatever_the_chair_does():
    play = Play(manifest(scenario(["ada", "bo"])))
    play.put(FloorPaused(reason="later"))
    before = play.state.seconds
    play.put(NotePassed(text="Take your time."))
    play.put(SeatChanged(seat="bo", profile=Profile(model="other", family="openai")))
    play.put(FloorResumed())

    assert play.state.seconds == before
    assert len(play.state.notes) == 1
