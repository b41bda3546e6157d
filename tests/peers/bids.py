"""What a round of bids costs in tokens that the engine has not cached.

    python tests/peers/bids.py [--seats N] [--rounds N]

A round table of N seats (9 if not said) on the embedded engine, with the floor by bids. All seats
but the last speaker bid for each turn, each with a brief of its own at the end of the prefix that
all share: the first of them reads the newest turn, the others read nothing but their briefs. So a
round should take, at most, the newest turn once and the briefs; the program counts both with the
engine's own tokenizer and holds against them what the engine says it had to read.

The first round, which reads the head, is left out. Prints a Markdown table, a row a round.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from cache import CAST

from debate import Conference, Scenario, Wishes, load_scenario
from debate.answers import BidCast
from debate.events import AskOpened, FloorPaused, TurnClosed
from debate.prompts.layouts import Message, Projection, paragraph
from debate.speakers import catalog
from debate.speakers.local import Engine
from debate.speakers.registry import Registry
from debate.steps import ask_of

# What the model's chat template puts behind the last message.
CLOSING = "<|im_end|>\n<|im_start|>assistant\n"


@dataclass
class Round:
    """The bids for one turn."""

    briefs: list[str] = field(default_factory=list)
    new: list[int] = field(default_factory=list)
    newest: str = ""
    """The turn that none of the bidders' prompts had held before."""


def table(seats: int, rounds: int) -> Scenario:
    """A round table of so many seats, some of them twins, that takes so many turns."""
    scenario = load_scenario("roundtable").model_dump(by_alias=True)
    phase = scenario["phases"][0] | {
        "floor": {"rule": "bidding", "all_heard": False},
        "words": {"from": 20, "to": 40},
    }
    names = [CAST[n % len(CAST)] for n in range(seats)]
    places = [
        {"persona": name, "id": name if n < len(CAST) else f"{name}-2"}
        for n, name in enumerate(names)
    ]
    ends = {"turns": rounds}
    return Scenario.model_validate({**scenario, "phases": [phase], "seats": places, "ends": ends})


async def hold(seats: int, rounds: int, model: str, folder: Path) -> list[Round]:
    """Hold the round table; returns its rounds of bids."""
    found: dict[int, Round] = {}
    newest = ""
    async with Registry() as registry:
        registry.trust(model)
        wishes = Wishes(model=model, seed=1)
        async with Conference.begin(
            table(seats, rounds), wishes, out=folder, registry=registry
        ) as conference:
            projection = Projection(conference.state.opened)
            names = {card.id: card.name for card in conference.state.opened.seats}
            async for item in conference.stream():
                if isinstance(item, AskOpened):
                    round_ = found.setdefault(item.round, Round(newest=newest))
                    messages = projection.messages(conference.state, ask_of(item))
                    round_.briefs.append(brief_of(messages))
                elif isinstance(item, BidCast) and item.usage.input is not None:
                    found[item.round].new.append(item.usage.input - (item.usage.cached or 0))
                elif isinstance(item, TurnClosed):
                    newest = paragraph(names[item.seat], item.text)
                elif isinstance(item, FloorPaused):
                    raise SystemExit(f"it paused: {item.reason}")
    return [found[n] for n in sorted(found)]


def brief_of(messages: tuple[Message, ...]) -> str:
    """What stands behind the record that all share."""
    last = messages[-1]
    return last.content[last.stable :] + CLOSING


async def measure(seats: int, rounds: int) -> None:
    """Hold it on the embedded engine, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        found = await hold(seats, rounds, "local", Path(folder))
    path = await asyncio.to_thread(catalog.ensure, catalog.DEFAULT, offline=False)
    engine = Engine(path, window=512)  # for its tokenizer
    try:
        address = await engine.address()
        headers = {"Authorization": f"Bearer {engine.key}"}
        async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False) as client:

            async def tokens(text: str) -> int:
                asked = {"content": text, "parse_special": True}
                reply = await client.post("/tokenize", json=asked, timeout=60)
                return len(reply.json()["tokens"])

            print(
                "| bids for turn | bids | newest turn | briefs | allowed | read anew |\n"
                "| --- | --- | --- | --- | --- | --- |"
            )
            for n, each in enumerate(found[1:], 2):
                newest = await tokens(f"\n\n{each.newest}")
                briefs = sum([await tokens(brief) for brief in each.briefs])
                row = (n, len(each.new), newest, briefs, newest + briefs, sum(each.new))
                print(f"| {' | '.join(map(str, row))} |", flush=True)
    finally:
        await engine.aclose()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seats", type=int, default=9)
    parser.add_argument("--rounds", type=int, default=4)
    given = parser.parse_args()
    asyncio.run(measure(given.seats, given.rounds))


if __name__ == "__main__":
    main()
