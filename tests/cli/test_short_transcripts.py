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


@pytest.mark.parametrize("content", ["", '{"type":"conference.op'])
def test_show_tells_that_there_is_nothing_to_show(tmp_path, content):
    path = tmp_path / "c.jsonl"
    path.write_text(content)
    _, output, error = told("show", str(path))
    assert output == ""
    assert isinstance(error, TranscriptError)  # which `main` tells, and exits 1
    assert error.exit_code == 1
    assert "holds no whole line" in error.message
