"""What a batch makes of many conferences at one time, beside one conference held alone.

    python tests/peers/batch.py [--conferences 200] [--jobs 8,16,32] [--tokens 60] [--delay-ms 2]
                                [--servers 2] [--repeats 1]

A conference of three seats and nine turns is held alone by `yalta batch`, then so many of them, so
many at one time, by the same command, each run in a process of its own, against servers in
processes of their own that pace every reply at D ms a token (`streamer.py`). The ideal is that each
takes as long as it did alone: conferences / jobs times the time of one. Throughput is the ideal
time over the time that it took; CPU is that of the runner's process, in cores.

Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STREAMER = Path(__file__).with_name("streamer.py")
SEATS = ("altman", "yang", "amodei")
PHASES = (("opening", "opening"), ("talk", "plenary"), ("closing", "closing"))


def write_plan(folder: Path, models: list[str], conferences: int, jobs: int) -> Path:
    """A plan of so many conferences, spread over the models."""
    phase = "  - {{id: {0}, kind: {1}, title: Talk, instructions: Speak.}}\n"
    seats = "".join(f"  - {{persona: {seat}}}\n" for seat in SEATS)
    (folder / "small.yaml").write_text(
        "schema: yalta/scenario/1\nid: small\ntitle: Small\nmotion: Small things matter.\n"
        f"background: Delegates meet.\nseats:\n{seats}phases:\n"
        + "".join(phase.format(*each) for each in PHASES)
    )
    each = math.ceil(conferences / len(models))
    path = folder / f"plan{conferences}.yaml"
    path.write_text(
        f"schema: yalta/plan/1\nid: of-{conferences}-{jobs}\nscenario: small.yaml\njobs: {jobs}\n"
        f"factors:\n  model: {json.dumps(models)}\n  seed: {each}\n"
    )
    return path


def held(plan: Path, out: Path) -> tuple[float, float]:
    """Seconds that a batch took, and of processor time, its start left out."""
    words = [sys.executable, __file__, "--hold", str(plan), "--out", str(out)]
    done = subprocess.run(words, check=True, capture_output=True)
    told = json.loads(done.stdout)
    return told["wall"], told["cpu"]


def hold(plan: Path, out: Path) -> None:
    """Hold a batch in this process, and print what it took."""
    import asyncio

    from debate.batch.folder import BatchFolder
    from debate.batch.run import Batch
    from debate.speakers.registry import Registry

    async def run() -> tuple[float, float]:
        async with Registry() as registry:
            batch = Batch(BatchFolder.begin(plan, out))
            began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
            await batch.run(registry, lambda cell, item: None)
            wall, now = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
            assert not batch.failed(), batch.failed()[0]
            return wall, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime

    wall, cpu = asyncio.run(run())
    print(json.dumps({"wall": wall, "cpu": cpu}))


def main(wanted: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        models = []
        for _ in range(wanted.servers):
            server = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, STREAMER, "--port", "0", "--tokens", str(wanted.tokens),
                     "--delay-ms", str(wanted.delay_ms)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )  # fmt: skip
            port = json.loads(server.stdout.readline())["port"]
            models.append(f"openai-compatible@http://127.0.0.1:{port}/v1#m")
        folder = Path(scratch)
        turns = sum(len(SEATS) for _ in PHASES)
        print(f"{turns} turns of {wanted.tokens} tokens, {wanted.delay_ms:g} ms a token;"
              f" {os.cpu_count()} cores\n")  # fmt: skip
        print("| conferences | at one time | s | ideal s | throughput | client cores |")
        print("| --- | --- | --- | --- | --- | --- |")
        alone = statistics.median(
            held(write_plan(folder, models[:1], 1, 1), folder / f"alone{n}")[0] for n in range(3)
        )
        print(f"| 1 | 1 | {alone:.2f} | {alone:.2f} | 1.00 | |", flush=True)
        for jobs in wanted.jobs:
            for n in range(wanted.repeats):
                plan = write_plan(folder, models, wanted.conferences, jobs)
                wall, cpu = held(plan, folder / f"{jobs}-{n}")
                ideal = alone * math.ceil(wanted.conferences / jobs)
                print(
                    f"| {wanted.conferences} | {jobs} | {wall:.2f} | {ideal:.2f} |"
                    f" {ideal / wall:.2f} | {cpu / wall:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--conferences", type=int, default=200)
    parser.add_argument(
        "--jobs", type=lambda s: [int(n) for n in s.split(",")], default=[8, 16, 32]
    )
    parser.add_argument("--tokens", type=int, default=60)
    parser.add_argument("--delay-ms", type=float, default=2.0)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--hold", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.hold:
        hold(asked.hold, asked.out)
    else:
        main(asked)
