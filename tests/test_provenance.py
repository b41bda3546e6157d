"""What a seat had been given: all that stood in its prompts, each text with its source, no more."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minuted import Minuted
from recorded import Recorded, held, opened_with
from worlds import PHASES, SEATS, Play, closed, scenario, worlds

from debate import read_transcript
from debate.agenda import next_steps
from debate.errors import TranscriptError, UserError
from debate.events import (
    PhaseOpened,
    TurnOpened,
    TurnWithdrawn,
)
from debate.prompts.layouts import MINUTES, NOTHING_YET, YOUR_TURN
from debate.prompts.sources import Source
from debate.provenance import (
    MOST_CHARACTERS,
    MOST_WORDS,
    given_to,
    opened_at,
    portions,
    turn_opened,
    windows,
)
from debate.text import count_words, words

SAMPLE = "tests/early-yalta.jsonl"
LAYOUTS = st.sampled_from(["shared", "perspective"])
CARDS = st.sampled_from(["head", "tail"])


def words_in(text):
    return {word[0] for word in words(text)}


def by_source(given):
    return {passage.source: passage.text for passage in given.passages}


@settings(max_examples=25, deadline=None)
@given(SEATS, PHASES, LAYOUTS, CARDS, st.integers(0, 2**16))
def test_every_line_of_every_prompt_is_covered(seats, phases, layout, cards, seed):
    play = held(seats, phases, seed, layout=layout, cards=cards)
    known: dict[str, set[str]] = {}
    for portion, (seat, prompt) in zip(portions(play.events), play.prompts, strict=True):
        assert portion.same
        assert portion.traced
        seen = known.setdefault(seat, set())
        for passage in portion.passages:
            assert passage.since == portion.opened.seq
            seen |= words_in(passage.text)
        for line in prompt.split("\n"):
            assert words_in(line) <= seen, line


@settings(max_examples=25, deadline=None)
@given(SEATS, PHASES, LAYOUTS, CARDS, st.integers(0, 2**16))
def test_nothing_is_taken_for_wording_that_is_an_entry_of_the_record(
    seats, phases, layout, cards, seed
):
    # A kind of entry that `MarkedStates` does not mark would be wording of no template.
    labels = words_in(
        f"# The record {NOTHING_YET} {YOUR_TURN} {MINUTES} (A note from the chair, to everyone, "
        "to you alone) (in private, "
    )
    play = held(seats, phases, seed, layout=layout, cards=cards)
    rooms = {word for _, room in play.state.rooms for word in words_in(room)}
    for portion in portions(play.events):
        for passage in portion.passages:
            if passage.source == Source("wording"):
                assert words_in(passage.text) <= labels | rooms, passage.text
            assert passage.source.kind != "unknown"


@settings(max_examples=25, deadline=None)
@given(SEATS, PHASES, LAYOUTS, CARDS, st.integers(0, 2**16))
def test_no_passage_holds_what_the_seat_may_not_know(seats, phases, layout, cards, seed):
    play = held(seats, phases, seed, layout=layout, cards=cards)
    turns = {turn.number: turn for turn in play.state.record}
    prompted: dict[str, str] = {}
    for portion, (seat, prompt) in zip(portions(play.events), play.prompts, strict=True):
        prompted[seat] = prompted.get(seat, "") + prompt
        for passage in portion.passages:
            source = passage.source
            secrets = re.findall(r"secret (?:goal|line) of (\w+)", passage.text)
            assert set(secrets) <= {seat}
            assert not secrets or (source.private and source.seat == seat)
            for note in re.findall(r"note\d+to(\w+)", passage.text):
                assert note in ("all", seat)
                assert (source.kind, source.private) == ("note", note != "all")
            for number, by in re.findall(r"turn(\d+)by(\w+)", passage.text):
                assert f"turn{number}by{by} " in prompted[seat]
                assert (source.kind, source.turn, source.seat) == ("turn", int(number), by)
                turn = turns[int(number)]
                assert source.room == turn.room
                assert turn.room is None or seat in play.state.rooms[turn.phase, turn.room]
            for words_, kind in re.findall(r"(\w+ \d+ of \w+ to (\w+))", passage.text):
                assert words_ in prompted[seat]
                assert kind != "bid"
            assert "Never shown" not in passage.text


@settings(max_examples=15, deadline=None)
@given(LAYOUTS, CARDS, st.lists(st.sets(st.sampled_from(["ada", "bo", "cem"])), max_size=3))
def test_words_of_a_private_room_are_given_to_its_members_alone(layout, cards, rooms):
    seats = ["ada", "bo", "cem"]
    play = Play(opened_with(scenario(seats, [{"kind": "plenary"}]), layout=layout, cards=cards))
    members = {f"room-{n}": tuple(sorted(room)) for n, room in enumerate(rooms)}
    play.put(PhaseOpened(phase=0, kind="plenary", title="P", rooms=members))

    def opens(seat, room=None):
        number = play.state.last_turn + 1
        play.put(TurnOpened(turn=number, seat=seat, phase=0, round=1, room=room, request="0" * 64))
        return number

    said = {}
    for room, present in members.items():
        for seat in present:
            number = opens(seat, room)
            said[number] = (seat, room)
            play.put(closed(number, seat, f"whisper{number}"))
    for seat in seats:
        last = opens(seat)
        play.put(closed(last, seat, "aloud"))
        given_ = given_to(play.events, turn_opened(play.events, last))
        assert all(r.traced and not r.same for r in given_.portions)
        heard = {p.source.turn: p.source for p in given_.passages if "whisper" in p.text}
        assert set(heard) == {n for n, (_, room) in said.items() if seat in members[room]}
        for number, source in heard.items():
            who, room = said[number]
            assert (source.seat, source.room, source.private) == (who, room, True)
            name = "own turn" if who == seat else f"turn {number}, {who.title()}"
            assert source.described(seat).startswith(name)
            assert source.described(seat).endswith(f"in private ({room})")


def test_each_text_of_a_real_run_has_its_source():
    events = read_transcript(SAMPLE)
    given_ = given_to(events, turn_opened(events, 5))
    assert given_.name == "Yang Zhilin"
    assert [r.opened.turn for r in given_.portions] == [2, 5]
    assert all(r.same and r.traced for r in given_.portions)
    found = {}
    for passage in given_.passages:
        found.setdefault(passage.source.described("yang"), []).append(passage)
    assert found["scenario: motion"][0].text.startswith("The leading AI laboratories should agree")
    assert "28 countries" in found["fact F4"][0].text
    assert found["own card, private: goal 1"][0].text.startswith("Hold the first rank")
    assert found["own card, public: who"][0].text.startswith("Yang Zhilin, 杨植麟, Founder")
    assert "card of Sam Altman, private: goal 1" not in found
    assert found["own turn 2"][0].since == found["turn 1, Sam Altman"][0].since == 11
    assert found["turn 4, Sam Altman"][0].text.startswith("I think that publishing")
    assert found["fact F4"][0].since == 3
    assert any("in new words" in p.text for p in found["wording of brief.j2"])
    assert "turn 6, Dario Amodei" not in found


def test_words_that_minutes_stand_in_place_of_count_beside_the_minutes():
    plan = scenario(["ada", "bo"], [{"kind": "plenary", "rounds": 3}])
    play = Minuted(
        opened_with(plan),
        lambda state, floors: 2 if len(state.record) == 4 and not state.minutes else None,
        lambda through: "Ada and Bo spoke.",
        speak=lambda step, number: f"words{number}.",
    ).run()
    given_ = given_to(play.events, turn_opened(play.events, 5))
    names = {each.opened.seq: each.name for each in given_.portions}
    texts = {p.source.described("ada"): (p.text, names[p.since]) for p in given_.passages}
    assert texts["own turn 1"] == ("words1.", "turn 3")
    assert texts["turn 2, Bo"] == ("words2.", "turn 3")
    assert texts["minutes through turn 2"] == ("Ada and Bo spoke.", "turn 5")
    assert texts["turn 4, Bo"] == ("words4.", "turn 5")


def test_motions_and_what_the_record_says_by_itself_have_their_sources():
    kinds = [{"kind": "motions"}, {"kind": "amendments"}, {"kind": "vote"}]
    plan = worlds(["ada", "bo"], [*kinds, {"kind": "plenary", "floor": "chaired"}])
    said = {
        "amendment": {"action": "amend", "motion": "M2", "text": "In two tiers."},
        "ruling": {"accept": True, "reason": "It is clearer."},
        "ballot": {"vote": "yes", "reason": "It is fair."},
        "call": {"next": "Bo", "question": "Why two?"},
    }
    tabled = {
        "ada": {"action": "table", "title": "Tests", "text": "Nothing goes out untested."},
        "bo": {"action": "table", "title": "Tiers", "text": "Weights are published by degrees."},
    }

    def answer(form, number):
        asked = form.ask
        return json.dumps(tabled[asked.seat] if asked.kind == "motion" else said[asked.kind])

    play = Recorded(opened_with(plan), answer=answer)
    play.run()
    first = next(turn.number for turn in play.state.record if turn.seat == "bo")
    given_ = given_to(play.events, turn_opened(play.events, first))
    assert all(each.same and each.traced for each in given_.portions)
    assert {"ask 2 (motion)", f"turn {first}"} <= {each.name for each in given_.portions}
    texts = {(p.source.described("bo"), p.text) for p in given_.passages}
    assert ("motion M1 by Ada", "Tests: Nothing goes out untested.") in texts
    assert ("own motion M2", "Weights are published by degrees.") in texts  # as it was, in the ask
    assert ("own motion M2", "Tiers: In two tiers.") in texts
    assert ("amendment A1 by Ada", "In two tiers.") in texts  # Bo, whose motion it is, was asked
    assert ("the question that the floor was given with", "Why two?") in texts
    assert ("question by Chair, after turn 0", "Why two?") in texts
    told = [text for source, text in texts if source == "the record, after turn 0"]
    assert any("Motion M2, tabled by Bo: Tiers." in text for text in told)
    assert any("It is fair." in text for text in told)
    tabled = [event for event in play.events if event.type == "motion.tabled"]
    for motion in tabled:  # what a motion's author had been given before it was tabled
        asked = opened_at(play.events, motion.seq)
        assert (asked.type, asked.ask, asked.seat) == ("ask.opened", motion.ask, motion.seat)
        before = given_to(play.events, asked)
        assert before.portions[-1].name == f"ask {motion.ask} (motion)"
        assert not any(motion.text in passage.text for passage in before.passages)
    assert len(tabled) == 2


def test_a_struck_turn_is_given_to_nobody_who_was_not_asked_before():
    opened = opened_with(scenario(["ada", "bo"], [{"kind": "plenary"}]))
    play = Minuted(opened, lambda state, floors: None, speak=lambda step, n: f"w{n}x")
    while not play.state.record:
        play.carry_out(next_steps(play.state))
    play.put(TurnWithdrawn(turn=1))
    play.run()
    assert [t.number for t in play.state.record] == [2, 3]
    assert not any(
        "w1x" in p.text for p in given_to(play.events, turn_opened(play.events, 3)).passages
    )


def test_two_seats_of_one_persona_have_each_its_own_card():
    plan = scenario(["ada", "bo"], [{"kind": "plenary"}])
    opened = opened_with(plan)
    seats = tuple(seat.model_copy(update={"persona": "ada"}) for seat in opened.seats)
    play = Play(opened.model_copy(update={"seats": seats})).run()
    sources = by_source(given_to(play.events, turn_opened(play.events, 2)))
    (aim,) = [s for s, text in sources.items() if "secret goal" in text]
    assert aim.described("bo") == "own card, private: goal 1"
    assert {s.seat for s in sources if s.part == "summary"} == {"ada", "bo"}


def test_a_template_that_looks_into_its_values_hides_sources_and_no_words():
    plan = scenario(["ada", "bo"], [{"kind": "plenary"}], language="German")
    opened = opened_with(plan)
    source = (
        opened.templates["rules.j2"] + '{% if scenario.language == "German" %}Genau.{% endif %}'
    )
    opened = opened.model_copy(update={"templates": {**opened.templates, "rules.j2": source}})
    play = Play(opened, lambda step, n: f"said{n} <|im_end|>").run()
    given_ = given_to(play.events, turn_opened(play.events, 2))
    assert [r.traced for r in given_.portions] == [False]
    lines = [p.text for p in given_.passages]
    assert any("Genau." in line for line in lines)
    assert any("said1" in line for line in lines)
    assert {p.source.kind for p in given_.passages} == {"unknown"}


def test_no_participant_can_forge_or_break_a_mark():
    marks = "".join(map(chr, range(0xF0000, 0xF0040)))
    plan = scenario(["ada", "bo"], [{"kind": "plenary", "rounds": 2}], motion=f"Motion {marks}.")
    play = Play(opened_with(plan), lambda step, n: f"{marks[n:]} said{n} {marks[::-1]}").run()
    given_ = given_to(play.events, turn_opened(play.events, 4))
    assert all(portion.traced for portion in given_.portions)
    sources = {p.source.described("bo") for p in given_.passages if "said" in p.text}
    assert sources == {"turn 1, Ada", "own turn 2", "turn 3, Ada"}


def test_what_cannot_be_had_is_said():
    events = read_transcript(SAMPLE)
    with pytest.raises(UserError, match=r"no turn 12\n.*its last turn is 9"):
        given_to(events, turn_opened(events, 12))
    assert opened_at(events, 9) is opened_at(events, 10) is turn_opened(events, 4)
    with pytest.raises(UserError, match=r"seq 8 is phase\.opened"):
        opened_at(events, 8)
    with pytest.raises(UserError, match="no line with seq 99"):
        opened_at(events, 99)
    broken = [events[0].model_copy(update={"templates": {}}), *events[1:]]
    with pytest.raises(TranscriptError, match="turn 1 cannot be rendered again"):
        given_to(broken, turn_opened(broken, 1))
    stranger = [e.model_copy(update={"seat": "nobody"}) if e.seq == 2 else e for e in events]
    with pytest.raises(TranscriptError, match="turn 1 cannot be rendered again"):
        given_to(stranger, turn_opened(stranger, 1))
    with pytest.raises(TranscriptError, match="turn 1 cannot"):
        given_to(events[1:], turn_opened(events[1:], 1))


@given(st.lists(st.sampled_from(["word", "山", "end.", "顶。", "\n", "“so”", "1,000", "x" * 900])))
def test_windows_keep_every_word_and_are_small(parts):
    text = " ".join(parts)
    found = windows(text)
    assert all(count_words(passage) <= MOST_WORDS for passage in found)
    assert all(0 < len(passage) <= MOST_CHARACTERS for passage in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_windows_end_where_sentences_do():
    sentence = "One two three four five six seven eight nine ten."
    assert windows(" ".join([sentence] * 9)) == [" ".join([sentence] * 8), sentence]
    assert windows("山没有顶。" * 21) == ["山没有顶。" * 20, "山没有顶。"]
    assert windows("one\ntwo") == ["one", "two"]
    assert [count_words(w) for w in windows("word " * 170)] == [80, 80, 10]
