"""DeepSeek: https://api-docs.deepseek.com."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debate.events import Thinking
from debate.speakers.chat import ChatSpeaker, refuse_thinking

# What it makes of the levels (guides/thinking_mode, as inspect-ai has it): low, high and max are
# its own; a medium would silently be high.
_EFFORT = ("low", "high")


class DeepSeekSpeaker(ChatSpeaker):
    """DeepSeek. It takes `max_tokens` alone, and ignores the newer name in silence."""

    caches = True  # a prefix, by itself, without a fee (guides/kv_cache)

    @classmethod
    def thinking_body(cls, name: str, thinking: Thinking) -> Mapping[str, Any]:
        if thinking == "off":
            return {"thinking": {"type": "disabled"}}
        if thinking in _EFFORT:
            return {"thinking": {"type": "enabled"}, "reasoning_effort": thinking}
        raise refuse_thinking(name, thinking, "it takes off, low or high")
