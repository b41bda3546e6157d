"""What only a batch knows of each of its transcripts: the arm, and what else was varied.

A batch's folder has an `index.jsonl`, of one JSON object a line, such as

    {"cell": "a-s3", "transcript": "a-s3.jsonl", "factors": {"arm": "a"}, "end": "complete"}

Who only counts reads of it what can be read: a line that is none, or that is cut off, is passed
over. Of two lines on a transcript the last counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

#: The file's name.
INDEX = "index.jsonl"

#: The folder in that of a batch for the transcript that all of it go on from; it is none of them.
PAST = "past"

#: What is known of a transcript: values by factor, such as an arm by `arm`.
Factors = Mapping[str, str]

NONE: Factors = MappingProxyType({})

# A line is a few hundred bytes; what is much longer is none of a batch's.
_MOST = 1_000_000


def read_index(path: Path) -> dict[str, Factors]:
    """The factors of each transcript that an index names, by its path from the index's folder.

    Args:
        path: The index. One that is not there names nothing.
    """
    found: dict[str, Factors] = {}
    for said in _entries(path):
        name, factors = said.get("transcript"), said.get("factors")
        if isinstance(name, str) and name:
            given = {"cell": said.get("cell"), "end": said.get("end")}
            given |= factors if isinstance(factors, dict) else {}
            found[Path(name).as_posix()] = {
                key: _told(value) for key, value in given.items() if _is_told(value)
            }
    return found


def count_failed(path: Path) -> int:
    """How many conferences failed, by an index; of one that is not there, none."""
    ends = {str(said.get("cell")): said.get("end") for said in _entries(path)}
    return sum(end == "failed" for end in ends.values())


def _entries(path: Path) -> Iterator[dict[str, object]]:
    """The lines of an index that can be read."""
    for line in _lines(path):
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict):
            yield said


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            whole = True
            while line := file.readline(_MOST):
                ends = line.endswith(b"\n") or len(line) < _MOST
                if whole and ends:
                    yield line
                whole = ends
    except OSError:
        return


def _is_told(value: object) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
