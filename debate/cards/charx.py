"""Reading and writing `.charx`: a zip archive with `card.json` at its root, and what it refers to.

Nothing is ever unpacked to a disk, so no name in an archive is a path: it is looked up, or told.
The directory is bounded before `zipfile` reads it, and of the entries only the card and the main
icon are inflated, each up to a bound of its own, whatever the archive says of their sizes. An
archive within an archive is not opened.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from debate.cards import bounded_json
from debate.errors import UserError

MAX_BYTES = 128 * 1024 * 1024
MAX_ENTRIES = 4000
MAX_DIRECTORY = 1024 * 1024
MAX_PICTURE = 32 * 1024 * 1024
#: Deflated text is a twentieth of its size at best; a thousandth is nothing but repetition.
MAX_RATIO = 200
SMALL = 64 * 1024
CARD = "card.json"

_END = b"PK\x05\x06"
_END64 = b"PK\x06\x07"
_END_SIZE = 22
_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError, KeyError, IndexError),
)


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose directory was read."""

    data: bytes
    path: str
    names: tuple[str, ...]

    def read(self, name: str, most: int) -> bytes:
        """An entry, inflated.

        Raises:
            UserError: if there is none of that name, or two; if it is encrypted, compressed by
                anything but deflate, damaged, or larger than `most` bytes.
        """

        def fault(message: str) -> UserError:
            return UserError(f"{name}: {message}", where=self.path)

        count = self.names.count(name)
        if count != 1:
            said = "is not in the archive" if not count else "stands in the archive twice"
            raise fault(said)
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                entry = archive.getinfo(name)
                if entry.flag_bits & 1:
                    raise fault("is encrypted")
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise fault("is compressed by a method other than deflate")
                if entry.file_size > most:
                    raise fault(f"is larger than {most // 1024} KiB")
                if entry.file_size > max(SMALL, MAX_RATIO * entry.compress_size):
                    raise fault("is a bomb: next to nothing, inflated to very much")
                with archive.open(entry) as file:
                    content = file.read(most + 1)
        except _FAULTS as error:
            raise fault(f"is damaged ({error})") from None
        if len(content) > most:
            raise fault(f"is larger than {most // 1024} KiB")
        return content


def opened(data: bytes, *, path: str) -> Archive:
    """The directory of an archive.

    Raises:
        UserError: if it is no archive, damaged, or holds too many entries.
    """
    if len(data) > MAX_BYTES:
        raise UserError(f"the archive is larger than {MAX_BYTES // 1024**2} MiB", where=path)
    _check_directory(data, path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = tuple(entry.filename for entry in archive.infolist())
    except _FAULTS as error:
        raise UserError(f"damaged archive: {error}", where=path) from None
    if len(names) > MAX_ENTRIES:  # the record at its end may say less
        raise UserError(f"the archive holds more than {MAX_ENTRIES} files", where=path)
    return Archive(data, path, names)


def written(card: bytes, files: Mapping[str, bytes]) -> bytes:
    """An archive of a card and of files by name; the same bytes for the same content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {CARD: card, **files}.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED if name == CARD else zipfile.ZIP_STORED
            archive.writestr(entry, content)
    return out.getvalue()


def holds_one(data: bytes) -> bool:
    """Whether data ends as an archive does; what stands before it may be a picture."""
    return data.rfind(_END, max(0, len(data) - _END_SIZE - 0xFFFF)) >= 0


def _check_directory(data: bytes, path: str) -> None:
    """Bound the directory by the record at the archive's end, and see that `zipfile` will go by
    the same record: it looks for it in the same place, and takes one only if nothing follows it."""

    def fault(message: str) -> UserError:
        return UserError(f"damaged archive: {message}", where=path)

    at = data.rfind(_END, max(0, len(data) - _END_SIZE - 0xFFFF))
    if at < 0 or len(data) - at < _END_SIZE:
        raise fault("it breaks off before its directory's end")
    entries, size, _, comment = struct.unpack_from("<HIIH", data, at + 10)
    if at + _END_SIZE + comment != len(data):
        raise fault("something follows its directory")
    if entries == 0xFFFF or data[max(0, at - 20) :][:4] == _END64:
        raise UserError("an archive of the zip64 kind: larger than any card is", where=path)
    if entries > MAX_ENTRIES or size > MAX_DIRECTORY:
        raise UserError(f"the archive holds more than {MAX_ENTRIES} files", where=path)


def card_of(archive: Archive) -> bytes:
    """The card of an archive. Errors as of `Archive.read`."""
    return archive.read(CARD, bounded_json.MAX_BYTES)
