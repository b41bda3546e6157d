"""`yalta stats` over many transcripts, as a user meets it."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest
from click.testing import CliRunner
from worlds import Play, closed, manifest, replier, scenario, worlds

from debate.cli import yalta
from debate.columns import cells
from debate.errors import UnknownName, UserError
from debate.events import Price, Usage
from debate.transcript import Transcript

USD = Price(currency="USD", input=Decimal("0.6"), output=Decimal("2.5"))
SPENT = Usage(input=120_000, cached=90_000, output=2_000, reasoning=500)
PLAN = scenario(["ada", "bo"], [{"kind": "opening", "words": {"from": 2, "to": 3}}])


def write(path, words, **more):
    def speak(step, number):
        said = closed(number, step.seat, " ".join(["word"] * words))
        return said.model_copy(update={"usage": SPENT})

    path.parent.mkdir(parents=True, exist_ok=True)
    with Transcript.create(path) as transcript:
        for event in Play(manifest(PLAN, price=USD, **more), speak).run().events:
            transcript.append(event)


@pytest.fixture
def batch(tmp_path):
    """Three conferences of two arms, with the batch's index, and a broken one."""
    folder = tmp_path / "batch"
    arms = {"a1": ("=kimi", 1), "a2": ("=kimi", 2), "b1": ("plain\x1b[31m", 9)}
    for n, (name, (_, words)) in enumerate(arms.items()):
        write(folder / f"{name}.jsonl", words, seed=n + 8)
    lines = [
        json.dumps({"transcript": f"{name}.jsonl", "factors": {"arm": arm, "cell": name}})
        for name, (arm, _) in arms.items()
    ]
    (folder / "index.jsonl").write_text("\n".join(lines))
    return folder


def run(*words):
    return CliRunner().invoke(yalta, ["stats", *map(str, words)])


def told(*words):
    done = run(*words)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_folder_is_counted_by_arm_where_its_batch_knows_arms(batch):
    spent, costs, lengths = told(batch).split("\n\n")
    head, kimi, plain, total = spent.splitlines()
    assert head.split()[:4] == ["arm", "conf.", "turns", "failed"]
    assert kimi.split() == [
        *("=kimi", "2", "4", "0", "480,000", "75%", "8,000", "25%", "4.0", "1.00"),
    ]
    assert plain.split()[:3] == ["plain[31m", "1", "2"]
    assert total.split()[:3] == ["all", "3", "6"]
    assert "0.3080 USD" in costs
    assert [line.split()[-3:] for line in lengths.splitlines()[1:]] == [
        *(["50%", "50%", "0%"], ["0%", "0%", "100%"], ["33%", "33%", "33%"]),
    ]
    assert "arm" not in told(batch, "--by", "seat").splitlines()[0]
    (batch / "index.jsonl").unlink()
    assert told(batch).startswith("model ")
    assert told(batch, "--by", "arm").splitlines()[1].startswith("-  ")


def test_transcripts_may_be_named_one_by_one_and_count_once(batch):
    files = sorted(batch.glob("*.jsonl"))
    out = told(*files, batch / "a1.jsonl", batch, "--by", "transcript")
    assert [line.split()[0] for line in out.split("\n\n")[0].splitlines()] == [
        *("transcript", "a1", "a2", "b1", "all"),
    ]


def test_one_transcript_alone_is_told_as_ever_unless_it_is_asked_for_otherwise(batch):
    one = batch / "a1.jsonl"
    assert told(one).startswith("seat")
    assert told(one, "--rows", "turns").startswith("turn")
    assert told(one, "--by", "phase,seed").startswith("phase    seed")


def test_a_broken_transcript_is_told_and_left_out_and_the_exit_code_says_so(batch):
    (batch / "0.jsonl").write_text('{"type":"no"}\n')
    (batch / "1.jsonl").write_text("")
    done = run(batch, "--by", "arm")
    assert done.exit_code == 1
    assert "left out: " in done.stderr
    assert "0.jsonl:1: not an event" in done.stderr
    assert "1.jsonl: it holds no whole line" in done.stderr
    assert done.stdout.splitlines()[3].split()[:2] == ["all", "3"]
    data = json.loads(run(batch, "--json").stdout)
    assert [each["transcript"] for each in data["left_out"]] == ["0", "1"]
    only = run(batch / "0.jsonl", batch / "1.jsonl")
    assert (only.exit_code, only.stdout) == (1, "")


