"""The chunks of the OpenAI chat-completions form, which most dialects share: see `dialects`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from said import Said, Tokens, sse

DONE = b"data: [DONE]\n\n"
CREATED = 1_764_000_000


@dataclass(frozen=True, slots=True)
class Chunks:
    """Builds `chat.completion.chunk` events that have some fields in common."""

    said: Said
    id: str = "chatcmpl-1"
    more: dict[str, Any] = field(default_factory=dict)
    """Fields of every chunk."""
    choice_more: dict[str, Any] = field(default_factory=dict)
    """Fields of every choice."""

    def _fields(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": self.said.model,
            **self.more,
        }

    def choice(self, delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, **self.choice_more, "finish_reason": finish, **more}
        return sse({**self._fields(), "choices": [choice]})

    def usage(self, usage: dict[str, Any], **more: Any) -> list[bytes]:
        """The last chunk, which has no choice; none where nothing is told of usage."""
        return [sse({**self._fields(), "choices": [], "usage": usage, **more})] if usage else []


def counts(tokens: Tokens | None) -> dict[str, Any]:
    """The three counts that all servers of the OpenAI form send."""
    if tokens is None:
        return {}
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
    }


def details(tokens: Tokens | None) -> dict[str, Any]:
    """The counts with OpenAI's details of them, as far as they are known."""
    usage = counts(tokens)
    if tokens is not None and tokens.cached is not None:
        usage["prompt_tokens_details"] = {"cached_tokens": tokens.cached}
    if tokens is not None and tokens.reasoning is not None:
        usage["completion_tokens_details"] = {"reasoning_tokens": tokens.reasoning}
    return usage


def whole(said: Said, reasoning_field: str, usage: dict[str, Any]) -> dict[str, Any]:
    """A reply in one piece."""
    message: dict[str, Any] = {"role": "assistant", "content": "".join(said.words)}
    if said.reasoning and reasoning_field:
        message[reasoning_field] = "".join(said.reasoning)
    if said.refusal:
        message["refusal"] = said.refusal
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": CREATED,
        "model": said.model,
        "choices": [{"index": 0, "message": message, "finish_reason": said.finish}],
        **({"usage": usage} if usage else {}),
    }
