"""What a scenario file may say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from worlds import scenario

from debate.scenario import Phase, Scenario, VotePlan, Weighted


def changed(**more: Any) -> Scenario:
    """A small scenario with some of its fields replaced."""
    return Scenario.model_validate({**scenario(["ada"]).model_dump(by_alias=True), **more})


def test_a_floor_can_be_written_as_its_name_alone():
    short = scenario(["ada"], [{"kind": "plenary", "floor": "round_robin"}])
    assert short == scenario(["ada"], [{"kind": "plenary", "floor": {"rule": "round_robin"}}])
    assert short.phases[0].floor.order == "fixed"


def test_words_from_and_to_may_be_equal_but_not_crossed():
    words = scenario(["ada"], [{"kind": "closing", "words": {"from": 5, "to": 5}}]).phases[0].words
    assert (words.from_, words.to) == (5, 5)
    with pytest.raises(ValidationError, match=r"'from' \(6\) is more than 'to' \(5\)"):
        scenario(["ada"], [{"kind": "closing", "words": {"from": 6, "to": 5}}])


@pytest.mark.parametrize("kind", ["opening", "closing"])
def test_only_a_plenary_has_rounds(kind):
    assert scenario(["ada"], [{"kind": "plenary", "rounds": 3}]).phases[0].rounds == 3
    with pytest.raises(ValidationError, match=f"a phase of kind '{kind}' has one round"):
        scenario(["ada"], [{"kind": kind, "rounds": 2}])


def test_a_persona_may_sit_twice_under_two_ids():
    seats = [{"persona": "ada"}, {"persona": "ada", "id": "ada-2"}]
    assert len(changed(seats=seats).seats) == 2


FACT = {"id": "F1", "text": "Water is wet.", "source": "A book"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"seats": [{"persona": "ada"}, {"persona": "ada"}]}, "two seats have the id 'ada'"),
        (
            {"seats": [{"persona": "ada"}, {"persona": "bo", "id": "ada"}]},
            "two seats have the id 'ada'",
        ),
        ({"facts": [FACT, FACT]}, "two facts have the id 'F1'"),
        ({"seats": []}, "seats"),
        ({"seats": [{"persona": f"p{n}"} for n in range(1001)]}, "seats"),
        ({"facts": [{**FACT, "id": "1"}]}, "facts"),
        ({"ends": {"turns": 0}}, "turns"),
        ({"ends": {"seconds": 0}}, "seconds"),
        ({"ends": {"seconds": float("inf")}}, "finite"),
        ({"ends": {"cost": "nan"}}, "cost"),
        ({"failures": {"retries": 11}}, "retries"),
        ({"failures": {"endpoint": "ignore"}}, "endpoint"),
        ({"title": "Small\nlarge"}, "expected one line"),
    ],
)
def test_what_cannot_be_held_is_refused(more: dict[str, Any], message: str):
    with pytest.raises(ValidationError, match=message):
        changed(**more)


def test_two_phases_with_one_id_are_refused():
    phases = [{"kind": "opening", "id": "talk"}, {"kind": "closing", "id": "talk"}]
    with pytest.raises(ValidationError, match="two phases have the id 'talk'"):
        scenario(["ada"], phases)


@pytest.mark.parametrize(
    ("kind", "floor"),
    [("seance", "round_robin"), ("plenary", "auction"), ("plenary", {"order": "alphabetic"})],
)
def test_a_kind_of_talk_that_is_not_known_is_refused(kind, floor):
    with pytest.raises(ValidationError):
        scenario(["ada"], [{"kind": kind, "floor": floor}])


def test_a_scenario_survives_being_written_and_read_again():
    one = scenario(["ada", "bo"], facts=[FACT], ends={"turns": 3, "cost": 0.5})
    assert Scenario.model_validate_json(one.model_dump_json(by_alias=True)) == one


@pytest.mark.parametrize("model", [Phase, VotePlan, Weighted])
def test_the_examples_that_faults_are_told_with_can_be_written(model):
    told = [(name, e) for name, f in model.model_fields.items() for e in f.examples or ()]
    assert told
    kinds = {"pairs": "cross", "rooms": "caucus", "vote": "vote"}
    words = {"id": "talk", "title": "Talk", "instructions": "Talk."}
    for name, example in told:
        usual = {"rule": "weighted"} if model is Weighted else {}
        if model is Phase:
            usual = {**words, "kind": kinds.get(name, "plenary")}
        model.model_validate({**usual, name: example})
