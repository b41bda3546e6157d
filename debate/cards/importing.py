"""A character card as a persona, and what became of each of its parts.

What a card says of a character becomes the summary, the voice and the examples. What it asks of a
program (`system_prompt`, greetings, its lorebook) has no place at a table where all share one
record, and what it says of its maker belongs in no prompt. That stays in `Persona.card`, with the
original of all the rest, and goes back into the card on export. Texts are values: nothing in them
is ever run.

    done = import_card(read_card(path).card)
    done.persona, done.findings
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from debate.cards import dialogue, luggage, macros, visible
from debate.cards.character_card import Card, DataV3, read
from debate.cards.findings import Fate, Finding
from debate.persona import Persona
from debate.text import one_line, showable

MAX_LINE = 400
MAX_PROSE = 4000
MAX_CHAR = 100
MAX_EXAMPLES = 24

REGISTER = "In keeping with who they are."
SUMMARY = "Their card says nothing of them."
NAME = "Unnamed"

# Where a text may be cut: behind a sentence, else behind a word.
_SENTENCE = re.compile(r".*(?:[.!?…]['\"”’)*]*(?=\s)|[。！？]|\n)", re.DOTALL)

_UNUSED = {
    "scenario": "a conference has a scenario of its own",
    "system_prompt": "would take the place of the program's own prompt",
    "post_history_instructions": "would take the place of the program's own prompt",
    "alternate_greetings": "nobody is greeted at the table",
    "group_only_greetings": "nobody is greeted at the table",
    "creator_notes": "reaches no prompt, by its specification",
    "creator": "reaches no prompt, by its specification",
    "character_version": "reaches no prompt, by its specification",
    "tags": "reaches no prompt, by its specification",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """A persona, and what became of each part of its card."""

    persona: Persona
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Reader:
    """Reads the texts of one card, and notes what becomes of them."""

    char: str
    findings: list[Finding] = field(default_factory=list)

    def text(self, part: str, text: str) -> str:
        """A text with its macros resolved, and nothing in it that could steer a terminal."""
        plain, left = macros.resolved(text, self.char)
        if left:
            named = ", ".join(f"{{{{{name}}}}}" for name in left[:8])
            self.found(part, "mapped", f"macros stand as they are, and are not run: {named}")
        return showable(plain).strip()

    def fitted(self, part: str, text: str, to: str, most: int) -> tuple[str, str]:
        """As much of a text as there is room for, and the rest."""
        first, rest = _cut(text, most)
        amount = f", {len(first)} of its {len(text)} characters" if rest else ""
        self.found(part, "mapped", f"{to}{amount}")
        return first, rest

    def found(self, part: str, fate: Fate, message: str) -> None:
        """Note what became of a part."""
        self.findings.append(Finding(part, fate, message))


def import_card(
    card: Card, *, id_: str | None = None, real_person: bool | None = None, path: str = "the card"
) -> Imported:
    """A persona of a card.

    Where the card carries a persona of this program (`extensions.yalta`), that is taken, and fields
    that another program has changed since win over it. The card itself stays in `Persona.card`,
    unless it holds nothing but what this program wrote.

    Args:
        card: Of V2 or V3, see `character_card.recognised`.
        id_: The persona's id; made from the name if not given.
        real_person: Whether it portrays one; cards do not say, so no if not given.
        path: Where the card came from, for errors.

    Raises:
        UserError: if a field does not hold what its specification says.
    """
    carried, own, fault = luggage.unpacked(card)
    data = read(card, path=path)
    reader = _reader(data)
    if fault:
        reader.found("extensions.yalta", "kept", f"cannot be read ({fault}): the card's own fields")
    persona = _carried(carried, card, data, reader) if carried else _derived(data, reader)
    if fault and real_person is None and _says_real(own):
        real_person = True  # in doubt, people are told that one is portrayed
    chosen = {"id": id_, "real_person": real_person}
    said = persona.model_dump(by_alias=True, exclude_defaults=True)
    said |= {name: value for name, value in chosen.items() if value is not None}
    persona = Persona.model_validate({**said, "card": own or None})
    reader.findings += _unused(own)
    return Imported(persona, tuple(dict.fromkeys(reader.findings)))


def _says_real(own: Mapping[str, Any]) -> bool:
    """Whether what could not be read as a persona says that it portrays a real person."""
    extensions = own.get("data", own).get("extensions", {})
    carried = extensions.get("yalta", {}) if isinstance(extensions, dict) else {}
    persona = carried.get("persona", carried) if isinstance(carried, dict) else {}
    return isinstance(persona, dict) and persona.get("real_person") is True


def derived(card: Card) -> Persona:
    """The persona that the fields of a card make by themselves."""
    data = read(card)
    return _derived(data, _reader(data))


def id_of(name: str) -> str:
    """An id made from a name: its Latin letters and digits, or a hash where it has none."""
    folded = unicodedata.normalize("NFKD", name).lower()
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    words = re.findall(r"[a-z0-9]+", plain)
    made = "-".join(words)[:64].strip("-")
    return made or f"persona-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _reader(data: DataV3) -> _Reader:
    name, nickname = one_line(data.name), one_line(data.nickname)
    # Short, since a card may name it a hundred thousand times.
    reader = _Reader(_cut(nickname or name or NAME, MAX_CHAR)[0])
    if nickname:
        reader.found("nickname", "mapped", "stands for {{char}}")
    return reader


def _derived(data: DataV3, reader: _Reader) -> Persona:
    name, _ = _cut(one_line(data.name), MAX_LINE)
    if not name:
        name = reader.char
        reader.found("name", "mapped", f"is empty; {name!r} stands for it")
    else:
        reader.found("name", "mapped", "name")
    register, more = _register(data, reader)
    return Persona.model_validate(
        {
            "schema": "yalta/persona/1",
            "id": id_of(name),
            "name": name,
            "role": visible.ROLE,
            "real_person": False,
            "summary": _summary(data, more, reader),
            "voice": {"register": register, "rhythm": visible.RHYTHM},
            "examples": _examples(data, reader),
        }
    )


def _register(data: DataV3, reader: _Reader) -> tuple[str, str]:
    text = reader.text("personality", data.personality)
    if not one_line(text):
        return REGISTER, ""
    return reader.fitted("personality", one_line(text), "voice.register", MAX_LINE)


def _summary(data: DataV3, more: str, reader: _Reader) -> str:
    summary = ""
    if text := reader.text("description", data.description):
        summary, rest = reader.fitted("description", text, "summary", MAX_PROSE)
        if rest:
            reader.found("description", "kept", "the rest of it is too long for a summary")
    if more:
        joined = f"{summary}\n\n{more}".strip()
        if len(joined) <= MAX_PROSE:
            reader.found("personality", "mapped", "the rest of it ends the summary")
            return joined
        reader.found("personality", "kept", "the rest of it has no room in the summary")
    return summary or SUMMARY


def _examples(data: DataV3, reader: _Reader) -> list[dict[str, Any]]:
    found, left = dialogue.read(data.mes_example, (data.name, data.nickname))
    examples = []
    for each in found[:MAX_EXAMPLES]:
        if made := _example(each, reader, "mes_example"):
            examples.append(made)
    if examples:
        reader.found("mes_example", "mapped", f"examples: {len(examples)} exchanges")
    if len(found) > MAX_EXAMPLES:
        reader.found("mes_example", "kept", f"{len(found) - MAX_EXAMPLES} exchanges more")
    if left:
        reader.found("mes_example", "kept", f"what answers nobody, or is not answered: {len(left)}")
    if examples and data.first_mes.strip():
        reader.found("first_mes", "kept", "nobody is greeted at the table")
    if examples or not data.first_mes.strip():
        return examples
    greeting = _example(dialogue.Exchange(dialogue.UNASKED, data.first_mes), reader, "first_mes")
    if greeting is None:
        return []
    reader.found("first_mes", "mapped", "an example, since there is no other")
    return [greeting]


def _example(said: dialogue.Exchange, reader: _Reader, part: str) -> dict[str, Any] | None:
    heard, reply = reader.text(part, said.heard), reader.text(part, said.reply)
    if not (heard and reply):
        return None
    heard, lost = _cut(heard, MAX_PROSE)
    reply, too = _cut(reply, MAX_PROSE)
    if lost or too:
        reader.found(part, "kept", f"a speech of more than {MAX_PROSE} characters: its rest")
    return {"heard": heard, "reply": reply, "invented": True}


def _carried(carried: luggage.Luggage, card: Card, data: DataV3, reader: _Reader) -> Persona:
    """The persona that a card carries, with what another program has changed in its fields."""
    persona = carried.persona
    reader.found("extensions.yalta", "mapped", f"the persona {persona.id!r} as it was written")
    edited = [f for f in visible.FIELDS if not carried.unchanged(card, f"data.{f}")]
    quiet = _Reader(reader.char)
    anew = _derived(data, quiet)
    said = persona.model_dump(by_alias=True, exclude_defaults=True)
    for name in edited:
        if name in ("creator", "creator_notes"):
            continue  # told with what else reaches no prompt
        if not str(getattr(data, name)).strip():
            reader.found(name, "kept", "was emptied by another program: the persona's own stays")
            continue
        reader.found(name, "mapped", "was changed by another program, and wins")
        match name:
            case "name":
                said["name"] = anew.name
            case "mes_example":
                said["examples"] = _examples(data, reader)
            case "description":
                text = _head(visible.description(persona), data.description, name, reader)
                said["summary"] = reader.fitted(name, text, "summary", MAX_PROSE)[0] or SUMMARY
            case "personality":
                text = one_line(_head(visible.personality(persona), data.personality, name, reader))
                register = reader.fitted(name, text, "voice.register", MAX_LINE)[0]
                said["voice"] = {**said["voice"], "register": register or REGISTER}
    return Persona.model_validate(said)


def _head(was: visible.Field, text: str, name: str, reader: _Reader) -> str:
    head = was.head_of(text)
    if head is None:
        reader.found(name, "mapped", "all of it: look for what now stands twice in the persona")
        head = text
    return reader.text(name, head)


def _unused(own: Card) -> Iterator[Finding]:
    """What the card holds, and no prompt gets."""
    fields = own.get("data")
    if not isinstance(fields, dict):
        fields = {}
    for name, why in _UNUSED.items():
        value = fields.get(name)
        if value not in (None, "", []):
            many = f"{len(value)} of them; " if isinstance(value, list) else ""
            yield Finding(name, "kept", many + why)
    book = fields.get("character_book")
    if isinstance(book, dict):
        entries = book.get("entries")
        count = len(entries) if isinstance(entries, list | dict) else 0
        yield Finding("character_book", "kept", f"a lorebook of {count} entries; none is looked up")
    elif book not in (None, "", []):
        yield Finding("character_book", "kept", "no lorebook as the specification has it")
    assets = fields.get("assets")
    if isinstance(assets, list) and assets:
        yield Finding("assets", "kept", f"{len(assets)} references; the files are not")
    extensions = fields.get("extensions")
    if isinstance(extensions, dict) and extensions:
        yield Finding("extensions", "kept", _named(extensions))
    elif extensions not in (None, {}, [], ""):
        yield Finding("extensions", "kept", "no extensions as the specification has them")
    known = {*DataV3.model_fields} - {"nickname"}
    if others := {k: v for k, v in fields.items() if k not in known and v not in (None, "", [])}:
        yield Finding("other fields", "kept", _named(others))
    root = {k: v for k, v in own.items() if k not in ("spec", "spec_version", "data")}
    if root:
        yield Finding("fields beside data", "kept", _named(root))


def _named(values: Mapping[str, object]) -> str:
    names = [one_line(name)[:40] for name in values]
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more


def _cut(text: str, most: int) -> tuple[str, str]:
    """As much of a text as there is room for, up to the end of a sentence or a word."""
    if len(text) <= most:
        return text, ""
    room = text[:most]
    whole = _SENTENCE.match(room)
    end = whole.end() if whole and whole.end() > most // 2 else room.rfind(" ")
    end = end if end > most // 2 else most
    return text[:end].strip(), text[end:].strip()
