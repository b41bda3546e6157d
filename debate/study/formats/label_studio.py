"""Label Studio: a project a task of the rubric, as its labeling config and tasks; its export in.

    for project in export(bundle, "kai"):
        project.config    # XML, for "Labeling interface"
        project.tasks     # JSON, for "Import"

A config asks the same of every task, so each task of the rubric is a project of its own; of a
conference that is coded every turn is a task. Whatever is prose stands in the tasks' data and is
referred to by its key: a config holds nothing that a text could break out of, and what differs
between items (how many cards, which scales) is a list of choices that the data brings along. A pair
is asked for by `Choices`, since `Pairwise` has neither a tie nor "cannot judge"; scales likewise,
since the stars of `Rating` show no anchors and cannot be left out where a card does not name a
trait. `predictions` stay empty. See https://labelstud.io/tags and /guide/export (of its JSON,
checked with 1.23).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from debate.study.bundle import Bundle, LikertItem
from debate.study.formats import asking
from debate.study.formats.answering import Filled, named, refuse
from debate.study.formats.asking import Option
from debate.study.formats.raters import Raters
from debate.study.formats.taking import Source, Taken, take
from debate.study.rubric import Rubric, Task
from debate.study.session import Asked


@dataclass(frozen=True, slots=True)
class Project:
    """What one project of Label Studio is made of."""

    task: Task
    config: str
    tasks: tuple[dict[str, Any], ...]


def export(bundle: Bundle, rater: str | None = None) -> tuple[Project, ...]:
    """The projects of a study, in the order in which they are done.

    Args:
        bundle: The study.
        rater: Whose order and sides; None for all items, in the order of their ids.

    Raises:
        UserError: if nobody of that name rates.
    """
    rubric = bundle.rubric
    return tuple(
        Project(
            task,
            _config(rubric, task),
            tuple(
                {"id": n, "data": _data(bundle, each, rater), "annotations": [], "predictions": []}
                for n, each in enumerate(asked, 1)
            ),
        )
        for task, asked in asking.tasks(asking.placed(bundle, rater))
    )


def _data(bundle: Bundle, asked: Asked, rater: str | None) -> dict[str, Any]:
    rubric, item = bundle.rubric, asked.item
    data: dict[str, Any] = {"study": bundle.id, "item": item.id, "notice": bundle.notice}
    if rater is not None:
        data["rater"] = rater
    if asked.turn:
        data["turn"] = asked.turn
    data["question"] = asking.question(rubric, item.task)
    data |= asking.texts(bundle, asked)
    if item.task == "identification":
        data["card_options"] = _options(asking.cards(rubric, len(item.cards)))
        sure = (f"{each.token} = {each.said}" for each in asking.confidence(rubric))
        data["confidence_said"] = "How sure are you? " + ", ".join(sure)
    elif item.task == "pairs":
        data["choice_options"] = _options(asking.sides(rubric))
    elif isinstance(item, LikertItem):
        for scale in rubric.likert:
            here = scale.id in item.dimensions
            data[_key("ask", scale.id)] = scale.question if here else ""
            data[_key("points", scale.id)] = _options(asking.points(scale)) if here else []
    else:
        said = (*asking.codes(rubric), *asking.labels(rubric))
        data["meanings"] = "\n".join(each.said for each in said)
    data["flag_options"] = _options(asking.flags())
    return data


def _options(options: tuple[Option, ...]) -> list[dict[str, str]]:
    """As a list of choices that the data brings along: `alias` is what is recorded."""
    return [{"value": each.said, "alias": each.token} for each in options]


def _key(what: str, scale: str) -> str:
    return f"{what}_{scale.replace('-', '_')}"


def _config(rubric: Rubric, task: Task) -> str:
    view = ElementTree.Element("View")
    _add(view, "Header", value="$notice", size="6")
    for name in asking.SHOWN[task]:
        _add(view, "Header", value=asking.head(task, name), size="5")
        _add(view, "Text", name=name, value=f"${name}")
    to = "left" if task == "pairs" else "text"
    _add(view, "Header", value="$question", size="4")
    if task == "identification":
        _choices(view, "card", to, "$card_options", required="true")
        _add(view, "Header", value="$confidence_said", size="5")
        _add(view, "Rating", name="confidence", toName=to, maxRating="4")
    elif task == "pairs":
        _choices(view, "choice", to, "$choice_options", required="true")
    elif task == "likert":
        for scale in rubric.likert:
            _add(view, "Header", value="$" + _key("ask", scale.id), size="5")
            _choices(view, f"scale-{scale.id}", to, "$" + _key("points", scale.id))
    else:
        _codes(view, rubric, to)
    _add(view, "Header", value=asking.FLAGGED, size="5")
    _choices(view, "flags", to, "$flag_options", choice="multiple")
    _add(view, "Header", value=asking.COMMENT, size="5")
    _area(view, "comment", to, rows="3")
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _codes(view: ElementTree.Element, rubric: Rubric, to: str) -> None:
    """The codes, and of each that is chosen what it has to be supported with."""
    _add(view, "Text", name="meanings", value="$meanings")
    codes = _add(view, "Choices", name="codes", toName=to, choice="multiple", required="true")
    for code in rubric.codes:
        _add(codes, "Choice", value=code.id)
    for code in rubric.codes:
        if not (asked := asking.of_code(code)):
            continue
        chosen = {"whenTagName": "codes", "whenChoiceValue": code.id}
        only = _add(view, "View", visibleWhen="choice-selected", **chosen)
        for each in asked:
            _add(only, "Header", value=f"{code.id}: {asking.OF_CODE[each]}", size="5")
            name = f"{each}-{code.id}"
            if each == "label":
                labels = _add(only, "Choices", name=name, toName=to, choice="single-radio")
                for label in rubric.labels:
                    _add(labels, "Choice", value=label.id)
            else:
                _area(only, name, to, rows="3" if each == "terms" else "1")


def _choices(
    view: ElementTree.Element, name: str, to: str, value: str, **more: str
) -> ElementTree.Element:
    return _add(
        view,
        "Choices",
        **({"name": name, "toName": to, "choice": "single-radio"} | more),
        value=value,
    )


def _area(view: ElementTree.Element, name: str, to: str, *, rows: str) -> None:
    _add(view, "TextArea", name=name, toName=to, rows=rows, maxSubmissions="1", editable="true")


def _add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, attributes)


class _Part(BaseModel):
    """A part of Label Studio's export; what we do not read may be there."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class _Value(_Part):
    choices: list[str] | None = None
    rating: int | None = None
    text: list[str] | str | None = None


