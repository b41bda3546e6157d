"""A batch's transcripts beside its index: what is gone, cut off, put in its place, or strange."""

from __future__ import annotations

import json
import shutil

import pytest
from batches import check_whole, write_plan
from click.testing import CliRunner

from debate.batch.folder import BatchFolder
from debate.cli import yalta
from debate.transcript import line_hash


@pytest.fixture(scope="module")
def made(model, tmp_path_factory):
    """A batch of three that are complete."""
    home = tmp_path_factory.mktemp("made")
    run("batch", "run", write_plan(home, model, seeds=3))
    return home


@pytest.fixture
def folder(made, tmp_path):
    """A copy of it."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "small"


def run(*words, code=0):
    done = CliRunner().invoke(yalta, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def transcripts(folder):
    return sorted(folder.glob("full*.jsonl"))


def cut(path, lines):
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-lines]))


def about(path, said):
    """The one line that is said of a transcript."""
    [line] = [line for line in said.splitlines() if path.name in line]
    return line


def flat(said):
    """What wrapped lines say."""
    return " ".join(said.split())


def test_whole_transcripts_are_as_the_index_says(folder):
    assert "3 of 3 transcripts good" in run("verify", folder)
    said = run("batch", "status", folder)
    assert "Missing" not in said
    assert "index" not in said


def test_one_that_is_gone_or_cut_at_the_end_of_a_line_or_replaced_is_told(folder):
    gone, short, other = transcripts(folder)
    gone.unlink()
    other.write_bytes(short.read_bytes())
    cut(short, 12)
    said = run("verify", folder, code=1)
    assert "0 of 3 transcripts good" in said
    assert about(gone, said).startswith("NOT GOOD: ")
    assert "missing, though the index says that it ended" in about(gone, said)
    assert about(short, said).endswith("it ends 12 lines before the index says")
    assert about(other, said).endswith("its last line is not the one that the index says")
    said = run("verify", short, code=1)
    assert "it ends 12 lines before the index says" in said
    assert "good:" not in said

    said = flat(run("batch", "status", folder))
    assert "3 complete, 0 failed, 0 open" in said
    assert f"Missing, though the index says that they ended: {gone.stem}" in said
    assert f"{short.stem}: it ends 12 lines before the index says" in said
    assert f"{other.stem}: its last line is not the one that the index says" in said
    rows = run("batch", "status", folder, "--all")
    for path, end in ((gone, "missing"), (short, "cut off"), (other, "changed")):
        (row,) = [line for line in rows.splitlines() if line.startswith(path.stem + " ")]
        assert end in row

    before = {path: path.read_bytes() for path in (short, other)}
    said = run("batch", "resume", folder, code=1)
    assert "yalta batch retry" in said
    assert not gone.exists()
    said = run("batch", "retry", folder, code=1)
    assert f"Held anew, since the transcript is missing: {gone.stem}" in said
    assert before == {path: path.read_bytes() for path in before}, "nothing is written over"
    assert about(gone, run("verify", folder, code=1)).startswith("good: ")
    for path in before:
        path.rename(folder.parent / f"{path.name}.kept")
    run("batch", "retry", folder)
    check_whole(folder, 3)


def test_when_all_are_gone_it_is_said_of_each(folder):
    paths = transcripts(folder)
    for path in paths:
        path.unlink()
    said = run("verify", folder.parent, code=1)
    assert "0 of 3 transcripts good" in said
    for path in paths:
        assert "missing" in about(path, said)
    done = CliRunner().invoke(yalta, ["stats", str(folder)])
    assert "3 are missing that ended by the index of its batch" in str(done.exception)


def test_a_line_that_noted_no_length_still_tells_a_cut(folder):
    """As the index of an earlier version."""
    index = folder / "index.jsonl"
    lines = [json.loads(line) for line in index.read_text().splitlines()]
    assert all(line.pop("lines") > 20 for line in lines)
    index.write_text("".join(json.dumps(line) + "\n" for line in lines))
    run("verify", folder)
    path = transcripts(folder)[0]
    cut(path, 1)
    said = about(path, run("verify", folder, code=1))
    assert said.endswith("its last line is not the one that the index says")


def test_what_the_index_does_not_know_is_under_way_or_strange(folder):
    index = folder / "index.jsonl"
    one, two, _ = transcripts(folder)
    kept = [
        line
        for line in index.read_bytes().splitlines(keepends=True)
        if one.stem.encode() not in line
    ]
    index.write_bytes(b"".join(kept))
    cut(one, 5)
    assert about(one, run("verify", folder)).endswith("the index does not know it yet")
    strange = folder / "strange.jsonl"
    shutil.copy(two, strange)
    said = about(strange, run("verify", folder, code=1))
    assert said.endswith("it is of no conference of the batch in this folder")


def test_one_that_failed_and_was_resumed_by_itself_goes_on_after_the_index(model, tmp_path):
    gone = "openai-compatible@http://127.0.0.1:9/v1#m"
    plan = write_plan(tmp_path, model, seeds=1, more=f'models: {{yang: "{gone}"}}\n', chair=False)
    run("batch", "run", plan, code=1)
    folder = tmp_path / "small"
    [path] = transcripts(folder)
    run("resume", path, "--seat", f"yang={model}")
    assert "after what the index says" in about(path, run("verify", folder))
    assert "index" not in run("batch", "status", folder)
    run("batch", "retry", folder)
    check_whole(folder, 1)


def test_one_that_failed_and_is_not_as_it_was_is_not_gone_on_with(model, tmp_path):
    gone = "openai-compatible@http://127.0.0.1:9/v1#m"
    plan = write_plan(tmp_path, model, seeds=1, more=f'models: {{yang: "{gone}"}}\n', chair=False)
    run("batch", "run", plan, code=1)
    [path] = transcripts(tmp_path / "small")
    cut(path, 2)
    before = path.read_bytes()
    said = run("batch", "retry", tmp_path / "small", code=1)
    assert "it ends 2 lines before the index says" in said
    assert path.read_bytes() == before


def test_the_index_of_forks_is_held_against_too(made, tmp_path):
    past = transcripts(made / "small")[0]
    (tmp_path / "plan.yaml").write_text(
        f"schema: yalta/plan/1\nid: futures\nfrom: {{transcript: '{past}', turn: 4}}\n"
        "factors: {seed: 2}\n"
    )
    run("batch", "run", tmp_path / "plan.yaml")
    folder = tmp_path / "futures"
    assert "2 of 2 transcripts good" in run("verify", folder)
    gone, short = transcripts(folder)
    gone.unlink()
    cut(short, 1)
    said = run("verify", folder, code=1)
    assert "missing" in about(gone, said)
    assert about(short, said).endswith("it ends 1 line before the index says")


def test_an_index_that_cannot_be_read_is_no_proof(folder):
    index = folder / "index.jsonl"
    index.write_text("nothing\n" + index.read_text())
    said = run("verify", folder, code=1)
    assert f"nothing can be held against an index: {index}:1: not a line of an index" in said


def test_figures_of_a_batch_tell_what_is_missing_from_what_is_not_begun(folder):
    transcripts(folder)[0].unlink()
    said = flat(run("stats", folder))
    assert "Not begun" not in said
    assert "Missing, though the index of the batch small says that they ended: 1 of 3" in said
    [batch] = json.loads(run("stats", folder, "--json"))["batches"]
    assert (batch["planned"], batch["not_begun"], batch["missing"]) == (3, 0, 1)


def test_the_last_line_is_found_however_long_it_is(folder):
    """And however short: a transcript of one line."""
    path = transcripts(folder)[0]
    text = path.read_bytes()
    opening = text.splitlines(keepends=True)[0]
    assert len(opening) > 1 << 14
    index = BatchFolder.open(folder).index
    known = index.read()
    changed = known[path.stem].model_copy(update={"head": line_hash(opening[:-1]), "lines": 1})
    index.rewrite([*(known | {path.stem: changed}).values()])
    path.write_bytes(opening)
    run("verify", folder)
    path.write_bytes(opening + text[len(opening) :][:30])  # cut off by a crash
    assert "its last line cut off" in about(path, run("verify", folder))


def test_figures_of_a_transcript_that_is_not_the_recorded_one_say_so(folder):
    one, other, _ = transcripts(folder)
    shutil.copy(other, one)
    done = CliRunner().invoke(yalta, ["stats", str(folder), "--by", "arm"], catch_exceptions=False)
    assert f"not as its batch recorded it: {one}:" in done.stderr
    assert str(other) not in done.stderr


def test_a_folder_in_the_place_of_a_transcript_is_told(folder):
    one, *_ = transcripts(folder)
    one.unlink()
    one.mkdir()
    assert about(one, run("verify", folder, code=1)) == f"NOT GOOD: {one}: it cannot be read"