def test_csv_has_a_line_a_group_and_no_formula(batch):
    rows = list(csv.DictReader(io.StringIO(told(batch, "--csv", "--by", "arm,phase"))))
    kimi = rows[0]
    assert (kimi["arm"], kimi["phase"], kimi["conferences"]) == ("'=kimi", "phase-0", "2")
    assert (kimi["words_median"], kimi["below"], kimi["within"]) == ("1.5", "2", "2")
    assert (kimi["cached_share"], kimi["currency"], kimi["cost"]) == ("0.75", "USD", "0.308")
    assert len(rows) == 2


def test_json_holds_all_of_it_and_money_as_exact_strings(batch):
    data = json.loads(told(batch, "--json", "--by", "cell,model"))
    assert data["by"] == ["cell", "model"]
    first = data["groups"][0]
    assert first["of"] == {"cell": "a1", "model": "test"}
    assert first["words"]["counts"] == [[1, 2]]
    assert first["words"]["shares"] == {"below": 1, "within": 0, "above": 0}
    assert first["costs"][0]["cost"] == "0.154"
    assert data["total"]["tokens"]["reasoning_share"] == 0.25


@pytest.fixture
def modelled(batch):
    """The same batch, whose plan names a model; another has spoken."""
    index = (batch / "index.jsonl").read_text()
    (batch / "index.jsonl").write_text(index.replace('{"arm"', '{"model": "kimi", "arm"'))
    return batch


def test_a_model_is_the_plans_in_every_form_and_the_speaker_the_one_that_spoke(modelled):
    out = told(modelled, "--by", "model,speaker")
    assert out.splitlines()[1].split()[:3] == ["kimi", "test", "3"]
    assert "`--by speaker` tells the models that spoke" in out
    assert "speaker" not in told(modelled, "--by", "arm")
    data = json.loads(told(modelled, "--by", "model,speaker", "--json"))
    assert data["groups"][0]["of"] == {"model": "kimi", "speaker": "test"}
    (row,) = csv.DictReader(io.StringIO(told(modelled, "--by", "model,speaker", "--csv")))
    assert (row["model"], row["speaker"]) == ("kimi", "test")
    page = told(modelled, "--by", "model,speaker", "--html")
    assert "kimi" in page
    assert "--by speaker" in page


def test_plots_read_at_eighty_columns_without_colour(batch):
    out = told(batch, "--plot", "--by", "arm,phase,seat")
    assert "\x1b" not in out
    assert max(cells(line) for line in out.splitlines()) <= 80
    assert [block.splitlines()[0].partition(":")[0] for block in out.split("\n\n")] == [
        "Words a turn",
        "Turns beside what was asked",
        "Part of the prompt tokens that came from a cache",
        "Part of the written tokens that went into reasoning",
        "Seconds for each turn",
        "Cost for each conference, as far as it is told",
    ]


def test_what_is_to_be_known_of_the_figures_is_said(batch, tmp_path):
    write(tmp_path / "more" / "c.jsonl", 1)
    path = tmp_path / "more" / "c.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:4]))
    assert "Cut short, or under way: 1 of 4 conferences." in told(batch, path.parent)


def tampered(path):
    lines = path.read_bytes().splitlines(keepends=True)
    said = next(n for n, line in enumerate(lines) if b"turn.closed" in line)
    lines[said] = lines[said].replace(b"word", b"worm", 1)
    path.write_bytes(b"".join(lines))
    return said + 2  # that the line is not the same shows in the next one


