"""Annotations of another tool become files of ratings: all of them, or none and one message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from debate.errors import UserError
from debate.study.bundle import MAX_BYTES, Bundle
from debate.study.formats.answering import Filled, Reader, build, check, named, refuse
from debate.study.formats.asking import placed
from debate.study.ratings import Head, Rating, subject
from debate.study.session import Asked


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read of another tool's results."""

    ratings: dict[str, tuple[Rating, ...]]
    notes: tuple[str, ...] = ()
    """What was left out, and why; for people."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of results."""

    where: str
    """Its name, for what is said of it."""
    text: str
    folder: str = ""
    """What the folder that it stands in is called."""


class _Pile:
    """Ratings as they are collected, a file a rater."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.items = {each.id for each in bundle.items}
        self.ratings: dict[str, list[Rating]] = {}
        self._asked: dict[str, dict[tuple[str, int], Asked]] = {}
        self._first: dict[tuple[str, str, int], str] = {}

    def find(self, rater: str, item: str, turn: int, where: str) -> Asked:
        """What a rater was asked; refuses what they were not."""
        if rater not in self.bundle.plans:
            known = ", ".join(self.bundle.plans)
            refuse(
                f"nobody called {rater!r} rates in this study; its raters: {known}",
                where,
                "say who it is with --rater NAME=ID",
            )
        if item not in self.items:
            refuse(f"there is no item {item!r} in this study", where)
        if rater not in self._asked:
            asked = placed(self.bundle, rater)
            self._asked[rater] = {(each.item.id, each.turn): each for each in asked}
        if (found := self._asked[rater].get((item, turn))) is None:
            refuse(f"{named(item, turn)} is not among those that {rater} is to rate", where)
        return found

    def add(self, rating: Rating, where: str) -> None:
        item, turn = subject(rating)
        if first := self._first.get((rating.rater, item, turn)):
            refuse(f"{rating.rater} rates {named(item, turn)} twice; first in {first}", where)
        self._first[rating.rater, item, turn] = where
        of_them = self.ratings.setdefault(rating.rater, [])
        of_them.append(rating.model_copy(update={"n": len(of_them) + 1, "supersedes": None}))

    def taken(self, notes: Iterable[str] = ()) -> Taken:
        return Taken({rater: tuple(each) for rater, each in self.ratings.items()}, tuple(notes))


def take(bundle: Bundle, filled: Iterable[Filled], notes: Iterable[str] = ()) -> Taken:
    """Understand annotations.

    Args:
        bundle: The study that they are of.
        filled: The annotations.
        notes: What the tool's reader left out, and why.

    Raises:
        UserError: for the first that is of no rater or item of the bundle, is given twice, or
            answers what was not to be answered.
    """
    pile, said, untimed = _Pile(bundle), list(notes), 0
    for each in filled:
        asked = pile.find(each.rater, each.item, each.turn, each.where)
        if not each.planned:
            asked = replace(asked, place=asked.place.model_copy(update={"swap": False}))
        read = Reader(bundle, asked, each).read()
        said += read.notes
        if read.answer is None:
            continue
        untimed += each.seconds is None
        rating = build(
            Rating,
            each.where,
            n=1,
            at=each.at or datetime.now(UTC),
            rater=each.rater,
            item=each.item,
            answer=read.answer,
            seconds=each.seconds or 0.0,
            flags=read.flags,
            comment=read.comment,
        )
        pile.add(rating, each.where)
    if untimed:
        said.append(f"{untimed} ratings came without a time: 0 seconds stand for it")
    return pile.taken(said)


def take_ratings(bundle: Bundle, rated: Iterable[tuple[str, Rating]]) -> Taken:
    """Ratings that this program wrote, each with the place where it stands.

    Raises:
        UserError: as `take`.
    """
    pile = _Pile(bundle)
    for where, rating in rated:
        asked = pile.find(rating.rater, *subject(rating), where)
        check(bundle, asked, rating.answer, where)
        pile.add(rating, where)
    return pile.taken()


def dump_ratings(bundle: Bundle, rater: str, ratings: Iterable[Rating]) -> bytes:
    """A rater's file as `ratings.RatingsLog` would have written it."""
    head = Head(study=bundle.id, key_sha256=bundle.key_sha256, rater=rater)
    lines = (each.model_dump(mode="json") for each in (head, *ratings))
    said = (json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in lines)
    return "".join(f"{each}\n" for each in said).encode()


def write_ratings(bundle: Bundle, taken: Taken, folder: Path) -> tuple[Path, ...]:
    """Write a file a rater, all or none; none that is there is touched.

    Raises:
        UserError: if one is there already, or none can be written.
    """
    paths = {rater: folder / f"{rater}.jsonl" for rater in taken.ratings}
    for path in paths.values():
        if path.exists():
            raise UserError(
                f"{path} is there already, and ratings are never overwritten",
                hint="import into another folder with --out",
            )
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for rater, path in paths.items():
            with path.open("xb") as file:
                written.append(path)
                file.write(dump_ratings(bundle, rater, taken.ratings[rater]))
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise UserError(f"cannot write to {folder}: {error.strerror}") from None
    return tuple(written)


def sources(path: Path, names: Sequence[str] = ()) -> tuple[Source, ...]:
    """The file at a path; or, of a folder, all within it that are called by one of the names.

    Raises:
        UserError: if there is none, or one cannot be read, is too large or no UTF-8.
    """
    if not (path.is_dir() and names):
        return (_source(path),)
    found = sorted(each for name in names for each in path.rglob(name))
    if not found:
        raise UserError(f"{path} holds neither {' nor '.join(names)}")
    return tuple(_source(each) for each in found)


def _source(path: Path) -> Source:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 2**20} MiB")
        return Source(str(path), path.read_bytes().decode("utf-8-sig"), path.parent.name)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is no text in UTF-8 (at byte {error.start})") from None
