"""Another future of the same past: a new transcript that begins with a copy of another's lines."""

from __future__ import annotations

import random
from pathlib import Path

from debate.errors import UserError
from debate.events import AnyEvent, ConferenceForked, ConferenceOpened, TurnClosed
from debate.library import new_transcript_path
from debate.text import showable
from debate.transcript import Transcript, read_entries


def fork(
    source: Path | str,
    *,
    turn: int | None = None,
    out: Path | str | None = None,
    seed: int | None = None,
) -> Path:
    """Copy a transcript up to the end of a turn, byte for byte, into a new one that can be resumed.

    Args:
        source: The transcript; it may be still under way.
        turn: Number of the last turn to keep; 0 keeps none; None keeps all that finished.
        out: File or folder of the new one; see `library.new_transcript_path`.
        seed: Of what follows; None draws one.

    Returns:
        Path of the new transcript.

    Raises:
        UserError: if there is no such finished turn.
        TranscriptError: if the one cannot be read or the other not be written.
    """
    source = Path(source)
    entries = list(read_entries(source))
    kept = _kept([entry.event for entry in entries], turn, source)
    opened = entries[0].event
    assert isinstance(opened, ConferenceOpened)
    path = new_transcript_path(opened.scenario.id, Path(out) if out is not None else None)
    forked = ConferenceForked(
        origin=showable(source.name)[:400],
        head=entries[kept - 1].sha256,
        seed=random.SystemRandom().randrange(2**31) if seed is None else seed,
    )
    with Transcript.create(path, begins=_first_lines(source, kept)) as transcript:
        transcript.append(forked)
    return path


def _kept(events: list[AnyEvent], turn: int | None, source: Path) -> int:
    """How many lines are kept."""
    if not events or not isinstance(events[0], ConferenceOpened):
        raise UserError(f"{source} does not begin with a conference's opening")
    if turn == 0:
        return 1
    closed = [(n, e.turn) for n, e in enumerate(events, 1) if isinstance(e, TurnClosed)]
    if turn is None:
        return closed[-1][0] if closed else 1
    for line, number in closed:
        if number == turn:
            return line
    last = max((number for _, number in closed), default=0)
    raise UserError(
        f"{source} has no finished turn {turn}", hint=f"its last finished turn is {last}"
    )


def _first_lines(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return b"".join(file.readline() for _ in range(count))
