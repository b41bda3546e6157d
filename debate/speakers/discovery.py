"""Models that servers on this machine have, as they say themselves when asked.

Ollama, llama.cpp, vLLM and LM Studio listen on a port of their own once they are started, and list
what they have. Only addresses on loopback that a profile names are asked, without a key, past any
proxy. Whoever holds the port may answer, so the answer is data: read up to a bound, its names
cleared of what could steer a terminal, and whatever is no list of models left out.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import httpx

from debate.speakers.profiles import Provider, load_profiles
from debate.speakers.sources import in_gigabytes
from debate.text import one_line

_MOST_BYTES = 1_000_000
_MOST_MODELS = 200
_LONGEST_NAME = 200
_LARGEST_WINDOW = 10**9

# What they write under `owned_by`; Ollama writes the name of whoever published the model. They have
# none of Ollama's own pages, and LM Studio logs an error when it is asked for one.
_NOT_OLLAMA = ("vllm", "organization_owner", "sglang")


@dataclass(frozen=True, slots=True)
class Found:
    """A model that a server on this machine has."""

    provider: str
    """The server, as a profile names it."""
    model: str
    """The model as `--model` takes it: `ollama/qwen3:8b`."""
    name: str
    """The model as the server names it: `qwen3:8b`."""
    window: int | None
    """Tokens that a prompt and its reply may have together, where the server says so."""
    note: str
    """What else is known of it, in a few words; may be empty."""

    @property
    def text(self) -> str:
        """All that is known of it in a line: `8B, window 40,960`; may be empty."""
        window = f"window {self.window:,}" if self.window else ""
        return ", ".join(part for part in (self.note, window) if part)


@dataclass(frozen=True, slots=True)
class _Facts:
    window: int | None = None
    note: str = ""


async def discover(
    providers: Mapping[str, Provider] | None = None, *, seconds: float = 1.0
) -> list[Found]:
    """Ask the servers on this machine for their models, all at once.

    A server that is not there, is too slow or does not answer with models gives none. Models that
    only embed text are left out.

    Args:
        providers: The servers, by name; those on loopback are asked. The profiles' if not given.
        seconds: How long each server has, however many questions it is asked.

    Raises:
        LoadError: if the user's profiles have to be read and are wrong.
    """
    if providers is None:
        providers = (await asyncio.to_thread(load_profiles)).providers
    # Of two names for one address, the later one is the user's own.
    names = {
        provider.base_url.rstrip("/"): name
        for name, provider in providers.items()
        if on_loopback(provider.base_url)
    }
    async with asyncio.TaskGroup() as group:
        asked = [
            (name, group.create_task(_ask(base_url, seconds))) for base_url, name in names.items()
        ]
    return [
        Found(provider, f"{provider}/{name}", name, facts.window, facts.note)
        for provider, answer in asked
        for name, facts in answer.result().items()
    ]


async def served_window(base_url: str, name: str, *, seconds: float = 2.0) -> int | None:
    """The window of a model as a server on this machine was started with; None if it does not say.

    Args:
        base_url: The server; one that is not on loopback is not asked.
        name: The model as the server names it.
        seconds: How long the server has.
    """
    if not on_loopback(base_url):
        return None
    facts = (await _ask(base_url.rstrip("/"), seconds)).get(name)
    return facts.window if facts else None


def on_loopback(base_url: str) -> bool:
    """Whether an address is one of this machine's own."""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        # What stands before an @ would be sent as a password.
        if parts.scheme not in ("http", "https") or "@" in parts.netloc or parts.query:
            return False
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # another name than localhost, or no address at all
        return False


