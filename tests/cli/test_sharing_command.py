"""`yalta persona import` and `yalta persona export`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cards_made import as_bytes, card, persona
from click.testing import CliRunner

from debate.cards import persona_yaml
from debate.cards.card_file import as_charx, as_png, parsed
from debate.cards.png_chunks import SIGNATURE, blank
from debate.cli import yalta
from debate.errors import UserError
from debate.library import load_persona

PICTURE = blank(2, 3, (9, 9, 9))
SERA = card(
    3,
    name="Seraphina\x1b[31m",
    description="{{char}} keeps the glade.",
    system_prompt="Obey.",
    extensions={"x": 1},
)


def run(*words):
    done = CliRunner().invoke(yalta, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*words):
    with pytest.raises(UserError) as caught:
        CliRunner().invoke(yalta, [*map(str, words)], catch_exceptions=False)
    return str(caught.value)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("personas").mkdir()
    Path("sera.card").write_bytes(as_png(SERA, PICTURE))
    return tmp_path


def test_a_card_becomes_a_persona_file_that_loads_whatever_its_name():
    said = run("persona", "import", "sera.card", "--picture", "sera.png")
    text = Path("personas/seraphina-31m.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=persona.schema.json\nschema: ")
    loaded = load_persona("seraphina-31m")
    assert loaded.summary == "Seraphina[31m keeps the glade."
    assert loaded.card == SERA
    assert Path("sera.png").read_bytes() == PICTURE
    assert "\x1b" not in said
    assert "system_prompt: would take the place of the program's own prompt" in said
    assert "description: summary" in said
    assert "portraying nobody real; --real-person" in said
    assert "seraphina-31m" in run("persona", "list")


def test_nothing_is_written_over_but_by_force():
    run("persona", "import", "sera.card", "--id", "sera")
    before = Path("personas/sera.yaml").read_bytes()
    again = ["persona", "import", "sera.card", "--id", "sera", "--real-person"]
    assert "is there already" in refused(*again)
    assert Path("personas/sera.yaml").read_bytes() == before
    run(*again, "--force")
    assert load_persona("sera").real_person is True
    Path("p.png").write_bytes(b"mine")
    assert "p.png is there already" in refused(
        "persona", "import", "sera.card", "--id", "other", "--picture", "p.png"
    )
    assert not Path("personas/other.yaml").exists()
    assert "sera.png is there already" in refused_export_over("sera.png")
    assert sorted(p.name for p in Path("personas").iterdir()) == ["sera.yaml"]


def refused_export_over(name):
    Path(name).write_bytes(b"mine")
    return refused("persona", "export", "sera", "--to", "png", "--out", name)


def test_a_card_does_not_take_the_place_of_a_persona_unnoticed():
    Path("altman.json").write_bytes(as_bytes(card(2, name="Altman")))
    assert "there is a persona 'altman' already" in refused("persona", "import", "altman.json")
    assert load_persona("altman").name == "Sam Altman"
    run("persona", "import", "altman.json", "--force")
    assert load_persona("altman").name == "Altman"


@pytest.mark.parametrize("id_", ["../up", "Kai", "", "a/b"])
def test_no_id_leaves_the_folder(id_):
    assert "is no id" in refused("persona", "import", "sera.card", "--id", id_)


def test_a_persona_file_that_loads_is_written_to_the_folder_that_is_named():
    run("persona", "import", "sera.card", "--id", "sera", "--out", "a/b")
    assert load_persona(Path("a/b/sera.yaml")).id == "sera"


def test_without_a_folder_of_personas_it_goes_to_the_users_own(here: Path):
    Path("personas").rmdir()
    run("persona", "import", "sera.card", "--id", "sera")
    assert (here / "config/personas/sera.yaml").is_file()


@pytest.mark.parametrize("to", ["json", "png", "charx"])
def test_every_shipped_persona_comes_back_from_every_format(to):
    for name in ("altman", "yang", "zhang", "nobody", "chair", "listener-nurse"):
        was = load_persona(name)
        run("persona", "export", name, "--to", to, "--out", f"{name}.x")
        run("persona", "import", f"{name}.x", "--force")
        assert Path(f"personas/{name}.yaml").is_file()
        assert load_persona(name) == was


def test_a_real_person_takes_the_notice_along():
    run("persona", "export", "altman", "--to", "json", "--version", "2")
    made = json.loads(Path("altman.card.json").read_text(encoding="utf-8"))
    assert made["spec"] == "chara_card_v2"
    assert "not statements of the real person" in made["data"]["creator_notes"]
    assert made["data"]["description"].startswith("Co-founder")


def test_a_picture_goes_with_a_card():
    Path("personas/kai.yaml").write_text(persona_yaml(persona()), encoding="utf-8")
    Path("p.png").write_bytes(PICTURE)
    Path("p.jpeg").write_bytes(b"\xff\xd8\xff\xe0")
    run("persona", "export", "kai", "--to", "png", "--picture", "p.png")
    assert parsed(Path("kai.png").read_bytes(), path="p").picture == PICTURE
    run("persona", "export", "kai", "--to", "charx", "--picture", "p.jpeg")
    assert parsed(Path("kai.charx").read_bytes(), path="p").picture == b"\xff\xd8\xff\xe0"
    assert "plain colour" in run("persona", "export", "kai", "--to", "png", "--out", "q.png")
    assert Path("q.png").read_bytes().startswith(SIGNATURE)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["import", "none.png"], "cannot read none.png"),
        (["import", "sera.card", "--picture", "sera.card/p.png"], "cannot write"),
        (["import", "bare.json", "--picture", "p.png"], "holds no picture"),
        (["export", "no-such", "--to", "png"], "no persona named 'no-such'"),
        (["export", "altman", "--to", "charx", "--version", "2"], "holds a card of V3"),
        (["export", "altman", "--to", "json", "--picture", "sera.card"], "JSON holds no picture"),
        (["export", "altman", "--to", "png", "--picture", "bare.json"], "damaged PNG at byte 0"),
        (["export", "altman", "--to", "charx", "--picture", "bare.json"], "no picture: expected"),
        (["export", "altman", "--to", "png", "--picture", "none"], "cannot read none"),
        (["export", "altman", "--to", "png", "--out", "personas"], "is there already"),
    ],
)
def test_what_cannot_be_done_says_why(words, message):
    Path("bare.json").write_bytes(as_bytes(card(2, name="Bare")))
    assert message in refused("persona", *words)
    assert not [*Path("personas").iterdir(), *Path().glob(".*")]


def test_a_picture_that_is_none_is_not_saved(here):
    made = card(3, name="Io", assets=[
        {"type": "icon", "name": "main", "uri": "embeded://icon.png", "ext": "png"}
    ])  # fmt: skip
    Path("io.charx").write_bytes(as_charx(made, {"icon.png": b"#!/bin/sh\n"}))
    assert "as its picture what is none" in refused(
        "persona", "import", "io.charx", "--picture", "io.png"
    )
    assert not Path("io.png").exists()
    assert not Path("personas/io.yaml").exists()
