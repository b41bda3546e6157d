"""The manifest: the first event of a transcript, and all that its prompts are made from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from debate.envelope import Event, Fields, Profile
from debate.persona import Identifier, Line, Persona
from debate.scenario import Phase, Role, Scenario

#: How the record is projected into a prompt, and where a shared prompt holds the speaker's card.
Layout = Literal["shared", "perspective"]
Cards = Literal["head", "tail"]


class SeatCard(Fields):
    """Who sits where."""

    id: Identifier
    persona: Identifier
    name: Line = Field(description="The name spoken at this table; distinct from every other.")
    profile: Profile
    fallback: Profile | None = Field(None, description="Speaks where the first could not be had.")
    role: Role = "member"
    side: Identifier | None = None


class ConferenceOpened(Event):
    """The manifest: all that is needed to render every prompt of this conference again."""

    type: Literal["conference.opened"] = "conference.opened"
    format: Literal["yalta/transcript/1"] = "yalta/transcript/1"
    program: str = Field(description="Name and version of the program that wrote it.")
    notice: str = Field(description="Says that what follows is simulated.")
    scenario: Scenario
    personas: dict[str, Persona]
    seats: tuple[SeatCard, ...] = Field(min_length=1)
    templates: dict[str, str] = Field(description="Source of each prompt template, by name.")
    layout: Layout
    cards: Cards = "head"
    seed: int
    keep_reasoning: bool = Field(True, description="Whether models' reasoning is written down.")
    hashes: dict[str, str] = Field(description="sha256 of scenario, personas and templates.")

    @model_validator(mode="after")
    def _seated(self) -> ConferenceOpened:
        for what, values in (
            ("id", [seat.id for seat in self.seats]),
            ("name", [seat.name for seat in self.seats]),
        ):
            if len(set(values)) < len(values):
                raise ValueError(f"two seats have the same {what}")
        if missing := [s.persona for s in self.seats if s.persona not in self.personas]:
            raise ValueError(f"the persona {missing[0]!r} is not in the manifest")
        if not any(s.role == "member" for s in self.seats):
            raise ValueError("there is no member among the seats")
        return self

    def taking_part(self, phase: Phase) -> tuple[str, ...]:
        """Ids of the seats that take part in a phase, in the order of the table. Where none of
        those it names is there, all members do."""
        return self.named(phase) or tuple(s.id for s in self.seats if s.role == "member")

    def named(self, phase: Phase) -> tuple[str, ...]:
        """Ids of the seats at the table that a phase names, by themselves or by role or side."""
        return tuple(s.id for s in self.seats if phase.includes(s.id, s.role, s.side))

    @property
    def chair(self) -> str | None:
        """Id of the seat that chairs, if there is one."""
        return next((s.id for s in self.seats if s.role == "chair"), None)
