"""Where things are found, and what ships."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from test_cast import CAST, REAL

from debate.errors import LoadError, TranscriptError, UnknownName, UserError
from debate.library import (
    begin_transcript,
    find_transcript,
    load_persona,
    load_scenario,
    new_transcript_path,
    persona_files,
    scenario_files,
    transcripts_folder,
)

LISTENERS = ("listener-nurse", "listener-teacher", "listener-trader")
PERSONAS = tuple(sorted((*CAST, "chair", *LISTENERS)))
SCENARIOS = tuple(scenario_files())


def write_persona(folder: Path, id_: str, name: str, file: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (file or f"{id_}.yaml")
    path.write_text(
        f"schema: yalta/persona/1\nid: {id_}\nname: {name}\nrole: Delegate\nreal_person: false\n"
        "summary: Made up.\nvoice: {register: Plain., rhythm: Short.}\n"
    )
    return path


def write_scenario(folder: Path, id_: str, persona: str = "yang") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{id_}.yaml"
    path.write_text(
        f"schema: yalta/scenario/1\nid: {id_}\ntitle: Mine\nmotion: M\nbackground: B\n"
        f"seats: [{{persona: '{persona}'}}]\n"
        "phases: [{id: p, kind: closing, title: P, instructions: I}]\n"
    )
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of the test's own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


# Names


def test_the_working_folder_wins_over_the_users_which_wins_over_what_ships(here, tmp_path):
    assert load_persona("yang").name == "Yang Zhilin"
    write_persona(tmp_path / "config" / "personas", "yang", "The User's Yang")
    assert load_persona("yang").name == "The User's Yang"
    write_persona(here / "personas", "yang", "Yang of This Folder")
    assert load_persona("yang").name == "Yang of This Folder"

    assert load_scenario("yalta").title != "Mine"
    write_scenario(tmp_path / "config" / "scenarios", "yalta")
    assert load_scenario("yalta").title == "Mine"


def test_what_a_user_adds_is_listed_beside_what_ships(here, tmp_path):
    write_persona(tmp_path / "config" / "personas", "kai", "Kai")
    (tmp_path / "config" / "personas" / "notes.txt").write_text("no persona")
    write_scenario(here / "scenarios", "mine")
    assert set(persona_files()) == {*PERSONAS, "kai"}
    assert set(scenario_files()) == {*SCENARIOS, "mine"}


def test_a_file_can_be_named_by_its_path(here):
    path = write_persona(here / "elsewhere", "kai", "Kai")
    assert load_persona(path).name == "Kai"
    assert load_persona("elsewhere/kai.yaml").name == "Kai"


@pytest.mark.parametrize(
    ("wrong", "right"), [("ynag", "yang"), ("Altman", "altman"), ("zuckerburg", "zuckerberg")]
)
def test_an_unknown_persona_offers_the_nearest(here, wrong, right):
    with pytest.raises(UnknownName, match=f"no persona named {wrong!r}; did you mean {right!r}"):
        load_persona(wrong)


def test_an_unknown_name_that_is_like_none_lists_them_all(here):
    with pytest.raises(UnknownName) as caught:
        load_persona("qqq")
    assert "did you mean" not in str(caught.value)
    assert ", ".join(PERSONAS) in str(caught.value)
    with pytest.raises(UnknownName, match="no scenario named 'yalte'; did you mean 'yalta'"):
        load_scenario("yalte")


@pytest.mark.parametrize("name", ["", ".", "..", "~", "*", "yang\n", "%2e%2e"])
def test_an_odd_name_is_unknown(here, name):
    with pytest.raises(UnknownName):
        load_persona(name)


@pytest.mark.parametrize(
    "name", ["../kai", "/etc/passwd", "..", "a/b", "a\\b", "Kai", "kai.yaml", "C:kai", "-", "kai "]
)
def test_the_personas_a_scenario_names_cannot_leave_their_folders(here, name):
    write_persona(here, "kai", "Kai")
    path = write_scenario(here / "scenarios", "mine", persona=name)
    with pytest.raises(LoadError, match=r"mine\.yaml:6:\d+: seats\[0\]\.persona: .*form"):
        load_scenario(path)


def test_an_id_that_is_not_the_files_name_is_an_error(here):
    path = write_persona(here / "personas", "kai", "Kai", file="bo.yaml")
    for name in ("bo", path):
        with pytest.raises(
            LoadError, match=r":2:5: id: the id is 'kai', but the file is named 'bo\.yaml'"
        ):
            load_persona(name)
    with pytest.raises(UnknownName):
        load_persona("kai")


# What ships


def test_the_cast_ships():
    assert set(persona_files()) == set(PERSONAS)
    assert "yalta" in SCENARIOS


@pytest.mark.parametrize("name", PERSONAS)
def test_a_shipped_persona_follows_the_house(name):
    card = load_persona(name)

    assert card.real_person == (name in REAL)
    assert (card.notice is not None) == card.real_person
    known = {source.id for source in card.sources}
    assert len(known) == len(card.sources), "two sources have one id"
    if card.real_person:
        assert known, "a real person's card rests on public sources"
        assert all(stance.source in known for stance in card.stances)
    assert {stance.source for stance in card.stances} - {None} <= known
    if name == "nobody":
        return  # has nothing to follow it with
    assert card.stances
    assert card.goals.private
    assert card.red_lines
    assert len(card.examples) >= 2, "a prompt shows two"
    assert all(example.invented for example in card.examples)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_shipped_scenario_can_be_seated(name):
    scenario = load_scenario(name)
    for seat in scenario.seats:
        load_persona(seat.persona)
    cited = set(re.findall(r"\[(F\d+)\]", " ".join(scenario.rules)))
    assert cited <= {fact.id for fact in scenario.facts}


# The claim under test is that a compromise emerges. Nothing that ships may hand it to a model.
SCRIPTED = re.compile(
    r"\b(tier(s|ed|ing)?|stage[sd]?|staging|phased|graduated|gradual(ly)?|step[- ]by[- ]step"
    r"|compromis(e|es|ed|ing)|middle (ground|way|path)|half[- ]?way|bridg(e|es|ing)|third way"
    r"|capability (level|threshold)s?|threshold(s|ed)?|conditional(ly)?|meet in the middle)\b"
    r"|分级|分层|分阶段|折中|妥协",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "text", ["a tiered release", "Compromise!", "in stages, staged", "分级开源"]
)
def test_the_list_of_scripted_words_finds_them(text):
    assert SCRIPTED.search(text)


@pytest.mark.parametrize("name", [*PERSONAS, *SCENARIOS])
def test_nothing_that_ships_scripts_a_compromise(name):
    shipped = load_persona(name) if name in PERSONAS else load_scenario(name)
    data = shipped.model_dump(mode="json", exclude={"sources": True})
    for fact in data.get("facts", ()):
        del fact["source"]  # titles of papers are what they are
    assert not SCRIPTED.search(json.dumps(data, ensure_ascii=False))


# Transcripts


def test_runs_are_saved_where_the_environment_says(here, tmp_path):
    assert transcripts_folder() == tmp_path / "transcripts"


def test_else_in_the_working_folder_if_it_has_a_place_for_them(here, monkeypatch):
    monkeypatch.delenv("YALTA_TRANSCRIPTS")
    monkeypatch.setenv("XDG_DATA_HOME", str(here / "data"))
    assert here not in (Path.cwd() / transcripts_folder()).parents[:1]
    (here / "transcripts").mkdir()
    assert Path.cwd() / transcripts_folder() == here / "transcripts"


def test_a_new_transcript_is_named_for_its_time_and_scenario(here, tmp_path):
    path = new_transcript_path("yalta")
    assert path.parent == tmp_path / "transcripts"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d{6}_yalta\.jsonl", path.name)
    assert not path.exists()


def test_a_new_transcript_goes_where_it_is_asked_to(here):
    assert new_transcript_path("yalta", here / "one.jsonl") == here / "one.jsonl"
    assert new_transcript_path("yalta", here / "runs").parent == here / "runs"


def test_a_new_transcript_takes_no_name_that_is_taken(here):
    taken = set()
    for _ in range(5):
        path = new_transcript_path("yalta", here)
        assert path not in taken
        path.touch()
        taken.add(path)


def test_a_transcript_is_found_by_path_or_by_name(here, tmp_path):
    saved = tmp_path / "transcripts" / "one.jsonl"
    saved.parent.mkdir()
    saved.touch()
    (here / "two.jsonl").touch()
    assert find_transcript(saved) == saved
    assert find_transcript("one") == saved
    assert find_transcript("one.jsonl") == saved
    assert find_transcript("two.jsonl") == Path("two.jsonl")
    with pytest.raises(UserError, match="no transcript at three") as caught:
        find_transcript("three")
    assert str(saved.parent) in str(caught.value)


def test_many_that_begin_at_once_have_each_a_name_of_their_own(tmp_path):
    def begin(_):
        with begin_transcript("small", tmp_path) as transcript:
            return transcript.path

    with ThreadPoolExecutor(12) as pool:
        paths = list(pool.map(begin, range(60)))
    assert len(set(paths)) == 60
    named = tmp_path / "mine.jsonl"
    with begin_transcript("small", named), pytest.raises(TranscriptError):
        begin_transcript("small", named)
