"""A plan of a batch: which conferences are held, and what differs between them. One YAML file.

Every combination of the factors and arms is a cell, and every cell a conference in a transcript of
its own. The same seeds are held in every arm, so that arms can be compared seed by seed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from debate.batch.patch import Patch, check_patch
from debate.errors import nearest
from debate.events import Layout, Thinking
from debate.fault import fault, misshapen
from debate.persona import Identifier, Line, Model, Persona
from debate.scenario import Scenario

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


class From(Model):
    """The past that every conference goes on from."""

    transcript: Line
    at: int | None = Field(None, ge=0, description="`seq` of the last line that is kept.")
    turn: int | None = Field(None, ge=0, description="Number of the last turn that is kept.")

    @model_validator(mode="after")
    def _one(self) -> From:
        if self.at is not None and self.turn is not None:
            raise fault("either `at` or `turn` says where, not both", "turn")
        if self.at is None and self.turn is None:
            raise ValueError("say where it goes on: `at` a line's seq, or after a `turn`")
        return self


class Arm(Model):
    """What is otherwise in one arm. Nothing, if nothing is said."""

    change: Known = Field("full", description="One of the arms that have a name.")
    rules: tuple[Line, ...] = Field((), description="Rules of the house, beside those there are.")
    personas: dict[Identifier, Line] = Field(
        default_factory=dict,
        description="By seat: a persona in place of its own, an id or a file.",
        examples=[{"yang": "li"}],
    )
    models: dict[Identifier, Line] = Field(
        default_factory=dict, description="Model by seat.", examples=[{"yang": "kimi-k2.6"}]
    )
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

    @model_validator(mode="before")
    @classmethod
    def _in_its_patch(cls, data: Any) -> Any:
        """Say where a change belongs that was written without the patch around it."""
        for key in data if isinstance(data, dict) else ():
            for patch, model in (("card", Persona), ("scenario", Scenario)):
                if key not in cls.model_fields and key in model.model_fields:
                    raise fault(f"a change of the {patch} stands under `{patch}:`", key)
        return data

    @model_validator(mode="after")
    def _patches(self) -> Arm:
        check_patch(self.card, Persona, "card")
        check_patch(self.scenario, Scenario, "scenario")
        return self


def _numbers(value: Any) -> Any:
    """Let a file write `seed: 20` for the seeds 1 to 20."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return list(range(1, value + 1))
    if isinstance(value, (list, tuple)):
        return value
    raise misshapen("how many seeds (20 is the seeds 1 to 20), or a list of them")


def _one_or_more(value: Any) -> Any:
    """Let a file write one value for a list of one."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, str):
        return [value]
    raise misshapen("one, or a list of them")


def _by_name(value: Any) -> Any:
    """Let a file write `arms: [full, no-persona]`, and an arm with a name that is known without
    saying again what it changes."""
    if isinstance(value, list):
        for n, name in enumerate(value):
            if not isinstance(name, str):
                raise fault("a list holds names of arms alone: write others as `name: changes`", n)
            if name not in KNOWN:
                raise fault(_no_such(name), n)
            if name in value[:n]:
                raise fault(f"the arm {name!r} is there twice", n)
        return {name: {"change": name} for name in value}
    if not isinstance(value, dict):
        raise misshapen("a list of arms, or arms by name")
    for name, arm in value.items():
        if arm is None and name not in KNOWN:
            raise fault(_no_such(str(name)), name)
    return {name: _named(name, arm) for name, arm in value.items()}


def _named(name: str, arm: Any) -> Any:
    if arm is None:
        return {"change": name}
    return {"change": name, **arm} if name in KNOWN and isinstance(arm, dict) else arm


def _no_such(name: str) -> str:
    near = nearest(name, KNOWN)
    guess = f", did you mean {near!r}?" if near else ""
    told = name if len(name) <= 40 else f"{name[:40]}…"
    return (
        f"no arm is known as {told!r}{guess}; known: {', '.join(KNOWN)}; an arm of your own says"
        " what it changes, as `brief: {rules: [Be brief.]}`"
    )


def _layouts(value: Any) -> Any:
    """Refuse what each arm would decide for itself."""
    values = _one_or_more(value)
    if "auto" in values:
        why = (
            "`auto` would be decided for each arm by itself, and arms would differ in their prompts"
            " too: write shared or perspective; `yalta run SCENARIO --dry-run` tells their costs"
        )
        raise fault(why, values.index("auto"))
    return values


class Factors(Model):
    """What is varied; every value is combined with every other."""

    model: Annotated[tuple[Line, ...], BeforeValidator(_one_or_more)] = Field(
        (),
        description="Model of every seat that has none of its own.",
        examples=[["kimi-k2.6", "local"]],
    )
    layout: Annotated[tuple[Layout, ...], BeforeValidator(_layouts)] = Field(
        (),
        description="How the record is laid out in prompts; shared if none is named.",
        examples=[["shared", "perspective"]],
    )
    thinking: Annotated[tuple[Thinking, ...], BeforeValidator(_one_or_more)] = Field(
        (), description="How much the models think.", examples=[["off", "high", "budget=2000"]]
    )
    cast: dict[Identifier, Annotated[tuple[Identifier, ...], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="Who sits at the table, by a name for them.",
        examples=[{"few": ["altman", "yang"], "many": ["altman", "yang", "li"]}],
    )
    order: Literal["given", "latin"] = Field(
        "given",
        description="`latin`: in orders by a Latin square, in which every seat stands at every"
        " place once and behind every other equally often.",
    )
    seed: Annotated[tuple[int, ...], BeforeValidator(_numbers)] = Field(
        (1,), min_length=1, description="Seeds; a number N is 1 to N.", examples=[[1, 2, 7]]
    )

    @model_validator(mode="after")
    def _once(self) -> Factors:
        for field in ("model", "layout", "thinking", "seed"):
            seen = set()
            for n, value in enumerate(getattr(self, field)):
                if value in seen:
                    raise fault(f"a value of the factor {field} is there twice", field, n)
                seen.add(value)
        return self


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

    @model_validator(mode="before")
    @classmethod
    def _under_factors(cls, data: Any) -> Any:
        """Say where a factor belongs that was written beside `factors`."""
        for key in data if isinstance(data, dict) else ():
            if key in Factors.model_fields:
                raise fault(f"a factor stands under `factors:`, as `factors: {{{key}: ...}}`", key)
        return data

    @model_validator(mode="after")
    def _whole(self) -> Plan:
        if self.scenario is None and self.from_ is None:
            raise ValueError("a plan has a `scenario`, or a past that it goes on `from`")
        if self.from_ is not None:
            if self.scenario is not None:
                raise fault("a plan has either a `scenario` or a past, not both", "from")
            self._check_from()
        for name, arm in self.arms.items():
            if self.from_ is None and arm.notes:
                why = "notes are passed where a conference goes on `from` a past"
                raise fault(why, "arms", name, "notes")
        return self

    def _check_from(self) -> None:
        """What cannot be changed any more in a conference that has begun."""
        settled = "settled in the past that it goes on from"
        for field in ("phases", "rounds"):
            if getattr(self, field):
                raise fault(settled, field)
        for field in ("layout", "thinking", "cast"):
            if getattr(self.factors, field):
                raise fault(settled, "factors", field)
        if self.factors.order == "latin":
            raise fault(f"who sits where is {settled}", "factors", "order")
        for name, arm in self.arms.items():
            if arm.change == "no-chair":
                raise fault(f"who has the chair is {settled}", "arms", name)
            if arm.scenario:
                raise fault(f"the scenario is {settled}", "arms", name, "scenario")
