"""The gate before a server, which all conferences of a process share."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from faults import Status
from faults import wait_seconds as wait_for
from model_server import Asked, ModelServer, Reply
from providers import closed, hold, point_at

from debate.errors import SpeakerError
from debate.speakers.limits import Bounds, Limits
from debate.speakers.transport import new_client


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "30")


async def two_at_once(tmp_path, **limits) -> ModelServer:
    """Two conferences of three openings each, in one process, at one endpoint."""

    async def slowly(asked: Asked) -> Reply:
        await asyncio.sleep(0.05)
        return Reply("vllm")

    await new_client(tls=False).aclose()  # the first one takes long to import
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
        ({"requests_per_minute": 50}, 0.8),
        ({"tokens_per_minute": 5_500_000, "reasoning_room": 100_000}, 0.3),
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


async def test_the_queue_of_a_server_with_one_slot_is_not_its_silence(tmp_path, monkeypatch):
    monkeypatch.setenv("YALTA_PATIENCE", "1.6")
    slot = asyncio.Lock()
    newest: dict[str, Asked] = {}

    async def one_by_one(asked: Asked) -> Reply:
        newest[str(asked.body)] = asked
        async with slot:
            if newest[str(asked.body)] is asked:  # else its client has gone, and asked again
                await asyncio.sleep(0.8)
        return Reply("openai")

    await new_client(tls=False).aclose()  # the first one takes long to import
    async with ModelServer(one_by_one) as server:
        point_at(server.url, stall=1.6)
        _, events = await hold(tmp_path, phases=[{"kind": "opening"}])
    assert events[-1].type == "conference.closed"
    waited = [turn for turn in closed(events) if turn.tries]
    assert waited
    assert all("busy with other calls" in turn.tries[0].why for turn in waited)


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


async def test_nobody_queues_for_a_server_that_is_closed_for_long():
    gate = Limits(Bounds())
    gate.slow_down(1e12)
    with pytest.raises(SpeakerError, match="left alone") as closed_for:
        async with gate.slot(10):
            pass
    assert 30 < closed_for.value.wait <= 600  # then somebody asks it again
    assert gate.open == 0
