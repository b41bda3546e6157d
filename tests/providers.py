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

from debate.prompts.layouts import Message
from debate.speakers.base import Part, Prompt, Text
from debate.speakers.registry import Registry

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
    nth=0,
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


def spoken(parts: list[Part]) -> str:
    return "".join(part.text for part in parts if isinstance(part, Text))
