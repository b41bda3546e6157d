"""Ratings: one append-only JSONL file a rater, a line for each thing that they did.

The first line says of which study they are and whose. Then comes a line for every rating, written
before the next item is shown; a rating that is taken back stays, and a `withdrawn` line says so;
one that is given anew supersedes it. A last line that a crash cut off is dropped, and its item is
asked again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from debate.errors import UserError
from debate.persona import Identifier, Model
from debate.study.bundle import Opaque, Sha256
from debate.study.rubric import Flag
from debate.text import showable

Comment = Annotated[str, StringConstraints(max_length=4000)]
Point = Annotated[int, Field(ge=1, le=5)]


class Identified(Model):
    """Which card it is thought to be."""

    task: Literal["identification"] = "identification"
    card: Opaque | Literal["none"] | None = Field(description="None: it cannot be judged.")
    confidence: int | None = Field(None, ge=1, le=4)


class Preferred(Model):
    """Which of a pair is closer: by its letter in the bundle, whatever side it stood on."""

    task: Literal["pairs"] = "pairs"
    choice: Literal["a", "b", "tie"] | None = Field(description="None: it cannot be judged.")


class Scored(Model):
    """Points by dimension; None is "can't judge"."""

    task: Literal["likert"] = "likert"
    points: dict[Identifier, Point | None]


class CodedTurn(Model):
    """What one turn does, by one code."""

    turn: int = Field(ge=1)
    code: str
    evidence: tuple[int, ...] = Field((), description="Numbers of the turns that are cited.")
    gist: Annotated[str, StringConstraints(max_length=400)] = ""
    terms: tuple[str, ...] = ()
    label: str | None = None
    passages: tuple[Opaque | int, ...] = Field(
        (), description="What the label rests on: passages of the pool, or numbers of turns."
    )


class Coded(Model):
    """All codes of one turn of a conference."""

    task: Literal["coding"] = "coding"
    turn: int = Field(ge=1)
    codes: tuple[CodedTurn, ...] = Field(min_length=1)


Answer = Annotated[Identified | Preferred | Scored | Coded, Field(discriminator="task")]


class Head(Model):
    """The first line of a ratings file."""

    type: Literal["ratings"] = "ratings"
    format: Literal["yalta/ratings/1"] = "yalta/ratings/1"
    study: Opaque
    key_sha256: Sha256
    rater: Identifier


class Rating(Model):
    """An answer to one item."""

    type: Literal["rating"] = "rating"
    n: int = Field(ge=1, description="Counts the lines of the file, the first apart.")
    at: datetime
    rater: Identifier
    item: Opaque
    answer: Answer
    seconds: float = Field(ge=0, description="That the item was on screen.")
    flags: tuple[Flag, ...] = ()
    comment: Comment = ""
    supersedes: int | None = Field(None, description="The line that it takes the place of.")


class Withdrawn(Model):
    """A rating that was taken back."""

    type: Literal["withdrawn"] = "withdrawn"
    n: int = Field(ge=1)
    at: datetime
    rater: Identifier
    of: int = Field(ge=1, description="The line of the rating.")


class Piloted(Model):
    """An answer to an item of the pilot round, which counts for nothing."""

    type: Literal["piloted"] = "piloted"
    n: int = Field(ge=1)
    at: datetime
    rater: Identifier
    gold: int = Field(ge=0)
    right: bool
    seconds: float = Field(ge=0)


class Closing(Model):
    """The answer to the last question."""

    type: Literal["closing"] = "closing"
    n: int = Field(ge=1)
    at: datetime
    rater: Identifier
    text: Comment


Line = Annotated[Head | Rating | Withdrawn | Piloted | Closing, Field(discriminator="type")]
Done = Rating | Withdrawn | Piloted | Closing
_LINE: TypeAdapter[Head | Done] = TypeAdapter(Line)


@dataclass(frozen=True, slots=True)
class RatingsFile:
    """What one rater has done."""

    head: Head
    lines: tuple[Done, ...]
    size: int
    """Bytes of it that are whole lines."""

    @property
    def rater(self) -> str:
        """Whose it is."""
        return self.head.rater

    @property
    def standing(self) -> tuple[Rating, ...]:
        """The ratings that stand, in the order in which they were given."""
        return standing(self.lines)

    @property
    def closing(self) -> str | None:
        """The answer to the last question; None until it is given."""
        return next((e.text for e in reversed(self.lines) if isinstance(e, Closing)), None)


def subject(rating: Rating) -> tuple[str, int]:
    """What is rated: an item and, of a conference that is coded, the turn; else 0."""
    answer = rating.answer
    return rating.item, answer.turn if isinstance(answer, Coded) else 0


def standing(lines: Iterable[Done]) -> tuple[Rating, ...]:
    """The ratings that were neither withdrawn nor superseded."""
    found: dict[int, Rating] = {}
    for line in lines:
        if isinstance(line, Withdrawn):
            found.pop(line.of, None)
        elif isinstance(line, Rating):
            if line.supersedes is not None:
                found.pop(line.supersedes, None)
            found[line.n] = line
    return tuple(found.values())


def read_ratings(path: Path) -> RatingsFile:
    """Read a ratings file.

    Raises:
        UserError: if it cannot be read, or a line of it is not of this format.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    head: Head | None = None
    lines: list[Done] = []
    size = 0
    for number, raw in enumerate(data.splitlines(keepends=True), 1):
        if not raw.endswith(b"\n"):
            break  # cut off by a crash
        try:
            line = _LINE.validate_json(raw)
        except ValidationError as error:
            said = showable(error.errors(include_url=False)[0]["msg"])
            raise UserError(f"not a line of ratings: {said}", where=f"{path}:{number}") from None
        if isinstance(line, Head) != (number == 1):
            raise UserError("a ratings file has one head, first", where=f"{path}:{number}")
        if isinstance(line, Head):
            head = line
        elif head is None or line.rater != head.rater or line.n != len(lines) + 1:
            raise UserError("a line is missing, or another rater's", where=f"{path}:{number}")
        else:
            lines.append(line)
        size += len(raw)
    if head is None:
        raise UserError(f"{path} holds no ratings")
    return RatingsFile(head, tuple(lines), size)


