"""The dialects of hosted servers that speak the OpenAI form: see `dialects`."""

from __future__ import annotations

from typing import Any

from chunks import CREATED, DONE, Chunks, details, whole
from said import Dialect, Said, Tokens, sse

# OpenAI: developers.openai.com, "Chat Completions, streaming events". Every chunk has `usage: null`
# where usage was asked for; a refusal has a field of its own. Its reasoning is never shown. An
# error in a stream is an object in the place of a chunk, and the stream ends there.


def _openai(said: Said) -> list[bytes]:
    more = {"service_tier": "default", "system_fingerprint": "fp_1"}
    if said.usage:
        more["usage"] = None  # type: ignore[assignment]
    chunks = Chunks(said, more=more, choice_more={"logprobs": None})
    refused = [chunks.choice({"refusal": said.refusal})] if said.refusal else []
    return [
        chunks.choice({"role": "assistant", "content": "", "refusal": None}),
        *(chunks.choice({"content": word}) for word in said.words),
        *refused,
        chunks.choice({}, said.finish),
        *chunks.usage(details(said.usage)),
        DONE,
    ]


def _openai_broken(said: Said, message: str) -> list[bytes]:
    return [
        sse({"error": {"message": message, "type": "server_error", "param": None, "code": None}})
    ]


# Moonshot: usage in `choices[0].usage` of the finishing chunk (higress-group/higress#1568,
# earendil-works/pi#2017) and again in a last chunk (agentscope#2314);
# cached tokens at the top level (vercel/ai#12352) and in the details.


def _moonshot_usage(tokens: Tokens | None) -> dict[str, Any]:
    usage = details(tokens)
    if tokens is not None and tokens.cached is not None:
        usage["cached_tokens"] = tokens.cached
    return usage


def _moonshot(said: Said) -> list[bytes]:
    chunks = Chunks(said, more={"system_fingerprint": "fpv0_1"})
    usage = _moonshot_usage(said.usage)
    return [
        chunks.choice({"role": "assistant", "content": ""}),
        *(chunks.choice({"reasoning_content": thought}) for thought in said.reasoning),
        *(chunks.choice({"content": word}) for word in said.words),
        chunks.choice({}, said.finish, **({"usage": usage} if usage else {})),
        *chunks.usage(usage),
        DONE,
    ]


# DeepSeek: api-docs.deepseek.com, "Create chat completion": `: keep-alive` comments while a request
# waits ("Rate limit"), null in the field that is not spoken, and a stream that the server gives up
# has the finish reason `insufficient_system_resource`. The usage-only chunk: agentscope#2314.


def _deepseek_usage(tokens: Tokens | None) -> dict[str, Any]:
    usage = details(tokens)
    if tokens is not None and tokens.cached is not None:
        usage["prompt_cache_hit_tokens"] = tokens.cached
        usage["prompt_cache_miss_tokens"] = tokens.input - tokens.cached
    return usage


def _deepseek_chunks(said: Said) -> Chunks:
    return Chunks(said, more={"system_fingerprint": "fp_1_prod"}, choice_more={"logprobs": None})


def _deepseek(said: Said) -> list[bytes]:
    chunks = _deepseek_chunks(said)
    first = {"content": None, "reasoning_content": ""} if said.reasoning else {"content": ""}
    return [
        chunks.choice({"role": "assistant", **first}),
        *(chunks.choice({"content": None, "reasoning_content": t}) for t in said.reasoning),
        *(chunks.choice({"content": word, "reasoning_content": None}) for word in said.words),
        chunks.choice({"content": "", "reasoning_content": None}, said.finish),
        *chunks.usage(_deepseek_usage(said.usage)),
        DONE,
    ]


def _deepseek_broken(said: Said, message: str) -> list[bytes]:
    end = {"content": "", "reasoning_content": None}
    return [_deepseek_chunks(said).choice(end, "insufficient_system_resource"), DONE]


# OpenRouter: openrouter.ai/docs, "Streaming" and "Errors": comments while a provider is awaited,
# usage with its cost always, and an error in a stream is a chunk whose choice ends with `error`.

_OPENROUTER_PING = b": OPENROUTER PROCESSING\n\n"


def _openrouter_chunks(said: Said) -> Chunks:
    return Chunks(said, id="gen-1-A", more={"provider": "Acme"}, choice_more={"logprobs": None})


def _openrouter_usage(tokens: Tokens | None) -> dict[str, Any]:
    usage = details(tokens)
    if tokens is not None and tokens.written is not None:
        usage.setdefault("prompt_tokens_details", {})["cache_write_tokens"] = tokens.written
    return {**usage, "cost": 0.00012, "is_byok": False} if usage else {}


def _openrouter(said: Said) -> list[bytes]:
    chunks = _openrouter_chunks(said)

    def thought(text: str) -> bytes:
        detail = {"type": "reasoning.text", "text": text, "format": "unknown", "index": 0}
        delta = {"role": "assistant", "content": "", "reasoning": text}
        return chunks.choice({**delta, "reasoning_details": [detail]}, native_finish_reason=None)

    def spoken(text: str, finish: str | None = None) -> bytes:
        delta = {"role": "assistant", "content": text}
        return chunks.choice(delta, finish, native_finish_reason=finish)

    return [
        _OPENROUTER_PING,
        _OPENROUTER_PING,
        *map(thought, said.reasoning),
        *map(spoken, said.words),
        spoken("", said.finish),
        *chunks.usage(_openrouter_usage(said.usage)),
        DONE,
    ]


def _openrouter_broken(said: Said, message: str) -> list[bytes]:
    error = {"code": "server_error", "message": message}
    choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
    fields = {"id": "gen-1-A", "object": "chat.completion.chunk", "created": CREATED}
    more = {"model": said.model, "provider": "Acme", "error": error, "choices": [choice]}
    return [sse({**fields, **more})]


HOSTED = [
    Dialect("openai", _openai, lambda said: whole(said, "", details(said.usage)), _openai_broken),
    Dialect(
        "moonshot",
        _moonshot,
        lambda said: whole(said, "reasoning_content", _moonshot_usage(said.usage)),
        _openai_broken,
        usage_unasked=True,
    ),
    Dialect(
        "deepseek",
        _deepseek,
        lambda said: whole(said, "reasoning_content", _deepseek_usage(said.usage)),
        _deepseek_broken,
        ping=b": keep-alive\n\n",
        usage_unasked=True,
    ),
    Dialect(
        "openrouter",
        _openrouter,
        lambda said: whole(said, "reasoning", _openrouter_usage(said.usage)),
        _openrouter_broken,
        ping=_OPENROUTER_PING,
        usage_unasked=True,
    ),
]
