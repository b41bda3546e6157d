"""A table of turns: one a row, tidy, and inert."""

from __future__ import annotations

import csv
import io

from exported import held, saved
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import PHASES, SEATS, Play, closed, manifest, scenario

from debate.export.csv import COLUMNS, header, turn_rows
from debate.spreadsheet import FORMULA

PLAN = scenario(["ada", "bo"], [{"kind": "plenary", "words": {"from": 2, "to": 3}}])


def rows(source, seats=()):
    return list(csv.DictReader(io.StringIO(header() + "".join(turn_rows(source, seats)))))


@settings(max_examples=20, deadline=None)
@given(SEATS, PHASES, st.integers(0, 2**16))
def test_a_row_for_each_turn_in_the_record(tmp_path_factory, seats, phases, seed):
    play = held(seats, phases, seed)
    source = saved(tmp_path_factory.mktemp("t") / "t.jsonl", play.events)
    told = {int(row["turn"]): row for row in rows(source)}
    assert told.keys() == {turn.number for turn in play.state.record}
    for turn in play.state.record:
        row = told[turn.number]
        assert (row["seat"], row["room"], row["text"]) == (
            *(turn.seat, turn.room or "", f"<{turn.number}>"),
        )
        assert row["phase"] == source.opened.scenario.phases[turn.phase].id
        assert row["simulated"] == source.opened.notice
        assert row["head"] == source.head
    assert len(told) == len(rows(source))


@given(st.text(max_size=30))
def test_no_cell_is_run_and_every_row_is_whole(tmp_path_factory, text):
    play = Play(manifest(PLAN), lambda step, number: closed(number, step.seat, text)).run()
    path = tmp_path_factory.mktemp("t") / "t.jsonl"
    source = saved(path, play.events, name=f"={text}".encode(errors="ignore").decode())
    found = list(csv.reader(io.StringIO(header() + "".join(turn_rows(source)))))
    assert {len(row) for row in found} == {len(COLUMNS)}
    for row in found[1:]:
        for cell in row:
            assert not cell.strip() or cell.lstrip(" \u00a0\u3000")[0] not in FORMULA


def test_a_row_tells_words_beside_what_was_asked(tmp_path):
    play = Play(manifest(PLAN), lambda step, number: "One two three four.").run()
    source = saved(tmp_path / "t.jsonl", play.events)
    first, _ = rows(source)
    assert (first["words"], first["words_from"], first["words_to"]) == ("4", "2", "3")
    assert (first["seconds"], first["input"], first["model"]) == ("1.0", "", "test")
    assert (first["layout"], first["kind"], first["phase_number"]) == ("shared", "plenary", "1")
    assert [row["seat"] for row in rows(source, ["bo"])] == ["bo"]
