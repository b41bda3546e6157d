"""Whole small conferences through bad weather: asked again, elsewhere, or not at all."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack

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
    Stall,
    Status,
    wait_until,
)
from faults import wait_seconds as wait_for
from held import SEATS, small
from model_server import Asked, ModelServer, Reply, nobody
from providers import model_of, point_at

from debate import Conference, Wishes, read_transcript
from debate.speakers.limits import Bounds, Limits
from debate.speakers.registry import Registry
from debate.take import Again, Delta
from debate.verify import verify

ONE_EACH = [{"kind": "plenary"}]


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "30")


async def hold(tmp_path, provider="openai", phases=ONE_EACH, registry=None, plan=None, **wishes):
    """Hold a conference at a provider; returns what was shown, and what was written."""
    asked = Wishes(model=model_of(provider), seed=1, **wishes)
    plan = plan or small(phases)
    async with Conference.begin(plan, asked, out=tmp_path, registry=registry) as conference:
        shown = [item async for item in conference.stream()]
    assert verify(conference.path).good
    return shown, read_transcript(conference.path)


def closed(events):
    return [event for event in events if event.type == "turn.closed"]


def failed(events):
    return [event for event in events if event.type == "turn.failed"]


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
        point_at(server.url, stall=0.2)
        _, events = await hold(tmp_path, provider)
        await until(lambda: server.left == server.asked[:1])
    assert "sent nothing" in closed(events)[0].tries[0].why
    assert closed(events)[0].text == "A plain answer."


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


async def test_all_seats_leave_it_alone_when_one_was_told_to(tmp_path):
    """Openings are asked for side by side; what one of them hears counts for the others."""
    async with ModelServer(
        [Reply("openai", Status(429, headers=wait_for(0.6))), Reply("openai")]
    ) as server:
        point_at(server.url, concurrency=1)
        await hold(tmp_path, phases=[{"kind": "opening"}])
    refused, *later = server.asked
    assert len(later) == 3
    assert all(asked.at - refused.at >= 0.59 for asked in later)


# -- given up


@pytest.mark.parametrize("then", ["skip", "stop"])
@pytest.mark.parametrize("retries", [0, 1])
async def test_when_the_time_is_over_the_agenda_decides(tmp_path, monkeypatch, then, retries):
    monkeypatch.setenv("YALTA_PATIENCE", "0.2")
    rules = {"failures": {"retries": retries, "endpoint": then}}
    point_at(nobody())
    _, events = await hold(tmp_path, plan=small(ONE_EACH, **rules))

    assert closed(events) == []
    assert all(event.reason == "error" and not event.final for event in failed(events))
    assert all("cannot be reached" in event.message for event in failed(events))
    turns = 3 if then == "skip" else 1
    assert len(failed(events)) == turns * (1 + retries)
    assert events[-1].type == ("conference.closed" if then == "skip" else "floor.paused")


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


# -- limits


async def two_at_once(tmp_path, **limits) -> ModelServer:
    """Two conferences of three openings each, in one process, at one endpoint."""

    async def slowly(asked: Asked) -> Reply:
        await asyncio.sleep(0.05)
        return Reply("vllm")

    async with ModelServer(slowly) as server:
        point_at(server.url, **limits)
        opening = [{"kind": "opening"}]
        await asyncio.gather(*(hold(tmp_path / name, "vllm", opening) for name in "ab"))
    assert len(server.asked) == 6
    return server


async def test_calls_at_one_time_are_bounded_for_all_conferences_together(tmp_path):
    assert (await two_at_once(tmp_path)).most_at_once > 2
    assert (await two_at_once(tmp_path, concurrency=2)).most_at_once == 2


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        # Five at once and then one each 1.2 seconds; one conference alone would not feel it.
        ({"requests_per_minute": 50}, 1.0),
        ({"tokens_per_minute": 5_500_000, "reasoning_room": 100_000}, 0.4),
    ],
)
async def test_a_rate_is_kept_by_all_conferences_together(tmp_path, limits, seconds):
    server = await two_at_once(tmp_path, **limits)
    assert server.asked[-1].at - server.asked[0].at >= seconds


async def test_a_crowded_server_is_asked_less_until_all_is_said(tmp_path):
    refused = 0

    async def crowded(asked: Asked) -> Reply:
        nonlocal refused
        if server.open_at_once > 2:
            refused += 1
            return Reply("openai", Status(429, headers=wait_for(0.05)))
        await asyncio.sleep(0.02)
        return Reply("openai")

    async with ModelServer(crowded) as server:
        point_at(server.url, concurrency=8)
        phases = [{"kind": "opening"}, {"kind": "closing"}]
        held = await asyncio.gather(*(hold(tmp_path / str(n), phases=phases) for n in range(4)))
    assert refused
    for _, events in held:
        assert events[-1].type == "conference.closed"
        assert len(closed(events)) == 6
    assert refused == sum(len(turn.tries) for _, events in held for turn in closed(events))


async def test_half_as_many_are_asked_after_a_429_and_slowly_more_again():
    gate = Limits(Bounds(concurrency=8))
    async with AsyncExitStack() as calls:
        for _ in range(8):
            await calls.enter_async_context(gate.slot(10))
        gate.slow_down()
        gate.slow_down()  # one that was open together with it: the same sign
        assert gate.allowed == 4
        late = asyncio.create_task(calls.enter_async_context(gate.slot(10)))
        await asyncio.sleep(0.01)
        assert not late.done()
        late.cancel()
    grown = []
    for _ in range(60):
        gate.went_well()
        grown.append(gate.allowed)
    assert grown == sorted(grown)
    assert grown[0] == 4
    assert grown[-1] == 8


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


async def test_who_waits_in_a_queue_and_goes_leaves_its_place():
    gate = Limits(Bounds(concurrency=1))

    async def hold_it(forever: asyncio.Event) -> None:
        async with gate.slot(10):
            await forever.wait()

    event = asyncio.Event()
    tasks = [asyncio.create_task(hold_it(event)) for _ in range(5)]
    await asyncio.sleep(0)
    for task in tasks[1:4]:
        task.cancel()
    await asyncio.sleep(0)
    event.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert [task.cancelled() for task in tasks] == [False, True, True, True, False]
    async with asyncio.timeout(5), gate.slot(10):
        pass
