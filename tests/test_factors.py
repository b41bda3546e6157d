"""What a batch's index says of its transcripts is read whatever else stands in it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from yaml import safe_load

from debate.batch.cells import cells
from debate.batch.index import Index, Outcome
from debate.batch.known import Batches
from debate.batch.plan import Plan
from debate.factors import INDEX, NONE, read_index


def line(transcript, **factors):
    return json.dumps({"transcript": transcript, "factors": factors})


def test_the_last_line_of_a_transcript_counts(tmp_path):
    path = tmp_path / INDEX
    lines = [line("a.jsonl", arm="old", seed=1), line("b.jsonl", arm="b"), line("a.jsonl", arm="a")]
    path.write_text("\n".join(lines))
    assert read_index(path) == {"a.jsonl": {"arm": "a"}, "b.jsonl": {"arm": "b"}}


def test_what_is_no_line_of_an_index_is_passed_over(tmp_path):
    path = tmp_path / INDEX
    strange = [
        *("", "[]", "3", '"x"', "{", "[" * 5000, '{"transcript": 3, "factors": {}}'),
        *('{"transcript": ""}', '{"factors": {"arm": "x"}}', '{"transcript": "n.jsonl"}'),
        json.dumps({"transcript": "x" * 2_000_000}),
        line("./a.jsonl", arm="kimi", seed=3, hot=True, cold=None, of=["x"], none=""),
    ]
    path.write_bytes("\n".join(strange).encode() + b'\n\xff\xfe{"tran')
    assert read_index(path) == {
        "n.jsonl": {},
        "a.jsonl": {"arm": "kimi", "seed": "3", "hot": "yes"},
    }


@given(st.binary(max_size=200))
def test_no_bytes_can_break_it(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("b") / INDEX
    path.write_bytes(content)
    read_index(path)


def test_an_index_stands_beside_its_transcripts_or_above_them(tmp_path):
    inner = tmp_path / "kimi"
    inner.mkdir()
    lines = [line("kimi/a.jsonl", arm="by path"), line("b.jsonl", arm="by name")]
    (tmp_path / INDEX).write_text("\n".join(lines))
    indexes = Batches()
    assert indexes.factors(inner / "a.jsonl") == {"arm": "by path"}
    assert indexes.factors(inner / "b.jsonl") == {"arm": "by name"}
    assert indexes.factors(tmp_path / "b.jsonl") == {"arm": "by name"}
    assert indexes.factors(inner / "c.jsonl") == NONE
    (tmp_path / "b.jsonl").touch()
    assert indexes.factors(inner / "b.jsonl") == NONE, "it is the other one's"


def test_the_index_that_a_batch_writes_is_one(tmp_path):
    index = Index(tmp_path / INDEX)
    told = {"arm": "kimi", "seed": "3"}
    for name in ("a.jsonl", None):
        index.append(Outcome(cell="a", transcript=name, factors=told, end="complete"))
    assert read_index(index.path) == {"a.jsonl": {"cell": "a", "end": "complete", **told}}


def test_no_index_says_nothing(tmp_path):
    assert Batches().factors(tmp_path / "a.jsonl") == NONE


PLAN = """\
schema: yalta/plan/1
id: small
scenario: not-here.yaml
arms: [full, no-persona]
factors: {model: [a, b], seed: 1}
"""


def test_of_a_conference_that_has_not_ended_the_plan_tells_which_cell_it_is(tmp_path):
    (tmp_path / "plan.yaml").write_text(PLAN)
    names = {f"{cell.id}.jsonl": cell for cell in cells(Plan.model_validate(safe_load(PLAN)), ())}
    ended, begun, *_ = names
    (tmp_path / INDEX).write_text(line(ended, arm="from the index"))
    (tmp_path / begun).touch()
    assert Batches().factors(tmp_path / begun) == NONE, "it is no batch's folder"
    (tmp_path / "batch.json").write_text("{}")
    batches = Batches()
    assert batches.factors(tmp_path / ended) == {"arm": "from the index"}
    of = names[begun]
    assert batches.factors(tmp_path / begun) == {"cell": of.id, "end": "begun", **of.factors}
    assert batches.factors(tmp_path / "other.jsonl") == NONE
    [standing] = batches.standing([tmp_path / begun, tmp_path / ended])
    assert (standing.id, standing.planned, standing.waiting) == ("small", 4, 2)
    assert standing.missing == 1, "the index says that it ended"
    (tmp_path / "plan.yaml").write_text("schema: yalta/plan/9")
    assert Batches().factors(tmp_path / begun) == NONE
