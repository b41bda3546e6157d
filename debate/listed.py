"""What a list of transcripts says of each, what can be searched in it, and how forks hang together.

Transcripts may come from strangers: all text here has gone through `showable` and stands on one
line, so that a viewer need not do it again.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from debate.errors import TranscriptError
from debate.events import (
    AnyEvent,
    CloseReason,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    TurnClosed,
)
from debate.state import Announcement, ConferenceState, PassedNote, Standing, apply
from debate.text import count_words, one_line, showable
from debate.transcript import read_entries


@dataclass(frozen=True, slots=True)
class Listed:
    """One transcript, as a list of them shows it."""

    path: Path
    title: str = ""
    """Empty, as is all that follows, where not even the opening could be read."""
    scenario: str = ""
    motion: str = ""
    opened_at: datetime | None = None
    turns: int = 0
    """Turns in the record: finished, and not withdrawn."""
    words: int = 0
    """Words of those turns."""
    standing: Standing = "unopened"
    ended: CloseReason | None = None
    """Why, if the standing is `closed`."""
    seats: tuple[str, ...] = ()
    """Names, in the order of the table."""
    models: tuple[str, ...] = ()
    """The model that speaks for each of the seats now."""
    cost: Decimal | None = None
    """None if any turn's price is unknown."""
    at_most: Decimal = Decimal(0)
    """The same, where a call whose cost is not known counts as the most that it can have cost."""
    seconds: float = 0.0
    size: int = 0
    """Bytes of the file."""
    genesis: str = ""
    """sha256 of the first line. Forks of one conference share it."""
    forked_from: str | None = None
    """Name of the file that the past was copied from, the last time that it was."""
    forked_at: int | None = None
    """The last turn copied then; 0 if there was none."""
    forked_on: datetime | None = None
    """When that was, if it is known."""
    error: str | None = None
    """Why it cannot be read, or not to its end."""

    @property
    def begun_at(self) -> datetime | None:
        """When this file was begun: of a fork, when it was forked, as far as that is known."""
        return self.forked_on or self.opened_at

    @property
    def origin(self) -> str:
        """What it was forked from, and after which turn, in words; empty if it is no fork."""
        if self.forked_from is None:
            return ""
        place = f"after turn {self.forked_at}" if self.forked_at else "at its opening"
        return f"forked from {self.forked_from} {place}"

    @property
    def state(self) -> str:
        """How it stands, in words."""
        if self.error is not None:
            return "damaged" if self.title else "unreadable"
        if self.standing == "closed":
            return "ended by the chair" if self.ended == "stopped" else "complete"
        # Nothing in a file tells a program that died from one that is writing it.
        return "paused" if self.standing == "paused" else "cut short, or under way"


