"""Sequences that grow by sharing what they grew from."""

from __future__ import annotations

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as st

from debate.told import Grown, Told

SEATS = ("ada", "bo", "cem")


def itself(item: int) -> int:
    return item


@given(
    st.lists(st.tuples(st.sampled_from(["then", "placed", "upto"]), st.integers(0, 9)), max_size=40)
)
def test_what_was_made_before_stays_as_it_was(steps):
    """Each of many sequences, grown from any of those before it, holds what a tuple would."""
    made: list[tuple[Grown[int], tuple[int, ...]]] = [(Grown(), ())]
    for n, (step, number) in enumerate(steps):
        grown, plain = made[(number * 7 + n) % len(made)]
        if step == "then":
            made.append((grown.then(number), (*plain, number)))
        elif step == "upto":
            made.append((grown.upto(number), plain[:number]))
        else:
            at = max((i + 1 for i, item in enumerate(plain) if item <= number), default=0)
            if plain == tuple(sorted(plain)):
                made.append((grown.placed(number, itself), (*plain[:at], number, *plain[at:])))
    for grown, plain in made:
        assert tuple(grown) == plain
        assert (grown == plain, len(grown), hash(grown)) == (True, len(plain), hash(plain))
        assert [grown[i] for i in range(-len(plain), len(plain))] == [*plain, *plain]
        assert tuple(grown[1:-1]) == plain[1:-1]
        assert tuple(grown[:3]) == plain[:3]
        assert (grown[::-1], grown[1::2], grown[-2:0:-2]) == (
            plain[::-1],
            plain[1::2],
            plain[-2:0:-2],
        )
        assert tuple(reversed(grown)) == plain[::-1]
    for grown, plain in made:
        for other, beginning in made:
            if grown.grew_from(other):
                assert plain[: len(beginning)] == beginning


def test_growing_copies_nothing():
    sequence = Grown[int]()
    for n in range(4000):
        longer = sequence.then(n)
        assert n == 0 or longer.grew_from(sequence)
        assert longer[:n] == sequence
        sequence = longer
    assert sequence.upto(10).then(-1) == (*range(10), -1)
    assert sequence[-1] == 3999


def test_what_was_grown_otherwise_is_copied_once():
    one = Grown([1]).then(2)
    assert one.then(3) == (1, 2, 3)
    other = one.then(4)
    assert other == (1, 2, 4)
    assert not other.grew_from(one)
    assert other.then(5).grew_from(other)


def test_it_can_be_copied_and_sent_elsewhere():
    grown = Grown([1, 2]).then(3).upto(2)
    assert copy.deepcopy(grown) == pickle.loads(pickle.dumps(grown)) == (1, 2)
    assert repr(grown) == "(1, 2)"


@given(
    st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), st.sets(st.sampled_from(SEATS)))))
)
def test_each_is_told_what_is_for_all_and_what_is_for_them(items):
    told = Told[tuple[int, int]]()
    said = []
    for n, (place, to) in enumerate(items):
        told = told.placed((place, n), lambda item: item[0], to)
        said.append(((place, n), to))
    said.sort(key=lambda each: each[0][0])
    assert told == tuple(item for item, _ in said)
    assert told.public == tuple(item for item, to in said if to is None)
    for seat in SEATS:
        found = told.apart.get(seat, Grown())
        assert found == tuple(item for item, to in said if to is not None and seat in to)
    if items:
        last = told[-1]
        less = told.without_last()
        assert less == told[:-1]
        assert less.public == tuple(item for item in told.public if item is not last)
    twice = told.each(lambda item: (item[0], -item[1]))
    assert list(twice) == [(place, -n) for place, n in told]
    assert len(twice.public) == len(told.public)
