"""How two personas differ, by field and not by line.

for each in differences(load_persona("yang"), load_persona("yang-plain")):
    print(each.field, each.gone, each.come)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from debate.persona import Persona

#: By list of parts, the field by which one is told from the other.
_TOLD_BY = {"stances": "topic", "examples": "heard", "sources": "id"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not the same."""

    field: str
    gone: tuple[str, ...] = ()
    """What only the first has."""
    come: tuple[str, ...] = ()
    """What only the second has; where neither has more, the order is another."""


def differences(one: Persona, other: Persona) -> list[Difference]:
    """Where two personas differ, in the order of the fields."""
    both = [each.model_dump(mode="json", by_alias=True) for each in (one, other)]
    return list(_of_fields(both[0], both[1], ""))


def _of_fields(one: dict[str, Any], other: dict[str, Any], above: str) -> Iterator[Difference]:
    for name in dict.fromkeys((*one, *other)):
        yield from _of(one.get(name), other.get(name), f"{above}{name}")


def _of(one: Any, other: Any, field: str) -> Iterator[Difference]:
    if one == other:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        yield from _of_fields(one, other, f"{field}.")
    elif isinstance(one, list) and isinstance(other, list):
        yield from _of_lists(one, other, field)
    else:
        yield Difference(field, _lines(one), _lines(other))


def _of_lists(one: list[Any], other: list[Any], field: str) -> Iterator[Difference]:
    key = _TOLD_BY.get(field)
    if key is None:
        gone = tuple(str(each) for each in one if each not in other)
        come = tuple(str(each) for each in other if each not in one)
        yield Difference(field, gone, come)
        return
    mine = {each[key]: each for each in one}
    theirs = {each[key]: each for each in other}
    for name in dict.fromkeys((*mine, *theirs)):
        yield from _of(mine.get(name), theirs.get(name), f"{field}[{name}]")
    if list(mine) != list(theirs) and set(mine) == set(theirs):
        yield Difference(field)


def _lines(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, dict):
        return tuple(f"{k}: {v}" for k, v in value.items() if v not in (None, [], {}))
    if isinstance(value, list):
        return tuple(str(each) for each in value)
    return (str(value),)
