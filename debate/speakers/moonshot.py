"""Moonshot's Kimi: https://platform.kimi.ai/docs/api/chat and .../docs/api/models-overview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debate.events import Thinking
from debate.speakers.base import Prompt
from debate.speakers.chat import ChatSpeaker, refuse_thinking

# They can be asked not to think (models-overview); the rest of the family always thinks.
_MAY_REST = ("kimi-k2.5", "kimi-k2.6")
# These take an effort in place of that (guide/use-reasoning-effort, as pydantic-ai has it).
_EFFORT = ("kimi-k3",)
_FIXED = ("temperature", "top_p", "presence_penalty", "frequency_penalty", "n")


class MoonshotSpeaker(ChatSpeaker):
    """Kimi."""

    # `max_tokens` is deprecated; without either, a reply ends after about 1,024 tokens (docs).
    max_tokens_field = "max_completion_tokens"
    caches = True  # a prefix, by itself

    @classmethod
    def thinking_body(cls, name: str, thinking: Thinking) -> Mapping[str, Any]:
        if name.startswith(_EFFORT):
            if thinking in ("low", "high"):
                return {"reasoning_effort": thinking}
            raise refuse_thinking(name, thinking, "it takes low or high")
        if thinking == "off" and name.startswith(_MAY_REST):
            return {"thinking": {"type": "disabled"}}
        if thinking == "off":
            raise refuse_thinking(name, thinking, "it always thinks")
        raise refuse_thinking(name, thinking, "it thinks as much as it likes, or not at all: off")

    def request_body(self, prompt: Prompt) -> dict[str, Any]:
        body = super().request_body(prompt)
        if str(body["model"]).startswith("kimi-"):
            # Its sampling is fixed; another value answers 400 "only 1 is allowed for this model".
            for name in _FIXED:
                body.pop(name, None)
        return body
