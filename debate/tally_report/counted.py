"""What was counted, with all that is to be known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from debate.batch.known import Standing
from debate.grouped import Tallied
from debate.text import one_line


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A transcript that could not be counted."""

    transcript: str
    why: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A transcript that was changed after it was written; it counts."""

    transcript: str
    path: Path
    line: int
    """The first, from 1, that does not follow the one before it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of many transcripts, and what they are of."""

    tallied: Tallied
    batches: tuple[Standing, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    changed: tuple[Changed, ...] = ()

    def notes(self) -> Iterator[str]:
        """What is to be known of the figures, each in a sentence."""
        total = self.tallied.total
        if unfinished := total.conferences - total.ended:
            yield (
                f"Cut short, or under way: {unfinished} of {conferences(total.conferences)}. What "
                "there is of them is counted."
            )
        for batch in self.batches:
            if batch.waiting:
                of = conferences(batch.planned)
                yield f"Not begun yet in the batch {one_line(batch.id)}: {batch.waiting:,} of {of}."
            if batch.missing:
                yield (
                    f"Missing, though the index of the batch {one_line(batch.id)} says that they"
                    f" ended: {batch.missing:,} of {conferences(batch.planned)}. They are not"
                    " counted."
                )
        if total.changed:
            yield (
                f"Changed after they were written: {total.changed:,} of "
                f"{conferences(total.conferences)}. They are counted."
            )
        if forks := self.tallied.forks:
            yield _of_forks(forks, self.tallied.copied)
        if "model" in self.tallied.planned:
            yield (
                "A model is the one that the plan of the batch names, if it names one; `--by"
                " speaker` tells the models that spoke."
            )
        if silent := total.tokens.silent:
            yield f"Calls whose tokens no server told: {silent:,} of {total.tokens.calls:,}."


def _of_forks(forks: int, copied: int | None) -> str:
    if copied is None:
        return (
            f"Forks: {forks:,}. The past that a fork has of another transcript counts in each that"
            " is here."
        )
    of = f"{forks:,} fork" + ("" if forks == 1 else "s")
    return (
        f"Copied turns of {of} left out: {copied:,}, with what they took; --with-past counts them."
    )


def conferences(n: int) -> str:
    """So many of them, in words."""
    return f"{n:,} conference" + ("" if n == 1 else "s")
