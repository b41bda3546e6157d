"""Plots in plain characters: within eighty columns, whatever the labels and values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from debate.cli.plots import WIDTH, Bar, Spread, Stack, bars, spreads, stacks
from debate.cli.wrapping import cells
from debate.text import one_line

LABELS = st.text(max_size=60).map(one_line)
TOLD = st.text("0123456789.% ", max_size=20)
VALUES = st.floats(0, 1e6)


def test_bars_end_where_their_values_do():
    title, *drawn = bars("Turns", [Bar("ada", 4, "4"), Bar("bo", 2, "2"), Bar("cem", 0.001, "0"),
                                   Bar("dai", 0, "0"), Bar("eve", None, "not told")])  # fmt: skip
    assert title == "Turns"
    assert [line.count("#") for line in drawn] == [63, 32, 0, 0, 0]
    assert [line.count(".") for line in drawn] == [0, 0, 1, 0, 0], "a little is not nothing"
    assert drawn[0].startswith("ada    ####")
    assert drawn[-1].endswith("not told")
    assert bars("Turns", [], most=1.0) == ["Turns"]


def test_parts_of_a_whole_fill_their_line():
    _, line = stacks("Asked", [Stack("ada", (0.25, 0.5, 0.25), "25%")], "<=>")
    drawn = line.split()[1]
    assert drawn == "<" * 17 + "=" * 34 + ">" * 17 or len(drawn) in (67, 68, 69)
    assert drawn.count("=") == len(drawn) - drawn.count("<") - drawn.count(">")


def test_a_spread_shows_its_median_between_its_ends_and_what_was_asked():
    row = Spread("ada", (0, 25, 50, 75, 100), "50", (20, 40))
    _, line, band, axis, ends = spreads("Words", [row], band="asked")
    assert line.index("|") < line.index("=") < line.index("O") < line.rindex("=") < line.rindex("|")
    assert line.index("|") < band.index("[") < band.index("]") < line.index("O")
    assert band.startswith("asked")
    assert band.endswith("20-40")
    assert axis.strip().strip("+-") == ""
    assert ends.split() == ["0", "100"]
    other = Spread("bo", (1, 1, 1, 1, 1), "1", (1, 2))
    assert len(spreads("Words", [row, other], band="asked")) == 7, "each has its own"
    assert len(spreads("Words", [row, row], band="asked")) == 6, "one for both"


@given(st.lists(st.tuples(LABELS, st.none() | VALUES, TOLD), max_size=5))
def test_bars_stay_within_eighty_columns(rows):
    lines = bars("Title", [Bar(*row) for row in rows])
    assert all(cells(line) <= WIDTH for line in lines)


@given(st.lists(st.tuples(LABELS, st.lists(st.integers(0, 9), min_size=3, max_size=3), TOLD)))
def test_stacks_stay_within_eighty_columns(rows):
    given_ = [
        Stack(label, tuple(n / sum(parts) for n in parts), told)
        for label, parts, told in rows
        if sum(parts)
    ]
    assert all(cells(line) <= WIDTH for line in stacks("Title", given_, "<=>"))


@given(
    st.lists(
        st.tuples(
            LABELS,
            st.lists(VALUES, min_size=5, max_size=5),
            TOLD,
            st.none() | st.lists(st.integers(0, 400), min_size=2, max_size=2),
        )
    )
)
def test_spreads_stay_within_eighty_columns(rows):
    given_ = [
        Spread(label, tuple(sorted(marks)), told, band and tuple(sorted(band)))
        for label, marks, told, band in rows
    ]
    lines = spreads("Title", given_, band="asked")
    assert all(cells(line) <= WIDTH for line in lines)
    assert sum("O" in line for line in lines) >= len(given_)
