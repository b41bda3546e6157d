"""Personas that extend another, and files put in order."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from debate import yaml_file
from debate.errors import LoadError, UserError
from debate.library import load_persona, persona_folders, read_persona
from debate.persona import Persona
from debate.persona_diff import differences
from debate.persona_file import as_yaml, laid_over
from debate.persona_new import Beginning, begun, begun_upon
from debate.persona_order import in_order

SHIPPED = persona_folders()[-1]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A working folder with personas of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "personas").mkdir()
    return tmp_path / "personas"


def write(folder: Path, persona_id: str, **fields: object) -> Path:
    path = folder / f"{persona_id}.yaml"
    data = {"schema": "yalta/persona/1", "id": persona_id, **fields}
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def test_one_trait_is_varied(folder):
    write(folder, "yang-plain", extends="yang", voice={"code_switching": None, "avoids": ["我们"]})
    plain, yang = load_persona("yang-plain"), load_persona("yang")
    assert plain.voice.code_switching is None
    assert plain.voice.avoids == ("我们",)
    assert {each.field for each in differences(yang, plain)} == {
        "id",
        "voice.code_switching",
        "voice.avoids",
    }


def test_what_it_extends_may_change_and_chains(folder):
    write(folder, "a", extends="yang", role="Climber")
    write(folder, "b", extends="a.yaml", organisation=None)
    assert (load_persona("b").role, load_persona("b").organisation) == ("Climber", None)
    write(folder, "a", extends="yang", role="Mountain guide")
    assert load_persona("b").role == "Mountain guide"


def test_a_copy_can_extend_the_one_of_its_name(folder):
    write(folder, "yang", extends="yang", role="Climber")
    assert load_persona("yang").role == "Climber"
    assert load_persona("yang").name == "Yang Zhilin"


@pytest.mark.parametrize(
    ("fields", "line", "said"),
    [
        ({"extends": "yagn"}, 3, "no persona 'yagn'"),
        ({"extends": "../yang"}, 3, "expected the id"),
        ({"extends": "/etc/passwd"}, 3, "expected the id"),
        ({"extends": ["yang"]}, 3, "expected the id"),
        ({"extends": "loop-b"}, 3, "in its turn"),
        ({"extends": "yang", "role": 7}, 4, "valid string"),
        ({"extends": "yang", "voice": {"register": None}}, 4, "missing field 'register'"),
        ({"extends": "yang", "voice": {"regster": "x"}}, 5, "did you mean 'register'"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(folder, fields, line, said):
    write(folder, "loop-b", extends="bad")
    path = write(folder, "bad", **fields)
    with pytest.raises(LoadError) as caught:
        load_persona("bad")
    (problem,) = caught.value.problems
    assert said in problem.message
    told = Path(caught.value.path)
    assert (told == Path("personas/bad.yaml") and problem.line == line) or told != path


def test_a_fault_beneath_is_told_in_its_own_file(folder):
    write(folder, "beneath", name="B")
    write(folder, "above", extends="beneath")
    with pytest.raises(LoadError) as caught:
        load_persona("above")
    assert Path(caught.value.path).name == "beneath.yaml"


def test_chains_are_bounded(folder):
    for n in range(12):
        write(folder, f"p{n}", extends=f"p{n + 1}")
    write(folder, "p12", extends="yang")
    with pytest.raises(LoadError, match="upon each other"):
        load_persona("p0")


def test_without_an_id_it_would_pose_as_the_other(folder):
    (folder / "x.yaml").write_text("schema: yalta/persona/1\nextends: yang\n", encoding="utf-8")
    with pytest.raises(LoadError, match="missing field 'id'"):
        load_persona("x")


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_laying_over_is_stable(under, over):
    once = laid_over(under, over)
    assert laid_over(once, over) == once


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_as_yaml_is_the_same_persona(path):
    card = read_persona(path)
    assert yaml_file.loads(as_yaml(card), Persona, path="x") == card


# -- beginning one


@given(st.text(min_size=1).filter(str.strip), st.text(max_size=80), st.lists(st.text(), max_size=3))
def test_what_is_begun_loads_or_says_why(name, said, words):
    known = Beginning("ada", name, summary=said, prefers=tuple(w for w in words if w.strip()))
    try:
        card = yaml_file.loads(begun(known), Persona, path="ada.yaml")
    except (LoadError, UserError):
        return  # characters that no file here may hold
    assert card.name == " ".join(name.split())


def test_what_extends_is_begun_as_well(folder):
    (folder / "bo.yaml").write_text(begun_upon("bo", "yang"), encoding="utf-8")
    assert load_persona("bo").name == "Yang Zhilin"


# -- in order


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_those_that_ship_are_in_order(path):
    text = path.read_text(encoding="utf-8")
    assert in_order(text, path=str(path)) == text


FIELDS = {
    "schema": "schema: yalta/persona/1\n",
    "id": "# which one\nid: ada\n",
    "name": "name: Ada # said aloud\n",
    "role": "\n\nrole: Pilot\n",
    "real_person": "real_person: false\n",
    "summary": "# above\n\n# and below a gap\nsummary: |\n  One.\n  # no comment\n\n  Two.\n",
    "red_lines": "red_lines:\n- a\n# in between\n- b\n",
    "goals": "goals:\n  # of one's own\n  private: [x]\n  public: [y]\n",
    "voice": "voice:\n  rhythm: Short.\n\n  # tone\n  register: >-\n    Dry\n    as sand.\n",
    "examples": "examples:\n  - heard: Why?\n    reply: So.\n    invented: true\n  # last\n",
}


@settings(max_examples=60)
@given(st.permutations(list(FIELDS)), st.sampled_from(["", "# a file\n\n", "---\n"]))
def test_order_changes_no_value_and_loses_no_comment(names, header):
    text = header + "".join(FIELDS[name] for name in names)
    ordered = in_order(text, path="ada.yaml")
    assert yaml_file.compose(ordered, "x")[1] == yaml_file.compose(text, "x")[1]
    assert sorted(ordered.splitlines()) == sorted(text.splitlines())
    assert in_order(ordered, path="ada.yaml") == ordered
    card = yaml_file.loads(ordered, Persona, path="ada.yaml")
    keys = [line.split(":")[0] for line in ordered.splitlines() if line[:1].isalpha()]
    assert keys == [name for name in ["schema", *Persona.model_fields] if name in keys]
    assert card.summary.startswith("One.")
    assert ordered.index("# tone") < ordered.index("register:")
    assert ordered.index("register:") < ordered.index("rhythm:")


@pytest.mark.parametrize("text", ["{schema: yalta/persona/1, id: a}\n", "- a\n", "? a\n: b\n"])
def test_what_cannot_be_moved_is_left_alone(text):
    with pytest.raises(LoadError):
        in_order(text, path="x")
