"""Counts of a voice: what is counted, in English, in Chinese, and in both at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debate.persona import Voice
from debate.text import count_words
from debate.voice_counts import TITLE, Spread, sentences, told, voice_counts


def voice(**more):
    return Voice.model_validate({"register": "Plain.", "rhythm": "Short.", **more})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It costs 3.5 billion. So?", ["It costs 3.5 billion.", "So?"]),
        ("Dr. Who met J. Smith, e.g. so. Then?", ["Dr. Who met J. Smith, e.g. so.", "Then?"]),
        ('He said "no." Then "yes!"', ['He said "no."', 'Then "yes!"']),
        ("好的。真的吗？对！", ["好的。", "真的吗？", "对！"]),
        ("我 agree. 但是 not now……好。", ["我 agree.", "但是 not now……", "好。"]),
        ("no end", ["no end"]),
        ("a line\nanother", ["a line", "another"]),
        ("Wait... what?!", ["Wait...", "what?!"]),
        ("...", []),
        ("", []),
    ],
)
def test_sentences(text, found):
    assert list(sentences(text)) == found


def test_words_a_sentence_are_counted_with_each_chinese_character_as_one():
    counts = voice_counts(["Two words. 三个字。", "One more sentence here."], voice())
    assert counts.replies == 2
    assert counts.sentences == 3
    assert counts.sentence_words == Spread(3, 2, 4)
    assert counts.words == 9


def test_nothing_said_is_counted_too():
    counts = voice_counts([], voice(prefers=["a"]))
    assert counts.sentence_words is None
    assert counts.prefers == {"a": 0}
    assert ("scripts", "none") in told(counts)


def test_shares_of_scripts_are_of_letters_alone():
    counts = voice_counts(["ab 我们 123 🙂 ж"], voice())
    assert counts.scripts == {"Latin": 2, "Han": 2, "Cyrillic": 1}
    assert counts.shares["Han"] == 0.4


def test_phrases_are_found_as_wholes_in_any_case_and_spacing():
    card = voice(
        prefers=["art", "I think", "开源", "don’t"],
        avoids=["legal language"],
        catchphrases=["It will be strange, and then it will be wonderful."],
    )
    said = [
        "Art starts. i  think I\nTHINK 我们开源开源. I don't. art我",
        "it will be strange, and then it will be wonderful, or so",
    ]
    counts = voice_counts(said, card)
    assert counts.prefers == {"art": 2, "I think": 2, "开源": 2, "don’t": 1}
    assert counts.avoids == {"legal language": 0}
    assert list(counts.catchphrases.values()) == [1]


def test_first_person_and_questions():
    counts = voice_counts(["I told my US friends: we ask? 我说我们问？ Mine, ours."], voice())
    assert counts.me == 4  # I, my, 我, Mine
    assert counts.us == 3  # we, 我们, ours
    assert counts.questions == 2


def test_what_is_shown_says_that_it_is_counts():
    assert TITLE == "Counts, not scores"
    lines = dict(told(voice_counts(["I think so."], voice(prefers=["maybe", "I think"]))))
    assert lines["preferred words"] == "1: “I think” 1, “maybe” 0"
    assert "avoided words" not in lines


@given(st.lists(st.text(), max_size=4), st.lists(st.text(min_size=1, max_size=9), max_size=3))
def test_any_text_is_counted_whole(texts, phrases):
    given_ = [p for p in phrases if p.strip() and len(p.splitlines()) == 1]
    counts = voice_counts(texts, voice(prefers=given_))
    assert counts.words == sum(map(count_words, texts))
    if counts.sentence_words:
        assert counts.sentence_words.least >= 1
    assert all(n >= 0 for n in counts.prefers.values())
    told(counts)
