"""Intervals, chance, and comparisons: known values, and how often intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ratings import FOUR, ratings
from scipy.stats import binom

from debate.study.statistics import (
    alpha,
    alpha_interval,
    bradley_terry,
    chance,
    holm,
    item_bootstrap,
    leave_one_rater_out,
    sensitivity,
    share_correct,
    wilson,
    win_rate,
)


def test_wilson_at_known_values():
    assert [round(end, 4) for end in wilson(81, 263)] == [0.2553, 0.3662]
    assert [round(end, 4) for end in wilson(0, 20)] == [0, 0.1611]
    assert wilson(20, 20).high == 1
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


def test_wilson_covers_at_its_rate():
    trials = 40
    hits = np.arange(trials + 1)
    ends = np.array([wilson(int(k), trials) for k in hits])
    covered = []
    for share in np.linspace(0.05, 0.95, 91):  # a share of so few goes up and down about the rate
        inside = (ends[:, 0] <= share) & (share <= ends[:, 1])
        covered.append(binom.pmf(hits, trials, share)[inside].sum())
    assert np.mean(covered) == pytest.approx(0.95, abs=0.01)
    assert min(covered) > 0.9


def test_the_bootstrap_covers_at_its_rate():
    rng = np.random.default_rng(1)
    held = 0
    for n in range(300):
        sample = rng.normal(size=40)
        found = item_bootstrap(lambda rows: sample[rows].mean(), range(40), seed=n, draws=400)  # noqa: B023
        held += found.low <= 0 <= found.high
    assert 0.89 < held / 300 < 0.98


def test_rows_of_a_scene_are_drawn_together():
    values = np.repeat(np.arange(6.0), 10)  # ten copies each of six scenes
    scenes = np.repeat(np.arange(6), 10).tolist()
    together = item_bootstrap(lambda rows: values[rows].mean(), scenes, seed=1)
    apart = item_bootstrap(lambda rows: values[rows].mean(), range(60), seed=1)
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert item_bootstrap(lambda rows: 1.0, [0, 0, 0], seed=1) is None
    assert item_bootstrap(lambda rows: None, range(9), seed=1) is None


def test_alphas_interval_is_the_bootstraps():
    quick = alpha_interval(FOUR, "ordinal", seed=3, draws=4000)
    slow = item_bootstrap(lambda rows: alpha(FOUR[rows], "ordinal"), range(15), seed=4, draws=1500)
    assert quick.low == pytest.approx(slow.low, abs=0.06)
    assert quick.high == pytest.approx(slow.high, abs=0.03)
    assert quick.low < alpha(FOUR, "ordinal") < quick.high
    assert alpha_interval(np.ones((5, 2)), "ordinal", seed=1) is None


@given(ratings())
def test_an_interval_never_breaks(table):
    found = alpha_interval(table, "ordinal", seed=1, draws=50)
    assert found is None or found.low <= found.high <= 1 + 1e-9


def test_the_range_without_each_rater():
    table = np.array([[1, 1, 3], [2, 2, 1], [3, 3, 2], [1, 1, 2]], float)
    found = leave_one_rater_out(lambda t: alpha(t, "nominal"), table)
    assert found.high == pytest.approx(1)
    assert found.low < 0.2
    assert leave_one_rater_out(lambda t: None, table) is None


def test_chance_is_what_shuffled_labels_give():
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 4, 200).tolist()
    raters = (["ada"] * 100) + (["bo"] * 100)
    blind = chance(truth, rng.integers(0, 4, 200).tolist(), raters, seed=1)
    assert blind.by_chance == pytest.approx(0.25, abs=0.03)
    assert blind.p > 0.01
    seeing = chance(truth, truth, raters, seed=1)
    assert (seeing.observed, seeing.p) == (1, pytest.approx(1 / 2001))
    # One who always says the same is right as often as that is true, and never more than by chance.
    stubborn = chance(truth, [0] * 200, raters, seed=1)
    assert stubborn.observed == pytest.approx(stubborn.by_chance)
    assert stubborn.p == 1
    assert chance([], [], [], seed=1) is None


def test_p_values_under_the_null_are_spread_evenly():
    rng = np.random.default_rng(3)
    found = [
        chance(rng.integers(0, 4, 40).tolist(), rng.integers(0, 4, 40).tolist(), [0] * 40,
               seed=n, draws=200).p
        for n in range(200)
    ]  # fmt: skip
    assert np.mean(np.array(found) <= 0.05) < 0.1


def test_holm_is_stepwise():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_never_lowers_and_keeps_the_order(p_values):
    adjusted = holm(p_values)
    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=lambda n: p_values[n])
    assert [adjusted[n] for n in order] == sorted(adjusted)


@pytest.mark.parametrize(("alternatives", "share"), [(2, 0.7602), (3, 0.6337), (5, 0.4937)])
def test_shares_at_a_sensitivity_of_one(alternatives, share):
    assert round(share_correct(1, alternatives), 4) == share
    assert sensitivity(share_correct(1, alternatives), alternatives) == pytest.approx(1, abs=1e-6)
    assert sensitivity(1 / alternatives, alternatives) == pytest.approx(0, abs=1e-6)
    assert sensitivity(0, alternatives) is None
    assert sensitivity(1, alternatives) is None


def test_strengths_are_found_again():
    strengths = np.array([0.8, 0.1, -0.9])
    odds = np.exp(strengths)
    expected = 1000 * odds[:, None] / (odds[:, None] + odds[None, :])
    assert bradley_terry(expected) == pytest.approx(strengths, abs=1e-6)


def test_strengths_without_end_are_undefined():
    assert bradley_terry(np.array([[0, 3, 2], [0, 0, 4], [0, 0, 0]], float)) is None  # never lost
    assert bradley_terry(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], float)) is None  # not paired


def test_a_tie_is_half_a_win():
    assert win_rate(3, 1, 4) == 0.625
    assert win_rate(0, 0) is None
    tied = np.array([[0, 2, 2], [2, 0, 2], [2, 2, 0]], float)
    assert bradley_terry(tied) == pytest.approx([0, 0, 0])
