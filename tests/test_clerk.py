"""The clerk: when minutes are taken, of what, by whom, and what is noticed of windows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from chat_server import ChatServer, Reply
from hypothesis import given, settings
from hypothesis import strategies as st
from minuted import BY, Minuted, open_to_minutes
from test_state import ANY_EVENT, PRICE
from worlds import SEATS, Play, closed, manifest, scenario

from debate.agenda import GiveFloor, next_steps
from debate.bill import NOTHING
from debate.clerk import MARGIN, SHARE, Clerk, cut_warning, due, room_of, take_minutes
from debate.errors import SpeakerError
from debate.estimate import Gauge, estimate, estimate_prompt
from debate.events import (
    FloorPaused,
    MinutesTaken,
    PhaseOpened,
    Profile,
    SeatChanged,
    Timing,
    Try,
    TurnOpened,
    TurnWithdrawn,
    Usage,
)
from debate.fork import fork
from debate.patience import Patience
from debate.prompts.again import Prompts
from debate.prompts.layouts import Projection, request_hash
from debate.prompts.minutes import words_of
from debate.speakers.registry import Registry
from debate.state import apply, fold, last_withdrawable
from debate.transcript import Transcript, read
from debate.verify import verify

MAX_TOKENS = 300
AT_ONCE = Patience(seconds=0)


def minutes(through: int, text: str = "They met.", **more) -> MinutesTaken:
    return MinutesTaken(
        through=through, text=text, request="0" * 64, by=BY, timing=Timing(total=1.0), **more
    )


def with_window(opened, window):
    """The manifest, its models with this window."""
    profile = opened.seats[0].profile.model_copy(update={"window": window})
    seats = tuple(s.model_copy(update={"profile": profile}) for s in opened.seats)
    return opened.model_copy(update={"seats": seats})


def talk(words: int, rounds: int = 20, seats=("ada", "bo", "cem"), **more):
    """The manifest of a long talk, and what everyone says in it."""
    plan = scenario(seats, [{"kind": "plenary", "rounds": rounds}])
    return manifest(plan, **more), lambda step, number: f"<{number}> " + "word " * words


# The fold


@given(st.lists(st.one_of(ANY_EVENT, st.builds(minutes, st.integers(1, 6))), max_size=40))
def test_any_events_with_minutes_can_be_folded(events):
    states = [fold([manifest(scenario(["ada", "bo"]))])]
    for event in events:
        states.append(apply(states[-1], event))

    for one, two in pairwise(states):
        if one.minutes is not None:
            assert two.minutes is not None
            assert two.minutes.through >= one.minutes.through
        if two.minutes is not None:
            held = [t for t in two.record if t.number == two.minutes.through]
            assert [t.room for t in held] == [None]


def test_minutes_that_make_no_sense_leave_the_state_as_it_is():
    play = Play(*talk(5, rounds=2))
    play.put(PhaseOpened(phase=0, kind="plenary", title="P", rooms={"cellar": ("ada",)}))
    for number, room in ((1, None), (2, "cellar"), (3, None)):
        play.put(TurnOpened(turn=number, seat="ada", phase=0, round=1, room=room, request="0" * 64))
        if number == 3:
            assert apply(play.state, minutes(1)) is play.state  # a turn is in the air
        play.put(closed(number, "ada", "Words."))

    for wrong in (minutes(2), minutes(4), minutes(1, " \n")):
        assert apply(play.state, wrong) is play.state
    play.put(minutes(1))
    assert play.state.minutes.through == 1
    assert apply(play.state, minutes(1)) is play.state
    paused = apply(play.state, FloorPaused(reason="later"))
    assert apply(paused, minutes(3)) is paused
    play.put(minutes(3, "All of it."))
    assert (play.state.minutes.through, play.state.minutes.text) == (3, "All of it.")


def test_minutes_cost_what_their_model_costs():
    paid = BY.model_copy(update={"price": PRICE})
    used = Usage(input=1000, cached=0, output=100)
    state = next(s for s in Play(*talk(5, price=PRICE)).run().states if len(s.record) == 1)
    state = replace(state, bill=NOTHING)
    tried = Try(why="busy", usage=Usage(input=1000, cached=0, output=0))
    event = minutes(1, usage=used, tries=(tried,)).model_copy(update={"by": paid})

    after = apply(state, event)
    assert after.cost == after.at_most == Decimal("0.00145")
    assert apply(state, event.model_copy(update={"usage": Usage()})).cost is None


def test_an_opening_under_way_is_in_no_minutes():
    plan = scenario(["ada", "bo"], [{"kind": "opening"}, {"kind": "closing"}])
    states = Play(manifest(plan)).run().states
    during = next(s for s in states if len(s.record) == 2 and s.phase.index == 0)
    after = next(s for s in states if len(s.record) == 2 and s.phase.index == 1)

    assert apply(during, minutes(2)) is during
    assert apply(after, minutes(2)).minutes.through == 2


def test_a_turn_that_minutes_hold_cannot_be_withdrawn():
    play = Play(*talk(5, rounds=2))
    play.run()
    state = next(s for s in play.states if len(s.record) == 3 and not s.in_air)
    held = apply(state, minutes(2))

    assert last_withdrawable(held) == 3
    held = apply(held, TurnWithdrawn(turn=3))
    assert [t.number for t in held.record] == [1, 2]
    assert last_withdrawable(held) is None
    assert apply(held, TurnWithdrawn(turn=2)) is held


# When


def needed(projection, state, step, gauge):
    return gauge.tokens(estimate_prompt(projection.messages(state, step))) + MAX_TOKENS + MARGIN


def asks(window, gauge, projection):
    """Takes minutes where they are due."""

    def when(state, floors):
        for step in floors:
            through = due(state, projection, step, window, MAX_TOKENS, gauge)
            if through is not None:
                return through
        return None

    return when


@settings(max_examples=40, deadline=None)
@given(
    SEATS,
    st.sampled_from(["shared", "perspective"]),
    st.integers(1, 120),
    st.integers(0, 3000),
    st.sampled_from([0.5, 1.0, 2.3]),
    st.booleans(),
)
def test_every_prompt_fits_and_minutes_are_rare(seats, layout, words, more, ratio, chinese):
    phases = [{"kind": "opening"}, {"kind": "plenary", "rounds": 12}, {"kind": "closing"}]
    opened = manifest(scenario(seats, phases), layout=layout)
    projection, gauge = Projection(opened), Gauge(ratio=ratio)
    said = "词" * words if chinese else "word " * words
    # Little more than the head, minutes, the turns that are kept, and the reply.
    step = GiveFloor(seats[0], 0, 1)
    empty = needed(projection, fold([opened]), step, gauge)
    turn = gauge.tokens(estimate(said) + 40)
    window = round((empty + room_of(600) + 3 * turn + more) / SHARE)
    opened = with_window(opened, window)
    projection = Projection(opened)
    play = Minuted(
        opened,
        asks(window, gauge, projection),
        text=lambda through: f"(({through})) " + "word " * words_of([opened.seats[0].profile]),
        speak=lambda step, number: f"<{number}> {said}",
    ).run()

    assert play.state.standing == "closed"
    for step, before, _ in play.prompts:
        assert needed(projection, before, step, gauge) <= round(window * SHARE)
        assert due(before, projection, step, window, MAX_TOKENS, gauge) is None
    for taken, before, _ in play.clerks:
        assert len([n for n in open_to_minutes(before) if n > taken.through]) >= 2
    throughs = [0, *(taken.through for taken, _, _ in play.clerks)]
    assert throughs == sorted(set(throughs))


def test_minutes_come_in_big_steps_and_keep_the_latest_quarter_word_for_word():
    opened, speak = talk(60, rounds=40)
    window = 4000
    opened = with_window(opened, window)
    projection = Projection(opened)
    play = Minuted(opened, asks(window, Gauge(), projection), speak=speak).run()

    steps = [b.through - a.through for (a, _, _), (b, _, _) in pairwise(play.clerks)]
    assert len(play.clerks) >= 3
    assert min(steps) >= 8
    for taken, before, _ in play.clerks:
        held = taken.through - (before.minutes.through if before.minutes else 0)
        kept = len([n for n in open_to_minutes(before) if n > taken.through])
        assert 2 <= kept < held


def test_two_turns_stay_word_for_word_however_long_they_are():
    opened, speak = talk(300, rounds=4)
    play = Play(opened, speak).run()
    state = next(s for s in play.states if len(s.record) == 6 and not s.in_air)
    projection, step = Projection(opened), GiveFloor("ada", 0, 3)
    window = round(needed(projection, state, step, Gauge()) / SHARE) - 20
    state = fold([with_window(opened, window), *play.events[1 : play.states.index(state)]])

    # A quarter of the room would be less than one of them.
    assert due(state, projection, step, window, MAX_TOKENS, Gauge()) == 4


def test_no_minutes_where_none_are_needed_or_none_would_help():
    opened, speak = talk(60, rounds=3)
    play = Play(opened, speak).run()
    state = next(s for s in play.states if len(s.record) == 6 and not s.in_air)
    projection, step = Projection(opened), GiveFloor("ada", 0, 3)

    assert due(state, projection, step, None, MAX_TOKENS, Gauge()) is None
    assert due(state, projection, step, 100_000, MAX_TOKENS, Gauge()) is None
    assert due(state, projection, step, 600, MAX_TOKENS, Gauge()) is None  # the head is too long
    assert due(state, projection, step, 100_000, 99_000, Gauge()) is None  # the reply is too long
    now = needed(projection, state, step, Gauge())
    early = next(s for s in play.states if len(s.record) == 2 and not s.in_air)
    assert due(early, projection, step, now - 200, 2000, Gauge()) is None  # two turns are kept


def test_room_for_reasoning_and_a_models_own_count_bring_minutes_earlier():
    opened, speak = talk(60, rounds=8)
    play = Play(opened, speak).run()
    state = next(s for s in play.states if len(s.record) == 20 and not s.in_air)
    projection, step = Projection(opened), GiveFloor("cem", 0, 7)
    window = round(needed(projection, state, step, Gauge()) / SHARE) + 200
    state = fold([with_window(opened, window), *play.events[1 : play.states.index(state)]])

    assert due(state, projection, step, window, MAX_TOKENS, Gauge()) is None
    assert due(state, projection, step, window, MAX_TOKENS, Gauge(ratio=1.2)) is not None
    thinks = opened.seats[2].profile.model_copy(update={"reasoning_room": 500})
    state = apply(state, SeatChanged(seat="cem", profile=thinks))
    assert due(state, projection, step, window, MAX_TOKENS, Gauge()) is not None


# How


async def taken(server, state, through, **more) -> MinutesTaken:
    async with Registry() as registry:
        return await take_minutes(
            state,
            through,
            registry.speaker(server.model),
            projection=Projection(state.opened),
            gauge=more.pop("gauge", Gauge()),
            patience=AT_ONCE,
            **more,
        )


def talked(turns: int, words: int = 20):
    play = Play(*talk(words, rounds=turns)).run()
    return next(s for s in play.states if len(s.record) == turns and not s.in_air)


async def test_the_clerk_is_asked_like_any_speaker_and_what_it_says_is_made_fit():
    state = talked(6)
    words = ["<think>Hm.</think>", "Minutes: ", "Ada: was for it.\n", "Bo: was against\x1b[2J it."]
    usage = {"prompt_tokens": 500, "completion_tokens": 20}
    with ChatServer(Reply(words, usage=usage)) as server:
        event = await taken(server, state, 4, seed=7)
        (request,) = server.requests

    assert event.text == "Ada: was for it.\nBo: was against it."
    assert (event.through, event.usage.input, event.usage.output) == (4, 500, 20)
    assert event.by.model == server.model
    sent = request["messages"]
    assert [m["role"] for m in sent] == ["system", "user"]
    assert "<4>" in sent[1]["content"]
    assert "<5>" not in sent[1]["content"]
    assert room_of(600) in request.values()
    assert apply(state, event).minutes.text == event.text


async def test_what_does_not_fit_at_once_is_taken_in_portions():
    state = talked(30, words=60)
    gauge = Gauge()
    with ChatServer(lambda request: Reply(["They went on."], usage=None)) as server:
        events = []
        while not events or events[-1].through < 28:
            events.append(await taken(server, state, 28, window=4000, gauge=gauge))
            state = apply(state, events[-1])
            assert state.minutes.through == events[-1].through
        asked = [request["messages"] for request in server.requests]

    assert len(events) > 1
    for messages in asked:
        sent = sum(len(m["content"]) for m in messages) / 4.2
        assert sent + room_of(600) <= 4000
    text = " ".join(m["content"] for messages in asked for m in messages)
    assert all(text.count(f"<{n}>") == 1 for n in range(1, 29))
    assert "They went on." in asked[-1][1]["content"]


async def test_minutes_that_run_over_end_with_a_whole_sentence():
    with ChatServer(Reply(["Ada spoke. Bo spoke. And th"], finish="length")) as server:
        event = await taken(server, talked(4), 2)

    assert event.text == "Ada spoke. Bo spoke."


async def test_minutes_of_a_server_that_keeps_to_no_limit_are_cut():
    with ChatServer(Reply(["Ada spoke again. "] * 3000, usage=None)) as server:
        event = await taken(server, talked(4), 2)

    assert len(event.text) / 4.2 <= room_of(600)
    assert event.text.endswith("Ada spoke again.")
    assert event.text.count("Ada") > 300


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(status=400, body='{"error": {"message": "no such model"}}'), "no such model"),
        (Reply(["Ada sp"], cut_after=2), "dropped the connection"),
        (Reply([" "]), "nothing that can be used"),
        (Reply(["Fine."], usage={"prompt_tokens": 600, "completion_tokens": 1}), "num_ctx"),
    ],
    ids=["refused", "broken off", "empty", "cut prompt"],
)
async def test_minutes_that_cannot_be_had_are_a_speakers_error(reply, why):
    with ChatServer(reply) as server, pytest.raises(SpeakerError, match=why):
        await taken(server, talked(20, words=120), 18)


async def test_one_turn_longer_than_the_window_is_an_error_and_nobody_is_asked():
    with ChatServer() as server:
        with pytest.raises(SpeakerError, match="not even one more turn") as caught:
            await taken(server, talked(4, words=3000), 2, window=2500)
        assert caught.value.final
        assert server.requests == []


# What servers read


def test_a_server_that_read_far_less_than_it_was_sent_is_told_of():
    gauge = Gauge()
    assert cut_warning(1000, 1100, 32_768, gauge) is None
    assert gauge.ratio == pytest.approx(1.1)

    told = cut_warning(8273, 2048, None, gauge)
    assert told == (
        "the server read 2,048 of about 9,100 tokens: its window is smaller than the prompt; "
        "for Ollama set num_ctx (OLLAMA_CONTEXT_LENGTH)"
    )
    assert "smaller than the 32,768 that it should have" in cut_warning(8273, 2048, 32_768, gauge)
    assert gauge.ratio == pytest.approx(1.1)
    assert cut_warning(8273, None, None, gauge) is None


@given(st.integers(0, 10**6), st.one_of(st.none(), st.integers(0, 10**6)), st.integers(1, 10**6))
def test_any_count_is_either_learned_from_or_told_of(estimated, counted, window):
    gauge = Gauge()
    told = cut_warning(estimated, counted, window, gauge)

    if counted is None:
        assert (told, gauge.reports) == (None, 0)
    elif told is not None:
        assert gauge.reports == 0
        assert 512 <= counted < estimated / 2
    elif counted >= 512:
        assert gauge.reports == (estimated > 0)


# All of it


async def conference(tmp_path, server):
    """A conference driven by hand, with minutes from a server, and its transcript."""
    opened, speak = talk(60, rounds=24)
    opened = with_window(opened, 3000)
    clerk = Clerk(Projection(opened))
    play = Minuted(opened, lambda state, floors: None, speak=speak)
    async with Registry() as registry:
        speaker = registry.speaker(server.model)
        while play.state.standing == "open":
            steps = [s for s in next_steps(play.state) if isinstance(s, GiveFloor)]
            while call := clerk.due(play.state, steps, lambda step: MAX_TOKENS):
                play.put(await clerk.take(play.state, call, speaker, patience=AT_ONCE))
            play.carry_out(next_steps(play.state))
    path = tmp_path / "t.jsonl"
    with Transcript.create(path) as transcript:
        for event in play.events:
            transcript.append(event)
    return play, path


async def test_a_conference_with_minutes_verifies_and_its_prompts_render_again(tmp_path):
    with ChatServer(Reply(["They spoke of small things."], usage=None)) as server:
        play, path = await conference(tmp_path, server)

    taken = [event for event in play.events if isinstance(event, MinutesTaken)]
    assert len(taken) >= 2
    verdict = verify(path)
    assert verdict.faults == ()
    assert verdict.prompts == len(taken) + 72
    again = Prompts(play.events)
    assert all(again.of(turn).same for turn in range(1, 73))
    assert "They spoke of small things." in again.of(72).messages[1].content

    for turn in (taken[0].through + 1, 72):
        other = fork(path, turn=turn, out=tmp_path / f"fork-{turn}.jsonl", seed=2)
        assert verify(other).good
        state = fold(read(other))
        assert state.record[-1].number == turn
        assert state.minutes == (play.state.minutes if turn == 72 else None)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"through": 1}, "the minutes through turn 1 is not the one recorded"),
        ({"through": 999}, "no minutes can be taken through turn 999 here"),
        ({"request": "1" * 64}, "is not the one recorded"),
        ({"by": Profile(model="m", family="f", window=1000)}, "is not the one recorded"),
    ],
    ids=["an earlier turn", "no turn", "another prompt", "another length"],
)
async def test_minutes_that_were_changed_are_found(tmp_path, change, fault):
    with ChatServer(Reply(["They spoke of small things."], usage=None)) as server:
        play, _ = await conference(tmp_path, server)
    path = tmp_path / "changed.jsonl"
    with Transcript.create(path) as transcript:
        at = next(n for n, event in enumerate(play.events) if isinstance(event, MinutesTaken))
        for n, event in enumerate(play.events):
            transcript.append(event.model_copy(update=change) if n == at else event)

    assert any(fault in f.message for f in verify(path).faults)


def test_a_clerk_learns_how_each_model_counts():
    opened, speak = talk(60)
    play = Play(opened, speak).run()
    clerk = Clerk(Projection(opened))
    step = GiveFloor("ada", 0, 1)
    messages = Projection(opened).messages(play.state, step)
    one = BY.model_copy(update={"model": "one"})
    estimated = estimate_prompt(messages)

    usage = closed(1, "ada", "x").usage.model_copy(update={"input": estimated * 2})
    assert clerk.heard(one, messages, usage) is None
    assert clerk.tokens(one, messages) == estimated * 2
    assert clerk.tokens(BY, messages) == estimated
    short = usage.model_copy(update={"input": estimated // 4})
    assert "num_ctx" in clerk.heard(one, messages, short)


def test_a_hash_of_minutes_prompt_depends_on_where_they_end():
    opened, speak = talk(10, rounds=4)
    ends = iter([3, 6, 9])
    play = Minuted(
        opened,
        lambda state, floors: next(ends, None) if len(state.record) == 10 else None,
        speak=speak,
    ).run()

    hashes = [request_hash(messages) for _, _, messages in play.clerks]
    assert len(set(hashes)) == 3