class RatingsLog:
    """The one writer of a ratings file. Every line is on the disk before the call returns."""

    def __init__(self, path: Path, head: Head) -> None:
        """Begin a file, or go on with one.

        Raises:
            UserError: if it is another study's or another rater's, or cannot be written.
        """
        self.path = path
        self.lines: list[Done] = []
        self._size = 0  # bytes of it that are whole lines
        try:
            if path.exists():
                known = read_ratings(path)
                if known.head != head:
                    raise UserError(f"{path} holds the ratings of another study or rater")
                self.lines += known.lines
                self._file = path.open("r+b", buffering=0)
                self._file.truncate(known.size)
                self._file.seek(known.size)
                self._size = known.size
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = path.open("xb", buffering=0)
                self._append(head)
        except OSError as error:
            raise UserError(f"cannot write {path}: {error.strerror}") from None
        self.rater = head.rater

    def rate(
        self,
        item: str,
        answer: Identified | Preferred | Scored | Coded,
        *,
        seconds: float,
        flags: Iterable[Flag] = (),
        comment: str = "",
    ) -> Rating:
        """Write a rating; one of the same item, or turn, that stands is superseded."""
        rating = Rating(
            n=len(self.lines) + 1,
            at=datetime.now(UTC),
            rater=self.rater,
            item=item,
            answer=answer,
            seconds=round(seconds, 3),
            flags=tuple(flags),
            comment=comment,
        )
        before = [e.n for e in standing(self.lines) if subject(e) == subject(rating)]
        rating = rating.model_copy(update={"supersedes": before[-1] if before else None})
        self._take(rating)
        return rating

    def withdraw(self, n: int) -> None:
        """Take the rating of line `n` back."""
        at = datetime.now(UTC)
        self._take(Withdrawn(n=len(self.lines) + 1, at=at, rater=self.rater, of=n))

    def pilot(self, gold: int, *, right: bool, seconds: float) -> None:
        """Write an answer of the pilot round."""
        n, at = len(self.lines) + 1, datetime.now(UTC)
        took = round(seconds, 3)
        self._take(Piloted(n=n, at=at, rater=self.rater, gold=gold, right=right, seconds=took))

    def close_with(self, text: str) -> None:
        """Write the answer to the last question."""
        n, at = len(self.lines) + 1, datetime.now(UTC)
        self._take(Closing(n=n, at=at, rater=self.rater, text=text))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _take(self, line: Done) -> None:
        self._append(line)
        self.lines.append(line)

    def _append(self, line: Head | Done) -> None:
        said = json.dumps(line.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
        data = memoryview(said.encode() + b"\n")
        written = 0
        try:
            while written < len(data):
                written += self._file.write(data[written:])
            os.fsync(self._file.fileno())
        except OSError:
            with suppress(OSError):  # what is not whole would spoil the line that comes next
                self._file.truncate(self._size)
                self._file.seek(self._size)
            raise
        self._size += len(data)
