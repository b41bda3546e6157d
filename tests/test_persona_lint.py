"""What lint says of personas that load, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from debate.errors import Problem
from debate.library import persona_folders
from debate.persona_lint import examine

SHIPPED = persona_folders()[-1]

GOOD = """\
schema: yalta/persona/1
id: ada
name: Ada
role: Pilot
real_person: true
summary: A pilot.
stances:
  - topic: Weights
    position: Publish them.
    source: S1
goals:
  private:
    - "Fly the mail."
voice:
  register: Dry.
  rhythm: Short.
  prefers: ["on the gauge"]
  avoids: ["exclamation marks", "amazing"]
  never: ["Never says 'trust me'.", "Never uses figures."]
examples:
  - heard: "Why?"
    reply: "Because of the wind."
    invented: true
  - heard: "When?"
    reply: "When the gauge says so."
    invented: true
sources:
  - id: S1
    title: "A talk"
    year: 2024
"""

SECOND = GOOD[GOOD.index('  - heard: "When?"') : GOOD.index("sources:")]

BAD = [
    # what is wrong, the text that makes it so, what takes its place, its line, what is said
    ("an avoided word", "Because of the wind.", "An amazing wind.", 22, "avoids, “amazing”"),
    ("an avoided mark", "Because of the wind.", "The wind!", 22, "avoids, “exclamation marks”"),
    ("a phrase never said", "Because of the wind.", "Well, trust me.", 22, "does not"),
    ("a thing never done", "Because of the wind.", "At 40 knots.", 22, "does not"),
    ("no source", "    source: S1\n", "", 8, "without a source"),
    ("an unknown source", "source: S1", "source: S2", 10, "not among the sources (S1)"),
    ("a scripted end", "Fly the mail.", "Will finally accept it.", 13, "scripts an outcome"),
    ("a bargain", "Fly the mail.", "Publish in return for chips.", 13, "script a compromise"),
    ("a bargain in Chinese", "Publish them.", "分级开放。", 9, "script a compromise"),
    ("a bargain shown", "When the gauge says so.", "If you pay, we will fly.", 25, "compromise"),
    ("a word twice", '["on the gauge"]', '["on the gauge", "On the gauge"]', 17, "twice"),
    ("a word both ways", '["on the gauge"]', '["amazing"]', 18, "both preferred and avoided"),
    ("one example", SECOND, "", 21, "shown once"),
    ("too long", "A pilot.", "A pilot. " * 400, 15, "tokens of every prompt"),
]  # fmt: skip


def found(text: str) -> list[Problem]:
    examined = examine(text, path="ada.yaml")
    assert examined.persona is not None, examined.errors
    return list(examined.advice)


def test_of_a_good_card_nothing_is_said():
    assert found(GOOD) == []


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_of_those_that_ship_nothing_is_said(path):
    assert found(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_each_kind_of_fault_is_told_at_its_line(old, new, line, said):
    assert GOOD.count(old) == 1
    (problem,) = found(GOOD.replace(old, new))
    assert said in problem.message
    assert problem.line == line


def test_a_voice_of_adjectives_alone_is_told():
    bare = GOOD[: GOOD.index("  prefers")] + GOOD[GOOD.index("sources:") :]
    (problem,) = found(bare)
    assert "only adjectives" in problem.message
    assert problem.field == "voice"
    worded = bare.replace("  rhythm: Short.\n", "  rhythm: Short.\n  prefers: [gauge]\n")
    assert "no example shows this voice" in found(worded)[0].message


@pytest.mark.parametrize(
    ("reply", "share", "said"),
    [
        ("All in English.", 0.2, "no example shows it"),
        ("最重要的是这一点，而且我们都知道它是对的，所以 yes.", 0.1, "have about"),
        ("The key is 泛化 and the rest will follow from it.", 0.2, None),
    ],
)
def test_a_mix_of_languages_is_held_against_the_examples(reply, share, said):
    mixing = f"  code_switching: {{languages: [English, Chinese], share: {share}, when: Often.}}\n"
    text = GOOD.replace("  rhythm: Short.\n", "  rhythm: Short.\n" + mixing)
    text = text.replace("Because of the wind.", reply).replace("When the gauge says so.", reply)
    messages = [problem.message for problem in found(text)]
    assert any(said in each for each in messages) if said else messages == []


def test_no_sources_at_all():
    text = GOOD[: GOOD.index("sources:")].replace("    source: S1\n", "")
    assert {p.field for p in found(text)} == {"real_person", "stances[0]"}


def test_a_fault_is_an_error_at_its_line():
    examined = examine(GOOD.replace("register: Dry.", "regster: Dry."), path="ada.yaml")
    assert examined.persona is None
    assert {(p.line, p.field) for p in examined.errors} == {
        (15, "voice.regster"),
        (14, "voice.register"),
    } or {p.field for p in examined.errors} == {"voice.regster", "voice.register"}


def test_what_another_file_says_is_told_where_it_is_extended(tmp_path: Path):
    (tmp_path / "ada.yaml").write_text(
        GOOD.replace("Because of the wind.", "The wind!"), encoding="utf-8"
    )
    over = yaml.safe_dump({"schema": "yalta/persona/1", "id": "bo", "extends": "ada.yaml"})
    examined = examine(over, path=str(tmp_path / "bo.yaml"))
    (problem,) = examined.advice
    assert problem.field == "extends"
    assert "examples[0].reply" in problem.message
