"""Facts that turns cite, and figures that stand in nothing that their seats had been given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minuted import Minuted
from worlds import Play, manifest, scenario

from debate import read_transcript
from debate.agenda import next_steps
from debate.citations import citations, cited
from debate.errors import TranscriptError
from debate.events import NotePassed, TurnWithdrawn
from debate.figures import Record, figures
from debate.scenario import Fact

FACTS = [
    {"id": "F1", "text": "In 2023, 28 countries signed.", "source": "The Bletchley Declaration"},
    {"id": "F2", "text": "Export rules of 7 October 2022.", "source": "Bureau, 1,000 pages"},
]


def written(text):
    return [figure.text for figure in figures(text)]


def loose(record, text):
    read = Record()
    for each in [record] if isinstance(record, str) else record:
        read.add(each)
    return [figure.text for figure in figures(text) if not read.holds(figure)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See [F3].", ["F3"]),
        ("[F1][F2], then [F1] again", ["F1", "F2"]),
        ("[F1, F2; f4]", ["F1", "F2", "F4"]),
        ("如【F1、F2】所示", ["F1", "F2"]),
        ("F1 and (F1) and [F1234] and [FX]", []),
    ],
)
def test_facts_are_cited_by_their_number_in_brackets(text, found):
    assert [citation.id for citation in citations(text, ())] == found


def test_a_citation_is_linked_to_its_fact():
    facts = [Fact.model_validate(fact) for fact in FACTS]
    known, unknown = citations("[F1] [F9]", facts)
    assert known.fact is facts[0]
    assert unknown.fact is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("28 countries, 1,000 labs, 0.5 and 3.14", ["28", "1,000", "0.5", "3.14"]),
        ("45% or 45 percent or 45 per cent", ["45%"]),
        ("3% and ten percent", ["3%", "ten percent"]),
        ("$5 million, US$2bn, 7 euros", ["$5 million", "US$2bn", "7 euros"]),
        ("405B weights, 10^26 FLOPs", ["405B", "10^26 FLOPs"]),
        ("10²⁵ or 2e25", ["10²⁵", "2e25"]),
        ("3 GW in 7 months, a 6-month pause", ["3 GW", "7 months", "6-month"]),
        ("one, two, 12, twelve, ten times, first, 21st, 0", []),
        (
            "thirteen; twenty-eight; two hundred and five",
            ["thirteen", "twenty-eight", "two hundred and five"],
        ),
        ("a hundred, hundreds, millions, one of a thousand", []),
        ("GPT-4, K2, R1, GPT-4o, Qwen2.5, COVID-19", []),
        ("7 October 2022, May 2024, Sept. 2021", ["7 October 2022", "May 2024", "Sept. 2021"]),
        ("October 7, 2022; 2021-03-04", ["October 7, 2022", "2021-03-04"]),
        ("mid-2026 and the 1990s", ["2026", "1990"]),
        (
            "二十八个国家，三百万人，第二十八条，十二个，千万不要，万一，七八十",
            ["二十八", "三百万"],
        ),
        ("百分之三十，30％，1.5亿美元，100亿元", ["百分之三十", "1.5亿美元", "100亿元"]),
        ("2022年10月7日，二〇二三年，5月", ["2022年10月7日", "二〇二三年"]),
        ("arXiv 2501.12948 and arXiv:2310.03693v2", ["arXiv 2501.12948", "arXiv:2310.03693v2"]),
        ("Under the Bletchley Declaration", ["Bletchley Declaration"]),
        ("Sign Anthropic's Responsible Scaling Policy.", ["Responsible Scaling Policy"]),
        ("the EU AI Act and the Treaty of Rome", ["EU AI Act", "Treaty of Rome"]),
        ("This Policy, our Framework, an act, The Agreement", []),
        (
            "《人工智能法》和「生成式人工智能管理办法」",
            ["《人工智能法》", "生成式人工智能管理办法"],
        ),
        ("“Attention Is All You Need” is not “what I say”", ["Attention Is All You Need"]),
        ('He said "I will not sign that" twice.', []),
    ],
)
def test_what_counts_as_a_figure(text, found):
    assert written(text) == found


@pytest.mark.parametrize(
    ("record", "text", "left"),
    [
        ("28", "28 countries, twenty-eight, 二十八", []),
        ("28 countries", "29 countries", ["29"]),
        ("1000", "1,000 and 1 thousand and 1000.0", []),
        ("405 billion", "405B", []),
        ("1e26", "10^26", []),
        ("三百万", "3 million", []),
        ("28", "28%", ["28%"]),
        ("28%", "28 and 28 percent and 百分之二十八", []),
        ("$5 million", "5,000,000 dollars and 500万美元", []),
        ("$5 million", "€5 million", ["€5 million"]),
        ("October 2022", "2022", []),
        ("2022", "October 2022", ["October 2022"]),
        ("7 October 2022", "2022年10月7日, 2022-10-07, Oct. 2022, 7 October", []),
        ("the report of 10 labs", "10 GW", []),
        ("Report 2024 of 13 pages", "In 2024, 13", []),
        ("《2024年报告》", "2024", []),
        (
            "Anthropic, Responsible Scaling Policy (2023)",
            "the responsible Responsible Scaling Policy",
            [],
        ),
        ("the MIT licence", "the MIT License", []),
        ("the MIT licence", "the Apache License", ["Apache License"]),
        ("欧盟人工智能法规定", "《人工智能法》", []),
        ("see 2501.12948 (2025)", "arXiv:2501.12948v2", []),
        ("see 2501.12948 (2025)", "arXiv:2501.12949", ["arXiv:2501.12949"]),
        (["Treaty of", "Rome"], "Treaty of Rome", ["Treaty of Rome"]),
    ],
)
def test_when_a_figure_is_in_the_record(record, text, left):
    assert loose(record, text) == left


@given(st.text())
def test_figures_stand_where_they_say_and_apart(text):
    end = 0
    for figure in figures(text):
        assert figure.start >= end
        end = figure.end
        assert text[figure.start : end] == figure.text


@given(st.text(alphabet="1,.5 %$KBM年月日二十百万 May of Act《》“”[F]-", max_size=80))
def test_a_text_holds_its_own_figures(text):
    assert loose(text, text) == []


@pytest.mark.parametrize(
    "unit",
    ["A-", "111,", "1 ", "[F1,", "十百万亿", "“", "twenty ", "10^", "Treaty of the ", "9^999 "],
)
def test_a_page_of_anything_is_read(unit):
    text = (unit * 100_000)[:100_000]
    figures(text)
    citations(text, ())
    Record().add(text)


def test_figures_are_looked_for_in_what_the_seat_had_been_given():
    said = {
        1: "In 2023, 28 countries met [F1]; I say 77 will, and [F9].",
        2: "77 is wrong; 55% is right. 2022, and 1000 pages.",
        3: "Again 77 and 55%, and the Rome Treaty, and 120.",
        4: "The note says 99.",
    }
    plan = scenario(["ada", "bo"], [{"kind": "plenary", "rounds": 2}], facts=FACTS)

    def speak(step, number):
        if number == 3:
            play.put(NotePassed(to=None, text="Consider 99."))
        return said[number]

    play = Play(manifest(plan), speak)
    turns = cited(play.run().events)
    assert [(t.turn, t.name) for t in turns] == [(1, "Ada"), (2, "Bo"), (3, "Ada"), (4, "Bo")]
    assert [[c.id for c in t.citations] for t in turns] == [["F1", "F9"], [], [], []]
    assert [[f.text for f in t.unrecorded] for t in turns] == [
        ["77"],
        ["55%"],
        ["Rome Treaty", "120"],  # what is asked of a seat ("60 to 120 words") is no record
        [],
    ]
    assert all(play.events[t.seq].turn == t.turn for t in turns)


def test_openings_that_did_not_hear_each_other_have_each_their_own_figures():
    plan = scenario(["ada", "bo"], [{"kind": "opening"}, {"kind": "closing"}])
    turns = cited(Play(manifest(plan), lambda step, number: "77 of us.").run().events)
    assert [[f.text for f in t.unrecorded] for t in turns] == [["77"], ["77"], [], []]


def test_struck_turns_are_left_out_and_a_broken_transcript_is_told():
    opened = manifest(scenario(["ada"], [{"kind": "plenary"}]))
    play = Minuted(opened, lambda state, floors: None, speak=lambda step, number: "77.")
    while not play.state.record:
        play.carry_out(next_steps(play.state))
    play.put(TurnWithdrawn(turn=1))
    assert cited(play.events) == []
    with pytest.raises(TranscriptError, match="opening"):
        cited([])
    broken = [play.events[0].model_copy(update={"templates": {}}), *play.events[1:]]
    with pytest.raises(TranscriptError):
        cited(broken)


def test_a_real_run():
    turns = cited(read_transcript("tests/early-yalta.jsonl"))
    assert [turn.turn for turn in turns] == list(range(1, 10))
    # Its first turn names January 2025 and the MIT license, which F1 gives.
    assert turns[0].unrecorded == ()
