"""Steering from the command line: forks, other models, budgets, and a person at the table."""

from __future__ import annotations

import asyncio
import io
import json
import os
import pty
import subprocess
import sys
import time
from contextlib import suppress
from decimal import Decimal

import pytest
from chat_server import ChatServer, Reply
from in_process import yalta

from debate.cli.asker import HOW, Asker
from debate.errors import SpeakerError
from debate.events import TurnClosed, TurnFailed
from debate.prompts.layouts import Message
from debate.speakers.base import Prompt
from debate.state import fold
from debate.transcript import read
from debate.verify import verify

YALTA = (sys.executable, "-m", "debate")
SHORT = ("--phases", "opening,plenary,closing")
THREE = ("--seats", "altman,yang,amodei", "--rounds", "1", "--seed", "3", *SHORT)


@pytest.fixture
def server():
    with ChatServer(Reply(["Well, ", "yes."])) as running:
        yield running


@pytest.fixture
def saved(server, tmp_path):
    path = tmp_path / "talk.jsonl"
    done = yalta("run", "yalta", *THREE, "--model", server.model, "--out", path)
    assert done.returncode == 0, done.stderr
    return path


def texts(path, seat):
    return [turn.text for turn in fold(read(path)).record if turn.seat == seat]


# Forks and changes of seat


def test_a_fork_is_named_and_goes_on_with_another_model(server, saved, tmp_path):
    past = saved.read_bytes()
    forked = yalta("fork", saved, "--turn", 4, "-o", tmp_path / "f.jsonl", "--seed", 7)
    assert forked.returncode == 0, forked.stderr
    assert forked.stdout == f"{tmp_path / 'f.jsonl'}\n"
    assert f"Go on with:  yalta resume {tmp_path / 'f.jsonl'}" in forked.stderr

    with ChatServer(Reply(["Something else."])) as other:
        done = yalta("resume", forked.stdout.strip(), "--seat", f"yang={other.model}")
        assert done.returncode == 0, done.stderr
        assert f"From here on, {other.model} speaks for Yang Zhilin." in done.stdout
        assert len(other.requests) == len(texts(tmp_path / "f.jsonl", "yang")) - 1
    assert set(texts(tmp_path / "f.jsonl", "yang")[-2:]) == {"Something else."}
    assert set(texts(tmp_path / "f.jsonl", "altman")) == {"Well, yes."}
    assert verify(tmp_path / "f.jsonl").good
    assert saved.read_bytes() == past

    shown = yalta("show", tmp_path / "f.jsonl").stdout
    assert "Forked from talk.jsonl; what follows is another future." in shown


def test_a_change_of_seat_is_among_the_events_printed(saved, tmp_path):
    path = yalta("fork", saved, "--turn", 3, "-o", tmp_path / "f.jsonl").stdout.strip()
    with ChatServer() as other:
        done = yalta("resume", path, "--json", "--seat", f"amodei={other.model}")
    lines = done.stdout.splitlines()
    kinds = [json.loads(line)["type"] for line in lines]
    assert kinds[:2] == ["conference.opened", "floor.resumed"]
    assert "seat.changed" in kinds[2:5]
    assert kinds.index("seat.changed") < kinds.index("turn.opened")
    assert (tmp_path / "f.jsonl").read_text().endswith("\n".join(lines[1:]) + "\n")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("yangg=me", "did you mean 'yang'"),
        ("yang=kimmi-k2.6", "did you mean 'kimi-k2.6'"),
        ("yang=local/qwen9", "no local model named"),
        ("yang", "SEAT=MODEL"),
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(saved, tmp_path, change, says):
    path = tmp_path / "f.jsonl"
    yalta("fork", saved, "--turn", 3, "-o", path)
    before = path.read_bytes()
    done = yalta("resume", path, "--seat", "altman=me", "--seat", change)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert path.read_bytes() == before


def test_a_key_goes_to_an_address_that_was_named_by_seat_and_to_no_other(
    server, saved, tmp_path, monkeypatch
):
    path = yalta("fork", saved, "--turn", 3, "-o", tmp_path / "f.jsonl").stdout.strip()
    before = len(server.requests)
    with ChatServer() as other:
        monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", "a-secret")
        yalta("resume", path, "--seat", f"yang={other.model}")
        assert {h.get("authorization") for h in other.headers} == {"Bearer a-secret"}
    assert {h.get("authorization") for h in server.headers[before:]} == {None}


def test_a_turn_that_is_not_there_cannot_be_forked_from(saved, tmp_path):
    done = yalta("fork", saved, "--turn", 99, "-o", tmp_path / "f.jsonl")
    assert done.returncode == 2
    assert "no finished turn 99" in done.stderr
    assert not (tmp_path / "f.jsonl").exists()


def test_a_budget_needs_prices_and_is_never_passed(server, tmp_path):
    path = tmp_path / "talk.jsonl"
    words = ("run", "yalta", *THREE, "--budget", "0.0046", "--out", path, "--model")
    done = yalta(*words, server.model)
    assert done.returncode == 2
    assert "price" in done.stderr

    config = tmp_path / "config"
    config.mkdir()
    (config / "profiles.yaml").write_text(
        "schema: yalta/profiles/1\n"
        f"providers: {{mine: {{base_url: '{server.url}', key_env: MINE, key_optional: true}}}}\n"
        "models: {priced: {provider: mine, price: {currency: USD, input: 1, output: 1}}}\n"
    )
    done = yalta(*words, "priced")
    assert done.returncode == 1, done.stderr
    assert "the budget bears no further turn" in done.stdout
    state = fold(read(path))
    assert 3 <= len(state.record) < 9
    assert state.cost == state.at_most == len(state.record) * Decimal("0.00011")

    done = yalta("resume", path, "--budget", "0.0001")
    assert done.returncode == 2
    assert "already" in done.stderr
    done = yalta("resume", path, "--budget", "0.5")
    assert done.returncode == 0, done.stderr
    assert len(fold(read(path)).record) == 9
    assert verify(path).good


