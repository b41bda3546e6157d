"""Holding a batch on many machines: whole conferences as tasks of a Dask cluster.

    with cluster("tcp://scheduler:8786") as client:
        await run_on(client, batch, watch)

The plan, the index and what they promise are those of one machine. A conference is a task; the
program that runs the batch keeps the index, workers write transcripts. Where the batch's folder is
shared with a worker, the transcript grows in it, and a conference whose worker is lost is gone on
with from there by another; else it is held anew, and comes home when it has ended. A worker holds
as many at one time as it has threads, all in one event loop, so that they share its part of what
an endpoint may be asked, and its speakers. Keys are read from a worker's own environment, and
are in no task.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import tempfile
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

from debate.batch.index import Outcome
from debate.batch.job import Job, hold
from debate.batch.run import Batch, Watch
from debate.errors import CannotWrite, UserError, YaltaError
from debate.speakers.limits import sharing
from debate.speakers.registry import Registry
from debate.whole_file import write_whole

#: `distributed.Client`, which has no types.
Client = Any

#: How long a conference waits for a worker that seems lost and still writes.
_PATIENCE = 120

#: Dask asks for more of an address only once it has begun to connect.
_ADDRESS = re.compile(r"(\w+://)?\S+:\d{1,5}")
_AS_IN = "local:4, or tcp://HOST:PORT"


@dataclass(frozen=True, slots=True)
class Returned:
    """What a worker sends home."""

    outcome: Outcome
    lines: bytes | None
    """The transcript, where the folder is not shared."""


@asynccontextmanager
async def cluster(address: str, *, jobs: int = 1, patience: float = 20) -> AsyncIterator[Client]:
    """A client of the cluster at an address, or of `local:N`, N processes on this machine.

    Args:
        address: As the user names it.
        jobs: Conferences at one time, for which N processes here are given room. A cluster that is
            elsewhere has as much as its workers have threads.
        patience: Seconds to wait for an answer.

    Raises:
        UserError: if Dask is not installed, or nobody answers.
    """
    try:
        # Neither has types.
        dask: Any = import_module("dask")
        distributed: Any = import_module("distributed")
    except ModuleNotFoundError:
        raise UserError("a cluster needs Dask", hint="pip install 'yalta[cluster]'") from None
    # A worker that dies is no sign that its task kills workers: it may die ten times.
    with dask.config.set({"distributed.scheduler.allowed-failures": 10}):
        if not address.startswith("local:"):
            if not _ADDRESS.fullmatch(address):
                raise UserError(f"{address!r} is no cluster", hint=_AS_IN)
            try:
                client = await distributed.Client(address, asynchronous=True, timeout=patience)
            except (OSError, ValueError) as error:
                raise UserError(f"no cluster answers at {address}: {error}") from None
            async with client:
                yield client
            return
        number = address.removeprefix("local:")
        if not number.isdecimal() or not 1 <= int(number) <= 256:
            raise UserError(f"{address!r} is no cluster", hint=_AS_IN)
        workers = distributed.LocalCluster(
            n_workers=int(number),
            threads_per_worker=ceil(jobs / int(number)),
            host="127.0.0.1",
            dashboard_address=None,
            asynchronous=True,
        )
        async with workers, distributed.Client(workers, asynchronous=True) as client:
            yield client


async def run_on(client: Client, batch: Batch, watch: Watch) -> None:
    """Hold what is open on a cluster.

    Args:
        client: Of the cluster.
        batch: The batch; its folder is held by this program.
        watch: Told as each conference begins and ends; what is said comes with the transcripts.
    """
    folder = batch.folder.path.resolve()
    with _token(folder) as token:
        await batch.side_by_side(lambda: _feed(client, batch, folder, token, watch))


async def _feed(
    client: Client,
    batch: Batch,
    folder: Path,
    token: str,
    watch: Watch,
) -> None:
    while begun := await batch.begin():
        cell = begun.cell
        watch(cell, None)
        try:
            job = batch.folder.job(cell)
        except YaltaError as error:
            failed = Outcome(
                cell=cell.id, factors=cell.factors, end="failed", reason=error.in_a_line
            )
            await batch.end(begun, failed)
            watch(cell, failed)
            continue
        lines = _known(folder / job.file)
        workers = max(1, len(await client.ncores()))
        task = client.submit(
            _held, job, str(folder), token, lines, 1 / workers, begun.share, pure=False, retries=10
        )
        try:
            returned: Returned = await task
        except Exception as error:  # whatever befell a worker stops no other conference
            reason = f"the cluster could not hold it: {error or type(error).__name__}"
            lost = Outcome(cell=cell.id, factors=cell.factors, end="failed", reason=reason)
            returned = Returned(lost, None)
        if returned.lines is not None:
            write_whole(folder / job.file, returned.lines)
        await batch.end(begun, returned.outcome)
        watch(cell, returned.outcome)


def _known(path: Path) -> bytes | None:
    """What of a conference is there already, for a worker that does not share the folder."""
    return path.read_bytes() if path.exists() else None


@contextmanager
def _token(folder: Path) -> Iterator[str]:
    """A file by which a worker tells whether it sees the same folder."""
    token = secrets.token_hex(16)
    path = folder / f".shared-{token}"
    path.touch()
    try:
        yield token
    finally:
        path.unlink(missing_ok=True)


def _held(
    job: Job, folder: str, token: str, lines: bytes | None, share: float, budget: Any
) -> Returned:
    """Hold a conference on a worker."""
    shared = (Path(folder) / f".shared-{token}").exists()
    if shared:
        return Returned(_in_loop(_hold(job, Path(folder), share, budget)), None)
    with tempfile.TemporaryDirectory(prefix="yalta-") as own:
        path = Path(own) / job.file
        if lines is not None:
            path.write_bytes(lines)
        outcome = _in_loop(_hold(job, Path(own), share, budget))
        return Returned(outcome, path.read_bytes() if path.exists() else None)


def _in_loop(holding: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Wait for what is done in this process's one event loop, in which all that it holds share
    their limits."""
    return asyncio.run_coroutine_threadsafe(holding, _loop()).result()


_ONE = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    with _ONE:
        return _running()


@cache
def _running() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="yalta", daemon=True).start()
    return loop


class _Speakers:
    """The speakers of all that this process holds, while it holds anything."""

    def __init__(self) -> None:
        self._registry, self._users = Registry(), 0

    @asynccontextmanager
    async def used(self) -> AsyncIterator[Registry]:
        """They are let go of by whoever uses them last: an engine holds a gigabyte."""
        registry, self._users = self._registry, self._users + 1
        try:
            yield registry
        finally:
            self._users -= 1
            if not self._users:
                self._registry = Registry()
                await registry.aclose()


_SPEAKERS = _Speakers()


async def _hold(job: Job, folder: Path, share: float, budget: Any) -> Outcome:
    with sharing(share):
        for _ in range(_PATIENCE):
            async with _SPEAKERS.used() as registry:
                try:
                    outcome = await hold(job, folder, registry, lambda item: None, budget=budget)
                except CannotWrite as error:  # a worker's disk may be its own
                    cell = job.cell
                    return Outcome(
                        cell=cell.id, factors=cell.factors, end="failed", reason=error.in_a_line
                    )
            # Whoever held it before may be cut off and not gone.
            if not (outcome.reason or "").startswith("another program is writing"):
                break
            await asyncio.sleep(1)
        return outcome
