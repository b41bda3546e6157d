"""Advice on a scenario: what loads, and yet may not be what its author means.

    for each in advice(load_scenario("yalta")):
        print(each.loc, each.message)

Three kinds of thing are looked for: phases in which something cannot come about (a vote before any
motion can be tabled, a floor whose quotas leave turns unfilled), facts that are cited and are none
of the scenario's, and words that script an outcome, since what was scripted proves nothing when it
comes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from debate.citations import citations
from debate.scenario import Phase, RoundRobin, Scenario, Weighted

#: Where something stands in a file: fields and places in lists.
Loc = tuple[str | int, ...]

#: Words that tell speakers what should come out.
_SCRIPTING = re.compile(
    r"\b(agree on|agree to|reach (?:an )?agreement|consensus|compromis\w*|common ground"
    r"|meet halfway|middle (?:way|ground)|tiers?|tiered|must (?:accept|agree|sign|concede))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to think over."""

    loc: Loc
    message: str


def advice(scenario: Scenario, personas: Collection[str] | None = None) -> list[Advice]:
    """What may not be meant in a scenario.

    Args:
        scenario: As loaded.
        personas: Ids of those that are at hand, if that is to be looked at.
    """
    found: list[Advice] = []
    for n, seat in enumerate(scenario.seats):
        if personas is not None and seat.persona not in personas:
            found.append(Advice(("seats", n, "persona"), f"no persona {seat.persona!r} is at hand"))
    for n, rule in enumerate(scenario.rules):
        found += _scripted(("rules", n), rule)
    for n, phase in enumerate(scenario.phases):
        loc: Loc = ("phases", n)
        found += _scripted((*loc, "instructions"), phase.instructions)
        found += [Advice((*loc, *each.loc), each.message) for each in _of_phase(scenario, n)]
    return [*found, *_uncited(scenario), *_idle(scenario)]


def taking_part(scenario: Scenario, phase: Phase) -> tuple[str, ...]:
    """Who takes part in a phase, by the same rule as `ConferenceOpened.taking_part`, before
    anybody is seated."""
    members = tuple(s.name for s in scenario.seats if s.role == "member")
    return named_by(scenario, phase) or members


def named_by(scenario: Scenario, phase: Phase) -> tuple[str, ...]:
    """The seats that a phase names, by themselves or by role or side."""
    return tuple(s.name for s in scenario.seats if phase.includes(s.name, s.role, s.side))


def _scripted(loc: Loc, text: str) -> Iterator[Advice]:
    words = dict.fromkeys(found[0].lower() for found in _SCRIPTING.finditer(text))
    for each in words:
        yield Advice(loc, f"{each!r} may script what comes out: say what to do, not where to end")


def _uncited(scenario: Scenario) -> Iterator[Advice]:
    """Facts that its texts cite, and that are none of its own."""
    texts: list[tuple[Loc, str]] = [
        (("motion",), scenario.motion),
        (("background",), scenario.background),
        *((("rules", n), rule) for n, rule in enumerate(scenario.rules)),
        *((("facts", n, "text"), fact.text) for n, fact in enumerate(scenario.facts)),
        *((("phases", n, "instructions"), p.instructions) for n, p in enumerate(scenario.phases)),
    ]
    known = ", ".join(fact.id for fact in scenario.facts[:20]) or "none"
    for loc, text in texts:
        for citation in citations(text, scenario.facts):
            if citation.fact is None:
                yield Advice(loc, f"[{citation.id}] is no fact on the table; there are: {known}")


