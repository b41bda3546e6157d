"""What Potato wrote, in the forms of its editions, as ratings.

`user_state.json`, one of each rater (2.x); `annotated_instances.jsonl`, one of each rater, in a
folder of their name (1.x); and tables of all raters, as CSV, TSV or JSON lines (1.x; of 2.x by
`python -m potato.export`). Of the forms of 1.x see `flask_server.py` of Potato v1.0 and v1.1, of
2.x `user_state_management.py` and `export/tabular_exporter.py`. Tables tell no times.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from debate.study.bundle import Bundle
from debate.study.formats.answering import Filled, refuse
from debate.study.formats.asking import CANNOT_SAID
from debate.study.formats.raters import Raters
from debate.study.formats.taking import Source, Taken, take

#: What stands in the output's folder, of 2.x and of 1.x.
FILES = ("user_state.json", "annotated_instances.jsonl")
_ID = re.compile(r"(?P<item>[a-z2-7]{16})(?:-(?P<turn>[0-9]{1,6}))?(?:--(?P<rater>[a-z0-9-]+))?")
_TIME = re.compile(r"([0-9]{1,6})d ([0-9]{1,6})h ([0-9]{1,6})m ([0-9]{1,6})s")
_SIDES = {"A": "left", "B": "right"}
_TEXTS = ("evidence", "gist", "terms", "passages")
_UNCHOSEN = (None, "", False, "false", "False")
M = TypeVar("M", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class _Label(_Part):
    schema_: str = Field(alias="schema")
    name: str


_Cell = str | int | float | bool | None
_BySchema = dict[str, dict[str, _Cell]]


class _Behaviour(_Part):
    """What is known of the time: by 2.x in milliseconds, by 1.x in words."""

    total_time_ms: float | None = Field(None, ge=0)
    session_end: float | None = Field(None, ge=0, le=1e11)
    time_string: str | None = None

    @property
    def seconds(self) -> float | None:
        """That the item was on screen; None where nothing was measured."""
        if self.total_time_ms:
            return self.total_time_ms / 1000
        if self.time_string and (found := _TIME.search(self.time_string)):
            days, hours, minutes, seconds = (int(each) for each in found.groups())
            return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
        return None


class _State(_Part):
    """`user_state.json`."""

    user_id: str
    labels: dict[str, list[tuple[_Label, _Cell]]] = Field(alias="instance_id_to_label_to_value")
    behaviour: dict[str, _Behaviour] = Field({}, alias="instance_id_to_behavioral_data")


class _Line(_Part):
    """A line of JSON: 1.0 says `annotation`, 1.1 `label_annotations`, 2.x `labels`."""

    id: str = Field(validation_alias=AliasChoices("id", "instance_id"))
    user: str | None = Field(None, validation_alias=AliasChoices("user", "user_id"))
    labels: _BySchema = Field(
        validation_alias=AliasChoices("annotation", "label_annotations", "labels")
    )
    behaviour: _Behaviour = Field(_Behaviour(), validation_alias="behavioral_data")


@dataclass(frozen=True, slots=True)
class _Given:
    """One item as one rater left it."""

    where: str
    user: str | None
    id: str
    labels: _BySchema
    behaviour: _Behaviour


def read(
    bundle: Bundle, files: Iterable[Source], *, raters: Mapping[str, str] | None = None
) -> Taken:
    """Understand what Potato wrote.

    Args:
        bundle: The study.
        files: Its files; 1.x names the folder of each after its rater.
        raters: Who of the study each user is, by the name that they log in with.

    Raises:
        UserError: if a file is none of Potato's, or what was answered cannot be taken as it is.
    """
    people, notes = Raters(bundle, raters or {}), list[str]()
    filled = []
    for each in files:
        for given in _given(each):
            found = _ID.fullmatch(given.id)
            if found is None:
                refuse(f"there is no item {given.id!r} in this study", given.where)
            ids = () if given.user is None else (given.user,)
            rater = people.who(ids, found["rater"], given.where)
            fields = _answers(given, notes)
            turn, planned = int(found["turn"] or 0), found["rater"] is not None
            at, took = _moment(given.behaviour), given.behaviour.seconds
            filled.append(
                Filled(given.where, rater, found["item"], turn, fields, took, at, planned)
            )
    return take(bundle, filled, notes)


def _given(file: Source) -> Iterator[_Given]:
    if file.where.endswith(".jsonl"):
        yield from _lines(file)
    elif file.where.endswith((".csv", ".tsv")):
        yield from _rows(file)
    else:
        state = _valid(_State, file.text, file.where)
        for id, pairs in state.labels.items():
            labels: _BySchema = {}
            for label, value in pairs:
                labels.setdefault(label.schema_, {})[label.name] = value
            behaviour = state.behaviour.get(id, _Behaviour())
            yield _Given(f"{file.where}: item {id}", state.user_id, id, labels, behaviour)


def _lines(file: Source) -> Iterator[_Given]:
    for number, line in enumerate(file.text.split("\n"), 1):
        if line.strip():
            where = f"{file.where}:{number}"
            read = _valid(_Line, line, where)
            user = file.folder if read.user is None else read.user
            yield _Given(where, user, read.id, read.labels, read.behaviour)


def _rows(file: Source) -> Iterator[_Given]:
    """A table; its columns are `scheme:::label` of 1.x, `scheme.label` of 2.x."""
    rows = csv.DictReader(
        io.StringIO(file.text, newline=""),
        dialect="excel-tab" if file.where.endswith(".tsv") else "excel",
    )
    try:
        for row in rows:
            where = f"{file.where}:{rows.line_num}"
            if None in row or (id := row.get("instance_id")) is None:
                refuse("not a table of Potato: no instance_id, or too many cells", where)
            labels: _BySchema = {}
            for column, value in row.items():
                scheme, by, label = column.partition(":::" if ":::" in column else ".")
                if by and value:
                    labels.setdefault(scheme, {})[label] = value
            user = row.get("user_id") or row.get("user")
            yield _Given(where, user, id, labels, _Behaviour())
    except csv.Error as error:
        refuse(f"not a table: {error}", f"{file.where}:{rows.line_num}")


def _valid(model: type[M], text: str, where: str) -> M:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        refuse(f"not written by Potato: {at}: {first['msg']}", where)


def _moment(behaviour: _Behaviour) -> datetime | None:
    end = behaviour.session_end
    return datetime.fromtimestamp(end, UTC) if end else None


def _answers(given: _Given, notes: list[str]) -> dict[str, tuple[str, ...]]:
    """What was answered, by control, in tokens or texts."""
    fields: dict[str, tuple[str, ...]] = {}
    for scheme, labels in given.labels.items():
        if scheme == "comment" or scheme.partition("-")[0] in _TEXTS:
            texts = (str(value) for value in labels.values() if value is not None)
            fields[scheme] = tuple(each for each in texts if each)
        elif scheme == "choice":
            said = (str(value) for value in labels.values() if value)
            fields[scheme] = tuple(_SIDES.get(each, each) for each in said)
        else:
            chosen = (name for name, value in labels.items() if value not in _UNCHOSEN)
            fields[scheme] = tuple(chosen)
    if cannot := fields.pop("cannot", ()):
        if fields.get("choice"):
            notes.append(
                f"{given.where}: a side was chosen and {CANNOT_SAID!r} was ticked: this counts"
            )
        fields["choice"] = cannot
    return fields
