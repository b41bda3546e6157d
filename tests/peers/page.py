"""What the page of a long conference costs: its size, and how soon a browser shows and filters it.

    python tests/peers/page.py [--turns 2000] [--words 120] [--runs 5]

A conference of six speakers is made up, a fifth of whose turns are Chinese, and a tenth in private
rooms. It is written as a page, and opened from the disk in a new Chromium each time. All times are
the page's own, as `performance` measures them, in milliseconds; medians, with the worst behind:

    to first paint   from the start of the visit
    loaded           to the end of the load event
    first search     from a key in the search to the frame that shows what was found; all text is
                     read then
    search, filter   the same later; one speaker alone
    all again        back to everything
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))
# ruff: noqa: E402

from browsing import chromium
from worlds import closed, manifest, scenario

from debate.events import Event, PhaseOpened, TurnOpened, dump
from debate.export.html import texts
from debate.export.source import source
from debate.transcript.chain import GENESIS, line_hash

SEATS = ("ada", "bo", "cem", "dai", "eve", "fay")
WORDS = (
    *("weights", "open", "closed", "safe", "model", "test", "release", "rule", "share", "compute"),
    *("law", "licence", "trust", "developers", "should", "because", "nobody", "therefore", "until"),
    *("against", "between", "tiers", "[F1]"),
)
SIGNS = "我们应该开放模型权重因为没有人能独自决定安全与风险之间的平衡，所以需要规则。"
# From a key to the frame after the one in which the page was changed.
ASK = """([id, value, kind]) => new Promise(done => {
  const field = document.getElementById(id);
  field.value = value;
  const began = performance.now();
  field.dispatchEvent(new Event(kind, { bubbles: true }));
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
    done(performance.now() - began);
  })));
})"""
PAINT = """() => new Promise(done => {
  const look = () => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const load = performance.getEntriesByType('navigation')[0].loadEventEnd;
    if (paint && load) done([paint.startTime, load]); else setTimeout(look, 10);
  };
  look();
})"""


def conference(path: Path, turns: int, words: int) -> None:
    """Write a conference of so many turns of so many words."""
    chance = random.Random(1)
    facts = [{"id": "F1", "text": "In 2023, 28 countries met and signed.", "source": "They"}]
    kinds = ["plenary", "caucus", "plenary"]
    plan = scenario(SEATS, [{"kind": kind, "rounds": 50} for kind in kinds], facts=facts)
    parts, lines, number = (0.45, 0.10, 0.45), [manifest(plan)], 0
    rooms = {"north": SEATS[:2], "middle": SEATS[2:4], "south": SEATS[4:]}
    for phase, part in enumerate(parts):
        private = kinds[phase] == "caucus"
        here = rooms if private else {}
        lines.append(
            PhaseOpened(phase=phase, kind=kinds[phase], title=f"Phase {phase + 1}", rooms=here)
        )
        for n in range(round(turns * part)):
            number += 1
            seat = SEATS[n % len(SEATS)]
            room = next((room for room, seats in here.items() if seat in seats), None)
            said = f"Turn {number}. " + " ".join(chance.choices(WORDS, k=words))
            if n % 5 == 0:
                said = "".join(chance.choices(SIGNS, k=words))
            opened = {"phase": phase, "round": 1 + n // len(SEATS), "room": room}
            lines.append(TurnOpened(turn=number, seat=seat, request="0" * 64, **opened))
            lines.append(closed(number, seat, said))
    write(path, lines)


def write(path: Path, events: list[Event]) -> None:
    """Write events as a transcript, at once."""
    head = GENESIS
    with path.open("wb") as file:
        for seq, event in enumerate(events):
            line = dump(event.model_copy(update={"seq": seq, "prev": head}))
            head = line_hash(line)
            file.write(line + b"\n")


def visit(path: Path) -> dict[str, float]:
    """Open a page in a new browser, and measure."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        paint, loaded = page.evaluate(PAINT)
        return {
            "to first paint": paint,
            "loaded": loaded,
            "first search": page.evaluate(ASK, ["words", "weights tiers", "input"]),
            "search": page.evaluate(ASK, ["words", "turn 1999.", "input"]),
            "search for 平衡": page.evaluate(ASK, ["words", "平衡", "input"]),
            "all again": page.evaluate(ASK, ["words", "", "input"]),
            "filter": page.evaluate(ASK, ["who", "2", "change"]),
            "elements": page.evaluate("document.getElementsByTagName('*').length"),
        }


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=2000)
    parser.add_argument("--words", type=int, default=120)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        transcript, page = Path(folder) / "long.jsonl", Path(folder) / "long.html"
        conference(transcript, arguments.turns, arguments.words)
        began = time.perf_counter()
        page.write_text("".join(texts(source(transcript, "long"))), encoding="utf-8")
        took = time.perf_counter() - began
        print(f"{arguments.turns} turns of {arguments.words} words, made in {took:.1f} s")
        print(f"{'transcript':<18}{transcript.stat().st_size / 1e6:8.2f} MB")
        print(f"{'page':<18}{page.stat().st_size / 1e6:8.2f} MB")
        runs = [visit(page) for _ in range(arguments.runs)]
    for name in runs[0]:
        values = [run[name] for run in runs]
        unit = "" if name == "elements" else f" ms  (worst {max(values):,.0f})"
        print(f"{name:<18}{statistics.median(values):8,.0f}{unit}")


if __name__ == "__main__":
    main()
