"""vLLM and SGLang: entrypoints/openai/protocol.py of each.

They tell cached tokens only where they were started with `--enable-prompt-tokens-details` (vLLM)
or `--enable-cache-report` (SGLang): else the count is unknown, and not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from debate.events import Thinking
from debate.speakers.chat import ChatSpeaker


class VLLMSpeaker(ChatSpeaker):
    """vLLM, SGLang. Both cache prefixes by themselves."""

    sends_seed = True
    tells_window = True
    start = "start it: `vllm serve MODEL`, or SGLang's `python -m sglang.launch_server`"
    caches = True

    @classmethod
    def thinking_body(cls, name: str, thinking: Thinking) -> Mapping[str, Any]:
        if thinking == "off":
            # Which of the two a chat template knows depends on the model (Qwen and GLM; Kimi and
            # DeepSeek); one that it does not know is left unread.
            return {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}
        if thinking.startswith("budget="):
            return {"thinking_token_budget": int(thinking.removeprefix("budget="))}
        return {"reasoning_effort": thinking}
