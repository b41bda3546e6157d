"""Chats of one seat's point of view hold what it heard and said, and nothing else."""

from __future__ import annotations

import json
import re

import pytest
from exported import held, saved, turns_in
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import PHASES, SEATS, Play, closed, manifest, scenario

from debate.answers import Answer
from debate.errors import TranscriptError
from debate.events import NotePassed, Profile, SeatChanged, TurnOpened
from debate.export.chat import conference_lines, turn_lines
from debate.prompts.heard import heard
from debate.prompts.layouts import YOUR_TURN

LAYOUTS = st.sampled_from([("shared", "head"), ("shared", "tail"), ("perspective", "head")])


def lines(texts):
    return [json.loads(text) for text in texts]


def words(line, *roles):
    return "\n".join(m["content"] for m in line["messages"] if not roles or m["role"] in roles)


@settings(max_examples=30, deadline=None)
@given(SEATS, PHASES, LAYOUTS, st.integers(0, 2**16))
def test_no_line_holds_what_its_seat_may_not_know(tmp_path_factory, seats, phases, layout, seed):
    play = held(seats, phases, seed, layout=layout[0], cards=layout[1])
    source = saved(tmp_path_factory.mktemp("t") / "t.jsonl", play.events)
    record = {turn.number: turn for turn in play.state.record}
    opened = {e.turn: n for n, e in enumerate(play.events) if isinstance(e, TurnOpened)}

    def known(turn):
        """What the seat of a turn had heard as it opened."""
        before = play.states[opened[turn]]
        return {t.number for t in heard(before, record[turn].seat)}

    by_turn, by_seat = lines(turn_lines(source)), lines(conference_lines(source))
    for line in (*by_turn, *by_seat):
        innocent(line, [*seats, "chair"], play)

    assert {line["metadata"]["turn"] for line in by_turn} == set(record)
    for line in by_turn:
        turn, last = line["metadata"]["turn"], line["messages"][-1]
        assert (last["role"], last["content"]) == ("assistant", f"<{turn}>")
        assert line["metadata"]["as_sent"]
        assert turns_in(words(line)) <= known(turn) | {turn}

    spoken = [turn for line in by_seat for turn in line["metadata"]["turns"]]
    assert sorted(spoken) == sorted(record)
    for line in by_seat:
        first, *talk = line["messages"]
        assert first["role"] == "system"
        assert [m["role"] for m in talk] == ["user", "assistant"] * (len(talk) // 2)
        turns, own = line["metadata"]["turns"], set(line["metadata"]["turns"])
        assert [m["content"] for m in talk[1::2]] == [f"<{turn}>" for turn in turns]
        so_far = set()
        for turn, message in zip(turns, talk[::2], strict=True):
            assert not so_far & turns_in(message["content"]), "nothing is heard twice"
            so_far |= turns_in(message["content"])
            assert so_far == known(turn) - own
        assert "secret goal" not in words(line)


def innocent(line, everyone, play):
    """That there is nothing in it that only others know, whatever it is."""
    seat, text = line["metadata"]["seat"], json.dumps(line)
    for other in everyone:
        if other != seat:
            assert f"secret goal of {other}" not in text
            assert f"secret line of {other}" not in text
    assert "thought of" not in text
    for to in re.findall(r"\(note \d+ to (\w+)\)", text):
        assert to in ("all", seat)
    secret = {n for n, p in enumerate(play.state.opened.scenario.phases) if p.vote.secret}
    for answer in play.events:
        if isinstance(answer, Answer) and answer.raw:
            for said in re.findall(r"[a-z]+ \d+ of \w+ to (?:bid|ballot|partner)", answer.raw):
                if answer.phase in secret or not said.endswith("ballot"):
                    assert said not in text


PLAN = scenario(["ada", "bo"], [{"kind": "opening"}, {"kind": "plenary", "rounds": 2}])


def talk(tmp_path, between=None, speak=None):
    play = Play(manifest(PLAN), speak).run(between=between)
    return saved(tmp_path / "t.jsonl", play.events)


def test_the_other_openings_stand_after_ones_own(tmp_path):
    ada, bo = lines(conference_lines(talk(tmp_path)))
    assert [m["role"] for m in bo["messages"]] == ["system", *["user", "assistant"] * 3]
    first = bo["messages"][1]["content"]
    assert "Ada" not in first
    assert "Phase 0" in first
    assert bo["messages"][3]["content"].startswith("[Ada]: words of ada in turn 1\n\n(The")
    assert bo["messages"][5]["content"] == "[Ada]: words of ada in turn 5"
    assert ada["metadata"]["turns"] == [1, 3, 5]


def test_a_seat_that_speaks_on_with_nothing_heard_has_the_floor_back(tmp_path):
    plan = scenario(["ada"], [{"kind": "plenary", "rounds": 2}])
    source = saved(tmp_path / "t.jsonl", Play(manifest(plan)).run().events)
    [line] = lines(conference_lines(source))
    assert line["messages"][3]["content"] == YOUR_TURN


def test_every_line_says_that_it_is_simulated_and_where_it_is_from(tmp_path):
    def between(play):
        if play.state.last_turn == 4 and not play.state.busy and len(play.events) < 13:
            play.put(SeatChanged(seat="bo", profile=Profile(model="kimi", family="openai")))

    source = talk(tmp_path, between)
    for line in (*lines(turn_lines(source)), *lines(conference_lines(source))):
        told = line["metadata"]
        assert told["simulated"].startswith("Simulated")
        assert (told["transcript"], told["head"]) == ("talk", source.head)
        assert (told["scenario"], told["seed"], told["persona"]) == ("small", 1, told["seat"])
    assert [x["metadata"]["model"] for x in lines(conference_lines(source))] == [
        *("test", "test, kimi"),
    ]
    assert lines(turn_lines(source))[-1]["metadata"]["model"] == "kimi"
    assert not lines(turn_lines(source))[0]["metadata"]["as_sent"], "no prompt has that hash"


def test_seats_can_be_chosen(tmp_path):
    source = talk(tmp_path)
    assert {x["metadata"]["seat"] for x in lines(turn_lines(source, ["bo"]))} == {"bo"}
    assert [x["metadata"]["seat"] for x in lines(conference_lines(source, ["bo", "zed"]))] == ["bo"]


def test_what_a_model_says_is_no_control_token_of_another_nor_of_a_terminal(tmp_path):
    said = "So.<|im_end|>\x1b[31m\u2028\u202e"
    source = talk(tmp_path, speak=lambda step, number: closed(number, step.seat, said))
    for text in (*turn_lines(source), *conference_lines(source)):
        assert "<|im_end|>" not in text
        assert text.isprintable() or text.rstrip("\n").isprintable()
        assert text.count("\n") == 1


def test_what_came_after_it_was_looked_at_is_not_exported(tmp_path):
    source = talk(tmp_path)
    with source.path.open("ab") as file:
        file.write(b'{"type":"no"}\n')
    assert len(lines(turn_lines(source))) == 6


@pytest.mark.parametrize("form", [turn_lines, conference_lines])
def test_a_prompt_that_cannot_be_rendered_is_told(tmp_path, form):
    opened = manifest(PLAN)
    broken = {**opened.templates, "brief.j2": "{{ nothing }}", "seat.j2": "{{ nothing }}"}
    play = Play(opened.model_copy(update={"templates": broken})).run()
    source = saved(tmp_path / "t.jsonl", play.events)
    with pytest.raises(TranscriptError, match="cannot be rendered"):
        list(form(source))


def test_a_note_is_heard_once_and_by_whom_it_is_for(tmp_path):
    def between(play):
        if len(play.events) == 7:
            play.put(NotePassed(to="bo", text="Be brief."))
            play.put(NotePassed(to=None, text="Be kind."))

    ada, bo = lines(conference_lines(talk(tmp_path, between)))
    assert words(ada).count("Be brief") == 0
    assert (words(bo).count("Be brief"), words(bo).count("Be kind")) == (1, 1)
