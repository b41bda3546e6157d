"""Drawing a study: which excerpts become which items, with their foils, repeats and checks."""

from __future__ import annotations

from collections import Counter

import pytest
from conferences import NAMES, conferences, style_plan
from hypothesis import given
from hypothesis import strategies as st

from debate.errors import UserError
from debate.study.drawing.excerpts import FEWEST, MOST, stretches
from debate.study.drawing.masking import masked_turns
from debate.study.drawing.style import draw

SECRET = "5e" * 32
ARMS = {"full": 3, "other": 3, "no-persona": 3}

# What is drawn once for all of these is drawn in one process.
pytestmark = pytest.mark.xdist_group("drawing")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return conferences(tmp_path_factory.mktemp("tables"), ARMS)


@pytest.fixture(scope="module")
def key(tables):
    return draw(style_plan(tables), secret=SECRET)


def of(key, **wanted):
    return [i for i in key.items if all(getattr(i, name) == v for name, v in wanted.items())]


def test_a_stretch_is_two_to_four_public_turns_of_one_speaker_each_once(tables):
    for table in tables:
        found = stretches(table)
        assert all(FEWEST <= len(each.turns) <= MOST for each in found)
        seqs = [seq for each in found for seq in each.seqs]
        assert len(seqs) == len(set(seqs)) == 6 * len(NAMES)
        said = {e.event.seq: e.event for e in table.entries}
        for each in found:
            assert [said[seq].text for seq in each.seqs] == list(each.turns)
            assert {said[seq].seat for seq in each.seqs} == {each.seat}


@given(seed=st.integers(0, 10_000), most=st.one_of(st.none(), st.integers(4, 80)))
def test_no_turn_is_shown_twice_but_in_a_repeat(tables, seed, most):
    try:
        key = draw(style_plan(tables, seed=seed, most=most), secret=SECRET)
    except UserError:
        assert most is not None  # by chance nothing genuine was among so few
        return
    turns = Counter(
        (origin.head, seq)
        for item in key.items
        if item.repeats is None and not item.checked
        for origin in item.origins
        for seq in origin.seqs
    )
    assert max(turns.values()) == 1
    assert len({item.id for item in key.items}) == len(key.items)


def test_the_same_plan_and_secret_draw_the_same_study_and_another_secret_other_ids(tables, key):
    assert draw(style_plan(tables), secret=SECRET) == key
    other = draw(style_plan(tables), secret="77" * 32)
    assert not {i.id for i in key.items} & {i.id for i in other.items}
    assert [i.origins for i in key.items] == [i.origins for i in other.items]


def test_identification_has_a_right_answer_and_one_persona_that_is_never_shown(key):
    items = [i for i in of(key, task="identification") if not i.checked]
    assert {i.kind for i in items} == {"genuine", "held-out", "no-persona"}
    for item in items:
        assert len(item.cards) == len(set(item.cards)) >= 2
        right = key.cards.get(item.answer or "")
        if item.kind == "genuine":
            assert right == item.origins[0].persona
            assert item.answer in item.cards
        else:
            assert item.answer == "none"
    shown = {key.cards[card] for item in items for card in item.cards}
    held_out = {i.origins[0].persona for i in items if i.kind == "held-out"}
    assert len(held_out) == 1
    assert not shown & held_out


def test_the_right_card_stands_in_every_place(tables):
    places = Counter()
    for seed in range(30):
        key = draw(style_plan(tables, seed=seed), secret=SECRET)
        for item in of(key, task="identification", kind="genuine"):
            places[item.cards.index(item.answer)] += 1
    assert set(places) == {0, 1, 2}
    assert max(places.values()) < 1.35 * min(places.values())


def test_pairs_are_of_two_systems_on_one_occasion_in_either_order(key):
    pairs = [i for i in of(key, task="pairs") if not i.checked]
    assert pairs
    for item in pairs:
        a, b = item.origins
        assert a.arm != b.arm
        assert a.seat == b.seat == item.against
    first = Counter(item.origins[0].arm for item in pairs)
    assert len(first) > 1


def test_scales_have_foils_beside_the_genuine(key):
    items = of(key, task="likert")
    kinds = {i.kind for i in items}
    assert kinds == {"genuine", "shuffled", "no-persona", "catchphrases", "check"}
    for item in items:
        persona = item.origins[0].persona
        if item.kind == "genuine":
            assert item.against == persona
        if item.kind == "shuffled":
            assert item.against not in (persona, None)
        if item.kind == "catchphrases":
            text = "\n".join(item.origins[0].turns)
            assert f"the {item.against} bird" in text or f"the {item.against} wheel" in text


def test_one_item_in_ten_is_repeated_and_checks_stand_among_them(key):
    for task in ("identification", "pairs", "likert"):
        items = of(key, task=task)
        repeats = [i for i in items if i.repeats]
        checks = [i for i in items if i.checked]
        plain = len(items) - len(repeats) - len(checks)
        assert len(repeats) == round(plain / 10)
        assert len(checks) == max(1, round(plain / 12))
        for each in repeats:
            again = key.item(each.repeats)
            assert (each.origins, each.answer, each.cards, each.against) == (
                again.origins,
                again.answer,
                again.cards,
                again.against,
            )


def test_a_text_by_a_persons_hand_is_rated_among_the_others(tables):
    mine = "Round and round it goes.\n\nSo says Bo Quintero."
    key = draw(style_plan(tables, references={"bo": [mine]}), secret=SECRET)
    (item,) = of(key, kind="reference")
    assert item.against == "bo"
    assert item.origins[0].arm is None
    shown = masked_turns(item.origins[0].turns, item.origins[0].masks)
    assert shown == ("Round and round it goes.", "So says [name].")
    with pytest.raises(UserError, match="speaks in no transcript"):
        draw(style_plan(tables, references={"zed": [mine]}), secret=SECRET)


def test_what_cannot_be_drawn_is_said(tmp_path):
    two = conferences(tmp_path, {"full": 1}, names=("ada", "bo"))
    key = draw(style_plan(two), secret=SECRET)
    assert "pairs: there is but one system" in key.left_out
    assert "held-out persona: there are fewer than three" in key.left_out
    assert "foils without a persona: no arm called no-persona" in key.left_out
    alone = conferences(tmp_path, {"alone": 1}, names=("ada",))
    key = draw(style_plan(alone), secret=SECRET)
    assert "identification: there is but one persona" in key.left_out
    assert not of(key, kind="shuffled")


def test_foils_alone_make_no_study(tmp_path):
    with pytest.raises(UserError, match="no excerpt to rate"):
        draw(style_plan(conferences(tmp_path, {"no-persona": 1})), secret=SECRET)


def test_the_precision_foreseen_is_of_what_will_be_rated(key):
    asked = [i for i in of(key, task="identification") if not i.checked and not i.repeats]
    assert key.foreseen.items == len(asked)
    assert key.foreseen.raters == 2
