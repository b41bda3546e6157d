"""Made-up conferences in which a clerk takes minutes, and every prompt is the one recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from worlds import Play

from debate.agenda import GiveFloor
from debate.events import AnyEvent, MinutesTaken, Profile, Timing, TurnOpened
from debate.prompts.layouts import Message, Projection, request_hash
from debate.prompts.minutes import clerk_messages
from debate.state import ConferenceState, settled

BY = Profile(model="test", family="openai")

When = Callable[[ConferenceState, list[GiveFloor]], int | None]


class Minuted(Play):
    """A play that takes minutes before turns open.

    Args:
        when: Gives the last turn that minutes should hold, until it gives None.
        text: Gives the words of minutes, by their last turn.
    """

    def __init__(
        self, opened: Any, when: When, text: Callable[[int], str] | None = None, **more: Any
    ) -> None:
        self._when = when
        self._text = text or (lambda through: f"Minutes through (({through})).")
        self.projection = Projection(opened)
        self.prompts: list[tuple[GiveFloor, ConferenceState, tuple[Message, ...]]] = []
        self.clerks: list[tuple[MinutesTaken, ConferenceState, tuple[Message, ...]]] = []
        super().__init__(opened, **more)

    def put(self, event: AnyEvent) -> None:
        if isinstance(event, TurnOpened):
            step = GiveFloor(event.seat, event.phase, event.round, event.room)
            messages = self.projection.messages(self.state, step)
            self.prompts.append((step, self.state, messages))
            event = event.model_copy(update={"request": request_hash(messages)})
        super().put(event)

    def take_minutes(self, through: int) -> None:
        """Take minutes now."""
        messages = clerk_messages(self.state, through, BY, self.projection)
        taken = MinutesTaken(
            through=through,
            text=self._text(through),
            request=request_hash(messages),
            by=BY,
            timing=Timing(total=1.0),
        )
        self.clerks.append((taken, self.state, messages))
        self.put(taken)

    def carry_out(self, steps: list[Any]) -> None:
        """Carry out steps of the agenda."""
        self._carry_out(steps)

    def _carry_out(self, steps: list[Any]) -> None:
        floors = [step for step in steps if isinstance(step, GiveFloor)]
        while floors and (through := self._when(self.state, floors)) is not None:
            self.take_minutes(through)
        super()._carry_out(steps)


def open_to_minutes(state: ConferenceState) -> list[int]:
    """The turns that minutes could hold now."""
    begin = state.minutes.through if state.minutes else 0
    return [t.number for t in settled(state) if t.room is None and t.number > begin]
