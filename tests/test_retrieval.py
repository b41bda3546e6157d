"""Ranking passages by the words that they share with a phrase."""

from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debate.retrieval import excerpt, rank, terms

CORPUS = [
    "Release the weights in tiers, each after a test.",
    "Weights that are out cannot be taken back.",
    "分级开源：先测试，再公布权重。",
    "The mountain has no top. 山没有顶, but we climb.",
    "In November 2023, 28 countries and 1,000 people met.",
]


def order(*phrases):
    return [hit.index for hit in rank(CORPUS, phrases)]


def keys(text):
    return [term.key for term in terms(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Open-weight MODELS", ["open", "weight", "model"]),
        ("policies, classes, glass, bus, is", ["policy", "classe", "glass", "bus", "is"]),
        ("Anthropic’s don't", ["anthropic", "don't"]),
        ("1,000 and 2.5 and 405B", ["1000", "and", "2.5", "and", "405", "b"]),
        ("山没有顶, we", ["山没", "没有", "有顶", "we"]),
        ("山", ["山"]),
        ("K2模型 ＡＢＣ", ["k", "2", "模型", "abc"]),
        ("Straße naïve", ["strasse", "naïve"]),
        ("—— … !?", []),
    ],
)
def test_a_text_is_taken_apart_into_terms(text, found):
    assert keys(text) == found


@given(st.text())
def test_terms_stand_where_they_say(text):
    for term in terms(text):
        assert 0 <= term.start < term.end <= len(text)
        assert unicodedata.normalize("NFKC", text[term.start : term.end]).strip()


def test_the_score_is_bm25():
    # Four terms and four; "a" stands in one of two passages, once and in a passage of mean length.
    (hit,) = rank(["a b c d", "e f g h"], ["a"])
    weight = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    assert hit.score == pytest.approx(weight * 1 * 2.2 / (1 + 1.2))
    # Twice in a passage of six where the mean is four.
    first, second = rank(["a a b c d e", "a b"], ["a"])
    weight = math.log(1 + 0.5 / 2.5)
    assert {first.index, second.index} == {0, 1}
    scores = {hit.index: hit.score for hit in (first, second)}
    assert scores[0] == pytest.approx(weight * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 6 / 4)))
    assert scores[1] == pytest.approx(weight * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 4)))


def test_the_rarer_word_and_the_shorter_passage_weigh_more():
    passages = ["treaty one", "common word", "common ground", "common treaty and more of the same"]
    assert [hit.index for hit in rank(passages, ["common treaty"])][:2] == [3, 0]


def test_the_order_of_a_phrase_counts():
    passages = ["licence a grant of x", "grant a licence of x", "nothing"]
    assert [hit.index for hit in rank(passages, ["grant a licence"])] == [1, 0]


def test_what_shares_no_word_is_not_ranked():
    assert order("tiered zebra") == []
    assert order("WEIGHT") == [1, 0]
    assert order("28", "1000") == [4]
    assert rank([], ["x"]) == []
    assert rank(["", "..."], ["x"]) == []


def test_chinese_is_found_alone_and_in_mixed_text():
    assert order("开源") == [2]
    assert order("山") == [3]
    assert order("顶, climb") == [3]
    assert order("公布 weights")[0] in (0, 1, 2)
    assert set(order("公布权重", "weights")) == {0, 1, 2}
    assert order("源先") == []  # neighbours only across a mark


def test_matches_are_marked_where_they_stand():
    (hit,) = rank(CORPUS[3:4], ["山没有", "climbs TOP"])
    assert excerpt(CORPUS[3], hit.spans) == "The mountain has no «top». «山没有»顶, but we «climb»."


def test_an_excerpt_holds_the_part_with_most_matches():
    text = "far " + "x " * 300 + "near near near " + "y " * 300
    (hit,) = rank([text], ["near far"])
    cut = excerpt(text, hit.spans)
    assert cut.count("«near»") == 3
    assert "far" not in cut
    assert cut.startswith("… ")
    assert cut.endswith(" …")
    assert len(cut) < 400
    long = "山" * 1000
    (hit,) = rank([long], ["山山"])
    assert len(excerpt(long, hit.spans)) < 400


@given(st.text(alphabet="ab 山没.,«", max_size=900), st.text(alphabet="ab 山没", max_size=20))
def test_an_excerpt_is_a_part_of_its_text(text, phrase):
    for hit in rank([text], [phrase]):
        cut = excerpt(text, hit.spans, ("\1", "\2"))
        bare = cut.removeprefix("… ").removesuffix(" …").replace("\1", "").replace("\2", "")
        assert bare in text
        assert hit.score > 0
        assert all(one[1] < two[0] for one, two in zip(hit.spans, hit.spans[1:], strict=False))


@pytest.mark.parametrize("unit", ["a", "a-", "1,111", "山", "山 ", "a'"])
def test_a_page_of_anything_is_ranked(unit):
    text = unit * 30_000
    hits = rank([text, "other"], [text, "a"])
    assert [hit.index for hit in hits] in ([0], [])
    assert len(excerpt(text, hits[0].spans if hits else ())) < 100_000
