"""A budget is never passed, whatever the servers do, and a window never without a word."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, Decimal

import pytest
from held import SEATS, small
from model_server import Asked, ModelServer, Reply, Said, Tokens
from providers import point_at
from wire_faults import CutClean

from debate import Conference, Wishes, read_transcript
from debate.errors import LoadError
from debate.events import TurnOpened
from debate.speakers.profiles import load_profiles

PRICED = {
    "priced": {
        "provider": "vllm",
        "name": "any",
        "price": {"currency": "USD", "input": "1", "output": "5"},
    }
}


async def hold(tmp_path, rounds=1, model="priced", **wishes):
    plan = small([{"kind": "plenary", "rounds": rounds, "words": {"from": 20, "to": 40}}])
    asked = Wishes(model=model, seed=1, **wishes)
    async with Conference.begin(plan, asked, out=tmp_path) as conference:
        await conference.drive(lambda item: None)
        return conference.state, list(read_transcript(conference.path))


async def test_reasoning_that_broke_off_counts_as_the_most_it_can_have_cost(tmp_path, monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "20")
    spent = Decimal(0)

    def answer(asked: Asked) -> Reply:
        nonlocal spent
        read = sum(len(message["content"]) for message in asked.body["messages"]) // 4
        spent += (read + 5 * 100) * Decimal("1e-6")
        if len(server.asked) % 2:
            return Reply("vllm", Said(["no"], reasoning=["Hm. "] * 40), CutClean(after_frames=20))
        return Reply("vllm", Said(["So be it."], usage=Tokens(read, None, None, 100, None)))

    async with ModelServer(answer) as server:
        point_at(server.url, models=PRICED)
        state, events = await hold(tmp_path, rounds=6, budget=0.03)
    assert spent <= Decimal("0.03")
    assert state.cost < state.at_most <= Decimal("0.03")
    assert state.standing == "paused"
    assert "budget" in events[-1].reason
    tries = [each for event in events for each in getattr(event, "tries", ())]
    assert tries
    assert all(each.accepted for each in tries)


async def test_a_turn_that_cannot_be_paid_for_is_told_with_what_is_left(tmp_path):
    async with ModelServer() as server:
        point_at(server.url, models=PRICED)
        _, events = await hold(tmp_path / "paid", budget=1)
        first = next(event.at_most for event in events if isinstance(event, TurnOpened))
        short = first.quantize(Decimal("0.0001"), ROUND_FLOOR)
        assert 0 < short < first < short + Decimal("0.0001"), "they look the same in four places"
        _, events = await hold(tmp_path / "short", budget=float(short))
    told = re.fullmatch(
        r"the budget bears no further turn: the next turn may cost up to ([\d.]+),"
        r" and ([\d.]+) of ([\d.]+) is left",
        events[-1].reason,
    )
    assert told, events[-1].reason
    most, left, whole = map(Decimal, told.groups())
    assert most >= first > short == left == whole


async def test_what_no_server_had_begun_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "20")
    async with ModelServer(refusing=2) as server:
        point_at(server.url, models=PRICED)
        state, _ = await hold(tmp_path, budget=1)
    assert len(state.record) == len(SEATS)


async def test_a_prompt_that_its_window_cannot_hold_is_not_sent(tmp_path):
    models = {"tiny": {"provider": "vllm", "name": "any", "window": 1000}}
    async with ModelServer() as server:
        point_at(server.url, models=models)
        state, events = await hold(tmp_path, model="tiny")
        assert server.asked == []
    assert state.standing == "paused"
    assert "window of tiny, 1,000 tokens" in events[-1].reason


async def test_a_server_that_cuts_ever_more_is_noticed(tmp_path):
    def answer(asked: Asked) -> Reply:
        read = sum(len(message["content"]) for message in asked.body["messages"]) // 4
        words = ["and so the record grows by a good many words each time "] * 8
        return Reply("vllm", Said(words, usage=Tokens(min(read, 3000), None, None, 100, None)))

    async with ModelServer(answer) as server:
        point_at(server.url, models=PRICED)
        _, events = await hold(tmp_path, rounds=8)
    warned = [event.turn for event in events if getattr(event, "warning", None)]
    assert warned
    assert warned[0] > 1


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("extra_body: {messages: []}", "'messages' is the program's own"),
        ("extra_body: {max_tokens: 9}", "'max_tokens' is the program's own"),
        ("extra_body: {api_key: sk-secret}", "may hold a key"),
        ("key_env: sk-secret-1", "not the name of a variable"),
        ("base_url: 'http://user:sk-secret@h/v1'", "a key cannot stand"),
        ("base_url: 'ftp://h/v1'", "not an http"),
    ],
)
def test_what_a_profile_may_not_hold_is_told_with_its_line(tmp_path, where, says):
    folder = tmp_path / "config"
    folder.mkdir(exist_ok=True)
    base = "" if where.startswith("base_url") else "    base_url: http://h/v1\n"
    (folder / "profiles.yaml").write_text(
        f"schema: yalta/profiles/1\nproviders:\n  box:\n{base}    {where}\n"
    )
    with pytest.raises(LoadError, match=says) as wrong:
        load_profiles()
    assert "profiles.yaml:" in str(wrong.value)
    assert "sk-secret" not in str(wrong.value)
