"""Any server that speaks the OpenAI chat-completions form, over httpx.

What servers really send differs in small ways; each way is noted where it is met.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from httpx_sse._decoders import SSEDecoder

from debate.errors import KeyMissing, SpeakerError
from debate.events import FinishReason, Profile, Usage
from debate.speakers.base import Finish, Part, Prompt, Reading, Reasoning, Text

# One name for what servers call their stop reasons; whatever else ends a reply is a stop.
_FINISH: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filter",
}
_ERROR_SHOWN = 400
_ERROR_READ = 64 * 1024
_NAME_SHOWN = 200
# Far above the longest reply; what passes them is a fault or an attack.
_MAX_REPLY = 64 * 1024 * 1024
_MAX_LINE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is and how it wants to be asked."""

    base_url: str
    """Up to and with the version: `https://host/v1`."""
    key_env: str | None = None
    """Environment variable that holds the key; None if the server wants none."""
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    max_tokens_field: str = "max_tokens"
    reasoning_room: int = 0
    """Tokens added to every limit for a model that reasons within it."""
    concurrency: int = 8
    """Requests at one time."""
    stall: float = 120.0
    """Seconds without a byte after which a stream counts as broken."""
    key_optional: bool = False
    """True if the server may be asked without a key."""
    sends_seed: bool = False
    """True if the server takes a seed for its sampling."""
    stops_at_names: bool = False
    """True if the server takes any number of stop strings, so it can stop where we would cut."""


