"""Conferences against a real server on loopback, from opening to close."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
from chat_server import ChatServer, Reply, speaker_of
from held import NAMES, SEATS, hold, small
from worlds import scenario

from debate import Conference, Delta, Wishes, read_transcript
from debate.errors import TranscriptError, UserError
from debate.events import Event, Usage
from debate.prompts.environment import shipped_templates
from debate.stats import stats
from debate.verify import verify


@pytest.mark.parametrize("layout", ["shared", "perspective"])
def test_a_conference_runs_to_its_end_and_verifies(tmp_path, layout):
    with ChatServer() as server:
        items, path = asyncio.run(hold(small(), server, tmp_path, layout=layout))

    events = read_transcript(path)
    assert [i for i in items if isinstance(i, Event)] == events
    assert events[0].type == "conference.opened"
    assert events[-1].type == "conference.closed"
    turns = [e for e in events if e.type == "turn.closed"]
    assert [e.seat for e in turns[:3]] != []
    assert sorted(e.seat for e in turns) == sorted(SEATS * 4)
    verdict = verify(path)
    assert verdict.good
    assert verdict.prompts == len(turns) == len(server.requests)


def test_what_streams_is_what_is_saved(tmp_path):
    def answer(body):
        return Reply(["[", speaker_of(body, NAMES), "]: Good ", "morning", ".\n", "\n", "Bye. "])

    with ChatServer(answer) as server:
        items, path = asyncio.run(hold(small(), server, tmp_path))

    said: dict[int, str] = {}
    for item in items:
        if isinstance(item, Delta):
            said[item.turn] = said.get(item.turn, "") + item.text
    saved = {e.turn: e.text for e in read_transcript(path) if e.type == "turn.closed"}
    assert said == saved
    assert set(saved.values()) == {"Good morning.\n\nBye."}


def test_a_turn_is_saved_with_its_usage_timing_finish_and_model(tmp_path):
    usage = {
        "prompt_tokens": 50,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 40},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    with ChatServer(Reply(["Yes."], usage=usage, finish="length")) as server:
        _, path = asyncio.run(hold(small([{"kind": "closing"}]), server, tmp_path))

    turn = next(e for e in read_transcript(path) if e.type == "turn.closed")
    assert turn.usage == Usage(input=50, cached=40, output=7, reasoning=3)
    assert turn.finish == "length"
    assert turn.model == "served-model"
    assert 0 <= turn.timing.first <= turn.timing.total


def test_reasoning_is_kept_apart_and_reaches_no_other_seat(tmp_path):
    def answer(body):
        thought = {"choices": [{"delta": {"reasoning_content": "my hidden thought"}}]}
        words = {"choices": [{"delta": {"content": "<think>and more</think>Aloud."}}]}
        return Reply(chunks=[thought, words, {"choices": [{"delta": {}, "finish_reason": "stop"}]}])

    with ChatServer(answer) as server:
        _, path = asyncio.run(hold(small(), server, tmp_path))

    turns = [e for e in read_transcript(path) if e.type == "turn.closed"]
    assert {t.text for t in turns} == {"Aloud."}
    assert {t.reasoning for t in turns} == {"my hidden thoughtand more"}
    assert "hidden" not in json.dumps(server.requests)


def test_openings_are_asked_for_side_by_side_and_hear_nothing(tmp_path):
    together = threading.Barrier(3, timeout=20)

    def answer(body):
        together.wait()
        return Reply([f"Opening of {speaker_of(body, NAMES)}."])

    with ChatServer(answer) as server:
        _, path = asyncio.run(hold(small([{"kind": "opening"}]), server, tmp_path))
        assert server.most_at_once == 3

    assert all("Opening of" not in json.dumps(r["messages"]) for r in server.requests)
    assert verify(path).good


def test_a_reply_that_speaks_for_another_is_cut_and_the_rest_is_heard_by_nobody(tmp_path):
    def answer(body):
        other = next(n for n in NAMES if n != speaker_of(body, NAMES))
        return Reply(["I say no.", f"\n\n[{other}]: ", "And I say yes to everything."] * 1)

    with ChatServer(answer) as server:
        _, path = asyncio.run(hold(small(), server, tmp_path))

    turns = [e for e in read_transcript(path) if e.type == "turn.closed"]
    assert {(t.text, t.finish) for t in turns} == {("I say no.", "cut")}
    assert all("]:" in t.cut for t in turns)
    assert "yes to everything" not in json.dumps(server.requests)


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        (["Yang: I say no."], "I say no."),
        (["杨植麟：I say no."], "I say no."),
        (["I say no.\n\nAltman: ", "I say yes."], "I say no."),
        (["I say no.\nDario: fine."], "I say no."),
        (["I say no.\nNote: it is late."], "I say no.\nNote: it is late."),
    ],
)
def test_short_names_and_names_in_their_own_script_are_labels_too(tmp_path, words, heard):
    with ChatServer(Reply(words)) as server:
        _, path = asyncio.run(hold(small([{"kind": "closing"}]), server, tmp_path))

    (turn,) = (e for e in read_transcript(path) if e.type == "turn.closed" and e.seat == "yang")
    assert turn.text == heard


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply([]), "empty"),
        (Reply([" \n", "\t"]), "empty"),
        (Reply([], finish="length"), "empty"),
        (Reply([], finish="content_filter"), "refused"),
        (Reply(status=500, body="boom"), "error"),
        (Reply(["half a"], cut_after=2), "error"),
        (Reply(["half a"], finish=None, done=False), "error"),
        (Reply(chunks=[{"error": {"message": "overloaded"}}]), "error"),
        (Reply(before=b"data: {not json}\n\n"), "error"),
    ],
)
def test_a_turn_that_could_not_be_had_is_an_event_with_a_reason(tmp_path, reply, reason):
    with ChatServer(reply) as server:
        plan = scenario(["altman"], [{"kind": "plenary"}])
        _, path = asyncio.run(hold(plan, server, tmp_path))

    failed = [e for e in read_transcript(path) if e.type == "turn.failed"]
    assert {f.reason for f in failed} == {reason}
    assert len(failed) == len(server.requests) == 2  # once again, then skipped or paused
    last = read_transcript(path)[-1]
    assert last.type == ("floor.paused" if reason == "error" else "conference.closed")
    assert verify(path).good


def test_a_server_that_is_not_there_pauses_and_a_resume_completes(tmp_path):
    answers = iter([Reply(["One."]), Reply(status=503, body="busy"), Reply(status=503)])
    lock = threading.Lock()

    def answer(body):
        with lock:
            return next(answers, Reply(["More."]))

    async def main():
        with ChatServer(answer) as server:
            plan = small([{"kind": "plenary"}])
            _, path = await hold(plan, server, tmp_path)
            assert read_transcript(path)[-1].type == "floor.paused"
            async with Conference.resume(path) as conference:
                async for _ in conference.stream():
                    pass
            return path

    path = asyncio.run(main())
    turns = [e for e in read_transcript(path) if e.type == "turn.closed"]
    assert [t.text for t in turns] == ["One.", "More.", "More."]
    assert verify(path).good
    assert verify(path).standing == "closed"


def test_cancelling_closes_the_turn_in_the_air_as_aborted_and_resumes(tmp_path):
    hold_ = threading.Event()

    async def main():
        with ChatServer(lambda _: Reply(["First words", " and last"], hold=hold_)) as server:
            plan = small([{"kind": "plenary"}])
            wishes = Wishes(model=server.model)
            async with Conference.begin(plan, wishes, out=tmp_path) as conference:
                async for item in conference.stream():
                    if isinstance(item, Delta) and "last" in item.text:
                        break
            events = read_transcript(conference.path)
            assert [e.type for e in events[-2:]] == ["turn.failed", "floor.paused"]
            assert events[-2].reason == "aborted"
            assert events[-2].text.startswith("First words")
            hold_.set()
            async with Conference.resume(conference.path) as conference:
                async for _ in conference.stream():
                    pass
            return conference.path

    path = asyncio.run(main())
    events = read_transcript(path)
    assert [e.seat for e in events if e.type == "turn.closed"] == list(SEATS)
    assert verify(path).good


def test_no_task_is_left_when_a_stream_is_left(tmp_path):
    async def main():
        with ChatServer(Reply(["slow"] * 50, delay=0.02)) as server:
            wishes = Wishes(model=server.model)
            async with Conference.begin(small(), wishes, out=tmp_path) as conference:
                async for item in conference.stream():
                    if isinstance(item, Delta):
                        break
            return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(main()) == set()


def test_a_complete_conference_cannot_be_resumed(tmp_path):
    async def main():
        with ChatServer() as server:
            _, path = await hold(small([{"kind": "closing"}]), server, tmp_path)
            before = path.read_bytes()
            with pytest.raises(UserError, match="complete"):
                async with Conference.resume(path):
                    pass
            assert path.read_bytes() == before

    asyncio.run(main())


def test_a_replay_gives_the_same_texts_again(tmp_path):
    async def main():
        with ChatServer(lambda b: Reply([f"I am {speaker_of(b, NAMES)}."])) as server:
            _, path = await hold(small(), server, tmp_path)
        wishes = Wishes(model=f"replay:{path}", seed=1)
        async with Conference.begin(small(), wishes, out=tmp_path) as conference:
            async for _ in conference.stream():
                pass
        return path, conference.path

    path, again = asyncio.run(main())
    one, two = ([e for e in read_transcript(p) if e.type == "turn.closed"] for p in (path, again))
    assert {(t.seat, t.turn, t.text) for t in one} == {(t.seat, t.turn, t.text) for t in two}
    assert verify(again).good


def test_seats_may_have_models_of_their_own(tmp_path):
    with ChatServer(Reply(["one"])) as one, ChatServer(Reply(["two"])) as two:
        wishes = {"seat_models": {"yang": two.model}}
        _, path = asyncio.run(hold(small(), one, tmp_path, **wishes))

    texts = {(e.seat, e.text) for e in read_transcript(path) if e.type == "turn.closed"}
    assert texts == {("altman", "one"), ("yang", "two"), ("amodei", "one")}
    counted = stats(read_transcript(path))
    assert [f.model for f in counted.seats] == [one.model, two.model, one.model]


def test_a_second_stream_of_a_conference_that_is_over_adds_nothing(tmp_path):
    async def main():
        with ChatServer() as server:
            wishes = Wishes(model=server.model)
            async with Conference.begin(small(), wishes, out=tmp_path) as conference:
                assert [i async for i in conference.stream()] != []
                before = conference.path.read_bytes()
                assert [i async for i in conference.stream()] == []
                assert conference.path.read_bytes() == before

    asyncio.run(main())


def test_a_template_that_cannot_be_rendered_is_found_before_anything_is_written(tmp_path):
    templates = {**shipped_templates(), "brief.j2": "---\n{{ nmae }}"}

    async def main():
        with ChatServer() as server:
            wishes = Wishes(model=server.model, templates=templates)
            async with Conference.begin(small(), wishes, out=tmp_path):
                pass

    with pytest.raises(UserError, match="nmae"):
        asyncio.run(main())
    assert list(tmp_path.iterdir()) == []


def test_reasoning_that_was_shown_as_words_is_heard_by_nobody(tmp_path):
    with ChatServer(Reply(["I hide ", "my aim.", "</think>", "Good day."])) as server:
        items, path = asyncio.run(hold(small([{"kind": "plenary"}]), server, tmp_path))

    assert {e.text for e in read_transcript(path) if e.type == "turn.closed"} == {"Good day."}
    assert "my aim" not in json.dumps(server.requests)
    assert any(isinstance(i, Delta) and i.kind == "unsaid" for i in items)


def test_a_refused_connection_says_where(tmp_path):
    with ChatServer() as gone:
        model = gone.model

    async def main():
        async with Conference.begin(small(), Wishes(model=model), out=tmp_path) as conference:
            async for _ in conference.stream():
                pass
            return conference.path

    failed = [e for e in read_transcript(asyncio.run(main())) if e.type == "turn.failed"]
    assert "cannot be reached" in failed[0].message


def test_a_transcript_that_cannot_be_written_is_one_error(tmp_path):
    file = tmp_path / "file"
    file.write_text("")

    async def main():
        with ChatServer() as server:
            async with Conference.begin(small(), Wishes(model=server.model), out=file / "t.jsonl"):
                pass

    with pytest.raises(TranscriptError, match="cannot write"):
        asyncio.run(main())
