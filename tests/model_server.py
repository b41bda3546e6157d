"""A model's server on loopback that speaks any provider's dialect and has any fault.

    async with ModelServer(Reply("moonshot", Said(["你好", "。"], reasoning=["Hm."]))) as server:
        ...                                         # server.url is http://127.0.0.1:PORT/v1
        assert server.asked[0].body["stream"]

A reply is a dialect, what is said, and what goes wrong:

    Reply("openai")                                          # "A plain answer.", and all is well
    Reply("anthropic", Said(["Half a"]), Drop(after_frames=4))
    Reply("moonshot", Status(429, headers=wait_seconds(2)))  # in Moonshot's words
    Reply("lmstudio", Overflow())
    Reply("deepseek", Said(["一"]), Pings(), SplitUtf8())     # faults work in this order

`after_frames` counts whole events and comments as the dialect sends them: `DIALECTS[name].frames`.

The server has one reply for all requests, or a list, of which each request has the next and the
last stays, or a function (plain or async) of what was asked:

    ModelServer([Reply("openai", Status(503)), Reply("openai")])
    ModelServer(lambda asked: Reply("openai", Said([asked.body["model"]])))

In a test without a loop, `with ModelServer(...).in_thread() as server:` is the same server in a
thread of its own. `nobody()` is an address where no one listens.

Whether usage is sent follows the request where the provider does so (`stream_options`). Connections
are kept open as real servers keep them. What the test's own function raises is raised again when
the block is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import itertools
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import TracebackType
from typing import Any

from anyio.from_thread import start_blocking_portal
from dialects import DIALECTS, Said, Tokens
from fault import EVENT_STREAM, End, Fault, Pause, Response
from faults import Refuse

__all__ = ["Asked", "ModelServer", "Reply", "Said", "Tokens", "nobody"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: Any
    """Its JSON; None if there is no body."""
    at: float
    """On the monotonic clock, in seconds."""
    connection: int
    """Which of the server's connections it came over, from 0."""


class Reply:
    """What is answered to one request.

    Args:
        dialect: One of `DIALECTS`.
        parts: What is said, a plain answer if nothing is, and the faults.
    """

    def __init__(self, dialect: str = "openai", *parts: Said | Fault) -> None:
        self.dialect = DIALECTS[dialect]
        self.says = next((part for part in parts if isinstance(part, Said)), Said())
        self.faults = [part for part in parts if isinstance(part, Fault)]

    def response(self, asked: Asked) -> Response:
        """The response, with all its faults."""
        said, dialect = self.says, self.dialect
        if not dialect.usage_unasked and not _asks_for_usage(asked.body):
            said = replace(said, usage=None)
        for fault in self.faults:
            said = fault.said(said, dialect)
        frames = dialect.frames(said)
        for fault in self.faults:
            frames = fault.frames(frames, said, dialect)
        response = Response(200, EVENT_STREAM, frames)
        for fault in self.faults:
            response = fault.response(response, said, dialect)
        return response


def _asks_for_usage(body: Any) -> bool:
    options = body.get("stream_options") if isinstance(body, dict) else None
    return bool((options or {}).get("include_usage"))


Answer = Callable[[Asked], Reply | Awaitable[Reply]]


