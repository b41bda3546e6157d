"""What batches know of their transcripts: which cell each is. Of one that ended the index tells it,
of one that was begun the plan does.

    batches = Batches()
    batches.factors(Path("runs/tiers/full.s3.1f0a2b.jsonl"))     # {"arm": "full", "seed": "3", ...}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from debate.batch.cells import Cell, cells
from debate.batch.folder import BatchFolder
from debate.batch.plan import Plan
from debate.errors import YaltaError
from debate.factors import INDEX, NONE, Factors, read_index
from debate.yaml_file import loads, read

#: What `end` is of a conference that was begun and has not ended.
BEGUN = "begun"


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of a batch there is."""

    id: str
    title: str
    """Empty if it has none."""
    folder: Path
    planned: int
    """Conferences that it is to hold."""
    waiting: int
    """Those of them that are not begun."""
    missing: int = 0
    """Those of them that ended, as the index says, and whose transcripts are not there."""


class Batches:
    """The batches of the folders that transcripts are in, each read once."""

    def __init__(self) -> None:
        self._indexes: dict[Path, Mapping[str, Factors]] = {}
        self._plans: dict[Path, Plan | None] = {}
        self._cells: dict[Path, Mapping[str, Factors]] = {}

    def factors(self, transcript: Path) -> Factors:
        """What the index of its folder, its plan, or the index of the folder above, says of a
        transcript."""
        transcript = transcript.absolute()
        folder = transcript.parent
        for known in (self._index, self._planned):
            beside = known(folder).get(transcript.name)
            if beside is not None:
                return beside
        above = self._index(folder.parent)
        within = above.get(f"{folder.name}/{transcript.name}")
        if within is None and not (folder.parent / transcript.name).is_file():
            within = above.get(transcript.name)
        return NONE if within is None else within

    def plan(self, folder: Path) -> Plan | None:
        """The plan of the batch in a folder; None if there is none that can be read."""
        folder = folder.absolute()
        if folder not in self._plans:
            self._plans[folder] = _plan(folder)
        return self._plans[folder]

    def standing(self, transcripts: Iterable[Path]) -> list[Standing]:
        """The batches that some transcripts are of, in the order in which they come."""
        folders = dict.fromkeys(path.absolute().parent for path in transcripts)
        found = []
        for folder in folders:
            plan = self.plan(folder)
            if plan is not None and (cells := self._planned(folder)):
                absent = {name for name in cells if not (folder / name).exists()}
                missing = len(absent & self._index(folder).keys())
                waiting = len(absent) - missing
                told = (plan.id, plan.title or "", folder, len(cells), waiting, missing)
                found.append(Standing(*told))
        return found

    def _index(self, folder: Path) -> Mapping[str, Factors]:
        if folder not in self._indexes:
            self._indexes[folder] = read_index(folder / INDEX)
        return self._indexes[folder]

    def _planned(self, folder: Path) -> Mapping[str, Factors]:
        if folder not in self._cells:
            self._cells[folder] = {
                f"{cell.id}.jsonl": {"cell": cell.id, "end": BEGUN, **cell.factors}
                for cell in _cells(folder, self.plan(folder))
            }
        return self._cells[folder]


def _plan(folder: Path) -> Plan | None:
    path = folder / "plan.yaml"
    if not (folder / "batch.json").is_file():
        return None
    try:
        return loads(read(path), Plan, path=str(path))
    except YaltaError:
        return None


def _cells(folder: Path, plan: Plan | None) -> Iterator[Cell]:
    """The cells of a plan. Its scenario is asked for only where its members' order is varied: who
    counts a copy of the folder may not have it."""
    if plan is None:
        return
    try:
        varied = plan.factors.order == "latin"
        yield from BatchFolder.open(folder).cells if varied else cells(plan, ())
    except YaltaError:
        return
