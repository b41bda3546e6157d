"""Loading one file: what a fault is called, where it is said to be, and what no file can do."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debate.errors import LoadError, Problem, UserError
from debate.persona import Persona
from debate.scenario import Scenario
from debate.yaml_file import MAX_BYTES, MAX_DEPTH, MAX_NODES, load, loads

PERSONA = """\
schema: yalta/persona/1
id: kai
name: Kai
role: Delegate
real_person: false
summary: A delegate.
voice: {register: Plain., rhythm: Short.}
"""
SCENARIO = """\
schema: yalta/scenario/1
id: small
title: Small
motion: Small things matter.
background: Delegates meet.
seats: [{persona: kai}]
phases:
  - id: talk
    kind: plenary
    title: Talk
    instructions: Say what you think.
"""


def problems(text: str, model: type[Persona] | type[Scenario] = Persona) -> list[Problem]:
    with pytest.raises(LoadError) as caught:
        loads(text, model, path="file.yaml")
    return list(caught.value.problems)


def the_problem(text: str, model: type[Persona] | type[Scenario] = Persona) -> Problem:
    [found] = problems(text, model)
    return found


def test_a_message_names_file_line_column_field_and_what_was_expected():
    with pytest.raises(LoadError) as caught:
        loads(
            PERSONA.replace("real_person: false", "real_person: perhaps"), Persona, path="a/b.yaml"
        )

    message = "input should be a valid boolean, unable to interpret input"
    assert str(caught.value) == f"a/b.yaml:5:14: real_person: {message}"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("added", "line", "column", "field", "near"),
    [
        ("summry: x\n", 8, 1, "summry", "summary"),
        ("goals: {pubic: [x]}\n", 8, 9, "goals.pubic", "public"),
        (
            "stances:\n- topic: x\n  position: y\n  firmnes: 2\n",
            11,
            3,
            "stances[0].firmnes",
            "firmness",
        ),
        (
            "sources:\n- {id: S1, title: x}\n- {id: S2, title: y, yaer: 2020}\n",
            *(10, 22, "sources[1].yaer", "year"),
        ),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest_known_one(added, line, column, field, near):
    message = f"unknown field; did you mean {near!r}?"
    assert the_problem(PERSONA + added) == Problem(line, column, field, message)


@pytest.mark.parametrize(
    ("added", "field", "near"),
    [
        ("    words: {from: 1, to: 2, form: 3}\n", "phases[0].words.form", "from"),
        ("    floor: {ordr: fixed}\n", "phases[0].floor.ordr", "order"),
        ("failures: {retry: 1}\n", "failures.retry", "retries"),
    ],
)
def test_so_is_one_deep_within_a_scenario(added, field, near):
    found = the_problem(SCENARIO + added, Scenario)
    assert (found.field, found.message) == (field, f"unknown field; did you mean {near!r}?")


TWO = SCENARIO.replace("{persona: kai}", "{persona: kai}, {persona: lee}")
ROOMS = "expected 'pairs', 'choice', or rooms with their seats"


def in_phase(kind: str, more: str) -> str:
    return TWO.replace("plenary", kind) + f"    {more}\n"


@pytest.mark.parametrize(
    ("kind", "more", "column", "field", "message"),
    [
        (
            *("caucus", "rooms: pair", 12, "rooms"),
            "'pair' is not known: expected 'pairs' or 'choice'; did you mean 'pairs'? "
            "For example rooms: {north: [ada, bo]}",
        ),
        (
            *("caucus", "rooms: [[kai, lee]]", 12, "rooms"),
            f"{ROOMS}, not [['kai', 'lee']]; for example rooms: {{north: [ada, bo]}}",
        ),
        (
            *("caucus", "rooms:", 11, "rooms"),
            f"{ROOMS}, not nothing; for example rooms: {{north: [ada, bo]}}",
        ),
        (
            *("caucus", "rooms: {north: kai}", 20, "rooms.north"),
            "expected a list, not 'kai'; for example rooms: {north: [ada, bo]}",
        ),
        (
            *("caucus", "rooms: {word: [kai, [lee]]}", 25, "rooms.word[1]"),
            "input should be a valid string; for example rooms: {north: [ada, bo]}",
        ),
        (
            *("vote", "vote: {weights: {Kai X: 3}}", 22, "vote.weights.'Kai X'"),
            "'Kai X' does not have the form ^[a-z0-9]+(-[a-z0-9]+)*$; "
            "for example weights: {ada: 3, bo: 0}",
        ),
        (
            *("cross", "pairs: [kai, lee]", 12, "pairs"),
            "expected pairs, each of who asks and who answers, not ['kai', 'lee']; "
            "for example pairs: [[ada, bo], [bo, ada]]",
        ),
        (
            *("cross", "pairs: [[kai, lee], [kai]]", 25, "pairs[1]"),
            "expected a pair, who asks and who answers, not ['kai']; "
            "for example pairs: [[ada, bo], [bo, ada]]",
        ),
        (
            *("vote", "vote: {weights: [kai, 3]}", 21, "vote.weights"),
            "expected fields, as `name: value`, not ['kai', 3]; "
            "for example weights: {ada: 3, bo: 0}",
        ),
        (
            *("vote", "vote: two thirds", 11, "vote"),
            "expected fields, as `name: value`, not 'two thirds'; "
            "for example vote: {rule: two_thirds, secret: true}",
        ),
        (
            *("vote", "vote: {rule: 2/3}", 18, "vote.rule"),
            "'2/3' is not known: expected 'majority', 'two_thirds' or 'unanimity'",
        ),
        (
            *("plenary", "floor: [bidding]", 12, "floor"),
            "expected the name of a rule, or that and more of it, not ['bidding']; "
            "for example floor: bidding",
        ),
        (
            *("plenary", "floor: {rule: weighted, weights: {kai: 0}}", 44, "floor.weights.kai"),
            "input should be greater than 0; for example weights: {ada: 3, bo: 0.5}",
        ),
        (
            *("plenary", "floor: {rule: bidding, order: fixed}", 28, "floor.order"),
            "unknown field; known: all_heard, most, rule",
        ),
    ],
)
def test_what_is_written_in_another_way_than_it_can_be_is_told_once_with_an_example(
    kind, more, column, field, message
):
    found = the_problem(in_phase(kind, more), Scenario)
    assert found == Problem(12, column, f"phases[0].{field}", message)


@pytest.mark.parametrize(
    ("text", "line", "column", "field", "message"),
    [
        (
            in_phase("cross", "pairs: [[kai, leo]]"),
            *(12, 19, "phases[0].pairs[0][1]"),
            "the phase 'talk' names 'leo', which is no seat; did you mean 'lee'?",
        ),
        (
            in_phase("caucus", "rooms: {north: [kai, x]}"),
            *(12, 26, "phases[0].rooms.north[1]"),
            "the phase 'talk' names 'x', which is no seat; known: kai, lee",
        ),
        (
            in_phase("plenary", "seats: [kai, listeners]"),
            *(12, 18, "phases[0].seats[1]"),
            "the phase 'talk' names 'listeners', which is no seat; "
            "known: kai, lee, member, chair, audience",
        ),
        (
            in_phase("plenary", "floor: chaired"),
            *(12, 5, "phases[0].floor"),
            "the floor of 'talk' is chaired, but no seat is the chair",
        ),
        (
            in_phase("plenary", "rooms: choice"),
            *(12, 5, "phases[0].rooms"),
            "a phase of kind 'plenary' has no 'rooms': only one of kind 'caucus' has",
        ),
        (
            in_phase("opening", "rounds: 2"),
            *(12, 5, "phases[0].rounds", "a phase of kind 'opening' has one round"),
        ),
        (
            in_phase("cross", "pairs: [[kai, lee], [lee, lee]]"),
            *(12, 25, "phases[0].pairs[1]", "nobody can be asked by themselves"),
        ),
        (
            TWO.replace("lee", "kai"),
            *(6, 26, "seats[1].persona", "two seats have the id 'kai'"),
        ),
        (
            TWO + "facts:\n- {id: F1, text: a, source: b}\n- {id: F1, text: a, source: b}\n",
            *(14, 4, "facts[1].id", "two facts have the id 'F1'"),
        ),
        (
            SCENARIO.replace("kai}", "kai, role: chair}"),
            *(6, 1, "seats", "there is no member among the seats"),
        ),
    ],
)
def test_what_is_wrong_with_a_scenario_as_a_whole_stands_at_the_part_that_is_meant(
    text, line, column, field, message
):
    assert the_problem(text, Scenario) == Problem(line, column, field, message)


def test_an_unknown_field_that_is_like_none_lists_them_all():
    found = the_problem(PERSONA + "goals: {xyzzy: 1}\n")
    assert found.message == "unknown field; known: private, public"


@pytest.mark.parametrize(
    ("text", "line", "column", "field", "value", "near"),
    [
        (SCENARIO.replace("plenary", "plenery"), 9, 11, "phases[0].kind", "plenery", "plenary"),
        (
            SCENARIO + "    floor: round_robbin\n",
            *(12, 12, "phases[0].floor.rule", "round_robbin", "round_robin"),
        ),
        (
            SCENARIO + "    floor: {rule: rond_robin}\n",
            *(12, 19, "phases[0].floor.rule", "rond_robin", "round_robin"),
        ),
        (
            SCENARIO + "    floor: {order: rotatd}\n",
            *(12, 20, "phases[0].floor.order", "rotatd", "rotated"),
        ),
    ],
)
def test_a_word_outside_a_closed_set_is_named_with_the_set_and_the_nearest(
    text, line, column, field, value, near
):
    found = the_problem(text, Scenario)
    assert (found.line, found.column, found.field) == (line, column, field)
    assert found.message.startswith(f"{value!r} is not known: expected ")
    assert found.message.endswith(f"did you mean {near!r}?")


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        (PERSONA.replace("name: Kai\n", ""), (1, 1, "name"), "missing field 'name'"),
        (
            PERSONA.replace(", rhythm: Short.", ""),
            *((7, 8, "voice.rhythm"), "missing field 'rhythm'"),
        ),
        (
            PERSONA + "stances:\n- topic: x\n",
            *((9, 3, "stances[0].position"), "missing field 'position'"),
        ),
        (
            PERSONA.replace("{register: Plain., rhythm: Short.}", "loud"),
            *((7, 8, "voice"), "expected fields, as `name: value`, not 'loud'"),
        ),
        (
            PERSONA + "red_lines: none\n",
            (8, 12, "red_lines"),
            "expected a list, not 'none'; for example red_lines: [Refuses a pause in research.]",
        ),
        (PERSONA.replace("Kai", "7"), (3, 7, "name"), "input should be a valid string"),
        (PERSONA.replace("Kai", '"K\\nai"'), (3, 7, "name"), "expected one line"),
        (PERSONA + "7: x\n", (8, 1, "7"), "keys should be strings"),
        ("- a\n", (1, 1, ""), "expected fields, as `name: value`, not ['a']"),
    ],
)
def test_other_faults_stand_at_their_place(text, where, message):
    assert the_problem(text) == Problem(*where, message)


def test_all_faults_are_told_at_once_in_the_files_order():
    text = PERSONA.replace("name: Kai", "nam: Kai").replace("false", "perhaps")
    assert [p.field for p in problems(text)] == ["name", "nam", "real_person"]


def test_a_list_is_not_called_short_because_an_item_in_it_is_wrong():
    found = the_problem(SCENARIO.replace("id: talk", "id: Talk!"), Scenario)
    assert found.field == "phases[0].id"
    assert the_problem(SCENARIO.replace("[{persona: kai}]", "[]"), Scenario).field == "seats"


def test_a_thousand_faults_are_counted_not_printed():
    with pytest.raises(LoadError) as caught:
        loads("".join(f"field{n}: x\n" for n in range(20_000)), Persona, path="p")
    assert str(caught.value).count("\n") == LoadError.SHOWN


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "the file is empty"),
        ("# only a remark\n", 1, 1, "the file is empty"),
        ("goals: [\n", 2, 1, "not valid YAML"),
        ("a: b\n c: d\n", 2, 3, "not valid YAML"),
        ("a: b\n\tc: d\n", 2, 1, "not valid YAML"),
        ("a: \x00\n", 1, 1, "not valid YAML"),
        ("a\n--- b\n", 2, 1, "single document"),
        ("id: a\nname: b\nid: c\n", 3, 1, "the key 'id' stands twice"),
        ("voice:\n  rhythm: a\n  rhythm: b\n", 3, 3, "the key 'rhythm' stands twice"),
        ("? [a]\n: b\n", 1, 3, "not valid YAML"),
        ('a: "\\ud800"\n', 1, 7, "Unicode character escape"),
        ("a: b\nc: \ud800\n", 2, 4, "surrogate"),
    ],
)
def test_what_is_no_yaml_is_told_at_its_place(text, line, column, words):
    found = the_problem(text)
    assert (found.line, found.column) == (line, column)
    assert words in found.message


@pytest.mark.parametrize("word", ["no", "yes", "on", "10:30", "2024-01-01", "1_000", "0x1f", "007"])
def test_words_are_words_without_quotes(word):
    assert loads(PERSONA + f"red_lines: [{word}]\n", Persona, path="p").red_lines == (word,)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path):
    file = tmp_path / "kai.yaml"
    file.write_text(PERSONA, encoding="utf-8-sig")
    assert load(file, Persona).name == "Kai"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PERSONA.encode("utf-16"), "is not UTF-8 text (byte 0)"),
        (b"name: \xff", "is not UTF-8 text (byte 6)"),
        (b"#" * (MAX_BYTES + 1), "is larger than 1024 KiB"),
    ],
)
def test_a_file_that_cannot_be_read_is_the_users_error(tmp_path: Path, content, words):
    file = tmp_path / "kai.yaml"
    file.write_bytes(content)
    with pytest.raises(UserError, match=words.replace("(", r"\(").replace(")", r"\)")):
        load(file, Persona)


def test_a_file_that_is_not_there_or_is_a_folder_is_the_users_error(tmp_path: Path):
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(UserError, match="cannot read"):
            load(path, Persona)


def test_a_mebibyte_of_brackets_does_not_crash_the_interpreter(tmp_path: Path):
    # In a process of its own: the fault this guards against ends the process.
    file = tmp_path / "deep.yaml"
    program = "import sys; from debate.library import load_persona; load_persona(sys.argv[1])"
    for opening in ("[", "{", "- ", "? ", "{a: "):
        file.write_text(opening * (MAX_BYTES // len(opening)))
        done = subprocess.run(
            [sys.executable, "-c", program, str(file)], capture_output=True, timeout=30, check=False
        )
        assert done.returncode == 1, done.returncode
        assert f"nested more than {MAX_DEPTH} deep" in done.stderr.decode()


def bomb(*, merge: bool) -> str:
    """Ten times ten times ten ... values in a few lines."""
    lines = ["a0: &a0 {x: 1}" if merge else "a0: &a0 [x]"]
    for n in range(1, 12):
        ten = ", ".join([f"*a{n - 1}"] * 10)
        lines.append(f"a{n}: &a{n} {{<<: [{ten}]}}" if merge else f"a{n}: &a{n} [{ten}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (bomb(merge=False), f"more than {MAX_NODES} values, aliases followed"),
        (bomb(merge=True), f"more than {MAX_NODES} values, aliases followed"),
        ("[" + "a," * MAX_NODES + "]", f"more than {MAX_NODES} values"),
        ("&a [*a]", "an alias refers to something that holds it"),
        ("x: &a {<<: *a}", "an alias refers to something that holds it"),
        ("voice: &v {rhythm: {never: *v}}", "an alias refers to something that holds it"),
        ("".join(f"%TAG !a{n}! x\n" for n in range(70_000)) + "--- a", "begin with '%'"),
    ],
    ids=["aliases", "merges", "values", "cycle", "merge-cycle", "deep-cycle", "directives"],
)
def test_a_small_file_cannot_grow_without_end(text, words):
    assert words in the_problem(text).message


def test_numbers_that_would_take_long_to_read_are_words():
    for number in ("1" * 100_000, "1" + ":59" * 100_000, "1" + ":59" * 100_000 + ".5"):
        found = problems(SCENARIO + f"ends: {{seconds: {number}}}\n", Scenario)
        assert [p.field for p in found] == ["ends.seconds"]


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system",
        "!!python/object/new:os.system",
        "!!python/name:os.system",
        "!!binary",
        "!!timestamp",
        "!own",
    ],
)
def test_tags_are_refused_and_nothing_they_name_is_run(tmp_path: Path, tag):
    proof = tmp_path / "proof"
    found = the_problem(f'a: b\nname: {tag} ["touch {proof}"]\n')
    assert (found.line, found.column) == (2, 7)
    assert "tags are not allowed" in found.message
    assert not proof.exists()


def test_a_message_holds_nothing_that_steers_a_terminal():
    hostile = '"\\e]0;owned\\a\\u202e": x\nschema: "\\e[31m"\nid: "\\e[2J"\n'
    with pytest.raises(LoadError) as caught:
        loads(hostile, Persona, path="p.yaml")
    assert all(c.isprintable() or c == "\n" for c in str(caught.value))


def test_a_message_does_not_repeat_a_long_value():
    for text in (SCENARIO.replace("plenary", "p" * 500_000), f"? {'k' * 900}\n: x\n"):
        assert all(len(p.message) + len(p.field) < 400 for p in problems(text, Scenario))


FRAGMENTS = st.sampled_from(
    [
        *"[]{},|>#%~=-.\\\"'\t\n\x85\u2028\ufeff\ud800",
        *("a", "id", "name", "voice", "stances", "schema", "true", "1.", ".5", "0x"),
        *("<<", "&a ", "*a", ": ", "- ", "? ", "\n  ", "---", "...", "!!int ", "!x "),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=30).map("".join)), st.booleans())
def test_no_text_raises_anything_but_a_load_error(text, of_persona):
    with suppress(LoadError):
        loads(PERSONA + text, Persona, path="p") if of_persona else loads(text, Scenario, path="p")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_user_error(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content)
    with pytest.raises(UserError):
        load(file, Persona)
