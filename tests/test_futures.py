"""What is told of two conferences beyond what they have in common."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import go_on, hold
from worlds import Play, closed, manifest, scenario, turn_opened

from debate.agenda import GiveFloor
from debate.events import PhaseOpened, TurnWithdrawn
from debate.fork import Changes, fork
from debate.futures import futures, passages
from debate.state import fold
from debate.transcript import read


def said(words):
    """The events of a conference in which these words are said, and then nothing new."""

    def speak(step: GiveFloor, number: int) -> str:
        return words[number - 1] if number <= len(words) else "the end"

    return Play(manifest(scenario(["ada", "bo"])), speak).run().events


WORDS = st.lists(st.sampled_from(["yes", "no"]), max_size=8)


@given(WORDS, WORDS)
def test_futures_begin_where_words_first_differ_and_leave_nothing_out(one, other):
    a, b = said(one), said(other)
    first, second = futures(a, b)
    whole, whole_b = passages(a), passages(b)
    common = len(whole) - len(first)
    assert whole[common:] == first
    assert whole_b[common:] == second
    assert [p.same for p in whole[:common]] == [p.same for p in whole_b[:common]]
    if first and second:
        assert first[0].same != second[0].same
    assert [p.text for p in whole if p.kind == "turn"] == [t.text for t in fold(a).record]


def test_a_turn_that_was_struck_is_not_told_and_one_that_ended_late_stands_where_it_began():
    opened = manifest(scenario(["ada", "bo"]))
    begun = [opened, PhaseOpened(phase=0, kind="opening", title="Phase 0")]
    turns = [turn_opened(n, GiveFloor(seat, 0, 1)) for n, seat in ((1, "ada"), (2, "bo"))]
    ended = [closed(2, "bo", "Second."), closed(1, "ada", "First.")]
    told = passages([*begun, *turns, *ended, TurnWithdrawn(turn=2)])
    assert [(p.kind, p.text, p.name, p.turn) for p in told] == [
        ("phase.opened", "Phase 0", "", None),
        ("turn", "First.", "Ada", 1),
    ]
    assert [p.text for p in passages([*begun, *turns, *ended])][1:] == ["First.", "Second."]


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    return asyncio.run(hold(tmp_path_factory.mktemp("parent") / "every.jsonl"))


def test_motions_and_decisions_are_told_and_nothing_that_is_secret(parent):
    events = read(parent)
    told, state = passages(events), fold(events)
    kinds = [p.kind for p in told]
    assert kinds.count("turn") == len(state.record)
    assert kinds.count("motion.tabled") == len(state.motions)
    assert kinds.count("motion.decided") == len(state.decisions)
    assert kinds.count("communique.signed") == 3
    open_votes = sum(len(d.ballots) for d in state.decisions if not d.secret)
    assert kinds.count("vote.cast") == open_votes
    assert any(d.secret for d in state.decisions)
    assert not {"bid.cast", "partners.chosen", "ask.waived"} & set(kinds)
    titles = [p.text for p in told if p.kind == "motion.decided" and "Plan" in p.text]
    assert len(titles) == len(state.motions)


def test_a_fork_begins_with_what_was_changed(parent, tmp_path):
    at = next(n for n, e in enumerate(read(parent)) if e.type == "motion.tabled")
    path = fork(parent, at=at, changes=Changes(rules=("Be brief.",)), out=tmp_path / "f.jsonl")
    asyncio.run(go_on(path, seed=5))
    first, second = futures(read(parent), read(path))
    assert second[0].text == "From here on, one more rule of the house: Be brief."
    assert first[0].kind != "rule.added"
    assert not {p.turn for p in first if p.turn} & {
        t.number for t in fold(read(parent)[: at + 1]).record
    }
    assert futures(read(parent), read(parent)) == ([], [])
