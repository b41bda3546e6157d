"""What a shell is offered for what is typed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from debate.cli import COMMANDS, yalta
from debate.library import config_folder

SAMPLE = Path(__file__).parents[2] / "transcripts" / "sample-yalta.jsonl"


def offered(line, program=("-m", "debate")):
    """What bash is offered for a line, the cursor behind it."""
    words = line.split(" ")
    env = {**os.environ, "_YALTA_COMPLETE": "bash_complete", "COMP_WORDS": line}
    done = subprocess.run(
        [sys.executable, *program],
        env={**env, "COMP_CWORD": str(len(words) - 1)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.stderr == ""
    return [item.split(",", 1)[1] for item in done.stdout.splitlines() if item]


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder to work in, with a transcript and a study."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "transcripts").mkdir(exist_ok=True)
    shutil.copy(SAMPLE, tmp_path / "transcripts" / "kept.jsonl")
    (tmp_path / "kimi").mkdir()
    (tmp_path / "kimi" / "key.json").touch()


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("yalta ", ["run", "web", "doctor"]),
        ("yalta study ", ["new", "rate"]),
        ("yalta run ", ["oxford", "yalta"]),
        ("yalta run --mod", ["--model"]),
        ("yalta run --model kim", ["kimi-k2.6"]),
        ("yalta run --seats altman,ya", ["altman,yang"]),
        ("yalta show k", ["kept"]),
        ("yalta persona show alt", ["altman"]),
        ("yalta models pull qwen3", ["qwen3-4b"]),
        ("yalta study seal k", ["kimi"]),
        ("yalta completion f", ["fish"]),
    ],
)
def test_names_and_commands_are_completed(shelf, line, some):
    found = offered(line)
    assert {*some} <= {*found}
    last = line.split(" ")[-1]
    assert all(each.startswith(last) for each in found)


def test_the_program_itself_completes_without_a_terminal(shelf):
    assert offered("yalta ", ("-m", "tui")) == [*COMMANDS]


@pytest.mark.parametrize("line", ["yalta nonsense ", "yalta run --model x", "yalta persona x y"])
def test_what_is_wrong_is_no_error(shelf, line):
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / "profiles.yaml").write_text("nonsense: [")
    offered(line)


def test_listing_commands_loads_none_of_them():
    code = "import sys; from debate.cli import main\ntry: main([])\nfinally: print(*sys.modules)"
    env = {"_YALTA_COMPLETE": "bash_complete", "COMP_WORDS": "yalta ", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    loaded = done.stdout.splitlines()[-1].split()
    assert "debate.cli" in loaded
    assert not {"debate.cli.run", "debate.cli.models", "httpx", "textual", "yaml"} & {*loaded}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell):
    done = CliRunner().invoke(yalta, ["completion", shell], catch_exceptions=False)
    assert done.exit_code == 0
    assert f"_YALTA_COMPLETE={shell}_complete" in done.output
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.output, text=True, check=True)
