"""Holding the transcripts of a batch against its index.

The index says of each conference that ended how many lines its transcript had, and the hash of the
last. So it shows what the file by itself cannot: that it is gone, that its end was cut off at the
end of a line, or that it was chained anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from debate.batch.index import Index, Outcome
from debate.batch.known import BEGUN, Batches
from debate.errors import UserError
from debate.factors import INDEX
from debate.transcript import GENESIS, line_hash

# Bytes read at once, from the end of a file: the last line of a conference is a short one.
_BLOCK = 1 << 14


@dataclass(frozen=True, slots=True)
class Difference:
    """A transcript that is not as the index says."""

    cell: str
    path: Path
    kind: Literal["missing", "unread", "cut", "other", "longer"]
    lines: int = 0
    """How many it has too few, or too many; 0 if that is not known."""

    @property
    def lost(self) -> bool:
        """Whether something of what was recorded is not there. It is where the transcript only goes
        on: a conference that stood still may have been resumed by itself."""
        return self.kind != "longer"

    @property
    def told(self) -> str:
        """What is to be said of it."""
        lines = f"{self.lines:,} line" + ("" if self.lines == 1 else "s")
        match self.kind:
            case "missing":
                return "missing, though the index says that it ended"
            case "unread":
                return "it cannot be read"
            case "cut":
                return f"it ends {lines} before the index says"
            case "other":
                return "its last line is not the one that the index says"
            case "longer":
                return f"it goes on for {lines} after what the index says"


def differences(outcomes: Iterable[Outcome], folder: Path) -> Mapping[str, Difference]:
    """The transcripts that are not as the index of their folder says, by cell.

    Of each no more than the last line is read; only of those that have another, all.

    Args:
        outcomes: What the index says.
        folder: Where it is.
    """
    found = (difference(each, folder) for each in outcomes)
    return {each.cell: each for each in found if each is not None}


def difference(outcome: Outcome, folder: Path) -> Difference | None:
    """How a transcript is not as the index says; None where it is, or the index says nothing."""
    if outcome.transcript is None or not outcome.head:
        return None
    path = folder / outcome.transcript
    try:
        if _head(path) == outcome.head:
            return None
        return _changed(outcome, path, _hashes(path))
    except FileNotFoundError:
        return Difference(outcome.cell, path, "missing")
    except OSError:
        return Difference(outcome.cell, path, "unread")


def _changed(outcome: Outcome, path: Path, hashes: list[str]) -> Difference:
    if outcome.head in hashes:
        more = len(hashes) - 1 - hashes.index(outcome.head)
        return Difference(outcome.cell, path, "longer", more)
    if outcome.lines and len(hashes) < outcome.lines:
        return Difference(outcome.cell, path, "cut", outcome.lines - len(hashes))
    return Difference(outcome.cell, path, "other")


class Indexes:
    """The indexes of the batches that some transcripts are in, each read once."""

    def __init__(self) -> None:
        self.unreadable: list[str] = []
        """What is wrong with those that cannot be read."""
        self._known: dict[Path, Mapping[str, Outcome]] = {}
        self._batches = Batches()

    def difference(self, transcript: Path) -> Difference | None:
        """How a transcript is not as the index beside it says, if there is one that knows it."""
        folder = transcript.absolute().parent
        known = self._read(folder).get(transcript.name)
        return difference(known, folder) if known is not None else None

    def missing(self, folder: Path) -> list[Difference]:
        """What is lost whole, in the batches in a folder and in those directly in it: there is no
        transcript in its place, or a folder."""
        folders = [folder, *sorted(path.parent for path in folder.glob(f"*/{INDEX}"))]
        found = (differences(self._read(each.absolute()).values(), each) for each in folders)
        return [
            each
            for of in found
            for each in of.values()
            if each.kind == "missing" or each.path.is_dir()
        ]

    def under_way(self, transcript: Path) -> bool:
        """Whether it is of a conference that has not ended, by the index and the plan beside it."""
        return self._batches.factors(transcript).get("end") == BEGUN

    def strange(self, transcript: Path) -> bool:
        """Whether it is in the folder of a batch and of none of its conferences."""
        folder = transcript.absolute().parent
        return self._batches.plan(folder) is not None and not self._batches.factors(transcript)

    def _read(self, folder: Path) -> Mapping[str, Outcome]:
        """What the index in a folder says, by the names of transcripts."""
        if folder not in self._known:
            self._known[folder] = {}
            try:
                outcomes = Index(folder / INDEX).read().values()
            except (UserError, OSError) as error:
                if (folder / "batch.json").exists():  # else it is no index of a batch
                    said = error.in_a_line if isinstance(error, UserError) else str(error)
                    self.unreadable.append(said)
            else:
                self._known[folder] = {
                    each.transcript: each for each in outcomes if each.transcript
                }
        return self._known[folder]


def _hashes(path: Path) -> list[str]:
    with path.open("rb") as file:
        return [line_hash(line[:-1]) for line in file if line.endswith(b"\n")]


def _head(path: Path) -> str:
    """Hash of the last whole line; what a crash left of another behind it does not count."""
    with path.open("rb") as file:
        begin = file.seek(0, os.SEEK_END)
        end = b""
        while begin and end.count(b"\n") < 2:
            step = min(begin, _BLOCK)
            begin = file.seek(begin - step)
            end = file.read(step) + end
    *lines, _torn = end.split(b"\n")
    return line_hash(lines[-1]) if lines else GENESIS
