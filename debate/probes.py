"""The questions that an audition puts to a persona: those that ship, and the author's own.

An author's own stand in a file like `probes.yaml` here: one named on the command line, or
`probes.yaml` in the config folder, whose questions come after those that ship.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from debate import yaml_file
from debate.library import config_folder
from debate.persona import Identifier, Line, Model, Prose

SHIPPED = Path(__file__).with_name("probes.yaml")

#: Id of a question that was written for once.
ASKED = "asked"


class Probe(Model):
    """One question."""

    id: Identifier
    question: Prose
    draws: Line | None = Field(None, description="What it is meant to draw out.")


class Probes(Model):
    """One file of questions (`yalta/probes/1`)."""

    format: Literal["yalta/probes/1"] = Field(alias="schema")
    probes: tuple[Probe, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _distinct(self) -> Probes:
        twice = [i for i, n in Counter(p.id for p in self.probes).items() if n > 1]
        if twice:
            raise ValueError(f"two questions have the id {twice[0]!r}")
        return self


def read_probes(path: Path) -> tuple[Probe, ...]:
    """The questions of a file.

    Raises:
        LoadError: if it is wrong; names every fault with its line.
        UserError: if it cannot be read.
    """
    return yaml_file.load(path, Probes).probes


def probes() -> tuple[Probe, ...]:
    """The questions that ship, and behind them the author's own; of two with one id, the author's
    takes the other's place. Raises as `read_probes` does."""
    found = {probe.id: probe for probe in read_probes(SHIPPED)}
    own = config_folder() / "probes.yaml"
    if own.is_file():
        found |= {probe.id: probe for probe in read_probes(own)}
    return tuple(found.values())


def asked(question: str) -> Probe:
    """A question that is put once.

    Raises:
        ValidationError: if it is empty, or longer than a question may be.
    """
    return Probe(id=ASKED, question=question)
