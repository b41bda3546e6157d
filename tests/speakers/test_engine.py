"""The embedded engine: a real model in a real child process.

The model file is fetched if it is not there (1.12 GB); `-m "not engine"` leaves these tests out.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest
from recipes import copy_of_the_repository, recipe, run
from worlds import scenario

from debate.conference import Conference
from debate.errors import YaltaError
from debate.kept_answers import kept_answers
from debate.library import cache_folder
from debate.prompts.layouts import Message
from debate.seating import Wishes
from debate.speakers import catalog
from debate.speakers.base import Finish, Prompt, Reading, Text
from debate.speakers.local import Engine, LocalSpeaker
from debate.speakers.registry import Registry
from debate.stats import stats
from debate.take import Progress
from debate.transcript import read
from debate.verify import verify

# All by one worker: two engines at once would slow each other tenfold.
pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine")]

# Read before the tests get a cache folder of their own: the file is too large to fetch for each.
CACHE = cache_folder()


@pytest.fixture(scope="module")
def fetched():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YALTA_CACHE", str(CACHE))
        return catalog.ensure(catalog.DEFAULT, offline=False)


@pytest.fixture(autouse=True)
def model_file(monkeypatch, fetched):
    monkeypatch.setenv("YALTA_CACHE", str(CACHE))
    return fetched


def prompt(text: str, seed: int = 1, label: str = "") -> Prompt:
    head = Message("system", "You answer in one short sentence. " * 20)
    messages = (head, Message("user", text))
    return Prompt(messages, seat="ada", max_tokens=24, seed=seed, label=label)


async def ask(speaker: LocalSpeaker, text: str, label: str = "") -> tuple[list, str, Finish]:
    parts = []
    async with aclosing(speaker.stream(prompt(text, label=label))) as stream:
        async for part in stream:
            parts.append(part)
    return parts, "".join(p.text for p in parts if isinstance(p, Text)), parts[-1]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def wait_until(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_it_streams_counts_and_caches():
    async def main():
        async with Registry() as registry:
            speaker = registry.speaker("local")
            parts, text, finish = await ask(speaker, "Name a colour.")
            _, _, again = await ask(speaker, "Name a colour of the sky.")
            _, begun, _ = await ask(speaker, "Name a colour of grass.", label="[Ada]:")
            return parts, text, finish, again, begun

    parts, text, finish, again, begun = asyncio.run(main())
    assert begun.startswith("[Ada]: ")  # it is begun for the model, and is part of what it said
    assert begun.removeprefix("[Ada]: ").strip()
    assert isinstance(parts[0], Reading)
    assert any(isinstance(p, Reading) and p.total for p in parts)  # it tells how far it has read
    assert text.strip()
    assert sum(isinstance(p, Text) for p in parts) > 1
    assert finish.usage.input > 100
    assert 0 < finish.usage.output <= 24
    assert finish.model == catalog.DEFAULT.filename.removesuffix(".gguf")  # and not its path
    assert again.usage.cached > 0.8 * again.usage.input


def test_it_wants_the_key_and_listens_on_loopback_only(model_file):
    async def main():
        engine = Engine(model_file, window=1024)
        try:
            address = await engine.address()
            async with httpx.AsyncClient() as client:
                body = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}
                answer = await client.post(f"{address}/v1/chat/completions", json=body)
            return address, answer.status_code
        finally:
            await engine.aclose()

    address, status = asyncio.run(main())
    assert address.startswith("http://127.0.0.1:")
    assert status == 401


def test_a_file_that_is_no_model_is_one_error_with_the_logs_place(tmp_path):
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + b"\0" * 1000)

    async def main():
        await Engine(path, window=1024).address()

    with pytest.raises(YaltaError, match="did not start") as error:
        asyncio.run(main())
    assert "engine.log" in str(error.value)


def test_a_crash_of_the_engine_is_a_failed_turn_and_the_next_try_has_a_new_engine(tmp_path):
    plan = scenario(["chair"], [{"kind": "plenary", "words": {"from": 5, "to": 10}}])

    async def main():
        killed = False
        wishes = Wishes(model="local", seed=1)
        async with Conference.begin(plan, wishes, out=tmp_path) as conference:
            (pid,) = children(os.getpid())
            async for item in conference.stream():
                if isinstance(item, Progress) and not killed:
                    os.kill(pid, signal.SIGKILL)
                    killed = True
            return conference.path

    events = read(asyncio.run(main()))
    failed = [e for e in events if e.type == "turn.failed"]
    assert len(failed) == 1
    assert "engine ended with code -9" in failed[0].message
    assert sum(e.type == "turn.closed" for e in events) == 1
    assert events[-1].type == "conference.closed"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds processes by /proc")
@pytest.mark.parametrize("moment", ["starting", "speaking"])
def test_the_engine_does_not_outlive_a_killed_program(tmp_path, moment):
    path = tmp_path / "t.jsonl"
    words = ["run", "yalta", "--seats", "altman", "--model", "local", "--out", str(path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "debate", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_until(lambda: children(process.pid))
    (engine,) = children(process.pid)
    if moment == "speaking":
        wait_until(lambda: path.exists() and b"turn.opened" in path.read_bytes())
    process.kill()
    _, err = process.communicate()

    wait_until(lambda: not alive(engine), seconds=30)
    assert b"llama" not in err  # its log goes to a file


@pytest.fixture(scope="module")
def first_debate(tmp_path_factory, fetched):
    """What the second of the README's two commands leaves: two seats, four turns."""
    folder = copy_of_the_repository(tmp_path_factory.mktemp("copy"))
    (folder / "transcripts" / "sample-yalta.jsonl").unlink()
    install, debate = recipe("Two commands").splitlines()
    assert install.startswith("python3 -m venv .venv")
    run(debate, folder, YALTA_CACHE=str(CACHE))
    (path,) = (folder / "transcripts").glob("*.jsonl")
    return path


def test_cached_is_most_of_the_input_after_the_second_turn(first_debate):
    counted = stats(read(first_debate))

    assert len(counted.turns) >= 3  # a small model may fall silent in one
    for turn in counted.turns[2:]:
        assert turn.usage.cached > 0.5 * turn.usage.input
    later = counted.turns[2:]
    share = sum(t.usage.cached for t in later) / sum(t.usage.input for t in later)
    assert share > 0.8
    assert verify(first_debate).good


def test_stats_show_the_cached_share(first_debate):
    done = subprocess.run(
        [sys.executable, "-m", "debate", "stats", str(first_debate)],
        capture_output=True,
        text=True,
        check=True,
    )
    total = next(line for line in done.stdout.splitlines() if line.startswith("all"))
    assert "%" in total


def test_an_audition_on_the_engine_is_heard_kept_and_counted(monkeypatch, tmp_path):
    monkeypatch.setenv("YALTA_AUDITIONS", str(tmp_path))
    command = ["persona", "audition", "yang", "--json"]
    questions = ["--ask", "用一句话说：你要什么？"]

    done = subprocess.run(
        [sys.executable, "-m", "debate", *command, *questions],
        capture_output=True,
        text=True,
        check=True,
    )
    answer, counts = map(json.loads, done.stdout.splitlines())
    assert answer["reply"].strip()
    assert answer["model"] == "local"
    assert answer["usage"]["output"] > 0
    assert counts["words"] > 0
    assert verify(tmp_path / answer["transcript"]).good
    kept = kept_answers("yang")
    assert [each.reply for each in kept.answers] == [answer["reply"]]
    assert len(kept.cards) == 1
