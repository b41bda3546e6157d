"""Who rates what, and in which order."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import pytest
from conferences import conferences, style_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from debate.study.drawing.assignment import assign, personas_of, voice
from debate.study.drawing.check import check
from debate.study.drawing.style import draw
from debate.study.key import RaterKey

SECRET = "5e" * 32

# What is drawn once for all of these is drawn in one process.
pytestmark = pytest.mark.xdist_group("drawing")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    return conferences(folder, {"full": 3, "other": 3, "no-persona": 3})


def drawn(tables, raters, seed=1, **more):
    names = [f"r{n}" for n in range(raters)]
    return draw(style_plan(tables, seed=seed, raters=names, **more), secret=SECRET)


@pytest.mark.parametrize("raters", [1, 2, 5])
def test_up_to_five_raters_rate_everything(tables, raters):
    key = drawn(tables, raters)
    plans = assign(key)
    assert len(plans) == raters
    for plan in plans.values():
        assert sorted(place.item for place in plan) == sorted(item.id for item in key.items)


@pytest.mark.parametrize("raters", [6, 7, 10, 14])
def test_more_raters_are_put_to_items_in_level_blocks(tables, raters):
    key = drawn(tables, raters)
    plans = assign(key)
    first = [i.id for i in key.items if i.repeats is None and not i.checked]
    given = {
        item: [r for r, plan in plans.items() if item in {p.item for p in plan}] for item in first
    }
    assert {len(who) for who in given.values()} == {3}
    loads = Counter(rater for who in given.values() for rater in who)
    assert max(loads.values()) - min(loads.values()) <= 1
    shared = Counter(pair for who in given.values() for pair in combinations(sorted(who), 2))
    every = [shared[pair] for pair in combinations(sorted(plans), 2)]
    assert max(every) - min(every) <= 2
    for item in key.items:
        if item.repeats:
            who = [r for r, plan in plans.items() if item.id in {p.item for p in plan}]
            assert who == given[item.repeats]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15)
def test_no_persona_comes_twice_running_and_tasks_keep_their_order(tables, seed):
    key = drawn(tables, 2, seed)
    items = {item.id: item for item in key.items}
    for plan in assign(key).values():
        order = [items[place.item] for place in plan]
        assert [i.task for i in order] == sorted(
            (i.task for i in order), key=["identification", "pairs", "likert"].index
        )
        assert not [1 for a, b in pairwise(order) if a.task == b.task and voice(a) == voice(b)]


def test_a_repeat_is_far_from_what_it_repeats(tables):
    key = drawn(tables, 3)
    for plan in assign(key).values():
        where = {place.item: n for n, place in enumerate(plan)}
        for item in key.items:
            if item.repeats:
                task = sum(i.task == item.task for i in key.items)
                assert abs(where[item.id] - where[item.repeats]) >= task / 5


def test_sides_are_even_for_raters_and_for_items(tables):
    key = drawn(tables, 4)
    plans = assign(key)
    pairs = [item.id for item in key.items if item.task == "pairs"]
    for plan in plans.values():
        swaps = sum(place.swap for place in plan if place.item in pairs)
        assert abs(2 * swaps - len(pairs)) <= 2
    for item in pairs:
        swaps = [place.swap for plan in plans.values() for place in plan if place.item == item]
        assert sum(swaps) == 2
    assert not any(p.swap for plan in plans.values() for p in plan if p.item not in pairs)
    sides = {tuple(p.swap for p in sorted(plan, key=lambda p: p.item)) for plan in plans.values()}
    assert len(sides) == len(plans)  # nobody has the sides of another throughout


def test_nobody_rates_a_persona_whose_card_they_wrote(tables):
    key = drawn(tables, 3)
    wrote = RaterKey(id="r0", wrote=("bo",))
    key = key.model_copy(update={"raters": (wrote, *key.raters[1:])})
    plans = assign(key)
    for place in plans["r0"]:
        assert "bo" not in personas_of(key.item(place.item), key)
    assert len(plans["r0"]) < len(plans["r1"]) == len(key.items)


def test_an_author_by_the_name_on_the_card_is_found(tables):
    key = drawn(tables, 2)
    author = key.model_copy(update={"raters": (RaterKey(id="bo-author"), *key.raters)})
    found = [f for f in check(author, assign(author)) if f.where == "rater bo-author"]
    assert found
    assert all("is the author of bo" in f.what for f in found if f.fault)
