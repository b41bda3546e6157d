"""The index of a batch: one line for each conference that has ended, however it ended.

A line is written when a conference is over, and is on the disk before another is begun in its
place. What it says can be found again in the transcript, so an index that lost its last line to a
crash is made whole when the batch goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from debate.bill import Bill, Cost
from debate.errors import CannotWrite, UserError
from debate.events import AnyEvent, ConferenceForked
from debate.persona import Model
from debate.shortfall import Shortfall
from debate.shortfall import told as short_told
from debate.state import fold
from debate.stats import stats
from debate.steps import BUDGET_SPENT
from debate.transcript import read_entries
from debate.whole_file import write_whole


class Costs(Model):
    """What a conference cost, in one currency."""

    currency: str
    cost: str
    """As far as it is known, as decimal digits."""
    unknown: int = 0
    """Finished calls whose cost is not known."""
    broken: int = 0
    """Calls that came to nothing but may be billed; nobody says how much."""
    over: str | None = None
    """The most that those can have cost whose cost is not known; None if nothing limits it."""

    @classmethod
    def of(cls, cost: Cost) -> Costs:
        """What calls came to."""
        return cls(
            currency=cost.currency or "",
            cost=f"{cost.known:f}",
            unknown=cost.unknown,
            broken=cost.broken,
            over=None if cost.over is None else f"{cost.over:f}",
        )

    @property
    def came_to(self) -> Cost:
        """The same. Where a line has no currency nothing is known, whatever else an earlier version
        wrote there."""
        unknown = self.unknown or int(not self.currency and not self.broken)
        over = None if self.over is None else Decimal(self.over)
        return Cost(self.currency or None, Decimal(self.cost), unknown, self.broken, over)


class Outcome(Model):
    """How one conference ended."""

    cell: str
    transcript: str | None = Field(None, description="File name; none if it could not be begun.")
    factors: dict[str, str] = Field(default_factory=dict)
    end: Literal["complete", "failed", "open"]
    """`open`: it stands still, since its budget bears no further call. In no line of an index."""
    reason: str | None = Field(None, description="Why it is not complete.")
    head: str | None = Field(None, description="Hash of the transcript's last line.")
    lines: int | None = Field(None, description="How many lines the transcript has.")
    turns: int = 0
    words: int = 0
    failed: int = Field(0, description="Turns and answers that could not be had.")
    not_had: int | None = Field(None, description="Turns that nothing came of in the end.")
    input: int | None = None
    cached: int | None = None
    output: int | None = None
    reasoning: int | None = None
    asks: int | None = None
    assumed: int | None = None
    tabled: int | None = None
    carried: int | None = None
    seconds: float = 0.0
    costs: tuple[Costs, ...] = ()

    @property
    def short(self) -> str:
        """What of it could not be had, in words; empty if nothing."""
        asks, assumed = self.asks or 0, self.assumed or 0
        return short_told(asks, assumed, self.turns, self.not_had or 0)

    @property
    def lacking(self) -> float:
        """The part of it that could not be had, from 0 to 1."""
        lacks = (self.assumed or 0) + (self.not_had or 0)
        return lacks / max(1, (self.asks or 0) + self.turns + (self.not_had or 0))

    @property
    def is_open(self) -> bool:
        """Whether it only lacks budget. Earlier versions took that for a failure."""
        lacking = (BUDGET_SPENT, "it may have cost ")
        return self.end != "complete" and (self.reason or "").startswith(lacking)

    @property
    def bill(self) -> Bill:
        """What its calls came to; one with no lines was free."""
        return Bill(tuple(each.came_to for each in self.costs))


def outcome(
    cell: str, factors: dict[str, str], path: Path, reason: str | None, *, forked: bool = False
) -> Outcome:
    """What is to be said of a transcript that has ended or, for a reason, stands still.

    Args:
        cell: Of the batch.
        factors: What tells it from the others.
        path: The transcript.
        reason: Why it is not complete.
        forked: Whether it goes on from a past, whose turns and costs are not its own.

    Raises:
        TranscriptError: if it cannot be read.
    """
    head, lines, short = "", 0, Shortfall()
    begins = forked_at(path) if forked else 0

    def events() -> Iterator[AnyEvent]:
        nonlocal head, lines
        for entry in read_entries(path):
            head, lines = entry.sha256, lines + 1
            if entry.event.seq == 0 or entry.event.seq >= begins:
                short.take(entry.event)
                yield entry.event

    total = stats(events()).total
    end: Literal["complete", "failed", "open"] = "failed" if reason else "complete"
    return Outcome(
        cell=cell,
        transcript=path.name,
        factors=factors,
        end="open" if (reason or "").startswith(BUDGET_SPENT) else end,
        reason=reason,
        head=head,
        lines=lines,
        turns=total.turns,
        words=total.words,
        failed=total.failed,
        not_had=short.not_had,
        input=total.input,
        cached=total.cached,
        output=total.output,
        reasoning=total.reasoning,
        asks=total.asks,
        assumed=total.assumed,
        tabled=total.tabled,
        carried=total.carried,
        seconds=round(total.seconds, 3),
        costs=tuple(map(Costs.of, total.bill.costs)),
    )


def cost_before(path: Path) -> Decimal:
    """What the past had cost at most that a transcript goes on from."""
    begins = forked_at(path)
    past = (entry.event for entry in read_entries(path) if entry.event.seq < begins)
    return fold(past).at_most


def forked_at(path: Path) -> int:
    """The `seq` of the line by which a transcript was forked; 0 if it was not."""
    found = (e.event.seq for e in read_entries(path) if isinstance(e.event, ConferenceForked))
    return max(found, default=0)


class Index:
    """The file `index.jsonl` of a batch; one program writes it at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Outcome]:
        """Every outcome, by cell.

        Raises:
            UserError: at a line that is none; a last line that a crash cut off is passed over.
        """
        if not self.path.exists():
            return {}
        found: dict[str, Outcome] = {}
        for number, line in enumerate(self.path.read_bytes().splitlines(keepends=True), 1):
            if not line.endswith(b"\n"):
                break
            try:
                each = Outcome.model_validate_json(line)
            except ValidationError as error:
                what = error.errors(include_url=False)[0]["msg"]
                raise UserError(
                    f"not a line of an index: {what}",
                    where=f"{self.path}:{number}",
                    hint="move the file away: batch resume makes it anew from the transcripts",
                ) from None
            found[each.cell] = each
        return found

    def append(self, outcome: Outcome) -> None:
        """Write one more outcome.

        Raises:
            CannotWrite: if it could not be written.
        """
        try:
            self._append(_line(outcome))
        except OSError as error:
            raise CannotWrite(self.path, error) from None

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            size = os.fstat(descriptor).st_size
            # A line that a crash cut off is taken away, and so is not in the way of this one.
            keep = self._whole(size)
            if keep != size:
                os.ftruncate(descriptor, keep)
            os.lseek(descriptor, 0, os.SEEK_END)
            if os.write(descriptor, line) != len(line):
                raise OSError(0, "the disk is full")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _whole(self, size: int) -> int:
        with self.path.open("rb") as file:
            back = min(size, 1 << 20)
            file.seek(size - back)
            return size - back + file.read().rfind(b"\n") + 1

    def rewrite(self, outcomes: Iterable[Outcome]) -> None:
        """Write all of it anew, as a whole. Raises as `append`."""
        try:
            write_whole(self.path, b"".join(map(_line, outcomes)))
        except OSError as error:
            raise CannotWrite(self.path, error) from None


def _line(outcome: Outcome) -> bytes:
    return outcome.model_dump_json(exclude_none=True).encode() + b"\n"
