"""One conference while the stage shows it: begun or resumed, driven, paused, driven on.

It knows no widget: what happens is handed to `watch` and `changed`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from debate.conference import Conference
from debate.events import AskFailed, AskOpened, TurnFailed, TurnOpened
from debate.scenario import Scenario
from debate.seating import Wishes
from debate.speakers.human import Ask
from debate.speakers.registry import Registry
from debate.take import Item, Watch


@dataclass(frozen=True, slots=True)
class Opening:
    """A new conference."""

    scenario: Scenario
    wishes: Wishes
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class Resuming:
    """A conference to go on with."""

    path: Path
    with_key: bool = False
    """Whether keys may be sent to addresses that the transcript names."""


#: `starting`: models are made ready. `held`: it stands still until someone goes on.
Standing = Literal["starting", "running", "held", "over"]


class Session:
    """Holds one conference.

    Args:
        what: The conference to begin or go on with.
        watch: Called with each event and delta.
        changed: Called when `standing` has changed.
        ask: How a person is asked to speak.
    """

    def __init__(
        self, what: Opening | Resuming, watch: Watch, changed: Callable[[], None], ask: Ask
    ) -> None:
        self.standing: Standing = "starting"
        self.conference: Conference | None = None
        self.failed = False
        """Whether what was asked for last could not be had."""
        self._what = what
        self._watched = watch
        self._changed = changed
        self._ask = ask
        self._go = asyncio.Event()
        self._turns: int | None = None

    def go_on(self, turns: int | None = None) -> None:
        """Go on after a pause, for so many turns or until something stops it."""
        self._turns = turns
        self._go.set()

    def _watch(self, item: Item) -> None:
        match item:
            case TurnFailed() | AskFailed():
                self.failed = item.reason not in ("aborted", "interrupted", "skipped")
            case TurnOpened() | AskOpened():
                self.failed = False
        self._watched(item)

    async def hold(self) -> None:
        """Hold the conference until it is over. Cancelling leaves a transcript that resumes.

        Raises:
            YaltaError: if it cannot be held as asked, or its transcript cannot be written.
        """
        async with Registry(ask=self._ask) as registry, self._opened(registry) as conference:
            self.conference = conference
            self._go.set()
            try:
                while conference.state.standing != "closed":
                    self._stand("held")
                    await self._go.wait()
                    self._go.clear()
                    self._stand("running")
                    await conference.drive(self._watch, turns=self._turns)
            finally:
                self._stand("over" if conference.state.standing == "closed" else "held")

    @asynccontextmanager
    async def _opened(self, registry: Registry) -> AsyncIterator[Conference]:
        match self._what:
            case Opening(scenario, wishes, out):
                async with Conference.begin(
                    scenario, wishes, out=out, registry=registry
                ) as conference:
                    yield conference
            case Resuming(path, with_key):
                if with_key:
                    registry.trust(*models_of(path))
                async with Conference.resume(path, registry=registry) as conference:
                    yield conference

    def _stand(self, standing: Standing) -> None:
        self.standing = standing
        self._changed()


def models_of(path: Path) -> set[str]:
    """The models that speak in a transcript now."""
    from debate.state import fold
    from debate.transcript import read

    return {profile.model for profile in fold(read(path)).profiles.values()}
