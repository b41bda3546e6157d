"""What is rated of a transcript: stretches of two to four public turns of one speaker.

What people said is left out, and what was said in private rooms; so are drafts of a communique,
which speak for the table, and seats that hold the chair or sit in the audience.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from debate.errors import TranscriptError, UserError
from debate.events import TurnClosed
from debate.names import called
from debate.persona import Persona
from debate.standing import ConferenceState, Turn
from debate.state import fold
from debate.study.key import SourceKey
from debate.text import count_words, one_line
from debate.transcript import Chain, Entry, read_entries

FEWEST, MOST = 2, 4
#: An excerpt takes another turn as long as it has fewer words.
ENOUGH_WORDS = 150


@dataclass(frozen=True, slots=True)
class Held:
    """A conference that is rated."""

    arm: str
    name: str
    """The transcript's file name."""
    head: str
    """Hash of its last line."""
    entries: tuple[Entry, ...]
    state: ConferenceState
    personas: dict[str, Persona]
    """By seat."""
    called: Mapping[str, tuple[str, ...]]
    """What each seat may be called."""

    @property
    def motion(self) -> str:
        """What is debated, on one line."""
        return one_line(self.state.opened.scenario.motion)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some turns of one speaker."""

    held: Held
    seat: str
    nth: int
    """Which of the speaker's stretches it is, from 0: the same occasion in every run of a
    scenario."""
    turns: tuple[str, ...]
    seqs: tuple[int, ...]

    @property
    def persona(self) -> str:
        """From whose card it was written."""
        return self.held.personas[self.seat].id

    @property
    def occasion(self) -> tuple[str, str, int]:
        """What texts that are paired have in common."""
        return self.held.state.opened.scenario.id, self.seat, self.nth


def held(path: Path, arm: str) -> Held:
    """Read a transcript for rating.

    Raises:
        TranscriptError: if it cannot be read.
        UserError: if nobody has spoken in it, or it was changed afterwards.
    """
    entries, chain = _read(path), Chain()
    for entry in entries:
        chain.add(entry.event.seq, entry.event.prev, entry.sha256)
    if chain.broken is not None:
        raise UserError(
            "it was changed after it was written: this line does not follow the one before it",
            where=f"{path}:{chain.broken}",
            hint=_left_out(path),
        )
    state = fold(entry.event for entry in entries)
    if state.manifest is None or not state.record:
        raise UserError(f"nobody has spoken in {path}")
    cards = state.manifest.personas
    personas = {seat.id: cards[seat.persona] for seat in state.manifest.seats}
    return Held(arm, path.name, entries[-1].sha256, entries, state, personas, called(state.opened))


def _read(path: Path) -> tuple[Entry, ...]:
    try:
        return tuple(read_entries(path))
    except TranscriptError as error:
        where = error.where or str(path)
        raise TranscriptError(error.message, where=where, hint=_left_out(path)) from None


def _left_out(path: Path) -> str:
    """How a study can be drawn without a transcript."""
    return (
        "leave it out: name the others, or move it out of the folder; what is wrong with it: "
        f" yalta verify {shlex.quote(str(path))}"
    )


def sources(conferences: Iterable[Held]) -> tuple[SourceKey, ...]:
    """What is to be known of conferences, that a report can say what its arms are made of."""
    return tuple(
        SourceKey(
            arm=each.arm,
            transcript=each.name,
            head=each.head,
            scenario=each.state.opened.scenario.id,
            models=tuple(dict.fromkeys(one_line(p.model) for p in each.state.profiles.values())),
            seed=each.state.seed,
            turns=len(each.state.record),
        )
        for each in conferences
    )


def stretches(held: Held) -> tuple[Stretch, ...]:
    """The stretches of a conference, seat by seat in the order of the table."""
    closed = {e.event.turn: e.event for e in held.entries if isinstance(e.event, TurnClosed)}
    found = []
    for seat in held.state.opened.seats:
        if seat.role != "member" or seat.profile.family == "human":
            continue
        said = [turn for turn in held.state.record if _rated(turn, seat.id, closed)]
        for nth, turns in enumerate(_cut(said)):
            texts = tuple(turn.text for turn in turns)
            seqs = tuple(closed[turn.number].seq for turn in turns)
            found.append(Stretch(held, seat.id, nth, texts, seqs))
    return tuple(found)


def _rated(turn: Turn, seat: str, closed: dict[int, TurnClosed]) -> bool:
    by = closed[turn.number].by
    by_person = by is not None and by.family == "human"
    public = turn.room is None and turn.part != "draft"
    return turn.seat == seat and public and not by_person and bool(turn.text.strip())


def _cut(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    """Turns by twos to fours; one that is left over goes with those before it, if it may."""
    found: list[list[Turn]] = []
    for turn in turns:
        last = found[-1] if found else []
        words = sum(count_words(each.text) for each in last)
        if last and (len(last) < FEWEST or (words < ENOUGH_WORDS and len(last) < MOST)):
            last.append(turn)
        else:
            found.append([turn])
    if len(found) > 1 and len(found[-1]) < FEWEST and len(found[-2]) < MOST:
        last = found.pop()
        found[-1] += last
    return (each for each in found if len(each) >= FEWEST)


def speakers(conferences: Iterable[Held]) -> dict[str, Persona]:
    """Every persona that sat at a table, by id."""
    return {persona.id: persona for held in conferences for persona in held.personas.values()}
