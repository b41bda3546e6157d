"""What `study check` finds."""

from __future__ import annotations

import pytest
from conferences import conferences, style_plan

from debate.study.bundle import Place
from debate.study.drawing.assignment import assign
from debate.study.drawing.check import check
from debate.study.drawing.masks import masking_everywhere, unmasking_everywhere
from debate.study.drawing.style import draw
from debate.study.key import RaterKey

SECRET = "5e" * 32


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    def speak(seat, chance):
        return f"As Bo Quintero told us {chance.random()}, it goes."

    folder = tmp_path_factory.mktemp("tables")
    found = conferences(folder, {"full": 3, "other": 3, "no-persona": 3}, speak=speak)
    drawn = draw(style_plan(found), secret=SECRET)
    return drawn.model_copy(update={"masks_checked_by": "me"})


def faults(key, plans=None):
    return {(f.where.split()[0], f.what) for f in check(key, plans or assign(key)) if f.fault}


def test_nothing_is_found_in_a_study_as_it_is_drawn(key):
    assert not faults(key)


def test_masks_that_nobody_has_looked_at(key):
    found = faults(key.model_copy(update={"masks_checked_by": None}))
    assert found == {("masks", "nobody has looked at them: `yalta study mask`")}


def test_a_name_that_was_left_in_an_excerpt_a_card_a_scene_or_the_title(key):
    bare = unmasking_everywhere(key, "Bo Quintero").model_copy(update={"masks_checked_by": "me"})
    assert ("item", "'Quintero' can be read in its turn 1") in faults(bare)
    cards = (key.shown[0].model_copy(update={"text": "Register: like BOWORKS"}), *key.shown[1:])
    assert faults(key.model_copy(update={"shown": cards})) == {
        ("card", "'Boworks' can be read on it")
    }
    titled = key.model_copy(update={"title": "Does Ada Quintero sound like herself?"})
    assert ("title", "'Ada' can be read in it, which every rater sees") in faults(titled)
    items = (key.items[0].model_copy(update={"scene": "昆bo speaks"}), *key.items[1:])
    assert faults(key.model_copy(update={"items": items})) == {
        ("item", "'昆bo' can be read in its scene")
    }


def test_a_rater_who_is_an_author(key):
    plans = assign(key)
    authors = (RaterKey(id="kai", wrote=("ada",)), *key.raters[1:])
    found = faults(key.model_copy(update={"raters": authors}), plans)
    assert any(where == "rater" and "is the author of ada" in what for where, what in found)


def test_a_persona_twice_running(key):
    plans = assign(key)
    likert = [i for i in key.items if i.task == "likert"]
    order = sorted(likert, key=lambda item: item.against)
    bad = {**plans, "kai": tuple(Place(item=item.id) for item in order)}
    assert any("twice running" in what for _, what in faults(key, bad))


def test_a_turn_that_two_items_show(key):
    first, second, *_rest = [i for i in key.items if i.task == "identification" and not i.repeats]
    same = second.model_copy(update={"origins": first.origins})
    items = tuple(same if item.id == second.id else item for item in key.items)
    found = faults(key.model_copy(update={"items": items}))
    assert any("shows a turn that item" in what for _, what in found)


def test_sides_that_are_far_from_even(key):
    plans = {
        rater: tuple(place.model_copy(update={"swap": True}) for place in plan)
        for rater, plan in assign(key).items()
    }
    assert any("far from even" in what for _, what in faults(key, plans))


def test_a_scene_that_tells_the_arm_and_controls_that_lack_are_told_as_advice(key):
    items = tuple(
        item.model_copy(update={"scene": "Elsewhere."}) if item.kind == "no-persona" else item
        for item in key.items
        if item.kind != "catchphrases" and item.task != "pairs"
    )
    changed = key.model_copy(update={"items": items})
    told = [f for f in check(changed, assign(changed)) if not f.fault]
    assert any(f.where == "arm no-persona" and "tells it" in f.what for f in told)


def test_a_text_masked_by_hand_mends_it(key):
    bare = unmasking_everywhere(key, "Bo Quintero")
    again = masking_everywhere(bare, "bo quintero", "[name]")
    assert not faults(again.model_copy(update={"masks_checked_by": "me"}))
