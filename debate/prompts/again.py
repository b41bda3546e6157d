"""The prompts of a transcript, rendered again from its events, for people who want to read them.

    prompts = Prompts(events)
    again = prompts.of(12)
    print(again.same, again.messages)

`verify` does the same for all turns at once; here one is asked for at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from debate.errors import YaltaError
from debate.events import AnyEvent, AskOpened, ConferenceOpened, Profile, TurnOpened
from debate.prompts.layouts import Message, Projection, request_hash
from debate.state import ConferenceState, apply
from debate.steps import ask_of, floor_of


@dataclass(frozen=True, slots=True)
class Again:
    """The prompt of a turn, or of an ask, and who was asked."""

    opened: TurnOpened | AskOpened
    profile: Profile | None
    """Who spoke for the seat then; None if there is no such seat, or nobody's was asked."""
    messages: tuple[Message, ...] = ()
    error: str = ""
    """Why it cannot be rendered; empty if it can."""

    @property
    def same(self) -> bool:
        """Whether it is the prompt that was sent, as its recorded hash tells."""
        return bool(self.messages) and request_hash(self.messages) == self.opened.request


class Prompts:
    """Renders prompts of one conference again.

    Args:
        events: The conference's events, from the first; none are needed for `at`.
    """

    def __init__(self, events: Sequence[AnyEvent] = ()) -> None:
        self._events = events
        self._projection: Projection | None = None
        self._manifest: ConferenceOpened | None = None

    def of(self, turn: int) -> Again | None:
        """The prompt of a turn, whatever became of the turn; None if it never opened."""
        state = ConferenceState()
        for event in self._events:
            if isinstance(event, TurnOpened) and event.turn == turn:
                return self.at(state, event)
            state = apply(state, event)
        return None

    def of_ask(self, ask: int) -> Again | None:
        """The prompt of an ask, whatever became of it; None if it never opened."""
        state = ConferenceState()
        for event in self._events:
            if isinstance(event, AskOpened) and event.ask == ask:
                return self.at(state, event)
            state = apply(state, event)
        return None

    def at(self, before: ConferenceState, opened: TurnOpened | AskOpened) -> Again:
        """The prompt of a turn, or of an ask, for those who go through the events themselves.

        Args:
            before: The conference as it stood when the turn or the ask opened.
            opened: The turn or the ask.
        """
        profile = before.profiles.get(opened.seat or "")
        if before.manifest is None or (opened.seat is not None and profile is None):
            return Again(opened, profile, error=f"there is no seat {opened.seat!r}")
        step = floor_of(opened) if isinstance(opened, TurnOpened) else ask_of(opened)
        try:
            if self._projection is None or self._manifest is not before.manifest:
                self._projection, self._manifest = Projection(before.manifest), before.manifest
            return Again(opened, profile, self._projection.messages(before, step))
        except (YaltaError, IndexError) as error:  # a phase that the scenario does not have
            return Again(opened, profile, error=str(error))
