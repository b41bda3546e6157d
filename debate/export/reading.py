"""A conference as people read it, for those forms that are read: a head, then what came about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from debate.export.source import Source
from debate.futures import Passage, passages
from debate.text import one_line, showable


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a conference. Texts are showable, and on one line but for the motion."""

    notice: str
    title: str
    motion: str
    seats: tuple[tuple[str, str], ...]
    """Name, and the model that speaks for it in the beginning."""
    name: str
    """The transcript's."""
    sha256: str
    """Of its last line."""


def head_of(source: Source) -> Head:
    """What stands above a conference."""
    opened = source.opened
    return Head(
        source.notice,
        one_line(opened.scenario.title),
        showable(opened.scenario.motion).strip(),
        tuple((one_line(card.name), one_line(card.profile.model)) for card in opened.seats),
        one_line(source.name),
        source.head,
    )


def read(source: Source) -> Iterator[Passage]:
    """What came about, in order. What no seat but one may know of ballots, bids and choices of
    partners is left out; a turn in private has that among its marks."""
    yield from passages(source.events())


def lines_of(text: str) -> list[str]:
    """The lines of a text, without blanks at their ends, nor blank lines around them."""
    return [line.rstrip() for line in showable(text).strip().split("\n")]
