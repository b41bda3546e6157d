"""How one seat's turn is had: from its own model, with patience, or else from its fallback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from debate.errors import SpeakerError
from debate.events import Profile, TurnClosed, TurnFailed
from debate.patience import Patience
from debate.speakers.base import Speaker
from debate.take import Take


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks for a seat.

    Attributes:
        speaker: Its own model, or a person.
        fallback: Who speaks where that could not be had, if anybody.
    """

    speaker: Speaker
    fallback: Speaker | None = None

    @property
    def profiles(self) -> list[Profile]:
        """Of all who may speak."""
        return [each.profile for each in (self.speaker, self.fallback) if each is not None]

    @property
    def is_person(self) -> bool:
        """Whether a person speaks, who takes as long as they take."""
        return self.speaker.profile.family == "human"


@dataclass(slots=True)
class Turn:
    """One turn being had.

    Args:
        take: What is taken in.
        voice: Who speaks.
        patience: How long the same is asked for again.
        may_ask: Whether one more call can be paid for.
    """

    take: Take
    voice: Voice
    patience: Patience
    may_ask: Callable[[], bool]
    _by: Profile | None = None

    async def have(self) -> None:
        """Have it spoken.

        Raises:
            SpeakerError: if nobody could be had for it.
        """
        speaker, fallback = self.voice.speaker, self.voice.fallback
        try:
            await self._from(speaker)
        except SpeakerError as error:
            if fallback is None or not self.may_ask():
                raise
            self.take.again(f"{error.message}; {fallback.profile.model} speaks instead", 0.0)
            self._by = fallback.profile
            await self._from(fallback)

    async def _from(self, speaker: Speaker) -> None:
        await self.patience.hear(self.take, speaker, self.may_ask)

    def outcome(self) -> TurnClosed | TurnFailed:
        """The event of a turn that was had."""
        event = self.take.outcome()
        if isinstance(event, TurnClosed) and self._by is not None:
            return event.model_copy(update={"by": self._by})
        return event
