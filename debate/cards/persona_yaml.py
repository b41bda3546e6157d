"""A persona as the YAML file that an author reads and edits.

Long texts stand as blocks, folded or line by line, short ones in double quotes, as in the files
that ship. Whatever a block could not hold exactly (a space at a line's end, a character that YAML
takes for a line break) stands in double quotes too, which are JSON's.

Written here, since PyYAML's emitter can neither indent lists as the shipped files do nor be told
which texts to fold without replacing parts of it. What is written is read again before it is given
out, so that no file is ever other than its persona.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import JsonValue

from debate import yaml_file
from debate.errors import LoadError, UserError
from debate.persona import Persona

SCHEMA_LINE = "# yaml-language-server: $schema=persona.schema.json"
WIDTH = 100
SHORT = 84

# Printed as it is, and no line break of YAML's but the newline.
_PLAIN = re.compile(
    "[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffe]*"
)
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_NO_WORD = r"(?!(?:y|n|yes|no|on|off|true|false|null)$)"  # a value of YAML's, old or new
_KEY = re.compile(_NO_WORD + r"[a-z][a-z0-9_]{0,60}", re.IGNORECASE)
# What reads best without quotes, and is no other value of YAML's.
_IDS = frozenset({"schema", "id", "source"})
_ID = re.compile(rf"yalta/persona/1|S[0-9]+|{_NO_WORD}[a-z][a-z-]*")


def persona_yaml(persona: Persona) -> str:
    """The text of a persona's file. Loads as the same persona.

    Raises:
        UserError: if it is more than a persona file may hold.
    """
    data = persona.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    data = {"schema": data.pop("schema"), **data}
    data |= {"card": persona.card} if persona.card is not None else {}
    for blocks in (True, False):
        text = "\n".join([SCHEMA_LINE, *_of_mapping(data, "", blocks, apart=True), ""])
        _check_size(text, persona)
        try:
            if yaml_file.loads(text, Persona, path=persona.id) == persona:
                return text
        except LoadError:
            continue
    raise UserError(f"the persona {persona.id!r} cannot be written as YAML")


def _check_size(text: str, persona: Persona) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size <= yaml_file.MAX_BYTES:
        return
    data = (persona.card or {}).get("data")
    fields = data if isinstance(data, dict) else {}
    most = max(fields, key=lambda name: len(repr(fields[name])), default=None)
    limit = yaml_file.MAX_BYTES // 1024
    raise UserError(
        f"the persona {persona.id!r} takes {size // 1024} KiB, and its file may hold {limit}",
        hint=f"most of it is {most[:60]!r} of the card" if most else None,
    )


def _of_mapping(
    mapping: Mapping[str, Any], indent: str, blocks: bool, *, apart: bool = False
) -> Iterator[str]:
    """The lines of a mapping; with an empty one before each part of several, if it is `apart`."""
    for key, value in mapping.items():
        name = key if _KEY.fullmatch(key) else _quoted(key)
        if key in _IDS and isinstance(value, str) and _ID.fullmatch(value):
            yield f"{indent}{name}: {value}"
            continue
        if apart and value and isinstance(value, dict | list):
            yield ""
        yield from _of_value(f"{indent}{name}:", value, f"{indent}  ", blocks)


def _of_value(head: str, value: JsonValue, indent: str, blocks: bool) -> Iterator[str]:
    """The lines of a value behind what leads to it."""
    if isinstance(value, dict) and value:
        if head.endswith("-"):
            first, *rest = _of_mapping(value, indent, blocks)
            yield f"{head} {first.removeprefix(indent)}"
            yield from rest
        else:
            yield head
            yield from _of_mapping(value, indent, blocks)
    elif isinstance(value, list) and value:
        yield head
        for item in value:
            yield from _of_value(f"{indent}-", item, f"{indent}  ", blocks)
    elif isinstance(value, str):
        style, lines = _block(value, indent) if blocks else ("", [])
        yield f"{head} {style or _quoted(value)}"
        yield from lines
    else:
        yield f"{head} {_number(value) if isinstance(value, float) else json.dumps(value)}"


def _block(text: str, indent: str) -> tuple[str, list[str]]:
    """A text as a block: how it begins, and its lines; nothing, if it is better quoted."""
    if not _PLAIN.fullmatch(text) or text != text.strip():
        return "", []
    if "\n" in text:
        if re.search(r"[ \t]$", text, re.MULTILINE):
            return "", []
        return "|-", [f"{indent}{line}" if line else "" for line in text.split("\n")]
    if len(text) <= SHORT or "  " in text:
        return "", []
    width = max(WIDTH - len(indent), 40)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return ">-", [f"{indent}{line}" for line in lines]


def _quoted(text: str) -> str:
    return _ESCAPED.sub(lambda c: f"\\u{ord(c[0]):04x}", json.dumps(text, ensure_ascii=False))


def _number(value: float) -> str:
    text = repr(value)
    # As many digits as it takes, and a point, by which it is a number to `yaml_file`.
    return f"{value:.16e}" if "e" in text or len(text) > 18 else text
