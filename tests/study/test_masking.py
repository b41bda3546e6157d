"""Masks: what the program proposes, and what a person does with them."""

from __future__ import annotations

import itertools

import pytest
from conferences import conferences, style_plan, voiced
from hypothesis import given
from hypothesis import strategies as st

from debate.errors import UserError
from debate.library import load_persona
from debate.study.drawing.masking import Masker, left_in, masked_turns, people
from debate.study.drawing.masks import (
    masking_everywhere,
    unmasking_everywhere,
    with_mask,
    without_mask,
)
from debate.study.drawing.style import draw
from debate.study.key import Given, Mask

SECRET = "5e" * 32
REAL = [load_persona(name) for name in ("altman", "yang", "amodei", "zuckerberg", "li")]
MASKER = Masker.of(REAL)
NAMES = sorted({name for person in people(REAL).values() for name in person.names})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I agree with Sam Altman, and with Dario.", "I agree with [name], and with [name]."),
        ("ALTMAN'S plan, Yang's too", "[name]'S plan, [name]'s too"),
        ("As CEO of OpenAI I would say so.", "As [post] of [organisation] I would say so."),
        ("我同意杨植麟的看法，Kimi也是。", "我同意[name]的看法，[term]也是。"),
        ("Read Machines of Loving Grace first.", "Read [work] first."),
        ("The samples are in samovars.", "The samples are in samovars."),
        ("We yang and yin, and mark it.", "We yang and yin, and mark it."),
        ("It helps AI and all of America.", "It helps AI and all of America."),
    ],
)
def test_names_posts_and_works_are_proposed(text, shown):
    assert masked_turns([text], MASKER.propose([text])) == (shown,)


_PIECES = st.lists(
    st.one_of(st.sampled_from(NAMES), st.sampled_from(["we", "say", "，", "。", ".", "\n", "的"])),
    max_size=20,
)


@given(pieces=_PIECES, joint=st.sampled_from([" ", "\n", ", "]))
def test_no_name_is_left_and_masks_never_meet(pieces, joint):
    text = joint.join(pieces)
    masks = MASKER.propose([text])
    assert all(a.end <= b.start for a, b in itertools.pairwise(masks))
    (shown,) = masked_turns([text], masks)
    assert not left_in(shown, people(REAL).values())


@given(text=st.text(max_size=200))
def test_what_is_outside_of_masks_stays_to_the_letter(text):
    masks = MASKER.propose([text])
    (shown,) = masked_turns([text], masks)
    at = 0
    for mask in masks:
        before = text[at : mask.start]
        assert shown.startswith(before + mask.shown)
        shown, at = shown[len(before) + len(mask.shown) :], mask.end
    assert shown == text[at:]


def test_a_name_in_small_letters_is_no_proposal_but_is_found_left():
    assert left_in("as zuckerberg said", people(REAL).values()) == ["Zuckerberg"]
    assert left_in("as ZHILIN said", people(REAL).values()) == ["Zhilin"]
    assert not left_in("mark my words, sample", people(REAL).values())


@pytest.fixture
def key(tmp_path):
    def speak(seat, chance):
        return f"Bo Quintero said {chance.random()} of the wombat in Boworks."

    found = conferences(tmp_path, {"full": 2, "other": 2}, speak=speak)
    return draw(style_plan(found), secret=SECRET).model_copy(update={"masks_checked_by": "me"})


def shown(key):
    return [masked_turns(o.turns, o.masks) for i in key.items for o in i.origins if not i.checked]


def test_small_words_within_a_name_are_no_names():
    van = voiced("ada").model_copy(update={"name": "Ada van Loon", "organisation": "Bank of Ys"})
    masker = Masker.of([van])
    text = "The van of Loon is at the Bank of Ys, says Ada van Loon."
    shown = "The van of [name] is at the [organisation], says [name]."
    assert masked_turns([text], masker.propose([text])) == (shown,)


def test_a_person_masks_and_unmasks_wherever_a_text_stands(key):
    assert all("[name] said" in turn for turns in shown(key) for turn in turns)
    more = masking_everywhere(key, "WOMBAT", "[animal]")
    assert all("the [animal] in" in turn for turns in shown(more) for turn in turns)
    assert more.masks_checked_by is None
    assert {m.by for i in more.items for o in i.origins for m in o.masks} == {"program", "person"}
    less = unmasking_everywhere(more, "bo quintero")
    assert all("Bo Quintero said" in turn for turns in shown(less) for turn in turns)
    with pytest.raises(UserError, match="stands in no excerpt"):
        masking_everywhere(key, "armadillo", "[animal]")
    with pytest.raises(UserError, match="masked nowhere"):
        unmasking_everywhere(key, "armadillo")
    with pytest.raises(UserError, match="no text"):
        masking_everywhere(key, "  ", "[animal]")


def test_a_mask_is_the_same_in_every_item_that_shows_the_turn(key):
    again = next(item for item in key.items if item.repeats)
    turn = again.origins[0].turns[0]
    at = turn.index("wombat")
    mask = Mask(turn=0, start=at, end=at + 6, shown="[animal]", by="person")
    more = with_mask(key, again.id, 0, mask)
    for item in (more.item(again.id), more.item(again.repeats)):
        assert mask in item.origins[0].masks
    less = without_mask(more, again.repeats, 0, mask)
    assert less.items == key.items
    with pytest.raises(UserError, match="there is a mask already"):
        with_mask(more, again.id, 0, mask)
    with pytest.raises(UserError, match="some of the words"):
        with_mask(key, again.id, 0, Mask(turn=0, start=0, end=9_999, shown="[x]"))


def test_a_card_is_shown_without_its_name():
    cards = [voiced("ada"), voiced("bo")]
    said = cards[0].model_copy(
        update={"voice": cards[0].voice.model_copy(update={"rhythm": "Not like Bo's at Boworks."})}
    )
    from debate.study.drawing.unnamed import card_text

    text = card_text(said.voice, Masker.of(cards))
    assert "Rhythm: Not like [name]'s at [organisation]." in text
    assert "Mixes languages: English, Chinese; about 20%. Often." in text


def test_what_a_card_tells_of_its_works_is_proposed_and_masked_in_passages_too(key):
    hassabis = load_persona("hassabis")
    masker = Masker.of([hassabis])
    assert masker.masked("Refuses any duty to publish Gemini's weights.").startswith("Refuses any")
    assert "Gemini" not in masker.masked("So Gemini and AlphaFold show it.")
    pool = {"a" * 16: (Given(id="b" * 16, kind="card", text="Put Gemini into it.", to=()),)}
    items = tuple(item.model_copy(update={"scene": "On Gemini."}) for item in key.items)
    after = masking_everywhere(
        key.model_copy(update={"pools": pool, "items": items}), "gemini", "[term]"
    )
    assert after.pools["a" * 16][0].text == "Put [term] into it."
    assert {item.scene for item in after.items} == {"On [term]."}
    assert after.masks_checked_by is None


def test_a_text_is_masked_as_a_whole_and_never_in_what_a_check_says(key):
    with pytest.raises(UserError, match="stands in no excerpt"):
        masking_everywhere(key, "wom", "[x]")  # not within a word
    after = masking_everywhere(key, "the", "[x]")
    checks = [item for item in after.items if item.checked]
    assert checks
    assert all(not origin.masks for item in checks for origin in item.origins)
