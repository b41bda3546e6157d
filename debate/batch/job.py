"""One conference to be held, with all that it is made from: it can be held here or elsewhere.

A job carries no key and needs no file but its transcript: scenario, cards and the past that it goes
on from are in it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from debate.batch.arms import changes, conference
from debate.batch.cells import Cell
from debate.batch.index import Outcome, cost_before, outcome
from debate.batch.plan import Plan
from debate.conference import Conference
from debate.errors import CannotWrite, TranscriptError, YaltaError
from debate.events import Cards, ConferenceOpened, FloorPaused, parse
from debate.fork import Changes, fork, profiles_of
from debate.scenario import Scenario
from debate.seating import Wishes
from debate.speakers.registry import DEFAULT_MODEL, Registry
from debate.take import Item, Watch


@dataclass(frozen=True, slots=True)
class Past:
    """What a conference goes on from."""

    name: str
    """Of the transcript."""
    lines: bytes
    at: int | None
    turn: int | None
    changes: Changes
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """One conference of a batch."""

    cell: Cell
    scenario: Scenario | None
    """None where it goes on from a past."""
    wishes: Wishes
    past: Past | None = None
    models: tuple[str, ...] = ()
    """Those that the user named."""

    @property
    def file(self) -> str:
        """Name of its transcript."""
        return f"{self.cell.id}.jsonl"

    @property
    def opened(self) -> ConferenceOpened | None:
        """The manifest of the past that it goes on from."""
        return _opened(self.past.lines, self.past.name) if self.past else None

    def speaks(self) -> set[str]:
        """The models that speak in it."""
        if self.past is not None and self.opened is not None:
            own = {seat.id: seat.profile.model for seat in self.opened.seats}
            return {*(own | dict(self.past.models)).values()}
        assert self.scenario is not None
        wishes = self.wishes
        return {
            wishes.seat_models.get(seat.name) or wishes.model or seat.model or DEFAULT_MODEL
            for seat in self.scenario.seats
        }


def job(
    plan: Plan, cell: Cell, *, base: Path, cards: Cards = "head", past: bytes | None = None
) -> Job:
    """The job of a cell.

    Args:
        plan: The plan.
        cell: One of its cells.
        base: Folder that the plan's files are named from.
        cards: Where all of its conferences hold cards; see `arms.cards_at`.
        past: The transcript that the plan goes on from.

    Raises:
        UserError: if an arm does not fit.
    """
    arm = plan.arms[cell.arm]
    named = {**plan.models, **arm.models}
    models = tuple(dict.fromkeys([*named.values(), *([cell.model] if cell.model else [])]))
    if plan.from_ is None:
        held = conference(plan, cell, base=base, cards=cards)
        return Job(cell, held.scenario, held.wishes, models=models)
    assert past is not None
    opened = _opened(past, plan.from_.transcript)
    if cell.model:
        named = {seat.id: cell.model for seat in opened.seats} | named
    came = Past(
        Path(plan.from_.transcript).name,
        past,
        plan.from_.at,
        plan.from_.turn,
        changes(plan, cell, opened, base=base),
        named,
    )
    return Job(cell, None, Wishes(seed=cell.seed), came, models)


def _opened(lines: bytes, name: str) -> ConferenceOpened:
    try:
        opened = parse(lines.split(b"\n", 1)[0])
    except ValidationError:
        opened = None
    if not isinstance(opened, ConferenceOpened):
        raise TranscriptError(f"{name} does not begin with a conference's opening")
    return opened


async def hold(
    job: Job, folder: Path, registry: Registry, watch: Watch, *, budget: Decimal | None = None
) -> Outcome:
    """Hold a conference, or go on with it; its transcript tells which.

    Args:
        job: The conference.
        folder: Where its transcript is.
        registry: Speakers, shared with others that are held at the same time.
        watch: Called with each event and delta.
        budget: What it may cost in all.

    Returns:
        How it ended; a failure is an outcome too.

    Raises:
        CannotWrite: if the folder takes no more, which is a failure of none of its conferences.
    """
    path = folder / job.file
    seen = _Seen(watch)
    reason = None
    try:
        registry.trust(*job.models)
        if not _begun(path) and job.past is not None:
            await _fork(job, job.past, path, registry)
        if not _begun(path):
            path.unlink(missing_ok=True)
            await _begin(job, path, registry, seen, budget)
        elif not _closed(path):
            if budget is not None and job.past is not None:
                budget += cost_before(path)  # what the copied past had cost is not this one's
            async with Conference.resume(path, registry=registry, budget=budget) as conference:
                seen(conference.state.opened)
                await conference.drive(seen)
        if not _closed(path):
            reason = seen.paused or "it stands still"
    except CannotWrite:
        raise
    except YaltaError as error:
        reason = error.in_a_line
    except OSError as error:
        raise CannotWrite(path, error) from None
    except Exception as error:  # a fault of one conference is no reason to lose the others
        reason = f"a fault: {type(error).__name__}: {error}"
    cell = job.cell
    failed = Outcome(cell=cell.id, factors=cell.factors, end="failed", reason=reason)
    if not _begun(path):
        return failed
    try:
        return outcome(cell.id, cell.factors, path, reason, forked=job.past is not None)
    except YaltaError as error:  # what is there cannot be read
        return failed.model_copy(update={"reason": error.in_a_line})


async def _begin(
    job: Job, path: Path, registry: Registry, watch: Watch, budget: Decimal | None
) -> None:
    assert job.scenario is not None
    cost = None if budget is None else float(budget)
    wishes = replace(job.wishes, budget=cost)
    async with Conference.begin(job.scenario, wishes, out=path, registry=registry) as conference:
        await conference.drive(watch)


async def _fork(job: Job, past: Past, path: Path, registry: Registry) -> None:
    """Copy the past beside, and put it in place whole: a copy without its changes would go on as if
    nothing had been changed."""
    beside = path.parent / ".begun"
    beside.mkdir(exist_ok=True)
    source, copy = beside / f"{job.cell.id}.past.jsonl", beside / path.name
    for each in (source, copy):
        each.unlink(missing_ok=True)
    source.write_bytes(past.lines)
    seats = await profiles_of(past.models, registry)
    changes = Changes(past.changes.personas, seats, past.changes.rules, past.changes.notes)
    fork(source, turn=past.turn, at=past.at, changes=changes, out=copy, seed=job.cell.seed)
    copy.replace(path)
    source.unlink()


def _begun(path: Path) -> bool:
    """Whether a transcript has as much as its first line."""
    try:
        with path.open("rb") as file:
            return file.readline().endswith(b"\n")
    except FileNotFoundError:
        return False


def _closed(path: Path) -> bool:
    """Whether a conference is over, as its last line tells."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - 4096))
        *_, last = [b"", *file.read().splitlines()]
    return b'"conference.closed"' in last


class _Seen:
    """Passes items on; keeps why a conference stands still."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.paused = ""

    def __call__(self, item: Item) -> None:
        if isinstance(item, FloorPaused):
            self.paused = item.reason
        self._watch(item)
