"""Files that hold a character card: JSON, PNG and `.charx`, told apart by what is in them.

    found = read_card(Path("kai.png"))
    found.card, found.picture

A picture is never decoded. Of a PNG it is the file without its card; of a `.charx` the main icon.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from debate.cards import bounded_json, charx, png_chunks
from debate.cards.character_card import Card, Icon, Version, icon_of, recognised, version_of
from debate.cards.exporting import backfilled, export_card
from debate.cards.findings import Finding
from debate.errors import UserError
from debate.persona import Persona

Format = Literal["json", "png", "charx"]

#: The text chunks that hold a card, the preferred first, and the version of what they hold.
CHUNKS: dict[str, Version] = {"ccv3": 3, "chara": 2}
_ASSET = "chara-ext-asset_"
_MAX_BASE64 = bounded_json.MAX_BYTES * 4 // 3 + 1024
_ZIP = b"PK\x03\x04"
_JPEG = b"\xff\xd8\xff"
_PLAIN = re.compile(r"assets/[\w./-]{1,200}", re.ASCII)
_PLACEHOLDER = (400, 600)


@dataclass(frozen=True, slots=True)
class CardFile:
    """What a file holds."""

    format: Format
    card: Card
    picture: bytes | None
    findings: tuple[Finding, ...]
    """What there is to say of the file itself."""


def read_card(path: Path) -> CardFile:
    """Read a file that holds a card.

    Raises:
        UserError: if it cannot be read, holds no card, is damaged or is too large; says where.
    """
    try:
        with path.open("rb") as file:
            data = file.read(charx.MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    return parsed(data, path=str(path))


def parsed(data: bytes, *, path: str) -> CardFile:
    """A file's content as a card. Errors as of `read_card`."""
    if data.startswith(png_chunks.SIGNATURE):
        return _of_png(data, path)
    if data.startswith(_ZIP) or (data.startswith(_JPEG) and charx.holds_one(data)):
        return _of_charx(data, path)
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start in (b"{", b"["):
        return _found("json", bounded_json.loads(data, path=path), path)
    raise UserError(
        "no character card",
        where=path,
        hint="a card is JSON, a PNG with a card in it, or a .charx archive",
    )


def as_json(card: Card) -> bytes:
    """A card as a file of its own."""
    return bounded_json.dumps(card, indent=2) + b"\n"


def as_png(card: Card, picture: bytes | None, *, path: str = "the picture") -> bytes:
    """A card within a picture.

    A V3 card is accompanied by a V2 one, for programs that read no other.

    Args:
        card: Of V2 or V3.
        picture: A PNG; a plain one is made if it is None. A card that it holds gives way.
        path: Where the picture came from, for errors.

    Raises:
        UserError: if the picture is no PNG, or damaged.
    """
    if picture is None:
        colour = hashlib.sha256(as_json(card)).digest()
        picture = png_chunks.blank(*_PLACEHOLDER, (colour[0], colour[1], colour[2]))
    chunks = png_chunks.read(picture, path=path)
    cards = {"chara": backfilled(card), "ccv3": card} if version_of(card) == 3 else {"chara": card}
    texts = [(name, base64.b64encode(bounded_json.dumps(each))) for name, each in cards.items()]
    return png_chunks.with_text(chunks, texts, without=CHUNKS)


def as_charx(card: Card, files: Mapping[str, bytes]) -> bytes:
    """A V3 card in an archive, with files by name."""
    return charx.written(as_json(card), files)


def exported(
    persona: Persona,
    format_: Format,
    version: Version | None = None,
    picture: bytes | None = None,
    *,
    path: str = "the picture",
) -> bytes:
    """A file that holds the card of a persona.

    Args:
        persona: Any.
        format_: Of the file.
        version: Of the specification; see `exporting.export_card`. An archive holds V3.
        picture: A picture to go with it.
        path: Where that came from, for errors.

    Raises:
        UserError: if the format holds no such picture, no picture at all, or no such version.
    """
    if format_ == "json":
        if picture is not None:
            raise UserError("JSON holds no picture", hint="--to png, or --to charx")
        return as_json(export_card(persona, version))
    if format_ == "png":
        return as_png(export_card(persona, version), picture, path=path)
    if version == 2:
        raise UserError("a .charx archive holds a card of V3", hint="--to png, or --to json")
    if picture is None:
        return as_charx(export_card(persona, 3), {})
    kind = kind_of(picture)
    if kind is None:
        raise UserError("no picture: expected PNG, JPEG or WebP", where=path)
    # Where the card that it was imported from has it, if it is no trap for who unpacks it.
    name = icon_of(persona.card or {})
    if name is None or not _PLAIN.fullmatch(name) or ".." in name:
        name = f"assets/icon/images/main.{kind}"
    icon = Icon(f"embeded://{name}", kind)
    return as_charx(export_card(persona, 3, icon), {name: picture})


def kind_of(picture: bytes) -> str | None:
    """What kind of picture it is, by how it begins; None if it is none that is known."""
    if picture.startswith(png_chunks.SIGNATURE):
        return "png"
    if picture.startswith(_JPEG):
        return "jpeg"
    return "webp" if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP" else None


def _found(
    format_: Format,
    value: JsonValue,
    path: str,
    picture: bytes | None = None,
    findings: Iterable[Finding] = (),
) -> CardFile:
    card, notes = recognised(value, path=path)
    said = tuple(Finding("spec", "kept", note) for note in notes)
    return CardFile(format_, card, picture, (*said, *findings))


def _of_png(data: bytes, path: str) -> CardFile:
    chunks = png_chunks.read(data, path=path)
    named = {name: [c for c in chunks if (c.keyword or "").lower() == name] for name in CHUNKS}
    name = next((name for name in CHUNKS if named[name]), None)
    if name is None:
        raise UserError(
            "the picture holds no character card",
            where=path,
            hint="it may have been lost: many sites strip what stands beside the pixels",
        )
    chunk = named[name][0]
    where = f"{path} (chunk {name})"
    text = png_chunks.text_of(chunk, _MAX_BASE64, path=path)
    value = bounded_json.loads(_decoded(text, where), path=where)
    picture = png_chunks.with_text(chunks, (), without=CHUNKS)

    def findings() -> Iterator[Finding]:
        if len(named[name]) > 1:
            yield Finding(f"chunk {name}", "lost", "there are several: the first is taken")
        assets = sum((c.keyword or "").startswith(_ASSET) for c in chunks)
        if assets:
            yield Finding("files in the picture", "lost", f"{assets}; they stay in --picture FILE")

    return _found("png", value, where, picture, findings())


def _decoded(text: bytes, where: str) -> bytes:
    if text.startswith(b"rcc||"):
        raise UserError("the card is encrypted", where=where)
    plain = b"".join(text.split()).rstrip(b"=")
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise UserError(f"not valid base64: {error}", where=where) from None


def _of_charx(data: bytes, path: str) -> CardFile:
    archive = charx.opened(data, path=path)
    where = f"{path} ({charx.CARD})"
    value = bounded_json.loads(charx.card_of(archive), path=where)
    found = _found("charx", value, where)
    icon = icon_of(found.card)
    picture = None
    if icon is not None and archive.names.count(icon) == 1:
        picture = archive.read(icon, charx.MAX_PICTURE)
    others = [n for n in archive.names if n not in (charx.CARD, icon) and not n.endswith("/")]
    findings = list(found.findings)
    if others:
        named = ", ".join(others[:8]) + (f" and {len(others) - 8} more" if others[8:] else "")
        findings.append(Finding("files in the archive", "lost", named))
    return CardFile("charx", found.card, picture, tuple(findings))
