"""`yalta library` as a user meets it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from worlds import Play, manifest, scenario

from debate.cli import yalta
from debate.events import NotePassed
from debate.fork import fork
from debate.transcript import Transcript

PLAN = scenario(["ada", "bo"], [{"kind": "plenary"}], title="分级开源 Conference")
SAID = {"ada": "We release the weights, 开源, in tiers.", "bo": "No."}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where runs are saved: one conference, its fork, and a file that is neither."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    path = tmp_path / "transcripts"
    with Transcript.create(path / "talk.jsonl") as transcript:
        for event in Play(manifest(PLAN), lambda step, _: SAID[step.seat]).run().events:
            transcript.append(event)
    fork(path / "talk.jsonl", turn=1, out=path / "other.jsonl")
    (path / "notes.jsonl").write_text("nothing of the kind\n")
    return path


def told(*words: str) -> str:
    done = CliRunner().invoke(yalta, ["library", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_transcripts_are_listed_with_how_they_stand(folder):
    head, *rows = told("list", "--sort", "path").splitlines()
    assert head.split() == ["transcript", "opened", "turns", "words", "standing", "title"]
    assert re.fullmatch(r"notes +- +0 +0  unreadable +\(line 1: .*\)", rows[0])
    assert re.fullmatch(
        r"other +\d{4}-\d\d-\d\d \d\d:\d\d +1 +8  cut short.*Conference "
        r"\(forked from talk\.jsonl after turn 1\)",
        rows[1],
    )
    assert re.fullmatch(r"talk .* 2 +9  complete .*分级开源 Conference", rows[2])
    assert len({row.index("分级") for row in rows[1:]}) == 1
    assert told("list", "--sort", "path", "--reverse").splitlines()[1:] == rows[::-1]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_a_forged_time_at_the_end_of_all_time_is_shown(folder, monkeypatch, zone):
    for at in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        lines = (folder / "talk.jsonl").read_bytes().splitlines(keepends=True)
        event = json.loads(lines[0]) | {"at": at}
        (folder / f"{at[:4]}.jsonl").write_text(json.dumps(event) + "\n")
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    rows = told("list", "--sort", "path").splitlines()
    monkeypatch.undo()
    time.tzset()
    assert rows[1].startswith("0001 ")
    assert rows[2].startswith("9999 ")


def test_the_list_is_data_too(folder):
    listed = {Path(entry["path"]).stem: entry for entry in json.loads(told("list", "--json"))}
    assert listed["talk"]["seats"] == ["Ada", "Bo"]
    assert listed["other"]["forked_from"] == "talk.jsonl"
    assert listed["notes"]["error"]


@pytest.mark.parametrize("words", [["开源"], ["开", "weights"], ["TIERS", "ada"], ["tiers ada"]])
def test_words_are_found_where_they_were_said(folder, words):
    lines = told("search", *words).splitlines()
    assert sorted(line for line in lines if "turn 1, Ada" in line) == [
        "other  turn 1, Ada",
        "talk  turn 1, Ada",
    ]
    assert f"  {SAID['ada']}" in lines


def test_what_stands_between_turns_is_called_what_it_is(folder):
    said = {
        "motion": {"action": "table", "title": "Tea", "text": "We drink tea."},
        "call": {"next": "Bo", "question": "Tea, then?"},
    }
    phases = [{"kind": "plenary", "floor": "chaired"}, {"kind": "motions"}]
    seats = ["ada", "bo", {"persona": "cem", "role": "chair"}]
    play = Play(
        manifest(scenario(seats, phases)),
        answer=lambda form, n: json.dumps(said[form.ask.kind]),
    )
    opened, *events = play.run().events
    with Transcript.create(folder / "tea.jsonl") as transcript:
        for event in (opened, NotePassed(to="bo", text="No tea."), *events):
            transcript.append(event)
    places = {line for line in told("search", "tea").splitlines() if line.startswith("tea ")}
    assert "tea  note from the chair to Bo, before the first turn" in places
    assert "tea  Cem, in the record, before the first turn" in places
    assert any(re.fullmatch(r"tea  the record, after turn \d+", place) for place in places)


def test_what_is_found_is_data_too(folder):
    (hit, _) = json.loads(told("search", "tiers", "--json"))
    start, end = hit["span"]
    assert hit["snippet"][start:end] == "tiers"
    assert (hit["kind"], hit["turn"], hit["name"]) == ("turn", 1, "Ada")


@pytest.mark.parametrize("query", ["", "NEAR(", '"', "*", "%", "a b c d e f g", "--"])
def test_no_query_is_a_mistake(folder, query):
    assert "turn" not in told("search", "--", query)


def test_forks_are_drawn_beneath_what_they_were_forked_from(folder):
    fork(folder / "other.jsonl", turn=0, out=folder / "third.jsonl")
    fork(folder / "talk.jsonl", out=folder / "a.jsonl")
    lines = told("tree").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("talk "))
    drawn = [re.split(r" {2,}(?=\S)", line.strip()) for line in lines[at : at + 4]]
    assert [row[0] for row in drawn] == ["talk", "├─ a", "└─ other", "└─ third"]
    assert lines[at + 3].startswith("   └─ third")
    assert [row[-1] for row in drawn] == [
        "分级开源 Conference",
        "forked after turn 2",
        "forked after turn 1",
        "forked at its opening",
    ]


def test_nothing_there_is_said_on_standard_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    for words in (["list"], ["search", "x"], ["tree"]):
        done = CliRunner().invoke(yalta, ["library", *words])
        assert (done.exit_code, done.stdout) == (0, "")
        assert str(tmp_path / "transcripts") in done.stderr


def test_a_reader_that_leaves_is_no_fault(folder):
    program = f"{sys.executable} -m debate library list"
    done = subprocess.run(
        f"{program} | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("transcript")
    assert "Traceback" not in done.stderr


def test_a_searched_library_loads_no_speakers_and_no_screen(folder):
    check = (
        "import sys; from debate.cli import main\n"
        "try: main(['library', 'search', 'tiers'])\n"
        "except SystemExit: pass\n"
        "print('HEAVY', sorted({'textual', 'httpx', 'aiohttp', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
