"""DeepSeek: https://api-docs.deepseek.com."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from debate.events import Thinking
from debate.speakers.base import Prompt
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

    @classmethod
    def schema_body(cls, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        # It refuses `json_schema` with 400 "This response_format type is unavailable now".
        return {"response_format": {"type": "json_object"}}

    def request_body(self, prompt: Prompt) -> dict[str, Any]:
        body = super().request_body(prompt)
        if prompt.schema is not None:
            # The question has to say that JSON is wanted (guides/json_mode), and of what form; at
            # its end, so that a cached prefix stays.
            form = json.dumps(prompt.schema, ensure_ascii=False)
            last = body["messages"][-1]
            last["content"] += f"\n\nReply with JSON of this schema, and nothing else:\n{form}"
        return body
