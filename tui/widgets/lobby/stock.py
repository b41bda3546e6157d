"""What there is to choose from: scenarios and personas, each read or with what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from debate.errors import YaltaError
from debate.library import load_persona, load_scenario, persona_files, scenario_files
from debate.scenario import Scenario
from tui.widgets.lobby.plain import one_line


@dataclass(frozen=True, slots=True)
class Card:
    """A persona, as far as a list shows it."""

    name: str
    about: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Stock:
    """Scenarios and personas, by id."""

    scenarios: Mapping[str, Scenario | YaltaError] = field(default_factory=dict)
    personas: Mapping[str, Card] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Stock:
        """Read every file there is. Blocks: from a coroutine, call it in a thread."""
        return cls(
            {name: _scenario(path) for name, path in scenario_files().items()},
            {name: _card(name, path) for name, path in persona_files().items()},
        )

    def name_of(self, persona: str) -> str:
        """What a persona is called; its id if it cannot be read."""
        card = self.personas.get(persona)
        return card.name if card else persona


def _scenario(path: Path) -> Scenario | YaltaError:
    try:
        return load_scenario(path)
    except YaltaError as error:
        return error


def _card(name: str, path: Path) -> Card:
    try:
        persona = load_persona(path)
    except YaltaError:
        return Card(one_line(name), "cannot be read", broken=True)
    parts = (persona.role, persona.organisation)
    return Card(one_line(persona.name), one_line(", ".join(p for p in parts if p)))
