"""Ratings as tidy CSV and JSON lines, and back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rated_elsewhere import TEXTS, coded, opaque, rated, style

from debate.errors import UserError
from debate.study.formats import lines, tidy
from debate.study.formats.taking import Source, write_ratings
from debate.study.ratings import Identified, Rating, Scored, read_ratings

STYLE, CODED = style(), coded()


def read(text: str, bundle=STYLE, of=tidy):
    return of.read(bundle, [Source("r.csv", text)])


@given(
    st.one_of(st.tuples(st.just(b), rated(b)) for b in (STYLE, CODED)),
    st.sampled_from([tidy, lines]),
)
def test_what_is_written_is_read_back(case, of):
    bundle, ratings = case
    assert list(read(of.write(ratings), bundle, of).ratings.get("kai", ())) == ratings


@given(rated(STYLE), rated(STYLE, "lena"))
def test_raters_stand_in_one_table(kais, lenas):
    taken = read(tidy.write([*kais, *lenas]))
    assert taken.ratings == {r: tuple(e) for r, e in (("kai", kais), ("lena", lenas)) if e}


@given(TEXTS)
def test_no_cell_is_run_and_none_is_changed(text):
    cell = tidy.inert(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert tidy.restored(cell) == text


def rating(answer, n=1, **more) -> Rating:
    values = {
        "n": n,
        "at": "2026-03-01T12:00:00Z",
        "rater": "kai",
        "item": opaque(8),
        "seconds": 4.2,
    }
    return Rating(**values | more, answer=answer)


def test_a_judgement_is_a_row():
    scored = rating(Scored(points={"lexis": 4, "overall": None}), flags=("leak",), comment="=1+1")
    seen = rating(Identified(card=STYLE.items[0].cards[1], confidence=2), item=opaque(1))
    rows = list(csv.DictReader(io.StringIO(tidy.write([scored, seen]))))
    said = [(e["task"], e["dimension"], e["answer"]) for e in rows]
    assert said == [
        ("likert", "lexis", "4"),
        ("likert", "overall", "cannot-judge"),
        ("identification", "card", opaque(901)),
        ("identification", "confidence", "2"),
    ]
    assert {e["seconds"] for e in rows} == {"4.2"}
    assert [e["comment"] for e in rows] == ["'=1+1", "'=1+1", "", ""]
    assert [e["flags"] for e in rows] == ["leak", "leak", "", ""]


def test_a_table_from_elsewhere_needs_no_columns_of_coding():
    text = "rater,item,task,dimension,answer,seconds,flags,comment,at\r\n"
    text += f"kai,{opaque(4)},pairs,choice,a,3,,fine,2026-03-01T12:00:00+00:00\r\n"
    (given,) = read(text).ratings["kai"]
    assert (given.answer.choice, given.seconds, given.comment) == ("a", 3.0, "fine")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kai,", "zoe,", "r.csv:2: nobody called 'zoe' rates in this study; its raters: kai, lena"),
        (opaque(8), opaque(99), f"r.csv:2: there is no item '{opaque(99)}' in this study"),
        (",4,", ",6,", "r.csv:2: points.lexis: Input should be less than or equal to 5"),
        (",lexis,", ",speed,", f"r.csv:2: item {opaque(8)} does not ask for 'speed'"),
        ("likert", "pairs", "r.csv:2: choice: Field required"),
        ("likert", "dance", "r.csv:2: there is no task 'dance'"),
        (",4.2,", ",soon,", "r.csv:2: seconds: Input should be a valid number"),
        ("seconds,", "time,", "r.csv:1: the column 'seconds' is missing"),
        ("\nkai,", "\nkai,,", "r.csv:2: 16 cells under 15 columns"),
        ("leak", "leek", "r.csv:2: flags.0: Input should be 'leak' or 'catchphrase'"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(old, new, message):
    text = tidy.write([rating(Scored(points={"lexis": 4}), flags=("leak",))])
    with pytest.raises(UserError) as caught:
        read(text.replace(old, new))
    assert str(caught.value).startswith(message)


def test_nothing_is_rated_twice_and_rows_of_a_rating_agree():
    text = tidy.write([rating(Scored(points={"lexis": 4, "overall": 2}))])
    head, one, two = text.split("\r\n")[:3]
    with pytest.raises(UserError, match=r"r.csv:3: 'lexis' is answered twice"):
        read("\n".join([head, one, one]))
    with pytest.raises(UserError, match=r"r.csv:3: 'seconds' is another than in r.csv:2"):
        read("\n".join([head, one, two.replace("4.2", "4.3")]))
    line = lines.write([rating(Scored(points={"lexis": 4}))])
    with pytest.raises(UserError, match=r"kai rates item .* twice; first in r.csv:1"):
        read(line + line, of=lines)


@given(rated(STYLE))
def test_the_file_of_a_rater_is_one_that_the_program_reads(tmp_path_factory, ratings):
    folder = tmp_path_factory.mktemp("out") / "ratings"
    taken = read(tidy.write(ratings))
    for path in write_ratings(STYLE, taken, folder):
        assert list(read_ratings(path).standing) == ratings
        with pytest.raises(UserError, match="never overwritten"):
            write_ratings(STYLE, taken, folder)
