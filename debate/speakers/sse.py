"""The events of a streamed answer, decoded by httpx-sse, its size bounded."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
from httpx_sse import ServerSentEvent
from httpx_sse._decoders import SSEDecoder

from debate.errors import SpeakerError

# Far above the longest reply; what passes them is a fault or an attack.
MAX_REPLY = 64 * 1024 * 1024
MAX_LINE = 4 * 1024 * 1024


async def events(response: httpx.Response) -> AsyncGenerator[ServerSentEvent]:
    """Each server-sent event that holds data.

    Lines are split here, on bytes: a newline byte is never part of a character, while text that
    is split at U+2028 and the like, as `aiter_lines` does, breaks JSON in two.

    Raises:
        SpeakerError: if the answer has no end.
    """
    decoder = SSEDecoder()
    rest, read = b"", 0
    async for piece in response.aiter_bytes():
        read += len(piece)
        *lines, rest = (rest + piece).split(b"\n")
        if read > MAX_REPLY or len(rest) > MAX_LINE:
            raise SpeakerError("the reply has no end: it was broken off")
        for line in lines:
            event = decoder.decode(line.decode("utf-8", "replace").rstrip("\r"))
            if event is not None and event.data:
                yield event
    # A server that closes without a last blank line has still said what it said.
    for last in (rest.decode("utf-8", "replace").rstrip("\r"), ""):
        event = decoder.decode(last)
        if event is not None and event.data:
            yield event


async def body(response: httpx.Response, limit: int) -> bytes:
    """What a response holds, up to some bytes; the rest is left unread."""
    out = bytearray()
    async for piece in response.aiter_bytes():
        out += piece
        if len(out) > limit:
            break
    return bytes(out[:limit])
