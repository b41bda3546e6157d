"""Asking a `ModelServer`, and reading what it sends: for its own tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
from dialects import Said, Tokens, event_data
from fault import Fault
from model_server import ModelServer, Reply

ASK = {"model": "m-1", "stream": True, "stream_options": {"include_usage": True}}
SAID = Said(["你", "好 🌍"], ["Hm", "m."], usage=Tokens(100, 60, 20, 10, 4), model="kimi-k2.6")


async def post(
    server: ModelServer, body: Any = ASK, path: str = "/chat/completions"
) -> httpx.Response:
    async with client() as asker:
        return await asker.post(server.url + path, json=body)


async def answer(*parts: Said | Fault, dialect: str = "openai", body: Any = ASK) -> httpx.Response:
    async with ModelServer(Reply(dialect, *parts)) as server:
        return await post(server, body)


def events(text: bytes) -> list[Any]:
    """The JSON of a stream's events."""
    return [data for part in text.split(b"\n\n") if (data := event_data(part)) is not None]


def spoken(text: bytes, *fields: str) -> str:
    """All text in these fields of the deltas."""
    out = []
    for event in events(text):
        choices = event.get("choices") or [{}]
        delta = event.get("delta") or choices[0].get("delta") or {}
        out += [delta.get(field) or "" for field in fields]
    return "".join(out)


def client(**options: Any) -> httpx.AsyncClient:
    # Reading certificates takes longer than most of these tests.
    return httpx.AsyncClient(verify=False, timeout=5, **options)


async def raw(
    server: ModelServer, body: Any = ASK
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection over which a request was sent."""
    port = int(server.url.rpartition(":")[2].removesuffix("/v1"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = json.dumps(body).encode()
    writer.write(b"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
    return reader, writer


async def all_bytes(server: ModelServer) -> bytes:
    """All that comes over a connection until it closes."""
    reader, writer = await raw(server)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)