#: What is searched: what a seat said, a note from the chair, what the record says by itself of what
#: was done, and the motion with the title.
Kind = Literal["turn", "note", "record", "motion"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a transcript that can be searched."""

    kind: Kind
    turn: int
    """The turn; of a note or of the record's own words, the one they stand behind; 0 if none."""
    seat: str
    """Who spoke, or whom a note is for; empty for all, and for the record's own words."""
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A transcript and its forks."""

    listed: Listed
    forks: tuple[Branch, ...]


def read_listed(path: Path, size: int) -> tuple[Listed, tuple[Passage, ...]]:
    """Read a transcript for a list.

    Args:
        path: The file. If it is damaged or no transcript, its entry says so.
        size: Its bytes, as known before it was read.

    Returns:
        Its entry, and what can be searched in it.
    """
    state, listed, events = ConferenceState(), Listed(path, size=size), 0
    last_turn = 0
    try:
        for entry in read_entries(path):
            event = entry.event
            if not events and not isinstance(event, ConferenceOpened):
                raise TranscriptError("it does not begin with a conference's opening")
            events += 1
            state = apply(state, event)
            listed = _noted(listed, event, entry.sha256, last_turn)
            last_turn = event.turn if isinstance(event, TurnClosed) else last_turn
        if not events:
            raise TranscriptError("it holds no whole line")
    except TranscriptError as error:
        where = f"line {error.where.rpartition(':')[2]}: " if error.where else ""
        listed = replace(listed, error=one_line(where + error.message)[:400])
    return _counted(listed, state), _passages(state)


def transcript_files(folders: Iterable[Path]) -> dict[str, tuple[int, int]]:
    """Every transcript in these folders and the folders directly in them.

    Returns:
        Size in bytes and time of change in nanoseconds, by path.
    """
    found: dict[str, tuple[int, int]] = {}
    for folder in folders:
        for inner in (entry for entry in _entries(folder) if _look(found, entry)):
            for entry in _entries(inner.path):
                _look(found, entry)
    return found


def _look(found: dict[str, tuple[int, int]], entry: os.DirEntry[str]) -> bool:
    """Take up an entry of a folder if it is a transcript. True if it is a folder to look into."""
    if entry.name.startswith("."):
        return False
    try:
        if entry.is_dir():
            return True
        # A name that is not text has no place in the index, nor on a screen.
        if entry.name.endswith(".jsonl") and entry.is_file() and entry.path.encode():
            about = entry.stat()
            found[entry.path] = (about.st_size, about.st_mtime_ns)
    except (OSError, UnicodeEncodeError):
        pass  # gone meanwhile, or a link to nothing
    return False


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def forest(shelf: Sequence[Listed]) -> tuple[Branch, ...]:
    """Transcripts as trees: forks stand beneath what they were forked from.

    The parent of a fork is the file of the name that it gives, if that shares its first line; if
    there is none, the first of those that share it. Order among siblings is that of the argument.
    """
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for n, listed in enumerate(shelf):
        groups[listed.genesis or str(listed.path)].append(n)
    parents: dict[int, int] = {}
    for group in groups.values():
        parents |= _parents(shelf, group)
    depths: dict[int, int] = {}
    for n in range(len(shelf)):
        chain = [n]
        while chain[-1] in parents and chain[-1] not in depths:
            chain.append(parents[chain[-1]])
        start = depths.get(chain[-1], 0)
        depths |= {m: start + up for up, m in enumerate(reversed(chain))}
    # From the leaves up, so that no depth of forking can exhaust the stack.
    forks: defaultdict[int, list[tuple[int, Branch]]] = defaultdict(list)
    roots: list[tuple[int, Branch]] = []
    for n in sorted(range(len(shelf)), key=lambda n: (-depths[n], n)):
        branch = Branch(shelf[n], tuple(fork for _, fork in forks[n]))
        (forks[parents[n]] if n in parents else roots).append((n, branch))
    return tuple(branch for _, branch in sorted(roots, key=lambda root: root[0]))


def _parents(shelf: Sequence[Listed], group: list[int]) -> dict[int, int]:
    """The parent of each fork of one conference."""
    by_age = sorted(group, key=lambda n: (shelf[n].forked_from is not None, str(shelf[n].path)))
    first = by_age[0]
    parents: dict[int, int] = {}
    for n in by_age[1:]:
        fork = shelf[n]
        if fork.forked_from is None:
            continue
        named = [m for m in by_age if shelf[m].path.name == fork.forked_from and m != n]
        beside = [m for m in named if shelf[m].path.parent == fork.path.parent]
        parent = next(iter([*beside, *named]), first)
        # Renamed files can name each other in a circle; none may be lost for that.
        above: int | None = parent
        while above is not None and above != n:
            above = parents.get(above)
        parents[n] = first if above == n else parent
    return parents


def _noted(listed: Listed, event: AnyEvent, sha256: str, last_turn: int) -> Listed:
    """What one event says of its transcript, beside the state."""
    match event:
        case ConferenceOpened() if not listed.genesis:
            return replace(listed, genesis=sha256, opened_at=event.at)
        case ConferenceForked():
            return replace(
                listed,
                forked_from=showable(event.origin),
                forked_at=last_turn,
                forked_on=event.at,
            )
        case ConferenceClosed() if listed.ended is None:
            return replace(listed, ended=event.reason)
        case _:
            return listed


def _counted(listed: Listed, state: ConferenceState) -> Listed:
    opened = state.manifest
    if opened is None:
        return listed
    return replace(
        listed,
        title=one_line(opened.scenario.title) or opened.scenario.id,
        scenario=opened.scenario.id,
        motion=one_line(opened.scenario.motion),
        turns=len(state.record),
        words=sum(count_words(turn.text) for turn in state.record),
        standing=state.standing,
        seats=tuple(one_line(card.name) for card in opened.seats),
        models=tuple(one_line(state.profiles[card.id].model) for card in opened.seats),
        cost=state.cost,
        at_most=state.at_most + state.under_way,
        seconds=round(state.seconds, 3),
    )


def _passages(state: ConferenceState) -> tuple[Passage, ...]:
    opened = state.manifest
    if opened is None:
        return ()
    names = {card.id: one_line(card.name) for card in opened.seats}
    motion = f"{opened.scenario.title}: {opened.scenario.motion}"
    turns: Iterable[Passage] = (
        Passage("turn", t.number, t.seat, names[t.seat], one_line(t.text)) for t in state.record
    )
    between = (_between(note, names) for note in state.notes)
    said = sorted([*turns, *between], key=lambda p: (p.turn, p.kind != "turn"))
    return (Passage("motion", 0, "", "", one_line(motion)), *said)


def _between(note: PassedNote | Announcement, names: Mapping[str, str]) -> Passage:
    """What stands between turns."""
    of = note.to if isinstance(note, PassedNote) else note.by
    kind: Kind = "note" if isinstance(note, PassedNote) else "record"
    return Passage(kind, note.after, of or "", names[of] if of else "", one_line(note.text))
