"""A loopback server that streams chat completions, for tests and measurements.

    python tests/peers/streamer.py --port 0 --tokens 120 --delay-ms 0

It speaks the OpenAI chat completions streaming form over HTTP/1.1: a `POST
/v1/chat/completions` with `"stream": true` is answered by server-sent events,
each in an HTTP chunk of its own: the role, then one chunk a token, then the
finish reason, then the usage when `stream_options.include_usage` asks for it,
then `[DONE]`. Every reply has the same words: `words(tokens)`.

The first line on stdout is `{"port": N}`. The server ends when its stdin is
closed, so it does not outlive the process that holds the other end of the pipe.

Without a delay a whole reply is one write. With a delay of D ms, token i is
written on its own, D * (i + 1) ms after the head of the reply, however late the
ones before it were. Replies are rendered once and kept, to leave the processor
to the client under measurement.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from itertools import cycle, islice
from typing import Any

_SAYING = (
    "the motion rests on a claim that no one here has yet shown : first , what it costs "
    "; second , who pays . I grant my colleague's point about trade but deny its weight "
    "because history , read fairly , cuts the other way — a naïve treaty binds only weak "
    "states while strong ones wait . Let us ask instead which border would hold ."
)
_WORDS = _SAYING.split()
_LONGEST_HEAD = 1 << 16
_EVENT_STREAM = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)


def words(tokens: int) -> list[str]:
    """The tokens of a reply, in order; joined, they are its text."""
    picked = islice(cycle(_WORDS), tokens)
    return [w if i == 0 or w in ",.:;" else f" {w}" for i, w in enumerate(picked)]


def _event(data: str) -> bytes:
    body = f"data: {data}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(body), body)


def _chunk(model: str, choices: Sequence[dict[str, Any]], **more: Any) -> bytes:
    head = {"id": "chatcmpl-0", "object": "chat.completion.chunk", "created": 0, "model": model}
    body = {**head, "choices": choices, **more}
    return _event(json.dumps(body, ensure_ascii=False, separators=(",", ":")))


def _choice(delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


@lru_cache(maxsize=64)
def _steps(model: str, tokens: int) -> tuple[bytes, ...]:
    """What is written before, with and after each token, but for the usage and the end."""
    first = _EVENT_STREAM + _chunk(model, [_choice({"role": "assistant", "content": ""})])
    deltas = (_chunk(model, [_choice({"content": w})]) for w in words(tokens))
    return (first, *deltas, _chunk(model, [_choice({}, "stop")]))


@lru_cache(maxsize=64)
def _joined(model: str, tokens: int) -> bytes:
    return b"".join(_steps(model, tokens))


def _tail(model: str, request: dict[str, Any], sent: int, tokens: int) -> bytes:
    usage = b""
    if (request.get("stream_options") or {}).get("include_usage"):
        prompt = sent // 5
        counts = {
            "prompt_tokens": prompt,
            "completion_tokens": tokens,
            "total_tokens": prompt + tokens,
        }
        usage = _chunk(model, [], usage=counts)
    return usage + _event("[DONE]") + b"0\r\n\r\n"


def _refusal(status: str, message: str) -> bytes:
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


async def _stream(
    writer: asyncio.StreamWriter, request: dict[str, Any], sent: int, tokens: int, delay: float
) -> None:
    model = str(request.get("model", "streamer"))
    tail = _tail(model, request, sent, tokens)
    if not delay:
        writer.write(_joined(model, tokens) + tail)
        await writer.drain()
        return
    clock = asyncio.get_running_loop().time
    *steps, finish = _steps(model, tokens)
    start = clock()
    for i, step in enumerate(steps):
        if (wait := start + i * delay - clock()) > 0:
            await asyncio.sleep(wait)
        writer.write(step)
        await writer.drain()
    writer.write(finish + tail)
    await writer.drain()


async def _serve_one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tokens: int, delay: float
) -> bool:
    """Answer one request; say whether the connection may carry another."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head[:-4].split("\r\n")
    headers = {k.lower(): v.strip() for k, _, v in (f.partition(":") for f in fields)}
    length = headers.get("content-length", "0")
    if not length.isdecimal() or "transfer-encoding" in headers:
        writer.write(_refusal("411 Length Required", "a content-length is needed"))
        return False
    body = await reader.readexactly(int(length))
    method, target, _ = line.split(" ", 2)
    if (method, target) != ("POST", "/v1/chat/completions"):
        writer.write(_refusal("404 Not Found", f"nothing at {method} {target}"))
    else:
        try:
            request = json.loads(body)
        except ValueError:
            request = None
        if isinstance(request, dict) and request.get("stream") is True:
            await _stream(writer, request, len(body), tokens, delay)
        else:
            writer.write(_refusal("400 Bad Request", "only stream=true is served"))
    await writer.drain()
    return headers.get("connection", "").lower() != "close"


async def serve(port: int, tokens: int, delay: float) -> asyncio.Server:
    """Listen on the loopback address; `delay` is in seconds a token."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _serve_one(reader, writer, tokens, delay):
                pass
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass  # The client left, or does not speak HTTP.
        except asyncio.CancelledError:
            pass  # The server ends; raised further, asyncio before 3.12 would log it.
        finally:
            writer.close()

    return await asyncio.start_server(
        connected, "127.0.0.1", port, limit=_LONGEST_HEAD, backlog=1024
    )


async def _run(port: int, tokens: int, delay: float) -> None:
    server = await serve(port, tokens, delay)
    loop, orphaned = asyncio.get_running_loop(), asyncio.Event()

    def watch_stdin() -> None:
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(orphaned.set)

    threading.Thread(target=watch_stdin, daemon=True).start()
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await orphaned.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Stream canned chat completions on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--tokens", type=int, default=120, help="tokens a reply")
    parser.add_argument("--delay-ms", type=float, default=0.0, help="between tokens")
    given = parser.parse_args()
    asyncio.run(_run(given.port, given.tokens, given.delay_ms / 1000))


if __name__ == "__main__":
    main()
