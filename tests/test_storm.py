"""Hundreds of conferences at once in one process, while all that can go wrong with servers does."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from asking import until
from dialects import Said, Tokens
from faults import (
    CrLf,
    CutClean,
    Drop,
    Empty,
    Endless,
    ErrorInStream,
    Fault,
    Gzip,
    HangUp,
    Huge,
    Malformed,
    NoDone,
    NoUsage,
    Overflow,
    Pings,
    Redirect,
    Refusal,
    SplitUtf8,
    Stall,
    Status,
    UsageTwice,
    WrongType,
    wait_seconds,
)
from held import SEATS, small
from model_server import Asked, ModelServer, Reply, nobody
from providers import KEYS, MANY, PROVIDERS, point_at

from debate import Conference, Wishes, read_transcript
from debate.events import AnyEvent
from debate.speakers.limits import Bounds, limits_of
from debate.speakers.registry import Registry
from debate.verify import verify

CONFERENCES = 200
TURNS = 12

HARMLESS: list[Callable[[], Fault]] = [
    *(NoDone, NoUsage, Pings, UsageTwice, CrLf, Gzip, lambda: WrongType("json")),
    lambda: SplitUtf8(61, pause=0),
]
WEATHER: list[Callable[[], Fault]] = [
    *(HangUp, Drop, CutClean, ErrorInStream, Malformed, lambda: Drop(5), lambda: CutClean(4)),
    lambda: Status(429, headers=wait_seconds(0.02)),
    lambda: Status(503, headers={"retry-after-ms": "30"}),
    *(lambda: Status(500), lambda: Status(529), lambda: Huge(500, 1_000_000), lambda: Stall(4)),
]
UNUSABLE: list[Callable[[], Fault]] = [Empty, Refusal, Endless]
FINAL: list[Callable[[], Fault]] = [
    *(Overflow, WrongType, lambda: Status(400), lambda: Status(404)),
    lambda: Status(402, "no money"),
    lambda: Redirect(nobody()),
]


class Storm:
    """What is answered: decided by the prompt and by how often it came, not by when."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._times: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def __call__(self, asked: Asked) -> Reply:
        prompt = hashlib.sha256(json.dumps(asked.body).encode()).hexdigest()[:16]
        self._times[prompt] += 1
        dice = random.Random(f"{self._seed} {prompt} {self._times[prompt]}")
        mark = f"{prompt}-{self._times[prompt]}"
        said = Said(
            [f"Reply {mark}: ", "本质上 🌍 ", "I hold ", "what I held. ", f"End of {mark}."],
            ["Hm. "] * dice.randrange(3),
            usage=Tokens(900, dice.choice([None, 600]), None, 40),
        )
        faults = self._faults(dice, asked)
        self.faults.update(type(fault).__name__ for fault in faults)
        return Reply(asked.body["model"], said, *faults)

    def _faults(self, dice: random.Random, asked: Asked) -> list[Fault]:
        kind = dice.random()
        if kind < 0.6:
            return []
        if kind < 0.75:
            return [dice.choice(HARMLESS)()]
        if kind < 0.96:
            return [dice.choice(WEATHER)()]
        if kind < 0.985:
            return [dice.choice(UNUSABLE)()]
        if kind < 0.995:
            return [dice.choice(FINAL)()]
        shown = asked.headers.get("authorization") or asked.headers.get("x-api-key", "")
        words = f"{'x' * dice.randrange(600)} Wrong key: {shown}"
        return [Status(dice.choice([401, 500]), json.dumps({"error": {"message": words}}))]


async def hold(number: int, folder: Path, registry: Registry) -> Path:
    """One conference of twelve turns, each seat with a model of its own."""
    dice = random.Random(number)
    seats = SEATS if number % 2 else (*SEATS, "hassabis")
    rules = {"retries": dice.randrange(3), "endpoint": dice.choice(["skip", "stop"])}
    plan = small(motion=f"Motion {number} is carried.", failures=rules).model_dump(by_alias=True)
    plan["seats"] = [{"persona": seat} for seat in seats]
    plan["phases"][1]["rounds"] = TURNS // len(seats) - 2
    models = {seat: "{0}/{0}".format(dice.choice(MANY)) for seat in seats}
    spare = {"": "{0}/{0}".format(dice.choice(MANY))} if dice.random() < 0.3 else {}
    wishes = Wishes(
        seat_models=models,
        fallbacks=spare,
        seed=number,
        layout=dice.choice(["shared", "perspective"]),
    )
    scenario = type(small()).model_validate(plan)
    async with Conference.begin(
        scenario, wishes, out=folder / f"{number}.jsonl", registry=registry
    ) as conference:
        await conference.drive(lambda item: None)
        return conference.path


async def test_no_turn_is_lost_or_doubled_and_no_key_is_shown(tmp_path, monkeypatch, capfd, caplog):
    monkeypatch.setenv("YALTA_PATIENCE", "2")
    for name, key in KEYS.items():
        monkeypatch.setenv(PROVIDERS[name][2], key)
    storm = Storm(seed=7)
    folder = tmp_path / "held"
    folder.mkdir()
    async with ModelServer(storm) as server:
        point_at(server.url, stall=0.5, concurrency=4)
        async with Registry() as registry, asyncio.TaskGroup() as group:
            tasks = [group.create_task(hold(n, folder, registry)) for n in range(CONFERENCES)]
        for _, _, key in PROVIDERS.values():
            assert limits_of(f"{server.url} {key}", Bounds()).open == 0
        await until(lambda: server.open_at_once == 0)
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})

    assert len(storm.faults) >= 20  # it did storm
    endings = Counter(check(task.result()) for task in tasks)
    assert set(endings) == {"conference.closed", "floor.paused"}
    shown = capfd.readouterr()
    looked = 0
    for text in (shown.out, shown.err, caplog.text, *written(tmp_path)):
        looked += 1
        assert "sk-secret" not in text
    assert looked > CONFERENCES


def written(folder: Path) -> list[str]:
    return [
        path.read_text(encoding="utf-8", errors="replace")
        for path in folder.rglob("*")
        if path.is_file()
    ]


def check(path: Path) -> str:
    """See that a transcript is whole; returns the type of its last event."""
    verdict = verify(path)
    assert verdict.good, verdict.faults
    assert not verdict.torn
    events = read_transcript(path)
    opened = {event.turn: event for event in events if event.type == "turn.opened"}
    ended = Counter(e.turn for e in events if e.type in ("turn.closed", "turn.failed"))
    assert ended == Counter(opened.keys())  # each came to one end

    had = Counter(slot(opened[e.turn]) for e in events if e.type == "turn.closed")
    assert all(times == 1 for times in had.values())
    lost = {slot(opened[e.turn]) for e in events if e.type == "turn.failed"}
    last = events[-1]
    if last.type == "conference.closed":
        assert last.reason == "agenda"
        assert len(had.keys() | lost) == TURNS
    else:
        assert last.reason.startswith("turn ")
        assert "failed: " in last.reason
    for event in events:
        if event.type == "turn.closed":
            one_reply(event)
    return last.type


def slot(event: AnyEvent) -> tuple[str, int, int]:
    return (event.seat, event.phase, event.round)


def one_reply(event: AnyEvent) -> None:
    """The words of a turn are all of one reply, and no words of another one."""
    if event.finish == "stop":
        whole = re.fullmatch(
            r"Reply (\S+): 本质上 🌍 I hold what I held. End of (\S+)\.", event.text
        )
        assert whole, event.text
    assert event.text.count("Reply ") <= 1
