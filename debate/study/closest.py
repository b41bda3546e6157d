"""What a coded thought may come from: the passages closest to its gist, each with its kind.

Retrieval is all that the program does. Whether a passage says the same is for people to judge, and
that nothing close is found proves nothing: the same thought in other words is not found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from debate.retrieval import excerpt, rank
from debate.study.bundle import HeardTurn, PoolPassage


@dataclass(frozen=True, slots=True)
class Close:
    """A passage that shares words with what was asked for."""

    ref: str | int
    """A passage of the pool by its id, or an earlier turn by its number: what a rating records."""
    kind: str
    """What it is, as a rater is told: `card`, or `turn 3, B`."""
    text: str
    spans: tuple[tuple[int, int], ...]
    """Where the shared words stand in it."""

    @property
    def excerpt(self) -> str:
        """Its part that holds most of the shared words, each between « and »."""
        return excerpt(self.text, self.spans)

    @property
    def whole(self) -> str:
        """All of it, each shared word between « and »."""
        parts, at = [], 0
        for start, end in self.spans:
            parts += [self.text[at:start], "«", self.text[start:end], "»"]
            at = end
        return "".join([*parts, self.text[at:]])


def closest(
    phrases: Iterable[str],
    pool: Sequence[PoolPassage],
    earlier: Sequence[HeardTurn],
    most: int = 9,
) -> tuple[Close, ...]:
    """The passages closest to a gist and its key terms, the closest first.

    Args:
        phrases: The gist and the terms.
        pool: What the conference's speakers may have been given.
        earlier: What had been said before.
        most: Passages at most.
    """
    found = [Close(each.id, each.kind, each.text, ()) for each in pool]
    found += [
        Close(turn.number, f"turn {turn.number}, {turn.speaker}", turn.text, ()) for turn in earlier
    ]
    ranked = rank([each.text for each in found], phrases)[:most]
    return tuple(
        Close(one.ref, one.kind, one.text, each.spans)
        for each in ranked
        for one in (found[each.index],)
    )
