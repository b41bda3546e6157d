"""Masks: put on and taken off, the same wherever the same words stand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from studies import name, study_key

from debate.errors import UserError
from debate.study.drawing.masking import masked_turns
from debate.study.drawing.masks import USUAL, approved, masks_of, with_mask, without_mask
from debate.study.key import Mask

KEY = study_key()
FIRST, SECOND, REPEAT = (name("item", n) for n in range(3))
MASKS = st.builds(
    lambda turn, start, length, shown: Mask(
        turn=turn, start=start, end=start + length, shown=shown, by="person"
    ),
    st.integers(0, 2),
    st.integers(0, 60),
    st.integers(1, 20),
    st.sampled_from([*USUAL, "somebody"]),
)
STEPS = st.lists(st.tuples(st.sampled_from([FIRST, SECOND, REPEAT]), st.booleans(), MASKS))


def worked(steps):
    """A key after some masks were put on, others taken off, and some refused."""
    key = KEY
    for item, on, mask in steps:
        there = key.item(item).origins[0].masks
        try:
            if on or not there:
                key = with_mask(key, item, 0, mask)
            else:
                key = without_mask(key, item, 0, there[mask.start % len(there)])
        except UserError:
            pass
    return key


@given(STEPS)
def test_masks_lie_within_their_turns_and_on_no_other(steps):
    for item in worked(steps).items:
        for origin in item.origins:
            for turn, text in enumerate(origin.turns):
                masks = masks_of(origin, turn)
                assert all(0 <= m.start < m.end <= len(text) for m in masks)
                assert all(a.end <= b.start for a, b in pairwise(masks))
            assert sorted(origin.masks, key=lambda m: (m.turn, m.start)) == list(origin.masks)


@given(STEPS)
def test_the_same_turn_has_the_same_masks_once_it_was_worked_on(steps):
    key = worked(steps)
    assert key.item(FIRST).origins[0].masks == key.item(REPEAT).origins[0].masks
    seen = {}
    for item in key.items:
        for turn, text in enumerate(item.origins[0].turns):
            masks = [(m.start, m.end, m.shown) for m in masks_of(item.origins[0], turn)]
            assert seen.setdefault(text, masks) == masks


@given(STEPS, st.sampled_from([FIRST, SECOND, REPEAT]), MASKS)
def test_what_is_put_on_can_be_taken_off(steps, item, mask):
    key = worked(steps)
    try:
        more = with_mask(key, item, 0, mask)
    except UserError:
        return
    assert mask in more.item(item).origins[0].masks
    assert without_mask(more, item, 0, mask).items == key.items


@given(STEPS)
def test_what_is_not_masked_stays_word_for_word(steps):
    for item in worked(steps).items:
        origin = item.origins[0]
        for turn, text in enumerate(origin.turns):
            masks = masks_of(origin, turn)
            left, at = [], 0
            for mask in masks:
                left.append(text[at : mask.start])
                at = mask.end
            shown = masked_turns(origin.turns, origin.masks)[turn]
            for part in (*left, text[at:]):
                assert part in shown
            assert len(shown) == len(text) + sum(len(m.shown) - (m.end - m.start) for m in masks)


@pytest.mark.parametrize(
    ("turn", "start", "end", "why"),
    [
        (0, 20, 30, "a mask already"),
        (0, 0, 999, "some of the words"),
        (0, 5, 5, "some of the words"),
        (7, 0, 1, "some of the words"),
    ],
)
def test_a_mask_is_refused_with_a_reason(turn, start, end, why):
    with pytest.raises(UserError, match=why):
        with_mask(KEY, FIRST, 0, Mask(turn=turn, start=start, end=end, shown="x"))


def test_whatever_changes_a_mask_takes_the_check_back():
    checked = approved(KEY, " Ada  Lovelace ")
    assert checked.masks_checked_by == "Ada Lovelace"
    mask = checked.item(FIRST).origins[0].masks[0]
    less = without_mask(checked, FIRST, 0, mask)
    assert less.masks_checked_by is None
    assert with_mask(approved(less, "x"), FIRST, 0, mask).masks_checked_by is None
    with pytest.raises(UserError):
        approved(KEY, " ")
