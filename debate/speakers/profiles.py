"""Servers and models known by name: the shipped `profiles.yaml`, and the user's own over it."""

from __future__ import annotations

from importlib import resources
from typing import Literal

from pydantic import Field, JsonValue

from debate import yaml_file
from debate.events import Price
from debate.library import config_folder
from debate.persona import Line, Model


class Provider(Model):
    """A server: see `speakers.http.Endpoint` and `speakers.limits.Bounds`."""

    base_url: Line
    family: Line = Field("openai-compatible", description="How it is spoken with.")
    key_env: Line | None = None
    key_optional: bool = False
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] | None = None
    reasoning_room: int = Field(0, ge=0, description="Tokens for reasoning, beside the words.")
    caches: bool | None = Field(None, description="Whether it has a prefix cache.")
    concurrency: int = Field(64, ge=1, description="Calls at one time.")
    requests_per_minute: int | None = Field(None, ge=1)
    tokens_per_minute: int | None = Field(None, ge=1)
    stall: float = Field(120.0, gt=0, description="Seconds of silence that count as broken.")
    extra_body: dict[str, JsonValue] = Field(default_factory=dict)


class KnownModel(Model):
    """A model by a short name, and what is known of it."""

    provider: Line
    name: Line | None = Field(None, description="Its name at the provider, if another.")
    window: int | None = Field(None, ge=1)
    price: Price | None = None
    sampling: dict[str, float | int] = Field(default_factory=dict)
    extra_body: dict[str, JsonValue] = Field(default_factory=dict)


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
