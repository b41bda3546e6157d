"""A scenario: the motion, the facts on the table, the seats, the phases. One YAML file, one model.

Kinds of phase and rules of the floor are closed sets here, so that a file which names one that this
version does not know is refused when it is loaded, with its line, and never skipped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from debate.errors import nearest
from debate.fault import SHAPE, fault, misshapen
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
        default_factory=dict,
        description="By seat; 1 where none is said.",
        examples=[{"ada": 3, "bo": 0.5}],
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
    if not isinstance(value, dict | BaseModel):
        raise misshapen("the name of a rule, or that and more of it")
    return value


FreeFloor = RandomFloor | Weighted | Addressed | Bidding | Chaired | Manual
Floor = Annotated[
    Annotated[RoundRobin | FreeFloor, Field(discriminator="rule")], BeforeValidator(_floor_by_name)
]


def _way_of_meeting(value: Any) -> str | None:
    if isinstance(value, str | dict):
        return "word" if isinstance(value, str) else "rooms"
    return None


#: Who meets in a caucus: pairs, in another pairing each time; whom each chooses and is chosen by;
#: or rooms by name.
Rooms = Annotated[
    Annotated[Literal["pairs", "choice"], Tag("word")]
    | Annotated[dict[Line, tuple[Identifier, ...]], Tag("rooms")],
    Discriminator(
        _way_of_meeting,
        custom_error_type=SHAPE,
        custom_error_message="expected 'pairs', 'choice', or rooms with their seats",
    ),
]


def _in_pairs(value: Any) -> Any:
    """Tell of seats in a row once, and not of each that it is no pair."""
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        raise misshapen("pairs, each of who asks and who answers")
    return value


def _pair(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise misshapen("a pair, who asks and who answers")
    return value


Pair = Annotated[tuple[Identifier, Identifier], BeforeValidator(_pair)]


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
        default_factory=dict,
        description="Votes of a seat; 1 where none is said.",
        examples=[{"ada": 3, "bo": 0}],
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
    floor: Floor = Field(RoundRobin(), examples=["bidding", {"rule": "bidding", "most": 4}])
    rounds: int = Field(1, ge=1, le=10_000)
    words: Words = Field(
        Words.model_validate({"from": 60, "to": 120}), examples=[{"from": 60, "to": 120}]
    )
    instructions: Prose = Field(description="What is asked of each speaker in this phase.")
    seats: tuple[Line, ...] = Field(
        (),
        description="Who takes part: seats, sides, or `audience`; all members if none is said.",
        examples=[["ada", "bo"]],
    )
    pairs: Annotated[tuple[Pair, ...], BeforeValidator(_in_pairs)] = Field(
        (),
        description="In a cross-examination, who asks whom; each asks the next if none is said.",
        examples=[[["ada", "bo"], ["bo", "ada"]]],
    )
    rooms: Rooms = Field(
        "pairs",
        description="In a caucus, who meets whom.",
        examples=[{"north": ["ada", "bo"]}, "pairs", "choice"],
    )
    most: int = Field(3, ge=1, le=100, description="Motions that may be tabled in the phase.")
    vote: VotePlan = Field(VotePlan(), examples=[{"rule": "two_thirds", "secret": True}])

    def includes(self, seat: str, role: Role, side: str | None) -> bool:
        """Whether a seat is among those that it names, by themselves or by role or side."""
        return role != "chair" and not {seat, role, side}.isdisjoint(self.seats)

    @model_validator(mode="after")
    def _once(self) -> Phase:
        if self.rounds != 1 and self.kind not in ROUNDS:
            raise fault(f"a phase of kind {self.kind!r} has one round", "rounds")
        for field, kind in (("pairs", "cross"), ("rooms", "caucus"), ("vote", "vote")):
            usual = type(self).model_fields[field].default
            if getattr(self, field) != usual and self.kind != kind:
                has = f"only one of kind {kind!r} has"
                raise fault(f"a phase of kind {self.kind!r} has no {field!r}: {has}", field)
        for n, (asks, answers) in enumerate(self.pairs):
            if asks == answers:
                raise fault("nobody can be asked by themselves", "pairs", n)
        return self

    @property
    def named(self) -> Iterator[tuple[str, tuple[str | int, ...]]]:
        """The seats that meet or ask by name, and where the name stands in the phase."""
        for n, pair in enumerate(self.pairs):
            yield from ((seat, ("pairs", n, at)) for at, seat in enumerate(pair))
        if isinstance(self.rooms, dict):
            for room, seats in self.rooms.items():
                yield from ((seat, ("rooms", room, at)) for at, seat in enumerate(seats))


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
            ("fact", [(f.id, "id") for f in self.facts]),
            ("phase", [(p.id, "id") for p in self.phases]),
            ("seat", [(s.name, "id" if s.id else "persona") for s in self.seats]),
        ):
            seen: set[str] = set()
            for n, (name, field) in enumerate(ids):
                if name in seen:
                    raise fault(f"two {what}s have the id {name!r}", f"{what}s", n, field)
                seen.add(name)
        return self

    @model_validator(mode="after")
    def _seated(self) -> Scenario:
        if not any(s.role == "member" for s in self.seats):
            raise fault("there is no member among the seats", "seats")
        chairs = [n for n, s in enumerate(self.seats) if s.role == "chair"]
        if len(chairs) > 1:
            raise fault("there are two chairs", "seats", chairs[1], "role")
        for n, phase in enumerate(self.phases):
            self._check_names(n, phase)
            if phase.floor.rule == "chaired" and not chairs:
                what = f"the floor of {phase.id!r} is chaired, but no seat is the chair"
                raise fault(what, "phases", n, "floor")
        return self

    def _check_names(self, n: int, phase: Phase) -> None:
        seats = [s.name for s in self.seats]
        groups = [*get_args(Role), *(s.side for s in self.seats if s.side)]
        for at, name in enumerate(phase.seats):
            if name not in seats and name not in groups:
                raise fault(_stranger(phase, name, [*seats, *groups]), "phases", n, "seats", at)
        for name, where in phase.named:
            if name not in seats:
                raise fault(_stranger(phase, name, seats), "phases", n, *where)


def _stranger(phase: Phase, name: str, known: Iterable[str]) -> str:
    known = list(dict.fromkeys(known))
    near = nearest(name, known)
    guess = f"did you mean {near!r}?" if near else f"known: {', '.join(known[:20])}"
    return f"the phase {phase.id!r} names {name!r}, which is no seat; {guess}"
