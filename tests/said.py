"""What a model says, and what it is to be a dialect: see `dialects`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a call took, told by each dialect in its own fields. None is left out or null."""

    input: int = 100
    """The whole prompt, with what was cached and what was written to the cache."""
    cached: int | None = None
    written: int | None = None
    output: int = 10
    """All that was generated, reasoning too."""
    reasoning: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One reply, before it is put in a dialect."""

    words: Sequence[str] = ("A plain ", "answer.")
    """One piece a frame."""
    reasoning: Sequence[str] = ()
    finish: str = "stop"
    """`stop`, `length` or `content_filter`; a dialect that calls it otherwise does so."""
    usage: Tokens | None = Tokens()
    model: str = "served-model"
    refusal: str = ""
    """Words of a refusal, where a dialect has a field of their own for them (OpenAI)."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one server speaks."""

    name: str
    frames: Callable[[Said], list[bytes]]
    """A whole stream: one event or comment a frame, each with its blank line."""
    whole: Callable[[Said], dict[str, Any]]
    """The same reply where no stream was asked for."""
    broken: Callable[[Said, str], list[bytes]]
    """The frames that end a stream in which the server fails, with its message."""
    ping: bytes = b": ping\n\n"
    last: bytes = b"data: [DONE]\n\n"
    path: str = "/chat/completions"
    usage_unasked: bool = False
    """Whether usage is sent without `stream_options.include_usage`."""


def sse(data: object, event: str = "") -> bytes:
    """One server-sent event. Characters stand as themselves, so that they can be cut in two."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {text}\n\n".encode()


def event_data(frame: bytes) -> Any:
    """The JSON of a frame; None if it is a comment or no JSON."""
    for line in frame.decode().splitlines():
        if line.startswith("data: "):
            try:
                return json.loads(line.removeprefix("data: "))
            except ValueError:
                return None
    return None
