"""Whether a turn costs more at a larger table, or late in a long conference.

    python tests/peers/scale.py                               # 300 seats x 4,000 turns
    python tests/peers/scale.py --seats 100 --turns 600       # in seconds, to look for what grows
    python tests/peers/scale.py --calls                       # counts function calls as well

One conference by its public door, in this process, with its transcript on the disk. The model's
server is on loopback, in a process of its own, so that what it takes is not counted: it streams
120 tokens a turn, other words each turn, and counts for every prompt how much of it an ideal prefix
cache would have read before: one that forgets nothing. A token is 4 characters there.

A chat API is sent its whole prompt each turn, so no program can keep a turn's cost flat unless
prompts are bounded. Here it is the window that bounds them: as a prompt nears it, the clerk takes
minutes of the older record. So a tenth of the turns should hold several times minutes are taken;
with 16,384 tokens that is so from some 2,000 turns on.

CPU is disturbed by whatever else a machine does. So every tenth turn a fixed piece of work is done
beside, whose CPU is left out of the table, and the last tenth is held against the first by that
measure too. `--calls` counts the function calls of each tenth, which nothing disturbs, but each
call takes longer then. `--profile FILE` keeps what was seen.

Prints a Markdown table by tenths of the turns. CPU is user + system time of this process, imports
and the opening left out; memory is resident, as the kernel counts it, at the end of each tenth. Of
tokens, `prompt` and `new` are means a turn over all calls, those for minutes included. Below it:
the last tenth beside the first, and what memory grew by a turn beside the record's own texts.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import hashlib
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

TENTHS = 10
CHARACTERS = 4  # a token
WORDS = ("the", "a", "we", "rule", "price", "open", "model", "safety", "tiers", "because", "yet")
SYLLABLES = ("ba", "do", "ke", "li", "mo", "nu", "ra", "so", "ti", "ve")


# -- the server


def saying(number: int, tokens: int) -> list[str]:
    """The tokens of a reply, other ones for each request."""
    chance = random.Random(number)
    words = [f" {word}" for word in chance.choices(WORDS, k=tokens - 2)]
    return [f"Point {number}:", *words, "."]


@dataclass
class PrefixCache:
    """Counts what was read before. Prompts that begin alike have their system message in common,
    and each is as long as those before it, so the latest of each is all that need be kept."""

    _latest: dict[str, str] = field(default_factory=dict)

    def read(self, messages: Sequence[dict[str, str]]) -> tuple[int, int]:
        """Tokens of a prompt, and those of them that were read before."""
        from debate.prefix_cache import common_length

        text = "".join(f"<|{m['role']}|>\n{m['content']}<|end|>\n" for m in messages)
        alike = common_length(text, self._latest.get(messages[0]["content"], ""))
        self._latest[messages[0]["content"]] = text
        return len(text) // CHARACTERS, alike // CHARACTERS


async def serve(tokens: int) -> None:
    """Stream replies until stdin is closed. The first line on stdout is `{"port": N}`."""
    cache, asked = PrefixCache(), 0

    def reply(request: dict[str, object]) -> bytes:
        nonlocal asked
        asked += 1
        messages = request["messages"]
        assert isinstance(messages, list)
        prompt, cached = cache.read(messages)
        # Minutes are as long as the clerk may make them, by half.
        minuting = messages[0]["content"].startswith("You are the clerk")
        said = saying(asked, int(str(request["max_tokens"])) // 2 if minuting else tokens)
        head = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
        usage = {
            "prompt_tokens": prompt,
            "completion_tokens": len(said),
            "prompt_tokens_details": {"cached_tokens": cached},
        }
        chunks: list[dict[str, object]] = [
            {**head, "choices": [{"index": 0, "delta": {"content": word}}]} for word in said
        ]
        chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        chunks.append({**head, "choices": [], "usage": usage})
        lines = [*(json.dumps(chunk) for chunk in chunks), "[DONE]"]
        body = b"".join(b"data: %b\n\n" % line.encode() for line in lines)
        return (
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n%b"
            % (len(body), body)
        )

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = int(head.partition("content-length:")[2].split("\r\n")[0])
                writer.write(reply(json.loads(await reader.readexactly(length))))
                await writer.drain()
        except (OSError, EOFError):
            pass  # the client left
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=1024)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


@contextmanager
def serving(tokens: int) -> Iterator[str]:
    """The base URL of a server for as long as the context lasts."""
    command = [sys.executable, __file__, "--serve", "--tokens", str(tokens)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield f"http://127.0.0.1:{json.loads(server.stdout.readline())['port']}/v1"
        server.stdin.close()


# -- the table


def name_of(number: int) -> str:
    """The name of a delegate: of a few first names, and a family name of its own."""
    families = ["".join(parts) for parts in product(SYLLABLES, repeat=3)]
    first = ("Ada", "Bo", "Cem", "Dai", "Eve", "Finn", "Gia")[number % 7]
    return f"{first} {families[number * 7 % len(families)].title()}"


def card(number: int) -> dict[str, object]:
    """A persona of some hundred words."""
    words = random.Random(f"card {number}")

    def said(count: int) -> str:
        return " ".join(words.choices(WORDS, k=count)).capitalize() + "."

    return {
        "schema": "yalta/persona/1",
        "id": f"delegate-{number}",
        "name": name_of(number),
        "role": "Delegate",
        "organisation": f"House {number}",
        "real_person": False,
        "summary": said(20),
        "stances": [{"topic": f"Rule {n}", "position": said(10)} for n in range(3)],
        "goals": {"public": [said(8)], "private": [said(8)]},
        "red_lines": [said(8)],
        "voice": {
            "register": said(6),
            "rhythm": said(5),
            "catchphrases": [said(4), said(4), said(4)],
        },
    }


def plan(given: argparse.Namespace) -> dict[str, object]:
    """The scenario: one plenary, as long as is asked."""
    return {
        "schema": "yalta/scenario/1",
        "id": "scale",
        "title": "Scale",
        "motion": "A large table should cost no more a turn than a small one.",
        "background": "A measurement.",
        "seats": [{"persona": f"delegate-{n}"} for n in range(given.seats)],
        "phases": [
            {
                "id": "plenary",
                "kind": "plenary",
                "title": "Plenary",
                "rounds": -(-given.turns // given.seats),
                "floor": {"rule": given.floor},
                "instructions": "Say what you think should be done.",
            }
        ],
        "ends": {"turns": given.turns},
    }


def profiles(url: str, window: int) -> dict[str, object]:
    """What is known of the server's one model."""
    return {
        "schema": "yalta/profiles/1",
        "providers": {"loop": {"base_url": url, "concurrency": 1024}},
        "models": {"scale": {"provider": "loop", "name": "m", "window": window}},
    }


