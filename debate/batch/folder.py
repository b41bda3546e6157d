"""The folder of a batch.

OUT/
  plan.yaml        the plan, as it was given
  batch.json       what it was made from, so that it goes on with the same
  index.jsonl      a line for each conference that has ended
  CELL.jsonl       the transcripts
  past/            the transcript that all go on from, if they do
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from debate.batch.arms import members, named_from
from debate.batch.cells import Cell, cells
from debate.batch.index import Index
from debate.batch.job import Job, job
from debate.batch.plan import Plan
from debate.errors import CannotWrite, UserError, YaltaError
from debate.fork import lines_kept
from debate.library import find_transcript, load_persona, load_scenario
from debate.persona import Model
from debate.seating import card_hash
from debate.transcript import read_entries
from debate.whole_file import write_whole
from debate.yaml_file import load, loads, read


class MadeFrom(Model):
    """What a batch was made from."""

    format: str = "yalta/batch/1"
    plan_sha256: str
    base: str
    """The folder that the plan's files are named from, as seen from the batch's."""
    sources_sha256: str
    """Of the scenario and the cards, or of the past."""


class BatchFolder:
    """A batch's folder and its plan."""

    def __init__(self, path: Path, plan: Plan, base: Path, past: bytes | None) -> None:
        self.path = path
        self.plan = plan
        self.base = base
        self._past = past
        self.index = Index(path / "index.jsonl")
        self.cells: list[Cell] = cells(plan, () if past is not None else _members(plan, base))

    @classmethod
    def of(cls, path: Path, out: Path | None = None) -> BatchFolder:
        """The batch of a plan file; nothing is written.

        Args:
            path: The plan.
            out: Its folder; as the plan says, if None.

        Raises:
            LoadError: if the plan is wrong.
            UserError: if what it names is not there.
        """
        plan = load(path, Plan)
        where = out or path.parent / (plan.out or plan.id)
        past = None
        if plan.from_ is not None:
            beside = path.parent / plan.from_.transcript
            source = beside if beside.is_file() else find_transcript(plan.from_.transcript)
            past = source.read_bytes()
            lines_kept([*read_entries(source)], plan.from_.turn, plan.from_.at, source)
        return cls(where, plan, path.parent, past)

    @classmethod
    def begin(cls, path: Path, out: Path | None = None) -> BatchFolder:
        """Begin the batch of a plan file, or go on with it if it was begun.

        Raises:
            UserError: if another batch is in its folder.
            CannotWrite: if the folder cannot be made or written.
        """
        batch = cls.of(path, out)
        text = read(path)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if (batch.path / "batch.json").exists():
            known = cls.open(batch.path)
            if known._made.plan_sha256 == digest:
                return known
            known._check_extended(batch)
            try:
                batch._write(text, digest, path)
            except OSError as error:
                raise CannotWrite(batch.path, error) from None
            return cls.open(batch.path)
        try:
            batch.path.mkdir(parents=True, exist_ok=True)
            if any(batch.path.glob("*.jsonl")):
                raise UserError(f"{batch.path} holds other transcripts", hint="give another --out")
            if batch._past is not None:
                (batch.path / "past").mkdir(exist_ok=True)
                (batch.path / "past" / "past.jsonl").write_bytes(batch._past)
            batch._write(text, digest, path)
        except OSError as error:
            raise CannotWrite(batch.path, error) from None
        return batch

    def _write(self, text: str, digest: str, plan: Path) -> None:
        """Keep a plan, and what it was made from, last."""
        made = MadeFrom(
            plan_sha256=digest,
            base=os.path.relpath(plan.parent.resolve(), self.path.resolve()),
            sources_sha256=self._sources(),
        )
        for name, said in (
            ("plan.yaml", text),
            ("batch.json", made.model_dump_json(indent=1) + "\n"),
        ):
            write_whole(self.path / name, said.encode())

    def _check_extended(self, other: BatchFolder) -> None:
        """See that another plan only adds to this one: all that was held is held by it too.

        Raises:
            UserError: if it does not.
        """
        free = {"factors", "arms", "repeats", "jobs", "budget", "title", "out"}
        mine, theirs = self.plan, other.plan
        same = mine.model_dump(exclude=free) == theirs.model_dump(exclude=free)
        arms = all(theirs.arms.get(name) == arm for name, arm in mine.arms.items())
        casts = all(theirs.factors.cast.get(n) == c for n, c in mine.factors.cast.items())
        gone = {cell.id for cell in self.cells} - {cell.id for cell in other.cells}
        if not (same and arms and casts) or gone:
            raise UserError(
                f"{self.path} holds the batch of another plan",
                hint="a plan may get more seeds, arms, models or jobs, and another budget; else"
                " give it a folder of its own with --out",
            )

    @classmethod
    def open(cls, path: Path) -> BatchFolder:
        """A batch that was begun.

        Raises:
            UserError: if there is none, or what it was made from has changed.
        """
        if not (path / "batch.json").exists():
            raise UserError(
                f"there is no batch in {path}", hint="`yalta batch run PLAN.yaml` begins one"
            )
        made = _made(path)
        plan = loads(read(path / "plan.yaml"), Plan, path=str(path / "plan.yaml"))
        base = Path(os.path.normpath(path.resolve() / made.base))
        past = (path / "past" / "past.jsonl").read_bytes() if plan.from_ else None
        batch = cls(path, plan, base, past)
        if batch._sources() != made.sources_sha256:
            raise UserError(
                f"the scenario or a card of the batch in {path} was changed since it was begun",
                hint="put it back, or begin another batch: one batch compares like with like",
            )
        return batch

    @property
    def _made(self) -> MadeFrom:
        return _made(self.path)

    def job(self, cell: Cell) -> Job:
        """The job of a cell. Raises as `job.job` does."""
        return job(self.plan, cell, base=self.base, past=self._past)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder against other programs that would run the same batch.

        Raises:
            UserError: if one does.
        """
        lock = FileLock(self.path / ".batch.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise UserError(f"another program runs the batch in {self.path}") from None
        except OSError as error:
            raise CannotWrite(self.path, error) from None
        try:
            yield
        finally:
            lock.release()

    def _sources(self) -> str:
        """The hash of what its cells are made from, beside the plan."""
        if self._past is not None:
            return hashlib.sha256(self._past).hexdigest()
        scenario = load_scenario(named_from(self.plan.scenario or "", self.base))
        named = {seat.persona for seat in scenario.seats}
        named |= {each for cast in self.plan.factors.cast.values() for each in cast}
        named |= {each for arm in self.plan.arms.values() for each in arm.personas.values()}
        cards: dict[str, str] = {}
        for name in sorted(named):
            try:
                cards[name] = card_hash(load_persona(named_from(name, self.base)))
            except YaltaError:
                cards[name] = "seat"  # a cast may name seats too
        said = json.dumps([scenario.model_dump(mode="json"), cards], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


def _made(path: Path) -> MadeFrom:
    try:
        return MadeFrom.model_validate_json((path / "batch.json").read_bytes())
    except ValueError:
        raise UserError(f"{path / 'batch.json'} is not what a batch was made from") from None


def _members(plan: Plan, base: Path) -> tuple[str, ...]:
    return members(load_scenario(named_from(plan.scenario or "", base)))
