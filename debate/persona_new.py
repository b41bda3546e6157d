"""The file of a persona that is begun: what is known, and places for the rest, each explained."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from debate.errors import UserError
from debate.library import config_folder
from debate.persona import Persona

SCHEMA_LINE = "# yaml-language-server: $schema=persona.schema.json\n"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of a persona."""

    id: str
    name: str
    role: str = "Participant"
    organisation: str = ""
    real_person: bool = False
    summary: str = ""
    register: str = ""
    rhythm: str = ""
    prefers: tuple[str, ...] = ()


def begun(known: Beginning) -> str:
    """The text of its file, which loads."""
    company = f"organisation: {_said(known.organisation)}" if known.organisation else ""
    prefers = "".join(f"\n    - {_said(each)}" for each in known.prefers) or " []"
    summary = known.summary or f"{known.name} sits at the table."
    return f"""{SCHEMA_LINE}# Lines that begin with # are notes to you.
# `yalta persona lint {known.id}` says what is amiss.
schema: yalta/persona/1
{id_line(known.id)}
name: {_said(known.name)}
role: {_said(known.role)}
{company or '# organisation: "..."'}
# true puts a notice on everything they say, and asks a source of each stance.
real_person: {str(known.real_person).lower()}
# Who they are, in two to four sentences. All at the table know it.
summary: {_said(summary)}

# Where they stand. Firmness: 1 would trade it away, 5 never moves. Say what they hold, not what
# will come of it: a compromise that stands in a card is no news when it is offered.
stances: []
#  - topic: "Open weights"
#    position: "Publish them: what all can read, all can mend."
#    firmness: 4
#    source: S1

# What they want. Private goals and red lines reach no prompt but their own.
goals:
  public: []
  private: []
red_lines: []

# How they talk. What a model is shown it follows more than what it is told: see the examples.
voice:
  register: {_said(known.register or "Plain.")}
  rhythm: {_said(known.rhythm or "Short sentences.")}
  # Words and phrases that they often use; below, those that they keep away from.
  prefers:{prefers}
  avoids: []
  # Turns of phrase by which one would know them.
  catchphrases: []
  # How they argue: "Answers with a story from the sea."
  devices: []
  # What this voice never does: "Never counts reasons."
  never: []
  # Only if they mix languages:
  # code_switching:
  #   languages: ["English", "Chinese"]
  #   share: 0.2
  #   when: "The key word of a turn in Chinese."

# Three to five exchanges that show the voice, all invented by you: never quote a real person.
examples: []
#  - heard: "Are you not afraid of what you are making?"
#    reply: >-
#      Forty to eighty words, just as they would say it.
#    invented: true

# The public material that a real person's card rests on.
sources: []
#  - id: S1
#    title: "An essay, a talk, a testimony"
#    year: 2025
"""


def id_line(persona_id: str) -> str:
    """The line that says the id; in quotes where YAML would read a number or a truth value."""
    plain = re.search("[a-z]", persona_id) and persona_id not in ("true", "false", "null")
    return f"id: {persona_id if plain else _said(persona_id)}"


def begun_upon(persona_id: str, base: str) -> str:
    """The text of a persona that extends another."""
    return f"""{SCHEMA_LINE}#
# {base}, but for what stands here: it takes the place of theirs, and null takes it away.
schema: yalta/persona/1
{id_line(persona_id)}
extends: {base}
# voice:
#   code_switching: null
"""


def place_for(persona_id: str, out: Path | None) -> Path:
    """Where its file goes: the folder asked for, `personas/` if the working folder has one, else
    the user's own.

    Raises:
        UserError: if there is one already.
    """
    here = Path("personas")
    folder = out or (here if here.is_dir() else config_folder() / "personas")
    path = folder / f"{persona_id}.yaml"
    if path.exists():
        raise UserError(f"{path} is there already", hint="choose another id, or edit that file")
    return path


def write(path: Path, text: str) -> None:
    """Write a persona's file, and beside it the schema that editors check it by.

    Raises:
        UserError: if it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        schema = path.parent / "persona.schema.json"
        if not schema.exists():
            schema.write_text(schema_text(), encoding="utf-8")
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None


def schema_text() -> str:
    """The text of `persona.schema.json`."""
    return json.dumps(Persona.json_schema(), indent=2, ensure_ascii=False) + "\n"


def _said(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
