"""What an endpoint bears: so many calls at one time, so many calls and tokens in a minute.

One `Limits` stands before each endpoint, whoever asks it: every seat, and every conference that
runs in this process. When a server says that it is asked too much, fewer are asked at one time
from then on, and with every call that goes well a little more again (additive increase,
multiplicative decrease, as TCP does it: Jacobson, "Congestion avoidance and control", 1988).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from aiolimiter import AsyncLimiter

from debate.errors import SpeakerError

# A server may ask to be left alone for an hour. Who waits in a queue for longer than this is told
# instead, and can give up or go elsewhere.
_LONGEST = 30.0
# So long a server is believed on everybody's behalf; then somebody asks it again.
_BELIEVED = 600.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a user, or a provider's page, says of an endpoint; None is no bound."""

    concurrency: int = 64
    """Calls at one time."""
    requests: int | None = None
    """Calls begun in a minute."""
    tokens: int | None = None
    """Tokens asked for in a minute: those of the prompt, and the room for the reply."""


class Limits:
    """The gate before one endpoint, for one event loop."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._allowed = float(bounds.concurrency)
        self._open = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._not_before = 0.0
        self._slowed_at = self._heard_at = float("-inf")
        self.answered = False
        """Whether the server has ever answered, if only with an error."""
        # Spread over the minute rather than all at its beginning: a burst of a tenth at most.
        self._requests = _rate(bounds.requests)
        self._tokens = _rate(bounds.tokens)

    @property
    def allowed(self) -> int:
        """Calls that may be open at one time now."""
        return max(1, int(self._allowed))

    @property
    def open(self) -> int:
        """Calls that are open now, or about to be."""
        return self._open

    @asynccontextmanager
    async def slot(self, tokens: int) -> AsyncIterator[None]:
        """Wait until one more call may be made, and hold its place while it lasts.

        Args:
            tokens: About how many it asks for, prompt and room for the reply together.

        Raises:
            SpeakerError: if the server has asked to be left alone for long.
        """
        await self._enter()
        try:
            if self._requests is not None:
                await self._requests.acquire()
            if self._tokens is not None:
                left = float(min(tokens, self.bounds.tokens or 0))
                while left > 0:  # in pieces, since a burst is smaller than a long prompt
                    piece = min(left, self._tokens.max_rate)
                    await self._tokens.acquire(piece)
                    left -= piece
            await self._until_free()
            yield
        finally:
            self._leave()

    def slow_down(self, seconds: float | None = None) -> None:
        """The server is asked too much: half as many at one time from here on.

        Args:
            seconds: How long it wants to be left alone, if it says so; nobody asks it meanwhile.
        """
        now = asyncio.get_running_loop().time()
        if seconds:
            self._not_before = max(self._not_before, now + min(seconds, _BELIEVED))
        # Calls that were open together fail together: they count as one sign.
        if now - self._slowed_at > 1.0:
            self._slowed_at = now
            self._allowed = max(1.0, min(self._allowed, self._open) / 2)

    def heard(self) -> None:
        """The server has sent something, on whatever call."""
        self._heard_at = asyncio.get_running_loop().time()

    def silent_for(self) -> float:
        """Seconds since the server sent anything, on whatever call."""
        return asyncio.get_running_loop().time() - self._heard_at

    def went_well(self) -> None:
        """A call came to its end."""
        self._allowed = min(self.bounds.concurrency, self._allowed + 1 / self.allowed)
        self._wake()

    async def _enter(self) -> None:
        if self._open < self.allowed and not self._waiting:
            self._open += 1
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it was let in just then
                self._leave()
            else:
                with suppress(ValueError):  # it was called just then
                    self._waiting.remove(place)
            raise

    async def _until_free(self) -> None:
        loop = asyncio.get_running_loop()
        while (wait := self._not_before - loop.time()) > 0:
            if wait > _LONGEST:
                raise SpeakerError(
                    f"the server has asked to be left alone for {wait:.0f} s more", wait=wait
                )
            await asyncio.sleep(wait)

    def _leave(self) -> None:
        self._open -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self._open < self.allowed:
            place = self._waiting.popleft()
            if not place.done():
                self._open += 1
                place.set_result(None)


_Gates = dict[tuple[str, float], Limits]
_SHARED: WeakKeyDictionary[asyncio.AbstractEventLoop, _Gates] = WeakKeyDictionary()


_SHARE: ContextVar[float] = ContextVar("_SHARE", default=1.0)


@contextmanager
def sharing(part: float) -> Iterator[None]:
    """Let what runs in here ask no more than a part of what each endpoint bears, as where other
    processes ask it too.

    Args:
        part: Of every bound, above 0; at least one call at one time remains.
    """
    before = _SHARE.set(part)
    try:
        yield
    finally:
        _SHARE.reset(before)


def _part(bounds: Bounds, share: float) -> Bounds:
    def of(bound: int | None) -> int | None:
        return None if bound is None else max(1, int(bound * share))

    return Bounds(of(bounds.concurrency) or 1, of(bounds.requests), of(bounds.tokens))


def limits_of(endpoint: str, bounds: Bounds) -> Limits:
    """The gate before an endpoint in the event loop that runs.

    Args:
        endpoint: Names the endpoint, and whose account is asked there.
        bounds: Of a gate that is not there yet.
    """
    shared, share = _SHARED.setdefault(asyncio.get_running_loop(), {}), _SHARE.get()
    return shared.setdefault((endpoint, share), Limits(_part(bounds, share)))


def _rate(a_minute: int | None) -> AsyncLimiter | None:
    if a_minute is None:
        return None
    # The same rate over a shorter time: no burst fills the minute at once.
    return AsyncLimiter(max(1.0, a_minute / 10), 6.0 if a_minute >= 10 else 60.0 / a_minute)
