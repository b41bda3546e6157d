"""Where two transcripts part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from worlds import Play, closed, manifest, scenario

from debate.agenda import GiveFloor
from debate.compare import divergence
from debate.events import TurnOpened, TurnWithdrawn, dump
from debate.fork import fork
from debate.transcript import Entry, Transcript, read_entries
from debate.transcript.chain import line_hash


def entries(play):
    return [Entry(event, line_hash(dump(event))) for event in play.events]


def said(words, seed=1):
    """A conference in which these words are said, one by one, and then nothing new."""

    def speak(step: GiveFloor, number: int) -> str:
        return words[number - 1] if number <= len(words) else "the end"

    return entries(Play(manifest(scenario(["ada", "bo"]), seed=seed), speak).run())


WORDS = st.lists(st.sampled_from(["yes", "no"]), max_size=8)


@given(WORDS, WORDS)
def test_it_is_where_words_first_differ(one, other):
    padded = [[*words, *["the end"] * (8 - len(words))] for words in (one, other)]
    expected = next((n for n, (a, b) in enumerate(zip(*padded, strict=True)) if a != b), 8)
    found = divergence(said(one), said(other))
    assert found.turns == expected
    assert found.parted == (expected < 8)
    assert found.apart == ((expected + 1,) * 2 if expected < 8 else (None, None))
    assert found.whole == (one == other or padded[0] == padded[1])


@given(WORDS, WORDS)
def test_it_is_the_same_seen_from_either_side(one, other):
    there, back = divergence(said(one), said(other)), divergence(said(other), said(one))
    assert (there.lines, there.turns, there.whole) == (back.lines, back.turns, back.whole)
    assert there.numbers == back.numbers[::-1]
    assert there.apart == back.apart[::-1]


@given(WORDS, st.integers(0, 40))
def test_a_beginning_parts_at_its_end(words, cut):
    whole = said(words)
    part = whole[:cut]
    found = divergence(part, whole)
    assert found.lines == len(part)
    assert found.turns == len(found.numbers[0])
    assert found.apart[0] is None


def test_runs_that_share_no_line_may_have_said_the_same():
    found = divergence(said(["a"], seed=1), said(["a"], seed=2))
    assert (found.lines, found.turns, found.parted, found.whole) == (0, 8, False, False)
    assert str(found) == "the same 8 turns"


def test_it_is_told_in_words():
    one, other = said(["a", "b", "c"]), said(["a", "b", "x"])
    assert str(divergence(one, other)).startswith("the same for 2 turns; apart from turn 3, with")
    assert str(divergence(one, one)) == "the same throughout: 8 turns"
    assert str(divergence(said(["a"], 1), said(["b"], 2))) == "apart from the first turn on"


def test_a_fork_has_its_past_in_common_byte_for_byte(tmp_path):
    source = tmp_path / "a.jsonl"
    with Transcript.create(source) as transcript:
        for event in Play(manifest(scenario(["ada", "bo"]))).run().events:
            transcript.append(event)
    forked = fork(source, turn=4, out=tmp_path / "b.jsonl")
    found = divergence(list(read_entries(source)), list(read_entries(forked)))
    assert found.turns == 4
    assert found.apart == (5, None)
    assert found.lines == len(list(read_entries(forked))) - 1


def test_a_withdrawn_turn_is_not_in_the_record():
    play = Play(manifest(scenario(["ada"], [{"kind": "plenary", "rounds": 3}])))
    play.put(Play(play.state.opened).run().events[1])
    opened = TurnOpened(turn=1, seat="ada", phase=0, round=1, request="0" * 64)
    play.put(opened)
    play.put(closed(1, "ada", "first"))
    before = entries(play)
    play.put(TurnWithdrawn(turn=1))
    play.put(opened.model_copy(update={"turn": 2}))
    play.put(closed(2, "ada", "first"))
    found = divergence(before, entries(play))
    assert found.numbers == ((1,), (2,))
    assert found.turns == 1
    assert not found.parted
