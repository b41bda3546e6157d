"""A speaker that says again what a saved transcript says: for tests and demonstrations."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from pathlib import Path

from debate.errors import SpeakerError
from debate.events import ConferenceOpened, Profile, TurnClosed
from debate.speakers.base import Finish, Part, Prompt, Reading, Reasoning, Text
from debate.transcript import read_entries

_PIECES = re.compile(r"\S+\s*|\s+")


class ReplaySpeaker:
    """Answers a seat's nth prompt with the nth turn that this seat finished in a transcript.

    Args:
        model: The name the user gave, for the profile.
        path: The transcript.
        pace: Seconds a word; 0 says all at once.
    """

    def __init__(self, model: str, path: Path, *, pace: float = 0.0) -> None:
        self._pace = pace
        self._turns: dict[str, list[TurnClosed]] = {}
        price = None
        for entry in read_entries(path):
            if isinstance(entry.event, TurnClosed):
                self._turns.setdefault(entry.event.seat, []).append(entry.event)
            elif isinstance(entry.event, ConferenceOpened):
                price = next((s.profile.price for s in entry.event.seats), None)
        self._path = path
        self._profile = Profile(model=model, family="replay", name=path.name, price=price)

    @property
    def profile(self) -> Profile:
        return self._profile

    async def prepare(self) -> None:
        """Nothing to make ready."""

    async def aclose(self) -> None:
        """Nothing to let go of."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Part]:
        yield Reading()
        turns = self._turns.get(prompt.seat, [])
        if prompt.nth >= len(turns):
            raise SpeakerError(
                f"{self._path.name} holds {len(turns)} turns of {prompt.seat}, "
                f"and turn {prompt.nth + 1} was asked for",
                final=True,
            )
        turn = turns[prompt.nth]
        if turn.reasoning:
            yield Reasoning(turn.reasoning)
        for piece in _PIECES.findall(turn.text):
            await asyncio.sleep(self._pace)
            yield Text(piece)
        reason = "stop" if turn.finish == "cut" else turn.finish
        yield Finish(reason, turn.usage, turn.model)
