"""Plans of batches for tests, against the loopback streamer."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from debate.batch.cells import Cell
from debate.batch.folder import BatchFolder
from debate.batch.run import Batch
from debate.cli import yalta
from debate.events import TurnClosed
from debate.speakers.registry import Registry
from debate.verify import verify

STREAMER = Path(__file__).parent / "peers" / "streamer.py"

PLAN = """\
schema: yalta/plan/1
id: small
scenario: small.yaml
arms: {arms}
factors:
  model: "{model}"
  seed: {seeds}
jobs: {jobs}
"""
SCENARIO = """\
schema: yalta/scenario/1
id: small
title: Small
motion: Small things matter.
background: Delegates meet.
seats:
  - {persona: chair, role: chair}
  - {persona: altman}
  - {persona: yang}
  - {persona: amodei}
phases:
  - {id: opening, kind: opening, title: Opening, instructions: Speak.}
  - {id: talk, kind: plenary, title: Talk, instructions: Speak., floor: chaired}
  - {id: closing, kind: closing, title: Closing, instructions: Speak.}
"""


@contextmanager
def streamer(tokens: int = 20, delay_ms: float = 0) -> Iterator[str]:
    """A loopback server that streams replies; gives the name of its model."""
    with subprocess.Popen(
        [
            sys.executable,
            STREAMER,
            "--port",
            "0",
            "--tokens",
            str(tokens),
            "--delay-ms",
            str(delay_ms),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        port = json.loads(server.stdout.readline())["port"]
        try:
            yield f"openai-compatible@http://127.0.0.1:{port}/v1#m"
        finally:
            server.stdin.close()


def write_plan(
    folder: Path,
    model: str,
    *,
    arms: str = "[full]",
    seeds: int = 2,
    jobs: int = 4,
    more: str = "",
    chair: bool = True,
) -> Path:
    """Write a plan and its scenario, with a chair who is asked to give the floor, or without."""
    alone = SCENARIO.replace("  - {persona: chair, role: chair}\n", "")
    alone = alone.replace(", floor: chaired", "")
    (folder / "small.yaml").write_text(SCENARIO if chair else alone)
    path = folder / "plan.yaml"
    path.write_text(PLAN.format(arms=arms, model=model, seeds=seeds, jobs=jobs) + more)
    return path


def check_whole(folder: Path, cells: int) -> None:
    """That a batch is whole: every cell once in the index, its transcript complete and good, and
    nothing else in the folder."""
    lines = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    assert len(lines) == len({line["cell"] for line in lines}) == cells
    assert {line["end"] for line in lines} == {"complete"}
    named = {line["transcript"] for line in lines}
    assert {p.name for p in folder.glob("*.jsonl")} == named | {"index.jsonl"}
    for line in lines:
        told = verify(folder / line["transcript"])
        assert not told.faults, (line["cell"], told)
        assert told.head == line["head"]


def run(*words: object, code: int = 0) -> str:
    """Run a command of `yalta batch` in this process; what it prints."""
    done = CliRunner().invoke(yalta, ["batch", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def stopped_at(path: Path, turn: int) -> None:
    """Hold a batch until a turn is finished, and stop it there as Ctrl-C does."""

    async def hold() -> None:
        def stop(cell: Cell, item: object) -> None:
            if isinstance(item, TurnClosed) and item.turn == turn:
                task.cancel()

        async with Registry() as registry:
            task = asyncio.ensure_future(Batch(BatchFolder.open(path)).run(registry, stop))
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(hold())
