"""What a fault in a file is called: what was found, what was expected, and how it is written.

Pydantic speaks of its own types; whoever writes a file wants to know what they may write. So a
value of the wrong shape is told with the example that its field gives.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import BaseModel, Tag
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from debate.errors import nearest
from debate.fault import AT, SHAPE

Loc = tuple[int | str, ...]

#: Faults of a value that is written in no way that its field can be.
_SHAPES = frozenset({SHAPE, "model_type", "model_attributes_type", "dict_type", "tuple_type"})

_LONGEST = 100
"""Characters of an example."""


def message_of(error: ErrorDetails, model: type[BaseModel]) -> str:
    """What is said of a fault.

    Args:
        error: As pydantic tells it.
        model: What was to be made of the file.
    """
    message = _message(error, model)
    # A value in a list or a table of names has no field of its own that says what it is.
    within = not any(_fields_named(model, error["loc"]))
    valued = error["type"] not in ("extra_forbidden", "missing") and AT not in error.get("ctx", {})
    if error["type"] in _SHAPES or (within and valued):
        example = _example(model, error["loc"])
        joined = f"; for example {example}" if message[-1] != "?" else f" For example {example}"
        message += joined if example else ""
    return message


def _message(error: ErrorDetails, model: type[BaseModel]) -> str:
    told, loc = error.get("ctx", {}), error["loc"]
    value = "nothing" if error["input"] is None else short(error["input"])
    message = error["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    match error["type"]:
        case "extra_forbidden":
            known = sorted(fields_at(model, loc[:-1]))
            near = nearest(str(loc[-1]), known)
            message = f"unknown field{_guess(near) or '; known: ' + ', '.join(known)}"
        case "union_tag_invalid":
            message = _unknown(told["tag"], str(told["expected_tags"]))
        case "literal_error" if isinstance(error["input"], str):
            message = _unknown(error["input"], str(told["expected"]))
        case "literal_error":
            message = f"expected {told['expected']}, not {value}"
        case "model_type" | "model_attributes_type" | "dict_type":
            message = f"expected fields, as `name: value`, not {value}"
        case "too_short":
            message = f"expected {told.get('min_length', 1)} or more"
        case "tuple_type":
            message = f"expected a list, not {value}"
        case "shape":  # see `fault.misshapen`
            message = f"{message}, not {value}"
        case "missing":
            message = f"missing field {loc[-1]!r}"
        case "string_pattern_mismatch":
            message = f"{value} does not have the form {told.get('pattern', '')}"
    return message


def short(value: Any) -> str:
    """A value for a message: quoted, one line, nothing in it that is not printed."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:76]}...'"


def _unknown(value: str, expected: str) -> str:
    choices = [part.strip("'") for part in expected.replace(" or ", ", ").split(", ")]
    return f"{short(value)} is not known: expected {expected}{_guess(nearest(value, choices))}"


def _guess(near: str | None) -> str:
    return f"; did you mean {near!r}?" if near else ""


def _example(model: type[BaseModel], loc: Loc) -> str:
    """How the field at a location is written, or the nearest above it; nothing, if at length."""
    for end in range(len(loc), 0, -1):
        for name, field in _fields_named(model, loc[:end]):
            written = yaml.safe_dump({name: (field.examples or [""])[0]}, default_flow_style=True)
            if field.examples and len(written) < _LONGEST:
                return " ".join(written.split())[1:-1]
            return ""
    return ""


# -- what stands where in a model


def fields_at(model: type[BaseModel], loc: Loc) -> set[str]:
    """Names that the part of a model at this location may have."""
    return {info.alias or name for m in _at(model, loc) for name, info in m.model_fields.items()}


def without_tags(model: type[BaseModel], loc: Loc) -> Loc:
    """A location without the names of ways to write a field, which stand in no file."""
    kept: list[int | str] = []
    tagged = False  # what stands behind a tag may be called as one
    for n, part in enumerate(loc):
        tags = {tag for _, field in _fields_named(model, loc[:n]) for tag in _tags(field)}
        tagged = part in tags and not tagged
        if not tagged:
            kept.append(part)
    return tuple(kept)


def _fields_named(model: type[BaseModel], loc: Loc) -> Iterator[tuple[str, FieldInfo]]:
    """The fields that a location leads to, by the names under which they stand in a file."""
    if not loc or isinstance(loc[-1], int):
        return
    for each in _at(model, loc[:-1]):
        for name, info in each.model_fields.items():
            if loc[-1] in (name, info.alias):
                yield info.alias or name, info


def _at(model: type[BaseModel], loc: Loc) -> list[type[BaseModel]]:
    current: list[type[BaseModel]] = [model]
    for part in loc:
        if isinstance(part, int):
            continue
        deeper: list[type[BaseModel]] = []
        for m in current:
            for name, info in m.model_fields.items():
                if part in (name, info.alias):
                    deeper += _models_in(info.annotation)
        # The tag of a union is the value of a field by which its members are told apart.
        tagged = [
            m
            for m in current
            if any(part in typing.get_args(i.annotation) for i in m.model_fields.values())
        ]
        current = deeper or tagged or current
    return current


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)


def _tags(field: FieldInfo) -> Iterator[str]:
    for way in typing.get_args(field.annotation):
        yield from (m.tag for m in getattr(way, "__metadata__", ()) if isinstance(m, Tag))
