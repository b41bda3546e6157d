"""A transcript as it is read: its lines, and its turns by number.

Blocks while the file is read; holds no widget. What stands in it may be anybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from debate.errors import TranscriptError
from debate.events import (
    Answer,
    AnyEvent,
    AskFailed,
    AskOpened,
    ConferenceOpened,
    TurnClosed,
    TurnFailed,
    TurnOpened,
)
from debate.prompts.again import Prompts
from debate.state import fold
from debate.transcript import Entry, read_entries


@dataclass(slots=True)
class Page:
    """One turn: where it opened, and where it ended, if it did."""

    opened: int
    """Index of its `turn.opened` among the entries."""
    turn: TurnOpened
    ended: int | None = None
    """Index of the entry that closed or failed it."""
    end: TurnClosed | TurnFailed | None = None


@dataclass(slots=True)
class Asked:
    """One ask: where it opened, and where it ended, if it did."""

    opened: int
    """Index of its `ask.opened` among the entries."""
    ask: AskOpened
    ended: int | None = None
    """Index of the entry with its answer, or that there is none."""
    end: Answer | AskFailed | None = None


class Book:
    """A transcript that was read.

    Args:
        path: Its file.
        entries: Its lines.
        error: What kept the rest from being read, if anything did.
    """

    def __init__(
        self, path: Path, entries: Sequence[Entry], error: TranscriptError | None = None
    ) -> None:
        self.path = path
        self.entries = tuple(entries)
        self.error = error
        self.events: tuple[AnyEvent, ...] = tuple(entry.event for entry in entries)
        self.turns = len(fold(self.events).record)
        """Turns in the record: finished, and not withdrawn."""
        self.pages: dict[int, Page] = {}
        self.asks: dict[int, Asked] = {}
        for n, event in enumerate(self.events):
            if isinstance(event, TurnOpened):
                self.pages.setdefault(event.turn, Page(n, event))
            elif isinstance(event, TurnClosed | TurnFailed):
                page = self.pages.get(event.turn)
                if page is not None and page.end is None:
                    page.ended, page.end = n, event
            elif isinstance(event, AskOpened):
                self.asks.setdefault(event.ask, Asked(n, event))
            elif isinstance(event, Answer | AskFailed) and event.ask is not None:
                asked = self.asks.get(event.ask)
                if asked is not None and asked.end is None:
                    asked.ended, asked.end = n, event

    @classmethod
    def read(cls, path: Path) -> Book:
        """Read a transcript, as far as it can be read; another program may be writing it.

        Raises:
            TranscriptError: if not even its opening can be read.
        """
        entries: list[Entry] = []
        error: TranscriptError | None = None
        try:
            for entry in read_entries(path):
                entries.append(entry)
                if not isinstance(entries[0].event, ConferenceOpened):
                    raise TranscriptError(f"{path} does not begin with a conference's opening")
        except TranscriptError as fault:
            error = fault
        if not entries or not isinstance(entries[0].event, ConferenceOpened):
            raise error or TranscriptError(f"{path} holds no whole line")
        return cls(path, entries, error)

    @property
    def opened(self) -> ConferenceOpened:
        """The manifest."""
        manifest = self.events[0]
        assert isinstance(manifest, ConferenceOpened)
        return manifest

    @cached_property
    def prompts(self) -> Prompts:
        """Its prompts, rendered again."""
        return Prompts(self.events)


def moment(at: datetime | None, *, seconds: bool = True) -> str:
    """A time as it is shown, on the clock of this place."""
    if at is None:
        return "?"
    with suppress(OverflowError, OSError):  # a forged time, at the end of all time
        at = at.astimezone()
    return f"{at:%Y-%m-%d %H:%M:%S}" if seconds else f"{at:%Y-%m-%d %H:%M}"
