"""One streamed call to a model's server over httpx: the key, the gate, what can go wrong.

A family of servers says how it is asked and how its stream is read; see `chat` and `anthropic`.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

import httpx

from debate.errors import SpeakerError, UserError
from debate.events import Profile, Thinking
from debate.speakers.base import Part, Prompt, Reading, Silence
from debate.speakers.endpoint import Endpoint
from debate.speakers.failures import error_in, failure
from debate.speakers.families import Wanted
from debate.speakers.limits import Limits, limits_of
from debate.speakers.sse import MAX_LINE
from debate.speakers.sse import body as read_body

_ERROR_SHOWN = 500
_ERROR_READ = 64 * 1024
_CONNECT_SECONDS = 10.0

# Tokens for each level of thinking: what the providers that take a number count as such.
_ROOM = {"off": 0, "low": 2048, "medium": 8192, "high": 24576}

# What can be read without a reply growing a thousandfold twice. Nothing of it is asked for.
_ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})


class HttpSpeaker:
    """A model behind an HTTP endpoint.

    Attributes:
        path: What follows the base URL.
        caches: Whether such servers have a prefix cache, as far as is known.
        elsewhere: Where such a server may be found as well, if it cannot be reached.
        start: How such a server is started, where it runs on this machine.
        tells_window: Whether such a server says how large a window it was started with.
    """

    path: ClassVar[str] = ""
    caches: ClassVar[bool | None] = None
    elsewhere: ClassVar[str] = ""
    start: ClassVar[str] = "see that a server listens there"
    tells_window: ClassVar[bool] = False

    def __init__(self, profile: Profile, endpoint: Endpoint) -> None:
        self._profile = profile
        self._endpoint = endpoint
        self._client: httpx.AsyncClient | None = None

    @classmethod
    def make(cls, wanted: Wanted) -> Self:
        """The speaker of a model that a profile describes.

        Raises:
            UserError: if the profile's address is none, or the model cannot be asked so.
        """
        provider, known = wanted.provider, wanted.known
        if provider is None:
            raise UserError(f"{wanted.model!r} names no server", hint="add it to profiles.yaml")
        room = provider.reasoning_room
        if wanted.thinking:
            cls.check_thinking(wanted.name, wanted.thinking)
            room = thinking_room(wanted.thinking)
        profile = Profile(
            model=wanted.model,
            family=provider.family,
            endpoint=provider.base_url,
            name=wanted.name,
            window=known.window if known else None,
            price=known.price if known else None,
            sampling=known.sampling if known else {},
            extra={**provider.extra_body, **(known.extra_body if known else {})},
            thinking=wanted.thinking,
            reasoning_room=room,
            caches=provider.caches if provider.caches is not None else cls.caches,
        )
        return cls(profile, Endpoint.of(provider))

    @classmethod
    def check_thinking(cls, name: str, thinking: Thinking) -> None:
        """See that a model can be asked to think so much.

        Raises:
            UserError: if it cannot.
        """
        raise NotImplementedError

    # -- what a family says

    def request_body(self, prompt: Prompt) -> dict[str, Any]:
        """What is asked."""
        raise NotImplementedError

    def key_headers(self, key: str | None) -> Mapping[str, str]:
        """How the key is shown."""
        return {"Authorization": f"Bearer {key}"} if key else {}

    def parts(self, response: httpx.Response) -> AsyncGenerator[Part]:
        """Read the server's stream.

        Raises:
            SpeakerError: if it is no such stream, holds an error, or ends before the reply does.
        """
        raise NotImplementedError

    def whole(self, body: bytes) -> list[Part]:
        """Read a reply in one piece, from a server or a gateway that does not stream.

        Raises:
            SpeakerError: if it is none, or holds an error.
        """
        raise NotImplementedError

    # -- for the conference

    @property
    def profile(self) -> Profile:
        return self._profile

    @property
    def endpoint(self) -> Endpoint:
        """Where it is asked."""
        return self._endpoint

    def check_key(self) -> None:
        """See that the key that it needs is there, without asking anybody.

        Raises:
            KeyMissing: if it is not.
            UserError: if it is none.
        """
        self._key()

    async def check_running(self) -> None:
        """See that something listens at the address, if it is one of this machine's own.

        Raises:
            SpeakerError: if nothing does.
        """
        from debate.speakers.discovery import on_loopback

        if not on_loopback(self._endpoint.base_url):
            return
        address = urlsplit(self._endpoint.base_url)
        port = address.port or (443 if address.scheme == "https" else 80)
        with suppress(TimeoutError):  # it is there, and busy
            async with asyncio.timeout(_CONNECT_SECONDS):
                try:
                    _, writer = await asyncio.open_connection(address.hostname, port)
                except OSError:
                    raise self._not_running() from None
                writer.close()

    async def prepare(self) -> None:
        self.check_key()
        if self.tells_window and self._profile.window is None:
            from debate.speakers.discovery import served_window

            name = self._profile.name or self._profile.model
            if window := await served_window(self._endpoint.base_url, name):
                self._profile = self._profile.model_copy(update={"window": window})

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Part]:
        limits = self._limits()
        room = prompt.tokens + prompt.max_tokens + self._profile.reasoning_room
        async with limits.slot(room):
            endpoint = await self._connect()
            yield Reading()
            accepted = begun = False
            silence = self._silence(prompt)
            try:
                request = self._request(endpoint, prompt, silence)
                response = await self._http().send(request, stream=True)
                limits.answered = True
                try:
                    await self._check(response)
                    accepted = True
                    if _kind(response) == "application/json":
                        for part in self.whole(await read_body(response, MAX_LINE)):
                            yield part
                    else:
                        async for part in self.parts(response):
                            begun = True
                            limits.heard()
                            yield part
                finally:
                    await response.aclose()
            except SpeakerError as error:
                # Cut last: half a key could not be told any more.
                error.message = self._endpoint.redacted(error.message)[:_ERROR_SHOWN]
                error.args = (error.message,)
                error.accepted = accepted
                if error.busy:
                    limits.slow_down(error.wait)
                raise
            except httpx.TimeoutException as error:
                raise self._too_late(error, silence, limits, begun=begun) from None
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                why = f"{self._name} dropped the connection"
                raise SpeakerError(why, accepted=True) from None
            except httpx.DecodingError:
                why = f"{self._name} sent what cannot be unpacked"
                raise SpeakerError(why, accepted=True) from None
            except httpx.HTTPError as error:
                raise self._unreachable(error, endpoint, limits) from None
            limits.went_well()

    # -- how it is asked

    async def _connect(self) -> Endpoint:
        """The endpoint to ask, made ready."""
        return self._endpoint

    def _limits(self) -> Limits:
        endpoint = self._endpoint
        return limits_of(f"{endpoint.base_url} {endpoint.key_env}", endpoint.bounds)

    def _key(self) -> str | None:
        return self._endpoint.key(self._name)

    @property
    def _name(self) -> str:
        return self._profile.model

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            from debate.speakers.transport import new_client  # aiohttp takes long to import

            self._client = new_client(tls=self._endpoint.base_url.startswith("https:"))
        return self._client

    def _silence(self, prompt: Prompt) -> Silence:
        """What is borne of the server for one call."""
        stall, borne = self._endpoint.stall, prompt.silence
        if borne is None:
            return Silence(stall, stall)
        return Silence(min(stall, borne.first), min(stall, borne.later))

    def _request(self, endpoint: Endpoint, prompt: Prompt, silence: Silence) -> httpx.Request:
        from debate.speakers.transport import BEGIN_BY

        client = self._http()
        # Uncompressed: a stream gains little by it, and a small body could unfold without bound.
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        begin_by = asyncio.get_running_loop().time() + silence.first
        return client.build_request(
            "POST",
            f"{endpoint.base_url.rstrip('/')}{self.path}",
            json=self.request_body(prompt),
            headers={**headers, **self.key_headers(self._key())},
            timeout=httpx.Timeout(
                min(_CONNECT_SECONDS, silence.first), read=silence.later, pool=None
            ),
            extensions={BEGIN_BY: begin_by},
        )

    async def _check(self, response: httpx.Response) -> None:
        """Raise for a response that is not the stream that was asked for."""
        status = response.status_code
        if status == 200 and _kind(response) == "text/html":
            raise SpeakerError(
                f"{self._name}: the server sent a web page, not a reply",
                hint=f"is {self._endpoint.base_url} the whole address, with its /v1?",
                final=True,
            )
        packed = response.headers.get("content-encoding", "").strip().lower()
        if packed not in _ENCODINGS:
            raise SpeakerError(f"{self._name} packs what it sends, unasked", final=True)
        if status == 200:
            return
        if 300 <= status < 400:
            # Never followed: the key would go with the request.
            raise SpeakerError(f"{self._name}: the server redirects elsewhere", final=True)
        told = failure(error_in(await read_body(response, _ERROR_READ)), status, response.headers)
        if told.final and told.hint is None and status in (401, 403):
            key_shown = self._key() is not None
            raise self._endpoint.refused(self._name, status, told.said, key_shown=key_shown)
        raise SpeakerError(
            f"{self._name} answered {status}: {told.said}",
            hint=told.hint,
            final=told.final,
            busy=told.busy,
            wait=told.wait,
        )

    def _too_late(
        self, error: httpx.TimeoutException, silence: Silence, limits: Limits, *, begun: bool
    ) -> SpeakerError:
        """What to say of a server that was silent for longer than is borne."""
        from debate.speakers.transport import NothingCame

        if not isinstance(error, httpx.ReadTimeout):
            return SpeakerError(f"{self._name} did not answer")
        seconds = silence.first if isinstance(error, NothingCame) else silence.later
        if not begun and limits.silent_for() < seconds:
            # Others of our calls were answered meanwhile, and this one stood in its queue.
            limits.slow_down()
            late = f"{self._name} was busy with other calls for {seconds:.3g} s"
            return SpeakerError(late, accepted=True, busy=True, queued=True)
        told = f"{self._name} sent nothing for {seconds:.3g} s"
        if seconds < self._endpoint.stall:
            hint = "that was all that YALTA_PATIENCE had left: set it to more seconds, or unset it"
        else:
            hint = "if it may be silent for longer, say so: its stall in profiles.yaml, in seconds"
        return SpeakerError(told, hint=hint, accepted=True)

    def _unreachable(
        self, error: httpx.HTTPError, endpoint: Endpoint, limits: Limits
    ) -> SpeakerError:
        """What to say where no call could be made."""
        from debate.speakers.discovery import on_loopback

        cause = error.__cause__
        refused = isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED
        # A server that has answered before may come back by itself.
        if refused and not limits.answered and on_loopback(self._endpoint.base_url):
            return self._not_running()
        return SpeakerError(
            self._endpoint.redacted(f"{self._name} cannot be reached: {_why(error)}"),
            hint=f"asked at {endpoint.base_url}{self.elsewhere}",
        )

    def _not_running(self) -> SpeakerError:
        """What to say of a server that somebody has to start: no waiting does."""
        return SpeakerError(
            f"{self._name} cannot be reached: no server is running at {self._endpoint.base_url}",
            hint=f"{self.start}{self.elsewhere}; what is here: `yalta models list`",
            final=True,
        )


def _kind(response: httpx.Response) -> str:
    said: str = response.headers.get("content-type", "")
    return said.partition(";")[0].strip().lower()


def thinking_room(thinking: Thinking) -> int:
    """Tokens that thinking may take, beside the words."""
    if thinking.startswith("budget="):
        return int(thinking.removeprefix("budget="))
    return _ROOM[thinking]


def first_number(*values: Any) -> int | None:
    """The first that is a count."""
    return next((v for v in values if type(v) is int and v >= 0), None)


def _why(error: httpx.HTTPError) -> str:
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno).lower()
    return str(error) or type(error).__name__