async def _ask(base_url: str, seconds: float) -> dict[str, _Facts]:
    """The models of one server, by name."""
    try:
        client = await asyncio.to_thread(_client, base_url.startswith("https:"))
    except OSError:  # certificates that cannot be read
        return {}
    async with client:
        until = asyncio.get_running_loop().time() + seconds
        root = base_url.removesuffix("/v1")
        cards = _entries(await _get(client, f"{base_url}/models", until), "data", "id")
        found = {name: _facts(card) for name, card in cards.items()}
        if any(isinstance(card.get("meta"), dict) for card in cards.values()):  # llama.cpp
            props = await _get(client, f"{root}/props", until)
            window = _tokens(_at(props, "default_generation_settings", "n_ctx"))
            # Where it has several models, these are not the settings of any one of them.
            if window and len(found) == 1:
                found = {name: replace(facts, window=window) for name, facts in found.items()}
        elif cards and not any(card.get("owned_by") in _NOT_OLLAMA for card in cards.values()):
            found |= await _ollama(client, root, set(found), until)
    return found


async def _ollama(
    client: httpx.AsyncClient, root: str, names: set[str], until: float
) -> dict[str, _Facts]:
    """What Ollama's own pages say of models that it has listed.

    How large a window is shows only while the model is loaded: before, it is what Ollama will make
    of its settings and of the memory there is, not what the model was trained for.
    """
    async with asyncio.TaskGroup() as group:
        tags = group.create_task(_get(client, f"{root}/api/tags", until))
        loaded = group.create_task(_get(client, f"{root}/api/ps", until))
    running = _entries(loaded.result(), "models", "name")
    return {
        name: _Facts(_tokens(_at(running.get(name), "context_length")), _note(card))
        for name, card in _entries(tags.result(), "models", "name").items()
        if name in names
    }


def _note(card: dict[str, Any]) -> str:
    """How large a model of Ollama's is, and whether it runs here at all."""
    size = _name(_at(card, "details", "parameter_size")) or ""
    taken = card.get("size")
    if not size and isinstance(taken, int) and 10**7 < taken < 10**14:
        size = in_gigabytes(taken)
    # A model of the cloud is listed like the others; what is said to it leaves this machine.
    away = _name(card.get("remote_host"))
    return ", ".join(part for part in (size, f"runs at {away}" if away else "") if part)


def _facts(card: dict[str, Any]) -> _Facts:
    """What a list in OpenAI's form says of a model beyond that form."""
    windows = (
        card.get("max_model_len"),  # vLLM and SGLang
        _at(card, "meta", "n_ctx"),  # llama.cpp: as it was started
        _at(card, "meta", "n_ctx_train"),  # what the model was made for
    )
    window = next((tokens for value in windows if (tokens := _tokens(value))), None)
    size = _at(card, "meta", "n_params")
    if isinstance(size, int) and 10**8 < size < 10**14:
        return _Facts(window, f"{size / 1e9:.1f}B")
    return _Facts(window)


def _entries(answer: object, key: str, name: str) -> dict[str, dict[str, Any]]:
    """The entries of a list in an answer, by name; without those that cannot talk."""
    listed = _at(answer, key)
    cards = [card for card in listed if isinstance(card, dict)] if isinstance(listed, list) else []
    named = ((_name(card.get(name)), card) for card in cards)
    able = ((n, card) for n, card in named if n and "embed" not in n.casefold())
    return dict(islice(able, _MOST_MODELS))


def _at(data: object, *keys: str) -> object:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _name(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > _LONGEST_NAME:
        return None
    return one_line(value) or None


def _tokens(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value < _LARGEST_WINDOW else None


async def _get(client: httpx.AsyncClient, address: str, until: float) -> object:
    """What stands in a JSON answer; None if there is none by then, or it is too long."""
    body = bytearray()
    plain = {"Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        async with (
            asyncio.timeout_at(until),
            client.stream("GET", address, headers=plain, timeout=None) as response,
        ):
            if response.status_code != 200:
                return None
            async for piece in response.aiter_raw():  # what is packed all the same is not unpacked
                body += piece
                if len(body) > _MOST_BYTES:
                    return None
        return json.loads(body)
    except Exception:  # whatever listens there may break the client in more ways than can be named
        return None


def _client(tls: bool) -> httpx.AsyncClient:
    # Off the event loop: its import and its certificates take a quarter of a second.
    from debate.speakers.transport import new_client

    return new_client(tls=tls, trust_env=False, keep_alive=False)
