"""What stands in a cell is never run by a spreadsheet."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debate.spreadsheet import FORMULA, cell


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "yes"),
        (False, ""),
        (-3, "-3"),
        (Decimal("0.0000001"), "0.0000001"),
        (1.5, "1.5"),
        ("Plain, 山没有顶", "Plain, 山没有顶"),
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("\u00a0@SUM(A1)", "'\u00a0@SUM(A1)"),
        ("＝cmd()", "'＝cmd()"),
        ("\rx", "'\nx"),
        ("\x1b-1", "'-1"),
        ("", ""),
        ("  ", "  "),
    ],
)
def test_a_cell(value, shown):
    assert cell(value) == shown


@given(st.text(max_size=12))
def test_no_text_begins_a_formula_and_it_comes_back_as_it_was_shown(text):
    out = io.StringIO()
    csv.writer(out).writerow([cell(text), "x"])
    out.seek(0)
    [[read, _]] = csv.reader(out)
    assert not read.lstrip(" \u00a0\u3000").startswith(tuple(FORMULA)) or not read.strip()
