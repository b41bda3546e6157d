"""Motions, votes and communiques as people look them up: each with all that became of it.

    ledger = Ledger()
    for event in events:
        ledger.take(event)
    ledger.state.motions, ledger.polls, ledger.communiques

The state of a conference holds what the agenda and the prompts need; who voted how, in a vote that
is under way, or who signed a communique of an earlier phase, is known here. An event that makes no
sense where it stands changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from debate.events import (
    AnyEvent,
    CommuniqueSigned,
    MotionDecided,
    TurnClosed,
    TurnWithdrawn,
    VoteCast,
)
from debate.scenario import HOUSE_MOTION, VotePlan
from debate.standing import Amendment, ConferenceState
from debate.state import apply
from debate.swing import Swing, swing

A = TypeVar("A", VoteCast, CommuniqueSigned)


@dataclass(slots=True)
class Poll:
    """A vote on one motion."""

    phase: int
    motion: str
    plan: VotePlan
    of: int
    """How many have a vote."""
    cast: dict[str, VoteCast] = field(default_factory=dict)
    """By seat, in the order of the table."""
    decided: MotionDecided | None = None


@dataclass(slots=True)
class Communique:
    """A communique that was drafted."""

    turn: int
    seat: str
    text: str
    of: int
    """How many may sign it."""
    signatures: dict[str, CommuniqueSigned] = field(default_factory=dict)
    """By seat, in the order of the table."""


class Ledger:
    """What was moved, voted on and signed in one conference, kept up with its events."""

    def __init__(self, events: Iterable[AnyEvent] = ()) -> None:
        self.state = ConferenceState()
        self.polls: dict[tuple[int, str], Poll] = {}
        """By phase and motion; the scenario's own motion may be voted on more than once."""
        self._drafted: dict[int, Communique] = {}
        for event in events:
            self.take(event)

    @property
    def communiques(self) -> list[Communique]:
        """Those in the record."""
        return list(self._drafted.values())

    @property
    def is_empty(self) -> bool:
        """Whether nothing was moved, voted on or drafted."""
        return not (self.state.motions or self.polls or self._drafted)

    def take(self, event: AnyEvent) -> bool:
        """Take an event in. Returns whether anything that is told here may be another now."""
        before, self.state = self.state, apply(self.state, event)
        if self.state is before:
            return False
        match event:
            case VoteCast() if event.seat is not None:
                poll = self._poll(event.phase, event.motion)
                poll.cast = self._by_seat({**poll.cast, event.seat: event})
            case MotionDecided():
                self._poll(event.phase, event.motion).decided = event
            case CommuniqueSigned() if event.seat is not None and self._drafted:
                last = self.communiques[-1]
                last.signatures = self._by_seat({**last.signatures, event.seat: event})
            case TurnClosed():
                opened = before.in_air.get(event.turn)
                return opened is not None and opened.part == "draft" and self._draft(event)
            case TurnWithdrawn():
                return self._drafted.pop(event.turn, None) is not None
            case _:
                now = self.state
                same = now.motions is before.motions and now.amendments is before.amendments
                return not same
        return True

    def polls_on(self, motion: str) -> list[Poll]:
        """The votes on a motion."""
        return [poll for poll in self.polls.values() if poll.motion == motion]

    def swing(self, poll: Poll) -> Swing | None:
        """How the votes on the motion of the conference moved up to a vote on it; None of any other
        motion, and of a vote that is not counted or is the first."""
        if poll.motion != HOUSE_MOTION or poll.decided is None:
            return None
        counts = [p.decided for p in self.polls_on(HOUSE_MOTION) if p.decided]
        return swing(self.state.opened, [c for c in counts if c.phase <= poll.phase])

    def amendments_to(self, motion: str) -> list[Amendment]:
        """The amendments to a motion, in order."""
        return [each for each in self.state.amendments.values() if each.motion == motion]

    def _poll(self, phase: int, motion: str) -> Poll:
        plan = self.state.opened.scenario.phases[phase]
        poll = self.polls.get((phase, motion))
        if poll is None:
            of = len(self.state.opened.taking_part(plan))
            poll = self.polls[phase, motion] = Poll(phase, motion, plan.vote, of)
        return poll

    def _by_seat(self, answers: dict[str, A]) -> dict[str, A]:
        """Answers in the order of the table, whatever order they came in."""
        seats = (card.id for card in self.state.opened.seats)
        return {seat: answers[seat] for seat in seats if seat in answers}

    def _draft(self, event: TurnClosed) -> bool:
        of = len(self.state.members)
        self._drafted[event.turn] = Communique(event.turn, event.seat, event.text, of)
        return True
