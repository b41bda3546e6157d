"""Who speaks next under each rule of the floor."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import Play, manifest, replier, scenario, worlds

from debate.events import AskFailed, BidCast, FloorCalled, TurnOpened
from debate.floors import View, _name, allowed, last_named, next_speaker
from debate.scenario import Bidding
from debate.standing import Held

FREE_RULES = ["random", "weighted", "addressed", "bidding", "chaired", "manual"]
SEATS = st.lists(
    st.sampled_from(["ada", "bo", "cem", "dai", "eve"]), min_size=1, max_size=5, unique=True
)


def held(seats, floor, rounds=1, seed=0, **more) -> Play:
    """A plenary under a rule of the floor."""
    plan = worlds(seats, [{"kind": "plenary", "floor": floor, "rounds": rounds}])
    return Play(manifest(plan, seed=seed), **{"answer": replier(seed), **more}).run()


def order(play: Play) -> list[str]:
    return [turn.seat for turn in play.state.record]


@settings(max_examples=50, deadline=None)
@given(
    SEATS,
    st.sampled_from(FREE_RULES),
    st.one_of(st.none(), st.integers(1, 3)),
    st.booleans(),
    st.integers(1, 4),
    st.integers(0, 2**16),
)
def test_every_rule_ends_honours_its_quota_and_hears_all(seats, rule, most, all_heard, n, seed):
    floor = {"rule": rule, "most": most, "all_heard": all_heard}
    play = held(seats, floor, rounds=n, seed=seed)
    spoken = order(play)

    assert play.state.standing == "closed"
    assert len(spoken) == len(seats) * min(n, most or n)
    if most is not None:
        assert max(Counter(spoken).values()) <= most
    if all_heard:
        assert set(spoken) == set(seats)
    for one, two in pairwise(spoken):
        alone = len(seats) == 1 or most is not None or all_heard
        assert one != two or alone
    assert order(held(seats, floor, rounds=n, seed=seed)) == spoken


def test_nobody_speaks_twice_running_unless_alone():
    view = View(("ada", "bo", "cem"), {"bo": Held(1, 1)}, 2, 6, "")
    assert allowed(Bidding(rule="bidding"), view) == ("ada", "cem")
    alone = View(("bo",), {"bo": Held(1, 1)}, 2, 6, "")
    assert allowed(Bidding(rule="bidding"), alone) == ("bo",)


def test_another_seed_draws_another_order():
    seats = ["ada", "bo", "cem", "dai", "eve"]
    for rule in ("random", "weighted"):
        orders = {tuple(order(held(seats, rule, rounds=2, seed=seed))) for seed in range(6)}
        assert len(orders) > 1


def test_who_weighs_more_speaks_more_often():
    floor = {"rule": "weighted", "weights": {"cem": 50}, "all_heard": False}
    spoken = Counter(order(held(["ada", "bo", "cem"], floor, rounds=20)))
    assert spoken["cem"] > spoken["ada"] + spoken["bo"] - 5


def test_the_floor_goes_to_whoever_was_named_last():
    said = {1: "I ask Cem, and then Bo.", 2: "Nobody in particular.", 3: "Ada?"}
    play = held(
        ["ada", "bo", "cem", "dai"],
        "addressed",
        speak=lambda step, number: said.get(number, "Well."),
    )
    turns = [(e.seat, e.why) for e in play.events if isinstance(e, TurnOpened)]
    assert turns[1] == ("bo", "named last")
    assert turns[2] == ("cem", "nobody was named: the longest silent")
    # Ada has spoken, and the last turns are for those who have not.
    assert turns[3][0] == "dai"


@pytest.mark.parametrize(
    ("text", "seat"),
    [
        ("I turn to Bo.", "bo"),
        ("Bo, and above all Ada Chen", "ada"),
        ("Chen is right", "chen"),
        ("as Ada Chen said, Bob is right", "ada"),
        ("请杨植麟回答", "yang"),
        ("nobody", None),
        ("", None),
    ],
)
def test_the_last_name_in_a_text(text, seat):
    names = {"ada": ("Ada Chen",), "bo": ("Bo",), "chen": ("Chen",), "yang": ("Yang", "杨植麟")}
    assert last_named(text, names) == seat


def bidding(bids: dict[tuple[int, str], str]) -> Play:
    """A plenary of three, by bids of each turn of the phase."""

    def answer(form, number):
        return bids.get((form.ask.round, form.ask.seat), '{"bid": 1}')

    return held(["ada", "bo", "cem"], {"rule": "bidding", "all_heard": False}, answer=answer)


def test_the_highest_bid_has_the_floor_and_of_equals_the_longest_silent():
    play = bidding({(1, "cem"): '{"bid": 9}', (2, "ada"): "7, I must answer", (3, "bo"): "eight"})
    turns = [(e.seat, e.why) for e in play.events if isinstance(e, TurnOpened)]
    assert turns[0] == ("cem", "bid 9, the highest")
    assert turns[1] == ("ada", "bid 7, the highest")
    # "eight" is no bid: it counts as 0, and cem's 1 is the highest.
    assert turns[2] == ("cem", "bid 1, the highest")
    assumed = [e for e in play.events if isinstance(e, BidCast) and e.how == "assumed"]
    assert [(e.seat, e.bid, e.why) for e in assumed] == [("bo", 0, "no usable answer: a bid of 0")]


def test_whoever_spoke_last_is_not_asked_for_a_bid():
    play = bidding({})
    bidders = Counter((e.round, e.seat) for e in play.events if isinstance(e, BidCast))
    spoken = order(play)
    assert set(bidders.values()) == {1}
    for nth, last in enumerate(spoken[:-1], 2):
        assert (nth, last) not in bidders
        assert sum(1 for n, _ in bidders if n == nth) == 2


def test_the_chair_calls_and_its_question_is_heard_by_all():
    def answer(form, number):
        assert form.ask.seat == "chair"
        return '{"next": "Bo", "question": "Why?"}' if form.ask.round == 1 else "mumbling"

    play = held(["ada", "bo", "cem"], "chaired", answer=answer)
    calls = [e for e in play.events if isinstance(e, FloorCalled)]
    assert (calls[0].to, calls[0].question, calls[0].how) == ("bo", "Why?", "json")
    assert (calls[1].to, calls[1].how) == ("ada", "assumed")
    assert calls[1].why == "no usable answer: the longest silent"
    assert [note.text for note in play.state.notes] == ["Why?"]
    turns = [(e.seat, e.why) for e in play.events if isinstance(e, TurnOpened)]
    assert turns == [
        ("bo", "called"),
        ("ada", "no usable answer: the longest silent"),
        ("cem", "nobody else may have it"),
    ]


def test_an_ask_that_nobody_answers_is_assumed_where_the_scenario_says_skip():
    def answer(form, number):
        return AskFailed(ask=number, seat=form.ask.seat, reason="error", message="down")

    failures = {"retries": 0, "endpoint": "skip"}
    plan = scenario(["ada", "bo"], [{"kind": "plenary", "floor": "bidding"}], failures=failures)
    play = Play(manifest(plan), answer=answer).run()
    assert play.state.standing == "closed"
    assert order(play) == ["ada", "bo"]
    bids = [e for e in play.events if isinstance(e, BidCast)]
    assert {(e.ask, e.how, e.bid) for e in bids} == {(None, "assumed", 0)}


def test_the_conference_stops_at_an_ask_that_nobody_answers_where_it_says_so():
    def answer(form, number):
        return AskFailed(ask=number, seat=form.ask.seat, reason="error", message="down", final=True)

    plan = scenario(["ada", "bo"], [{"kind": "plenary", "floor": "bidding"}])
    play = Play(manifest(plan), answer=answer).run()
    assert play.state.standing == "paused"
    assert "failed: down" in play.events[-1].reason


def test_a_rule_lacks_nothing_where_only_one_may_speak():
    view = View(("ada",), {}, 1, 1, "")
    assert next_speaker(Bidding(rule="bidding"), view).seat == "ada"


def test_at_a_large_table_only_names_that_stand_in_a_text_are_looked_for():
    names = {f"seat-{n}": (f"Delegate {n:03}x", f"Nobody{n}") for n in range(400)}
    before = _name.cache_info().currsize
    assert last_named("Delegate 007x asks what Delegate 399x thinks.", names) == "seat-399"
    assert _name.cache_info().currsize <= before + 2
