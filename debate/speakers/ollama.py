"""Ollama's OpenAI form: https://github.com/ollama/ollama, openai/openai.go and server/prompt.go.

It has no field for the size of the context, and cuts a prompt that is too long from its front
without a word: what it says that it read is held against what it was sent (see `estimate.weigh`).
Set `OLLAMA_CONTEXT_LENGTH` where the server is started.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debate.events import Thinking
from debate.speakers.chat import ChatSpeaker, refuse_thinking


class OllamaSpeaker(ChatSpeaker):
    """Ollama. Reasoning comes in `delta.reasoning`; it tells no cached tokens."""

    sends_seed = True
    tells_window = True
    start = "start it: `ollama serve`"
    caches = True  # of the slot's last prompt; it does not say how much

    @classmethod
    def thinking_body(cls, name: str, thinking: Thinking) -> Mapping[str, Any]:
        if thinking.startswith("budget="):
            raise refuse_thinking(name, thinking, "Ollama takes off, low, medium or high")
        return {"reasoning_effort": "none" if thinking == "off" else thinking}
