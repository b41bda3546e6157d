"""What those who sit at the table in person may know of a conference while it runs. Pure.

    hearing = Hearing.of(state)
    hearing is None or hearing.room(2, "north")

Whoever holds a conference may see all of it, until they sit at the table themselves: then they hear
what their seats hear. The terminal and the stage both ask here.
"""

from __future__ import annotations

from dataclasses import dataclass

from debate.standing import ConferenceState


@dataclass(frozen=True, slots=True)
class Hearing:
    """What is heard at those seats for which a person speaks, now."""

    people: frozenset[str]
    """Those seats."""
    rooms: frozenset[tuple[int, str]]
    """The private rooms, by phase and name, that any of them is in, or was."""
    unopened: int | None
    """The phase, if it is an opening that one of them has yet to speak in."""

    @classmethod
    def of(cls, state: ConferenceState) -> Hearing | None:
        """What they hear; None where nobody sits at the table, and nothing is kept from anybody."""
        people = frozenset(s for s, by in state.profiles.items() if by.family == "human")
        if not people or state.manifest is None:
            return None
        rooms = frozenset(room for room, seats in state.rooms.items() if people & set(seats))
        return cls(people, rooms, _unopened(state, people))

    def room(self, phase: int, name: str) -> bool:
        """Whether they hear what is said in a private room."""
        return (phase, name) in self.rooms

    def opening(self, phase: int, seat: str) -> bool:
        """Whether they hear the opening of a seat: their own, and others' once theirs is given."""
        return phase != self.unopened or seat in self.people


def _unopened(state: ConferenceState, people: frozenset[str]) -> int | None:
    plan, phase = state.phase_plan, state.phase
    if plan is None or phase is None or plan.kind != "opening":
        return None
    given = {seat for _, seat in phase.held} | {seat for seat, _ in phase.skipped}
    return phase.index if (people & set(state.members)) - given else None
