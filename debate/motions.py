"""What became of each motion in a transcript: who tabled it, who joined, how the votes fell."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from debate.events import (
    AmendmentAnswered,
    AmendmentProposed,
    AnyEvent,
    MotionDecided,
    MotionJoined,
    MotionTabled,
)
from debate.scenario import HOUSE_MOTION


@dataclass(frozen=True, slots=True)
class MotionFigures:
    """One motion, with the count of one vote on it."""

    motion: str
    """Its id; of the scenario's own motion, which may be voted on more than once, `M0`."""
    title: str
    """Empty where it is the scenario's own."""
    sponsors: tuple[str, ...] = ()
    """Seats: who tabled it, then who joined."""
    amended: int = 0
    """Amendments to it that were accepted."""
    phase: int | None = None
    """The phase in which it was voted on; None, as all that follows, until it was."""
    carried: bool | None = None
    yes: int | None = None
    """Votes for it, by weight."""
    no: int | None = None
    abstain: int | None = None


class Motions:
    """The motions of a transcript, as its events come.

    Args:
        seats: Ids of its seats.
    """

    def __init__(self, seats: Collection[str] = ()) -> None:
        self._seats = seats
        self._motions: dict[str, MotionFigures] = {}
        self._house: list[MotionFigures] = []
        self.house: list[MotionDecided] = []
        """The counts of the votes on the scenario's own."""
        self._amendments: dict[str, str] = {}

    def take(self, event: AnyEvent) -> None:
        """Note what an event says of motions."""
        match event:
            case MotionTabled(seat=str(seat)) if seat in self._seats:
                tabled = MotionFigures(event.motion, event.title, (seat,))
                self._motions.setdefault(event.motion, tabled)
            case MotionJoined(seat=str(seat)) if motion := self._motions.get(event.motion):
                self._put(replace(motion, sponsors=(*motion.sponsors, seat)))
            case AmendmentProposed() if motion := self._motions.get(event.motion):
                self._amendments[event.amendment] = event.motion
                if motion.sponsors[0] == event.seat:  # nobody else need agree
                    self._amend(event.amendment)
            case AmendmentAnswered(accepted=True):
                self._amend(event.amendment)
            case MotionDecided():
                self._decide(event)
            case _:
                pass

    def motions(self) -> tuple[MotionFigures, ...]:
        """All there are by now: those tabled, in that order, then each vote on the scenario's."""
        return (*self._motions.values(), *self._house)

    def tabled(self, seat: str) -> int:
        """How many motions a seat has tabled."""
        return sum(motion.sponsors[0] == seat for motion in self._motions.values())

    def carried(self, seat: str) -> int:
        """How many of them were carried."""
        return sum(
            bool(motion.carried) and motion.sponsors[0] == seat for motion in self._motions.values()
        )

    def _put(self, motion: MotionFigures) -> None:
        self._motions[motion.motion] = motion

    def _amend(self, amendment: str) -> None:
        if motion := self._motions.get(self._amendments.pop(amendment, "")):
            self._put(replace(motion, amended=motion.amended + 1))

    def _decide(self, event: MotionDecided) -> None:
        house = event.motion == HOUSE_MOTION
        motion = MotionFigures(event.motion, "") if house else self._motions.get(event.motion)
        if motion is None:
            return
        counted = replace(
            motion,
            phase=event.phase,
            carried=event.carried,
            yes=event.yes,
            no=event.no,
            abstain=event.abstain,
        )
        if house:
            self._house.append(counted)
            self.house.append(event)
        else:
            self._put(counted)
