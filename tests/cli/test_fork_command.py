"""`yalta fork`, and how forks are drawn in the library."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from people import go_on, hold

from debate.cli import main, yalta
from debate.events import NotePassed, PersonaChanged, RuleAdded, SeatChanged
from debate.library import load_persona, persona_files
from debate.state import fold
from debate.transcript import read
from debate.verify import verify


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    return asyncio.run(hold(tmp_path_factory.mktemp("held") / "talk.jsonl"))


@pytest.fixture
def parent(talk, tmp_path):
    folder = tmp_path / "transcripts"
    folder.mkdir()
    return Path(shutil.copy(talk, folder))


def run(*words):
    done = CliRunner().invoke(yalta, [*map(str, words)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_what_is_to_be_otherwise_is_told_in_the_new_transcript(parent, tmp_path):
    card = persona_files()["yang"].read_text().replace("role: ", 'role: "Guest, once "  # ', 1)
    mine = tmp_path / "yang-as-guest.yaml"
    mine.write_text(card)
    path = tmp_path / "f.jsonl"
    out = run(
        *("fork", parent, "--at", 30, "-o", path, "--seed", 7, "--persona", mine),
        *("--seat", "amodei=me", "--rule", "Be brief.", "--note", "Time presses."),
        *("--note", "yang=Sit down.", "--note", " x=1 is a fact."),
    )
    assert out == f"{path}\n"
    events = read(path)[31:]
    assert events[0].seed == 7
    assert [e.persona.role for e in events if isinstance(e, PersonaChanged)] == ["Guest, once"]
    assert [(e.seat, e.profile.model) for e in events if isinstance(e, SeatChanged)] == [
        ("amodei", "me")
    ]
    assert [e.text for e in events if isinstance(e, RuleAdded)] == ["Be brief."]
    assert [(e.to, e.text) for e in events if isinstance(e, NotePassed)] == [
        (None, "Time presses."),
        ("yang", "Sit down."),
        (None, "x=1 is a fact."),
    ]
    asyncio.run(go_on(path))
    assert verify(path).good
    told = run("show", path)
    assert f"the card of {load_persona('yang').name} reads otherwise" in told
    assert "one more rule of the house: Be brief." in told


def test_one_model_speaks_for_all_who_are_not_named(parent, tmp_path, monkeypatch):
    monkeypatch.setenv("MOONSHOT_API_KEY", "sk-test")
    run("fork", parent, "-o", tmp_path / "f.jsonl", "--model", "me", "--seat", "yang=kimi-k2.6")
    models = {seat: p.model for seat, p in fold(read(tmp_path / "f.jsonl")).profiles.items()}
    assert models == {**dict.fromkeys(models, "me"), "yang": "kimi-k2.6"}
    assert len(models) > 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--at", "9999"], "no line with seq 9999"),
        (["--at", "4", "--turn", "1"], "not both"),
        (["--note", "yangg=hm"], "to tell all, begin with a space"),
        (["--seat", "yang"], "SEAT=MODEL"),
        (["--seat", "yang=kimmi-k2.6"], "did you mean 'kimi-k2.6'"),
        (["--persona", "altmann"], "did you mean 'altman'"),
        (["--persona", "no/such.yaml"], "cannot read"),
        (["--persona", "hassabis"], "no persona at the table"),
    ],
)
def test_a_mistake_makes_no_file(parent, tmp_path, capsys, words, says):
    with pytest.raises(SystemExit) as left:
        main(["fork", str(parent), "-o", str(tmp_path / "f.jsonl"), *words])
    assert left.value.code == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "f.jsonl").exists()


def test_forks_from_any_line_are_drawn_beneath_what_they_were_forked_from(parent, monkeypatch):
    folder = parent.parent
    monkeypatch.chdir(folder.parent)
    events = read(parent)
    during = next(n for n, e in enumerate(events) if e.type == "ask.opened")
    turns = sum(e.type == "turn.closed" for e in events[:during])
    run("fork", parent, "--at", during, "-o", folder / "b-during.jsonl")
    run("fork", folder / "b-during.jsonl", "--at", during + 1, "-o", folder / "c-again.jsonl")
    run("fork", parent, "--at", 0, "-o", folder / "a-first.jsonl")
    rows = [re.split(r" {2,}(?=\S)", line.strip()) for line in run("library", "tree").splitlines()]
    assert [(row[0], row[-1]) for row in rows[1:]] == [
        ("talk", "Every kind of talk"),
        ("├─ a-first", "forked at its opening"),
        ("└─ b-during", f"forked after turn {turns}"),
        ("└─ c-again", f"forked after turn {turns}"),
    ]
    assert fold(read(folder / "b-during.jsonl")).last_ask >= 1