class OpenAISpeaker:
    """A model behind an OpenAI-compatible endpoint."""

    def __init__(self, profile: Profile, endpoint: Endpoint) -> None:
        self._profile = profile
        self._endpoint = endpoint
        self._client: httpx.AsyncClient | None = None
        self._slots = asyncio.Semaphore(endpoint.concurrency)

    @property
    def profile(self) -> Profile:
        return self._profile

    async def prepare(self) -> None:
        self._key()

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Part]:
        async with self._slots:
            endpoint = await self._connect()
            yield Reading()
            try:
                request = self._request(endpoint, prompt)
                response = await self._http().send(request, stream=True)
                try:
                    await self._check(response)
                    async for part in _parts(response):
                        yield part
                finally:
                    await response.aclose()
            except httpx.TimeoutException as error:
                silent = isinstance(error, httpx.ReadTimeout)
                what = f"sent nothing for {endpoint.stall:.0f} s" if silent else "did not answer"
                raise SpeakerError(f"{self._name} {what}") from None
            except httpx.HTTPError as error:
                raise SpeakerError(
                    self._redacted(f"{self._name} cannot be reached: {_why(error)}"),
                    hint=f"asked at {endpoint.base_url}",
                ) from None

    async def _connect(self) -> Endpoint:
        """The endpoint to ask, made ready."""
        return self._endpoint

    def _key(self) -> str | None:
        name = self._endpoint.key_env
        if name is None:
            return None
        if key := os.environ.get(name, "").strip():
            return key
        if self._endpoint.key_optional:
            return None
        raise KeyMissing(
            f"{self._profile.model} needs a key", hint=f"put it in the environment: {name}=..."
        )

    @property
    def _name(self) -> str:
        return self._profile.model

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            from debate.speakers.transport import new_client  # aiohttp takes long to import

            self._client = new_client(tls=self._endpoint.base_url.startswith("https:"))
        return self._client

    def _request(self, endpoint: Endpoint, prompt: Prompt) -> httpx.Request:
        body: dict[str, Any] = {
            "model": self._profile.name,
            # Names stand in the content: most servers ignore a message's `name`.
            "messages": [{"role": m.role, "content": m.content} for m in prompt.messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            endpoint.max_tokens_field: prompt.max_tokens + endpoint.reasoning_room,
            **self._profile.sampling,
            **endpoint.extra_body,
        }
        if endpoint.sends_seed and prompt.seed is not None:
            body["seed"] = prompt.seed
        if endpoint.stops_at_names:
            body["stop"] = [f"\n{label}" for n in prompt.others for label in (f"[{n}]:", f"{n}:")]
        # Uncompressed: a stream gains little by it, and a small body could unfold without bound.
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        if key := self._key():
            headers["Authorization"] = f"Bearer {key}"
        return self._http().build_request(
            "POST",
            f"{endpoint.base_url.rstrip('/')}/chat/completions",
            json=body,
            headers=headers,
            timeout=httpx.Timeout(10.0, read=endpoint.stall, pool=None),
        )

    async def _check(self, response: httpx.Response) -> None:
        """Raise for a response that is not the stream that was asked for."""
        status = response.status_code
        if status == 200:
            return
        if 300 <= status < 400:
            raise SpeakerError(f"{self._name}: the server redirects elsewhere", final=True)
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _ERROR_READ:
                break
        said = self._redacted(_message_in(bytes(body)))
        if status in (401, 403):
            env = self._endpoint.key_env
            raise SpeakerError(
                f"{self._name} refused the key ({status}): {said}",
                hint=f"the key is read from {env}" if env else None,
                final=True,
            )
        # Worth another try: time-outs, conflicts, rate limits, and whatever is the server's fault.
        final = status < 500 and status not in (408, 409, 425, 429)
        raise SpeakerError(f"{self._name} answered {status}: {said}", final=final)

    def _redacted(self, text: str) -> str:
        name = self._endpoint.key_env
        key = os.environ.get(name, "").strip() if name else ""
        return text.replace(key, "[key]") if key else text


async def _parts(response: httpx.Response) -> AsyncGenerator[Part]:
    """Read the server's events as parts.

    Raises:
        SpeakerError: if an event is no JSON or of another shape, holds an error, or the stream
            ends too soon or not at all.
    """
    reason: str | None = None
    usage: object = None
    model: str | None = None
    done = False
    try:
        async for data in _events(response):
            if data == "[DONE]":
                done = True
                break
            chunk = json.loads(data)
            if error := chunk.get("error"):
                raise SpeakerError(f"the server broke off: {_brief(error)}")
            model = _text(chunk.get("model"))[:_NAME_SHOWN] or model
            # Some send usage twice (Moonshot: on the finishing choice and in a last chunk),
            # always of the whole call: the last one counts, and nothing is added up.
            usage = chunk.get("usage") or usage
            if progress := chunk.get("prompt_progress"):  # llama.cpp, where asked for
                read, total = (_first_number(progress.get(k)) for k in ("processed", "total"))
                yield Reading(read or 0, total)
            for choice in chunk.get("choices") or ():
                usage = choice.get("usage") or usage
                reason = _text(choice.get("finish_reason")) or reason
                delta = choice.get("delta") or {}
                # DeepSeek, Moonshot and llama.cpp say `reasoning_content`; Ollama, OpenRouter
                # and newer vLLM say `reasoning`.
                if thought := _text(delta.get("reasoning_content") or delta.get("reasoning")):
                    yield Reasoning(thought)
                if words := _text(delta.get("content")):
                    yield Text(words)
                elif refusal := _text(delta.get("refusal")):
                    yield Text(refusal)
                    reason = "content_filter"
        # Not every server sends [DONE]; a finish reason is the end as well. With neither, the
        # connection was dropped and the reply is half a reply.
        if not done and reason is None:
            raise SpeakerError("the stream ended before the reply did")
        yield Finish(_FINISH.get(reason or "", "stop"), read_usage(usage), model)
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise SpeakerError(f"the server sent something that is no event stream: {error}") from None


async def _events(response: httpx.Response) -> AsyncGenerator[str]:
    """The data of each server-sent event, decoded by httpx-sse, its size bounded.

    Lines are split here, on bytes: a newline byte is never part of a character, while text that
    is split at U+2028 and the like, as `aiter_lines` does, breaks JSON in two.
    """
    decoder = SSEDecoder()
    rest, read = b"", 0
    async for piece in response.aiter_bytes():
        read += len(piece)
        *lines, rest = (rest + piece).split(b"\n")
        if read > _MAX_REPLY or len(rest) > _MAX_LINE:
            raise SpeakerError("the reply has no end: it was broken off")
        for line in lines:
            event = decoder.decode(line.decode("utf-8", "replace").rstrip("\r"))
            if event is not None and event.data:
                yield event.data
    # A server that closes without a last blank line has still said what it said.
    for last in (rest.decode("utf-8", "replace").rstrip("\r"), ""):
        event = decoder.decode(last)
        if event is not None and event.data:
            yield event.data


def _text(value: object) -> str:
    """Text as servers send it: a string, or a list of parts that each hold one."""
    if isinstance(value, list):
        return "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    return value if isinstance(value, str) else ""


def read_usage(usage: object) -> Usage:
    """A server's usage object in our terms. What it does not say is unknown, not zero."""
    if not isinstance(usage, dict):
        return Usage()
    into, out = (
        details if isinstance(details := usage.get(name), dict) else {}
        for name in ("prompt_tokens_details", "completion_tokens_details")
    )
    cached = _first_number(
        into.get("cached_tokens"),  # OpenAI, vLLM and SGLang when told to, llama.cpp
        usage.get("cached_tokens"),  # Moonshot
        usage.get("prompt_cache_hit_tokens"),  # DeepSeek
    )
    return Usage(
        input=_first_number(usage.get("prompt_tokens")),
        cached=cached,
        output=_first_number(usage.get("completion_tokens")),
        reasoning=_first_number(out.get("reasoning_tokens"), usage.get("reasoning_tokens")),
    )


def _first_number(*values: Any) -> int | None:
    return next((v for v in values if type(v) is int and v >= 0), None)


def _message_in(body: bytes) -> str:
    """The server's own words in an error's body."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace").strip()[:_ERROR_SHOWN] or "nothing more"
    return _brief(parsed.get("error", parsed) if isinstance(parsed, dict) else parsed)


def _brief(error: Any) -> str:
    said = error.get("message") if isinstance(error, dict) else error
    return str(said or error)[:_ERROR_SHOWN]


def _why(error: httpx.HTTPError) -> str:
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno).lower()
    return str(error) or type(error).__name__
