"""How one seat's turn is had: from its own model, with patience, or else from its fallback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from debate.errors import SpeakerError
from debate.events import Profile
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

    @property
    def says_again(self) -> bool:
        """Whether only what is in a record is said, as it was made fit for that record."""
        return self.speaker.profile.family == "replay" and self.fallback is None


async def have_spoken(
    take: Take, voice: Voice, patience: Patience, may_ask: Callable[[], bool]
) -> None:
    """Have one turn spoken.

    Args:
        take: What is taken in.
        voice: Who speaks.
        patience: How long the same is asked for again.
        may_ask: Whether one more call can be paid for.

    Raises:
        SpeakerError: if nobody could be had for it.
    """
    try:
        await patience.hear(take, voice.speaker, may_ask)
    except SpeakerError as error:
        if voice.fallback is None or not may_ask():
            raise
        take.again(error.message, 0.0)
        take.turn_to(voice.fallback.profile)
        await patience.hear(take, voice.fallback, may_ask)
