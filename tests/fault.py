"""What a fault is, and the response that it changes: see `faults`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from said import Dialect, Said


class End(Enum):
    """How a connection ends before its response does."""

    RESET = "reset"
    CLOSE = "close"
    HANG = "hang"
    """It stays open, silent, until the client goes."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence of so many seconds, cut short if the client goes."""

    seconds: float


Item = bytes | Pause | End


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent for one request. The body's bytes are each written, and chunked, by itself."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Iterable[Item] = ()
    framing: Literal["chunked", "length", "close"] = "chunked"
    """How the body's end is told: `close` has no other sign than that."""
    silent: bool = False
    """Nothing is sent at all: the connection is closed."""


EVENT_STREAM = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}


class Fault:
    """Something that goes wrong. As it stands it changes nothing."""

    def said(self, said: Said, dialect: Dialect) -> Said:
        return said

    def frames(self, frames: list[bytes], said: Said, dialect: Dialect) -> list[bytes]:
        return frames

    def response(self, response: Response, said: Said, dialect: Dialect) -> Response:
        return response
