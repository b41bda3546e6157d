"""What a machine lacks, as a table; and that the command says it without a secret."""

from __future__ import annotations

import dataclasses
import json
import os

import pytest
from chat_server import ChatServer
from click.testing import CliRunner

from debate.cli import yalta
from debate.cli.doctor import CHINESE, look
from debate.doctor import Folder, Machine, Terminal, checks, is_well
from debate.library import cache_folder, config_folder, transcripts_folder

WELL = Machine(
    python="3.11.7",
    versions={"yalta": "0.1.0", "textual": "8.2.8", "xllamacpp": "1"},
    wanted_textual="8.2.8",
    missing={"local": (), "study": (), "web": (), "cluster": ()},
    terminal=Terminal(True, 120, 40, "utf-8", {"TERM": "xterm-256color", "COLORTERM": "truecolor"}),
    chinese_fonts=3,
    files=("qwen",),
    servers=(),
    keys=(),
    cache=Folder("~/.cache/yalta", True, 10**11),
    transcripts=Folder("transcripts", True, 10**11),
)


def terminal(columns=120, rows=40, encoding="utf-8", *, is_terminal=True, **env):
    """The same machine in another terminal."""
    return {"terminal": Terminal(is_terminal, columns, rows, encoding, env)}


TRUE = {"TERM": "xterm", "COLORTERM": "truecolor"}


def test_where_all_is_there_nothing_is_to_be_done():
    found = checks(WELL)
    assert is_well(found)
    assert not [check for check in found if check.todo or check.state != "ok"]


@pytest.mark.parametrize(
    ("change", "name", "state", "todo"),
    [
        ({"versions": {"textual": "9.0"}}, "textual", "lack", "pip install 'textual==8.2.8'"),
        ({"missing": {"web": ("textual_serve",)}}, "extra web", "note", "pip install 'yalta[web]'"),
        (terminal(is_terminal=False), "terminal", "note", "yalta web"),
        (terminal(40, 24, **TRUE), "terminal", "note", "make the window larger"),
        (terminal(TERM="dumb"), "terminal", "lack", "export TERM="),
        (terminal(encoding="ascii", **TRUE), "text", "lack", "export LANG=C.UTF-8"),
        (terminal(TERM="xterm"), "colours", "note", "export COLORTERM=truecolor"),
        (terminal(TERM="tmux-256color", TMUX="x"), "colours", "note", "tmux set"),
        (terminal(**TRUE, NO_COLOR="1"), "colours", "note", "unset NO_COLOR"),
        ({"chinese_fonts": 0}, "Chinese", "note", "fonts-noto-cjk"),
        ({"files": ()}, "a model", "lack", "yalta models pull"),
        (
            {"files": (), "missing": {"local": ("xllamacpp",)}},
            "a model",
            "lack",
            "pip install 'yalta[local]'",
        ),
        ({"files": (), "keys": ("MOONSHOT_API_KEY",)}, "a model", "ok", ""),
        ({"files": (), "servers": ("ollama/qwen3:8b",)}, "a model", "ok", ""),
        ({"cache": Folder("/c", False, 10**11)}, "cache", "lack", "export YALTA_CACHE="),
        ({"transcripts": Folder("/t", False, 1)}, "transcripts", "lack", "YALTA_TRANSCRIPTS="),
        ({"files": (), "cache": Folder("/c", True, 10**9)}, "room", "note", "another disk"),
        ({"trouble": "profiles.yaml:1:1: wrong"}, "models", "lack", "yalta models list"),
    ],
)
def test_each_lack_comes_with_what_to_do(change, name, state, todo):
    found = checks(dataclasses.replace(WELL, **change))
    (check,) = [check for check in found if check.name == name]
    assert (check.state, todo in check.todo) == (state, True)
    assert is_well(found) is all(check.state != "lack" for check in found)


def test_the_command_tells_keys_by_name_alone_and_writes_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("MOONSHOT_API_KEY", "sk-a-secret-of-mine")
    with ChatServer() as server:
        server.pages["/v1/models"] = {"data": [{"id": "here-7b"}]}
        config_folder().mkdir(parents=True)
        (config_folder() / "profiles.yaml").write_text(
            f"schema: yalta/profiles/1\nproviders:\n  vllm: {{base_url: '{server.url}'}}\n"
        )
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        done = CliRunner().invoke(yalta, ["doctor"], catch_exceptions=False)
        as_json = CliRunner().invoke(yalta, ["doctor", "--json"], catch_exceptions=False)
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert "sk-a-secret" not in done.output + as_json.output
    assert "MOONSHOT_API_KEY" in done.output
    assert "vllm/here-7b" in done.output
    assert CHINESE in done.output
    told = json.loads(as_json.output)
    assert told["ok"] is (as_json.exit_code == 0) is (done.exit_code == 0)
    assert {"name", "state", "said", "todo"} == {*told["checks"][0]}
    assert not cache_folder().exists()
    assert not transcripts_folder().exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_made_is_a_lack(monkeypatch, tmp_path):
    tmp_path.chmod(0o500)
    assert not look().cache.is_writable


def test_a_folder_beneath_a_file_cannot_be_written(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("YALTA_CACHE", str(tmp_path / "file" / "cache"))
    assert not look().cache.is_writable
