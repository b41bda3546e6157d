"""A scenario: the motion, the facts on the table, the seats, the phases. One YAML file, one model.

Kinds of phase and rules of the floor are closed sets here, so that a file which names one that this
version does not know is refused when it is loaded, with its line, and never skipped in silence.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from debate.persona import Identifier, Line, Model, Prose

PhaseKind = Literal[
    "opening",
    "plenary",
    "cross",
    "caucus",
    "motions",
    "amendments",
    "vote",
    "communique",
    "closing",
]

#: What a seat is at the table. The chair gives the floor and has no vote; the audience has a vote
#: where a phase says so, and no floor.
Role = Literal["member", "chair", "audience"]

#: Id of the motion that a scenario is about. Motions tabled at the table are M1, M2, ...
HOUSE_MOTION = "M0"


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


class _Free(Model):
    """A rule under which the floor need not go round. Nobody speaks twice running unless alone.

    Its name has no default: a scenario is hashed without those, and rules must not hash alike.
    """

    most: int | None = Field(
        None, ge=1, le=10_000, description="How often a seat may have the floor in one phase."
    )
    all_heard: bool = Field(
        True, description="Keep the last turns of a phase for those who have not spoken in it."
    )


class RandomFloor(_Free):
    """A seat is drawn (seeded)."""

    rule: Literal["random"]


class Weighted(_Free):
    """A seat is drawn, some more likely than others (seeded)."""

    rule: Literal["weighted"]
    weights: dict[Identifier, Annotated[float, Field(gt=0, le=1000)]] = Field(
        default_factory=dict, description="By seat; 1 where none is said."
    )


class Addressed(_Free):
    """Whoever was named last has the floor; where nobody was, the longest silent."""

    rule: Literal["addressed"]


class Bidding(_Free):
    """Every other seat privately bids 0 to 9; the highest has the floor, of equals the longest
    silent."""

    rule: Literal["bidding"]


class Chaired(_Free):
    """The scenario's chair picks who has the floor, and may put a question to them."""

    rule: Literal["chaired"]


class Manual(_Free):
    """The person who holds the conference picks who has the floor."""

    rule: Literal["manual"]


def _floor_by_name(value: Any) -> Any:
    """Let a file write `floor: bidding` for `floor: {rule: bidding}`."""
    if isinstance(value, str):
        return {"rule": value}
    if isinstance(value, dict) and "rule" not in value:
        return {"rule": "round_robin", **value}
    return value


FreeFloor = RandomFloor | Weighted | Addressed | Bidding | Chaired | Manual
Floor = Annotated[
    Annotated[RoundRobin | FreeFloor, Field(discriminator="rule")], BeforeValidator(_floor_by_name)
]

#: Who meets in a caucus: pairs, in another pairing each time; whom each chooses and is chosen by;
#: or rooms by name.
Rooms = Literal["pairs", "choice"] | dict[Line, tuple[Identifier, ...]]


class VotePlan(Model):
    """What is voted on, and when it is carried."""

    on: Literal["motions", "house"] = Field(
        "motions", description="Those tabled and still open; or the scenario's own motion."
    )
    secret: bool = Field(False, description="Nobody learns who voted how; only the count.")
    rule: Literal["majority", "two_thirds", "unanimity"] = Field(
        "majority", description="Of the votes for and against; abstentions count for neither."
    )
    weights: dict[Identifier, Annotated[int, Field(ge=0, le=1000)]] = Field(
        default_factory=dict, description="Votes of a seat; 1 where none is said."
    )


class Phase(Model):
    """A stretch of the conference with one kind of talk."""

    id: Identifier
    kind: PhaseKind = Field(
        description=(
            "opening: all once, unheard by each other; plenary: rounds; cross: by pairs, one asks "
            "and the other answers; caucus: private rooms; motions: each may table a motion or "
            "join one; amendments: each may propose one, which the sponsor accepts or refuses; "
            "vote: on motions; communique: drafted from the motions carried, then signed; closing: "
            "all once."
        )
    )
    title: Line
    floor: Floor = RoundRobin()
    rounds: int = Field(1, ge=1, le=10_000)
    words: Words = Words.model_validate({"from": 60, "to": 120})
    instructions: Prose = Field(description="What is asked of each speaker in this phase.")
    seats: tuple[Line, ...] = Field(
        (), description="Who takes part: seats, sides, or `audience`; all members if none is said."
    )
    pairs: tuple[tuple[Identifier, Identifier], ...] = Field(
        (), description="In a cross-examination, who asks whom; each asks the next if none is said."
    )
    rooms: Rooms = Field("pairs", description="In a caucus, who meets whom.")
    most: int = Field(3, ge=1, le=100, description="Motions that may be tabled in the phase.")
    vote: VotePlan = VotePlan()

    @model_validator(mode="after")
    def _once(self) -> Phase:
        if self.rounds != 1 and self.kind not in ROUNDS:
            raise ValueError(f"a phase of kind {self.kind!r} has one round")
        for field, kind in (("pairs", "cross"), ("rooms", "caucus"), ("vote", "vote")):
            usual = type(self).model_fields[field].default
            if getattr(self, field) != usual and self.kind != kind:
                raise ValueError(f"a phase of kind {self.kind!r} has no {field!r}")
        if self.kind == "cross" and any(a == b for a, b in self.pairs):
            raise ValueError("nobody can be asked by themselves")
        return self


#: Kinds of phase that may have more than one round.
ROUNDS: frozenset[PhaseKind] = frozenset({"plenary", "cross", "caucus", "motions", "amendments"})


class SeatPlan(Model):
    """A place at the table: a persona, and the model that speaks for it unless another is asked."""

    persona: Identifier
    id: Identifier | None = Field(None, description="Defaults to the persona's id.")
    model: Line | None = None
    role: Role = "member"
    side: Identifier | None = Field(None, description="Such as proposition or opposition.")

    @property
    def name(self) -> str:
        """The seat's id."""
        return self.id or self.persona


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
            ("seat", [s.name for s in self.seats]),
        ):
            if twice := sorted({i for i, times in Counter(ids).items() if times > 1}):
                raise ValueError(f"two {what}s have the id {twice[0]!r}")
        return self

    @model_validator(mode="after")
    def _seated(self) -> Scenario:
        if not any(s.role == "member" for s in self.seats):
            raise ValueError("there is no member among the seats")
        if sum(s.role == "chair" for s in self.seats) > 1:
            raise ValueError("there are two chairs")
        groups = {*(s.side for s in self.seats if s.side), *get_args(Role)}
        seats = {s.name for s in self.seats}
        for phase in self.phases:
            named = [n for pair in phase.pairs for n in pair]
            if isinstance(phase.rooms, dict):
                named += [n for room in phase.rooms.values() for n in room]
            strange = [n for n in phase.seats if n not in seats | groups]
            strange += [n for n in named if n not in seats]
            if strange:
                raise ValueError(f"the phase {phase.id!r} names {strange[0]!r}, which is no seat")
            if phase.floor.rule == "chaired" and not any(s.role == "chair" for s in self.seats):
                raise ValueError(f"the floor of {phase.id!r} is chaired, but no seat is the chair")
        return self
