"""Intervals over clusters, chance by shuffling, and strengths: how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debate.study.statistics import (
    TOO_FEW,
    Shown,
    chance_among,
    difference_interval,
    difference_p,
    mean_interval,
    median_interval,
    sensitivity,
    share_correct,
    share_difference,
    share_interval,
    strength_intervals,
    wilson,
)


def clustered(rng, clusters, each, alike=1.0):
    """Normal values around 0, those of one cluster alike."""
    values = np.repeat(alike * rng.normal(size=clusters), each) + rng.normal(size=clusters * each)
    return values.tolist(), np.repeat(np.arange(clusters), each).tolist()


@pytest.mark.parametrize("clusters", [4, 9, 12, 30])
def test_a_mean_is_covered_at_its_rate_however_few_the_clusters(clusters):
    rng = np.random.default_rng(clusters)
    held = 0
    for n in range(300):
        low, high = mean_interval(*clustered(rng, clusters, 3), seed=n, draws=400).interval
        held += low <= 0 <= high
    assert 0.9 < held / 300 < 0.99


@pytest.mark.parametrize(("one", "two"), [(5, 5), (4, 20), (12, 30)])
def test_a_difference_is_covered_at_its_rate(one, two):
    rng = np.random.default_rng(one)
    held = 0
    for n in range(300):
        first, second = clustered(rng, one, 3), clustered(rng, two, 3)
        second = (second[0], [f"other {each}" for each in second[1]])
        low, high = difference_interval(first, second, seed=n, draws=400).interval
        held += low <= 0 <= high
    assert 0.9 < held / 300 <= 0.995


def test_what_both_have_in_common_drops_out_of_a_difference():
    rng = np.random.default_rng(1)
    scene = np.repeat(5 * rng.normal(size=20), 2)
    clusters = np.repeat(np.arange(20), 2).tolist()
    first = ((scene + rng.normal(size=40)).tolist(), clusters)
    second = ((scene + rng.normal(size=40)).tolist(), clusters)
    apart = (second[0], [f"other {each}" for each in clusters])
    together = difference_interval(first, second, seed=1).interval
    alone = difference_interval(first, apart, seed=1).interval
    assert together.high - together.low < (alone.high - alone.low) / 2
    few = (first[0][:12], clusters[:12]), (second[0][:12], clusters[:12])
    assert difference_interval(*few, seed=1).by == "t over clusters"
    low, high = difference_interval(*few, seed=1).interval
    assert high - low < 4


def test_an_interval_needs_two_clusters_that_differ():
    assert mean_interval([1, 2], ["a", "a"], seed=1).interval is None
    assert mean_interval([3] * 24, range(24), seed=1).interval is None
    assert mean_interval([3] * 4, range(4), seed=1).interval is None
    assert mean_interval([], [], seed=1).interval is None
    assert difference_interval(([1], ["a"]), ([1, 2], ["b", "c"]), seed=1).interval is None


def test_a_difference_needs_four_clusters_on_either_side():
    many = ([1.0, 2, 3, 4, 5, 2], range(6))
    three = difference_interval(many, ([1.0, 2, 4], "abc"), seed=1)
    assert three == (None, TOO_FEW)
    low, high = difference_interval(many, ([1.0, 2, 4, 3], "abcd"), seed=1).interval
    assert low < 2.83 - 2.5 < high


def test_medians():
    points = [1, 2, 3, 4, 5] * 8
    low, high = median_interval(points, range(40), seed=1)
    assert low <= 3 <= high
    assert median_interval([4.0] * 12, range(12), seed=1) == (4, 4)
    assert median_interval([1, 5] * 6, np.repeat(range(12), 1).tolist(), seed=1).low == 1
    assert median_interval([1, 2, 3, 4, 5], range(5), seed=1) is None


def test_a_share_is_wilsons_where_each_judgement_is_alone():
    hits = [True] * 8 + [False] * 4
    assert share_interval(hits, range(12), seed=1) == (wilson(8, 12), "Wilson")
    assert share_interval([], [], seed=1) == (None, "")


def test_where_all_are_right_the_interval_is_no_point():
    found = share_interval([True] * 30, [n // 3 for n in range(30)], seed=1)
    assert found == (wilson(10, 10), "Wilson, a cluster counting once")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=30))
def test_a_shares_interval_lies_within_0_and_1_and_holds_the_share(rows):
    hits, clusters = [hit for hit, _ in rows], [cluster for _, cluster in rows]
    found = share_interval(hits, clusters, seed=1, draws=200).interval
    if found is not None:
        assert 0 <= found.low <= sum(hits) / len(hits) <= found.high <= 1


def test_newcombes_example():
    # Newcombe 1998, table II, (a): 56/70 and 48/80, method 10.
    low, high = share_difference((56, 70), (48, 80))
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)
    low, high = share_difference((0, 20), (0, 20))
    assert high == pytest.approx(0.1611, abs=1e-4) == -low
    assert share_difference((0, 0), (1, 2)) is None


def shown(rng, items, raters, cards, personas, skill=0.0):
    """Items that show some cards of all, and raters who guess blindly among these and `none`."""
    for _ in range(items):
        among = rng.choice(personas, size=cards, replace=False).tolist()
        truth = among[0]
        yield Shown(
            truth,
            {*among, "none"},
            tuple(
                (r, truth if rng.random() < skill else rng.choice([*among, "none"]).item())
                for r in range(raters)
            ),
        )


PERSONAS = [f"p{n}" for n in range(8)]


def test_a_blind_guess_among_the_cards_shown_is_chance():
    found = []
    for n in range(60):
        rng = np.random.default_rng(n)
        of = chance_among(list(shown(rng, 24, 3, 4, PERSONAS)), seed=n, draws=300)
        found.append((of.p, of.by_chance))
    p, by_chance = np.array(found).T
    assert by_chance.mean() == pytest.approx(0.2, abs=0.02)  # and not 1 of 9
    assert (p <= 0.05).mean() < 0.13
    assert 0.4 < p.mean() < 0.65


def test_what_misleads_all_raters_alike_is_no_skill():
    found = []
    for n in range(60):
        rng = np.random.default_rng(n)
        truth, sounds_like = rng.integers(4, size=(2, 20)).tolist()
        items = [
            Shown(right, range(4), tuple((rater, heard) for rater in range(5)))
            for right, heard in zip(truth, sounds_like, strict=True)
        ]
        found.append(chance_among(items, seed=n, draws=300).p)
    assert np.mean(np.array(found) <= 0.05) < 0.13


def test_skill_is_more_than_chance():
    rng = np.random.default_rng(1)
    found = chance_among(list(shown(rng, 24, 3, 4, PERSONAS, skill=0.5)), seed=1)
    assert found.p < 0.01
    assert found.observed > found.by_chance + 0.2


def test_where_no_label_can_move_chance_is_what_came():
    items = [Shown(n, {n, "none"}, (("ada", n),)) for n in range(5)]
    found = chance_among(items, seed=1, draws=50)
    assert (found.observed, found.by_chance, found.p) == (1, 1, 1)
    assert chance_among([], seed=1) is None


def test_a_difference_by_shuffling_is_even_under_the_null():
    found = []
    for n in range(200):
        rng = np.random.default_rng(n)
        values, units = clustered(rng, 16, 3)
        found.append(difference_p(values, units, [unit < 5 for unit in units], seed=n, draws=200))
    found = np.array(found)
    assert (found <= 0.05).mean() < 0.1
    assert 0.42 < found.mean() < 0.58
    values, units = clustered(np.random.default_rng(1), 16, 3)
    raised = [value + 6 * (unit < 5) for value, unit in zip(values, units, strict=True)]
    assert difference_p(raised, units, [unit < 5 for unit in units], seed=1) < 0.01
    assert difference_p(values, units, [True] * 48, seed=1) is None


def test_a_sensitivity_over_different_numbers_of_cards():
    d = 1.3
    alternatives = [3] * 10 + [5] * 30
    share = np.mean([share_correct(d, m) for m in alternatives])
    assert sensitivity(share, alternatives) == pytest.approx(d, abs=1e-6)
    assert sensitivity(0.5, [4] * 7) == pytest.approx(sensitivity(0.5, 4))


def test_strengths_are_covered_at_about_their_rate():
    truth = np.array([0.6, 0.1, -0.7])
    held = 0
    for n in range(40):
        rng = np.random.default_rng(n)
        pairs = []
        for m in range(60):
            i, j = ((0, 1), (0, 2), (1, 2))[m % 3]
            pairs.append((i, j, float(rng.random() < 1 / (1 + np.exp(truth[j] - truth[i])))))
        found = strength_intervals(pairs, range(60), 3, seed=n, draws=300)
        if found is not None:
            held += sum(low <= s <= high for s, (low, high) in zip(truth, found, strict=True))
    assert held / 120 > 0.85


def test_strengths_without_end_have_no_interval():
    pairs = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0)]
    assert strength_intervals(pairs, range(3), 3, seed=1, draws=100) is None  # most draws lose one
    assert strength_intervals(pairs, [0, 0, 0], 3, seed=1) is None
