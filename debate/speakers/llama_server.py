"""llama.cpp's server: https://github.com/ggml-org/llama.cpp, tools/server/README.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debate.events import Thinking
from debate.speakers.chat import ChatSpeaker, refuse_thinking


class LlamaServerSpeaker(ChatSpeaker):
    """llama.cpp's server. It caches the prompt of each slot, and tells how much of it."""

    sends_seed = True
    tells_window = True
    start = "start it: `llama-server -m FILE.gguf`"
    # `--port`, and the notice in ggml-org/llama.cpp#26508.
    elsewhere = "; builds since August 2026 come up at port 9931, earlier ones at 8080"
    caches = True

    @classmethod
    def thinking_body(cls, name: str, thinking: Thinking) -> Mapping[str, Any]:
        if thinking == "off":
            return {"chat_template_kwargs": {"enable_thinking": False}}
        if thinking.startswith("budget="):
            # `--reasoning-budget` belongs to the server's start.
            raise refuse_thinking(name, thinking, "a budget is set where the server is started")
        return {"reasoning_effort": thinking}
