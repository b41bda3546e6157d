"""Can a model be used now? Asked for a list that people choose from, before anything is started.

What can be known here is looked up; a server near by is asked for its list of models. No question
holds a key, and none goes to a service far away that has a key: whether it is the right one shows
at the first turn.
"""

from __future__ import annotations

import asyncio
import importlib
import ipaddress
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx

from debate.errors import UserError
from debate.library import find_transcript
from debate.speakers import catalog, human
from debate.speakers.catalog import ModelFile
from debate.speakers.profiles import Provider, load_profiles
from debate.speakers.registry import COMPATIBLE_KEY, Registry, local_file
from debate.speakers.sources import in_gigabytes

_SECONDS = 2.0

#: `ready`: it can be used, as far as can be known. `key-missing`: its key is not in the
#: environment. `unreachable`: no server answers. `download`: its file must be fetched first.
#: `unknown`: the name means nothing that is here.
State = Literal["ready", "key-missing", "unreachable", "download", "unknown"]


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a model can be used now."""

    state: State
    text: str
    """The same in a few words, for people."""
    fetch: ModelFile | None = None
    """What has to be fetched first."""


@dataclass(frozen=True, slots=True)
class _Server:
    """A server that has to be asked."""

    base_url: str


def model_choices() -> list[str]:
    """Names of models to offer: the embedded ones, those that profiles name, a person.

    Raises:
        LoadError: if the user's profiles are wrong.
    """
    return [
        "local",
        *(f"local/{entry.name}" for entry in catalog.CATALOG if entry is not catalog.DEFAULT),
        *load_profiles().models,
        human.MODEL,
    ]


async def availability(model: str, *, named: bool = True) -> Availability:
    """Whether a model can be used now. Takes two seconds at most.

    Args:
        model: The model, as `--model` takes it.
        named: False if the name comes from a scenario or a transcript, whose addresses are asked
            without a key (see `Registry.trust`), so that a key which is there does not count.
    """
    found = await asyncio.to_thread(_look, model, named)
    return found if isinstance(found, Availability) else await _ask(found.base_url)


def _look(model: str, named: bool) -> Availability | _Server:
    """What is known without asking anybody; or whom to ask."""
    try:
        if model == human.MODEL:
            return Availability("ready", "you")
        if model.startswith("replay:"):
            find_transcript(model.removeprefix("replay:"))
            return Availability("ready", "on disk")
        if model == "local" or model.startswith(("local/", "local:")):
            return _local(model)
        return _served(model, named)
    except UserError as error:
        return Availability("unknown", str(error).splitlines()[0])
    except (ValueError, OSError, RuntimeError):  # no address, no path, no such home
        return Availability("unknown", "the name cannot be read")


def _local(model: str) -> Availability:
    if find_spec("xllamacpp") is None:
        return Availability("unknown", "needs pip install 'yalta[local]'")
    entry = local_file(model)
    if entry is None:
        path = Path(model.removeprefix("local:")).expanduser()
        if not path.is_file():
            raise UserError(f"no model file at {path}")
        return Availability("ready", "on disk")
    if catalog.installed(entry):
        return Availability("ready", "on disk")
    return Availability("download", f"{in_gigabytes(entry.size)} to download", fetch=entry)


def _served(model: str, named: bool) -> Availability | _Server:
    # What cannot be made into a speaker is refused here with the same words as at the start.
    base_url = Registry().speaker(model).profile.endpoint or ""
    key, optional = _key_of(model)
    there = key is not None and bool(os.environ.get(key, "").strip())
    if key and not there and not optional:
        return Availability("key-missing", f"{key} is not set")
    if key and there and (named or not optional) and not _near(base_url):
        return Availability("ready", f"key in {key}")
    return _Server(base_url)


def _key_of(model: str) -> tuple[str | None, bool]:
    """The variable that holds a model's key, and whether it may be asked without one."""
    if model.startswith("openai-compatible@"):
        return COMPATIBLE_KEY, True
    profiles = load_profiles()
    known = profiles.models.get(model)
    name = known.provider if known else model.partition("/")[0]
    provider: Provider = profiles.providers[name]
    return provider.key_env, provider.key_optional


def _near(base_url: str) -> bool:
    """True for an address on this machine or in its own network."""
    host = urlsplit(base_url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))
    return address.is_loopback or address.is_private or address.is_link_local


async def _ask(base_url: str) -> Availability:
    """Ask a server for its models. Any answer but a fault shows that it is there."""
    address = f"{base_url.rstrip('/')}/models"
    client = await asyncio.to_thread(_client, base_url.startswith("https:"))
    try:
        async with (
            asyncio.timeout(_SECONDS),
            client,
            client.stream("GET", address, timeout=_SECONDS) as response,
        ):
            status = response.status_code  # the body is left unread
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        return Availability("unreachable", f"no server at {_origin(base_url)}")
    if status >= 500 and status != 501:  # which only says that it keeps no such list
        return Availability("unreachable", f"server answers with error {status}")
    return Availability("ready", "server answers")


def _client(tls: bool) -> httpx.AsyncClient:
    # Off the event loop: its import and its certificates take a quarter of a second.
    transport = importlib.import_module("debate.speakers.transport")
    client: httpx.AsyncClient = transport.new_client(tls=tls, keep_alive=False)
    return client


def _origin(base_url: str) -> str:
    """Scheme, host and port: enough to know which server is meant."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"
