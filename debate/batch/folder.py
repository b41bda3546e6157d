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
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from debate.batch.arms import cards_at, members, named_from
from debate.batch.cells import Cell, cells
from debate.batch.index import Index
from debate.batch.job import Job, job
from debate.batch.plan import Plan
from debate.errors import CannotWrite, LoadError, UserError, YaltaError
from debate.events import Cards
from debate.fork import lines_kept
from debate.library import find_transcript, load_persona, load_scenario
from debate.persona import Model
from debate.seating import card_hash
from debate.transcript import read_entries
from debate.whole_file import write_whole
from debate.yaml_file import load, loads, problems_at, read


class MadeFrom(Model):
    """What a batch was made from."""

    format: str = "yalta/batch/1"
    plan_sha256: str
    base: str
    """The folder that the plan's files are named from, as seen from the batch's."""
    sources_sha256: str
    """Of the scenario and the cards, or of the past."""
    budget: float | None = None
    """In place of the plan's, as it was said last when the batch was gone on with."""


class BatchFolder:
    """A batch's folder and its plan."""

    def __init__(self, path: Path, plan: Plan, base: Path, past: bytes | None) -> None:
        self.path = path
        self.plan = plan
        self.base = base
        self._past = past
        self.index = Index(path / "index.jsonl")
        self.cells: list[Cell] = cells(plan, _members(plan, base))

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
        _check_file(path)
        plan = load(path, Plan)
        where = out or path.parent / (plan.out or plan.id)
        try:
            past = _past(plan, path.parent)
            if past is None:
                load_scenario(named_from(plan.scenario or "", path.parent))
        except LoadError:  # it knows where it stands itself
            raise
        except YaltaError as error:
            at = ("scenario",) if plan.from_ is None else ("from",)
            problems = problems_at(path, [(at, error.message)])
            raise LoadError(str(path), problems, hint=error.hint) from None
        return cls(where, plan, path.parent, past)

    @classmethod
    def begin(cls, path: Path, out: Path | None = None) -> BatchFolder:
        """Begin the batch of a plan file, or go on with it if it was begun.

        Raises:
            UserError: if another batch is in its folder.
            CannotWrite: if the folder cannot be made or written.
        """
        batch = cls.of(path, out)
        known = batch.begun()
        text = read(path)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if known is not None:
            same = known._made.model_copy(update={"budget": None})
            if same == batch._made_from(digest):
                return batch
        try:
            batch.path.mkdir(parents=True, exist_ok=True)
            if known is None and any(batch.path.glob("*.jsonl")):
                raise UserError(f"{batch.path} holds other transcripts", hint="give another --out")
            with batch.held():
                batch._keep(text, digest)
        except OSError as error:
            raise CannotWrite(batch.path, error) from None
        return batch

    def _keep(self, text: str, digest: str) -> None:
        """Keep the plan, and what it was made from last: without that nothing was begun."""
        if self._past is not None:
            (self.path / "past").mkdir(exist_ok=True)
            write_whole(self.path / "past" / "past.jsonl", self._past)
        write_whole(self.path / "plan.yaml", text.encode())
        self._note(self._made_from(digest))

    def _note(self, made: MadeFrom) -> None:
        write_whole(self.path / "batch.json", made.model_dump_json(indent=1).encode() + b"\n")

    @property
    def budget(self) -> float | None:
        """What all of it may cost: as was said last, else as its plan says."""
        begun = (self.path / "batch.json").exists()
        said = self._made.budget if begun else None
        return self.plan.budget if said is None else said

    def keep_budget(self, budget: float) -> None:
        """Let all of it cost so much from here on, in place of what its plan says.

        Raises:
            CannotWrite: if it cannot be kept.
        """
        try:
            self._note(self._made.model_copy(update={"budget": budget}))
        except OSError as error:
            raise CannotWrite(self.path, error) from None

    def begun(self) -> BatchFolder | None:
        """The batch that is in its folder already; None if there is none.

        Raises:
            UserError: if that is of another plan, or what it was made from has changed.
        """
        if not (self.path / "batch.json").exists():
            return None
        known = self._kept(self.path, self.base)
        known._check_extended(self)
        known._check_sources()
        return known

    def _made_from(self, digest: str) -> MadeFrom:
        return MadeFrom(
            plan_sha256=digest,
            base=os.path.relpath(self.base.resolve(), self.path.resolve()),
            sources_sha256=self._sources(),
        )

    def _check_extended(self, other: BatchFolder) -> None:
        """See that another plan only adds to this one: all that was held is held by it too.

        Raises:
            UserError: if it does not.
        """
        free = {"factors", "arms", "repeats", "jobs", "budget", "title", "out"}
        mine, theirs = (p.model_dump(by_alias=True, exclude=free) for p in (self.plan, other.plan))
        ours, others = self.plan.factors.cast, other.plan.factors.cast
        changed = [f"`{field}` is another" for field in mine if mine[field] != theirs[field]]
        arms = other.plan.arms
        for what, names in (
            ("arm", [name for name, arm in self.plan.arms.items() if arms.get(name) != arm]),
            ("cast", [name for name, cast in ours.items() if others.get(name) != cast]),
        ):
            changed += [f"the {what} {name!r} is another or none" for name in names]
        if gone := {cell.id for cell in self.cells} - {cell.id for cell in other.cells}:
            changed.append(f"{len(gone):,} of the {len(self.cells):,} conferences are no more")
        if not changed and self._cards != other._cards:
            changed.append(f"a larger table puts cards at the {other._cards} of every prompt")
        if changed:
            raise UserError(
                f"{self.path} holds the batch of another plan: in this one {', '.join(changed)}",
                hint="an edited plan may add seeds, arms, models, other values of its factors, and"
                " repeats, and have another title, jobs and budget; else give it a folder of its"
                " own with --out",
            )

    @classmethod
    def open(cls, path: Path, *, to_hold: bool = True) -> BatchFolder:
        """A batch that was begun.

        Args:
            path: Its folder.
            to_hold: Whether its conferences are to be held, and not only looked at.

        Raises:
            UserError: if there is none, or if what it was made from has changed and is needed.
        """
        batch = cls._kept(path)
        if to_hold:
            batch._check_sources()
        return batch

    @classmethod
    def _kept(cls, path: Path, base: Path | None = None) -> BatchFolder:
        """The batch in a folder; its files are named from where they were, if None is said."""
        if not (path / "batch.json").exists():
            raise UserError(f"there is no batch in {path}", hint=_whereabouts(path))
        plan = loads(read(path / "plan.yaml"), Plan, path=str(path / "plan.yaml"))
        base = base or Path(os.path.normpath(path.resolve() / _made(path).base))
        past = (path / "past" / "past.jsonl").read_bytes() if plan.from_ else None
        return cls(path, plan, base, past)

    def _check_sources(self) -> None:
        """See that what it was made from is what it was.

        Raises:
            UserError: if it is not.
        """
        try:
            sources = self._sources()
        except YaltaError as error:
            raise UserError(
                f"what the batch in {self.path} was made from cannot be had: {error.message}",
                hint=f"if it was moved, `yalta batch run PLAN.yaml --out {self.path}` goes on, with"
                " PLAN.yaml where its files are now",
            ) from None
        if sources != self._made.sources_sha256:
            raise UserError(
                f"the scenario or a card of the batch in {self.path} was changed since it was"
                " begun",
                hint="put it back, or begin another batch: one batch compares like with like",
            )

    @property
    def running(self) -> bool:
        """Whether a program holds it now."""
        try:
            with self._lock():
                return False
        except Timeout:
            return True
        except OSError:  # in a folder that may only be read
            return False

    def _lock(self) -> FileLock:
        return FileLock(self.path / ".batch.lock", timeout=0)

    @property
    def _made(self) -> MadeFrom:
        return _made(self.path)

    def job(self, cell: Cell) -> Job:
        """The job of a cell. Raises as `job.job` does."""
        return job(self.plan, cell, base=self.base, cards=self._cards, past=self._past)

    @cached_property
    def _cards(self) -> Cards:
        return "head" if self.plan.scenario is None else cards_at(self.plan, base=self.base)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder against other programs that would run the same batch.

        Raises:
            UserError: if one does.
        """
        lock = self._lock()
        try:
            lock.acquire()
        except Timeout:
            raise UserError(
                f"another program runs the batch in {self.path}",
                hint=f"`yalta batch status {self.path}` tells how far it is; end it there, or wait",
            ) from None
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
        raise UserError(
            f"{path / 'batch.json'} is not what a batch was made from",
            hint="put it back from a copy: without it the batch cannot go on; its transcripts are"
            " whole",
        ) from None


def _members(plan: Plan, base: Path) -> tuple[str, ...]:
    """Who is put in order; nobody where nobody is, so that a batch can be looked at without its
    scenario."""
    if plan.factors.order == "given" or plan.scenario is None:
        return ()
    return members(load_scenario(named_from(plan.scenario, base)))


def _past(plan: Plan, base: Path) -> bytes | None:
    """The past that a plan goes on from, as far as it is there."""
    if plan.from_ is None:
        return None
    beside = base / plan.from_.transcript
    source = beside if beside.is_file() else find_transcript(plan.from_.transcript)
    lines_kept([*read_entries(source)], plan.from_.turn, plan.from_.at, source)
    return source.read_bytes()


def _check_file(path: Path) -> None:
    """See that what is given as a plan is a file.

    Raises:
        UserError: with what may be meant.
    """
    if path.is_file():
        return
    if (path / "batch.json").exists():
        raise UserError(
            f"{path} is the folder of a batch, not a plan",
            hint=f"go on with it:  yalta batch resume {path}",
        )
    if path.is_dir():
        raise UserError(f"{path} is a folder, not a plan", hint="name the plan's YAML file")
    beside = path.with_name(f"{path.name}.yaml")
    hint = "see `yalta batch --help`, and README.md for what is in a plan"
    raise UserError(f"no plan at {path}", hint=f"there is {beside}" if beside.is_file() else hint)


def _whereabouts(path: Path) -> str:
    """Where the batch may be that is not in a folder."""
    if path.is_file():
        with suppress(YaltaError):
            batch = BatchFolder.of(path)
            if (batch.path / "batch.json").exists():
                return f"that is its plan; its folder is {batch.path}"
            return f"that is its plan; `yalta batch run {path}` begins it"
    return "`yalta batch run PLAN.yaml` begins one, in a folder named as the plan"
