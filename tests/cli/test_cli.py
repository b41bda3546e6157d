"""The command line as a user meets it: real processes, real exit codes. Where only words matter,
`in_process` is enough."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import in_process
import pytest
from chat_server import ChatServer, Reply

YALTA = (sys.executable, "-m", "debate")
SHORT = ("--phases", "opening,plenary,closing")
THREE = ("--seats", "altman,yang,amodei", "--rounds", "1", "--seed", "3", *SHORT)


def yalta(*words, **more):
    """Run the program to its end, its output in pipes."""
    return subprocess.run(
        [*YALTA, *words], capture_output=True, text=True, timeout=60, check=False, **more
    )


@pytest.fixture
def server():
    with ChatServer(Reply(["Well, ", "yes."])) as running:
        yield running


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    path = tmp_path_factory.mktemp("held") / "talk.jsonl"
    with ChatServer(Reply(["Well, ", "yes."])) as server:
        done = yalta("run", "yalta", *THREE, "--model", server.model, "--out", str(path))
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def saved(talk, tmp_path):
    return Path(shutil.copy(talk, tmp_path))


def test_help_loads_neither_the_tui_nor_numbers_nor_the_engine():
    check = (
        "import sys; from debate.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'textual', 'numpy', 'xllamacpp', 'rich', 'httpx', 'aiohttp', 'pydantic'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)

    assert "HEAVY []" in done.stdout
    for command in (
        *("run", "resume", "fork", "compare", "library", "verify", "show", "stats"),
        *("persona", "scenario", "models"),
    ):
        assert re.search(rf"^  {command}\b", done.stdout, re.MULTILINE)


def test_importing_the_engine_room_loads_no_screen():
    check = (
        "import sys, debate.conference, debate.verify, debate.stats, debate.speakers.openai\n"
        "print(sorted({'textual', 'numpy', 'xllamacpp'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_run_prints_the_debate_plainly_in_a_pipe_and_says_where_it_is_saved(server, tmp_path):
    path = tmp_path / "talk.jsonl"
    done = yalta("run", "yalta", *THREE, "--model", server.model, "--out", str(path))

    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "not statements of the real person" in done.stdout
    assert done.stdout.count("Well, yes.") == 9
    for name in ("Sam Altman", "Yang Zhilin", "Dario Amodei"):
        assert done.stdout.count(f"\n{name}\nWell, yes.") == 3
    assert str(path) in done.stderr


def test_run_json_prints_the_lines_of_the_transcript(server, tmp_path):
    path = tmp_path / "talk.jsonl"
    done = yalta("run", "yalta", *THREE, "--model", server.model, "--out", str(path), "--json")

    assert done.stdout == path.read_text()


def test_show_reads_what_run_printed(saved):
    shown = in_process.yalta("show", str(saved))

    assert shown.returncode == 0
    assert shown.stdout.count("Well, yes.") == 9


def test_a_transcript_is_found_by_its_name(saved, monkeypatch):
    monkeypatch.setenv("YALTA_TRANSCRIPTS", str(saved.parent))

    assert in_process.yalta("verify", "talk").returncode == 0


def test_verify_says_good_or_what_is_not(saved):
    good = yalta("verify", str(saved))
    assert good.returncode == 0
    assert good.stdout.startswith("good: ")
    assert "9 prompts rendered again" in good.stdout

    saved.write_bytes(saved.read_bytes().replace(b"Well, yes.", b"Well, no!!", 1))
    bad = yalta("verify", str(saved))
    assert bad.returncode == 1
    assert re.search(r"talk\.jsonl:\d+: .*chain is broken", bad.stdout)


def test_stats_count_by_seat_and_by_turn(saved):
    yalta = in_process.yalta
    table = yalta("stats", str(saved)).stdout
    row = next(line for line in table.splitlines() if line.startswith("Yang Zhilin"))
    assert row.split()[2:5] == ["3", "0", "6"]  # turns, failed, words
    assert "-" in row  # this server counts no cached tokens: unknown, not zero

    assert len(yalta("stats", str(saved), "--by-turn").stdout.splitlines()) == 10
    counted = json.loads(yalta("stats", str(saved), "--json").stdout)
    assert counted["total"]["turns"] == 9
    assert counted["total"]["input"] == 900
    assert counted["total"]["cached"] is None


def test_ctrl_c_closes_the_turn_as_aborted_and_resume_completes(tmp_path):
    path = tmp_path / "talk.jsonl"
    with ChatServer(Reply(["slow "] * 40, delay=0.02)) as server:
        words = ["run", "yalta", *THREE, "--model", server.model, "--out", str(path)]
        process = subprocess.Popen(
            [*YALTA, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        while not path.exists() or b"turn.opened" not in path.read_bytes():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert f"yalta resume {path}" in err
        types = [json.loads(line)["type"] for line in path.read_text().splitlines()]
        assert types[-1] == "floor.paused"
        assert "turn.failed" in types
        assert "Traceback" not in err

    with ChatServer(Reply(["quick"])) as server:
        # The model is asked for where the transcript says it was; it is elsewhere now.
        text = path.read_text()
        assert server.url not in text
        done = yalta("resume", str(path))
        assert done.returncode == 1
        assert "cannot be reached" in done.stderr
        assert path.read_text() == text  # nothing was begun


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_pause_too(tmp_path, number):
    path = tmp_path / "talk.jsonl"
    with ChatServer(Reply(["slow "] * 40, delay=0.02)) as server:
        process = subprocess.Popen(
            [*YALTA, "run", "yalta", *THREE, "--model", server.model, "--out", str(path)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not path.exists() or b"turn.opened" not in path.read_bytes():
            time.sleep(0.01)
        process.send_signal(number)
        assert process.wait(30) == 130
    assert json.loads(path.read_text().splitlines()[-1])["type"] == "floor.paused"


def test_a_reader_that_leaves_pauses_the_conference(tmp_path):
    path = tmp_path / "talk.jsonl"
    with ChatServer(Reply(["slow "] * 60, delay=0.01)) as server:
        process = subprocess.Popen(
            [*YALTA, "run", "yalta", *THREE, "--model", server.model, "--out", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        process.stdout.readline()
        process.stdout.close()
        process.wait(30)
        assert b"Traceback" not in process.stderr.read()
        process.stderr.close()
    assert json.loads(path.read_text().splitlines()[-1])["type"] == "floor.paused"


def test_two_programs_never_write_one_transcript(tmp_path):
    path = tmp_path / "talk.jsonl"
    with ChatServer(Reply(["slow "] * 100, delay=0.02)) as server:
        process = subprocess.Popen(
            [*YALTA, "run", "yalta", *THREE, "--model", server.model, "--out", str(path)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not path.exists() or b"turn.opened" not in path.read_bytes():
            time.sleep(0.01)
        second = yalta("resume", str(path))
        process.terminate()
        process.wait(30)
    assert second.returncode == 1
    assert "another program is writing" in second.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["rnu"], "did you mean `yalta run`"),
        (["run", "yaltta"], "did you mean 'yalta'"),
        (["run", "yalta", "--model", "kimmi-k2.6"], "did you mean 'kimi-k2.6'"),
        (["run", "yalta", "--model", "kimi-k2.6"], "MOONSHOT_API_KEY"),
        (["run", "yalta", "--model", "openai-compatible@http://127.0.0.1:1/v1"], "which model"),
        (["run", "yalta", "--model", "openai-compatible@ftp://h#m"], "not an http(s) address"),
        (["run", "yalta", "--model", "openai-compatible@http://k@h/v1#m"], "environment"),
        (["run", "yalta", "--model", "local:/no/such.gguf"], "no model file"),
        (["run", "yalta", "--model", "local/qwen9"], "no local model named"),
        (["run", "yalta", "--seats", "altmann"], "did you mean 'altman'"),
        (["run", "yalta", "--seat", "altman"], "SEAT=MODEL"),
        (["run", "no/such.yaml"], "cannot read"),
        (["run", "yalta", "--templates", "nowhere"], "no folder"),
        (["run", "yalta", "--rounds", "0"], "rounds"),
        (["run", "yalta", "--budget", "0"], "budget"),
        (["run", "yalta", "--budget", "inf"], "budget"),
        (["show", "nothing"], "no transcript"),
        (["fork", "nothing"], "no transcript"),
        (["library", "list", "--sort", "colour"], "sort"),
        (["persona", "show", "altmann"], "did you mean 'altman'"),
        (["scenario", "show", "../yalta"], "cannot read"),
    ],
)
def test_a_mistake_gets_one_clear_message_and_changes_nothing(words, says, tmp_path, monkeypatch):
    monkeypatch.delenv("MOONSHOT_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.rglob("*"))
    done = in_process.yalta(*words)

    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert {p for p in tmp_path.rglob("*") if p.is_file()} == {p for p in before if p.is_file()}


def test_debug_shows_the_traceback():
    done = yalta("--debug", "run", "yaltta")

    assert "Traceback" in done.stderr


def test_personas_and_scenarios_are_listed_and_shown():
    yalta = in_process.yalta
    listed = yalta("persona", "list").stdout
    for name in ("altman", "yang", "amodei", "hassabis", "zuckerberg", "liang", "chair"):
        assert re.search(rf"^{name}\b", listed, re.MULTILINE)
    shown = yalta("persona", "show", "yang").stdout
    assert "杨植麟" in shown
    assert "not statements of the real person" in shown
    assert "\nyalta " in yalta("scenario", "list").stdout
    assert "[F1]" in yalta("scenario", "show", "yalta").stdout


def test_colour_is_for_terminals_and_no_color_is_honoured(saved):
    import pty

    def on_a_terminal(**extra):
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [*YALTA, "show", str(saved)], stdout=slave, stderr=slave, env={**os.environ, **extra}
        )
        os.close(slave)
        data = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            data += piece
        os.close(master)
        assert process.wait(30) == 0
        return data

    assert b"\x1b[" in on_a_terminal()
    assert b"\x1b[3" not in on_a_terminal(NO_COLOR="1")