class _Result(_Part):
    from_name: str
    value: _Value


class _Person(_Part):
    id: int | str | None = None
    email: str | None = None
    username: str | None = None


class _Annotation(_Part):
    id: int | str | None = None
    completed_by: _Person | int | str | None = None
    result: list[_Result]
    was_cancelled: bool = False
    lead_time: float | None = Field(None, ge=0)
    created_at: datetime | None = None


class _Data(_Part):
    study: str
    item: str
    rater: str | None = None
    turn: int = 0
    left: str | None = None


class _Labeled(_Part):
    id: int | str | None = None
    data: dict[str, Any]
    annotations: list[_Annotation]
    drafts: list[Any] = []
    predictions: list[Any] = []


_EXPORT: TypeAdapter[list[_Labeled]] = TypeAdapter(list[_Labeled])


def read(
    bundle: Bundle, files: Iterable[Source], *, raters: Mapping[str, str] | None = None
) -> Taken:
    """Understand what Label Studio exports as JSON.

    Args:
        bundle: The study.
        files: The exports, one a project.
        raters: Who of the study each annotator is, by id, e-mail address or user name.

    Raises:
        UserError: if one is no such export, or an annotation cannot be taken as it is.
    """
    people, notes = Raters(bundle, raters or {}), list[str]()
    filled: list[Filled] = []
    for file in files:
        for task in _parse(file):
            filled += _of_task(bundle, task, people, f"{file.where}: task {task.id}", notes)
    return take(bundle, filled, notes)


def _of_task(
    bundle: Bundle, task: _Labeled, people: Raters, where: str, notes: list[str]
) -> Iterator[Filled]:
    data = _identified(bundle, task, where)
    if task.predictions:
        notes.append(f"{where}: a prediction stood there, which the rater may have seen")
    if task.drafts and not task.annotations:
        notes.append(f"{where}: a draft was never submitted, and is left out")
    for annotation in task.annotations:
        here = f"{where}, annotation {annotation.id}"
        rater = people.who(_ids(annotation.completed_by), data.rater, here)
        if annotation.was_cancelled:
            what = named(data.item, data.turn)
            notes.append(f"{here}: {what} was skipped by {rater}: it is not rated")
        else:
            yield _filled(task, data, annotation, rater, here)


def _parse(file: Source) -> list[_Labeled]:
    try:
        return _EXPORT.validate_json(file.text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        refuse(
            f"not an export of Label Studio: {at}: {first['msg']}",
            file.where,
            "export the project as JSON (not JSON-MIN, nor CSV)",
        )


def _identified(bundle: Bundle, task: _Labeled, where: str) -> _Data:
    """What a task is of, by the data that we gave it."""
    try:
        data = _Data.model_validate(task.data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        refuse(f"not a task of a study: data.{at}: {first['msg']}", where)
    if data.study != bundle.id:
        refuse(f"a task of the study {data.study!r}, not of {bundle.id!r}", where)
    return data


def _ids(by: _Person | int | str | None) -> tuple[str, ...]:
    """What an annotator is called: exports have a number, or, of later editions, a record."""
    each = (by.id, by.email, by.username) if isinstance(by, _Person) else (by,)
    return tuple(str(id) for id in each if id is not None)


def _filled(task: _Labeled, data: _Data, annotation: _Annotation, rater: str, where: str) -> Filled:
    fields: dict[str, tuple[str, ...]] = {}
    for result in annotation.result:
        name = result.from_name
        if name in fields:
            refuse(f"{name!r} is answered twice", where)
        fields[name] = _tokens(task, name, result.value, where)
    at = annotation.created_at
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    planned = data.rater is not None
    took = annotation.lead_time
    return Filled(where, rater, data.item, data.turn, fields, took, at, planned, data.left)


def _tokens(task: _Labeled, name: str, value: _Value, where: str) -> tuple[str, ...]:
    """What a control holds, as tokens or texts."""
    if value.choices is not None:
        said = _said(task, name)
        return tuple(said.get(each, each) for each in value.choices)
    if value.rating is not None:
        return (str(value.rating),)
    if value.text is None:
        refuse(f"{name!r} holds neither choices nor a rating nor a text", where)
    return (value.text,) if isinstance(value.text, str) else tuple(value.text)


def _said(task: _Labeled, name: str) -> dict[str, str]:
    """Tokens by what stood on the screen, for editions that record that."""
    key = _key("points", name.removeprefix("scale-")) if "scale-" in name else f"{name}_options"
    if name == "flags":
        key = "flag_options"
    options = task.data.get(key)
    if not isinstance(options, list):
        return {}
    pairs = ((each.get("value"), each.get("alias")) for each in options if isinstance(each, dict))
    return {v: a for v, a in pairs if isinstance(v, str) and isinstance(a, str)}
