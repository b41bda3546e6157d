"""OpenRouter, which passes a request on to whoever serves a model: https://openrouter.ai/docs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debate.events import Thinking
from debate.speakers.chat import ChatSpeaker


class OpenRouterSpeaker(ChatSpeaker):
    """OpenRouter. An error may come with status 200: in the stream, or as a reason to end."""

    caches = None  # that is as each provider behind it has it

    @classmethod
    def thinking_body(cls, name: str, thinking: Thinking) -> Mapping[str, Any]:
        # docs/use-cases/reasoning-tokens: an effort or a number, never both.
        if thinking.startswith("budget="):
            return {"reasoning": {"max_tokens": int(thinking.removeprefix("budget="))}}
        return {"reasoning": {"effort": "none" if thinking == "off" else thinking}}
