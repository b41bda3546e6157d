"""What can go wrong with a model's server, each a small value: see `model_server` for their use.

A fault changes what is said, or the frames of its stream, or the response that holds them; some
take the response's place. Those given together work in the order in which they are given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

from dialect_errors import error_body, error_message
from fault import Fault, Response
from said import Dialect, Said, event_data
from wire_faults import ByClose, CutClean, Drop, Endless, Gzip, Huge, Slow, SplitUtf8, Stall

__all__ = [
    "BROKEN_JSON",
    "DEEP",
    "NOT_SSE",
    "NO_OBJECT",
    "WRONG_SHAPE",
    "ByClose",
    "CrLf",
    "CutClean",
    "Drop",
    "Empty",
    "Endless",
    "ErrorInStream",
    "Fault",
    "Gzip",
    "HangUp",
    "Huge",
    "Malformed",
    "NoDone",
    "NoUsage",
    "Overflow",
    "Pings",
    "Redirect",
    "Refusal",
    "Refuse",
    "Slow",
    "SplitUtf8",
    "Stall",
    "Status",
    "UsageTwice",
    "WrongType",
    "wait_seconds",
    "wait_until",
]


# -- no stream at all


@dataclass(frozen=True, slots=True)
class Status(Fault):
    """A status other than that of a stream, or a body of one's own.

    Without a body, what the dialect says of that status; its 400 is a prompt that is too long.
    """

    code: int
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        body = error_body(dialect.name, self.code) if self.body is None else self.body
        headers = {"Content-Type": "application/json", **self.headers}
        return Response(self.code, headers, [body.encode()], "length")


def wait_seconds(seconds: float) -> dict[str, str]:
    """The header that asks for patience, in seconds."""
    return {"Retry-After": f"{seconds:g}"}


def wait_until(seconds: float) -> dict[str, str]:
    """The same as a date, which has no parts of a second."""
    when = datetime.now(UTC) + timedelta(seconds=seconds)
    return {"Retry-After": format_datetime(when, usegmt=True)}


@dataclass(frozen=True, slots=True)
class Refuse(Fault):
    """The connection is closed as soon as it is made, before anything is read.

    That is so where replies are given as a list and this one is the next when a client connects.
    On a connection that was kept open, or from a function, it is the same as `HangUp`.
    """

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        return Response(silent=True)


@dataclass(frozen=True, slots=True)
class HangUp(Fault):
    """The request is read, and the connection closed without a byte."""

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        return Response(silent=True)


@dataclass(frozen=True, slots=True)
class Redirect(Fault):
    """The request is sent on to another address."""

    to: str
    code: int = 307

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        return Response(self.code, {"Location": self.to}, [], "length")


@dataclass(frozen=True, slots=True)
class WrongType(Fault):
    """A 200 that is no stream: a web page, or a completion in one piece."""

    kind: Literal["html", "json"] = "html"

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        if self.kind == "json":
            body = json.dumps(dialect.whole(said), ensure_ascii=False).encode()
            return Response(200, {"Content-Type": "application/json"}, [body], "length")
        page = b"<!doctype html><html><body><h1>Welcome</h1></body></html>"
        return Response(200, {"Content-Type": "text/html; charset=utf-8"}, [page], "length")


# -- what is said


@dataclass(frozen=True, slots=True)
class Empty(Fault):
    """A reply without a word; reasoning stays."""

    def said(self, said: Said, dialect: Dialect) -> Said:
        return replace(said, words=())


@dataclass(frozen=True, slots=True)
class Refusal(Fault):
    """The model, or a filter behind it, declines; what was said before stays."""

    words: str = ""
    """Said in the field for refusals, where the dialect has one."""

    def said(self, said: Said, dialect: Dialect) -> Said:
        return replace(said, finish="content_filter", refusal=self.words)


@dataclass(frozen=True, slots=True)
class NoUsage(Fault):
    """Nothing is told of tokens."""

    def said(self, said: Said, dialect: Dialect) -> Said:
        return replace(said, usage=None)


@dataclass(frozen=True, slots=True)
class Overflow(Fault):
    """The prompt is longer than the window, told as the server tells it.

    Most answer 400; LM Studio tells it in a stream; Ollama cuts the prompt and says nothing, which
    shows in the count of its tokens alone.
    """

    window: int = 4096

    def said(self, said: Said, dialect: Dialect) -> Said:
        if dialect.name == "ollama" and said.usage:
            return replace(said, usage=replace(said.usage, input=self.window))
        return said

    def frames(self, frames: list[bytes], said: Said, dialect: Dialect) -> list[bytes]:
        if dialect.name == "lmstudio":
            return dialect.broken(said, error_message("lmstudio", 400))
        return frames

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        if dialect.name in ("ollama", "lmstudio"):
            return response
        return Status(400).response(response, said, dialect)


# -- the frames of the stream

BROKEN_JSON = b'data: {"choices":[{"index":0,"delta":{"content":"bro\n\n'
NOT_SSE = b"upstream connect error or disconnect/reset before headers\n\n"
NO_OBJECT = b"data: [1, 2]\n\n"
WRONG_SHAPE = b'data: {"type":7,"choices":{"delta":"x"},"usage":"none","delta":3}\n\n'
DEEP = b"data: " + b"[" * 200_000 + b"\n\n"


@dataclass(frozen=True, slots=True)
class Malformed(Fault):
    """An event that is none, between good ones."""

    after_frames: int = 1
    data: bytes = BROKEN_JSON

    def frames(self, frames: list[bytes], said: Said, dialect: Dialect) -> list[bytes]:
        return [*frames[: self.after_frames], self.data, *frames[self.after_frames :]]


@dataclass(frozen=True, slots=True)
class ErrorInStream(Fault):
    """The server fails while it speaks, and says so as its dialect does, or does not."""

    after_frames: int = 2
    message: str = "The server had an error"

    def frames(self, frames: list[bytes], said: Said, dialect: Dialect) -> list[bytes]:
        return [*frames[: self.after_frames], *dialect.broken(said, self.message)]


@dataclass(frozen=True, slots=True)
class UsageTwice(Fault):
    """The last event that tells of tokens comes twice."""

    def frames(self, frames: list[bytes], said: Said, dialect: Dialect) -> list[bytes]:
        for at in reversed(range(len(frames))):
            data = event_data(frames[at])
            if isinstance(data, dict) and data.get("usage"):
                return [*frames[: at + 1], *frames[at:]]
        return frames


@dataclass(frozen=True, slots=True)
class NoDone(Fault):
    """The last event, `[DONE]` or `message_stop`, is not sent; the response ends well."""

    def frames(self, frames: list[bytes], said: Said, dialect: Dialect) -> list[bytes]:
        return [frame for frame in frames if frame != dialect.last]


@dataclass(frozen=True, slots=True)
class Pings(Fault):
    """A sign of life before every frame."""

    each: int = 1

    def frames(self, frames: list[bytes], said: Said, dialect: Dialect) -> list[bytes]:
        return [part for frame in frames for part in (*[dialect.ping] * self.each, frame)]


@dataclass(frozen=True, slots=True)
class CrLf(Fault):
    """Lines end with CR LF, which the form of event streams allows."""

    def frames(self, frames: list[bytes], said: Said, dialect: Dialect) -> list[bytes]:
        return [frame.replace(b"\n", b"\r\n") for frame in frames]
