"""What passes between personas and character cards, and back: nothing is lost on the way."""

from __future__ import annotations

from copy import deepcopy

import pytest
from cards_made import NASTY, TEXTS, card, cards, persona, personas
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debate import yaml_file
from debate.cards import export_card, exported, import_card, persona_yaml
from debate.cards.card_file import as_charx, as_json, as_png, parsed
from debate.cards.png_chunks import blank
from debate.persona import Persona

FORMATS = st.sampled_from([("json", 2), ("json", 3), ("png", 2), ("png", 3), ("charx", 3)])
FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
PICTURE = blank(2, 3, (9, 9, 9))


def there_and_back(card, how):
    match how:
        case "json":
            data = as_json(card)
        case "png":
            data = as_png(card, PICTURE)
        case _:
            data = as_charx(card, {})
    found = parsed(data, path="a file")
    assert found.format == how
    return found.card


@FEW
@given(personas(), FORMATS)
def test_every_persona_comes_back_from_every_file(persona, how):
    data = exported(persona, *how)
    assert import_card(parsed(data, path="a file").card).persona == persona


@FEW
@given(personas(), st.sampled_from(["png", "charx"]))
def test_so_it_does_with_a_picture_and_so_does_the_picture(persona, how):
    found = parsed(exported(persona, how, picture=PICTURE), path="a file")
    assert import_card(found.card).persona == persona
    assert found.picture == PICTURE


@FEW
@given(st.one_of(cards(2), cards(3)), st.sampled_from(["json", "png", "charx"]))
def test_every_card_comes_back_from_a_persona(card, how):
    was = deepcopy(card)
    persona = import_card(there_and_back(card, how)).persona
    assert there_and_back(export_card(persona), how) == was


@FEW
@given(st.one_of(cards(2), cards(3)))
def test_every_card_comes_back_from_a_personas_file(card):
    persona = import_card(card).persona
    loaded = yaml_file.loads(persona_yaml(persona), Persona, path="kai.yaml")
    assert loaded == persona
    assert export_card(loaded) == card


@FEW
@given(personas())
def test_every_persona_comes_back_from_its_file(persona):
    assert yaml_file.loads(persona_yaml(persona), Persona, path="kai.yaml") == persona


@FEW
@given(st.one_of(cards(2), cards(3)), TEXTS.filter(str.strip))
def test_what_a_changed_persona_was_imported_from_comes_back_too(card, summary):
    imported = import_card(card).persona
    changed = Persona.model_validate(
        {**imported.model_dump(by_alias=True), "card": imported.card, "summary": summary}
    )
    for version in (2, 3):
        back = import_card(there_and_back(export_card(changed, version), "json")).persona
        assert back == changed
        assert back.card == card


@pytest.mark.parametrize("text", NASTY)
def test_awkward_texts_survive_everywhere(text):
    made = card(3, name=text, description=text, extensions={text: [text, {text: text}]})
    persona_ = import_card(made).persona
    assert export_card(persona_) == made
    assert yaml_file.loads(persona_yaml(persona_), Persona, path="p") == persona_


# -- other programs


def foreign(persona_, **edits):
    """A card of a persona, after another program had it in its hands."""
    made = export_card(persona_)
    made["data"] |= edits
    made["data"]["extensions"] |= {"talkativeness": "0.5", "depth_prompt": {"depth": 4}}
    return {**made, "fav": False}


WHOLE = persona(
    stances=[{"topic": "Trees", "position": "More of them."}],
    examples=[{"heard": "Why?", "reply": "Because.", "invented": True}],
    red_lines=["Cuts none."],
    author="A. Writer",
)


def test_what_another_program_adds_is_kept_and_goes_back():
    made = foreign(WHOLE)
    back = import_card(made).persona
    assert back.seated() == WHOLE
    again = export_card(back)
    assert import_card(again).persona == back
    for each in (again, made):
        del each["data"]["extensions"]["yalta"]  # our own notes, of what was added among others
    assert again == made


def test_a_field_that_another_program_changed_wins_and_the_rest_stays():
    edited = foreign(
        WHOLE, description=export_card(WHOLE)["data"]["description"].replace("A d", "The d")
    )
    done = import_card(edited)
    assert done.persona.summary == "The delegate."
    assert done.persona.stances == WHOLE.stances
    assert done.persona.examples == WHOLE.examples
    assert ("description", "was changed by another program, and wins") in [
        (f.part, f.message) for f in done.findings
    ]
    assert import_card(export_card(done.persona)).persona == done.persona


def test_a_field_that_was_written_anew_says_what_to_look_for():
    done = import_card(foreign(WHOLE, description="Nothing like it.", name="Kai Two"))
    assert (done.persona.summary, done.persona.name) == ("Nothing like it.", "Kai Two")
    assert any("stands twice" in f.message for f in done.findings)


def test_examples_that_another_program_changed_win():
    said = "<START>\n{{user}}: And now?\n{{char}}: Now, {{user}}, we plant."
    examples = import_card(foreign(WHOLE, mes_example=said)).persona.examples
    assert [(e.heard, e.reply) for e in examples] == [("And now?", "Now, the other, we plant.")]


def test_a_field_that_was_emptied_does_not_empty_the_persona():
    assert import_card(foreign(WHOLE, description="", name=" ")).persona.seated() == WHOLE


def test_a_persona_within_a_card_that_cannot_be_read_is_told_and_kept():
    made = card(2, name="Kai", description="Tall.", extensions={"yalta": {"format": "other"}})
    done = import_card(made)
    assert done.persona.summary == "Tall."
    assert any(
        f.part == "extensions.yalta" and "cannot be read" in f.message for f in done.findings
    )
    assert export_card(done.persona) == made
    changed = done.persona.model_copy(update={"summary": "Small."})
    assert import_card(export_card(changed)).persona == changed


@pytest.mark.parametrize("said", [True, False])
def test_in_doubt_a_real_person_is_one(said):
    carried = {"format": "other", "persona": {"real_person": said}}
    made = card(2, name="Kai", extensions={"yalta": carried})
    assert import_card(made).persona.real_person is said
    assert import_card(made, real_person=False).persona.real_person is False


def test_a_picture_of_an_archive_goes_back_to_where_it_was():
    asset = {"type": "icon", "name": "main", "uri": "embeded://assets/mine.png", "ext": "png"}
    persona_ = import_card(card(3, name="Kai", assets=[asset])).persona
    data = exported(persona_, "charx", picture=PICTURE)
    assert parsed(data, path="a file").card == persona_.card
    trap = {**asset, "uri": "embeded://assets/../../etc/passwd"}
    persona_ = import_card(card(3, name="Kai", assets=[trap])).persona
    assert b"assets/icon/images/main.png" in exported(persona_, "charx", picture=PICTURE)
