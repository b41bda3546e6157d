"""A batch on a Dask cluster whose workers are killed: the same plan, index and promises.

    python tests/batch/test_cluster.py [--conferences 200] [--kills 10] [--workers 3] [--seed 1]

runs it by itself and says what it did.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from batches import check_whole, streamer, write_plan

from debate import read_transcript
from debate.batch import cluster as on_cluster
from debate.batch.folder import BatchFolder
from debate.batch.index import Outcome
from debate.batch.run import Batch
from debate.errors import UserError
from debate.whole_file import write_whole

pytest.importorskip("distributed")


async def held(batch: Batch, workers: int, kills: int, seed: int, *, told: bool = False) -> int:
    """Hold a batch on so many workers, of which one is killed so often; returns how often."""
    chance = random.Random(seed)
    killed = ended = 0
    more = asyncio.Event()

    def watch(cell, item):
        nonlocal ended
        if isinstance(item, Outcome):
            ended += 1
            more.set()

    async with on_cluster.cluster(f"local:{workers}", jobs=batch.jobs) as client:
        task = asyncio.ensure_future(on_cluster.run_on(client, batch, watch))
        each = max(1, len(batch.folder.cells) // (kills + 1))
        while killed < kills and not task.done():
            wanted = ended + chance.randint(0, each)
            while ended < wanted and not task.done():
                more.clear()
                await asyncio.wait([task, asyncio.ensure_future(more.wait())], timeout=1)
            await asyncio.sleep(chance.random())
            if task.done():
                break
            # Of the workers that are there now; one may just have gone.
            pids = await client.run(os.getpid, on_error="ignore")
            if not pids:
                continue
            os.kill(chance.choice([*pids.values()]), signal.SIGKILL)
            killed += 1
            if told:
                print(f"kill {killed}: {ended} of {len(batch.folder.cells)} ended", flush=True)
        await task
    return killed


async def test_a_batch_whose_workers_are_killed_is_whole_in_the_end(tmp_path):
    # So slow that a quick machine is not done before the first kill.
    with streamer(tokens=20, delay_ms=5) as model:
        plan = write_plan(tmp_path, model, arms="[full, no-persona]", seeds=8, jobs=6)
        batch = Batch(BatchFolder.begin(plan))
        with batch.folder.held():
            assert await held(batch, workers=2, kills=2, seed=1)
        check_whole(batch.folder.path, 16)
        assert not list(batch.folder.path.glob(".shared-*"))


async def test_fewer_workers_than_jobs_hold_as_many_conferences_as_the_plan_says(tmp_path):
    with streamer(tokens=20, delay_ms=10) as model:
        batch = Batch(BatchFolder.begin(write_plan(tmp_path, model, seeds=4, jobs=4)))
        with batch.folder.held():
            await held(batch, workers=2, kills=0, seed=1)
    check_whole(batch.folder.path, 4)
    kept = [read_transcript(batch.folder.path / f"{c.id}.jsonl") for c in batch.folder.cells]
    assert max(events[0].at for events in kept) < min(events[-1].at for events in kept)


def test_where_the_folder_is_not_shared_transcripts_come_home(tmp_path):
    """On a worker that does not see the folder, by what it is told of it."""
    with streamer() as model:
        plan = write_plan(tmp_path, model, seeds=1)
        folder = BatchFolder.begin(plan)
        (cell,) = folder.cells
        returned = on_cluster._held(folder.job(cell), "/nowhere", "token", None, 0.5, None)
        assert returned.outcome.end == "complete"
        assert returned.lines is not None
        write_whole(folder.path / f"{cell.id}.jsonl", returned.lines)
        Batch(folder).take(returned.outcome)
        check_whole(folder.path, 1)
        # What came home half done is gone on with elsewhere.
        half = b"".join(returned.lines.splitlines(keepends=True)[:9])
        again = on_cluster._held(folder.job(cell), "/nowhere", "token", half, 0.5, None)
        assert again.outcome.end == "complete"
        assert again.lines.startswith(half)


@pytest.mark.parametrize("address", ["local:many", "local:0", "foo", "tcp://host", ":"])
async def test_a_cluster_that_is_none_is_told(address):
    with pytest.raises(UserError, match="is no cluster"):
        async with on_cluster.cluster(address):
            pass


async def test_a_cluster_that_does_not_answer_is_told():
    with pytest.raises(UserError, match=r"no cluster answers at tcp://127\.0\.0\.1:9"):
        async with on_cluster.cluster("tcp://127.0.0.1:9", patience=1):
            pass


async def _by_itself(wanted: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as scratch, streamer(tokens=20, delay_ms=1) as model:
        began, half = time.monotonic(), wanted.conferences // 2
        plan = write_plan(Path(scratch), model, arms="[full, no-persona]", seeds=half, jobs=12)
        batch = Batch(BatchFolder.begin(plan))
        with batch.folder.held():
            done = await held(batch, wanted.workers, wanted.kills, wanted.seed, told=True)
        took = time.monotonic() - began
        print(f"{2 * half} conferences, {wanted.workers} workers, {done} kills, {took:.0f} s")
        check_whole(batch.folder.path, 2 * half)
        print("index whole, each cell once, every chain good")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--conferences", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(_by_itself(parser.parse_args()))
