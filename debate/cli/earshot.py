"""What a person who has a seat is shown of a conference while it runs: no more than they may know.

Whoever holds the conference may see all of it, until they sit at the table themselves. Then rooms
that they are not in stay closed, and openings, bids, ballots and signatures of others are held back
until they have given theirs. The transcript has it all, and `yalta show` tells it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from debate.answers import BidCast, CommuniqueSigned, VoteCast
from debate.events import (
    AskFailed,
    AskOpened,
    ConferenceClosed,
    Event,
    FloorPaused,
    PhaseOpened,
    TurnClosed,
    TurnFailed,
    TurnOpened,
)
from debate.hearing import Hearing
from debate.state import ConferenceState
from debate.take import Again, Delta, Item, Progress

_OF_A_TURN = (TurnOpened, Delta, Again, Progress, TurnClosed, TurnFailed)
_GIVEN_UNHEARD = (BidCast, VoteCast, CommuniqueSigned)
_ASKS = (AskOpened, AskFailed)
_ENDS = (PhaseOpened, FloorPaused, ConferenceClosed)


class Earshot:
    """Lets through what may be shown, holds back what may be later, and drops the rest."""

    def __init__(self) -> None:
        self._held: list[Item] = []
        self._closed: set[int] = set()
        """Turns in rooms that no person is in."""
        self._early: set[int] = set()
        """Openings that came before a person's own."""
        self._heard: tuple[ConferenceState, Hearing | None] | None = None
        """What people hear as it stands: a turn is hundreds of deltas, and no state."""

    def of(self, item: Item, state: ConferenceState) -> Iterator[Item]:
        """What is shown now that something has come.

        Args:
            item: What has come.
            state: The conference with it.
        """
        if self._heard is None or self._heard[0] is not state:
            self._heard = state, Hearing.of(state)
        hearing = self._heard[1]
        if hearing is None:
            yield from self._release()
            yield item
            return
        if isinstance(item, _ENDS):
            yield from self._release()
            self._early.clear()
        if isinstance(item, _OF_A_TURN):
            yield from self._turn(item, hearing)
        elif _in_a_closed_room(item, hearing):
            return
        elif isinstance(item, _GIVEN_UNHEARD) and item.seat not in hearing.people:
            self._held.append(item)
        else:
            if isinstance(item, Event) and not isinstance(item, (*_GIVEN_UNHEARD, *_ASKS)):
                yield from self._release()
            yield item

    def _turn(self, item: Item, hearing: Hearing) -> Iterator[Item]:
        number = getattr(item, "turn", 0)
        if isinstance(item, TurnOpened):
            if _in_a_closed_room(item, hearing):
                self._closed.add(number)
            elif not hearing.opening(item.phase, item.seat):
                self._early.add(number)
        if number in self._closed:
            return
        if number in self._early:
            self._held.append(item)
            return
        yield item
        ended = isinstance(item, TurnClosed | TurnFailed) and item.seat in hearing.people
        if ended and hearing.unopened is None:
            self._early.clear()
            yield from self._release()

    def _release(self) -> Iterator[Item]:
        held, self._held = self._held, []
        yield from held


def _in_a_closed_room(item: Item, hearing: Hearing) -> bool:
    room, phase = getattr(item, "room", None), getattr(item, "phase", None)
    return room is not None and phase is not None and not hearing.room(phase, room)
