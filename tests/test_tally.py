"""Figures of many conferences by what tells them apart."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import minutes
from worlds import PHASES, SEATS, Play, closed, manifest, replier, scenario, turn_opened, worlds

from debate.errors import TranscriptError
from debate.events import (
    ConferenceClosed,
    ConferenceForked,
    MotionDecided,
    MotionTabled,
    PhaseOpened,
    Price,
    Profile,
    SeatChanged,
    Timing,
    TurnClosed,
    TurnFailed,
    TurnWithdrawn,
    Usage,
    VoteCast,
)
from debate.grouped import Group, Words
from debate.stats import Lengths, stats
from debate.steps import GiveFloor
from debate.tally import SAID, Tally

SPENT = Usage(input=100, cached=60, output=10, reasoning=4)
USD = Price(currency="USD", input=Decimal(1), output=Decimal(2))
PLAN = scenario(
    ["ada", "bo"],
    [
        {"kind": "opening", "words": {"from": 2, "to": 3}},
        {"kind": "plenary", "words": {"from": 1, "to": 9}},
        {"kind": "vote", "vote": {"on": "house"}},
        {"kind": "vote", "vote": {"on": "house", "secret": True}},
    ],
)


def said(number, seat, words=1, phase=0, **more):
    event = closed(number, seat, "word " * words).model_copy(update={"usage": SPENT, **more})
    return [turn_opened(number, GiveFloor(seat, phase, 1)), event]


def held(*events, plan=PLAN, **more):
    return [manifest(plan, **more), PhaseOpened(phase=0, kind="opening", title="O"), *events]


def tallied(by, *conferences, factors=(), **more):
    tally = Tally(by, **more)
    for n, events in enumerate(conferences):
        tally.add(f"c{n}", events, dict(factors[n]) if factors else {})
    return tally.tallied()


def by_key(told):
    return {group.of: group for group in told.groups}


def test_turns_are_placed_beside_what_their_own_phase_asked_for():
    events = held(
        *said(1, "ada", 1),
        *said(2, "bo", 2),
        *said(3, "ada", 4),
        *said(4, "bo", 4, phase=1),
        *said(5, "ada", 40, phase=1),
        TurnWithdrawn(turn=5),
    )
    told = by_key(tallied(["phase"], events, events))
    opening, plenary = told["phase-0",], told["phase-1",]
    assert opening.words.counts == ((1, 2), (2, 2), (4, 2))
    assert (opening.words.below, opening.words.within, opening.words.above) == (2, 2, 2)
    assert opening.words.asked == ((2, 3),)
    assert (plenary.turns, plenary.withdrawn, plenary.words.total) == (2, 2, 8)
    assert plenary.words.shares == (0, 1, 0)
    everything = tallied([], events).total
    assert everything.words.asked == ((1, 9), (2, 3))
    assert (everything.conferences, everything.turns) == (1, 4)


@given(st.lists(st.integers(0, 40), min_size=1))
def test_quartiles_are_those_of_a_single_transcript(words):
    lengths = Lengths("", 1, 2, tuple(sorted(words)))
    told = Words(tuple(sorted(Counter(words).items())))
    assert told.marks is not None
    assert told.marks == pytest.approx((min(words), *lengths.quartiles, max(words)))
    assert (told.turns, told.total) == (len(words), sum(words))


def test_nothing_said_has_no_lengths_and_no_shares():
    assert (Words().marks, Words().shares) == (None, None)
    told = tallied(["seat"], held())
    assert [group.of for group in told.groups] == [("ada",), ("bo",)], "silence is told too"
    assert told.total.seconds_a_turn is None
    assert tallied(["phase"], held()).groups == ()


def test_who_spoke_is_who_is_counted_and_the_fallback_is_told():
    other = Profile(model="kimi-k2.6", family="openai", price=USD)
    events = held(
        *said(1, "ada", by=other),
        SeatChanged(seat="bo", profile=Profile(model="qwen", family="local")),
        *said(2, "bo"),
        turn_opened(3, GiveFloor("bo", 0, 1)),
        TurnFailed(turn=3, seat="bo", reason="error", message="no"),
        turn_opened(4, GiveFloor("bo", 0, 1)),
        TurnFailed(turn=4, seat="bo", reason="aborted", message="stopped"),
    )
    told = by_key(tallied(["model", "seat"], events))
    assert told["kimi-k2.6", "ada"].fallback == 1
    assert told["kimi-k2.6", "ada"].bill.costs[0].known == Decimal("0.00012")
    assert (told["qwen", "bo"].turns, told["qwen", "bo"].failed) == (1, 1)


def test_shares_are_of_the_calls_that_tell_both_parts():
    events = held(
        *said(1, "ada"),
        *said(2, "ada", usage=Usage(input=900, output=90)),
        *said(3, "ada", usage=Usage()),
    )
    tokens = tallied([], events).total.tokens
    assert (tokens.input, tokens.output, tokens.calls, tokens.silent) == (1000, 100, 3, 1)
    assert (tokens.cached_share, tokens.reasoning_share) == (0.6, 0.4)


def ballot(seat, phase, vote, **more):
    how = more.pop("how", "json")
    return VoteCast(seat=seat, phase=phase, round=1, how=how, motion="M0", vote=vote, **more)


def decided(phase, carried, motion="M0"):
    return MotionDecided(phase=phase, motion=motion, carried=carried, yes=1, no=1, abstain=0)


def test_a_secret_ballot_is_counted_and_not_told():
    events = held(
        *(ballot("ada", 2, "yes"), ballot("bo", 2, "abstain", how="assumed"), decided(2, True)),
        *(ballot("ada", 3, "no"), ballot("bo", 3, "no"), decided(3, False)),
    )
    told = by_key(tallied(["seat"], events))
    ada, bo = told["ada",].votes, told["bo",].votes
    assert (ada.yes, ada.no, ada.abstain, ada.secret) == (1, 0, 0, 1)
    assert (bo.yes, bo.abstain, bo.secret, bo.assumed) == (0, 1, 1, 1)
    assert (told["-",].house, told["-",].house_carried) == (2, 1), "which is no seat's"


def test_a_motion_counts_where_it_was_tabled():
    tabled = {"round": 1, "how": "json", "title": "T", "text": "Text."}
    events = held(
        MotionTabled(seat="ada", phase=1, motion="M1", **tabled),
        MotionTabled(seat="bo", phase=1, motion="M2", **tabled),
        decided(2, True, "M1"),
        decided(2, False, "M2"),
    )
    told = by_key(tallied(["phase", "seat"], events))
    assert (told["phase-1", "ada"].tabled, told["phase-1", "ada"].carried) == (1, 1)
    assert (told["phase-1", "bo"].tabled, told["phase-1", "bo"].carried) == (1, 0)


def test_factors_of_the_batch_stand_beside_those_of_the_transcript():
    one, other = held(*said(1, "ada"), seed=2), held(*said(1, "ada"), seed=10, layout="perspective")
    factors = [{"arm": "kimi", "scenario": "other"}, {"arm": "plain"}]
    told = tallied(["arm", "seed", "layout"], one, other, factors=factors)
    assert [g.of for g in told.groups] == [
        ("kimi", "2", "shared"),
        ("plain", "10", "perspective"),
    ]
    assert [g.of for g in tallied(["seed"], other, one).groups] == [("2",), ("10",)], "by size"
    assert [g.of for g in tallied(["arm"], one).groups] == [("-",)]
    assert tallied(["transcript", "transcript"], one).groups[0].of == ("c0",)


def test_what_a_plan_names_goes_before_and_the_speaker_is_the_model_that_spoke():
    events = held(
        *said(1, "ada", by=Profile(model="spare", family="openai")),
        *said(2, "bo"),
        minutes(2),
        *(ballot("ada", 2, "yes"), decided(2, True)),
        cards="tail",
    )
    factors = {"model": "kimi", "seed": "3", "layout": "shared", "seat": "none"}
    told = tallied(["model", "seed", "layout", "seat"], events, factors=[factors])
    assert told.planned == ("model", "seed", "layout")
    assert {g.of[:3] for g in told.groups} == {("kimi", "3", "shared")}
    assert {g.of[3] for g in told.groups} == {"ada", "bo", "(clerk)", "-"}
    by_speaker = by_key(tallied(["speaker"], events, factors=[factors]))
    assert by_speaker["spare",].turns == 1
    assert by_speaker["-",].house == 1
    assert ("kimi",) not in by_speaker
    plain = tallied(["model"], events)
    assert plain.planned == ()
    assert {g.of for g in plain.groups} == {*by_speaker}, "without a plan they are the same"


def test_phases_stand_as_they_are_held_and_the_clerk_is_nobody_s_seat():
    plan = scenario(["ada"], [{"kind": "plenary", "id": "zeal"}, {"kind": "closing", "id": "end"}])
    events = held(*said(1, "ada"), minutes(1), *said(2, "ada", phase=1), plan=plan)
    told = tallied(["phase", "persona"], events)
    assert [g.of for g in told.groups] == [
        *(("zeal", "ada"), ("zeal", "(clerk)"), ("end", "ada")),
    ]
    assert told.groups[1].minutes == 1


FORK = ConferenceForked(origin="a.jsonl", head="0" * 64, seed=7)


def test_the_past_of_a_fork_is_told_of_and_counted_where_it_is_asked_for():
    events = held(*said(1, "ada"), FORK, *said(2, "ada"), ConferenceClosed(reason="agenda"))
    told = tallied(["seed"], events, held(), with_past=True)
    assert (told.forks, told.copied) == (1, None)
    assert [(g.of, g.turns) for g in told.groups] == [(("1",), 1), (("7",), 1)]
    assert (told.total.conferences, told.total.ended) == (2, 1)


def test_of_a_fork_counts_what_is_its_own_be_it_forked_again():
    tabled = {"round": 1, "how": "json", "title": "T", "text": "Text."}
    past = [
        *said(1, "ada", 5),
        MotionTabled(seat="ada", phase=0, motion="M1", **tabled),
        *said(2, "bo", 5),
        minutes(2),
    ]
    own = [
        *said(4, "bo", 2),
        TurnWithdrawn(turn=2),  # of what was copied, which is no loss of this one's
        decided(1, True, "M1"),
        ConferenceClosed(reason="agenda"),
    ]
    once = held(*past, FORK, *said(3, "ada", 3), *own)
    again = held(*past, FORK, *said(3, "ada", 3), FORK, *own)
    told = tallied(["seat"], once)
    assert (told.forks, told.copied) == (1, 2)
    assert [(g.of, g.turns, g.words.total) for g in told.groups] == [
        *((("ada",), 1, 3), (("bo",), 1, 2)),
    ]
    total = told.total
    assert (total.tokens.input, total.tokens.calls, total.minutes) == (200, 2, 0)
    assert (total.tabled, total.carried, total.withdrawn, total.ended) == (0, 0, 0, 1)
    told = tallied(["seat"], again)
    assert (told.forks, told.copied) == (1, 3)
    assert [(g.of, g.turns) for g in told.groups] == [(("ada",), 0), (("bo",), 1)]
    assert tallied(["phase"], once).total.turns == 2


@pytest.mark.parametrize("events", [[], [ConferenceClosed(reason="agenda")]])
def test_what_is_no_transcript_is_refused(events):
    with pytest.raises(TranscriptError):
        Tally().add("none", events)


def test_of_a_transcript_that_breaks_nothing_is_counted():
    def broken():
        yield from held(*said(1, "ada"))
        raise TranscriptError("line 5")

    tally = Tally(["seat"])
    tally.add("good", held(*said(1, "bo")))
    with pytest.raises(TranscriptError):
        tally.add("bad", broken())
    told = tally.tallied()
    assert (told.total.conferences, told.total.turns) == (1, 1)


def test_events_of_seats_turns_and_phases_that_are_not_there_do_no_harm():
    forged = [
        *said(1, "zed"),
        closed(2, "ada", "Unopened."),
        *said(3, "ada", phase=99),
        *(ballot("zed", 2, "yes"), ballot("ada", 77, "yes"), decided(88, True)),
        *(TurnWithdrawn(turn=50), MotionDecided(phase=0, motion="M9", carried=True, yes=1, no=0,
          abstain=0)),
        PhaseOpened(phase=70, kind="plenary", title="No"),
        minutes(4),
    ]  # fmt: skip
    told = tallied(["phase", "seat"], held(*forged))
    assert told.total.turns == 2
    assert told.total.votes.secret == 1, "of a phase that is not known nothing is told"


NUMBERS = [f.name for f in fields(Group) if f.type == "int" and f.name not in
           ("conferences", "ended")]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    SEATS,
    PHASES,
    st.lists(st.sampled_from([*SAID, "arm"]), max_size=3),
    st.integers(0, 2**16),
)
def test_groups_add_up_to_all_and_all_to_what_each_transcript_has(seats, phases, by, seed):
    tally, whole = Tally(by), []
    for n in range(2):
        chance = random.Random(f"{seed}/{n}")

        def speak(step, number, chance=chance):
            if chance.random() < 0.1:
                return TurnFailed(turn=number, seat=step.seat, reason="error", message="no")
            return TurnClosed(
                turn=number,
                seat=step.seat,
                text="word " * chance.randrange(200),
                finish="stop",
                usage=SPENT,
                timing=Timing(total=0.5),
            )

        opened = manifest(worlds(seats, phases), seed=seed + n, price=USD)
        play = Play(opened, speak=speak, answer=replier(seed)).run()
        tally.add(f"c{n}", play.events)
        whole.append(stats(play.events))
    told = tally.tallied()
    for name in NUMBERS:
        assert sum(getattr(g, name) for g in told.groups) == getattr(told.total, name), name
    for name in ("turns", "withdrawn", "failed", "tries", "asks", "assumed", "tabled", "carried"):
        assert getattr(told.total, name) == sum(getattr(w.total, name) for w in whole), name
    assert told.total.words.total == sum(w.total.words for w in whole)
    assert told.total.seconds == pytest.approx(sum(w.total.seconds for w in whole))
    assert told.total.bill == whole[0].total.bill + whole[1].total.bill
    assert sorted(told.total.words.counts) == sorted(
        Counter(t.words for w in whole for t in w.turns if not t.withdrawn).items()
    )
    assert all(g.conferences <= 2 for g in told.groups)
