"""Plots in plain characters: within eighty columns, whatever the labels and values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from debate.cli.plots import WIDTH, Bar, Spread, Stack, bars, spreads, stacks
from debate.columns import cells, told_apart
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


NAMES = st.text("ab漢@/ ", max_size=40).map(one_line)


@given(st.lists(NAMES, max_size=6), st.integers(8, 30))
def test_names_that_are_cut_are_still_told_apart(names, room):
    shown = told_apart(names, room)
    assert all(cells(name) <= room for name in shown)
    assert len(set(shown)) == len(set(names))


def test_a_name_that_is_cut_keeps_what_tells_it_from_others():
    server = "openai-compatible@http://127.0.0.1:8000/v1"
    names = [f"{server}#quiet-one", f"{server}#quiet-two", "local"]
    one, two, local = told_apart(names, 28)
    assert (one[-9:], two[-9:], local) == ("quiet-one", "quiet-two", "local")
    apart = told_apart([f"{'x' * 40}{mark}{'y' * 40}" for mark in "ab"], 28)
    assert ["a" in apart[0], "b" in apart[1]] == [True, True]
    drawn = bars("Turns", [Bar(f"arm {name}", 1, "1") for name in names])
    assert len({row.rpartition("  #")[0] for row in drawn}) == len(drawn)
