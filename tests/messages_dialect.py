"""The dialect of Anthropic's Messages: see `dialects`."""

from __future__ import annotations

from typing import Any

from said import Dialect, Said, Tokens, sse

# Anthropic: platform.claude.com/docs, "Streaming messages", "Prompt caching", "Errors". Every event
# is named. `input_tokens` leaves out what was read from the cache or written to it; the usage of
# `message_delta` is of the whole message so far. A thinking block ends with its signature.

_STOP = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}


def _named(type: str, **more: Any) -> bytes:
    return sse({"type": type, **more}, event=type)


def _anthropic_usage(tokens: Tokens | None, output: int) -> dict[str, Any]:
    if tokens is None:
        return {}
    cached, written = tokens.cached or 0, tokens.written or 0
    return {
        "input_tokens": tokens.input - cached - written,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": cached,
        "output_tokens": output,
    }


def _block(index: int, kind: str, pieces: list[dict[str, Any]]) -> list[bytes]:
    start = {"type": kind, kind: "", **({"signature": ""} if kind == "thinking" else {})}
    return [
        _named("content_block_start", index=index, content_block=start),
        *(_named("content_block_delta", index=index, delta=delta) for delta in pieces),
        _named("content_block_stop", index=index),
    ]


def _anthropic(said: Said) -> list[bytes]:
    usage = _anthropic_usage(said.usage, 1)
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": said.model}
    message |= {"content": [], "stop_reason": None, "stop_sequence": None}  # type: ignore[dict-item]
    frames = [_named("message_start", message={**message, **({"usage": usage} if usage else {})})]
    frames.append(_named("ping"))
    if said.reasoning:
        thoughts = [{"type": "thinking_delta", "thinking": t} for t in said.reasoning]
        frames += _block(
            0, "thinking", [*thoughts, {"type": "signature_delta", "signature": "c2ln"}]
        )
    if said.words:
        texts = [{"type": "text_delta", "text": word} for word in said.words]
        frames += _block(1 if said.reasoning else 0, "text", texts)
    total = {"usage": _anthropic_usage(said.usage, said.usage.output)} if said.usage else {}
    delta = {"stop_reason": _STOP.get(said.finish, said.finish), "stop_sequence": None}
    return [*frames, _named("message_delta", delta=delta, **total), _named("message_stop")]


def _anthropic_whole(said: Said) -> dict[str, Any]:
    thought, text = "".join(said.reasoning), "".join(said.words)
    thinking = [{"type": "thinking", "thinking": thought, "signature": "c2ln"}] if thought else []
    total = {"usage": _anthropic_usage(said.usage, said.usage.output)} if said.usage else {}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": said.model,
        "content": [*thinking, *([{"type": "text", "text": text}] if text else [])],
        "stop_reason": _STOP.get(said.finish, said.finish),
        "stop_sequence": None,
        **total,
    }


def _anthropic_broken(said: Said, message: str) -> list[bytes]:
    return [_named("error", error={"type": "overloaded_error", "message": message})]


ANTHROPIC = Dialect(
    "anthropic",
    _anthropic,
    _anthropic_whole,
    _anthropic_broken,
    ping=_named("ping"),
    last=_named("message_stop"),
    path="/messages",
    usage_unasked=True,
)
