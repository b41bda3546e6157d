"""What a person looks at before a study is sealed, page by page: all that raters will read.

Excerpts come first, each once, to be masked on the screen. Then come scenes, unnamed cards and
passages, which are read here and masked by a command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from debate.study.key import Key

A_PAGE = 12
"""Texts at most on a page that is read only."""


@dataclass(frozen=True, slots=True)
class ExcerptPage:
    """An excerpt, whose words are masked here."""

    item: str
    n: int
    """Which of the item's excerpts, from 0."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Other texts that raters read."""

    title: str
    texts: tuple[tuple[str, str], ...]
    """What each is, and it."""


def pages_of(key: Key) -> list[ExcerptPage | ReadPage]:
    """All pages of a study."""
    return [*_excerpts(key), *_others(key)]


def _excerpts(key: Key) -> Iterator[ExcerptPage]:
    """Every excerpt once: repeats, and what else is the same, follow it."""
    seen: set[tuple[str, ...]] = set()
    for item in key.items:
        for n, origin in enumerate(item.origins):
            if item.repeats is None and origin.turns not in seen:
                seen.add(origin.turns)
                yield ExcerptPage(item.id, n)


def _others(key: Key) -> Iterator[ReadPage]:
    scenes = dict.fromkeys(item.scene for item in key.items)
    yield from _read("Scenes", [("", scene) for scene in scenes])
    cards = [(f"Card of {key.cards.get(e.id, 'nobody')}", e.text) for e in key.shown]
    yield from _read("Unnamed cards", cards)
    passages = sorted((e for pool in key.pools.values() for e in pool), key=lambda e: e.kind)
    yield from _read("Passages for coders", [(e.kind, e.text) for e in passages])


def _read(title: str, texts: Sequence[tuple[str, str]]) -> Iterator[ReadPage]:
    parts = [texts[at : at + A_PAGE] for at in range(0, len(texts), A_PAGE)]
    for n, part in enumerate(parts, 1):
        told = title if len(parts) == 1 else f"{title}, {n} of {len(parts)}"
        yield ReadPage(told, tuple(part))