def test_a_transcript_that_was_changed_is_told_and_counted_as_such(batch):
    path = batch / "a1.jsonl"
    line = tampered(path)
    done = run(batch, "--by", "arm", "--json")
    assert done.exit_code == 0
    assert done.stderr.count("\n") == 1
    assert f"{path}:{line} does not follow the line before it; see: yalta verify" in done.stderr
    data = json.loads(done.stdout)
    assert data["changed"] == [{"transcript": "a1", "line": line}]
    assert [group["changed"] for group in data["groups"]] == [1, 0]
    assert data["total"]["conferences"] == 3
    rows = list(csv.DictReader(io.StringIO(run(batch, "--csv", "--by", "transcript").stdout)))
    assert {row["transcript"]: row["changed"] for row in rows} == {"a1": "1", "a2": "0", "b1": "0"}
    assert "Changed after they were written: 1 of 3" in run(batch).stdout
    alone = run(path, "--json")
    assert json.loads(alone.stdout)["changed"] == {"line": line}
    assert f"{path}:{line} " in alone.stderr
    assert json.loads(run(batch / "a2.jsonl", "--json").stdout)["changed"] is None


def test_export_tells_what_was_changed_too(batch, tmp_path):
    line = tampered(batch / "a1.jsonl")
    for words in (["--text"], ["--site", "-o", str(tmp_path / "site")]):
        done = CliRunner().invoke(yalta, ["export", str(batch), *words])
        assert done.exit_code == 0
        assert f"a1.jsonl:{line} does not follow" in done.stderr
        assert done.stderr.count("does not follow") == 1
    page = (tmp_path / "site" / "a1.html").read_text()
    assert f"Line {line} does not follow the one before it" in page
    assert "does not follow" not in (tmp_path / "site" / "a2.html").read_text()


def test_names_of_models_that_differ_at_their_ends_are_told_apart(batch):
    server = "openai-compatible@http://127.0.0.1:8000/v1"
    lines = [
        json.dumps({"transcript": f"{name}.jsonl", "factors": {"arm": f"{server}#{name}"}})
        for name in ("a1", "a2", "b1")
    ]
    (batch / "index.jsonl").write_text("\n".join(lines))
    shown = told(batch, "--by", "arm").split("\n\n")[0].splitlines()
    assert [row.split()[0][-3:] for row in shown[1:4]] == ["#a1", "#a2", "#b1"]


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        (["--by", "amr"], UnknownName, "did you mean 'arm'"),
        (["--rows", "seats"], UserError, "--rows seats is of one transcript"),
        (["--by-turn"], UserError, "--rows turns is of one transcript"),
        (["--json", "--plot"], UserError, "cannot both be had"),
        (["--json", "-o", "x.json"], UserError, "-o is of --html alone"),
        (["nowhere"], UserError, "no transcript at nowhere"),
    ],
)
def test_what_cannot_be_had_is_told(batch, words, kind, message):
    error = run(batch, *words).exception
    assert isinstance(error, kind)
    assert message in str(error)


def test_a_folder_without_transcripts_is_the_users_mistake(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "index.jsonl").touch()
    assert "no transcripts in" in str(run(tmp_path / "empty").exception)
    index = tmp_path / "empty" / "index.jsonl"
    assert "no transcripts are named" in str(run(index, "--by", "arm").exception)


def test_a_conference_of_everything_is_counted_by_everything(tmp_path):
    phases = [
        {"kind": "opening"},
        {"kind": "caucus", "rooms": "choice"},
        {"kind": "motions"},
        {"kind": "amendments"},
        {"kind": "vote", "vote": {"on": "motions", "secret": True}},
        {"kind": "vote", "vote": {"on": "house"}},
        {"kind": "communique"},
    ]
    path = tmp_path / "all" / "c.jsonl"
    path.parent.mkdir()
    with Transcript.create(path) as transcript:
        opened = manifest(worlds(["ada", "bo", "cem"], phases))
        for event in Play(opened, answer=replier(3)).run().events:
            transcript.append(event)
    out = told(path, "--by", "scenario,model,seat,persona,phase,layout,seed,transcript,arm,cell")
    assert "secret" in out
    assert "house" in out
