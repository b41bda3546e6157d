"""JSON merge patches (RFC 7396), by which an arm changes a scenario or the cards: fields that are
set, and with null taken away."""

from __future__ import annotations

import typing
from typing import Any

from pydantic import BaseModel

from debate.errors import nearest
from debate.expected import Loc
from debate.fault import fault

Patch = dict[str, Any]


def merged(value: Any, patch: Any) -> Any:
    """A value with a patch applied."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for key, change in patch.items():
        if change is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), change)
    return result


def place_in(patch: Patch, loc: Loc) -> Loc:
    """As much of the way to a field as a patch has: what it does not set stands elsewhere."""
    value: Any = patch
    for n, part in enumerate(loc):
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return loc[:n]
    return loc


def check_patch(patch: Patch, model: type[BaseModel], *at: str) -> None:
    """See that a patch names fields that there are: one that is taken away by a name that is none
    would be there still, and nobody would know.

    Args:
        patch: As it stands in a file.
        model: What it changes.
        at: The fields that lead to it, from the part that is validated.

    Raises:
        PydanticCustomError: at the first name that is none.
    """
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    for key, change in patch.items():
        if key not in fields:
            near = nearest(str(key), fields)
            known = f"; did you mean {near!r}?" if near else f"; known: {', '.join(sorted(fields))}"
            raise fault(f"unknown field{known}", *at, key)
        inside = _model_in(fields[key].annotation)
        if inside is not None and isinstance(change, dict):
            check_patch(change, inside, *at, key)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, if it holds one."""
    for each in (annotation, *typing.get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None
