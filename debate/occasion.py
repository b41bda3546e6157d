"""What a call is for: enough to know the same again in another conference on the scenario. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from debate.answer_wording import motion_name
from debate.events import AskKind, Part
from debate.manifest import ConferenceOpened
from debate.scenario import RoundRobin
from debate.steps import Calling, GiveFloor
from debate.wording import ASKED


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is asked of a seat, and where in which conference. Two that are equal are the same."""

    scenario: str
    """Its id."""
    motion: str
    """Of the scenario."""
    phase: str
    """Its id."""
    seat: str
    """Empty: the person who holds the conference."""
    kind: Literal["turn"] | AskKind
    counts: Literal["round", "turn"]
    """What `nth` counts in this phase."""
    nth: int
    room: str | None = None
    part: Part | None = None
    to: str | None = None
    """Of a question, who is asked; of an answer, who asked."""
    about: str | None = None
    """The motion or amendment in question."""

    def __str__(self) -> str:
        """As in "a vote (motion M2) in the phase 'vote'"."""
        what = _PARTS[self.part] if self.kind == "turn" else ASKED[self.kind]
        to = f" to {self.to}" if self.to else ""
        on = self.about if self.kind == "ruling" else self.about and motion_name(self.about)
        return f"{what}{to}{f' ({on})' if on else ''} {self.where}"

    @property
    def where(self) -> str:
        """The place in the conference, as in "in round 2 of the phase 'plenary'"."""
        at = "in" if self.kind in _ONCE else f"in {self.counts} {self.nth} of"
        room = f", room {self.room!r}" if self.room else ""
        return f"{at} the phase {self.phase!r}{room}"


_PARTS: dict[Part | None, str] = {
    None: "a turn",
    "question": "a question",
    "answer": "an answer",
    "draft": "a draft",
}

#: Asked of a seat once in a phase, or once for what it is about.
_ONCE = frozenset({"partner", "ruling", "ballot", "signature"})


def occasion_of(opened: ConferenceOpened, step: Calling) -> Occasion:
    """What a step of a conference asks for.

    Raises:
        IndexError: if the scenario has no such phase.
    """
    scenario = opened.scenario
    plan = scenario.phases[step.phase]
    goes_round = isinstance(plan.floor, RoundRobin) and plan.kind != "cross"
    occasion = Occasion(
        scenario=scenario.id,
        motion=scenario.motion,
        phase=plan.id,
        seat=step.seat or "",
        kind="turn" if isinstance(step, GiveFloor) else step.kind,
        counts="round" if goes_round else "turn",
        nth=step.round,
        room=step.room,
    )
    if isinstance(step, GiveFloor):
        return replace(occasion, part=step.part, to=step.to)
    return replace(occasion, about=step.about)
