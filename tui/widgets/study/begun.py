"""An answer that is begun and not given: kept beside the ratings, so that leaving loses none of it.

It is no rating and counts for nothing. A file that cannot be read or written is passed over: then
the item is asked from its beginning.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from debate.study.coding import CodingDraft
from debate.study.rubric import Flag
from debate.whole_file import write_whole
from tui.widgets.study.questions import CardPicked


@dataclass(frozen=True, slots=True)
class SomePoints:
    """Points given so far, by the number of the scale."""

    given: dict[int, int | None]


@dataclass(frozen=True, slots=True)
class Words:
    """What is written so far as the answer to the last question."""

    words: str


Part = CardPicked | SomePoints | CodingDraft | Words


@dataclass(frozen=True, slots=True)
class Begun:
    """What was done on an item that is not rated yet."""

    item: str
    """Empty of the last question."""
    turn: int = 0
    seconds: float = 0.0
    flags: tuple[Flag, ...] = ()
    comment: str = ""
    part: Part | None = None


_BEGUN = TypeAdapter(Begun)


class BegunFile:
    """Keeps what is begun.

    Args:
        ratings: The file of the ratings that it stands beside.
    """

    def __init__(self, ratings: Path) -> None:
        self._path = ratings.with_name(f".{ratings.name}.begun")

    def of(self, item: str, turn: int = 0) -> Begun | None:
        """What was begun of an item, if that is what was done last."""
        try:
            found = _BEGUN.validate_json(self._path.read_bytes())
        except (OSError, ValidationError, ValueError):
            return None
        return found if (found.item, found.turn) == (item, turn) else None

    def keep(self, begun: Begun) -> None:
        """Keep it, in place of any other."""
        with suppress(OSError):
            write_whole(self._path, _BEGUN.dump_json(begun), durable=False)

    def clear(self) -> None:
        """It is rated."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
