"""Another future of the same past: a new transcript that begins with a copy of another's lines.

    path = fork("talk.jsonl", at=41, changes=Changes(rules=("Nobody may speak of tiers.",)))

What is to be otherwise from there on stands behind the copy as events, so it is part of the record
like anything else: a fork verifies, resumes and is forked again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from debate.errors import UnknownName, UserError
from debate.events import (
    AnyEvent,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    NotePassed,
    PersonaChanged,
    Profile,
    RuleAdded,
    SeatChanged,
    TurnClosed,
)
from debate.library import begin_transcript
from debate.persona import Persona
from debate.prompts import minutes
from debate.prompts.layouts import Projection
from debate.seating import check_prices
from debate.speakers.registry import Registry
from debate.state import ConferenceState, apply, broken_off, fold
from debate.text import showable
from debate.transcript import Entry, read_entries

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Changes:
    """What is otherwise from the fork on; nothing, if nothing is said."""

    personas: tuple[Persona, ...] = ()
    """Cards, each in place of the one with its id."""
    seats: Mapping[str, Profile] = field(default_factory=dict)
    """By seat, who speaks for it; see `profiles_of`."""
    rules: tuple[str, ...] = ()
    """Rules of the house, beside those there are."""
    notes: tuple[tuple[str | None, str], ...] = ()
    """Notes from the chair: the seat that alone may know it, or None, and the text."""


def fork(
    source: Path | str,
    *,
    turn: int | None = None,
    at: int | None = None,
    changes: Changes | None = None,
    out: Path | str | None = None,
    seed: int | None = None,
) -> Path:
    """Copy the beginning of a transcript, byte for byte, into a new one that can be resumed.

    What was in the air at its last line is asked for again once it goes on.

    Args:
        source: The transcript; it may be still under way.
        turn: Number of the last turn to keep; 0 keeps none; None keeps all that finished.
        at: In place of `turn`, the `seq` of the last line to keep.
        changes: What is otherwise from there on.
        out: File or folder of the new one; see `library.new_transcript_path`.
        seed: Of what follows; None draws one.

    Returns:
        Path of the new transcript.

    Raises:
        UserError: before a file is made, if there is no such line or turn, or a change cannot be
            made there.
        TranscriptError: if the one cannot be read or the other not be written.
    """
    source = Path(source)
    if turn is not None and at is not None:
        raise UserError("either a turn or a line can be said, not both")
    entries = list(read_entries(source))
    kept = lines_kept(entries, turn, at, source)
    past = [entry.event for entry in entries[:kept]]
    opened = past[0]
    assert isinstance(opened, ConferenceOpened)
    forked = ConferenceForked(
        origin=showable(source.name)[:400],
        head=entries[kept - 1].sha256,
        seed=random.SystemRandom().randrange(2**31) if seed is None else seed,
    )
    follows = [forked, *_changed(apply(fold(past), forked), changes or Changes())]
    wanted, begins = Path(out) if out is not None else None, _first_lines(source, kept)
    with begin_transcript(opened.scenario.id, wanted, begins=begins) as transcript:
        for event in follows:
            transcript.append(event)
    return transcript.path


async def profiles_of(models: Mapping[str, str], registry: Registry) -> dict[str, Profile]:
    """The profiles of models that the user has named, by seat, as a fork holds them.

    Raises:
        UserError: if a name means nothing, or the model cannot be used.
        YaltaError: if it cannot be made ready.
    """
    registry.trust(*models.values())
    speakers = {seat: registry.speaker(model) for seat, model in models.items()}
    for speaker in dict.fromkeys(speakers.values()):
        # The embedded engine learns nothing about its model by starting.
        if speaker.profile.family != "local":
            await speaker.prepare()
    return {seat: speaker.profile for seat, speaker in speakers.items()}


# -- where


def lines_kept(entries: list[Entry], turn: int | None, at: int | None, source: Path) -> int:
    """How many lines a fork keeps. Arguments and errors as of `fork`."""
    if not entries or not isinstance(entries[0].event, ConferenceOpened):
        raise UserError(f"{source} does not begin with a conference's opening")
    if at is not None:
        return _kept_lines(entries, at, source)
    closed = [
        (n, entry.event.turn)
        for n, entry in enumerate(entries, 1)
        if isinstance(entry.event, TurnClosed)
    ]
    if turn == 0:
        return 1
    if turn is None:
        return closed[-1][0] if closed else 1
    for line, number in closed:
        if number == turn:
            return line
    last = max((number for _, number in closed), default=0)
    raise UserError(
        f"{source} has no finished turn {turn}", hint=f"its last finished turn is {last}"
    )


def _kept_lines(entries: list[Entry], at: int, source: Path) -> int:
    last = len(entries) - 1
    if not 0 <= at <= last:
        raise UserError(f"{source} has no line with seq {at}", hint=f"its last has {last}")
    if isinstance(entries[at].event, ConferenceClosed):
        raise UserError(
            f"{source} is over with its line {at}: nothing can follow it",
            hint=f"fork it at an earlier one, such as --at {at - 1}",
        )
    return at + 1


def _first_lines(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return b"".join(file.readline() for _ in range(count))


# -- what


def _changed(state: ConferenceState, changes: Changes) -> list[AnyEvent]:
    """The events of a fork behind its first, each checked where it stands."""
    _check_names(state, changes)
    # Its calls, and what they cost, are the origin's.
    events = broken_off(state, "the copied past ends within", billed=False)
    events += [PersonaChanged(persona=persona.seated()) for persona in changes.personas]
    events += [SeatChanged(seat=seat, profile=of) for seat, of in changes.seats.items()]
    events += [_made(RuleAdded, "the rule", text=text) for text in changes.rules]
    events += [_made(NotePassed, "the note", to=to, text=text) for to, text in changes.notes]
    after = fold(events, state)
    if changes.seats and after.budget is not None:
        check_prices(after.profiles.values())
    if changes.personas or changes.rules:
        projection = Projection(after.opened)
        projection.rehearse()
        minutes.rehearse(after.opened, projection)
    return events


def _check_names(state: ConferenceState, changes: Changes) -> None:
    known = state.opened.personas
    ids = [persona.id for persona in changes.personas]
    if strange := [name for name in ids if name not in known]:
        raise UnknownName("persona at the table", strange[0], known)
    if twice := [name for name in known if ids.count(name) > 1]:
        raise UserError(f"there are two cards for {twice[0]}")
    named = [*changes.seats, *(to for to, _ in changes.notes if to is not None)]
    if strange := [seat for seat in named if seat not in state.profiles]:
        raise UnknownName("seat", strange[0], state.profiles)


def _made(kind: Callable[..., E], what: str, **said: object) -> E:
    try:
        return kind(**said)
    except ValidationError as error:
        why = error.errors(include_url=False)[0]["msg"]
        raise UserError(f"{what} cannot stand so: {why[:1].lower()}{why[1:]}") from None
