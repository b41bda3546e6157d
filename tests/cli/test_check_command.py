"""`yalta models check`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from chat_server import ChatServer, Reply
from click.testing import CliRunner

from debate.cli import yalta

WORDS = ("The list ", "tells of ", "birds that ", "wait and ", "sing.")
ANSWER = Reply(['{"colour": "red", ', '"letters": 3}'])


def answer(body) -> Reply:
    return ANSWER if "response_format" in body else Reply(WORDS)


def program(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "debate", *words], capture_output=True, text=True, check=False
    )


def test_a_table_of_what_was_found() -> None:
    with ChatServer(answer) as server:
        done = CliRunner().invoke(yalta, ["models", "check", server.model])
    assert done.exit_code == 0, done.output
    assert f"{server.model}: 3 calls, about " in done.stderr
    assert "at most 180 to write" in done.stderr
    head, *rows = done.stdout.splitlines()
    assert head.split("  ")[0] == "what"
    assert head.endswith("what the program does")
    lines = {row.partition("  ")[0]: row for row in rows}
    assert "served-model" in lines["reply"]
    assert lines["JSON schema"].split()[-1] == "yes"
    assert lines["prefix cache"].endswith("the cached share shows as unknown")
    assert lines["window"].endswith("say it in profiles.yaml")
    assert rows[-1] == "The calls cost: unknown"


def test_all_of_it_as_json() -> None:
    with ChatServer(answer) as server:
        done = CliRunner().invoke(yalta, ["models", "check", server.model, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["model"] == server.model
    assert [call["call"] for call in told["calls"]] == ["first", "again", "schema"]
    assert told["calls"][0]["usage"]["input"] == 100
    assert told["calls"][0]["pieces"] == len(WORDS)
    assert {"what": "JSON schema", "found": "yes", "then": None, "detail": None} in told["findings"]
    assert told["cost"] is None


def test_a_server_that_answers_nothing_is_a_failure() -> None:
    refusal = Reply(status=401, body='{"error": {"message": "no such key"}}')
    with ChatServer(refusal) as server:
        done = CliRunner().invoke(yalta, ["models", "check", server.model])
    assert done.exit_code == 1
    assert "no such key" in done.stdout
    assert len(server.requests) == 1


def test_a_call_that_fails_is_told_beneath_the_table() -> None:
    def refusing(body) -> Reply:
        refused = Reply(status=400, body='{"error": {"message": "no \\u001b[31mschemas here"}}')
        return refused if "response_format" in body else Reply(WORDS)

    with ChatServer(refusing) as server:
        done = CliRunner().invoke(yalta, ["models", "check", server.model])
    assert done.exit_code == 0, done.output
    _, _, beneath = done.stdout.partition("\n\n")
    assert "JSON schema: " in beneath
    assert "no [31mschemas here" in beneath


def test_a_missing_key_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOONSHOT_API_KEY", raising=False)
    done = program("models", "check", "kimi-k2.6")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "yalta: kimi-k2.6 needs a key",
        "  put it in the environment: export MOONSHOT_API_KEY=...",
    ]


def test_a_model_file_that_is_not_here_is_not_fetched() -> None:
    done = program("models", "check", "local")
    assert done.returncode == 2
    assert "fetch it: yalta models pull" in done.stderr


def test_thinking_is_read_as_run_reads_it() -> None:
    done = program("models", "check", "local", "--thinking", "much")
    assert done.returncode == 2
    assert "is none of off, low, medium, high" in done.stderr
