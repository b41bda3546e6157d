"""Coding a turn, as a value: what each code needs, and that nothing said of it is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from studies import coding_bundle

from debate.study.closest import closest
from debate.study.coding import NONE, CodingDraft, fault_of_gist, stages, terms_of
from debate.study.rubric import find_rubric

RUBRIC = find_rubric("emergence")
CODES = [each.id for each in RUBRIC.codes]


def done(draft):
    """The draft with all said that it wants."""
    said = {
        "cite": {"evidence": (1, 2)},
        "gist": {"gist": "tiers"},
        "terms": {"terms": ("tiers",)},
        "label": {"label": "NOVEL"},
    }
    while (wanting := draft.wanting(RUBRIC)) is not None:
        code, stage = wanting
        draft = draft.confirmed(code, stage, **said[stage])
    return draft


@given(st.lists(st.sampled_from(CODES)))
def test_none_stands_alone_and_others_in_the_order_of_the_rubric(keys):
    draft = CodingDraft(3)
    for code in keys:
        draft = draft.toggled(code)
    assert NONE not in draft.codes or draft.codes == (NONE,)
    coded = [each.code for each in done(draft).coded(RUBRIC)]
    assert coded == [each for each in CODES if each in draft.codes]


@given(st.sets(st.sampled_from(CODES[1:]), min_size=1))
def test_what_was_coded_is_a_draft_that_wants_nothing_and_says_the_same(codes):
    draft = CodingDraft(3)
    for code in codes:
        draft = draft.toggled(code)
    coded = done(draft).coded(RUBRIC)
    for part, code in zip(coded, (e for e in RUBRIC.codes if e.id in codes), strict=True):
        assert bool(part.evidence) == ("cite" in stages(code))
        assert bool(part.gist and part.terms and part.label) == code.gist
    again = CodingDraft.of(3, coded, RUBRIC)
    assert again.wanting(RUBRIC) is None
    assert again.coded(RUBRIC) == coded
    off_and_on = again.toggled(coded[0].code).toggled(coded[0].code)
    assert off_and_on.parts == again.parts
    first = next(each for each in RUBRIC.codes if each.id == coded[0].code)
    assert (off_and_on.wanting(RUBRIC) is not None) == bool(stages(first))


def test_a_step_back_is_to_the_stage_before():
    draft = CodingDraft(3).toggled("CONCEDE")
    assert draft.before(RUBRIC) is None
    draft = draft.confirmed("CONCEDE", "cite", evidence=(1,)).confirmed(
        "CONCEDE", "gist", gist="tiers"
    )
    assert draft.before(RUBRIC) == ("CONCEDE", "gist")
    assert draft.reopened("CONCEDE", "gist").wanting(RUBRIC) == ("CONCEDE", "gist")
    assert draft.reopened("CONCEDE", "cite").parts == draft.parts


def test_gists_and_terms():
    assert fault_of_gist(" ") is not None
    assert fault_of_gist("word " * 15) is None
    assert "16 words" in (fault_of_gist("word " * 16) or "")
    assert terms_of(" tiers,  open weights;, 开放 ") == ("tiers", "open weights", "开放")


def test_the_closest_passages_are_of_the_pool_and_of_earlier_turns():
    bundle = coding_bundle()
    (item,) = bundle.items
    found = closest(["open threshold"], bundle.pools[item.pool], item.turns[:2])
    assert {each.kind for each in found} == {"scenario", "turn 1, A", "turn 2, B"}
    assert {each.ref for each in found if isinstance(each.ref, int)} == {1, 2}
    assert all("«" in each.excerpt for each in found)
    assert not closest(["nowhere"], bundle.pools[item.pool], item.turns[:2])