# -- the measurement


def processor_seconds() -> float:
    """User and system time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident() -> float:
    """Memory of this process now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass
class Tenth:
    """What a tenth of the turns took."""

    turns: int = 0
    cpu: float = 0.0
    wall: float = 0.0
    yardstick: float = 0.0
    """CPU of the work that is always the same."""
    calls: int = 0
    """Function calls, where they are counted."""
    prompt: int = 0
    new: int = 0
    minutes: int = 0
    spoken: int = 0
    """Bytes of the turns' texts."""
    mb: float = 0.0


@dataclass
class Measured:
    """What the whole took."""

    tenths: list[Tenth]
    opening: float
    """Seconds of CPU until the first event: seats, cards, a rehearsal of every prompt."""
    wall: float


def yardstick() -> float:
    """CPU of a fixed piece of work of the kind that a turn takes: JSON, regular expressions, a hash
    and a loop."""
    began = processor_seconds()
    chunk = json.dumps({"choices": [{"index": 0, "delta": {"content": "word"}}]})
    said = [json.loads(chunk)["choices"][0]["delta"]["content"] for _ in range(120)]
    text = " ".join(said * 70)
    for _ in range(2):
        hashlib.sha256(json.dumps([text, len(re.findall(r"\w+", text))]).encode()).hexdigest()
    return processor_seconds() - began


def calls_of(profile: cProfile.Profile | None) -> int:
    """The function calls that a profiler has seen so far."""
    if profile is None:
        return 0
    profile.disable()  # what is under way is counted wrongly else
    calls = sum(entry.callcount for entry in profile.getstats())
    profile.enable()
    return calls


