"""A table of people who answer whatever is asked of them, and an agenda with every kind of talk.

    async with Conference.begin(every_kind(), ALL_ME, registry=Registry(ask=someone())) as held:

In the program's own process and without a model, so that a test can hold many conferences.
"""

from __future__ import annotations

import asyncio
import random
import re
import zlib
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from debate import Conference
from debate.scenario import Scenario
from debate.seating import Wishes
from debate.speakers.base import Prompt
from debate.speakers.registry import Registry

MEMBERS = ("altman", "yang", "amodei")
ALL_ME = Wishes(model="me", seed=4)


def phase(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """A phase in which nobody says much."""
    return {
        "id": name,
        "kind": kind,
        "title": name.title(),
        "instructions": "Say what you think.",
        "words": {"from": 10, "to": 30},
        **more,
    }


EVERY_KIND = (
    phase("opening", "opening"),
    phase("bidding", "plenary", floor="bidding"),
    phase("chaired", "plenary", floor="chaired"),
    phase("cross", "cross", pairs=[["yang", "amodei"]]),
    phase("pairs", "caucus"),
    phase("choice", "caucus", rooms="choice"),
    phase("motions", "motions"),
    phase("amendments", "amendments"),
    phase("vote", "vote"),
    phase("house", "vote", vote={"on": "house", "secret": True}),
    phase("communique", "communique"),
    phase("closing", "closing"),
)


def table(phases: Iterable[dict[str, Any]], **more: Any) -> Scenario:
    """A scenario of three members and a chair."""
    return Scenario.model_validate(
        {
            "schema": "yalta/scenario/1",
            "id": "every",
            "title": "Every kind of talk",
            "motion": "Talk helps.",
            "background": "Delegates meet.",
            "seats": [
                *({"persona": name} for name in MEMBERS),
                {"persona": "chair", "role": "chair"},
            ],
            "phases": list(phases),
            **more,
        }
    )


def every_kind() -> Scenario:
    """All kinds of phase, and floors that have to be asked for."""
    return table(EVERY_KIND)


def someone(seed: int = 0) -> Callable[[Prompt], Awaitable[str]]:
    """Somebody who answers in the words that are asked for, the same to the same prompt."""

    async def ask(prompt: Prompt) -> str:
        for _ in range(3):  # as others are asked meanwhile
            await asyncio.sleep(0)
        whole = "\n".join(message.content for message in prompt.messages)
        brief = whole.rpartition("\n---\n")[2]
        return _reply(brief, random.Random(zlib.crc32(whole.encode()) + seed))

    return ask


def _reply(brief: str, draw: random.Random) -> str:
    names = re.search(r"(?:One of|Of): (.*?)\.(?: |$)", brief, re.MULTILINE)
    motions = re.findall(r"^(M\d+), by", brief, re.MULTILINE)
    tabled = f"table: Plan {draw.randrange(100)}. We shall meet again."
    amended = [f"{motion}: We shall meet in {draw.random():.3f}." for motion in motions]
    named = draw.choice(names[1].split(", ")) if names else ""
    question = ": why so?" if "colon" in brief and draw.random() < 0.5 else ""
    # Each by the words with which a person is told how to answer.
    ways = {
        "Write the number": f"{draw.randrange(10)} I have a point",
        "Write the names": named,
        "Write the name": named + question,
        'Write "table:': draw.choice([tabled, *(f"join {m}" for m in motions), "pass"])
        if motions
        else tabled,
        'Write "join': draw.choice([*(f"join {m}" for m in motions), "pass"]),
        'Write "M1: the new text"': draw.choice([*amended, *amended, "pass"]),
        "Write yes, no or abstain": f"{draw.choice(['yes', 'no', 'abstain'])}, it is so",
        "Write yes or no": draw.choice(["yes", "no, not yet"]),
        '"pass"': "pass",
    }
    said = f"I say {draw.randrange(10**6)}."
    return next((reply for way, reply in ways.items() if way in brief), said)


async def hold(path: Path, scenario: Scenario | None = None, wishes: Wishes = ALL_ME) -> Path:
    """Hold a conference of such people to its end."""
    async with (
        Registry(ask=someone()) as registry,
        Conference.begin(
            scenario or every_kind(), wishes, out=path, registry=registry
        ) as conference,
    ):
        await conference.drive(lambda item: None)
    return path


async def go_on(path: Path, seed: int = 0) -> None:
    """Go on with one to its end."""
    async with (
        Registry(ask=someone(seed)) as registry,
        Conference.resume(path, registry=registry) as conference,
    ):
        await conference.drive(lambda item: None)
