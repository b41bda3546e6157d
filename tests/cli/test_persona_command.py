"""`yalta persona`: what authors do with their files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from debate.cli import yalta
from debate.errors import UserError
from debate.library import load_persona, persona_folders

SHIPPED = persona_folders()[-1]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "personas").mkdir()
    return tmp_path / "personas"


def run(*words: str, said: str | None = None):
    return CliRunner().invoke(yalta, ["persona", *words], input=said, catch_exceptions=True)


def test_one_is_begun_from_words_and_can_be_seated(folder):
    done = run("new", "ada", "--from", "A pilot of the mail.")
    assert done.exit_code == 0, done.output
    assert load_persona("ada").summary == "A pilot of the mail."
    assert load_persona("ada").name == "Ada"
    assert (folder / "persona.schema.json").read_text(encoding="utf-8") == (
        SHIPPED / "persona.schema.json"
    ).read_text(encoding="utf-8")


def test_a_description_comes_from_a_file_or_from_stdin(folder):
    Path("who.txt").write_text("A cook,\nof ships.", encoding="utf-8")
    run("new", "bo", "--from", "who.txt", "--name", "Bo the Cook")
    assert load_persona("bo").summary == "A cook, of ships."
    assert load_persona("bo").name == "Bo the Cook"
    run("new", "cy", "--from", "-", said="A diver.")
    assert load_persona("cy").summary == "A diver."


def test_none_is_written_over(folder):
    run("new", "ada", "--from", "One.")
    before = (folder / "ada.yaml").read_bytes()
    done = run("new", "ada", "--from", "Another.")
    assert isinstance(done.exception, UserError)
    assert (folder / "ada.yaml").read_bytes() == before


@pytest.mark.parametrize("name", ["Ada", "../ada", "a b", "", "-", "a" * 80])
def test_an_id_that_cannot_be_is_refused(folder, name):
    assert run("new", "--from", "X.", "--", name).exit_code != 0
    assert list(folder.glob("*.yaml")) == []


def test_one_is_begun_upon_another(folder):
    assert run("new", "yang-plain", "--extends", "yang").exit_code == 0
    assert load_persona("yang-plain").voice == load_persona("yang").voice
    shown = run("show", "yang-plain", "--resolved").output
    assert "name: Yang Zhilin" in shown
    assert "extends" not in shown


def test_lint_says_where_and_exits_by_what_it_found(folder):
    run("new", "ada", "--from", "A pilot.")
    done = run("lint", "ada")
    assert (done.exit_code, "personas/ada.yaml:" in done.output) == (0, True)
    assert "1 to think over" in done.output
    assert run("lint", "ada", "--strict").exit_code == 1
    (told,) = map(json.loads, run("lint", "ada", "--json").output.splitlines())
    assert told["kind"] == "advice"
    text = (folder / "ada.yaml").read_text(encoding="utf-8")
    (folder / "ada.yaml").write_text(text.replace("register:", "regster:"), encoding="utf-8")
    done = run("lint", "altman", "ada")
    assert done.exit_code == 2
    assert "did you mean 'register'" in done.output


def test_diff_tells_fields_and_exits_with_1(folder):
    run("new", "yang-plain", "--extends", "yang")
    path = folder / "yang-plain.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "role: Climber\n", encoding="utf-8")
    done = run("diff", "yang", "yang-plain")
    assert done.exit_code == 1
    assert done.output.split("\n")[3:] == [
        "role",
        "  - Founder and chief executive",
        "  + Climber",
        "",
    ]
    assert run("diff", "yang", "yang").exit_code == 0


def test_fmt_moves_fields_and_leaves_a_faulty_file_alone(folder):
    run("new", "ada", "--from", "A pilot.")
    path = folder / "ada.yaml"
    text = path.read_text(encoding="utf-8")
    moved = text.replace("id: ada\n", "") + "\n# mine\nid: ada\n"
    path.write_text(moved, encoding="utf-8")
    assert run("fmt", "--check", "ada").exit_code == 1
    assert path.read_text(encoding="utf-8") == moved
    assert run("fmt", "ada").exit_code == 0
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines.index("# mine") < lines.index("id: ada") < lines.index('name: "Ada"')
    assert run("fmt", "--check", "ada").exit_code == 0
    path.write_text("schema: [\n", encoding="utf-8")
    assert run("fmt", "ada").exit_code != 0
    assert path.read_text(encoding="utf-8") == "schema: [\n"
    assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["123", "true", "null", "2024"])
def test_an_id_that_yaml_would_read_as_another_thing_is_one(name):
    done = run("new", name, "--from", "A clock.", "--name", "Clock")
    assert done.exit_code == 0, done.output
    assert load_persona(name).id == name


def test_what_does_not_go_together_is_refused_and_writes_nothing(folder):
    for words, message in (
        (("--extends", "yang", "--from", "x"), "do not go with it"),
        (("--from", "ada-note.txt"), "there is no file ada-note.txt"),
        (("--from", "notes/ada"), "there is no file notes/ada"),
    ):
        done = run("new", "ada", *words)
        assert isinstance(done.exception, UserError)
        assert message in str(done.exception)
    assert not (folder / "ada.yaml").exists()


def test_the_next_steps_name_the_file_where_it_lies_elsewhere():
    said = run("new", "ada", "--from", "A pilot.", "-o", "drafts").output
    assert "persona lint drafts/ada.yaml" in said
    assert run("lint", "drafts/ada.yaml").exit_code == 0


def test_a_file_that_is_not_named_by_its_id_is_a_fault(folder):
    run("new", "ada", "--from", "A pilot.")
    (folder / "ada.yaml").rename(folder / "bo.yaml")
    done = run("lint", "bo")
    assert done.exit_code == 2
    assert "the id is 'ada', but the file is named 'bo.yaml'" in done.output


def test_a_pipe_is_no_file():
    os.mkfifo("pipe.yaml")
    done = run("lint", "pipe.yaml")
    assert "no file but a pipe" in str(done.exception)


def test_lines_end_after_fmt_as_they_did_before(folder):
    run("new", "ada", "--from", "A pilot.")
    path = folder / "ada.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = lines.index("real_person: false")
    mixed = [lines[at], *lines[:at], *lines[at + 1 :]]
    path.write_bytes("".join(f"{line}\r\n" for line in mixed).encode())
    assert "put in order" in run("fmt", "ada").output
    text = path.read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n") > 20
    assert run("fmt", "ada").output.strip() == "in order"
