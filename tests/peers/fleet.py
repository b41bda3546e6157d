"""What many conferences at once cost beside a bare loop of httpx calls.

    python tests/peers/fleet.py [--repeats 5] [--conferences 50] [--tokens 60] [--delay-ms 2]

Three clients do the same requests, each in a fresh process, one after another, so that all see the
same noise: conferences of three seats and 12 turns, all in one event loop.

    raw     reads bytes off a socket and drops them: what the servers and the loopback can do
    bare    what one would write by hand: one httpx client, `aiter_lines`, `json.loads`
    yalta   `Conference.begin` in a task group, one `Registry`; transcripts on the disk

Servers in processes of their own pace every reply (`streamer.py`). No client can be faster than the
pacing, which is printed. If `raw` is much slower than that, or the busiest server has a whole core
in `bare` or `yalta`, then the servers are what is measured: take more of them, or a slower pace.

Prints two Markdown tables: medians of each client (wall and CPU, user + system, of its process
alone, imports left out), and yalta beside bare, pair by pair.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SEATS = ("altman", "yang", "amodei")
TURNS = 12
SIDES = ("raw", "bare", "yalta")
STREAMER = Path(__file__).with_name("streamer.py")


def processor_seconds() -> float:
    """User and system time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# -- the clients


def request_body(record: str) -> dict[str, Any]:
    """What the hand-written clients ask: about as long as the program's own prompts."""
    return {
        "model": "m",
        "messages": [
            {"role": "system", "content": "x" * 9000},
            {"role": "user", "content": f"{record}\n\n{'y' * 900}"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 300,
    }


async def raw(urls: Sequence[str], conferences: int) -> None:
    """Requests by hand, replies left unread but for their end."""

    async def one(url: str) -> None:
        at = urlsplit(url)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        for turn in range(TURNS):
            body = json.dumps(request_body("z" * 300 * turn)).encode()
            writer.write(
                b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"
                b"content-length: %d\r\n\r\n%b" % (len(body), body)
            )
            end = b""
            while not end.endswith(b"\r\n0\r\n\r\n"):
                piece = await reader.read(1 << 16)
                if not piece:
                    raise SystemExit("the server broke off")
                end = (end + piece)[-16:]
        writer.close()

    await _at_once(one(urls[n % len(urls)]) for n in range(conferences))


async def bare(urls: Sequence[str], conferences: int) -> None:
    """The same calls by hand: httpx, `aiter_lines`, `json.loads`, and a record of strings."""
    import httpx

    async def one(client: httpx.AsyncClient, url: str) -> None:
        record = "# The record"
        for turn in range(TURNS):
            text = ""
            async with client.stream(
                "POST", f"{url}/chat/completions", json=request_body(record)
            ) as response:
                async for line in response.aiter_lines():
                    if not line.startswith("data: ") or line == "data: [DONE]":
                        continue
                    for choice in json.loads(line[6:])["choices"]:
                        text += choice["delta"].get("content") or ""
            record += f"\n\n[{SEATS[turn % len(SEATS)]}]: {text}"

    async with httpx.AsyncClient(timeout=60) as client:
        await _at_once(one(client, urls[n % len(urls)]) for n in range(conferences))


async def yalta(urls: Sequence[str], conferences: int, folder: Path) -> None:
    """Conferences by their public door, their transcripts on the disk."""
    from debate import Conference, Scenario, Wishes
    from debate.speakers.registry import Registry

    phase = {
        "id": "plenary",
        "kind": "plenary",
        "title": "Plenary",
        "rounds": TURNS // len(SEATS),
        "instructions": "Say what you think should be done.",
    }
    scenario = Scenario.model_validate(
        {
            "schema": "yalta/scenario/1",
            "id": "fleet",
            "title": "Fleet",
            "motion": "Many tables should be held in one house.",
            "background": "A measurement.",
            "seats": [{"persona": name} for name in SEATS],
            "phases": [phase],
        }
    )

    async def one(n: int, registry: Registry) -> None:
        wishes = Wishes(model=f"openai-compatible@{urls[n % len(urls)]}#m", seed=n)
        out = folder / f"{n}.jsonl"
        async with Conference.begin(scenario, wishes, out=out, registry=registry) as conference:
            async for _ in conference.stream():
                pass
            if len(conference.state.record) != TURNS:
                raise SystemExit("a conference did not run to its end")

    async with Registry() as registry:
        await _at_once(one(n, registry) for n in range(conferences))


async def _at_once(runs: Any) -> None:
    async with asyncio.TaskGroup() as group:
        for run in runs:
            group.create_task(run)


def measure(side: str, urls: Sequence[str], conferences: int) -> dict[str, float]:
    """Run one client in this process and say what it took."""
    if side == "bare":
        import httpx  # noqa: F401
    elif side == "yalta":
        import debate.conference
        import debate.speakers.openai
        import debate.speakers.transport  # noqa: F401
    with tempfile.TemporaryDirectory() as folder:
        before, started = processor_seconds(), time.perf_counter()
        if side == "yalta":
            asyncio.run(yalta(urls, conferences, Path(folder)))
        else:
            asyncio.run({"raw": raw, "bare": bare}[side](urls, conferences))
        return {
            "wall": time.perf_counter() - started,
            "cpu": processor_seconds() - before,
            "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


# -- the servers, and the comparison


@dataclass
class Servers:
    """Servers of one run, and, once they have ended, the time that they had the processor."""

    urls: list[str] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@contextlib.contextmanager
def serving(count: int, tokens: int, delay_ms: float) -> Iterator[Servers]:
    """Servers for as long as the context lasts; started anew, so that what they took is a run's."""
    command = [sys.executable, str(STREAMER), "--tokens", str(tokens), "--delay-ms", str(delay_ms)]
    servers = Servers()
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            port = json.loads(process.stdout.readline())["port"]
            servers.urls.append(f"http://127.0.0.1:{port}/v1")
        yield servers
    finally:
        for process in processes:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.stdout.close()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            servers.cpu.append(used.ru_utime + used.ru_stime)


def run(side: str, given: argparse.Namespace) -> dict[str, float]:
    """One run of one client, with the share of a core that its busiest server took."""
    with serving(given.servers, given.tokens, given.delay_ms) as servers:
        words = [sys.executable, __file__, "--side", side, "--conferences", str(given.conferences)]
        words += [w for url in servers.urls for w in ("--url", url)]
        out = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
    took: dict[str, float] = json.loads(out)
    return {**took, "server": max(servers.cpu) / took["wall"]}


def compare(given: argparse.Namespace) -> None:
    """Run the clients by turns and print the tables."""
    rows: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for n in range(given.repeats + 1):
        for side, measured in rows.items():
            took = run(side, given)
            if n:  # the first of each warms caches and is left out
                measured.append(took)
    turns = given.conferences * TURNS
    pacing = TURNS * given.tokens * given.delay_ms / 1000
    print(
        f"{given.conferences} conferences at once, {TURNS} turns of {given.tokens} tokens, "
        f"{given.delay_ms:g} ms a token; servers: {given.servers}; "
        f"medians of {given.repeats} [least-most]\n\n"
        "| client | wall, s | CPU, s | CPU, ms a turn | MB | busiest server, of a core |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        f"| the pacing alone | {pacing:.2f} | | | | |"
    )
    for side, measured in rows.items():
        middle = {k: statistics.median(m[k] for m in measured) for k in measured[0]}
        print(
            f"| {side} | {spread([m['wall'] for m in measured])} "
            f"| {spread([m['cpu'] for m in measured])} | {middle['cpu'] * 1000 / turns:.2f} "
            f"| {middle['mb']:.0f} | {middle['server']:.0%} |"
        )
    print("\n| yalta / bare | wall | CPU |\n| --- | --- | --- |")
    pairs = [
        (y["wall"] / b["wall"], y["cpu"] / b["cpu"])
        for b, y in zip(rows["bare"], rows["yalta"], strict=True)
    ]
    for n, (wall, cpu) in enumerate(pairs, 1):
        print(f"| pair {n} | {wall:.2f} | {cpu:.2f} |")
    wall, cpu = (statistics.median(pair[k] for pair in pairs) for k in (0, 1))
    print(f"| median | {wall:.2f} | {cpu:.2f} |")


def spread(values: list[float]) -> str:
    """The median, and the least and most."""
    return f"{statistics.median(values):.2f} [{min(values):.2f}-{max(values):.2f}]"


def main() -> None:
    """Compare, or (with --side) be one client of the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="pairs that count")
    parser.add_argument("--conferences", type=int, default=50, help="at once")
    parser.add_argument("--tokens", type=int, default=60, help="of a turn")
    parser.add_argument("--delay-ms", type=float, default=2.0, help="between tokens")
    parser.add_argument("--servers", type=int, default=2, help="processes that serve")
    parser.add_argument("--side", choices=SIDES, help="be this client, and print what it took")
    parser.add_argument("--url", action="append", help="a server, for --side")
    given = parser.parse_args()
    if given.side:
        print(json.dumps(measure(given.side, given.url, given.conferences)))
    else:
        compare(given)


if __name__ == "__main__":
    main()
