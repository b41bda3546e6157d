"""What the person in the chair can do while a conference runs.

Everything done here is an event in the transcript, so a steered conference resumes, verifies and
replays like any other. An order that needs the floor to be free, such as asking for the last turn
again, waits for the turn in the air, or ends it first where that is what was asked for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from typing import Literal, Protocol

from debate.agenda import GiveFloor, upcoming
from debate.errors import UnknownName, UserError
from debate.events import (
    AnyEvent,
    BudgetSet,
    ConferenceClosed,
    FloorPaused,
    NotePassed,
    SeatChanged,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.seating import check_prices
from debate.speakers.base import Speaker
from debate.state import ConferenceState, last_withdrawable

PAUSED = "the chair asked for it"
ONE_TURN = "one turn at a time"
SKIPPED = "skipped by the chair"


class Table(Protocol):
    """What the chair needs of a conference."""

    @property
    def state(self) -> ConferenceState:
        """The state as it stands now."""
        ...

    def record(self, event: AnyEvent) -> None:
        """Write an event."""
        ...

    async def speaker(self, model: str) -> Speaker:
        """The speaker of a model that the user has named, ready to speak."""
        ...

    def seat_speaker(self, seat: str, speaker: Speaker) -> None:
        """Let a speaker speak for a seat from its next turn on."""
        ...


Key = tuple[Literal["turn", "ask", "minutes"], int]
"""What is under way, by its number."""


class Dropped(Exception):
    """A turn in the air, or an ask, was ended by the chair."""


class Chair:
    """The hand that steers one conference. All methods are for the event loop that runs it."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._in_air: dict[Key, tuple[str | None, asyncio.Timeout]] = {}
        self._dropped: dict[Key, str] = {}
        self._orders: deque[Callable[[], None]] = deque()
        self._pausing: str | None = None
        self._needs: Decimal | None = None
        self.steps_left: int | None = None
        """Turns that may still begin before the conference pauses by itself; None is no limit."""

    # -- for the person

    @property
    def pausing(self) -> bool:
        """True if the conference will pause after the turn in the air."""
        return self._pausing is not None

    def pause(self) -> None:
        """Pause before the next turn; the one in the air ends as it would."""
        self.pause_for(PAUSED)

    def unpause(self) -> None:
        """Take a pause back that has not begun yet."""
        self._pausing = self._needs = self.steps_left = None

    def halt(self) -> None:
        """Pause now: the turn in the air is ended, and asked for again when it goes on."""
        self._drop("halted by the chair")
        self.pause()

    def close(self) -> None:
        """End the conference for good."""
        self._drop("the chair ended the conference")
        self._order(partial(self._table.record, ConferenceClosed(reason="stopped")))

    def skip(self, seat: str | None = None) -> None:
        """Pass over whoever has the floor, or would have it next, for this round; or whoever is
        asked for something, whose answer is then assumed.

        Args:
            seat: Where several speak side by side, or would be next, the one to pass over; all
                who speak, or the first who would, if None.

        Raises:
            UserError: if nobody has the floor and the next phase has yet to begin, or it is not
                this seat that has it.
        """
        self._known(seat)
        state = self._table.state
        if any(seat in (None, ask.seat) for ask in state.asking.values()):
            self._drop(SKIPPED, seat)
            return
        floors: list[TurnOpened | GiveFloor] = list(state.in_air.values())
        if not floors:
            following = _floors(state)
            floors = [*(following[:1] if seat is None else following)]
        if not floors:
            raise UserError("nobody has the floor", hint="go on or step first")
        floors = [f for f in floors if seat in (None, f.seat)]
        if not floors:
            raise UserError(f"{seat} does not have the floor")
        skips = [TurnSkipped(seat=f.seat, phase=f.phase, round=f.round) for f in floors]
        self._drop(SKIPPED, seat)
        for skip in skips:
            self._order(partial(self._pass_over, skip))

    def retry(self) -> None:
        """Strike the last finished turn from the record, so that its seat is asked again.

        Raises:
            UserError: if there is none, or its phase is over.
        """
        state = self._table.state
        phase = state.phase
        held = state.minutes.through if state.minutes else 0
        spoken = state.record[phase.opened_after :] if phase else ()
        if not spoken or spoken[-1].number <= held:
            raise UserError(
                "no turn of this phase has finished", hint="fork from an earlier turn instead"
            )
        self._drop("the turn before it is asked for again")
        self._order(self._withdraw)

    def pass_note(self, text: str, to: str | None = None) -> None:
        """Pass a note: to all, or to one seat that alone will know it.

        Raises:
            UserError: if it is empty or too long, or there is no such seat.
        """
        self._known(to)
        if not text.strip():
            raise UserError("the note is empty")
        if len(text.strip()) > 4000:
            raise UserError("the note is longer than 4,000 characters")
        self._table.record(NotePassed(to=to, text=text))

    async def change_model(self, seat: str, model: str) -> None:
        """Let another model, or with `me` a person, speak for a seat from its next turn on.

        Raises:
            UserError: if there is no such seat or model, or it cannot be used.
            YaltaError: if it cannot be made ready.
        """
        self._known(seat)
        speaker = await self._table.speaker(model)
        self._check_cost(speaker)
        self._order(partial(self._seat, seat, speaker))

    def set_budget(self, cost: Decimal) -> None:
        """Let the conference cost so much in all, once it is driven.

        Raises:
            UserError: if its cost cannot be known, or it has cost more already.
        """
        state = self._table.state
        check_prices(state.profiles.values())
        spent = state.at_most + state.under_way
        if cost <= spent:
            raise UserError(f"it may have cost {spent:f} already")
        self._orders.append(partial(self._table.record, BudgetSet(cost=cost)))

    # -- for the driver

    def pause_for(self, why: str, at_most: Decimal | None = None) -> None:
        """Pause before the next turn, for a reason of the driver's.

        Args:
            why: The reason.
            at_most: What the next call can cost, where the budget does not bear it.
        """
        self._pausing, self._needs = why, at_most

    def begin(self, turns: int | None) -> None:
        """The conference goes on, for so many turns or to its end: no pause is ordered yet."""
        self.unpause()
        self.steps_left = turns

    def attend(self) -> bool:
        """Carry out what was ordered; the floor is free. Returns False if the conference pauses."""
        while self._orders and self._table.state.standing != "closed":
            self._orders.popleft()()
        if self._table.state.standing != "open":
            return False
        if self._pausing is not None or self.steps_left == 0:
            self._table.record(FloorPaused(reason=self._pausing or ONE_TURN, at_most=self._needs))
            self.unpause()
            return False
        return True

    @asynccontextmanager
    async def floor(self, key: Key, seat: str | None) -> AsyncIterator[Callable[[float], None]]:
        """Hold the floor for one turn, or one ask. Yields what sets its end, in seconds from that
        moment.

        Raises:
            Dropped: if the chair ended it.
            TimeoutError: if it took longer than was set.
        """
        try:
            async with asyncio.timeout(None) as scope:
                self._in_air[key] = seat, scope
                yield partial(self._end_in, key, scope)
        except TimeoutError:
            if key in self._dropped:
                raise Dropped(self._dropped[key]) from None
            raise
        finally:
            self._in_air.pop(key, None)
            self._dropped.pop(key, None)

    def seat_later(self, seat: str, speaker: Speaker) -> None:
        """Let a speaker speak for a seat once the conference is driven.

        Raises:
            UserError: if its cost cannot be known, where cost is limited.
        """
        self._check_cost(speaker)
        self._orders.append(partial(self._seat, seat, speaker))

    def _seat(self, seat: str, speaker: Speaker) -> None:
        self._table.record(SeatChanged(seat=seat, profile=speaker.profile))
        self._table.seat_speaker(seat, speaker)

    def _check_cost(self, speaker: Speaker) -> None:
        state = self._table.state
        if state.budget is not None:
            check_prices([*state.profiles.values(), speaker.profile])

    def _end_in(self, key: Key, scope: asyncio.Timeout, seconds: float) -> None:
        if key not in self._dropped:
            scope.reschedule(asyncio.get_running_loop().time() + seconds)

    def _order(self, order: Callable[[], None]) -> None:
        if self._table.state.busy:
            self._orders.append(order)
        else:
            order()

    def _drop(self, why: str, seat: str | None = None) -> None:
        """End what is in the air, or what is of one seat."""
        now = asyncio.get_running_loop().time()
        for key, (whose, scope) in self._in_air.items():
            if seat in (None, whose) and key not in self._dropped:
                self._dropped[key] = why
                scope.reschedule(now)

    def _pass_over(self, skip: TurnSkipped) -> None:
        # Its turn may have ended by itself just before it was to be dropped.
        if any((f.seat, f.round) == (skip.seat, skip.round) for f in _floors(self._table.state)):
            self._table.record(skip)

    def _withdraw(self) -> None:
        turn = last_withdrawable(self._table.state)
        if turn is not None:
            self._table.record(TurnWithdrawn(turn=turn))

    def _known(self, seat: str | None) -> None:
        seats = self._table.state.profiles
        if seat is not None and seat not in seats:
            raise UnknownName("seat", seat, seats)


def _floors(state: ConferenceState) -> list[GiveFloor]:
    """Who would have the floor next: several where they do not hear each other."""
    return [step for step in upcoming(state) if isinstance(step, GiveFloor)]
