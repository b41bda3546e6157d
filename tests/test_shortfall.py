"""A conference that ends though its model cannot answer says what of it could not be had."""

from __future__ import annotations

import csv
import json

import pytest
from batches import write_plan
from chat_server import ChatServer, Reply
from click.testing import CliRunner

from debate.batch.index import Index
from debate.cli import yalta
from debate.shortfall import Shortfall
from debate.transcript import read

SCENARIO = """\
schema: yalta/scenario/1
id: small
title: Small
motion: Small things matter.
background: Delegates meet.
seats: [{persona: altman}, {persona: yang}, {persona: amodei}]
phases:
  - {id: talk, kind: plenary, title: Talk, instructions: Speak., floor: bidding}
"""


def rubbish(request):
    """Answers nothing in the form that is asked for, and never speaks as Yang."""
    said = request["messages"][-1]["content"]
    silent = "response_format" not in request and "You are Yang Zhilin" in said
    return Reply([] if silent else ["Nothing", " of the kind."])


def ran(*words, code=0):
    done = CliRunner().invoke(yalta, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SCENARIO)
    return path


def lines(text):
    return [line for line in text.splitlines() if "assumed" in line or "not had" in line]


def test_what_could_not_be_read_or_had_is_said_at_the_end(small):
    with ChatServer(rubbish) as server:
        told = ran("run", small, "-m", server.model, "--seed", 1, "-o", small.with_suffix(".jsonl"))
    short = Shortfall.of(read(small.with_suffix(".jsonl")))
    assert (short.turns, short.not_had, short.unheard) == (1, 2, 0)
    assert short.unread == short.asks > 3
    said = (
        f"{short.asks} of {short.asks} answers could not be read and were assumed;"
        " 2 of 3 turns not had"
    )
    assert lines(told.stderr) == [said]


def test_a_turn_that_was_had_in_the_end_lacks_nothing(small):
    once = []

    def first_empty(request):
        if "response_format" not in request and not once:
            once.append(1)
            return Reply([])
        bid = json.dumps({"bid": 3, "reason": "I would answer."})
        return Reply([bid] if "response_format" in request else ["Well."])

    with ChatServer(first_empty) as server:
        told = ran("run", small, "-m", server.model, "-o", small.with_suffix(".jsonl"))
    assert once
    assert not lines(told.stderr)
    assert not Shortfall.of(read(small.with_suffix(".jsonl"))).told


def test_where_nobody_answered_it_is_not_said_that_it_could_not_be_read(small):
    small.write_text(SCENARIO + "failures: {retries: 0, endpoint: skip}\n")

    def broken(request):
        if "response_format" in request:
            return Reply(status=400, body='{"error": {"message": "no"}}')
        return Reply(["Well."])

    def gone(request):
        said = request["messages"][-1]["content"]
        return Reply(["Well."]) if "One paragraph" in said else Reply(status=400, body="{}")

    for answer in (broken, gone):
        path = small.with_name(f"{answer.__name__}.jsonl")
        with ChatServer(answer) as server:
            told = ran("run", small, "-m", server.model, "-o", path)
        [said] = lines(told.stderr)
        why = "read" if answer is broken else "had"
        assert f"answers could not be {why} and were assumed" in said
        assert "not had" not in said


@pytest.fixture
def batch(tmp_path):
    """A batch of one conference that lacks nothing, and two in which a turn was not had."""
    with ChatServer(rubbish) as bad, ChatServer(Reply(["Well."])) as good:
        arms = (
            f'{{good: {{models: {{yang: "{good.model}", altman: "{good.model}"}}}}, '
            f'middling: {{models: {{altman: "{good.model}"}}}}, full: }}'
        )
        plan = write_plan(tmp_path, bad.model, arms=arms, seeds=1, chair=False)
        (tmp_path / "small.yaml").write_text(SCENARIO.replace(", floor: bidding", ""))
        said = ran("batch", "run", plan).output
    return tmp_path / "small", said


def test_a_batch_tells_in_how_many_and_the_worst_first(batch):
    folder, said = batch
    index = Index(folder / "index.jsonl").read()
    short = {cell.split(".")[0]: each.not_had for cell, each in index.items()}
    assert short == {"good": 0, "middling": 1, "full": 1}
    [line] = [line for line in said.splitlines() if " full." in line and "complete;" in line]
    assert "1 of 3 turns not had" in line
    for told in (said, ran("batch", "status", folder).output):
        assert "Not all could be had in 2 of 3, the worst first:" in told
    rows = {
        row["arm"]: row for row in csv.DictReader(ran("batch", "table", folder).output.splitlines())
    }
    assert {arm: row["not_had"] for arm, row in rows.items()} == {
        "good": "0",
        "middling": "1",
        "full": "1",
    }


def test_the_worst_are_told_and_how_many_more_there_are(batch):
    """By an index of many lines, as a batch writes them."""
    folder, _ = batch
    index = Index(folder / "index.jsonl")
    known = {cell.split(".")[0]: each for cell, each in index.read().items()}
    worse = known["full"].model_copy(update={"asks": 48, "assumed": 48, "not_had": 36})
    index.rewrite([known["good"], known["middling"], worse])
    said = ran("batch", "status", folder).output
    first, second = (
        line for line in said.splitlines() if line.startswith("  ") and "not had" in line
    )
    assert first.strip().startswith(f"{worse.cell}: 48 of 48 answers could not be had and were")
    assert second.strip().startswith(known["middling"].cell)


def test_an_index_of_an_earlier_version_is_read(batch):
    folder, _ = batch
    path = folder / "index.jsonl"
    old = [json.loads(line) for line in path.read_text().splitlines()]
    for line in old:
        assert line.pop("not_had") is not None
    path.write_text("".join(json.dumps(line) + "\n" for line in old))
    assert "Not all could be had" not in ran("batch", "status", folder).output
    [row, *_] = csv.DictReader(ran("batch", "table", folder).output.splitlines())
    assert row["not_had"] == ""
