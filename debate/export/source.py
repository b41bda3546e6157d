"""A transcript to be exported: read to its end once, so that nothing broken is exported half."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from debate.errors import TranscriptError
from debate.events import AnyEvent, ConferenceOpened
from debate.factors import NONE, Factors
from debate.state import ConferenceState, apply
from debate.text import one_line
from debate.transcript import Chain, followed, read_entries


@dataclass(frozen=True, slots=True)
class Source:
    """A transcript, and what is known of it before it is read again."""

    path: Path
    name: str
    """What it is called."""
    opened: ConferenceOpened
    """The manifest, as its first line has it."""
    head: str
    """sha256 of its last line: tells which transcript this is, to the byte."""
    lines: int
    broken: int | None
    """The first line that does not follow the one before it; None if the chain is whole."""
    turns: frozenset[int]
    """Numbers of the turns that are in the record: finished, and not withdrawn."""
    factors: Factors
    """What its batch says of it."""

    @property
    def notice(self) -> str:
        """Says that it is simulated, whatever a transcript from a stranger says of itself."""
        said = one_line(self.opened.notice)
        return said if said.startswith("Simulated") else f"Simulated. {said}".rstrip()

    def events(self) -> Iterator[AnyEvent]:
        """Its events, read anew; none that were written meanwhile."""
        return (entry.event for entry in islice(read_entries(self.path), self.lines))


def source(path: Path, name: str, factors: Factors = NONE) -> Source:
    """Read a transcript to its end.

    Raises:
        TranscriptError: if it is broken, or does not begin with a conference's opening.
    """
    state, chain = ConferenceState(), Chain()
    opened: ConferenceOpened | None = None
    for event in followed(path, chain):
        if opened is None:
            if not isinstance(event, ConferenceOpened):
                raise TranscriptError("it does not begin with a conference's opening")
            opened = event
        state = apply(state, event)
    if opened is None:
        raise TranscriptError("it holds no whole line")
    turns = frozenset(turn.number for turn in state.record)
    return Source(path, name, opened, chain.head, chain.lines, chain.broken, turns, factors)
