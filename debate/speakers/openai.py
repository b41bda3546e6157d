"""OpenAI's own chat completions: https://developers.openai.com/api/docs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from debate.events import Thinking
from debate.speakers.chat import ChatSpeaker, refuse_thinking

# What each model makes of `reasoning_effort`, as pydantic-ai (profiles/openai.py) found it by
# asking. The first that fits counts. A model that is not listed is asked as it is wished, and its
# server answers 400 if it will not.
_EFFORTS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"gpt-4|gpt-5(\.\d+)?-chat|chatgpt-"), ()),
    (re.compile(r"gpt-5-pro"), ("high",)),
    (re.compile(r"gpt-5\.\d+-pro"), ("medium", "high")),
    (re.compile(r"gpt-5(-|$)|o\d|gpt-6-astra|gpt-6\.1-sol"), ("low", "medium", "high")),
    (re.compile(r"."), ("none", "low", "medium", "high")),
)


class OpenAISpeaker(ChatSpeaker):
    """OpenAI. Reasoning counts within the limit of a reply."""

    # Reasoning models refuse `max_tokens`.
    max_tokens_field = "max_completion_tokens"
    sends_seed = True  # best effort
    caches = True  # a prefix of 1,024 tokens and more, by itself (guides/prompt-caching)

    @classmethod
    def thinking_body(cls, name: str, thinking: Thinking) -> Mapping[str, Any]:
        efforts = next(known for pattern, known in _EFFORTS if pattern.match(name))
        effort = "none" if thinking == "off" else thinking
        if effort in efforts:
            return {"reasoning_effort": effort}
        if thinking == "off" and not efforts:
            return {}  # it never thinks
        known = ", ".join("off" if e == "none" else e for e in efforts) or "no thinking at all"
        raise refuse_thinking(name, thinking, f"it knows {known}")