def _of_phase(scenario: Scenario, n: int) -> Iterator[Advice]:
    phase = scenario.phases[n]
    seats = taking_part(scenario, phase)
    before = {earlier.kind for earlier in scenario.phases[:n]}
    if phase.seats and not named_by(scenario, phase):
        yield Advice(("seats",), "nobody at the table is any of these: all members take part")
    yield from _named(scenario, phase, seats)
    if phase.kind in ("caucus", "cross") and len(seats) < 2:
        yield Advice((), f"only {len(seats)} takes part: a {phase.kind} needs two")
    if phase.kind == "amendments" or (phase.kind == "vote" and phase.vote.on == "motions"):
        nothing = "nothing can be amended" if phase.kind == "amendments" else "nothing is voted on"
        if "motions" not in before:
            yield Advice((), f"no motion can have been tabled before: {nothing}")
        elif vote := _decided_by(scenario.phases[:n]):
            yield Advice((), f"{vote!r} has decided all motions that there are: {nothing}")
    if phase.kind == "vote" and not any(phase.vote.weights.get(seat, 1) for seat in seats):
        yield Advice(("vote", "weights"), "nobody who votes has a vote: nothing can be carried")
    if phase.kind == "communique" and not any(s.role == "chair" for s in scenario.seats):
        yield Advice((), f"there is no chair: {seats[0]} drafts it, who takes part first")
    if phase.kind == "caucus" and phase.floor.rule == "chaired":
        yield Advice(("floor",), "the chair does not hear what is said in a caucus")
    yield from _quota(phase, seats)


def _decided_by(before: Sequence[Phase]) -> str | None:
    """The vote after which no motion can be open, since none can have been tabled after it."""
    for phase in reversed(before):
        if phase.kind == "motions":
            return None
        if phase.kind == "vote" and phase.vote.on == "motions":
            return phase.id
    return None


def _named(scenario: Scenario, phase: Phase, seats: tuple[str, ...]) -> Iterator[Advice]:
    """Names that mean nobody where they stand."""
    ids = {s.name for s in scenario.seats}
    groups = {group for s in scenario.seats if s.role != "chair" for group in (s.role, s.side)}
    for n, name in enumerate(phase.seats):
        if name not in groups and name not in ids:
            yield Advice(("seats", n), f"nobody is {name!r}")
        elif any(s.name == name and s.role == "chair" for s in scenario.seats):
            yield Advice(("seats", n), f"{name} is the chair, who takes part in no phase")
    for n, pair in enumerate(phase.pairs):
        if strange := [name for name in pair if name not in seats]:
            yield Advice(("pairs", n), f"{strange[0]} takes no part in the phase: nobody is asked")
    yield from _in_two_rooms(phase)
    if isinstance(phase.rooms, dict):
        for room, members in phase.rooms.items():
            if strange := [name for name in members if name not in seats]:
                yield Advice(("rooms", room), f"{strange[0]} takes no part in the phase")
            if len(set(members) & set(seats)) < 2:
                yield Advice(("rooms", room), "fewer than two would meet here: nobody does")
    weights = phase.floor.weights if isinstance(phase.floor, Weighted) else {}
    for field, named in (("floor", weights), ("vote", phase.vote.weights)):
        for name in named:
            if name not in seats:
                yield Advice((field, "weights", name), f"{name!r} takes no part in the phase")


def _in_two_rooms(phase: Phase) -> Iterator[Advice]:
    rooms = phase.rooms if isinstance(phase.rooms, dict) else {}
    first: dict[str, str] = {}
    for room, members in rooms.items():
        for n, name in enumerate(members):
            if name in first:
                yield Advice(
                    ("rooms", room, n),
                    f"{name} is in {first[name]!r} already, and meets nobody elsewhere: have"
                    " another caucus for that",
                )
            first.setdefault(name, room)


def _quota(phase: Phase, seats: tuple[str, ...]) -> Iterator[Advice]:
    floor = phase.floor
    if isinstance(floor, RoundRobin) or floor.most is None:
        return
    if phase.kind in ("plenary", "caucus", "motions", "amendments") and floor.most < phase.rounds:
        turns, most = len(seats) * phase.rounds, len(seats) * floor.most
        yield Advice(
            ("floor", "most"), f"{turns} turns are planned, but {most} is the most there can be"
        )


def _idle(scenario: Scenario) -> Iterator[Advice]:
    """Seats that are never asked for anything."""
    busy = {seat for phase in scenario.phases for seat in taking_part(scenario, phase)}
    for n, seat in enumerate(scenario.seats):
        if seat.role != "chair" and seat.name not in busy:
            yield Advice(("seats", n), f"{seat.name} takes part in no phase")
