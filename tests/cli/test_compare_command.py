"""`yalta compare`, in a pipe and on terminals of several widths."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from click.testing import CliRunner
from people import go_on, hold
from terminals import on_terminal

from debate.cli import yalta
from debate.columns import cells
from debate.fork import Changes, fork
from debate.state import fold
from debate.transcript import read


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A conference, and a fork of it that went on otherwise."""
    folder = tmp_path_factory.mktemp("pair")
    one = asyncio.run(hold(folder / "one.jsonl"))
    note = Changes(notes=((None, "山没有顶, so be brief."),))
    at = next(n for n, e in enumerate(read(one)) if e.type == "turn.closed" and e.turn == 6)
    other = fork(one, at=at, changes=note, out=folder / "other.jsonl", seed=9)
    asyncio.run(go_on(other, seed=3))
    return one, other


def piped(*words):
    done = CliRunner().invoke(yalta, ["compare", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.output


def test_in_a_pipe_one_future_stands_under_the_other(pair):
    out = piped(*pair)
    head, one, other = re.split(r"\n══ .* ══\n", out)
    assert head.startswith("one.jsonl and other.jsonl: the same for 6 turns; apart from turn 7")
    for part, path in ((one, pair[0]), (other, pair[1])):
        for turn in fold(read(path)).record:
            assert (f"\n{turn.text}\n" in part) == (turn.number > 6)
    assert other.startswith("\nNote from the chair to all: 山没有顶, so be brief.\n")
    assert "Motion M1, tabled by " in one
    assert "carried, " in other


@pytest.mark.parametrize("columns", [80, 101, 300])
def test_on_a_wide_terminal_they_stand_side_by_side(pair, columns):
    lines = on_terminal(columns, "compare", *pair).splitlines()[1:]
    assert all(cells(line) <= columns for line in lines)
    width = min((columns - 3) // 2, 96)
    left = [line[: line.find("│")] for line in lines]
    assert all("│" in line for line in lines)
    assert all(cells(part) == width + 1 for part in left)
    assert lines[0].split() == ["one.jsonl", "│", "other.jsonl"]
    # A phase of one begins beside the same of the other.
    headings = [line.split("│") for line in lines if "── " in line]
    assert len(headings) > 8
    assert all(a.strip() == b.strip() for a, b in headings)
    right = " ".join(" ".join(line.partition("│")[2] for line in lines).split())
    assert "Note from the chair to all: 山没有顶, so be brief." in right


def test_on_a_narrow_one_they_do_not(pair):
    lines = on_terminal(60, "compare", *pair).splitlines()
    assert all(cells(line) <= 60 for line in lines[1:])
    assert "══ other.jsonl ══" in lines


def test_as_json_each_passage_is_whole(pair):
    found = json.loads(piped(*pair, "--json"))
    assert (found["turns"], found["same"]) == (6, False)
    one, other = found["futures"]
    assert (one["turn"], other["turn"]) == (7, 7)
    told = [(p["turn"], p["seat"], p["text"]) for p in one["passages"] if p["kind"] == "turn"]
    assert told == [(t.number, t.seat, t.text) for t in fold(read(pair[0])).record[6:]]
    assert {"motion.tabled", "motion.decided"} <= {p["kind"] for p in other["passages"]}


def test_one_that_is_the_same_has_no_future_of_its_own(pair):
    out = piped(pair[0], pair[0])
    turns = len(fold(read(pair[0])).record)
    assert out == f"one.jsonl and one.jsonl: the same throughout: {turns} turns.\n"
