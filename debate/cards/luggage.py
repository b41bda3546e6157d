"""What a card carries for this program alone (`extensions.yalta`), so that a persona comes back
whole, and what the card held before comes back with it.

It holds the persona, with the parts that no field of a card has room for; which fields this program
wrote, and what stood there before; and a hash of each, by which it shows whether another program
has changed a field since. Taking all that out again gives the card as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from debate.cards.character_card import Card
from debate.persona import Persona

KEY = "yalta"
_EXTENSIONS = "data.extensions"
_OWN = f"{_EXTENSIONS}.{KEY}"


class Luggage(BaseModel):
    """The value of `extensions.yalta`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["yalta/card/1"] = "yalta/card/1"
    persona: Persona
    hashes: dict[str, str] = Field(description="Of the value at each path, as written.")
    wrote: tuple[str, ...] = Field(description="Paths whose value this program set.")
    replaced: dict[str, JsonValue] = Field(description="What stood there, where something did.")

    def unchanged(self, card: Card, path: str) -> bool:
        """Whether a value is still the one that was written."""
        return self.hashes.get(path) == hash_of(_at(card, path))


def packed(card: Card, persona: Persona, new: Mapping[str, JsonValue], seen: list[str]) -> Card:
    """A card with new values, and with what it takes to have both back: it, and the persona.

    Args:
        card: A card, or {}.
        persona: Whose card it is.
        new: Values by path: `spec`, `data.name`.
        seen: Paths of further values whose change is to be noticed.
    """
    out = deepcopy(card)
    values = dict(new)
    for holder in ("data", _EXTENSIONS):
        if not isinstance(_at(card, holder), dict):
            values = {holder: {}, **values}
    wrote = sorted([*values, *([_OWN] if _has(card, _OWN) else [])], key=_depth)
    replaced = {path: _at(card, path) for path in wrote if _has(card, path)}
    for path in sorted(values, key=_depth):
        _put(out, path, deepcopy(values[path]))
    hashes = {path: hash_of(_at(out, path)) for path in sorted({*new, *seen})}
    luggage = Luggage.model_construct(
        persona=persona, hashes=hashes, wrote=tuple(wrote), replaced=replaced
    )
    said = luggage.model_dump(mode="json", by_alias=True, exclude={"persona"})
    whole = persona.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    _put(out, _OWN, {**said, "persona": whole})
    return out


def unpacked(card: Card) -> tuple[Luggage | None, Card, str | None]:
    """What a card carries for this program, the card as it is without that, and what is wrong with
    it, if it cannot be read; the card is as it was then."""
    if not _has(card, _OWN):
        return None, card, None
    value = _at(card, _OWN)
    try:
        luggage = Luggage.model_validate(value)
    except (ValidationError, RecursionError) as error:
        return None, card, _first(error)
    if luggage.persona.card is not None:
        return None, card, "persona.card: a card within a card"
    out = deepcopy(card)
    _take(out, _OWN)
    holders = ("data", _EXTENSIONS)
    for path in sorted(luggage.wrote, key=_depth, reverse=True):
        if path in holders and _at(out, path) != {}:
            continue  # another program has put something there since
        if path in (_OWN, *holders) or luggage.unchanged(card, path):
            _take(out, path)
            if path in luggage.replaced:
                _put(out, path, deepcopy(luggage.replaced[path]))
    return luggage, out, None


def hash_of(value: JsonValue) -> str:
    """A hash of JSON, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _steps(path: str) -> list[str]:
    return path.split(".", 2)


def _depth(path: str) -> int:
    return len(_steps(path))


def _has(card: Card, path: str) -> bool:
    *holders, last = _steps(path)
    holder: JsonValue = card
    for step in holders:
        holder = holder.get(step) if isinstance(holder, dict) else None
    return isinstance(holder, dict) and last in holder


def _at(card: Card, path: str) -> JsonValue:
    value: JsonValue = card
    for step in _steps(path):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _put(card: Card, path: str, value: JsonValue) -> None:
    *holders, last = _steps(path)
    holder: JsonValue = card
    for step in holders:
        holder = holder.get(step) if isinstance(holder, dict) else None
    if isinstance(holder, dict):
        holder[last] = value


def _take(card: Card, path: str) -> None:
    *holders, last = _steps(path)
    holder: JsonValue = card
    for step in holders:
        holder = holder.get(step) if isinstance(holder, dict) else None
    if isinstance(holder, dict):
        holder.pop(last, None)


def _first(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg'][:1].lower()}{first['msg'][1:]}"
