"""How votes on the motion of a conference moved, and who won by the Oxford rule."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from worlds import Play, manifest, scenario

from debate.agenda import next_steps
from debate.answer_wording import swing_line
from debate.cli import yalta
from debate.futures import passages
from debate.ledger import Ledger
from debate.prompts.layouts import Projection
from debate.state import fold
from debate.stats import stats
from debate.steps import GiveFloor
from debate.swing import Swing, swing
from debate.transcript import Transcript

AUDIENCE = ("ann", "ben", "cat")
PEOPLE = ["ada", *({"persona": name, "role": "audience"} for name in AUDIENCE)]


@dataclass(frozen=True)
class Count:
    phase: int
    yes: int
    no: int
    abstain: int


def house(*seats, **more):
    return {"kind": "vote", "seats": list(seats), "vote": {"on": "house", **more}}


def opened(*phases):
    return manifest(scenario(PEOPLE, phases))


TWICE = opened(house("audience", secret=True), {"kind": "plenary"}, house("audience"))
WON = {"yes": "the side for the motion", "no": "the side against it", None: "neither side"}


@pytest.mark.parametrize(
    ("before", "after", "moved", "winner"),
    [
        ((1, 2, 0), (2, 1, 0), (1, -1, 0), "yes"),
        ((2, 0, 1), (2, 1, 0), (0, 1, -1), "no"),  # more are for it, and yet those against won
        ((0, 0, 3), (1, 1, 1), (1, 1, -2), None),
        ((2, 1, 0), (1, 1, 1), (-1, 0, 1), "no"),
        ((1, 1, 1), (1, 1, 1), (0, 0, 0), None),
    ],
)
def test_the_side_that_gained_more_has_won_whatever_the_count(before, after, moved, winner):
    found = swing(TWICE, [Count(0, *before), Count(2, *after)])
    assert (found.yes, found.no, found.abstain, found.since) == (*moved, 0)
    assert found.winner == winner
    assert swing_line(found).endswith(f"By the Oxford rule {WON[winner]} won.")


def test_it_is_told_in_a_line():
    assert swing_line(Swing(2, -1, 0, 0)) == (
        "Since the first vote on it: 2 more for, 1 fewer against, as many abstaining. "
        "By the Oxford rule the side for the motion won."
    )


def test_only_votes_of_the_same_seats_and_weights_are_set_beside_each_other():
    first, last = Count(0, 3, 0, 0), Count(1, 0, 3, 0)
    assert swing(opened(house("audience"), house("audience")), []) is None
    assert swing(opened(house("audience"), house("audience")), [first]) is None
    assert swing(opened(house("audience"), house("ada")), [first, last]) is None
    assert (
        swing(opened(house("audience"), house("audience", weights={"ann": 2})), [first, last])
        is None
    )
    assert swing(TWICE, [Count(7, 1, 1, 1)]) is None  # a phase that there is not


def test_of_more_than_two_the_last_stands_beside_the_first():
    plan = opened(house("audience"), house("ada"), house("audience"), house("audience"))
    counts = [Count(0, 0, 3, 0), Count(1, 1, 0, 0), Count(2, 3, 0, 0), Count(3, 1, 2, 0)]
    assert swing(plan, counts) == Swing(1, -1, 0, 0)


@given(st.lists(st.sampled_from(["yes", "no", "abstain"]), min_size=6, max_size=6))
def test_all_that_tells_of_it_tells_the_same(votes):
    play = Play(TWICE, answer=lambda form, number: votes[(number - 1) % 6])
    events = play.run().events
    state = fold(events)
    before, after = ([*d.ballots.values()] for d in state.decisions)
    counted = [
        sum(vote == kind for vote, _ in after) - sum(vote == kind for vote, _ in before)
        for kind in ("yes", "no", "abstain")
    ]
    moved = swing(TWICE, state.decisions)
    assert [moved.yes, moved.no, moved.abstain] == counted
    assert sum(counted) == 0
    assert stats(events).swing == moved
    ledger = Ledger(events)
    assert [ledger.swing(poll) for poll in ledger.polls.values()] == [None, moved]
    told = [p.text for p in passages(events) if p.kind == "motion.decided"]
    assert [swing_line(moved) in text for text in told] == [False, True]


def test_no_prompt_tells_it():
    plan = opened(house("audience"), house("audience"), {"kind": "closing"})
    prompts = []

    def read(play):
        for step in next_steps(play.state):
            if isinstance(step, GiveFloor):
                prompts.extend(Projection(plan).messages(play.state, step))

    Play(plan, answer=lambda form, number: "yes" if number > 3 else "no").run(between=read)
    text = "".join(message.content for message in prompts)
    assert "3 for, 0 against" in text
    assert "Oxford" not in text
    assert "Since the first vote" not in text


def test_the_terminal_tells_it_below_the_last_count(tmp_path):
    votes = ["no", "no", "abstain", "yes", "no", "abstain"]
    play = Play(TWICE, answer=lambda form, number: votes[(number - 1) % 6])
    path = tmp_path / "debate.jsonl"
    with Transcript.create(path) as transcript:
        for event in play.run().events:
            transcript.append(event.model_copy(update={"seq": None, "prev": None}))
    line = (
        "Since the first vote on it: 1 more for, 1 fewer against, as many abstaining. "
        "By the Oxford rule the side for the motion won."
    )
    shown = CliRunner().invoke(yalta, ["show", str(path)], catch_exceptions=False).output
    assert shown.count(line) == 1
    assert shown.index(line) > shown.rindex("1 for, 1 against, 1 abstaining.")
    counted = CliRunner().invoke(yalta, ["stats", str(path)], catch_exceptions=False).output
    assert line in counted
    told = CliRunner().invoke(yalta, ["stats", str(path), "--json"], catch_exceptions=False).output
    assert json.loads(told)["swing"] == {
        "yes": 1,
        "no": -1,
        "abstain": 0,
        "since": 0,
        "winner": "yes",
    }
