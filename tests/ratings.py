"""Tables of ratings: those that others have published, and any."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

_CODERS = (
    "* * * * * 3 4 1 2 1 1 3 3 * 3",
    "1 * 2 1 3 3 4 3 * * * * * * *",
    "* * 2 1 3 4 4 * 2 1 1 3 3 * 4",
)
#: Krippendorff's three coders and fifteen units.
FOUR = np.array(
    [[math.nan if mark == "*" else float(mark) for mark in coder.split()] for coder in _CODERS]
).T

#: How two raters put a hundred items into three categories.
TWO = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
TWO_RATERS = np.array(
    [[i, j] for i in range(3) for j in range(3) for _ in range(TWO[i, j])], dtype=float
)


@st.composite
def ratings(draw, items=(1, 12), raters=(2, 5)):
    """Of one to five, with gaps."""
    shape = (draw(st.integers(*items)), draw(st.integers(*raters)))
    mark = st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, math.nan])
    size = shape[0] * shape[1]
    return np.array(draw(st.lists(mark, min_size=size, max_size=size))).reshape(shape)
