"""`yalta persona audition`, in a pipe and on terminals of several widths."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from chat_server import ChatServer, Reply
from click.testing import CliRunner
from terminals import on_terminal

from debate.cli import yalta
from debate.columns import cells
from debate.kept_answers import kept_answers
from debate.library import load_persona, persona_files
from debate.seating import card_hash


def answer(body):
    other = "drafted" in body["messages"][0]["content"]
    return Reply(["I think of ", "山, slowly." if other else "rivers. " * 12])


@pytest.fixture
def server():
    with ChatServer(answer) as running:
        yield running


@pytest.fixture
def draft(tmp_path):
    data = yaml.safe_load(persona_files()["altman"].read_text())
    path = tmp_path / "drafts" / "altman.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump({**data, "summary": "A drafted man."}))
    return path


def audition(*words):
    done = CliRunner().invoke(yalta, ["persona", "audition", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.output


def test_every_question_is_put_and_counted_at_the_end(server):
    said = audition("altman", "--model", server.model)
    assert said.count("I think of rivers.") == 8
    assert "请用中文回答" in said
    assert "not statements of the real person" in said
    head, _, counts = said.partition("Counts, not scores\n")
    assert "preferred words" not in head
    assert "“I think” 8" in counts
    assert len(kept_answers("altman").answers) == 8


def test_one_question_and_a_file_of_questions(server, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("schema: yalta/probes/1\nprobes:\n  - {id: a, question: Where to?}\n")
    said = audition("altman", "--model", server.model, "--probes", own, "--ask", "And then?")
    assert said.index("Where to?") < said.index("And then?")
    assert said.count("I think of rivers.") == 2


def test_two_versions_one_under_the_other_in_a_pipe(server, draft):
    said = audition("altman", draft, "--model", server.model, "--ask", "Where to?")
    hashes = [card_hash(load_persona(each))[:12] for each in ("altman", draft)]
    assert said.index(hashes[0]) < said.index(hashes[1])
    assert said.index("rivers.") < said.index("山, slowly.")
    assert len(kept_answers("altman").cards) == 2


@pytest.mark.parametrize("columns", [120, 80])
def test_two_stand_side_by_side_on_a_wide_terminal(server, draft, columns):
    command = ["persona", "audition", "altman", draft, "-m", server.model, "--ask", "Where to?"]
    text = on_terminal(columns, *command)
    rows = [line for line in text.splitlines() if " │ " in line]
    assert any("rivers." in row and "山, slowly." in row for row in rows)
    assert all(cells(line) <= columns for line in text.splitlines())
    assert "Counts, not scores" in text


def test_two_stand_one_under_the_other_on_a_narrow_terminal(server, draft):
    command = ["persona", "audition", "altman", draft, "-m", server.model, "--ask", "Where to?"]
    text = on_terminal(60, *command)
    assert " │ " not in text
    assert all(cells(line) <= 60 for line in text.splitlines())
    assert text.index("rivers.") < text.index("山, slowly.")


def test_two_models_of_one_card(server):
    with ChatServer(Reply(["Otherwise."])) as second:
        models = ("--model", server.model, "--model", second.model)
        said = audition("altman", *models, "--ask", "Where to?")
    assert said.index("rivers.") < said.index("Otherwise.")


def test_what_differs_in_two_things_is_refused(server, draft):
    command = ["persona", "audition", "altman", str(draft), "-m", "local", "-m", "me"]
    done = subprocess.run(
        [sys.executable, "-m", "debate", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "two versions or two models" in done.stderr


def test_a_scene(server):
    said = audition("altman", "--model", server.model, "--scene", "--ask", "Talk helps.")
    assert said.count("\nSam Altman\n") == 3
    assert said.count("\nYang Zhilin\n") == 3
    assert "Talk helps." in said
    assert "replies" in said.partition("Counts, not scores")[2]
    assert [a.probe for a in kept_answers("altman").answers] == ["scene-1", "scene-2", "scene-3"]
    said = audition("altman", "-m", server.model, "--scene", "--with", "liang")
    assert said.count("\nLiang Wenfeng\n") == 3


def test_a_scene_side_by_side(server, draft):
    text = on_terminal(120, "persona", "audition", "altman", draft, "-m", server.model, "--scene")
    rows = [line for line in text.splitlines() if "│" in line]
    assert any("rivers." in row and "山, slowly." in row for row in rows)
    assert sum(row.count("Yang Zhilin") for row in rows) == 6


def test_answers_as_json(server, draft):
    lines = audition("altman", draft, "-m", server.model, "--ask", "So?", "--json").splitlines()
    found = [json.loads(line) for line in lines]
    assert [line["type"] for line in found] == ["answer", "answer", "counts", "counts"]
    assert found[0]["card"] == found[2]["card"] == card_hash(load_persona("altman"))
    assert found[2]["prefers"]["I think"] == 1


def test_what_was_kept_is_shown_by_version(server, draft):
    assert "has not been heard yet" in audition("altman", "--kept")
    audition("altman", draft, "-m", server.model, "--ask", "Where to?")
    said = audition("altman", "--kept")
    assert said.count("Where to?") == 2
    assert said.count("Counts, not scores") == 2
    assert card_hash(load_persona(draft))[:12] in said
    found = [json.loads(line) for line in audition("altman", "--kept", "--json").splitlines()]
    assert [line["type"] for line in found] == ["answer", "answer", "counts", "counts"]


def test_what_steers_a_terminal_does_not(tmp_path):
    with ChatServer(Reply(["\x1b]0;x\x07Hello \u202etxt"])) as hostile:
        said = audition("altman", "-m", hostile.model, "--ask", "\x1b[31mSo\u202e?")
    assert not set("\x1b\u202e") & set(said)


def test_an_answer_that_cannot_be_had_is_told_and_the_others_are_put(tmp_path):
    replies = iter([["One."], [""], [""], *([["More."]] * 6)])
    with ChatServer(lambda body: Reply(next(replies))) as server:
        command = ["persona", "audition", "altman", "-m", server.model]
        done = CliRunner().invoke(yalta, command)
    assert done.exit_code == 1
    assert done.output.count("[no answer:") == 1
    assert done.output.count("More.") == 6


def test_a_server_that_is_not_there_is_one_error():
    command = ["persona", "audition", "altman", "-m", "openai-compatible@http://127.0.0.1:9/v1#m"]
    done = subprocess.run(
        [sys.executable, "-m", "debate", *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "YALTA_PATIENCE": "0"},
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("yalta: ")
    assert not Path("auditions").exists()
