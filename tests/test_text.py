"""Counting words, and what of a text may be shown."""

from __future__ import annotations

import json
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debate.text import count_words, showable, showable_json


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("   \n\t ", 0),
        ("word", 1),
        ("two words", 2),
        ("Two words, and more.", 4),
        ("don't stop; it’s late", 4),
        ("open-weight models", 2),
        ("GPT-4.1 costs 3.50", 3),
        ("a - b — c … d", 4),
        ("snake_case", 1),
        ("*** -- ... !?", 0),
        ("“Quoted” (in brackets) [F1]", 4),
        ("naïve Zürich Ελλάδα Москва", 4),
        ("山没有顶", 4),
        ("最重要的是，我们继续往上走。", 12),
        ("本质上 this is a question", 7),
        ("所以we climb", 4),
        ("K2模型", 3),
        ("ひらがなとカタカナ", 9),
        ("山没有顶, but we climb", 7),
    ],
)
def test_words_are_counted_in_any_script(text, words):
    assert count_words(text) == words


@given(st.text(), st.text())
def test_a_break_between_two_texts_neither_makes_nor_eats_words(one, two):
    assert count_words(f"{one}\n{two}") == count_words(one) + count_words(two)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, 山没有顶, naïve 😀 \t tab\nline", "plain, 山没有顶, naïve 😀 \t tab\nline"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one\u2028two\u2029three\x85four\x0bfive\x0csix", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x00\x07\x08\x7f\x9b", ""),
        ("abc\u202edef\u202c\u2066g\u2069\u200f\u200e", "abcdefg"),
        ("\ufeffstart", "start"),
        ("half \ud83d of a pair", "half  of a pair"),
        ("क्‍ष 👩‍👧", "क्‍ष 👩‍👧"),  # joiners are part of words
    ],
)
def test_what_could_steer_a_terminal_is_dropped(text, shown):
    assert showable(text) == shown


ANY = st.text(st.characters(codec=None))


@given(ANY)
def test_what_is_shown_holds_no_controls_and_stays_as_it_is(text):
    shown = showable(text)
    assert not any(category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t" for c in shown)
    assert showable(shown) == shown
    assert shown.encode().decode() == shown


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"])))
def test_ordinary_text_is_shown_as_it_is(text):
    assert showable(text) == text


@given(st.text())
def test_json_that_steers_no_terminal_says_the_same(text):
    said = showable_json(json.dumps({"x": text}, ensure_ascii=False))
    assert json.loads(said) == {"x": text}
    assert showable(said) == said
