"""What the program costs beside a bare loop of httpx calls.

    python tests/peers/overhead.py [--repeats 5]

A server in a process of its own streams the same words to both (`streamer.py`). The bare loop is
what one would write by hand: it keeps one growing record, posts it, reads the stream line by line,
and stores nothing. The program does all that it does: prompts, hygiene, hash chain, fsync. Each
measurement is a fresh process; the two take turns, so that both see the same noise.

(A) three seats x 60 turns of 120 tokens, without delay; (P) three seats x 12 turns at 5 ms a token.
CPU is user + system time of the client's process alone, imports left out; they stand apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SEATS = ("altman", "yang", "amodei")
TOKENS = 120
CASES = {"A": (60, 0.0), "P": (12, 5.0)}  # rounds, milliseconds a token
STREAMER = Path(__file__).with_name("streamer.py")


def processor_seconds() -> float:
    """User and system time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def bare(url: str, rounds: int) -> None:
    """The same calls by hand: httpx, `aiter_lines`, `json.loads`, and a record of strings."""
    import httpx

    head, brief = "x" * 9000, "y" * 900  # about as long as the program's own
    record = "# The record"
    async with httpx.AsyncClient(timeout=60) as client:
        for turn in range(rounds * len(SEATS)):
            body = {
                "model": "m",
                "messages": [
                    {"role": "system", "content": head},
                    {"role": "user", "content": f"{record}\n\n{brief}"},
                ],
                "stream": True,
                "stream_options": {"include_usage": True},
                "max_tokens": 300,
            }
            text = ""
            async with client.stream("POST", f"{url}/chat/completions", json=body) as response:
                async for line in response.aiter_lines():
                    if not line.startswith("data: ") or line == "data: [DONE]":
                        continue
                    for choice in json.loads(line[6:])["choices"]:
                        text += choice["delta"].get("content") or ""
            record += f"\n\n[{SEATS[turn % len(SEATS)]}]: {text}"


async def yalta(url: str, rounds: int, folder: Path) -> None:
    """A conference by its public door, its transcript on the disk."""
    from debate import Conference, Scenario, Wishes

    phase = {
        "id": "plenary",
        "kind": "plenary",
        "title": "Plenary",
        "rounds": rounds,
        "instructions": "Say what you think should be done.",
    }
    scenario = Scenario.model_validate(
        {
            "schema": "yalta/scenario/1",
            "id": "overhead",
            "title": "Overhead",
            "motion": "Streams should be read with little effort.",
            "background": "A measurement.",
            "seats": [{"persona": name} for name in SEATS],
            "phases": [phase],
        }
    )
    wishes = Wishes(model=f"openai-compatible@{url}#m", seed=1)
    async with Conference.begin(scenario, wishes, out=folder) as conference:
        async for _ in conference.stream():
            pass
        if len(conference.state.record) != rounds * len(SEATS):
            raise SystemExit("the conference did not run to its end")


def measure(side: str, url: str, rounds: int) -> dict[str, float]:
    """Run one side in this process and say what it took."""
    started = time.perf_counter()
    if side == "bare":
        import httpx  # noqa: F401
    else:
        import debate.conference
        import debate.speakers.openai
        import debate.speakers.transport  # noqa: F401
    imported = time.perf_counter()
    before = processor_seconds()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(bare(url, rounds) if side == "bare" else yalta(url, rounds, Path(folder)))
    turns = rounds * len(SEATS)
    return {
        "cpu_ms": (processor_seconds() - before) * 1000 / turns,
        "wall_ms": (time.perf_counter() - imported) * 1000 / turns,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "import_ms": (imported - started) * 1000,
    }


def compare(repeats: int) -> None:
    """Measure both sides by turns and print the table."""
    print(f"{'case':<5}{'':<7}{'CPU ms/turn':>20}{'wall ms/turn':>14}{'MB':>8}{'import ms':>11}")
    for case, (rounds, delay) in CASES.items():
        command = [sys.executable, str(STREAMER), "--tokens", str(TOKENS), "--delay-ms", str(delay)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            url = f"http://127.0.0.1:{json.loads(server.stdout.readline())['port']}/v1"
            rows: dict[str, list[dict[str, Any]]] = {"bare": [], "yalta": []}
            for n in range(repeats + 1):
                for side, measured in rows.items():
                    words = [sys.executable, __file__, "--side", side, url, str(rounds)]
                    out = subprocess.run(words, capture_output=True, text=True, check=True).stdout
                    if n:  # the first of each warms caches and is left out
                        measured.append(json.loads(out))
            server.stdin.close()
        for side, measured in rows.items():
            cpu = [m["cpu_ms"] for m in measured]
            spread = f"{statistics.median(cpu):.2f} [{min(cpu):.2f}-{max(cpu):.2f}]"
            rest = [
                statistics.median(m[k] for m in measured)
                for k in ("wall_ms", "rss_mb", "import_ms")
            ]
            print(f"{case:<5}{side:<7}{spread:>20}{rest[0]:>14.1f}{rest[1]:>8.0f}{rest[2]:>11.0f}")
        pairs = [
            y["cpu_ms"] / b["cpu_ms"] for b, y in zip(rows["bare"], rows["yalta"], strict=True)
        ]
        print(
            f"{case:<5}ratio  yalta / bare, pair by pair: median {statistics.median(pairs):.2f} "
            f"[{min(pairs):.2f}-{max(pairs):.2f}]\n"
        )


def main() -> None:
    """Compare, or (with --side) be one side of the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--side", nargs=3, metavar=("SIDE", "URL", "ROUNDS"))
    arguments = parser.parse_args()
    if arguments.side:
        side, url, rounds = arguments.side
        print(json.dumps(measure(side, url, int(rounds))))
    else:
        compare(arguments.repeats)


if __name__ == "__main__":
    main()
