"""Conferences of a batch that are begun and have not ended, as their transcripts tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from debate.batch.index import forked_at
from debate.bill import NOTHING, Bill
from debate.events import (
    AnyEvent,
    AskOpened,
    ConferenceForked,
    FloorPaused,
    FloorResumed,
    TurnOpened,
)
from debate.phases import turns_planned
from debate.state import ConferenceState, apply
from debate.stats import stats
from debate.steps import BUDGET_SPENT
from debate.transcript import read_entries


@dataclass(frozen=True, slots=True)
class Underway:
    """How far a conference is. What the past cost that it was forked from is not its own."""

    bill: Bill = NOTHING
    """What it cost; what is in the air counts as the most that it can."""
    turns: int = 0
    """Finished by now."""
    left: int = 0
    """Turns that its agenda has room for still."""
    call: Decimal = Decimal(0)
    """What its next call can cost at most, as far as that is known."""
    why: str | None = None
    """Why it stands still, where its budget bears no further call."""

    @property
    def spent(self) -> Decimal:
        """What it cost at most."""
        return self.bill.at_most

    def needs(self, foreseen: Decimal) -> Decimal:
        """About what it takes to its end: no less than what is left of what was foreseen, what its
        turns are like so far, and what its next call can cost.

        An eighth of what it cost is the least, for asks are no turns: call by call it would be
        begun and stand still again and again.
        """
        alike = self.spent * self.left / self.turns if self.turns else Decimal(0)
        return max(foreseen - self.spent, alike, self.call, self.spent / 8)


def underway(path: Path, *, forked: bool) -> Underway:
    """How far a conference is that has not ended.

    Args:
        path: Its transcript.
        forked: Whether it goes on from a past.

    Raises:
        TranscriptError: if it cannot be read.
    """
    begins = forked_at(path) if forked else 0
    state, past = ConferenceState(), 0
    own: list[AnyEvent] = []
    call, why = Decimal(0), None
    for entry in read_entries(path):
        event = entry.event
        state = apply(state, event)
        if event.seq == 0 or event.seq >= begins:
            own.append(event)
        match event:
            case TurnOpened() | AskOpened():
                call = event.at_most or Decimal(0)
            case ConferenceForked():
                past, why = len(state.record), None
            case FloorPaused():
                why = event.reason if event.reason.startswith(BUDGET_SPENT) else None
                call = call if event.at_most is None else event.at_most
            case FloorResumed():
                why = None
    if state.manifest is None:
        return Underway()
    phases = range(len(state.manifest.scenario.phases))
    planned = sum(turns_planned(state.manifest, n) for n in phases)
    return Underway(
        bill=stats(own).total.bill,
        turns=len(state.record) - past,
        left=max(0, planned - len(state.record)),
        call=call,
        why=why,
    )
