"""What is said where somebody does not know the program yet: the next command to type."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from pathlib import Path

import click
import pytest
from chat_server import ChatServer, Reply
from model_server import nobody
from providers import point_at

from debate import read_transcript
from debate.cli import main, yalta

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "transcripts" / "sample-yalta.jsonl"


def ran(*words):
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main([*map(str, words)])
    return ended.value.code


def said(capsys, *words):
    """What is said of a mistake; its exit code has to be 2."""
    assert ran(*words) == 2
    return capsys.readouterr().err


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    """A folder to work in, with a transcript, a scenario and a persona of one's own."""
    monkeypatch.chdir(tmp_path)
    for name in ("MOONSHOT_API_KEY", "OPENAI_API_KEY", "OPENAI_COMPATIBLE_API_KEY"):
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


# -- servers and keys

SMALL = ("run", "yalta", "--seats", "altman,yang", "--phases", "opening", "--out", "new.jsonl")


@pytest.mark.parametrize(
    ("model", "start"),
    [
        ("ollama/qwen3:8b", "ollama serve"),
        ("vllm/org/model", "vllm serve"),
        ("llama-server/any", "llama-server -m"),
        ("lmstudio/qwen3", "lms server start"),
        ("openai-compatible@URL#m", "see that a server listens there"),
    ],
)
def test_a_server_that_is_not_running_is_told_before_anything_is_begun(model, start, capsys):
    url = nobody()
    point_at(url)
    assert ran(*SMALL, "--model", model.replace("URL", url)) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"no server is running at {url}" in err
    assert start in err
    assert "yalta models list" in err
    assert not Path("new.jsonl").exists()


def test_a_server_that_is_gone_is_told_once_where_a_conference_would_go_on(capsys):
    with ChatServer(Reply(status=503, body="")) as server:
        assert ran(*SMALL, "--model", server.model) == 1
    before = Path("new.jsonl").read_bytes()
    capsys.readouterr()
    assert ran("resume", "new.jsonl") == 1
    out, err = capsys.readouterr()
    assert (out + err).count("no server is running at") == 1
    assert Path("new.jsonl").read_bytes() == before
    with ChatServer() as other:
        seats = [seat.id for seat in read_transcript("new.jsonl")[0].seats]
        anew = [word for seat in seats for word in ("--seat", f"{seat}={other.model}")]
        assert ran("resume", "new.jsonl", *anew[:2]) == 1  # the others still have nobody
        assert ran("resume", "new.jsonl", *anew) == 0


def test_a_server_that_is_not_running_may_have_a_fallback(capsys):
    point_at(nobody())
    with ChatServer() as server:
        assert ran(*SMALL, "--model", "ollama/qwen3:8b", "--fallback", server.model) == 0
    assert "A plain answer." in capsys.readouterr().out


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_was_never_set_is_asked_for(status, capsys):
    with ChatServer(Reply(status=status, body='{"error": {"message": "no"}}')) as server:
        assert ran(*SMALL, "--model", server.model) == 1
    told = capsys.readouterr().out
    assert f"wants a key, and none is set ({status})" in told
    assert "export OPENAI_COMPATIBLE_API_KEY=" in told
    assert "refuse" not in told


def test_a_conference_in_which_nobody_said_a_word_is_no_success(capsys):
    with ChatServer(Reply([])) as server:
        assert ran(*SMALL, "--model", server.model) == 1
        last = capsys.readouterr().err.strip().splitlines()[-1]
        assert last.startswith("No turn holds a word.")
        assert f"yalta models check {server.model}" in last
        assert ran("models", "check", server.model) == 1


def test_what_a_check_brought_is_told_with_stops(capsys):
    with ChatServer(Reply(status=402, body='{"error": {"message": "paid up?"}}')) as server:
        assert ran("models", "check", server.model) == 1
    assert "paid up?; the account has no money left there" in capsys.readouterr().out


PLAN = """\
schema: yalta/plan/1
id: tiers
scenario: oxford
arms: [full]
factors: {model: kimi-k2.6, seed: 2}
"""


def test_a_batch_without_its_key_is_refused_before_anything_is_written(monkeypatch, capsys):
    Path("tiers.yaml").write_text(PLAN)
    told = said(capsys, "batch", "run", "tiers.yaml", "--out", "tiers")
    assert "export MOONSHOT_API_KEY=" in told
    assert not Path("tiers").exists()

    assert ran("batch", "plan", "tiers.yaml", "--out", "tiers") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Warning" in told
    assert "kimi-k2.6 needs a key; put it in the environment: export MOONSHOT_API_KEY=" in told
    monkeypatch.setenv("MOONSHOT_API_KEY", "sk-1")
    assert ran("batch", "plan", "tiers.yaml", "--out", "tiers") == 0
    assert "Warning" not in capsys.readouterr().out


def test_a_batch_in_which_all_failed_is_told_to_who_counts_it(capsys):
    Path("tiers").mkdir()
    line = '{"cell": "%s", "end": "failed", "reason": "no key"}\n'
    Path("tiers/index.jsonl").write_text(line % "a" + line % "b" + line % "a")
    told = said(capsys, "stats", "tiers")
    assert "2 conferences of a batch failed" in told
    assert "yalta batch status tiers" in told
    assert "yalta batch retry tiers" in told


# -- files and outputs


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_what_an_output_cannot_hold_is_replaced(encoding, monkeypatch):
    held = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", held)
    assert ran("show", "talk.jsonl") == 0
    held.flush()
    shown = held.buffer.getvalue().decode(encoding)
    assert "The agenda is done." in shown
    assert "?? " in shown  # the lines beside a phase's title


def test_a_transcript_is_not_begun_over_another(capsys):
    with ChatServer() as server:
        words = [*SMALL[:-1], "talk.jsonl", "--model", server.model]
        assert ran(*words) == 1
    told = capsys.readouterr().err
    assert "yalta: talk.jsonl is there already" in told
    assert "yalta resume talk.jsonl" in told
    assert "--out" in told


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="has no folder that takes no file")
def test_a_place_that_takes_no_file_is_named_as_it_was_asked_for(capsys):
    with ChatServer() as server:
        assert ran(*SMALL[:-1], "/proc/x.jsonl", "--model", server.model) == 1
    assert "cannot write /proc/x.jsonl" in capsys.readouterr().err
    assert ran("export", "talk.jsonl", "--html", "-o", "/proc/x.html") == 1
    assert "cannot write /proc/x.html:" in capsys.readouterr().err
    assert ran("export", "talk.jsonl", "--site", "-o", "/proc/self") == 2
    assert re.search(r"cannot write /proc/self/\w[^/]*: ", capsys.readouterr().err)


def test_one_turn_is_not_told_as_several(capsys):
    assert ran(*SMALL[:3], "altman", *SMALL[4:6], "--dry-run") == 0
    assert "1 turn of" in capsys.readouterr().out


# -- examples


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
