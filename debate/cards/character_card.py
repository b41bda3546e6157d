"""Character cards as their specifications have them: what is read of one, and what one is.

A card is a JSON object. V1 is flat; V2 and V3 put the same fields and more under `data`, and name
themselves in `spec`. The models here are views: they check and read the fields that mean something
to a persona, and the card itself stays the JSON that it came as, unknown fields included.

Sources: https://github.com/malfoyslastname/character-card-spec-v2 (`spec_v1.md`, `spec_v2.md`) and
https://github.com/kwaroran/character-card-spec-v3 (`SPEC_V3.md`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from debate.errors import UserError

Version = Literal[2, 3]
#: A card as it came: a JSON object.
Card = dict[str, JsonValue]

SPECS: dict[Version, tuple[str, str]] = {2: ("chara_card_v2", "2.0"), 3: ("chara_card_v3", "3.0")}


# As the specification spells it, and as it is spelt.
_EMBEDDED = re.compile(r"embedd?ed://(.+)", re.DOTALL)


def _text(value: object) -> object:
    # Null where the specification wants an empty text is common in cards at large.
    return "" if value is None else value


def _list(value: object) -> object:
    return [] if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_list)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, strict=False)


class DataV1(_Part):
    """The fields of a V1 card, each of which defaults to the empty text."""

    name: Text = ""
    description: Text = ""
    personality: Text = ""
    scenario: Text = ""
    first_mes: Text = ""
    mes_example: Text = ""


class DataV2(DataV1):
    """What V2 adds. Of `creator_notes`, `creator` and `character_version` nothing may reach a
    prompt; the two prompts are meant to replace the reading program's own."""

    creator_notes: Text = ""
    system_prompt: Text = ""
    post_history_instructions: Text = ""
    alternate_greetings: Texts = ()
    tags: Texts = ()
    creator: Text = ""
    character_version: Any = ""
    extensions: Any = Field(default_factory=dict)
    character_book: Any = None


class DataV3(DataV2):
    """What V3 adds.

    It says too that a program which reads V3 must not use `personality`, `scenario`, `first_mes`
    and the like, and lists them as fields nonetheless. Every V3 card there is carries the character
    in them, and every program reads them; so does this one.
    """

    nickname: Text = ""
    group_only_greetings: Texts = ()
    assets: Any = None


def version_of(card: Card) -> Version | None:
    """The version that a card says it is; None if it says another, or none."""
    return next((v for v, (spec, _) in SPECS.items() if card.get("spec") == spec), None)


def recognised(value: JsonValue, *, path: str) -> tuple[Card, list[str]]:
    """A card of V2 or V3, and what there is to say of its form.

    A V1 card, and one that forgot to say what it is, become V2 cards of the same fields.

    Raises:
        UserError: if it is no card.
    """
    if not isinstance(value, dict):
        raise UserError("no character card: expected a JSON object", where=path)
    data = value.get("data")
    spec = value.get("spec")
    if spec == "lorebook_v3":
        raise UserError("a lorebook alone, without a character", where=path)
    if version := version_of(value):
        if not isinstance(data, dict):
            raise UserError(f"a card of {spec} holds its fields under `data`", where=path)
        said = value.get("spec_version")
        known = SPECS[version][1]
        newer = [f"says that its version is {said!r}: read as {known}"] if said != known else []
        return value, newer
    if spec is not None:
        known = " and ".join(name for name, _ in SPECS.values())
        raise UserError(f"a card of {spec!r} is not known; known are {known}", where=path)
    v2, two = SPECS[2]
    if isinstance(data, dict) and _is_v1(data):
        return {**value, "spec": v2, "spec_version": two}, ["does not say what it is: read as V2"]
    if _is_v1(value):
        note = "a V1 card: kept, and written again, as V2"
        return {"spec": v2, "spec_version": two, "data": value}, [note]
    hint = "expected `spec` and `data`, as in V2 and V3, or `name` and `description`, as in V1"
    raise UserError("no character card", where=path, hint=hint)


def read(card: Card, *, path: str = "the card") -> DataV3:
    """The fields of a card that mean something to a persona. A V2 card is read as a V3 card that
    lacks what V3 adds.

    Raises:
        UserError: if a field does not hold what the specification says; names the field.
    """
    try:
        return DataV3.model_validate(card.get("data") or {})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first["loc"])
        message = first["msg"][:1].lower() + first["msg"][1:]
        raise UserError(f"data{at}: {message}", where=path) from None


def mandatory(version: Version) -> Card:
    """The fields of `data` that a card of a version must have, each as it is when empty."""
    fields: Card = {**DataV2().model_dump(mode="json", exclude={"character_book"})}
    return {**fields, "group_only_greetings": []} if version == 3 else fields


@dataclass(frozen=True, slots=True)
class Icon:
    """The picture of a card, as its `assets` refer to it."""

    uri: str
    ext: str


def icon_of(card: Card) -> str | None:
    """The path of the main icon within an archive, if the card refers to one."""
    for asset in filter(_is_icon, _assets(card)):
        uri = asset.get("uri") if isinstance(asset, dict) else None
        if isinstance(uri, str) and (found := _EMBEDDED.fullmatch(uri)):
            return found[1]
    return None


def with_icon(card: Card, icon: Icon) -> list[JsonValue]:
    """The assets of a card with another main icon."""
    others = [asset for asset in _assets(card) if not _is_icon(asset)]
    named: JsonValue = {"type": "icon", "uri": icon.uri, "name": "main", "ext": icon.ext}
    return [named, *others]


def _assets(card: Card) -> list[JsonValue]:
    data = card.get("data")
    assets = data.get("assets") if isinstance(data, dict) else None
    return assets if isinstance(assets, list) else []


def _is_icon(asset: JsonValue) -> bool:
    return isinstance(asset, dict) and asset.get("type") == "icon" and asset.get("name") == "main"


def _is_v1(fields: Card) -> bool:
    known = DataV1.model_fields.keys() & fields.keys()
    return "name" in known and len(known) > 1
