"""Reading and writing the text chunks of a PNG, without ever decoding a pixel.

    PNG = signature, then chunks: length (4 bytes, big-endian), type (4 letters), data, CRC-32.

Lengths may lie, and compressed text may grow without end: every length is held against the bytes
that are there, every CRC is checked, and at most as much text is inflated as is asked for. Source:
PNG (Third Edition), https://www.w3.org/TR/png-3/, sections 5 and 11.3.3.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from debate.errors import UserError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_BYTES = 32 * 1024 * 1024
MAX_CHUNKS = 20_000
_TEXT = (b"tEXt", b"zTXt", b"iTXt")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of a file that was checked."""

    kind: bytes
    data: bytes
    at: int
    """Where it begins in the file, for errors."""

    @property
    def keyword(self) -> str | None:
        """Of a text chunk its keyword; None of any other."""
        if self.kind not in _TEXT:
            return None
        return self.data[:80].partition(b"\0")[0].decode("latin-1")


def read(png: bytes, *, path: str) -> list[Chunk]:
    """All chunks of a PNG, from `IHDR` to `IEND`. What follows that is no part of it.

    Raises:
        UserError: if it is no PNG, or damaged; says at which byte.
    """

    def fault(at: int, message: str) -> UserError:
        return UserError(f"damaged PNG at byte {at}: {message}", where=path)

    if len(png) > MAX_BYTES:
        raise UserError(f"the picture is larger than {MAX_BYTES // 1024**2} MiB", where=path)
    if not png.startswith(SIGNATURE):
        raise fault(0, "it does not begin as a PNG does")
    chunks: list[Chunk] = []
    at = len(SIGNATURE)
    while not chunks or chunks[-1].kind != b"IEND":
        if len(chunks) >= MAX_CHUNKS:
            raise fault(at, f"more than {MAX_CHUNKS} chunks")
        if len(png) - at < 12:
            raise fault(at, "it breaks off before its end (IEND)")
        length, kind = struct.unpack_from(">I4s", png, at)
        if not (kind.isascii() and kind.isalpha()):
            raise fault(at, "there is no chunk here")
        name = kind.decode("ascii")
        if length > len(png) - at - 12:
            raise fault(at, f"the chunk {name} says that it is longer than the file")
        data = png[at + 8 : at + 8 + length]
        (crc,) = struct.unpack_from(">I", png, at + 8 + length)
        if crc != zlib.crc32(data, zlib.crc32(kind)):
            raise fault(at, f"the checksum of the chunk {name} is wrong")
        if not chunks and kind != b"IHDR":
            raise fault(at, f"the first chunk is {name}, not IHDR")
        chunks.append(Chunk(kind, data, at))
        at += 12 + length
    return chunks


def text_of(chunk: Chunk, most: int, *, path: str) -> bytes:
    """The text of a text chunk, inflated if need be.

    Args:
        chunk: A chunk that has a `keyword`.
        most: Bytes that it may have.
        path: The file, for errors.

    Raises:
        UserError: if it is damaged, or longer.
    """

    def fault(message: str) -> UserError:
        where = f"the {chunk.kind.decode()} chunk {chunk.keyword!r} at byte {chunk.at}"
        return UserError(f"{where}: {message}", where=path)

    _, zero, rest = chunk.data.partition(b"\0")
    compressed = chunk.kind == b"zTXt"
    method = rest[:1]
    if chunk.kind == b"zTXt":
        rest = rest[1:]
    elif chunk.kind == b"iTXt":
        # Flag, method, then language and translated keyword, each closed by a zero.
        compressed, method = rest[:1] == b"\1", rest[1:2]
        parts = rest[2:].split(b"\0", 2)
        zero, rest = (b"\0", parts[2]) if len(parts) == 3 else (b"", b"")
    if not zero or (compressed and method != b"\0"):
        raise fault("it does not have the form of one")
    if compressed:
        rest = _inflated(rest, most, fault)
    if len(rest) > most:
        raise fault(f"longer than {most // 1024} KiB")
    return rest


def _inflated(data: bytes, most: int, fault: Callable[[str], UserError]) -> bytes:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, most + 1)
    except zlib.error:
        raise fault("its compressed text is damaged") from None
    if len(text) <= most and not inflater.eof:
        raise fault("its compressed text is damaged")
    return text


def written(chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A PNG of these chunks: their types and data."""
    return b"".join([SIGNATURE, *(_sealed(kind, data) for kind, data in chunks)])


def with_text(
    chunks: Collection[Chunk], texts: Iterable[tuple[str, bytes]], *, without: Collection[str]
) -> bytes:
    """A PNG with other text in it; whatever else it holds stays as it is.

    Args:
        chunks: The picture.
        texts: Keywords and texts (Latin-1) of the `tEXt` chunks that are put before its end.
        without: Keywords, in lower case, of text chunks that are left out.
    """

    def parts() -> Iterator[tuple[bytes, bytes]]:
        for chunk in chunks:
            keyword = chunk.keyword
            if chunk.kind == b"IEND":
                for name, text in texts:
                    yield b"tEXt", name.encode("latin-1") + b"\0" + text
            if keyword is None or keyword.lower() not in without:
                yield chunk.kind, chunk.data

    return written(parts())


def blank(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour, for a card that has none."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(colour) * width) * height
    return written(
        [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")],
    )


def _sealed(kind: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)
