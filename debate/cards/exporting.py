"""A persona as a character card.

A persona that was imported and not changed since goes back as the card that it came from, to the
last unknown field. Any other is written into that card, or into an empty one: the fields that other
programs show get the persona's words, and `extensions.yalta` carries the whole of it, so that
`import_card(export_card(persona)).persona == persona` for every persona.
"""

from __future__ import annotations

from copy import deepcopy

from pydantic import JsonValue

from debate.cards import luggage, visible
from debate.cards.character_card import (
    SPECS,
    Card,
    Icon,
    Version,
    icon_of,
    mandatory,
    version_of,
    with_icon,
)
from debate.cards.importing import derived, import_card
from debate.persona import Persona

#: Stands before the creator's notes of a V2 card that a V3 card is accompanied by, as V3 asks.
BACKFILLED = (
    "This character card is a Character Card V3, read as a Character Card V2. Use a program that "
    "reads V3 to have all of it."
)


def export_card(persona: Persona, version: Version | None = None, icon: Icon | None = None) -> Card:
    """The card of a persona.

    Args:
        persona: Any.
        version: Of the specification; that of the card it was imported from, or 3.
        icon: A picture that goes with it in an archive.

    Raises:
        UserError: if the card that the persona was imported from was changed by hand into what no
            card can be.
    """
    own = persona.card or {}
    before = version_of(own)
    version = version or before or 3
    new: dict[str, JsonValue] = {}
    if icon is not None and icon_of(own) != icon.uri.partition("://")[2]:
        new["data.assets"] = with_icon(own, icon)
    if not new and version == before and import_card(own).persona == persona:
        return deepcopy(own)
    new |= _new(persona, own, version)
    return luggage.packed(own, persona, new, [f"data.{name}" for name in visible.FIELDS])


def backfilled(card: Card) -> Card:
    """A V2 card that stands beside a V3 card, for programs that read no V3."""
    spec, number = SPECS[2]
    data = card.get("data")
    fields = {**data} if isinstance(data, dict) else {}
    notes = fields.get("creator_notes")
    fields["creator_notes"] = f"{BACKFILLED}\n\n{notes or ''}".strip()
    return {**card, "spec": spec, "spec_version": number, "data": fields}


def _new(persona: Persona, own: Card, version: Version) -> dict[str, JsonValue]:
    """What is to stand in the card and does not yet, by path."""
    data = own.get("data")
    fields = data if isinstance(data, dict) else {}
    new: dict[str, JsonValue] = {}
    if version_of(own) != version:
        new["spec"], new["spec_version"] = SPECS[version]
    for name, empty in mandatory(version).items():
        if name not in fields and name != "extensions":
            new[f"data.{name}"] = empty
    wanted = visible.fields(persona)
    unchanged = visible.fields(derived(own)) if fields else {}
    for name, value in wanted.items():
        if value != unchanged.get(name):
            new[f"data.{name}"] = _with_notes(value, fields) if name == "creator_notes" else value
    return {path: value for path, value in new.items() if not _stands(own, path, value)}


def _with_notes(notice: JsonValue, fields: Card) -> JsonValue:
    """The notice before the notes of the card's maker, which are not ours to drop."""
    notes = fields.get("creator_notes")
    if not isinstance(notes, str) or not notes:
        return notice
    return notes if str(notice) in notes else f"{notice}\n\n{notes}"


def _stands(own: Card, path: str, value: JsonValue) -> bool:
    at: JsonValue = own
    for step in path.split("."):
        if not isinstance(at, dict) or step not in at:
            return False
        at = at[step]
    return at == value and type(at) is type(value)
