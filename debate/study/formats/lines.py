"""Ratings as JSON lines: those that stand, of all raters, each as its own file has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from debate.study.bundle import Bundle
from debate.study.formats.answering import refuse
from debate.study.formats.taking import Source, Taken, take_ratings
from debate.study.ratings import Rating


def write(ratings: Iterable[Rating]) -> str:
    """Ratings, a line each."""
    said = (json.dumps(each.model_dump(mode="json"), ensure_ascii=False) for each in ratings)
    return "".join(f"{each}\n" for each in said)


def read(bundle: Bundle, files: Iterable[Source]) -> Taken:
    """Understand such lines.

    Raises:
        UserError: if one is no rating, or cannot be taken as it is.
    """
    return take_ratings(bundle, (each for file in files for each in _lines(file)))


def _lines(file: Source) -> Iterator[tuple[str, Rating]]:
    for number, line in enumerate(file.text.split("\n"), 1):
        where = f"{file.where}:{number}"
        if not line.strip():
            continue
        try:
            yield where, Rating.model_validate_json(line)
        except ValidationError as error:
            refuse(f"no rating: {error.errors(include_url=False)[0]['msg']}", where)
