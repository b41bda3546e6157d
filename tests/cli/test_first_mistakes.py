"""What is said where somebody does not know the program yet: the next command to type."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from debate.cli import main, yalta

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "transcripts" / "sample-yalta.jsonl"


def said(capsys, *words):
    """What is said of a mistake; its exit code has to be 2."""
    with pytest.raises(SystemExit) as ended:
        main([*words])
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    """A folder to work in, with a transcript, a scenario and a persona of one's own."""
    monkeypatch.chdir(tmp_path)
    for name in ("MOONSHOT_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    shutil.copy(SAMPLE, tmp_path / "talk.jsonl")
    (tmp_path / "transcripts").mkdir()
    shutil.copy(SAMPLE, tmp_path / "transcripts" / "kept.jsonl")
    shutil.copy(ROOT / "debate" / "scenarios" / "oxford.yaml", tmp_path / "mine.yaml")
    shutil.copy(ROOT / "personas" / "yang.yaml", tmp_path / "someone.yaml")


@pytest.mark.parametrize(
    ("words", "next_"),
    [
        ("talk.jsonl", "yalta show talk.jsonl"),
        ("gone.jsonl", "yalta library list"),
        ("kept", "yalta show kept"),
        ("oxford", "yalta run oxford"),
        ("mine.yaml", "yalta run mine.yaml"),
        ("someone.yaml", "yalta persona lint someone.yaml"),
        ("altman", "yalta persona show altman"),
        ("kimi", "yalta run yalta --model kimi-k2.6"),
        ("kimi-k2.6", "yalta run yalta --model kimi-k2.6"),
        ("ollama/qwen3:8b", "yalta run yalta --model ollama/qwen3:8b"),
        ("shwo", "yalta show"),
        ("persona lst", "yalta persona list"),
        ("study raet", "yalta study rate"),
        ("zzz", "yalta --help"),
        ("run kimi", "yalta run yalta --model kimi-k2.6"),
        ("run ollama", "yalta run yalta --model ollama/NAME"),
        ("run yang", "yalta run yalta --seats yang,amodei"),
        ("run talk.jsonl", "yalta resume talk.jsonl"),
        ("run oxfrod", "did you mean 'oxford'"),
        ("run oxford --model kimy", "yalta models list"),
        ("run oxford --model kimi-k2.6", "export MOONSHOT_API_KEY="),
        ("show kpet", "did you mean 'kept'"),
        ("show gone", "yalta library list"),
        ("resume gone", "yalta library list"),
        ("study rate for-raters", "yalta study bundle NAME --out FOLDER"),
        ("web --rate for-raters", "yalta study bundle NAME --out FOLDER"),
        ("web --rate .", "yalta study bundle NAME --out FOLDER"),
        ("web --rater ann", "--rate STUDY"),
        ("persona edit yang", "yalta persona lint yang"),
        ("models pull qwen", "qwen3-4b"),
    ],
)
def test_a_mistake_tells_the_next_command(words, next_, capsys):
    assert next_ in said(capsys, *words.split())


def leaves(command, path, ctx):
    """Every command that is no group, with its words."""
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            yield from leaves(command.get_command(ctx, name), [*path, name], ctx)
    else:
        yield path, command


COMMANDS = [*leaves(yalta, ["yalta"], click.Context(yalta))]


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(p) for p, _ in COMMANDS])
def test_every_command_shows_examples_that_are_right(path, command):
    examples = [
        line.strip()
        for block in (command.help or "").split("\b")[1:]
        for line in block.partition("\n\n")[0].splitlines()
    ]
    own = [e for e in examples if e.split()[: len(path)] == path]
    assert own, "no example of it"
    for example in own:
        line = re.split(r"\s{2,}| \| | > ", example)[0]
        command.make_context(path[-1], shlex.split(line)[len(path) :])
