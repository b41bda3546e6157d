"""Agreement: known values, what must hold of any table, and other programs' answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ratings import FOUR, TWO, TWO_RATERS, ratings

from debate.study.statistics import (
    alpha,
    cohen,
    gwet,
    icc,
    percent_agreement,
    scott,
    specific_agreement,
)

METRICS = ("nominal", "ordinal", "interval")


@pytest.mark.parametrize(
    ("metric", "value"), [("nominal", 0.69136), ("ordinal", 0.80672), ("interval", 0.81084)]
)
def test_krippendorffs_example(metric, value):
    assert round(alpha(FOUR, metric), 5) == value


def test_two_raters_by_four_coefficients():
    assert round(cohen(TWO), 7) == 0.7964094
    assert round(scott(TWO), 7) == 0.7962397
    assert round(gwet(TWO_RATERS, [0, 1, 2]), 7) == 0.8493305
    assert round(alpha(TWO_RATERS, "nominal"), 7) == 0.7972585


def test_mcgraw_and_wongs_kinds_on_shrout_and_fleiss_ratings():
    table = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
    )
    assert round(icc(table, "agreement"), 2) == 0.29
    assert round(icc(table, "consistency"), 2) == 0.71
    left_out = np.vstack([table, [math.nan, 1, 2, 3]])
    assert icc(left_out, "agreement") == icc(table, "agreement")


def test_specific_agreement_is_that_of_two_raters():
    table = np.array([[1, 1]] * 4 + [[1, 0]] * 3 + [[0, 0]] * 13, float)
    assert specific_agreement(table, 1) == pytest.approx(2 * 4 / (2 * 4 + 3))
    assert specific_agreement(table, 0) == pytest.approx(2 * 13 / (2 * 13 + 3))
    assert specific_agreement(table, 7) is None


@given(ratings())
def test_full_agreement_is_one(table):
    same = np.where(np.isnan(table), np.nan, table[:, [np.argmax(~np.isnan(table).all(axis=0))]])
    same = np.repeat(same[:, :1], table.shape[1], axis=1)
    same = same[~np.isnan(same[:, 0])]
    if len(np.unique(same)) < 2:
        return
    for metric in METRICS:
        assert alpha(same, metric) == pytest.approx(1)
    assert gwet(same, range(1, 6)) == pytest.approx(1)
    assert gwet(same, range(1, 6), "quadratic") == pytest.approx(1)
    assert percent_agreement(same) == pytest.approx(1)
    assert icc(same, "agreement") == pytest.approx(1)


@given(ratings(), st.randoms(use_true_random=False))
def test_it_is_the_same_whoever_is_called_what_and_in_whatever_order(table, random):
    raters, items = list(range(table.shape[1])), list(range(len(table)))
    random.shuffle(raters)
    random.shuffle(items)
    other = table[items][:, raters]
    for figure in (
        *(lambda t, m=m: alpha(t, m) for m in METRICS),
        *(lambda t, w=w: gwet(t, range(1, 6), w) for w in ("nominal", "quadratic")),
        percent_agreement,
        lambda t: specific_agreement(t, 3),
        lambda t: icc(t, "agreement"),
    ):
        assert figure(other) == pytest.approx(figure(table), nan_ok=False) or (
            figure(other) is figure(table) is None
        )


@given(ratings())
def test_what_is_undefined_is_none_and_the_rest_at_most_one(table):
    one = np.where(np.isnan(table), np.nan, 3.0)
    assert all(alpha(one, metric) is None for metric in METRICS)
    assert gwet(one, range(1, 6)) is None
    alone = np.where(np.arange(table.shape[1]) == 0, table, np.nan)
    assert alpha(alone, "ordinal") is None
    assert percent_agreement(alone) is None
    for metric in METRICS:
        found = alpha(table, metric)
        assert found is None or found <= 1 + 1e-12


def test_ac2_depends_on_the_scale_and_not_on_what_was_used():
    table = np.array([[1, 2], [2, 2], [1, 1]], float)
    assert gwet(table, [1, 2, 3, 4, 5], "quadratic") > gwet(table, [1, 2], "quadratic")
    with pytest.raises(ValueError, match="none of the categories"):
        gwet(table, [1, 3])


# Other programs, where they are installed.


@pytest.mark.parametrize("metric", METRICS)
def test_alpha_is_that_of_krippendorff(metric):
    krippendorff = pytest.importorskip("krippendorff")

    @settings(max_examples=200, deadline=None)
    @given(ratings())
    def same(table):
        found = alpha(table, metric)
        if found is not None:
            theirs = krippendorff.alpha(reliability_data=table.T, level_of_measurement=metric)
            assert found == pytest.approx(theirs, abs=1e-9)

    same()


@pytest.mark.parametrize("weights", ["nominal", "quadratic"])
def test_gwets_coefficients_are_those_of_irrcac(weights):
    raw = pytest.importorskip("irrCAC.raw")
    import pandas

    rng = np.random.default_rng(5)
    for _ in range(200):
        table = rng.integers(1, 6, (12, 4)).astype(float)
        table[rng.random(table.shape) < 0.2] = np.nan
        table = table[~np.isnan(table).all(axis=1)]
        kind = "identity" if weights == "nominal" else "quadratic"
        cac = raw.CAC(pandas.DataFrame(table), weights=kind, categories=[1, 2, 3, 4, 5], digits=9)
        theirs = cac.gwet()["est"]["coefficient_value"]
        assert gwet(table, range(1, 6), weights) == pytest.approx(theirs, abs=1e-6)


def test_icc_is_that_of_pingouin():
    pingouin = pytest.importorskip("pingouin")
    import pandas

    rng = np.random.default_rng(6)
    for _ in range(50):
        table = rng.integers(1, 6, (10, 4)).astype(float)
        rows = [(i, r, table[i, r]) for i in range(10) for r in range(4)]
        data = pandas.DataFrame(rows, columns=["item", "rater", "said"])
        theirs = pingouin.intraclass_corr(data, targets="item", raters="rater", ratings="said")
        values = list(theirs["ICC"])
        assert icc(table, "agreement") == pytest.approx(values[1], abs=1e-6)
        assert icc(table, "consistency") == pytest.approx(values[2], abs=1e-6)