# A person at the table

ME = ("--seat", "yang=me")


def run_with(words: str, server, path):
    """Run the program with words at its standard input."""
    return subprocess.run(
        [*YALTA, "run", "yalta", *THREE, *ME, "-m", server.model, "-o", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        input=words,
    )


def test_a_person_speaks_through_standard_input(server, tmp_path):
    path = tmp_path / "talk.jsonl"
    done = run_with("\nWe climb.\n山没有顶。\n\n\n\nSecond.\n\nThird, and last.", server, path)
    assert done.returncode == 0, done.stderr
    assert texts(path, "yang") == ["We climb.\n山没有顶。", "Second.", "Third, and last."]
    assert HOW not in done.stderr
    assert verify(path).good


def test_a_person_may_be_a_file(server, tmp_path):
    path, words = tmp_path / "talk.jsonl", tmp_path / "words.txt"
    words.write_text("One.\n\nTwo.\n\nThree.\n")
    with words.open() as file:
        done = subprocess.run(
            [*YALTA, "run", "yalta", *THREE, *ME, "-m", server.model, "-o", str(path)],
            stdin=file,
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert texts(path, "yang") == ["One.", "Two.", "Three."]


def test_a_person_who_is_not_there_is_a_failure_and_no_blank(server, tmp_path):
    path = tmp_path / "talk.jsonl"
    done = run_with("One.\n", server, path)
    failures = [e for e in read(path) if isinstance(e, TurnFailed)]
    assert failures
    assert all((f.seat, f.final) == ("yang", True) for f in failures)
    assert "nobody is there" in done.stdout
    assert texts(path, "yang") == ["One."]


def test_a_person_at_a_terminal_reads_what_is_asked_of_them(server, tmp_path):
    path = tmp_path / "talk.jsonl"
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*YALTA, "run", "yalta", *THREE, *ME, "-m", server.model, "-o", str(path)],
        stdin=slave,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    os.close(slave)
    os.set_blocking(process.stderr.fileno(), False)
    told, answered = b"", 0
    while process.poll() is None:
        told += process.stderr.read() or b""
        if told.count(HOW.encode()) > answered:
            answered += 1
            os.write(master, f"Words {answered}.\n\n".encode())
        time.sleep(0.01)
    told += process.stderr.read() or b""
    os.close(master)
    process.stderr.close()
    assert process.returncode == 0, told.decode()
    assert texts(path, "yang") == ["Words 1.", "Words 2.", "Words 3."]
    assert "You are Yang Zhilin." in told.decode()
    assert "[Sam Altman]:" not in told.decode()


def test_ctrl_c_reaches_a_conference_that_waits_for_a_person(server, tmp_path):
    path = tmp_path / "talk.jsonl"
    process = subprocess.Popen(
        [*YALTA, "run", "yalta", *THREE, *ME, "-m", server.model, "-o", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    while not path.exists() or sum(isinstance(e, TurnClosed) for e in read(path)) < 2:
        time.sleep(0.01)
    process.send_signal(2)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert b"Traceback" not in err
    assert read(path)[-1].type == "floor.paused"


PROMPT = Prompt((Message("user", "The record\n---\nYour turn."),), "yang", 100)


@pytest.fixture
def pipe(monkeypatch):
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, encoding="utf-8") as source:
        monkeypatch.setattr(sys, "stdin", source)
        yield write_end
    os.close(write_end)


async def test_waiting_for_a_person_can_be_ended_and_what_they_wrote_is_kept(pipe):
    asker = Asker()
    waiting = asyncio.create_task(asker(PROMPT))
    await asyncio.sleep(0.01)
    waiting.cancel()
    assert (await asyncio.gather(waiting, return_exceptions=True))[0].__class__ is (
        asyncio.CancelledError
    )
    os.write(pipe, "先说。\n\nThen".encode())
    assert await asker(PROMPT) == "先说。"
    os.write(pipe, b" this.\r\n\r\n")
    assert await asker(PROMPT) == "Then this."


async def test_a_person_with_two_seats_is_asked_one_at_a_time(pipe):
    asker = Asker()
    both = asyncio.gather(asker(PROMPT), asker(PROMPT))
    os.write(pipe, b"first\n\nsecond\n\n")
    assert await both == ["first", "second"]


async def test_a_flood_of_words_ends(pipe):
    asker = Asker()
    asked = asyncio.create_task(asker(PROMPT))
    os.set_blocking(pipe, False)
    while not asked.done():
        with suppress(BlockingIOError):
            os.write(pipe, b"y\n" * 1000)
        await asyncio.sleep(0)
    assert 50_000 < len(await asked) < 100_000


async def test_no_standard_input_is_nobody(monkeypatch):
    for nothing in (None, io.StringIO("words that no file holds\n")):
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(SpeakerError, match="nobody is there") as caught:
            await Asker()(PROMPT)
        assert caught.value.final