async def hold(
    model: str, given: argparse.Namespace, folder: Path, profile: cProfile.Profile | None
) -> Measured:
    """Hold the conference and measure it by tenths."""
    from debate import Conference, Persona, Scenario, Wishes
    from debate.events import MinutesTaken, TurnClosed

    cast = {f"delegate-{n}": Persona.model_validate(card(n)) for n in range(given.seats)}
    wishes = Wishes(model=model, seed=1, personas=cast, layout=given.layout, cards=given.cards)
    tenths = [Tenth() for _ in range(TENTHS)]
    done = 0
    start = began = time.perf_counter()
    opening = -processor_seconds()
    scenario = Scenario.model_validate(plan(given))
    async with Conference.begin(scenario, wishes, out=folder) as conference:
        print(f"layout {conference.state.opened.layout}, cards {conference.state.opened.cards}")
        opening += processor_seconds()
        cpu, wall, calls = processor_seconds(), time.perf_counter(), calls_of(profile)
        async for item in conference.stream():
            if isinstance(item, TurnClosed | MinutesTaken):
                tenth = tenths[min(done * TENTHS // given.turns, TENTHS - 1)]
                tenth.prompt += item.usage.input or 0
                tenth.new += (item.usage.input or 0) - (item.usage.cached or 0)
                tenth.minutes += isinstance(item, MinutesTaken)
                if isinstance(item, TurnClosed):
                    done += 1
                    tenth.turns += 1
                    tenth.spoken += len(item.text.encode())
                    if done % TENTHS == 0:
                        spent = yardstick()
                        tenth.yardstick += spent
                        cpu += spent
                    if (done * TENTHS) // given.turns > ((done - 1) * TENTHS) // given.turns:
                        now = processor_seconds(), time.perf_counter(), calls_of(profile)
                        tenth.cpu, tenth.wall = now[0] - cpu, now[1] - wall
                        tenth.calls = now[2] - calls
                        cpu, wall, calls = now
                        tenth.mb = resident()
                        print(f"  {done:,} turns in {wall - began:,.0f} s", file=sys.stderr)
        if len(conference.state.record) != given.turns:
            raise SystemExit(f"it ended after {done} turns")
    return Measured(tenths, opening, time.perf_counter() - start)


def report(measured: Measured, given: argparse.Namespace) -> None:
    """Print the table."""
    first, *_, last = tenths = measured.tenths
    print(
        f"{given.seats:,} seats x {given.turns:,} turns, window {given.window:,} tokens, "
        f"floor {given.floor}\n\n"
        "| tenth | CPU, ms a turn | wall, ms a turn | calls a turn | prompt tokens a turn "
        "| new tokens a turn | minutes | MB |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for n, tenth in enumerate(tenths, 1):
        each = [tenth.cpu * 1000, tenth.wall * 1000, tenth.calls, tenth.prompt, tenth.new]
        cpu, wall, calls, prompt, new = (value / tenth.turns for value in each)
        print(
            f"| {n} | {cpu:.2f} | {wall:.2f} | {f'{calls:,.0f}' if calls else ''} | {prompt:,.0f} "
            f"| {new:,.0f} | {tenth.minutes} | {tenth.mb:.1f} |"
        )
    ratios = {
        "CPU": last.cpu / last.turns / (first.cpu / first.turns),
        "CPU beside fixed work": last.cpu / last.yardstick / (first.cpu / first.yardstick),
        "calls": last.calls / last.turns / (first.calls / first.turns) if first.calls else None,
        "new tokens": last.new / last.turns / (first.new / first.turns),
    }
    told = ", ".join(f"{what} {ratio:.2f}" for what, ratio in ratios.items() if ratio is not None)
    later = sum(tenth.turns for tenth in tenths[1:])
    grown = (last.mb - first.mb) * 2**20 / later
    spoken = sum(tenth.spoken for tenth in tenths[1:]) / later
    print(
        f"\nlast tenth / first: {told}; minutes taken: {sum(tenth.minutes for tenth in tenths)}\n"
        f"memory: peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f} MB; "
        f"after the first tenth it grew by {grown:,.0f} bytes a turn, "
        f"of which the words spoken are {spoken:,.0f}\n"
        f"opening: {measured.opening:.2f} s of CPU; in all {measured.wall:,.1f} s of wall time"
    )


def main() -> None:
    """Measure, or (with --serve) be the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seats", type=int, default=300)
    parser.add_argument("--turns", type=int, default=4000)
    parser.add_argument("--window", type=int, default=16384, help="of the model, in tokens")
    parser.add_argument("--tokens", type=int, default=120, help="of a turn")
    floors = ("round_robin", "random", "addressed")
    parser.add_argument("--floor", default=floors[0], choices=floors, help="who speaks next")
    parser.add_argument("--layout", default="shared", choices=("shared", "perspective", "auto"))
    parser.add_argument("--cards", default="auto", choices=("head", "tail", "auto"))
    parser.add_argument("--calls", action="store_true", help="count function calls, which is slow")
    parser.add_argument("--profile", type=Path, help="keep what the profiler saw in this file")
    parser.add_argument("--keep", type=Path, help="a folder to keep the transcript in")
    parser.add_argument("--serve", action="store_true")
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.tokens))
        return
    import debate.conference
    import debate.speakers.openai
    import debate.speakers.transport  # noqa: F401

    with tempfile.TemporaryDirectory() as folder, serving(given.tokens) as url:
        (Path(folder) / "profiles.yaml").write_text(json.dumps(profiles(url, given.window)))
        os.environ["YALTA_CONFIG"] = folder
        profile = cProfile.Profile() if given.profile or given.calls else None
        if profile:
            profile.enable()
        measured = asyncio.run(hold("scale", given, given.keep or Path(folder), profile))
        if profile:
            profile.disable()
        if profile and given.profile:
            profile.dump_stats(given.profile)
    report(measured, given)


if __name__ == "__main__":
    main()
