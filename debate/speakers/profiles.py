"""Servers and models known by name: the shipped `profiles.yaml`, and the user's own over it."""

from __future__ import annotations

import re
from importlib import resources
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, JsonValue

from debate import yaml_file
from debate.events import Price
from debate.library import config_folder
from debate.persona import Line, Model


def _plain_address(value: str) -> str:
    """See that an address is one, and holds no secret: it would stand in every transcript."""
    try:
        url = urlsplit(value)
        good = url.scheme in ("http", "https") and url.port != 0
        good = bool((url.hostname or "").encode("idna")) and good
    except ValueError:  # a port or a name that cannot be
        good = False
    if good and (url.username or url.password or url.query):
        raise ValueError("a key cannot stand in a server's address")
    if not good:
        raise ValueError(f"{value!r} is not an http(s) address")
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("not the name of a variable (the key itself never stands here)")
    return value


def _further(fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """See that further fields of a request take nothing over that the program answers for."""
    for name in fields:
        if name.lower() in _OWN:
            raise ValueError(f"the field {name!r} is the program's own")
        if _SECRET.search(name):
            raise ValueError(f"{name!r} may hold a key, and would stand in every transcript")
    return fields


# What is asked, of whom, and how much of it: else a transcript would say what was never sent, and
# a budget would bound nothing.
_OWN = frozenset(
    (
        *("model", "messages", "system", "prompt", "input", "stream", "stream_options"),
        *("max_tokens", "max_completion_tokens", "n", "best_of", "seed"),
    )
)
_SECRET = re.compile(r"(?i)api.?key|secret|password|authorization|access.?token|bearer")

Further = Annotated[dict[str, JsonValue], AfterValidator(_further)]


class Provider(Model):
    """A server: see `speakers.endpoint.Endpoint` and `speakers.limits.Bounds`."""

    base_url: Annotated[Line, AfterValidator(_plain_address)]
    family: Line = Field("openai-compatible", description="How it is spoken with.")
    key_env: Annotated[Line, AfterValidator(_variable)] | None = None
    key_optional: bool = False
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] | None = None
    reasoning_room: int = Field(0, ge=0, description="Tokens for reasoning, beside the words.")
    caches: bool | None = Field(None, description="Whether it has a prefix cache.")
    concurrency: int = Field(64, ge=1, description="Calls at one time.")
    requests_per_minute: int | None = Field(
        None, ge=1, description="Calls begun in a minute, of all its models."
    )
    tokens_per_minute: int | None = Field(
        None, ge=1, description="Tokens of prompts and rooms for replies, asked for in a minute."
    )
    stall: float = Field(120.0, gt=0, description="Seconds of silence that count as broken.")
    extra_body: Further = Field(default_factory=dict)


class KnownModel(Model):
    """A model by a short name, and what is known of it."""

    provider: Line
    name: Line | None = Field(None, description="Its name at the provider, if another.")
    window: int | None = Field(None, ge=1)
    price: Price | None = None
    sampling: dict[str, float | int] = Field(default_factory=dict)
    extra_body: Further = Field(default_factory=dict)


class Profiles(Model):
    """A profiles file."""

    format: Literal["yalta/profiles/1"] = Field(alias="schema")
    providers: dict[str, Provider] = Field(default_factory=dict)
    models: dict[str, KnownModel] = Field(default_factory=dict)


def load_profiles() -> Profiles:
    """The shipped profiles with the user's over them.

    Raises:
        LoadError: if the user's file is wrong.
    """
    source = resources.files("debate.speakers") / "profiles.yaml"
    shipped = yaml_file.loads(source.read_text(encoding="utf-8"), Profiles, path="profiles.yaml")
    path = config_folder() / "profiles.yaml"
    if not path.is_file():
        return shipped
    own = yaml_file.load(path, Profiles)
    return Profiles(
        format="yalta/profiles/1",
        providers={**shipped.providers, **own.providers},
        models={**shipped.models, **own.models},
    )
