"""`yalta export` as a user meets it."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from full_disk import full_at
from worlds import Play, manifest, scenario

from debate.cli import yalta
from debate.errors import CannotWrite, UnknownName, UserError
from debate.transcript import Transcript

PLAN = scenario(["ada", "bo"], [{"kind": "opening"}, {"kind": "plenary"}])
NOTICE = "Simulated; every line is written by a language model."


def write(path, **more):
    path.parent.mkdir(parents=True, exist_ok=True)
    with Transcript.create(path) as transcript:
        for event in Play(manifest(PLAN, **more)).run().events:
            transcript.append(event)
    return path


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Two conferences of a batch."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "runs"
    write(folder / "a.jsonl", seed=1)
    write(folder / "b.jsonl", seed=2)
    line = {"transcript": "b.jsonl", "factors": {"arm": "plain"}}
    (folder / "index.jsonl").write_text(json.dumps(line))
    return folder


def run(*words):
    return CliRunner().invoke(yalta, ["export", *map(str, words)])


def told(*words):
    done = run(*words)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_chat_is_a_line_a_turn_or_a_line_a_seat(runs):
    turns = [json.loads(line) for line in told(runs, "--chat").splitlines()]
    assert len(turns) == 8
    assert {t["metadata"]["simulated"] for t in turns} == {NOTICE}
    assert [t["metadata"]["arm"] for t in turns] == [None] * 4 + ["plain"] * 4
    whole = told(runs, "--chat", "--each", "conference", "--seat", "bo").splitlines()
    assert [json.loads(line)["metadata"]["transcript"] for line in whole] == ["a", "b"]


def test_a_table_has_one_head_for_all(runs):
    rows = list(csv.DictReader(io.StringIO(told(runs, "--csv"))))
    assert [(row["transcript"], row["seed"]) for row in rows] == [("a", "1")] * 4 + [("b", "2")] * 4
    assert {row["simulated"] for row in rows} == {NOTICE}
    assert {row["seat"] for row in csv.DictReader(io.StringIO(told(runs, "--csv", "--seat", "bo")))
            } == {"bo"}  # fmt: skip


@pytest.mark.parametrize(("form", "first"), [("--text", NOTICE), ("--markdown", f"*{NOTICE}*")])
def test_what_is_read_begins_with_the_notice(runs, form, first):
    out = told(runs / "a.jsonl", form)
    assert out.split("\n")[0] == first
    assert told(runs, form).count(NOTICE) == 2


@pytest.mark.parametrize("form", ["--chat", "--csv", "--text", "--markdown"])
def test_a_transcript_that_calls_itself_real_is_called_simulated(runs, form):
    opened = manifest(PLAN).model_copy(update={"notice": "What they said."})
    with Transcript.create(runs / "real.jsonl") as transcript:
        for event in Play(opened).run().events:
            transcript.append(event)
    out = told(runs / "real.jsonl", form)
    assert out.count("Simulated. What they said.") == (4 if form in ("--chat", "--csv") else 1)


def test_a_file_is_never_written_over_unasked(runs):
    done = run(runs, "--csv", "-o", "out.csv")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "written: out.csv" in done.stderr
    assert len(Path("out.csv").read_text().splitlines()) == 9
    Path("out.csv").write_text("mine")
    refused = run(runs, "--csv", "-o", "out.csv")
    assert isinstance(refused.exception, UserError)
    assert Path("out.csv").read_text() == "mine"
    told(runs, "--csv", "-o", "out.csv", "--force")
    assert Path("out.csv").read_text() != "mine"
    assert [path.name for path in Path().iterdir() if path.name.startswith(".out")] == []


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("--chat", ["a.chat.ndjson", "b.chat.ndjson"]),
        ("--csv", ["a.csv", "b.csv"]),
        ("--text", ["a.txt", "b.txt"]),
        ("--markdown", ["a.md", "b.md"]),
    ],
)
def test_into_a_folder_each_goes_by_itself(runs, form, names):
    told(runs, form, "-o", "new/out")
    assert sorted(path.name for path in Path("new/out").iterdir()) == names
    assert isinstance(run(runs, form, "-o", "new/out").exception, UserError)
    if form == "--csv":
        assert Path("new/out/b.csv").read_text().startswith("simulated,")


def test_transcripts_of_one_name_do_not_write_over_one_another(runs):
    write(runs / "in" / "a.jsonl")
    told(runs, "--text", "-o", "out")
    assert sorted(p.name for p in Path("out").iterdir()) == ["b.txt", "in_a.txt", "runs_a.txt"]


def test_a_transcript_is_never_written_over_even_if_asked(runs):
    before = (runs / "a.jsonl").read_bytes()
    refused = run(runs, "--chat", "-o", runs / "a.jsonl", "--force")
    assert "is one of the transcripts" in str(refused.exception)
    (runs / "link.md").symlink_to(runs / "a.jsonl")
    assert isinstance(run(runs, "--text", "-o", runs / "link.md", "--force").exception, UserError)
    assert (runs / "a.jsonl").read_bytes() == before


def test_a_broken_transcript_is_left_out_whole(runs):
    lines = (runs / "a.jsonl").read_bytes().splitlines(keepends=True)
    (runs / "a.jsonl").write_bytes(b"".join(lines[:6]) + b'{"type":"no"}\n')
    done = run(runs, "--csv", "-o", "out.csv")
    assert done.exit_code == 1
    assert "left out: " in done.stderr
    assert "a.jsonl:7: not an event" in done.stderr
    assert len(Path("out.csv").read_text().splitlines()) == 5
    alone = run(runs / "a.jsonl", "--csv", "-o", "alone.csv")
    assert (alone.exit_code, Path("alone.csv").exists()) == (1, False)


def test_one_whose_prompts_break_half_way_is_left_out_whole(runs):
    opened = manifest(PLAN)
    late = "{% if phase.kind == 'plenary' %}{{ nothing }}{% endif %}"
    broken = {**opened.templates, "brief.j2": late}
    with Transcript.create(runs / "c.jsonl") as transcript:
        play = Play(opened.model_copy(update={"templates": broken})).run()
        for event in play.events:
            transcript.append(event)
    done = run(runs, "--chat")
    assert done.exit_code == 1
    assert "the prompt of turn 3 cannot be rendered again" in done.stderr
    assert len(done.stdout.splitlines()) == 8


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        ([], UserError, "say as what"),
        (["--chat", "--csv"], UserError, "--chat and --csv are two forms"),
        (["--csv", "--each", "turn"], UserError, "--each is of --chat alone"),
        (["--text", "--seat", "ada"], UserError, "--seat is of --chat and --csv alone"),
        (["--chat", "--seat", "adda"], UnknownName, "did you mean 'ada'"),
        (["--chat", "-o", "x.jsonl", "--seat", "zed"], UnknownName, "no seat named 'zed'"),
        (["nowhere", "--chat"], UserError, "no transcript at nowhere"),
        (["--csv", "-o", "runs/a.jsonl/x.csv"], CannotWrite, "cannot write"),
    ],
)
def test_what_cannot_be_had_is_told_and_nothing_is_written(runs, words, kind, message):
    before = sorted(map(str, Path().rglob("*")))
    error = run(runs, *words).exception
    assert isinstance(error, kind)
    assert message in str(error)
    assert sorted(map(str, Path().rglob("*"))) == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of a file")
@pytest.mark.parametrize("out", ["x.csv", "pages/"])
def test_a_full_disk_is_told_and_nothing_is_left_of_the_file(runs, out):
    with full_at(100):
        error = run(runs, "--csv", "-o", out).exception
    assert isinstance(error, CannotWrite)
    assert out.rstrip("/") in str(error)
    assert not [path for path in Path().rglob("*.csv*") if path.is_file()]


def test_a_page_is_of_one_transcript(runs, tmp_path):
    assert told(runs / "a.jsonl", "--html").startswith("<!DOCTYPE html>")
    for out in ((), ("-o", tmp_path / "both.html")):
        assert isinstance(run(runs, "--html", *out).exception, UserError)
    assert run(runs, "--html", "-o", tmp_path / "pages/").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["a.html", "b.html"]
