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
        self._opened: set[str] = set()
        """Persons who have given their opening."""

    def of(self, item: Item, state: ConferenceState) -> Iterator[Item]:
        """What is shown now that something has come.

        Args:
            item: What has come.
            state: The conference with it.
        """
        people = {seat for seat, by in state.profiles.items() if by.family == "human"}
        if not people or state.manifest is None:
            yield from self._release()
            yield item
            return
        if isinstance(item, _ENDS):
            yield from self._release()
            self._early.clear()
            self._opened.clear()
        if isinstance(item, _OF_A_TURN):
            yield from self._turn(item, state, people)
        elif self._in_a_closed_room(item, state, people):
            return
        elif isinstance(item, _GIVEN_UNHEARD) and item.seat not in people:
            self._held.append(item)
        else:
            if isinstance(item, Event) and not isinstance(item, (*_GIVEN_UNHEARD, *_ASKS)):
                yield from self._release()
            yield item

    def _turn(self, item: Item, state: ConferenceState, people: set[str]) -> Iterator[Item]:
        number = getattr(item, "turn", 0)
        if isinstance(item, TurnOpened):
            if self._in_a_closed_room(item, state, people):
                self._closed.add(number)
            elif item.seat not in people and self._waits(item, state, people):
                self._early.add(number)
        if number in self._closed:
            return
        if number in self._early:
            self._held.append(item)
            return
        yield item
        if isinstance(item, TurnClosed | TurnFailed) and item.seat in people:
            self._opened.add(item.seat)
            if not self._waiting_for(state, people):
                self._early.clear()
                yield from self._release()

    def _waits(self, item: TurnOpened, state: ConferenceState, people: set[str]) -> bool:
        kind = state.opened.scenario.phases[item.phase].kind
        return kind == "opening" and self._waiting_for(state, people)

    def _waiting_for(self, state: ConferenceState, people: set[str]) -> bool:
        """Whether a person has yet to give the opening that others have begun to give."""
        phase = state.phase
        if phase is None or state.opened.scenario.phases[phase.index].kind != "opening":
            return False
        seated = state.opened.taking_part(state.opened.scenario.phases[phase.index])
        return bool((people & set(seated)) - self._opened)

    def _in_a_closed_room(self, item: Item, state: ConferenceState, people: set[str]) -> bool:
        room, phase = getattr(item, "room", None), getattr(item, "phase", None)
        if room is None or phase is None:
            return False
        return not people & set(state.rooms.get((phase, room), ()))

    def _release(self) -> Iterator[Item]:
        held, self._held = self._held, []
        yield from held