class ModelServer:
    """Serves until the block is left.

    Attributes:
        asked: Every request, in the order in which they came.
        left: Those whose client went before the response had ended.
        connections: How many connections were made, refused ones too.
        refusing: So many of the next connections are closed before anything is read.
        open_at_once: Requests that are being answered.
        most_at_once: The most there were of them.
    """

    def __init__(
        self, answer: Answer | Sequence[Reply] | Reply | None = None, *, refusing: int = 0
    ) -> None:
        self.asked: list[Asked] = []
        self.left: list[Asked] = []
        self.connections = 0
        self.refusing = refusing
        self.open_at_once = 0
        self.most_at_once = 0
        self._answer = answer if callable(answer) else None
        replies = [answer or Reply()] if isinstance(answer, Reply | None) else answer
        self._replies: list[Reply] = [] if callable(replies) else list(replies)
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._failures: list[Exception] = []
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The base URL, up to and with the version."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> ModelServer:
        # Hundreds of conferences may connect in one turn of the loop.
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=1024)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        still = dict(self._open)
        for task, writer in still.items():
            writer.transport.abort()  # a client that does not read would be waited for
            task.cancel()
        await asyncio.gather(*still, return_exceptions=True)
        await self._server.wait_closed()
        if self._failures and error is None:
            raise self._failures[0]

    @contextlib.contextmanager
    def in_thread(self) -> Iterator[ModelServer]:
        """The same, in a thread and a loop of its own."""
        with start_blocking_portal() as portal, portal.wrap_async_context_manager(self):
            yield self

    # -- one connection

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: asyncio's own complains on some versions when it is cancelled.
        task = asyncio.create_task(self._serve(reader, writer))
        self._open[task] = writer
        task.add_done_callback(self._open.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.connections = self.connections, self.connections + 1
        try:
            if self._refused():
                return
            while asked := await _read(reader, number):
                if not await self._respond(asked, reader, writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # a client that goes is no news
        except Exception as failure:
            self._failures.append(failure)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _refused(self) -> bool:
        if self.refusing > 0:
            self.refusing -= 1
            return True
        listed = self._replies[:1]
        if listed and any(isinstance(fault, Refuse) for fault in listed[0].faults):
            self._next()
            return True
        return False

    def _next(self) -> Reply:
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    async def _respond(
        self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer one request, and say whether the connection may serve another."""
        if asked.method == "GET":  # it keeps no lists, of models or of anything
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return True
        self.asked.append(asked)
        self.open_at_once += 1
        self.most_at_once = max(self.most_at_once, self.open_at_once)
        try:
            reply = self._answer(asked) if self._answer else self._next()
            if inspect.isawaitable(reply):
                reply = await reply
            return await _send(reply.response(asked), reader, writer)
        except ConnectionError:
            self.left.append(asked)
            raise
        finally:
            self.open_at_once -= 1


def nobody() -> str:
    """The base URL of a port of this machine where no one listens: a refused connection."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


async def _read(reader: asyncio.StreamReader, connection: int) -> Asked | None:
    """The next request; None once the client has closed."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (ln.partition(":") for ln in lines)
    }
    raw = await reader.readexactly(int(headers.get("content-length", 0)))
    body = json.loads(raw) if raw else None
    return Asked(method, path, headers, body, time.monotonic(), connection)


async def _send(
    response: Response, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    if response.silent:
        return False
    body = response.body
    headers = dict(response.headers)
    if response.framing == "length":
        body = list(body)
        length = sum(len(item) for item in body if isinstance(item, bytes))
        headers["Content-Length"] = str(length)
    elif response.framing == "chunked":
        headers["Transfer-Encoding"] = "chunked"
    else:
        headers["Connection"] = "close"
    writer.write(_head(response.status, headers))
    for item in itertools.chain([b""], body):
        if isinstance(item, bytes):
            await _write(item, response.framing == "chunked", reader, writer)
        elif isinstance(item, Pause):
            await _wait_for_client(reader, item.seconds)
        else:
            await _end(item, reader, writer)
            return False
    if response.framing == "chunked":
        writer.write(b"0\r\n\r\n")
        await writer.drain()
    return response.framing != "close"


def _head(status: int, headers: dict[str, str]) -> bytes:
    known = {member.value: member.phrase for member in HTTPStatus}
    lines = [f"HTTP/1.1 {status} {known.get(status, 'Overloaded')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


async def _write(
    data: bytes, chunked: bool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    if data:
        writer.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
    await writer.drain()
    # A turn of the loop between two writes: a client of the same loop reads each by itself, and
    # text without end does not keep the loop to itself.
    await asyncio.sleep(0)
    if reader.at_eof():
        raise ConnectionResetError("the client went")


async def _wait_for_client(reader: asyncio.StreamReader, seconds: float | None) -> None:
    """Stay silent for some time, or for good.

    Raises:
        ConnectionResetError: as soon as the client has gone.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await reader.read(1)  # a client says nothing more before it has its response
            raise ConnectionResetError("the client went")


async def _end(end: End, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if end is End.HANG:
        await _wait_for_client(reader, None)
    elif end is End.RESET:
        # What came before is to be read before the reset is: it may overtake what is unread.
        await asyncio.sleep(0.01)
        connection: Any = writer.get_extra_info("socket")
        with contextlib.suppress(OSError):  # it is closed already: the client has gone
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
