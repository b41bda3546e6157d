"""Every provider as users come to it: by a profiles file, which points each at a server here.

point_at(server.url, stall=0.3)
parts = await say("moonshot", PROMPT)
"""

from __future__ import annotations

import json
import os
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from asking import until
from dialects import Said
from fault import Fault
from held import small
from model_server import ModelServer, Reply

from debate import Conference, Wishes, read_transcript
from debate.errors import SpeakerError
from debate.prompts.layouts import Message
from debate.scenario import Scenario
from debate.speakers.base import Part, Prompt, Text
from debate.speakers.registry import Registry
from debate.verify import verify

# By provider, which is the name of its dialect as well: its family, a model of it, and the variable
# of its key.
PROVIDERS = {
    "openai": ("openai", "gpt-5.5", "OPENAI_API_KEY"),
    "moonshot": ("moonshot", "kimi-k2.6", "MOONSHOT_API_KEY"),
    "deepseek": ("deepseek", "deepseek-flash", "DEEPSEEK_API_KEY"),
    "anthropic": ("anthropic", "claude-sonnet-5", "ANTHROPIC_API_KEY"),
    "openrouter": ("openrouter", "acme/large", "OPENROUTER_API_KEY"),
    "ollama": ("ollama", "qwen3:8b", None),
    "llama-server": ("llama-server", "any", "LLAMA_API_KEY"),
    "vllm": ("vllm", "org/model", "VLLM_API_KEY"),
    "sglang": ("vllm", "org/model", "SGLANG_API_KEY"),
    "lmstudio": ("lmstudio", "qwen3", None),
}
MANY = list(PROVIDERS)
KEYS = {name: f"sk-secret-of-{name}-1234567890" for name, (_, _, key) in PROVIDERS.items() if key}

PROMPT = Prompt(
    (
        Message("system", "Be brief."),
        Message(
            "user", "# The record\n\n[Bo]: Hm.\n\n---\nNow you.", len("# The record\n\n[Bo]: Hm.")
        ),
    ),
    seat="ada",
    max_tokens=50,
    others=("Bo",),
    seed=7,
)


def point_at(url: str, models: dict[str, Any] | None = None, **more: Any) -> None:
    """Write the user's profiles: every provider is at this address.

    Args:
        url: The address.
        models: Models by short names, as in the file.
        more: Fields of every provider.
    """
    providers = {
        name: {
            "family": family,
            "base_url": url,
            **({"key_env": key, "key_optional": True} if key else {}),
            **more,
        }
        for name, (family, _, key) in PROVIDERS.items()
    }
    file = {"schema": "yalta/profiles/1", "providers": providers, "models": models or {}}
    path = Path(os.environ["YALTA_CONFIG"]) / "profiles.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(file), encoding="utf-8")  # JSON is YAML


def model_of(provider: str) -> str:
    """A model of a provider, as users name it."""
    return f"{provider}/{PROVIDERS[provider][1]}"


async def say(
    provider: str, prompt: Prompt = PROMPT, thinking: str | None = None, name: str | None = None
) -> list[Part]:
    """All parts of one reply of a provider's model."""
    async with Registry() as registry:
        model = f"{provider}/{name}" if name else model_of(provider)
        speaker = registry.speaker(model, thinking)
        await speaker.prepare()
        async with aclosing(speaker.stream(prompt)) as parts:
            return [part async for part in parts]


async def good(provider: str, *parts: Said | Fault) -> list[Part]:
    """The parts of a reply that comes whole."""
    async with ModelServer(Reply(provider, *parts)) as server:
        point_at(server.url)
        return await say(provider)


async def bad(provider: str, *parts: Said | Fault, **more: Any) -> SpeakerError:
    """The error of a reply that could not be had."""
    async with ModelServer(Reply(provider, *parts)) as server:
        point_at(server.url, **more)
        with pytest.raises(SpeakerError) as caught:
            await say(provider)
        await until(lambda: server.open_at_once == 0)  # the request has ended with it
        return caught.value


def spoken(parts: list[Part]) -> str:
    return "".join(part.text for part in parts if isinstance(part, Text))


async def hold(
    folder: Path,
    provider: str = "openai",
    phases: Any = ({"kind": "plenary"},),
    registry: Registry | None = None,
    plan: Scenario | None = None,
    **wishes: Any,
) -> tuple[list[Any], list[Any]]:
    """A small conference at a provider, checked: what was shown, and what was written."""
    asked = Wishes(model=model_of(provider), seed=1, **wishes)
    plan = plan or small(phases)
    async with Conference.begin(plan, asked, out=folder, registry=registry) as conference:
        shown = [item async for item in conference.stream()]
    assert verify(conference.path).good
    return shown, read_transcript(conference.path)


def closed(events: list[Any]) -> list[Any]:
    return [event for event in events if event.type == "turn.closed"]


def failed(events: list[Any]) -> list[Any]:
    return [event for event in events if event.type == "turn.failed"]
