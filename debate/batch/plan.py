"""A plan of a batch: which conferences are held, and what differs between them. One YAML file.

Every combination of the factors and arms is a cell, and every cell a conference in a transcript of
its own. The same seeds are held in every arm, so that arms can be compared seed by seed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from debate.events import Layout, Thinking
from debate.persona import Identifier, Line, Model

#: Arms that need no more than their name. All of them keep the seats, so that the same is said at
#: the same place.
Known = Literal["full", "no-persona", "no-private-goals", "shuffled-personas", "no-chair"]
KNOWN: dict[Known, str] = {
    "full": "nothing is changed",
    "no-persona": "every member is the persona `nobody`",
    "no-private-goals": "no card has private goals or red lines",
    "shuffled-personas": "every member has another member's card, drawn by the seed",
    "no-chair": "nobody has the chair, and the floor goes round where the chair gave it",
}
#: A JSON merge patch (RFC 7396): fields that are set, and with null taken away.
Patch = dict[str, Any]


class From(Model):
    """The past that every conference goes on from."""

    transcript: Line
    at: int | None = Field(None, ge=0, description="`seq` of the last line that is kept.")
    turn: int | None = Field(None, ge=0, description="Number of the last turn that is kept.")

    @model_validator(mode="after")
    def _one(self) -> From:
        if self.at is not None and self.turn is not None:
            raise ValueError("either `at` or `turn` says where, not both")
        if self.at is None and self.turn is None:
            raise ValueError("say where it goes on: `at` a line's seq, or after a `turn`")
        return self


class Arm(Model):
    """What is otherwise in one arm. Nothing, if nothing is said."""

    change: Known = Field("full", description="One of the arms that have a name.")
    rules: tuple[Line, ...] = Field((), description="Rules of the house, beside those there are.")
    personas: dict[Identifier, Line] = Field(
        default_factory=dict, description="By seat: a persona in place of its own, an id or a file."
    )
    models: dict[Identifier, Line] = Field(default_factory=dict, description="Model by seat.")
    notes: tuple[Line, ...] = Field(
        (),
        description="Notes from the chair as it goes on; only with `from`. `SEAT=text` is private.",
    )
    card: Patch = Field(
        default_factory=dict,
        description="A merge patch over every card at the table.",
        examples=[{"goals": {"public": None}}],
    )
    scenario: Patch = Field(
        default_factory=dict,
        description="A merge patch over the scenario.",
        examples=[{"rules": ["Be brief."]}],
    )


def _numbers(value: Any) -> Any:
    """Let a file write `seed: 20` for the seeds 1 to 20."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return list(range(1, value + 1))
    return value


def _one_or_more(value: Any) -> Any:
    """Let a file write one value for a list of one."""
    return [value] if isinstance(value, str) else value


def _by_name(value: Any) -> Any:
    """Let a file write `arms: [full, no-persona]`."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return {each: {"change": each} for each in value}
    if isinstance(value, dict):
        return {
            name: {"change": name} if arm is None and name in KNOWN else arm or {}
            for name, arm in value.items()
        }
    return value


class Factors(Model):
    """What is varied; every value is combined with every other."""

    model: Annotated[tuple[Line, ...], BeforeValidator(_one_or_more)] = Field(
        (), description="Model of every seat that has none of its own."
    )
    layout: Annotated[tuple[Layout | Literal["auto"], ...], BeforeValidator(_one_or_more)] = Field(
        (), description="How the record is laid out in prompts."
    )
    thinking: Annotated[tuple[Thinking, ...], BeforeValidator(_one_or_more)] = ()
    cast: dict[Identifier, tuple[Identifier, ...]] = Field(
        default_factory=dict, description="Who sits at the table, by a name for them."
    )
    order: Literal["given", "latin"] = Field(
        "given",
        description="`latin`: in orders by a Latin square, in which every seat stands at every"
        " place once and behind every other equally often.",
    )
    seed: Annotated[tuple[int, ...], BeforeValidator(_numbers)] = Field(
        (1,), min_length=1, description="Seeds; a number N is 1 to N."
    )


class Plan(Model):
    """One plan file (`yalta/plan/1`)."""

    format: Literal["yalta/plan/1"] = Field(alias="schema")
    id: Identifier
    title: Line | None = None
    scenario: Line | None = Field(None, description="An id, or a file.")
    from_: From | None = Field(None, alias="from", description="Or a past to go on from.")
    arms: Annotated[dict[Identifier, Arm], BeforeValidator(_by_name)] = Field(
        default_factory=lambda: {"full": Arm()}, min_length=1
    )
    factors: Factors = Field(default_factory=Factors)
    repeats: int = Field(1, ge=1, le=10_000, description="Of every cell, with other seeds.")
    models: dict[Identifier, Line] = Field(default_factory=dict, description="Model by seat.")
    phases: tuple[Identifier, ...] = Field((), description="Hold only these phases.")
    rounds: int | None = Field(None, ge=1, le=10_000, description="Of every plenary.")
    keep_reasoning: bool = True
    jobs: int = Field(8, ge=1, le=10_000, description="Conferences held at one time.")
    budget: float | None = Field(
        None, gt=0, description="Of the whole batch, in the currency of the models' prices."
    )
    out: Line | None = Field(None, description="Folder; named as the plan if none is said.")

    @model_validator(mode="after")
    def _whole(self) -> Plan:
        if (self.scenario is None) == (self.from_ is None):
            raise ValueError("a plan has either a `scenario` or a past that it goes on `from`")
        if self.from_ is not None:
            self._check_from()
        elif any(arm.notes for arm in self.arms.values()):
            raise ValueError("notes are passed where a conference goes on `from` a past")
        if self.factors.order == "latin" and self.from_ is not None:
            raise ValueError("who sits where is settled in a past")
        for field in ("model", "layout", "thinking", "seed"):
            values = getattr(self.factors, field)
            if len(set(values)) != len(values):
                raise ValueError(f"a value of the factor {field} is there twice")
        return self

    def _check_from(self) -> None:
        """What cannot be changed any more in a conference that has begun."""
        factors = self.factors
        for what, said in (
            ("phases", self.phases),
            ("rounds", self.rounds),
            ("layout", factors.layout),
            ("thinking", factors.thinking),
            ("cast", factors.cast),
        ):
            if said:
                raise ValueError(f"{what}: settled in the past that it goes on from")
        for name, arm in self.arms.items():
            if arm.change == "no-chair" or arm.scenario:
                raise ValueError(f"arm {name}: the scenario is settled in the past")
