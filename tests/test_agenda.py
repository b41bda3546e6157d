"""What happens next, as a function of the state."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import PHASES, ROUNDS, SEATS, Play, manifest, replier, scenario, worlds

from debate.agenda import GiveFloor, OpenPhase, next_steps
from debate.events import FloorPaused
from debate.floors import order_of_round
from debate.scenario import RoundRobin


@given(SEATS, ROUNDS, st.integers(0, 2**16))
def test_everyone_speaks_once_a_round_in_every_phase(seats, phases, seed):
    plan = scenario(seats, phases)
    play = Play(manifest(plan, seed=seed)).run()

    assert play.state.standing == "closed"
    spoken = Counter((t.phase, t.round, t.seat) for t in play.state.record)
    expected = {
        (n, r, s) for n, p in enumerate(plan.phases) for r in range(1, p.rounds + 1) for s in seats
    }
    assert spoken == Counter(expected)


@settings(max_examples=40, deadline=None)
@given(SEATS, PHASES, st.integers(0, 2**16))
def test_every_conference_ends_and_the_same_seed_and_replies_give_the_same(seats, phases, seed):
    def played():
        opened = manifest(worlds(seats, phases), seed=seed)
        return Play(opened, answer=replier(seed)).run().events

    events = played()
    assert events[-1].reason == "agenda"
    assert events == played()


@given(
    st.sampled_from(["fixed", "rotated", "shuffled"]),
    SEATS,
    st.integers(),
    st.integers(0, 9),
    st.integers(1, 9),
)
def test_a_round_holds_each_seat_once(order, seats, seed, phase, round_):
    floor = RoundRobin(order=order)

    assert sorted(order_of_round(floor, seats, seed=seed, phase=phase, round_=round_)) == sorted(
        seats
    )


def test_orders_of_rounds():
    def rounds(order):
        floor = RoundRobin(order=order)
        return [
            "".join(order_of_round(floor, "abcd", seed=7, phase=0, round_=r)) for r in (1, 2, 3)
        ]

    assert rounds("fixed") == ["abcd", "abcd", "abcd"]
    assert rounds("rotated") == ["abcd", "bcda", "cdab"]
    assert len(set(rounds("shuffled"))) > 1


def test_openings_run_side_by_side_and_a_plenary_one_by_one():
    play = Play(manifest(scenario(["ada", "bo"], [{"kind": "opening"}, {"kind": "plenary"}])))
    assert next_steps(play.state) == [OpenPhase(0)]
    play._carry_out(next_steps(play.state))
    assert next_steps(play.state) == [GiveFloor("ada", 0, 1), GiveFloor("bo", 0, 1)]
    play._carry_out(next_steps(play.state))
    assert next_steps(play.state) == [OpenPhase(1)]
    play._carry_out(next_steps(play.state))
    assert next_steps(play.state) == [GiveFloor("ada", 1, 1)]


def test_nothing_can_be_done_while_the_floor_is_paused():
    play = Play(manifest(scenario(["ada"])))
    play.put(FloorPaused(reason="lunch"))

    assert next_steps(play.state) == []


@pytest.mark.parametrize("turns", [1, 2, 3, 5])
def test_a_limit_of_turns_holds_even_among_turns_side_by_side(turns):
    plan = scenario(["ada", "bo", "cem"], [{"kind": "opening"}, {"kind": "plenary"}])
    plan = plan.model_copy(update={"ends": plan.ends.model_copy(update={"turns": turns})})
    play = Play(manifest(plan)).run()

    assert len(play.state.record) == turns
    assert play.events[-1].reason == "turns"


def test_a_limit_of_seconds_ends_the_conference():
    plan = scenario(["ada", "bo"], [{"kind": "plenary", "rounds": 50}], ends={"seconds": 10})
    play = Play(manifest(plan)).run()

    assert play.events[-1].reason == "seconds"
    assert len(play.state.record) < 10
