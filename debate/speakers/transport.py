"""httpx over aiohttp's connections.

httpx is the client that the rest of the program knows. Its own transport takes twice the processor
time of this one for a streamed reply, most of it per chunk, which is per token (measured by
`tests/peers/overhead.py`). `httpx-aiohttp` is that transport; what it reports of failures is mended
here, because a retry must know whether a request was ever sent: as installed (0.2.0) it calls a
refused connection and a dropped one a connection time-out, and lets some of aiohttp's own errors
through.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

# The first that fits counts, so the narrow stand before the broad.
_KINDS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.SocketTimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ClientOSError, httpx.ReadError),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
)


def new_client(
    *, tls: bool = True, trust_env: bool = True, keep_alive: bool = True
) -> httpx.AsyncClient:
    """A client for streamed calls: no redirects, no cookies, no limit on connections.

    Args:
        tls: Whether the endpoint is asked over TLS. Without it no certificates are loaded, which
            takes longer than a whole short call, and a TLS connection would be refused.
        trust_env: Whether proxies named in the environment are used.
        keep_alive: Whether a connection serves more than one call.
    """
    context = _certificates() if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=context, force_close=not keep_alive),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=trust_env,
        )

    transport = _Transport(client=session, verify=context)
    return httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=trust_env)


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class NothingCame(httpx.ReadTimeout):
    """A server had sent no byte of a body when the time for it was over."""


#: Among a request's extensions: when the first byte of the body must have come, by the event
#: loop's clock. A read time-out alone would give as long again to whoever sends headers at once.
BEGIN_BY = "yalta.begin_by"


class _Transport(AiohttpTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        begin_by = request.extensions.get(BEGIN_BY)
        with _as_httpx():
            async with _until(begin_by):
                response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Body(response.stream, begin_by)
        return response


class _Body(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, begin_by: float | None) -> None:
        self._inner, self._begin_by = inner, begin_by

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            pieces = aiter(self._inner)
            async with _until(self._begin_by):
                first = await anext(pieces, b"")
            yield first
            async for piece in pieces:
                yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


@contextlib.asynccontextmanager
async def _until(moment: float | None) -> AsyncIterator[None]:
    late = asyncio.timeout_at(moment)
    try:
        async with late:
            yield
    except TimeoutError:
        if late.expired():
            raise NothingCame("nothing came in time") from None
        raise


@contextlib.contextmanager
def _as_httpx() -> Iterator[None]:
    """Give each of aiohttp's errors the httpx error that means the same."""
    try:
        yield
    except (httpx.TransportError, aiohttp.ClientError) as error:
        cause = error.__cause__ if isinstance(error, httpx.TransportError) else error
        kind = next((mine for theirs, mine in _KINDS if isinstance(cause, theirs)), None)
        if kind is None:
            raise
        raise kind(str(cause) or type(cause).__name__) from cause
