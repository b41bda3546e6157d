"""Whole conferences with every kind of talk, against a real server on loopback: asked by form,
repaired, assumed, broken off, resumed."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest
from chat_server import ChatServer, Reply
from held import SEATS
from worlds import scenario

from debate import Conference, Wishes, read_transcript
from debate.answers import Answer
from debate.library import load_scenario, scenario_files
from debate.state import fold
from debate.verify import verify

CHAIR = {"persona": "chair", "role": "chair"}
ALL_KINDS = [
    {"kind": "opening"},
    {"kind": "plenary", "floor": "bidding"},
    {"kind": "plenary", "floor": "chaired"},
    {"kind": "plenary", "floor": {"rule": "random", "most": 1}},
    {"kind": "cross"},
    {"kind": "caucus"},
    {"kind": "caucus", "rooms": "choice"},
    {"kind": "motions"},
    {"kind": "amendments"},
    {"kind": "vote"},
    {"kind": "vote", "vote": {"on": "house", "secret": True, "rule": "two_thirds"}},
    {"kind": "communique"},
    {"kind": "closing", "floor": "addressed"},
]


def table(phases: list[dict[str, Any]], **more: Any):
    return scenario([*SEATS, CHAIR], phases, **more)


def schema_of(body: dict[str, Any]) -> dict[str, Any] | None:
    return body.get("response_format", {}).get("json_schema", {}).get("schema")


def by_form(body: dict[str, Any]) -> Reply:
    """A model that keeps to the form, and else says a sentence."""
    brief = body["messages"][-1]["content"]
    chance = random.Random(brief)
    schema = schema_of(body)
    if schema is None:
        return Reply([f"Sentence {chance.randrange(10**6)}."])
    said: dict[str, Any] = {}
    for name, value in schema["properties"].items():
        if "enum" in value:
            said[name] = chance.choice(value["enum"])
        elif value["type"] == "boolean":
            said[name] = True
        elif value["type"] == "array":
            said[name] = value["items"]["enum"]
        else:
            said[name] = f"{name} of mine"
    return Reply([json.dumps(said)])


async def hold(plan, answer, tmp_path: Path, **wishes: Any) -> Path:
    with ChatServer(answer) as server:
        asked = Wishes(model=server.model, seed=1, **wishes)
        async with Conference.begin(plan, asked, out=tmp_path) as conference:
            await conference.drive(lambda item: None)
            return conference.path


def answers(path: Path, kind: str) -> list[Any]:
    return [e for e in read_transcript(path) if e.type == kind]


@pytest.mark.parametrize("layout", ["shared", "perspective"])
async def test_every_kind_of_talk_runs_to_its_end_and_verifies(tmp_path, layout):
    path = await hold(table(ALL_KINDS), by_form, tmp_path, layout=layout)
    events = read_transcript(path)
    verdict = verify(path)
    assert verdict.faults == ()
    asked = [e for e in events if e.type in ("turn.opened", "ask.opened")]
    assert verdict.prompts == len(asked)
    state = fold(events)
    assert state.standing == "closed"
    assert not state.busy
    assert {d.motion for d in state.decisions} >= {"M0"}
    assert len([t for t in state.record if t.room]) == 3 + 2  # of three, who chose all: one pair


@pytest.mark.parametrize("name", sorted(scenario_files()))
async def test_the_scenarios_that_ship_run_to_their_end(tmp_path, name):
    path = await hold(load_scenario(name), by_form, tmp_path)
    assert verify(path).faults == ()
    assert read_transcript(path)[-1].reason == "agenda"


async def test_a_server_that_takes_no_schema_is_asked_without_one(tmp_path):
    refused = []

    def answer(body):
        if schema_of(body) is not None:
            refused.append(body)
            return Reply(status=400, body='{"error": {"message": "no response_format here"}}')
        asked = "Reply with JSON" in body["messages"][-1]["content"]
        return Reply(['Sure! ```json\n{"bid": 5, "reason": "so"}\n```' if asked else "Well."])

    path = await hold(table([{"kind": "plenary", "floor": "bidding"}]), answer, tmp_path)
    bids = answers(path, "bid.cast")
    assert refused
    assert {(b.bid, b.how, b.reason) for b in bids} == {(5, "read", "so")}
    assert verify(path).good
    # Once it has refused a form, it is not offered one again.
    assert len(refused) <= len(SEATS)


async def test_a_reply_that_cannot_be_read_is_asked_for_once_more_and_then_assumed(tmp_path):
    def answer(body):
        if schema_of(body) is None:
            return Reply(["Well."])
        again = body["messages"][-1]["content"].startswith("That could not be read")
        amodei = "You are Dario Amodei" in str(body["messages"])
        return Reply(['{"vote": "no", "reason": "late"}' if again and amodei else "Hm."])

    vote = [{"kind": "vote", "vote": {"on": "house"}}]
    path = await hold(table(vote), answer, tmp_path)
    votes = {v.seat: v for v in answers(path, "vote.cast")}
    assert (votes["amodei"].vote, votes["amodei"].how) == ("no", "repaired")
    assert votes["amodei"].tries[0].text == "Hm."
    assert (votes["yang"].vote, votes["yang"].how) == ("abstain", "assumed")
    assert votes["yang"].why == "no usable answer: it counts as an abstention"
    assert votes["yang"].usage.input == 100
    decided = answers(path, "motion.decided")[0]
    assert (decided.yes, decided.no, decided.abstain, decided.carried) == (0, 1, 2, False)
    assert verify(path).good


async def test_rooms_and_ballots_are_asked_for_side_by_side(tmp_path):
    most = []

    def answer(body):
        return Reply(by_form(body).words, delay=0.03)

    with ChatServer(answer) as server:
        plan = table([{"kind": "vote", "vote": {"on": "house"}}])
        asked = Wishes(model=server.model, seed=1)
        async with Conference.begin(plan, asked, out=tmp_path) as conference:
            await conference.drive(lambda item: None)
        most.append(server.most_at_once)
    assert most == [3]


async def test_a_conference_that_stops_anywhere_goes_on_and_nothing_is_asked_twice(tmp_path):
    """Stopped after each of many events, resumed, and at the end as whole as one that ran."""
    whole = await hold(table(ALL_KINDS), by_form, tmp_path / "whole")
    events = len(read_transcript(whole))
    chance = random.Random(3)
    with ChatServer(by_form) as server:
        for stop in sorted(chance.sample(range(2, events - 1), 6)):
            plan = table(ALL_KINDS)
            folder = tmp_path / str(stop)
            async with Conference.begin(plan, Wishes(model=server.model, seed=1), out=folder) as c:
                await stopped(c, stop)
            async with Conference.resume(c.path) as again:
                await again.drive(lambda item: None)
            assert verify(c.path).faults == ()
            ended = fold(read_transcript(c.path))
            assert ended.standing == "closed"
            assert [(t.seat, t.phase, t.text) for t in ended.record] == [
                (t.seat, t.phase, t.text) for t in fold(read_transcript(whole)).record
            ]
            taken = [e for e in read_transcript(c.path) if isinstance(e, Answer)]
            slots = [(e.type, e.seat, e.phase, e.round, getattr(e, "motion", "")) for e in taken]
            assert len(set(slots)) == len(slots)


async def stopped(conference: Conference, after: int) -> None:
    """Drive until so many events have been written, then break off."""
    seen = 0
    enough = asyncio.Event()

    def watch(item) -> None:
        nonlocal seen
        seen += item.type not in ("delta", "progress", "again")
        if seen >= after:
            enough.set()

    driving = asyncio.create_task(conference.drive(watch))
    await enough.wait()
    driving.cancel()
    await asyncio.gather(driving, return_exceptions=True)


async def test_the_chair_passes_over_a_ballot(tmp_path):
    gate = asyncio.Event()

    def answer(body):
        slow = "You are Yang Zhilin" in str(body["messages"])
        return Reply(by_form(body).words, delay=5.0 if slow else 0.0)

    with ChatServer(answer) as server:
        plan = table([{"kind": "vote", "vote": {"on": "house"}}])
        asked = Wishes(model=server.model, seed=1)
        async with Conference.begin(plan, asked, out=tmp_path) as conference:

            def watch(item) -> None:
                votes = sum(e.seat != "yang" for e in cast if e.type == "vote.cast")
                cast.append(item)
                if votes >= 1 and not gate.is_set():
                    gate.set()
                    conference.chair.skip("yang")

            cast: list[Any] = []
            await conference.drive(watch)
            path = conference.path
    votes = {v.seat: (v.vote, v.how) for v in answers(path, "vote.cast")}
    assert votes["yang"] == ("abstain", "assumed")
    failed = answers(path, "ask.failed")
    assert [(f.seat, f.reason) for f in failed] == [("yang", "skipped")]
    assert verify(path).good


async def test_a_forged_vote_is_found(tmp_path):
    path = await hold(table([{"kind": "vote", "vote": {"on": "house"}}]), by_form, tmp_path)
    lines = path.read_bytes().splitlines()
    n = next(n for n, line in enumerate(lines) if b'"vote.cast"' in line)
    event = json.loads(lines[n])
    other = "no" if event["vote"] != "no" else "yes"
    lines[n] = lines[n].replace(f'"vote":"{event["vote"]}"'.encode(), f'"vote":"{other}"'.encode())
    path.write_bytes(b"\n".join(lines) + b"\n")
    faults = " ".join(f.message for f in verify(path).faults)
    assert "is not what the reply says" in faults
