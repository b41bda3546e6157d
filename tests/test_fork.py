"""Another future of the same past, from any line, and what can be otherwise in it."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from itertools import cycle

import pytest
from people import EVERY_KIND, go_on, hold, someone, table
from worlds import Play, manifest, scenario

from debate import Conference
from debate.agenda import upcoming
from debate.errors import UnknownName, UserError
from debate.events import (
    AskFailed,
    AskOpened,
    ConferenceForked,
    NotePassed,
    Price,
    Profile,
    TurnFailed,
)
from debate.fork import Changes, fork, profiles_of
from debate.library import load_persona
from debate.prompts.layouts import Projection
from debate.seating import Wishes
from debate.speakers.registry import Registry
from debate.state import apply, fold
from debate.steps import Ask, GiveFloor
from debate.transcript import read, read_entries
from debate.verify import verify

ME = Profile(model="me", family="human")
WORD = "zebra-coloured"


def card(name: str = "yang", **more):
    """A persona with a word in its private goals that stands nowhere else."""
    known = load_persona(name)
    goals = known.goals.model_copy(update={"private": (f"Wants it all {WORD}.",)})
    return known.model_copy(update={"goals": goals, **more})


CHANGES = (
    Changes(),
    Changes(personas=(card(),)),
    Changes(seats={"amodei": ME}),
    Changes(notes=((None, "Shorter."), ("yang", "Time presses."))),
    Changes(rules=("Nobody may say more than they know.",)),
    Changes(personas=(card("chair"),), seats={"yang": ME}, rules=("Be brief.",)),
)


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    """A transcript of every kind of phase, held once for all of these tests."""
    return asyncio.run(hold(tmp_path_factory.mktemp("parent") / "every.jsonl"))


@pytest.mark.parametrize(("nth", "changes"), zip(range(20), cycle(CHANGES), strict=False))
def test_a_fork_at_any_line_has_the_same_past_and_a_future_of_its_own(
    parent, tmp_path, nth, changes
):
    before = parent.read_bytes()
    past = list(read_entries(parent))
    at = random.Random(11).sample(range(len(past) - 1), 20)[nth]
    path = fork(parent, at=at, changes=changes, out=tmp_path / "f.jsonl", seed=at)

    made = list(read_entries(path))
    assert [e.sha256 for e in made[: at + 1]] == [e.sha256 for e in past[: at + 1]]
    assert path.read_bytes().startswith(b"".join(before.splitlines(keepends=True)[: at + 1]))
    assert isinstance(made[at + 1].event, ConferenceForked)
    assert made[at + 1].event.head == past[at].sha256
    assert verify(path).good, verify(path).faults

    asyncio.run(go_on(path, seed=at))
    verdict = verify(path)
    assert verdict.good, verdict.faults
    assert verdict.standing == "closed"
    assert len(fold(read(path)).decisions) >= 1
    assert parent.read_bytes() == before


def test_what_was_in_the_air_is_asked_for_again(parent, tmp_path):
    events = read(parent)
    busy = [
        n for n in range(len(events)) if (s := fold(events[: n + 1])).asking and len(s.asking) > 1
    ]
    path = fork(parent, at=busy[0], out=tmp_path / "f.jsonl")
    missing = fold(events[: busy[0] + 1]).asking
    broken = [e for e in read(path)[busy[0] + 1 :] if isinstance(e, AskFailed)]
    assert {e.ask for e in broken} == set(missing)
    assert {e.reason for e in broken} == {"interrupted"}
    asyncio.run(go_on(path))
    again = [e for e in read(path)[busy[0] + 1 :] if isinstance(e, AskOpened)]
    seats = {(ask.kind, ask.seat) for ask in missing.values()}
    assert {(e.kind, e.seat) for e in again[: len(missing)]} == seats
    opening = fork(parent, at=2, out=tmp_path / "o.jsonl")
    assert isinstance(read(opening)[-1], TurnFailed)


def prompts(path, seed=0):
    """What each seat reads as a conference goes on, by seat."""
    read_by: dict[str, list[str]] = {}
    ask = someone(seed)

    async def listening(prompt):
        text = "\n".join(message.content for message in prompt.messages)
        read_by.setdefault(prompt.seat, []).append(text)
        return await ask(prompt)

    async def held():
        async with (
            Registry(ask=listening) as registry,
            Conference.resume(path, registry=registry) as conference,
        ):
            await conference.drive(lambda item: None)

    asyncio.run(held())
    return read_by


@pytest.mark.parametrize("layout", ["shared", "perspective"])
def test_what_is_private_on_a_changed_card_is_read_by_its_own_seat_alone(tmp_path, layout):
    # Nothing is said but by rote, so the word can only come from the card.
    wishes = Wishes(model="me", seed=4, layout=layout)
    parent = asyncio.run(hold(tmp_path / "p.jsonl", table(EVERY_KIND), wishes))
    at = next(n for n, e in enumerate(read(parent)) if e.type == "floor.called")
    heard = prompts(
        fork(parent, at=at, changes=Changes(personas=(card(),)), out=tmp_path / "f.jsonl")
    )
    assert any(WORD in text for text in heard.pop("yang"))
    assert set(heard) == {"altman", "amodei", "chair"}
    assert not [seat for seat, texts in heard.items() if any(WORD in text for text in texts)]


@pytest.mark.parametrize("layout", ["shared", "perspective"])
def test_another_private_goal_changes_no_other_seats_prompt_by_a_letter(tmp_path, layout):
    opened = manifest(scenario(["ada", "bo"]), layout=layout)
    private = opened.personas["ada"].model_copy(
        update={"goals": opened.personas["ada"].goals.model_copy(update={"private": (WORD,)})}
    )
    changed = opened.model_copy(update={"personas": {**opened.personas, "ada": private}})
    for state in Play(opened).run().states[1:]:
        for step in upcoming(state):
            if isinstance(step, GiveFloor | Ask):
                before = Projection(opened).messages(state, step)
                after = Projection(changed).messages(replace(state, manifest=changed), step)
                assert (after == before) == (step.seat != "ada")


def test_a_change_of_card_and_rule_is_in_every_prompt_that_may_hold_it(parent, tmp_path):
    changes = Changes(
        personas=(card(summary="A changed man."),),
        rules=("Speak in threes.",),
        notes=((None, "N."),),
    )
    heard = prompts(fork(parent, turn=3, changes=changes, out=tmp_path / "f.jsonl"))
    assert heard
    for texts in heard.values():
        assert all("A changed man." in text and "Speak in threes." in text for text in texts)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"at": 10_000}, "no line with seq 10000"),
        ({"turn": 1, "at": 1}, "not both"),
        ({"changes": Changes(personas=(load_persona("hassabis"),))}, "no persona at the table"),
        ({"changes": Changes(personas=(card(), card()))}, "two cards"),
        ({"changes": Changes(seats={"yangg": ME})}, "did you mean 'yang'"),
        ({"changes": Changes(notes=(("yangg", "N."),))}, "did you mean 'yang'"),
        ({"changes": Changes(notes=((None, " "),))}, "the note cannot stand so"),
        ({"changes": Changes(rules=("two\nlines",))}, "the rule cannot stand so"),
    ],
)
def test_what_cannot_be_is_said_before_a_file_is_made(parent, tmp_path, how, says):
    with pytest.raises(UserError, match=says):
        fork(parent, out=tmp_path / "f.jsonl", **how)
    assert list(tmp_path.iterdir()) == []


def test_nothing_follows_the_end(parent, tmp_path):
    last = len(read(parent)) - 1
    with pytest.raises(UserError, match="nothing can follow it") as caught:
        fork(parent, at=last, out=tmp_path / "f.jsonl")
    assert f"--at {last - 1}" in (caught.value.hint or "")
    path = fork(parent, at=last - 1, out=tmp_path / "f.jsonl")
    asyncio.run(go_on(path))
    assert verify(path).standing == "closed"


def test_a_budget_holds_for_who_comes_in(tmp_path):
    unpriced = Profile(model="m", family="openai")
    limited = table(EVERY_KIND[:1], ends={"cost": 1})
    parent = asyncio.run(hold(tmp_path / "p.jsonl", limited))
    with pytest.raises(UserError, match="the price of m is not known"):
        fork(parent, changes=Changes(seats={"yang": unpriced}), out=tmp_path / "f.jsonl")
    priced = unpriced.model_copy(update={"price": Price(currency="USD", input=1, output=1)})
    fork(parent, changes=Changes(seats={"yang": priced}), out=tmp_path / "f.jsonl")
    assert fold(read(tmp_path / "f.jsonl")).profiles["yang"] == priced


async def test_a_model_is_looked_up_as_it_is_at_the_table():
    async with Registry(ask=someone()) as registry:
        assert (await profiles_of({"yang": "me"}, registry))["yang"].family == "human"
        with pytest.raises(UnknownName):
            await profiles_of({"yang": "kimmi-k2.6"}, registry)
    async with Registry() as registry:
        with pytest.raises(UserError, match="nobody to ask"):
            await profiles_of({"yang": "me"}, registry)


def test_the_time_between_a_past_and_its_fork_is_nobodys(parent, tmp_path):
    events = read(parent)[:20]
    state = fold(events)
    later = events[-1].at + timedelta(days=300)
    forked = ConferenceForked(origin="p", head="0" * 64, seed=1).model_copy(update={"at": later})
    after = apply(state, forked)
    assert after.seconds == state.seconds
    noted = NotePassed(text="N.").model_copy(update={"at": later + timedelta(seconds=2)})
    assert apply(after, noted).seconds == state.seconds + 2
