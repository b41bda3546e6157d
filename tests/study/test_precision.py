"""What a design will reach: the four that are known, and what must hold of any."""

from __future__ import annotations

import pytest

from debate.study.drawing.precision import foresee


@pytest.mark.parametrize(
    ("items", "raters", "half_width"), [(8, 2, 0.27), (16, 3, 0.18), (24, 5, 0.13), (40, 10, 0.09)]
)
def test_the_designs_that_are_known(items, raters, half_width):
    found = foresee(items, raters)
    assert found.half_width == pytest.approx(half_width, abs=0.015)
    assert (found.items, found.raters, found.draws) == (items, raters, 20_000)


def test_items_tell_more_than_raters():
    few = foresee(16, 3, draws=4000).half_width
    assert foresee(32, 3, draws=4000).half_width < foresee(16, 6, draws=4000).half_width < few


def test_without_likeness_every_judgement_counts():
    assert foresee(20, 5, likeness=0).half_width == pytest.approx(
        foresee(100, 1, likeness=0).half_width, abs=0.006
    )


def test_the_same_seed_gives_the_same():
    assert foresee(12, 3, seed=4, draws=500) == foresee(12, 3, seed=4, draws=500)


@pytest.mark.parametrize(
    "wrong", [{"items": 0}, {"raters": 0}, {"accuracy": 1.0}, {"likeness": 1.0}]
)
def test_what_is_no_study(wrong):
    with pytest.raises(ValueError, match=r"no study|impossible"):
        foresee(**({"items": 8, "raters": 2} | wrong))
