"""A speaker that says again what a saved transcript says: for tests and demonstrations.

It gives every seat its recorded turns, and its recorded replies where something is asked of it
unheard: bids, calls, motions, ballots, signatures. What could not be read then is said again as it
came, and who could not be had then cannot be had now, so the same follows from it. Which reply is
wanted is known by what is asked for, and never by what was asked before: turns and asks may run
side by side, and a conference may be resumed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from decimal import Decimal
from pathlib import Path

from debate.errors import SpeakerError
from debate.events import Price, Profile
from debate.speakers.base import Finish, Part, Prompt, Reading, Reasoning, Text
from debate.speakers.recording import Recording
from debate.transcript import read_entries

_PIECES = re.compile(r"\S+\s*|\s+")


class ReplaySpeaker:
    """Replies to a prompt as its seat replied on the same occasion in a transcript.

    Args:
        model: The name the user gave, for the profile.
        path: The transcript.
        pace: Seconds a word; 0 says all at once.
    """

    def __init__(self, model: str, path: Path, *, pace: float = 0.0) -> None:
        self._pace = pace
        self._recording = Recording(path.name, (entry.event for entry in read_entries(path)))
        # What the recorded calls cost was paid for then.
        free = Price(currency="USD", input=Decimal(0), output=Decimal(0))
        self._profile = Profile(model=model, family="replay", name=path.name, price=free)

    @property
    def profile(self) -> Profile:
        return self._profile

    async def prepare(self) -> None:
        """Nothing to make ready."""

    async def aclose(self) -> None:
        """Nothing to let go of."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Part]:
        """The recorded reply.

        Raises:
            NotRecorded: if the transcript does not hold it.
            SpeakerError: if nobody replied then either.
        """
        yield Reading()
        if prompt.occasion is None:
            raise SpeakerError("a replay says only what was said at a table", final=True)
        reply = self._recording.reply(prompt.occasion, prompt.unread)
        if reply.reasoning:
            yield Reasoning(reply.reasoning)
        for piece in _PIECES.findall(reply.text):
            await asyncio.sleep(self._pace)
            yield Text(piece)
        yield Finish(reply.finish, reply.usage, reply.model)
