"""A scenario: the motion, the facts on the table, the seats, the phases. One YAML file, one model.

Kinds of phase and rules of the floor are closed sets here, so that a file which names one that this
version does not know is refused when it is loaded, with its line, and never skipped in silence.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from debate.persona import Identifier, Line, Model, Prose

PhaseKind = Literal["opening", "plenary", "closing"]


class Fact(Model):
    """A numbered fact with its source, which a speaker may cite as `[F1]`."""

    id: Annotated[str, StringConstraints(pattern=r"^F[0-9]{1,3}$")]
    text: Prose
    source: Line


class Words(Model):
    """How long a turn should be, in words, from and to. A mark to aim at, not a cut."""

    from_: int = Field(alias="from", ge=1, le=5000)
    to: int = Field(ge=1, le=5000)

    @model_validator(mode="after")
    def _ordered(self) -> Words:
        if self.from_ > self.to:
            raise ValueError(f"'from' ({self.from_}) is more than 'to' ({self.to})")
        return self


class RoundRobin(Model):
    """Everyone speaks once a round, in an order of seats."""

    rule: Literal["round_robin"] = "round_robin"
    order: Literal["fixed", "rotated", "shuffled"] = Field(
        "fixed", description="The same each round; shifted by one each round; drawn anew (seeded)."
    )


def _floor_by_name(value: Any) -> Any:
    """Let a file write `floor: round_robin` for `floor: {rule: round_robin}`."""
    return {"rule": value} if isinstance(value, str) else value


Floor = Annotated[RoundRobin, BeforeValidator(_floor_by_name)]


class Phase(Model):
    """A stretch of the conference with one kind of talk."""

    id: Identifier
    kind: PhaseKind = Field(
        description="opening: all once, unheard by each other; plenary: rounds; closing: all once."
    )
    title: Line
    floor: Floor = RoundRobin()
    rounds: int = Field(1, ge=1, le=10_000)
    words: Words = Words.model_validate({"from": 60, "to": 120})
    instructions: Prose = Field(description="What is asked of each speaker in this phase.")

    @model_validator(mode="after")
    def _once(self) -> Phase:
        if self.kind != "plenary" and self.rounds != 1:
            raise ValueError(f"a phase of kind {self.kind!r} has one round")
        return self


class SeatPlan(Model):
    """A place at the table: a persona, and the model that speaks for it unless another is asked."""

    persona: Identifier
    id: Identifier | None = Field(None, description="Defaults to the persona's id.")
    model: Line | None = None


class Ends(Model):
    """Where a conference stops even if its agenda has not run out."""

    turns: int | None = Field(None, ge=1, description="Finished turns.")
    seconds: float | None = Field(None, gt=0, description="Time spent talking, pauses left out.")
    cost: float | None = Field(None, gt=0, description="In the currency of the models' prices.")


class Failures(Model):
    """What the agenda does when a turn could not be had."""

    retries: int = Field(1, ge=0, le=10, description="How often the same turn is asked for again.")
    reply: Literal["skip", "stop"] = Field("skip", description="The model answered, unusably.")
    endpoint: Literal["skip", "stop"] = Field("stop", description="The model did not answer.")


class Scenario(Model):
    """One scenario file (`yalta/scenario/1`)."""

    format: Literal["yalta/scenario/1"] = Field(alias="schema")
    id: Identifier
    title: Line
    motion: Prose
    background: Prose
    language: Line = Field("English", description="The language of the conference.")
    rules: tuple[Line, ...] = Field((), description="House rules, read by everyone.")
    facts: tuple[Fact, ...] = ()
    seats: tuple[SeatPlan, ...] = Field(min_length=1, max_length=1000)
    phases: tuple[Phase, ...] = Field(min_length=1, max_length=100)
    ends: Ends = Ends()
    failures: Failures = Failures()

    @model_validator(mode="after")
    def _distinct(self) -> Scenario:
        for what, ids in (
            ("fact", [f.id for f in self.facts]),
            ("phase", [p.id for p in self.phases]),
            ("seat", [s.id or s.persona for s in self.seats]),
        ):
            if twice := sorted({i for i in ids if ids.count(i) > 1}):
                raise ValueError(f"two {what}s have the id {twice[0]!r}")
        return self
