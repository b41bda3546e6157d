"""Whole small conferences through bad weather: asked again, elsewhere, or not at all."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from asking import until
from dialects import Said
from faults import (
    CutClean,
    Drop,
    Empty,
    ErrorInStream,
    HangUp,
    Refusal,
    Refuse,
    Slow,
    Stall,
    Status,
    wait_until,
)
from faults import wait_seconds as wait_for
from held import SEATS, small
from model_server import ModelServer, Reply, nobody
from providers import KEYS, closed, failed, hold, model_of, point_at

from debate import Conference, Wishes, read_transcript
from debate.speakers.registry import Registry
from debate.take import Again, Delta
from debate.verify import verify

ONE_EACH = [{"kind": "plenary"}]


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "30")


# -- asked again


@pytest.mark.parametrize("provider", ["openai", "moonshot", "anthropic", "ollama", "lmstudio"])
@pytest.mark.parametrize(
    "fault",
    [
        *(Status(code, headers=wait_for(0.01)) for code in (429, 500, 503, 529)),
        *(HangUp(), Drop(3), CutClean(3), ErrorInStream(3)),
    ],
    ids=lambda fault: str(fault)[:24],
)
async def test_a_turn_is_asked_for_again_and_spoken_once(tmp_path, provider, fault):
    replies = [Reply(provider, Said(["Half ", "a ", "reply "]), fault), Reply(provider)]
    async with ModelServer(replies) as server:
        point_at(server.url)
        shown, events = await hold(tmp_path, provider)

    first, *rest = closed(events)
    assert [event.text for event in (first, *rest)] == ["A plain answer."] * 3
    (tried,) = first.tries
    assert tried.why
    assert tried.waited >= 0
    assert "Half a reply".startswith(tried.text or "")
    assert not any(event.tries for event in rest)
    assert [item.why for item in shown if isinstance(item, Again)] == [tried.why]
    assert len(server.asked) == 4
    assert server.asked[0].body == server.asked[1].body  # from its start
    assert events[-1].type == "conference.closed"


async def test_a_cut_stream_is_never_spliced_and_the_transcript_says_so(tmp_path):
    replies = [
        Reply("moonshot", Said(["One ", "two ", "three."]), Drop(3)),
        Reply("moonshot", Said(["Uno ", "due zwo ", "tre."]), CutClean(3)),
        Reply("moonshot", Said(["Eins ", "zwei ", "drei."])),
    ]
    async with ModelServer(replies) as server:
        point_at(server.url)
        shown, events = await hold(tmp_path, "moonshot")

    turn = closed(events)[0]
    assert turn.text == "Eins zwei drei."
    assert [tried.text.split()[0] for tried in turn.tries] == ["One", "Uno"]
    assert all(tried.why and tried.waited >= 0 for tried in turn.tries)
    # What was shown of a try is taken back before the next one is shown.
    said: list[str] = [""]
    for item in shown:
        if isinstance(item, Again):
            said.append("")
        elif isinstance(item, Delta) and item.turn == turn.turn:
            said[-1] += item.text
    assert said[-1] == turn.text
    assert len(said) == 3
    assert all("zwei" in json.dumps(asked.body) for asked in server.asked[3:])
    assert not any("due zwo" in json.dumps(asked.body) for asked in server.asked)


@pytest.mark.parametrize("provider", ["openai", "anthropic", "ollama"])
async def test_after_silence_it_is_asked_again(tmp_path, provider):
    replies = [Reply(provider, Said(["Half "]), Stall(3)), Reply(provider)]
    async with ModelServer(replies) as server:
        point_at(server.url, stall=0.5)
        _, events = await hold(tmp_path, provider)
        await until(lambda: server.left == server.asked[:1])
    assert "sent nothing" in closed(events)[0].tries[0].why
    assert closed(events)[0].text == "A plain answer."


@pytest.mark.parametrize("after", [0, 3])
async def test_a_silent_server_is_not_waited_for_longer_than_the_user_is_patient(
    tmp_path, monkeypatch, after
):
    """Long before it counts as stalled, and whether it says nothing or falls silent."""
    monkeypatch.setenv("YALTA_PATIENCE", "1")
    silent = Reply("openai", Said(["Half "]), Stall(after))
    async with ModelServer(silent) as server:
        point_at(server.url, stall=60)
        async with asyncio.timeout(30):
            _, events = await hold(tmp_path)
    event = failed(events)[0]
    assert event.tries == ()
    assert "gpt-5.5 sent nothing for 1 s" in event.message
    assert "YALTA_PATIENCE" in event.message


async def test_calls_that_failed_before_leave_less_patience_for_one_that_is_silent(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("YALTA_PATIENCE", "2")
    busy = Reply("openai", Status(503, headers=wait_for(1)))
    silent = Reply("openai", Said(["Half "]), Stall(0))
    async with ModelServer([busy, silent]) as server:
        point_at(server.url, stall=60)
        async with asyncio.timeout(30):
            _, events = await hold(tmp_path, plan=small(ONE_EACH, failures={"retries": 0}))
    event = failed(events)[0]
    (tried,) = event.tries
    assert "503" in tried.why
    seconds = float(event.message.partition("sent nothing for ")[2].split()[0])
    assert seconds <= 1.0  # what the first call and the wait left of two


async def test_a_reply_that_keeps_coming_outlasts_any_patience(tmp_path, monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "2")
    busy = Reply("openai", Status(503, headers=wait_for(1.5)))
    slow = Reply("openai", Said(["word "] * 10), Slow(0.4))  # in gaps as long as what is left
    async with ModelServer([busy, slow, Reply("openai")]) as server:
        point_at(server.url)
        _, events = await hold(tmp_path)
    first, *_ = closed(events)
    assert first.text.split() == ["word"] * 10
    assert first.timing.total > 2


async def test_the_fallback_has_patience_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "1")
    async with ModelServer(
        lambda asked: (
            Reply("anthropic", Said(["From the other."]))
            if asked.path.endswith("/messages")
            else Reply("openai", Stall(0))
        )
    ) as server:
        point_at(server.url, stall=60)
        async with asyncio.timeout(30):
            _, events = await hold(tmp_path, fallbacks={"": model_of("anthropic")})
    assert [event.text for event in closed(events)] == ["From the other."] * 3


async def test_a_refused_connection_is_tried_again(tmp_path):
    async with ModelServer([Reply("openai", Refuse()), Reply("openai")]) as server:
        point_at(server.url)
        _, events = await hold(tmp_path)
    assert len(closed(events)[0].tries) == 1
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("fault", "least"),
    [
        (lambda: Status(429, headers=wait_for(0.7)), 0.7),
        (lambda: Status(503, headers={"retry-after-ms": "700"}), 0.7),
        (lambda: Status(429, headers=wait_until(2)), 0.9),  # a date has whole seconds
        (
            lambda: Status(429, '{"error": {"message": "please try again after 1 seconds"}}'),
            1.0,
        ),
    ],
)
async def test_a_server_is_left_alone_as_long_as_it_asks(tmp_path, fault, least):
    async with ModelServer([Reply("moonshot", fault()), Reply("moonshot")]) as server:
        point_at(server.url)
        _, events = await hold(tmp_path, "moonshot")
    first, second, *_ = server.asked
    assert second.at - first.at >= least - 0.01
    (tried,) = closed(events)[0].tries
    assert tried.waited >= least - 0.01


# -- given up


@pytest.mark.parametrize("then", ["skip", "stop"])
@pytest.mark.parametrize("retries", [0, 1])
async def test_when_the_time_is_over_the_agenda_decides(tmp_path, monkeypatch, then, retries):
    monkeypatch.setenv("YALTA_PATIENCE", "0.5")
    rules = {"failures": {"retries": retries, "endpoint": then}}
    async with ModelServer(Reply("openai", Status(503))) as server:
        point_at(server.url)
        _, events = await hold(tmp_path, plan=small(ONE_EACH, **rules))

    assert closed(events) == []
    assert all(event.reason == "error" and not event.final for event in failed(events))
    # On a busy machine the time may be over before the last 503 is heard.
    told = re.compile("answered 503|sent nothing for")
    assert all(told.search(event.message) for event in failed(events))
    turns = 3 if then == "skip" else 1
    assert len(failed(events)) == turns * (1 + retries)
    assert events[-1].type == ("conference.closed" if then == "skip" else "floor.paused")


async def test_a_server_here_that_was_never_there_is_not_waited_for(tmp_path):
    url = nobody()
    point_at(url)
    async with asyncio.timeout(20):  # the patience is longer
        shown, events = await hold(tmp_path, "ollama")
    (event,) = failed(events)
    assert (event.final, event.tries) == (True, ())
    assert f"no server is running at {url}" in event.message
    assert "ollama serve" in event.message
    assert "yalta models list" in events[-1].reason
    assert not any(isinstance(item, Again) for item in shown)


async def test_a_server_here_that_has_answered_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "0.5")
    async with Registry() as registry:
        async with ModelServer(Reply("openai")) as server:
            point_at(server.url)
            await hold(tmp_path / "before", registry=registry)
        _, events = await hold(tmp_path / "after", registry=registry)
    assert not any(event.final for event in failed(events))
    assert "refused" in failed(events)[0].message


@pytest.mark.parametrize(
    "fault",
    [
        *(Status(400), Status(401), Status(403), Status(404), Status(422)),
        Status(429, '{"error": {"code": "insufficient_quota", "message": "No money"}}'),
        Status(402, '{"error": {"message": "Insufficient Balance"}}'),
    ],
    ids=lambda fault: f"{fault.code}",
)
async def test_what_no_asking_mends_is_asked_once(tmp_path, fault):
    async with ModelServer(Reply("deepseek", fault)) as server:
        point_at(server.url)
        _, events = await hold(tmp_path, "deepseek")

    (event,) = failed(events)
    assert (event.reason, event.final, event.tries) == ("error", True, ())
    assert len(server.asked) == 1
    assert events[-1].type == "floor.paused"
    assert event.message in events[-1].reason


@pytest.mark.parametrize(("fault", "reason"), [(Empty(), "empty"), (Refusal(), "refused")])
async def test_nothing_that_can_be_used_is_left_to_the_agenda(tmp_path, fault, reason):
    silent = Reply("openai", Said([]), fault)
    async with ModelServer([silent, silent, Reply("openai")]) as server:
        point_at(server.url)
        _, events = await hold(tmp_path)
    assert [event.reason for event in failed(events)] == [reason] * 2
    assert len(closed(events)) == 2  # the first seat was passed over
    assert len(server.asked) == 4


async def test_a_server_that_wants_to_be_left_alone_for_an_hour_is_not_waited_for(tmp_path):
    async with ModelServer(Reply("openai", Status(429, headers=wait_for(3600)))) as server:
        point_at(server.url)
        async with asyncio.timeout(20):
            _, events = await hold(tmp_path)

    assert len(server.asked) == 1
    assert [event.reason for event in failed(events)] == ["error"] * 2
    assert "left alone" in failed(events)[1].message
    assert events[-1].type == "floor.paused"


async def test_a_refused_key_is_told_by_its_variable_in_the_transcript(tmp_path, monkeypatch):
    monkeypatch.setenv("MOONSHOT_API_KEY", KEYS["moonshot"])
    async with ModelServer(Reply("moonshot", Status(401))) as server:
        point_at(server.url)
        _, events = await hold(tmp_path, "moonshot")
    assert "MOONSHOT_API_KEY" in failed(events)[0].message
    assert "MOONSHOT_API_KEY" in events[-1].reason


# -- the fallback


@pytest.mark.parametrize(
    "fault", [Status(401), Status(429, headers=wait_for(3600)), Status(400)], ids=str
)
async def test_the_fallback_speaks_and_is_recorded(tmp_path, fault):
    async with ModelServer(
        lambda asked: (
            Reply("anthropic", Said(["From the other."]))
            if asked.path.endswith("/messages")
            else Reply("moonshot", fault)
        )
    ) as server:
        point_at(server.url)
        fallbacks = {SEATS[0]: model_of("anthropic"), "": model_of("anthropic")}
        _, events = await hold(tmp_path, "moonshot", fallbacks=fallbacks)

    assert len(closed(events)) == 3
    for event in closed(events):
        assert event.text == "From the other."
        assert event.by is not None
        assert event.by.model == model_of("anthropic")
        assert event.tries[-1].by is None
    assert events[-1].type == "conference.closed"


async def test_without_the_fallback_too_the_turn_fails(tmp_path, monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "0")
    async with ModelServer(Reply("openai", Status(500))) as server:
        point_at(server.url)
        _, events = await hold(tmp_path, fallbacks={"": model_of("lmstudio")})
    assert [len(event.tries) for event in failed(events)] == [1, 1]
    assert len(server.asked) == 4
    assert events[-1].type == "floor.paused"


# -- cancelled


@pytest.mark.parametrize("seconds", [25.0, 3600.0])
async def test_cancelled_while_it_waits_it_goes_on_later(tmp_path, seconds):
    replies = [Reply("openai"), Reply("openai", Status(429, headers=wait_for(seconds)))]
    async with ModelServer([*replies, Reply("openai")]) as server, Registry() as registry:
        point_at(server.url)
        wishes = Wishes(model=model_of("openai"), seed=1)
        plan = small(ONE_EACH)
        async with Conference.begin(plan, wishes, out=tmp_path, registry=registry) as conference:
            path = conference.path
            seen: list[object] = []
            driving = asyncio.create_task(conference.drive(seen.append))
            if seconds < 30:
                await until(lambda: any(isinstance(item, Again) for item in seen))
            else:
                await until(lambda: len(server.asked) == 2)
            driving.cancel()
            await asyncio.gather(driving, return_exceptions=True)
        assert verify(path).good
        assert verify(path).standing == "paused"

    async with ModelServer(Reply("openai")) as other:
        point_at(other.url)
        async with Conference.resume(path) as conference:
            async for _ in conference.stream():
                pass
    events = read_transcript(path)
    assert events[-1].type == "conference.closed"
    assert sorted(event.seat for event in closed(events)) == sorted(SEATS)
    assert verify(path).good
