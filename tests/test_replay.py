"""Conferences held again with what a transcript holds of them: turns and all that was asked."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from chat_server import ChatServer, Reply, speaker_of
from click.testing import CliRunner
from held import NAMES, SEATS
from people import every_kind, someone
from test_politics import ALL_KINDS, CHAIR, by_form, hold, schema_of, stopped, table
from worlds import scenario

from debate import Conference, Wishes, read_transcript
from debate.answers import Answer
from debate.cli import yalta
from debate.library import load_scenario, scenario_files
from debate.scenario import Failures
from debate.speakers.registry import Registry
from debate.state import fold
from debate.verify import verify

FEW = [{"kind": "plenary"}, {"kind": "vote", "vote": {"on": "house"}}, {"kind": "closing"}]


def lively(body: dict[str, Any]) -> Reply:
    """A model of which no two replies are alike, and that keeps to the form more often than not."""
    said = json.dumps(body["messages"])
    chance = random.Random(said)
    schema = schema_of(body)
    if schema is None:
        return Reply([f"I say {chance.randrange(10**9)}.", f"\n\nAnd {chance.randrange(10**9)}."])
    again = "That could not be read." in said
    if "vote" in schema["properties"]:  # half of the voters have to be asked twice
        name = re.findall(r"You are ([^.,]+)[.,]", said)[-1]
        strays = not again and len(name) % 2 == 1
    else:
        strays = chance.random() < (0.5 if again else 0.35)
    if strays:
        return Reply([f"Hm, {chance.choice('abcdef')}."])
    fields: dict[str, Any] = {}
    for name, value in schema["properties"].items():
        if "enum" in value:
            fields[name] = chance.choice([v for v in value["enum"] if v != "pass"] or ["pass"])
        elif value["type"] == "boolean":
            fields[name] = chance.random() < 0.5
        elif value["type"] == "array":
            fields[name] = chance.sample(value["items"]["enum"], 2)
        else:
            fields[name] = f"{name} {chance.randrange(10**9)}"
    return Reply([json.dumps(fields)])


def came_of(path: Path) -> dict[str, Any]:
    """All that was said and decided in a conference, and how each answer came about."""
    events = read_transcript(path)
    state = fold(events)
    answers = {
        (
            e.type,
            e.phase,
            e.round,
            e.room,
            e.seat,
            getattr(e, "amendment", getattr(e, "motion", "")),
        ): e.model_dump(exclude={"seq", "at", "prev", "ask", "timing", "tries", "by", "usage"})
        | {"unread": [t.text for t in e.tries]}
        for e in events
        if isinstance(e, Answer)
    }
    return {
        "turns": [(t.seat, t.phase, t.round, t.room, t.part, t.to, t.text) for t in state.record],
        "answers": answers,
        "decisions": state.decisions,
        "motions": dict(state.motions),
        "rooms": dict(state.rooms),
        "end": events[-1].type,
    }


async def replayed(plan, recorded: Path, out: Path, **wishes: Any) -> Path:
    asked = Wishes(model=f"replay:{recorded}", seed=1, **wishes)
    async with Conference.begin(plan, asked, out=out) as conference:
        await conference.drive(lambda item: None)
        return conference.path


@pytest.mark.parametrize("name", sorted(scenario_files()))
async def test_a_replay_of_a_scenario_that_ships_gives_all_of_it_again(tmp_path, name):
    plan = load_scenario(name)
    recorded = await hold(plan, lively, tmp_path / "recorded")
    again = await replayed(plan, recorded, tmp_path / "again")
    assert came_of(again) == came_of(recorded)
    assert came_of(again)["end"] == "conference.closed"
    hows = {answer["how"] for answer in came_of(recorded)["answers"].values()}
    assert {"json", "repaired"} <= hows
    assert verify(again).faults == ()


async def test_a_replay_of_every_kind_of_talk_gives_all_of_it_again(tmp_path):
    recorded = await hold(table(ALL_KINDS), lively, tmp_path / "recorded")
    again = await replayed(table(ALL_KINDS), recorded, tmp_path / "again")
    assert came_of(again) == came_of(recorded)
    assert {a["type"] for a in came_of(again)["answers"].values()} >= {
        *("bid.cast", "floor.called", "partners.chosen", "motion.tabled", "vote.cast"),
        *("amendment.proposed", "amendment.answered", "communique.signed"),
    }
    hows = {answer["how"] for answer in came_of(recorded)["answers"].values()}
    assert {"json", "repaired", "assumed"} <= hows
    assert verify(again).faults == ()


async def test_what_people_said_in_words_of_their_own_is_said_again(tmp_path):
    async def ask(prompt):
        said = await someone()(prompt)
        return f"Yang: {said}\nSam: {said}" if said.startswith("I say") else said

    wishes = Wishes(model="me", seed=1)
    async with (
        Registry(ask=ask) as registry,
        Conference.begin(every_kind(), wishes, out=tmp_path, registry=registry) as conference,
    ):
        await conference.drive(lambda item: None)
    again = await replayed(every_kind(), conference.path, tmp_path)
    assert came_of(again) == came_of(conference.path)
    assert any("\nSam: I say" in turn[-1] for turn in came_of(again)["turns"])


async def test_who_could_not_be_had_cannot_be_had_again_and_the_same_follows(tmp_path):
    """Whether the scenario passes over it, or stands still until it is gone on with."""

    def answer(body):
        seat, asked = speaker_of(body, NAMES), schema_of(body) is not None
        if seat == "Yang Zhilin" and (asked or "not passed over" not in str(body)):
            return Reply(status=500, body="boom")
        if seat == "Dario Amodei" and not asked:
            return random.Random(str(body)).choice([Reply([]), Reply([], finish="content_filter")])
        return by_form(body)

    phases = [
        {"kind": "opening"},
        {"kind": "plenary", "floor": "bidding", "rounds": 2},
        {"kind": "vote", "vote": {"on": "house"}},
        {"kind": "closing", "instructions": "You are not passed over."},
    ]
    plan = table(phases, failures={"retries": 1, "reply": "skip", "endpoint": "skip"})
    recorded = await hold(plan, answer, tmp_path / "recorded")
    again = await replayed(plan, recorded, tmp_path / "again")
    assert {turn[0] for turn in came_of(again)["turns"]} == {"altman", "yang"}
    assert came_of(again) == came_of(recorded)
    failed = {e.message for e in read_transcript(again) if e.type == "ask.failed"}
    assert all(said.startswith("as recorded: ") and "500" in said for said in failed)


async def test_what_stopped_it_once_and_was_had_later_is_had_at_once(tmp_path):
    fails = [True]

    def answer(body):
        if speaker_of(body, NAMES) == "Yang Zhilin" and fails[0]:
            return Reply(status=500, body="boom")
        return by_form(body)

    with ChatServer(answer) as server:
        plan, asked = table(FEW), Wishes(model=server.model, seed=1)
        async with Conference.begin(plan, asked, out=tmp_path / "recorded") as conference:
            await conference.drive(lambda item: None)
            assert conference.state.standing == "paused"
            early = await replayed(plan, conference.path, tmp_path / "early")
            last = read_transcript(early)[-1]
            assert (last.type, "as recorded" in last.reason) == ("floor.paused", True)
            fails[0] = False
            await conference.drive(lambda item: None)
    again = await replayed(plan, conference.path, tmp_path / "again")
    assert came_of(again) == came_of(conference.path)
    assert not [e for e in read_transcript(again) if e.type == "turn.failed"]


async def test_a_turn_that_failed_and_was_passed_over_then_is_passed_over(tmp_path):
    def answer(body):
        fails = speaker_of(body, NAMES) == "Yang Zhilin" and schema_of(body) is None
        return Reply(status=500, body="boom") if fails else lively(body)

    with ChatServer(answer) as server:
        plan, asked = table(FEW), Wishes(model=server.model, seed=1)
        async with Conference.begin(plan, asked, out=tmp_path / "recorded") as conference:
            while conference.state.standing != "closed":
                await conference.drive(lambda item: None)
                if conference.state.standing == "paused":
                    conference.chair.skip("yang")
    again = await replayed(plan, conference.path, tmp_path / "again")
    assert came_of(again) == came_of(conference.path)
    assert came_of(again)["end"] == "conference.closed"


async def test_what_the_chair_struck_or_passed_over_has_no_place_in_a_replay(tmp_path):
    said = itertools.count()

    def answer(body):
        if schema_of(body) is None:
            return Reply([f"Reply {next(said)}."])
        return Reply(
            by_form(body).words, delay=5.0 if speaker_of(body, NAMES) == "Yang Zhilin" else 0.0
        )

    with ChatServer(answer) as server:
        plan, asked = table(FEW), Wishes(model=server.model, seed=1)
        async with Conference.begin(plan, asked, out=tmp_path / "recorded") as conference:

            def watch(item) -> None:
                if item.type == "vote.cast" and conference.state.asking:
                    conference.chair.skip("yang")

            await conference.drive(lambda item: None, turns=2)
            conference.chair.retry()
            await conference.drive(lambda item: None, turns=1)
            conference.chair.skip()
            await conference.drive(watch)
    events = read_transcript(conference.path)
    assert {"turn.withdrawn", "turn.skipped", "ask.failed"} <= {e.type for e in events}
    again = await replayed(plan, conference.path, tmp_path / "again")
    one, two = came_of(conference.path), came_of(again)
    assert (one["turns"], one["decisions"], one["end"]) == (
        *(two["turns"], two["decisions"]),
        "conference.closed",
    )
    assert "Reply 1." not in str(two["turns"])
    assert {(a["seat"], a["how"]) for a in two["answers"].values()} >= {("yang", "assumed")}


async def test_a_replay_that_was_broken_off_anywhere_goes_on_rightly(tmp_path):
    plan = table(ALL_KINDS)
    recorded = await hold(plan, lively, tmp_path / "recorded")
    events = len(read_transcript(recorded))
    for stop in sorted(random.Random(5).sample(range(2, events - 1), 4)):
        wishes = Wishes(model=f"replay:{recorded}", seed=1)
        async with Conference.begin(plan, wishes, out=tmp_path / str(stop)) as conference:
            await stopped(conference, stop)
        async with Conference.resume(conference.path) as again:
            await again.drive(lambda item: None)
        assert came_of(again.path) == came_of(recorded)


async def test_a_seat_may_be_replayed_beside_live_models(tmp_path):
    plan = table([{"kind": "opening"}, *ALL_KINDS[1:2], *FEW])
    recorded = await hold(plan, lively, tmp_path / "recorded")

    def otherwise(body):
        assert speaker_of(body, NAMES) != "Yang Zhilin"
        return lively({**body, "messages": [*body["messages"], {"content": "otherwise"}]})

    yang = {"yang": f"replay:{recorded}"}
    again = await hold(plan, otherwise, tmp_path / "again", seat_models=yang)

    def of_yang(path: Path) -> list[Any]:
        turns = [(t[1:3], t[-1]) for t in came_of(path)["turns"] if t[0] == "yang" and t[1] != 1]
        return turns + [a for a in came_of(path)["answers"].values() if a["seat"] == "yang"]

    assert of_yang(again) == of_yang(recorded)
    assert came_of(again)["turns"] != came_of(recorded)["turns"]
    assert verify(again).faults == ()


OTHERS = {
    "more rounds": (
        table([{"kind": "plenary", "rounds": 2}, *FEW[1:]]),
        {},
        "no reply of altman for a turn in round 2 of the phase 'phase-0': "
        "past.jsonl holds 2 of that seat, the last in round 1 of the phase 'phase-2'",
    ),
    "another phase": (
        table([*FEW, {"kind": "communique"}]),
        {},
        "no reply of chair for a draft in round 1 of the phase 'phase-3': "
        "past.jsonl has no such phase, but phase-0, phase-1, phase-2",
    ),
    "another kind of talk": (
        table([FEW[0], {"kind": "motions"}, FEW[2]]),
        {},
        "no reply of altman for a motion in round 1 of the phase 'phase-1': "
        "past.jsonl holds none of that seat",
    ),
    "another floor": (
        table([{"kind": "plenary", "floor": {"rule": "random"}}, *FEW[1:]]),
        {},
        "for a turn in turn 1 of the phase 'phase-0'",
    ),
    "another vote": (
        scenario([*SEATS, "huang", CHAIR], [{**FEW[0], "seats": [*SEATS]}, *FEW[1:]]),
        {},
        "no reply of huang for a vote (the motion of the conference) in the phase 'phase-1': "
        "past.jsonl has no such seat, but altman, yang, amodei, chair",
    ),
    "another motion": (table(FEW), {"motion": "Big things."}, "a conference on another motion"),
    "another scenario": (
        table(FEW).model_copy(update={"id": "big"}),
        {},
        "past.jsonl is a conference on 'small', not on 'big'",
    ),
}


@pytest.mark.parametrize("what", OTHERS)
async def test_what_is_not_recorded_stops_the_replay_with_one_message(tmp_path, what):
    recorded = await hold(table(FEW), lively, tmp_path / "past.jsonl")
    plan, wishes, said = OTHERS[what]
    skips = Failures(reply="skip", endpoint="skip")
    plan = plan.model_copy(update={"failures": skips})
    path = await replayed(plan, recorded, tmp_path / "again.jsonl", **wishes)
    last = read_transcript(path)[-1]
    assert last.type == "floor.paused"
    assert said in last.reason
    assert "or let another model speak from here on: yalta resume with --seat" in last.reason
    async with Conference.resume(path) as conference:
        await conference.drive(lambda item: None)
    assert read_transcript(path)[-1].reason == last.reason
    with ChatServer(lively) as server:
        models = dict.fromkeys([card.id for card in conference.state.opened.seats], server.model)
        async with Conference.resume(path, models=models) as conference:
            await conference.drive(lambda item: None)
    assert read_transcript(path)[-1].type == "conference.closed"
    assert not [e for e in read_transcript(path) if e.type == "turn.skipped"]
    assert verify(path).faults == ()


async def test_a_recorded_answer_that_makes_no_sense_here_stops_the_replay(tmp_path):
    def joining(tables: bool):
        def answer(body):
            altman = speaker_of(body, NAMES) == "Sam Altman"
            tabling = {"action": "table", "title": "Open", "text": "All is open."}
            if altman:
                return Reply([json.dumps(tabling if tables else {"action": "pass"})])
            return Reply(['{"action": "join", "motion": "M1"}'])

        return answer

    plan = table([{"kind": "motions"}])
    recorded = await hold(plan, joining(tables=True), tmp_path / "past.jsonl")
    assert [e.seat for e in read_transcript(recorded) if e.type == "motion.joined"] != []
    yang = {"yang": f"replay:{recorded}"}
    path = await hold(plan, joining(tables=False), tmp_path / "now.jsonl", seat_models=yang)
    last = read_transcript(path)[-1]
    assert last.type == "floor.paused"
    assert "what past.jsonl holds cannot be read as things stand" in last.reason


async def test_a_fallback_speaks_where_the_recording_ends(tmp_path):
    recorded = await hold(table(FEW), lively, tmp_path / "past.jsonl")
    longer = table([{"kind": "plenary", "rounds": 2}, *FEW[1:]])
    with ChatServer(by_form) as server:
        path = await replayed(longer, recorded, tmp_path / "on", fallbacks={"": server.model})
    events = read_transcript(path)
    assert events[-1].type == "conference.closed"
    turns = [(e.by and e.by.model) for e in events if e.type == "turn.closed"]
    assert turns == [None] * 3 + [server.model] * 3 + [None] * 3


def test_the_command_says_what_is_lacking_and_fails(tmp_path):
    recorded = asyncio.run(hold(load_scenario("roundtable"), by_form, tmp_path / "past.jsonl"))
    words = ["run", "roundtable", "--rounds", "9", "--model", f"replay:{recorded}"]
    words += ["--out", str(tmp_path / "again.jsonl")]
    done = CliRunner().invoke(yalta, words, catch_exceptions=False)
    assert done.exit_code == 1
    assert "the replay has no reply of" in done.output
    assert f"Go on with:  yalta resume {tmp_path / 'again.jsonl'}" in done.output
