"""Ratings as tidy CSV: one judgement a row, for R, pandas or a spreadsheet; and back.

A likert rating has a row a scale, an identification one for the card and one for the confidence, a
coded turn one a code; columns that a judgement has no use for are empty. "Cannot judge" is the word
`cannot-judge`, so that an empty cell never means it. Only ratings that stand are written. A cell
that a spreadsheet would run as a formula is written with an apostrophe before it, and read without.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from debate.study.bundle import Bundle
from debate.study.formats.answering import build, refuse
from debate.study.formats.asking import CANNOT
from debate.study.formats.taking import Source, Taken, take_ratings
from debate.study.ratings import Coded, Identified, Preferred, Rating, Scored

COLUMNS = (
    "rater", "item", "task", "dimension", "answer", "seconds", "flags", "comment", "at",
    "turn", "evidence", "gist", "terms", "label", "passages",
)  # fmt: skip
HINT = f"the columns are {', '.join(COLUMNS)}"
_OF_A_RATING = ("task", "seconds", "flags", "comment", "at")
#: What a spreadsheet may take for a formula, or skip on the way to one; and our own mark.
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")

Row = dict[str, str]


def write(ratings: Iterable[Rating]) -> str:
    """Ratings as CSV."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for rating in ratings:
        for row in _rows(rating):
            writer.writerow({column: inert(cell) for column, cell in row.items()})
    return file.getvalue()


def inert(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return "'" + cell if cell.startswith(_RUN) else cell


def restored(cell: str) -> str:
    """The cell that was made inert."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_RUN) else cell


def _rows(rating: Rating) -> Iterator[Row]:
    same = {
        "rater": rating.rater,
        "item": rating.item,
        "task": rating.answer.task,
        "seconds": repr(rating.seconds),
        "flags": " ".join(rating.flags),
        "comment": rating.comment,
        "at": rating.at.isoformat(),
    }
    answer = rating.answer
    if isinstance(answer, Identified):
        yield same | {"dimension": "card", "answer": answer.card or CANNOT}
        if answer.confidence is not None:
            yield same | {"dimension": "confidence", "answer": str(answer.confidence)}
    elif isinstance(answer, Preferred):
        yield same | {"dimension": "choice", "answer": answer.choice or CANNOT}
    elif isinstance(answer, Scored):
        for dimension, point in answer.points.items():
            said = CANNOT if point is None else str(point)
            yield same | {"dimension": dimension, "answer": said}
        if not answer.points:
            yield same
    else:
        for code in answer.codes:
            yield same | {
                "dimension": "code",
                "answer": code.code,
                "turn": str(code.turn),
                "evidence": " ".join(str(each) for each in code.evidence),
                "gist": code.gist,
                "terms": json.dumps(code.terms, ensure_ascii=False) if code.terms else "",
                "label": code.label or "",
                "passages": " ".join(str(each) for each in code.passages),
            }


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row and where it stands."""

    where: str
    row: Row


def read(bundle: Bundle, files: Iterable[Source]) -> Taken:
    """Understand such CSVs.

    Raises:
        UserError: if one is none, or a rating in it cannot be taken as it is.
    """
    rated: dict[tuple[str, str, str], list[_Placed]] = {}
    for file in files:
        for placed in _read_rows(file):
            row = placed.row
            rated.setdefault((row["rater"], row["item"], row["turn"]), []).append(placed)
    return take_ratings(bundle, ((rows[0].where, _rating(rows)) for rows in rated.values()))


def _read_rows(file: Source) -> Iterator[_Placed]:
    where, reader = file.where, csv.reader(io.StringIO(file.text, newline=""), strict=True)
    try:
        head = next(reader, [])
        if missing := [each for each in COLUMNS[:9] if each not in head]:
            refuse(f"the column {missing[0]!r} is missing", f"{where}:1", HINT)
        if strange := [each for each in head if each not in COLUMNS or head.count(each) > 1]:
            refuse(f"the column {strange[0]!r} is not known, or there twice", f"{where}:1", HINT)
        for cells in reader:
            at = f"{where}:{reader.line_num}"
            if len(cells) != len(head):
                refuse(f"{len(cells)} cells under {len(head)} columns", at)
            row = dict.fromkeys(COLUMNS, "")
            yield _Placed(at, row | {k: restored(v) for k, v in zip(head, cells, strict=True)})
    except csv.Error as error:
        refuse(f"not CSV: {error}", f"{where}:{reader.line_num}")


def _rating(rows: list[_Placed]) -> Rating:
    """The rating whose judgements these are."""
    first, where = rows[0].row, rows[0].where
    for each in rows[1:]:
        for column in _OF_A_RATING:
            if each.row[column] != first[column]:
                refuse(f"{column!r} is another than in {where}, of the same rating", each.where)
    return build(
        Rating,
        where,
        n=1,
        rater=first["rater"],
        item=first["item"],
        answer=_answer(rows),
        seconds=first["seconds"],
        at=first["at"],
        flags=first["flags"].split(),
        comment=first["comment"],
    )


def _answer(rows: list[_Placed]) -> Identified | Preferred | Scored | Coded:
    task, where = rows[0].row["task"], rows[0].where
    if task == "coding":
        return build(Coded, where, turn=rows[0].row["turn"], codes=[_code(each) for each in rows])
    if extra := [(each.where, c) for each in rows for c in COLUMNS[9:] if each.row[c]]:
        refuse(f"{extra[0][1]!r} is of coding alone", extra[0][0])
    said: dict[str, str | None] = {}
    for each in rows:
        dimension, answer = each.row["dimension"], each.row["answer"]
        if dimension in said:
            refuse(f"{dimension!r} is answered twice", each.where)
        if dimension or answer:
            said[dimension] = None if answer == CANNOT else answer
    if task == "likert":
        return build(Scored, where, points=said)
    if task == "identification":
        return build(Identified, where, **said)
    if task != "pairs":
        refuse(f"there is no task {task!r}", where)
    return build(Preferred, where, **said)


def _code(placed: _Placed) -> dict[str, object]:
    row = placed.row
    if row["dimension"] != "code":
        refuse(f"a coded turn has no dimension {row['dimension']!r}", placed.where)
    try:
        terms = json.loads(row["terms"] or "[]")
    except (ValueError, RecursionError):
        refuse("'terms' is no JSON list", placed.where)
    return {
        "turn": row["turn"],
        "code": row["answer"],
        "evidence": row["evidence"].split(),
        "gist": row["gist"],
        "terms": terms,
        "label": row["label"] or None,
        "passages": [
            int(e) if e.isascii() and e.isdigit() and len(e) < 7 else e
            for e in row["passages"].split()
        ],
    }
