"""Nothing is lost: the program is killed again and again, and goes on each time.

    python tests/test_kill.py [--kills 100] [--seed 1]

runs it by itself and says what it did. A conference is run against a loopback server, killed with
SIGKILL at a random moment, resumed, killed again, until it is complete; then the next one starts,
until there were as many kills as asked for. What a run has printed as finished must be in the
transcript for ever after.

Each run is a process of its own, forked from one that has loaded the program: what is killed is
the conference, hardly ever the loading.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from batches import streamer

from debate.cli import main
from debate.transcript import read
from debate.verify import Verdict, verify

LOADED = multiprocessing.get_context("forkserver")
LOADED.set_forkserver_preload(
    ["debate.cli.run", "debate.conference", "debate.speakers.chat", "debate.speakers.discovery"]
)
# To start a process asks of all others whether they have ended, and only one may be told how.
REAPING = threading.Lock()
SEATS = "altman,yang,amodei"
PHASES = "opening,plenary,motions,closing"  # turns, side by side and not, and asks


@dataclass
class Tally:
    """What happened."""

    kills: int = 0
    in_turn: int = 0
    """Kills that left a turn in the air."""
    before_opening: int = 0
    """Kills before there was a transcript."""
    conferences: int = 0
    turns: int = 0


def start(words: list[str], complaints: Path) -> tuple[BaseProcess, list[bytes], threading.Thread]:
    """Start the program; its lines are collected as they come, its complaints in a file."""
    ours, theirs = LOADED.Pipe(duplex=False)
    process = LOADED.Process(target=yalta, args=(words, theirs, complaints))
    with REAPING:
        process.start()
    theirs.close()
    lines: list[bytes] = []

    def collect() -> None:
        with ours:
            buffer = b""
            while piece := os.read(ours.fileno(), 65536):
                buffer += piece
                *whole, buffer = buffer.split(b"\n")
                lines.extend(whole)

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    return process, lines, thread


def yalta(words: list[str], out: Connection, complaints: Path) -> None:
    """Be the program, in a process of its own."""
    os.dup2(out.fileno(), 1)
    out.close()
    os.dup2(os.open(complaints, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    main(words)


def finished(lines: list[bytes]) -> dict[int, str]:
    """The turns that a run has printed as finished."""
    events = [json.loads(line) for line in lines]
    return {e["turn"]: e["text"] for e in events if e["type"] == "turn.closed"}


def torment(model: str, folder: Path, kills: int, seed: int) -> Tally:
    """Kill conferences until there were so many kills; checks after each."""
    chance = random.Random(seed)
    tally = Tally()
    while tally.kills < kills:
        tally.conferences += 1
        path = folder / f"{seed}-{tally.conferences}.jsonl"
        known: dict[int, str] = {}
        while True:
            words = (
                ["resume", str(path), "--json"]
                if path.exists()
                else [
                    "run",
                    "yalta",
                    "--seats",
                    SEATS,
                    "--phases",
                    PHASES,
                    "--model",
                    model,
                    "--out",
                    str(path),
                    "--json",
                ]
            )
            complaints = path.with_suffix(".err")
            process, lines, thread = start(words, complaints)
            if chance.random() < 0.9:  # mostly once it has begun; now and then while it starts
                while not lines and not wait([process.sentinel], 0.002):
                    pass
                moment = chance.uniform(0, 0.35)
            else:
                moment = chance.uniform(0, 0.2)
            if not wait([process.sentinel], 60 if tally.kills >= kills else moment):
                process.kill()
                tally.kills += 1
            thread.join(10)
            with REAPING:
                process.join(10)
                assert process.exitcode in (0, -9), complaints.read_text()
            known |= finished(lines)
            if not path.exists():
                tally.before_opening += 1
                continue
            if path.stat().st_size == 0 or not path.read_bytes().count(b"\n"):
                # Killed between making the file and its first line: nothing was begun.
                tally.before_opening += 1
                path.unlink()
                continue
            if check(path, known).standing == "closed":
                break  # perhaps killed after its last line
            events = read(path)
            last = max((n for n, e in enumerate(events) if e.type == "turn.opened"), default=None)
            tally.in_turn += last is not None and last == len(events) - 1
        tally.turns += len(known)
    return tally


def check(path: Path, known: dict[int, str]) -> Verdict:
    """What was printed is there, once, and the chain holds."""
    events = read(path)
    closed = [e for e in events if e.type == "turn.closed"]
    assert len({e.turn for e in closed}) == len(closed)
    saved = {e.turn: e.text for e in closed}
    assert known.items() <= saved.items(), "a finished turn was lost"
    verdict = verify(path)
    assert verdict.good, verdict.faults
    plan = [(e.phase, e.round, e.seat) for e in events if e.type == "turn.opened"]
    spoken = {e.turn: e for e in events if e.type == "turn.opened"}
    slots = [(spoken[n].phase, spoken[n].round, spoken[n].seat) for n in saved]
    assert len(set(slots)) == len(slots), "a turn was had twice"
    assert len(plan) >= len(slots)
    return verdict


def run(kills: int, seed: int, workers: int = 2) -> list[Tally]:
    """Torment in a few threads at once, against one server."""
    with tempfile.TemporaryDirectory() as folder, streamer(tokens=12, delay_ms=1) as model:
        tallies: list[Tally] = []
        errors: list[BaseException] = []

        def work(number: int) -> None:
            share = kills // workers + (number < kills % workers)
            try:
                tallies.append(torment(model, Path(folder), share, seed * 100 + number))
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
    return tallies


def test_no_finished_turn_is_lost_in_fifty_kills():
    tallies = run(50, seed=1)

    assert sum(t.kills for t in tallies) == 50
    assert sum(t.in_turn for t in tallies) > 10  # else the moments were no test


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    began = time.perf_counter()
    found = run(arguments.kills, arguments.seed)
    print(
        f"{sum(t.kills for t in found)} kills of {sum(t.conferences for t in found)} conferences: "
        f"{sum(t.in_turn for t in found)} with a turn in the air, "
        f"{sum(t.before_opening for t in found)} before the opening; "
        f"{sum(t.turns for t in found)} finished turns, none lost, every chain good "
        f"({time.perf_counter() - began:.0f} s)"
    )
