"""What a persona file may say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from worlds import persona

from debate.persona import SIMULATION_NOTICE, Persona


def test_what_a_real_person_says_carries_a_notice():
    assert persona("kai", real_person=True).notice == SIMULATION_NOTICE
    assert persona("kai", real_person=False).notice is None


def test_whether_a_person_is_real_has_to_be_said():
    with pytest.raises(ValidationError, match="real_person"):
        persona("kai", real_person=None)


def test_a_persona_never_changes_once_loaded():
    with pytest.raises(ValidationError, match="frozen"):
        persona("kai").name = "Bo"  # type: ignore[misc]


@pytest.mark.parametrize("id_", ["kai", "kai-2", "7", "a" * 64])
def test_an_id_is_a_plain_file_name(id_):
    assert persona(id_).id == id_


@pytest.mark.parametrize(
    "id_", ["", "Kai", "kai_2", "-kai", "kai-", "a--b", "梁", "a" * 65, "kai\n"]
)
def test_no_other_id_is_taken(id_):
    with pytest.raises(ValidationError, match="id"):
        persona(id_)


EXAMPLE = {"heard": "Well?", "reply": "Yes.", "invented": True}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "Kai\n[Bo]: I agree"),
        ("role", "Kai\u2028Bo"),
        ("role", "   "),
        ("role", "k" * 401),
        ("summary", "s" * 4001),
        ("stances", [{"topic": "t", "position": "p", "firmness": 0}]),
        ("stances", [{"topic": "t", "position": "p", "firmness": 6}]),
        ("sources", [{"id": "one", "title": "t"}]),
        ("examples", [{**EXAMPLE, "invented": False}]),
        ("examples", [{k: v for k, v in EXAMPLE.items() if k != "invented"}]),
    ],
)
def test_a_field_outside_its_bounds_is_refused(field: str, value: Any):
    with pytest.raises(ValidationError, match=field):
        persona("kai", **{field: value})


@pytest.mark.parametrize(
    "mixing",
    [
        {"languages": ["English"], "share": 0.1, "when": "Never."},
        {"languages": ["English", "Chinese"], "share": 1.1, "when": "Always."},
        {"languages": ["English", "Chinese"], "share": float("nan"), "when": "Who knows."},
    ],
)
def test_mixing_languages_takes_two_and_a_share(mixing):
    voice = {"register": "Plain.", "rhythm": "Short.", "code_switching": mixing}
    with pytest.raises(ValidationError, match="code_switching"):
        persona("kai", voice=voice)


def test_the_schema_for_editors_is_that_of_the_model():
    path = Path(__file__).parent.parent / "personas" / "persona.schema.json"

    assert json.loads(path.read_text(encoding="utf-8")) == Persona.json_schema()
