"""Which facts a turn cites, and which of its figures stand in nothing that its seat had been given.

A figure is what `figures` takes for one. It is in the record if it stands in a fact, in a text of
the scenario, on a card, in a note, in minutes or in an earlier turn that the seat had been given,
its own turns too. Wording of prompts does not count. Nothing is scored, and nothing is said of
whether a figure is right: what is not in the record is listed for a reader's eye.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from debate.errors import TranscriptError
from debate.events import AnyEvent, ConferenceOpened, TurnClosed, TurnOpened
from debate.figures import Figure, Record, figures
from debate.provenance import portions
from debate.scenario import Fact
from debate.state import fold

#: Facts that a text cites, as [F1] or [F1, F2].
CITED = re.compile(
    r"[\[【［]\s{0,2}(F\d{1,3}(?:\s{0,2}[,;，、；]\s{0,2}F\d{1,3}){0,20})\s{0,2}[\]】］]",
    re.IGNORECASE,
)
#: One of them.
FACT_ID = re.compile(r"F\d{1,3}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Citation:
    """A fact that a turn names by its number."""

    id: str
    fact: Fact | None
    """None if there is no such fact."""


@dataclass(frozen=True, slots=True)
class Cited:
    """The citations of a turn, and its figures that are not in the record."""

    turn: int
    seq: int
    """Of the line that closes the turn."""
    seat: str
    name: str
    citations: tuple[Citation, ...]
    """In order, each once."""
    unrecorded: tuple[Figure, ...]
    """In order, each once."""


def citations(text: str, facts: Iterable[Fact]) -> tuple[Citation, ...]:
    """The facts that a text cites, as [F1] or [F1, F2], each once."""
    known = {fact.id: fact for fact in facts}
    ids = (FACT_ID.findall(found[1]) for found in CITED.finditer(text))
    return tuple(
        Citation(each, known.get(each))
        for each in dict.fromkeys(id_.upper() for some in ids for id_ in some)
    )


def cited(events: Sequence[AnyEvent]) -> list[Cited]:
    """What each turn of the record cites, and which of its figures are not in the record.

    Turns that were withdrawn are left out.

    Raises:
        TranscriptError: if it is no conference's, or a prompt cannot be rendered again.
    """
    kept = {turn.number for turn in fold(events).record}
    closed = {e.turn: e for e in events if isinstance(e, TurnClosed) and e.turn in kept}
    manifest = events[0] if events else None
    if not isinstance(manifest, ConferenceOpened):
        raise TranscriptError("the transcript does not begin with a conference's opening")
    names = {seat.id: seat.name for seat in manifest.seats}
    records: defaultdict[str, Record] = defaultdict(Record)
    found = []
    for portion in portions(events):
        opened = portion.opened
        seat = opened.seat or ""
        for passage in portion.passages:
            if passage.source.kind != "wording":
                records[seat].add(passage.text)
        turn = closed.get(opened.turn) if isinstance(opened, TurnOpened) else None
        if turn is not None:
            loose = tuple(
                f for f in figures(CITED.sub(_blank, turn.text)) if not records[seat].holds(f)
            )
            cites = citations(turn.text, manifest.scenario.facts)
            found.append(Cited(turn.turn, turn.seq, seat, names[seat], cites, loose))
    return found


def _blank(found: re.Match[str]) -> str:
    """As much space, so that what stands behind keeps its place."""
    return " " * len(found[0])
