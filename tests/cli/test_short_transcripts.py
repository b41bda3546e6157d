"""What the commands say of transcripts that hold next to nothing."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from worlds import manifest, scenario

from debate.cli import yalta
from debate.errors import TranscriptError
from debate.transcript import Transcript


def told(*words):
    done = CliRunner().invoke(yalta, list(words))
    return done.exit_code, done.output, done.exception


def test_verify_counts_in_words_and_tells_what_cannot_be_resumed(tmp_path):
    path = tmp_path / "c.jsonl"
    with Transcript.create(path) as transcript:
        transcript.append(manifest(scenario(["ada"])))
    code, output, _ = told("verify", str(path))
    assert code == 0
    assert "good: 1 line, 0 turns, 0 prompts rendered again" in output
    with path.open("ab") as file:
        file.write(b'{"type":"turn.op')
    assert "`yalta resume` drops it" in told("verify", str(path))[1]
    path.write_text('{"type":"conference.op')
    code, output, _ = told("verify", str(path))
    assert code == 1
    assert "NOT GOOD, 1 fault: 0 lines" in output
    assert "nothing of it can be resumed" in output
    assert "drops it" not in output


def test_many_are_checked_in_a_line_each_and_one_that_is_not_good_is_a_failure(tmp_path):
    for name in "ab":
        with Transcript.create(tmp_path / f"{name}.jsonl") as transcript:
            transcript.append(manifest(scenario(["ada"])))
    code, output, _ = told("verify", str(tmp_path))
    assert code == 0
    assert [line.partition(":")[0] for line in output.splitlines()] == [
        *("good", "good", "2 of 2 transcripts good"),
    ]
    bad = tmp_path / "b.jsonl"
    bad.write_bytes(bad.read_bytes().replace(b'"seq":0', b'"seq":1'))
    code, output, _ = told("verify", str(tmp_path / "a.jsonl"), str(bad))
    assert code == 1
    assert f"NOT GOOD, 1 fault: {bad}:1: seq is 1" in output
    assert output.endswith("1 of 2 transcripts good\n")
    error = told("verify", str(tmp_path), "--head", "0")[2]
    assert "of one transcript" in str(error)


@pytest.mark.parametrize("content", ["", '{"type":"conference.op'])
def test_show_tells_that_there_is_nothing_to_show(tmp_path, content):
    path = tmp_path / "c.jsonl"
    path.write_text(content)
    _, output, error = told("show", str(path))
    assert output == ""
    assert isinstance(error, TranscriptError)  # which `main` tells, and exits 1
    assert error.exit_code == 1
    assert "holds no whole line" in error.message
