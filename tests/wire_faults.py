"""Faults in how the bytes of a stream come, and streams without measure: see `faults`."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fault import End, Fault, Item, Pause, Response
from said import Dialect, Said

MIB = 1024 * 1024

# -- how the bytes come


def _until(response: Response, frames: int, end: End | None) -> Response:
    body = itertools.islice(response.body, frames)
    return replace(response, body=itertools.chain(body, [end] if end else []))


@dataclass(frozen=True, slots=True)
class Drop(Fault):
    """The connection is reset in the middle of the stream."""

    after_frames: int = 2

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        return _until(response, self.after_frames, End.RESET)


@dataclass(frozen=True, slots=True)
class CutClean(Fault):
    """The stream ends early without a fault below it: no `[DONE]`, no `message_stop`."""

    after_frames: int = 2
    terminated: bool = True
    """Whether the chunked body is ended as it should be; else the connection is closed."""

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        return _until(response, self.after_frames, None if self.terminated else End.CLOSE)


@dataclass(frozen=True, slots=True)
class Stall(Fault):
    """Nothing more comes, and the connection stays open until the client goes."""

    after_frames: int = 2

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        return _until(response, self.after_frames, End.HANG)


@dataclass(frozen=True, slots=True)
class Slow(Fault):
    """A pause before each frame."""

    seconds: float = 0.05

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        pairs = ((Pause(self.seconds), item) for item in response.body)
        return replace(response, body=itertools.chain.from_iterable(pairs))


@dataclass(frozen=True, slots=True)
class ByClose(Fault):
    """The body is neither chunked nor of a known length: it ends where the connection does."""

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        return replace(response, framing="close")


@dataclass(frozen=True, slots=True)
class SplitUtf8(Fault):
    """Frames are cut into writes of their own.

    Without a size each byte of a character that has more than one is a write by itself. With one,
    writes are of so many bytes, whatever they cut: 7 cuts at odd places, 100,000 joins the frames.
    """

    size: int | None = None
    pause: float = 0.001
    """Seconds after each write, so that a client reads it by itself."""

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        pieces = self._pieces(response.body)
        if not self.pause:
            return replace(response, body=pieces)
        pairs = ((piece, Pause(self.pause)) for piece in pieces)
        return replace(response, body=itertools.chain.from_iterable(pairs))

    def _pieces(self, items: Iterable[Item]) -> Iterator[Item]:
        rest = b""
        for item in items:
            if not isinstance(item, bytes):
                if rest:
                    yield rest
                    rest = b""
                yield item
            elif self.size is None:
                yield from _apart(item)
            else:
                rest += item
                while len(rest) >= self.size:
                    yield rest[: self.size]
                    rest = rest[self.size :]
        if rest:
            yield rest


def _apart(frame: bytes) -> Iterator[bytes]:
    for plain, run in itertools.groupby(frame, lambda byte: byte < 0x80):
        whole = bytes(run)
        yield from [whole] if plain else (whole[at : at + 1] for at in range(len(whole)))


# -- without measure


@dataclass(frozen=True, slots=True)
class Endless(Fault):
    """Text without end, until the client goes: event after event, or one line."""

    one_line: bool = False

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        head, before, after = _around_a_word(said, dialect)
        if self.one_line:
            body = itertools.chain(head, [before], itertools.repeat(b"word " * 4096))
        else:
            body = itertools.chain(head, itertools.repeat(before + b"word " * 800 + after))
        return replace(response, body=body)


@dataclass(frozen=True, slots=True)
class Huge(Fault):
    """A body of so many bytes: an error's with status 500, or with 200 one line of a stream."""

    status: int = 500
    size: int = 100 * MIB

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        piece = b"error " * 10_923  # about 64 KiB
        filling: Iterable[bytes] = itertools.repeat(piece, self.size // len(piece) + 1)
        if self.status != 200:
            return Response(self.status, {"Content-Type": "text/plain"}, filling)
        head, before, after = _around_a_word(said, dialect)
        return replace(response, body=itertools.chain(head, [before], filling, [after]))


def _around_a_word(said: Said, dialect: Dialect) -> tuple[list[bytes], bytes, bytes]:
    """The frames before the first word's, and what stands in its frame before and after it."""
    mark = "a-word-to-be-filled-in"
    frames = dialect.frames(replace(said, words=(mark,)))
    at = next(n for n, frame in enumerate(frames) if mark.encode() in frame)
    before, after = frames[at].split(mark.encode())
    return frames[:at], before, after


@dataclass(frozen=True, slots=True)
class Gzip(Fault):
    """The stream is compressed, though that was not asked for."""

    bomb: int = 0
    """So many MiB of one line, of which each is a kilobyte on the wire, follow the first frame."""

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        headers = {**response.headers, "Content-Encoding": "gzip"}
        return replace(response, headers=headers, body=self._packed(response.body))

    def _packed(self, items: Iterable[Item]) -> Iterator[Item]:
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        for item in items:
            if not isinstance(item, bytes):
                yield item
                continue
            yield packer.compress(item) + packer.flush(zlib.Z_FULL_FLUSH)
            if self.bomb:
                # A block that leans on nothing before it can be sent again and again.
                block = zlib.compressobj(wbits=-zlib.MAX_WBITS)
                packed = block.compress(b"a" * MIB) + block.flush(zlib.Z_FULL_FLUSH)
                yield from itertools.repeat(packed, self.bomb)
                return
        yield packer.flush()
