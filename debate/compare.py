"""Where two transcripts part.

Forks share their past byte for byte, and so line by line. Two runs of one scenario share no line,
but may have said the same: a seeded model at temperature 0 does. So both are told: the lines that
are equal, and the turns of the record that are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from debate.state import Turn, fold
from debate.transcript import Entry


@dataclass(frozen=True, slots=True)
class Divergence:
    """How far two transcripts are the same. The record is what was finished and not withdrawn."""

    lines: int
    """Lines that are the same, byte for byte, from the first on."""
    turns: int
    """Turns of the record that are the same from the first on, in seat and words."""
    numbers: tuple[tuple[int, ...], tuple[int, ...]]
    """The turns of each one's record, by the numbers that they have there."""
    whole: bool
    """Whether the two have the same lines throughout."""

    @property
    def apart(self) -> tuple[int | None, int | None]:
        """The number of the first turn that differs, in each; None in the one that ends before."""
        first, second = self.numbers
        n = self.turns
        return (first[n] if n < len(first) else None, second[n] if n < len(second) else None)

    @property
    def parted(self) -> bool:
        """Whether either has a turn that the other has not."""
        return self.apart != (None, None)

    def __str__(self) -> str:
        past = f", with {_counted(self.lines, 'line')} in common" if self.lines else ""
        if self.whole:
            return f"the same throughout: {_counted(self.turns, 'turn')}"
        if not self.parted:
            return f"the same {_counted(self.turns, 'turn')}{past}"
        if not self.turns:
            return f"apart from the first turn on{past}"
        return (
            f"the same for {_counted(self.turns, 'turn')}; apart from turn {self.turns + 1}{past}"
        )


def divergence(one: Sequence[Entry], other: Sequence[Entry]) -> Divergence:
    """Compare two transcripts.

    Args:
        one: Lines of the first, from its opening on.
        other: Lines of the second.
    """
    lines = _common((e.sha256 for e in one), (e.sha256 for e in other))
    records = tuple(fold(e.event for e in entries).record for entries in (one, other))
    return Divergence(
        lines=lines,
        turns=_common(map(_said, records[0]), map(_said, records[1])),
        numbers=(tuple(t.number for t in records[0]), tuple(t.number for t in records[1])),
        whole=lines == len(one) == len(other),
    )


def _said(turn: Turn) -> tuple[str, str]:
    return turn.seat, turn.text


def _common(one: Iterable[object], other: Iterable[object]) -> int:
    """How many values are the same from the first on."""
    n = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        n += 1
    return n


def _counted(n: int, thing: str) -> str:
    return f"1 {thing}" if n == 1 else f"{n:,} {thing}s"
