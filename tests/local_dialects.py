"""The dialects of servers that people run themselves: see `dialects`."""

from __future__ import annotations

from typing import Any

from chunks import DONE, Chunks, counts, details, whole
from said import Dialect, Said, Tokens, sse

# Ollama: ollama/ollama, `openai/openai.go` and `middleware/openai.go`. Each delta has role and
# content; usage is the three counts and nothing more. An error in a stream is lost on the way: the
# middleware reads it as a chunk, so an empty one is sent and the stream ends without reason or
# [DONE].


def _ollama(said: Said) -> list[bytes]:
    chunks = Chunks(said, id="chatcmpl-86", more={"system_fingerprint": "fp_ollama"})
    own = {"role": "assistant"}
    return [
        *(chunks.choice({**own, "content": "", "reasoning": t}) for t in said.reasoning),
        *(chunks.choice({**own, "content": word}) for word in said.words),
        chunks.choice({**own, "content": ""}, said.finish),
        *chunks.usage(counts(said.usage)),
        DONE,
    ]


def _ollama_broken(said: Said, message: str) -> list[bytes]:
    chunks = Chunks(Said(model=""), id="chatcmpl-86", more={"system_fingerprint": "fp_ollama"})
    return [chunks.choice({"role": "assistant", "content": ""})]


# llama.cpp: ggml-org/llama.cpp, `tools/server/server-task.cpp`. The first delta's content is null;
# `timings` stand beside the usage, in a last chunk without choices (since #15443).


def _timings(tokens: Tokens) -> dict[str, Any]:
    cached = tokens.cached or 0
    return {
        "cache_n": cached,
        "prompt_n": tokens.input - cached,
        "prompt_ms": 90.5,
        "prompt_per_second": 110.5,
        "predicted_n": tokens.output,
        "predicted_ms": 300.25,
        "predicted_per_second": 33.3,
    }


def _llama_server_usage(tokens: Tokens | None) -> dict[str, Any]:
    usage = details(tokens)
    usage.pop("completion_tokens_details", None)  # it does not count its reasoning
    return usage


def _llama_server(said: Said) -> list[bytes]:
    chunks = Chunks(said, more={"system_fingerprint": "b6881-8b11deea4"})
    timings = _timings(said.usage) if said.usage else {}
    return [
        chunks.choice({"role": "assistant", "content": None}),
        *(chunks.choice({"reasoning_content": thought}) for thought in said.reasoning),
        *(chunks.choice({"content": word}) for word in said.words),
        chunks.choice({}, said.finish),
        *chunks.usage(_llama_server_usage(said.usage), timings=timings),
        DONE,
    ]


def _llama_server_broken(said: Said, message: str) -> list[bytes]:
    return [sse({"error": {"code": 500, "message": message, "type": "server_error"}})]


# vLLM: vllm-project/vllm, `entrypoints/openai/serving_chat.py`. Reasoning is `reasoning` in newer
# versions, `reasoning_content` before. Details of the prompt are told with
# --enable-prompt-tokens-details only; without, they are null in a whole reply and left out of a
# stream, which is written without nulls. After an error in a stream [DONE] still comes.


def _vllm(said: Said) -> list[bytes]:
    chunks = Chunks(said, id="chatcmpl-0f", choice_more={"logprobs": None})
    usage = details(said.usage)
    usage.pop("completion_tokens_details", None)
    return [
        chunks.choice({"role": "assistant", "content": ""}),
        *(chunks.choice({"reasoning": thought}) for thought in said.reasoning),
        *(chunks.choice({"content": word}) for word in said.words),
        chunks.choice({"content": ""}, said.finish, stop_reason=None),
        *chunks.usage(usage),
        DONE,
    ]


def _vllm_whole(said: Said) -> dict[str, Any]:
    usage = details(said.usage)
    usage.pop("completion_tokens_details", None)
    return whole(said, "reasoning", {"prompt_tokens_details": None, **usage} if usage else {})


def _vllm_broken(said: Said, message: str) -> list[bytes]:
    error = {"message": message, "type": "InternalServerError", "param": None, "code": 500}
    return [sse({"error": error}), DONE]


# SGLang: sgl-project/sglang, `entrypoints/openai/serving_chat.py`, `usage_processor.py`. Fields
# that are not spoken are null; `reasoning_tokens` stands at the top level and is 0 where there are
# none; details of the prompt are null without --enable-cache-report.


def _sglang_usage(tokens: Tokens | None) -> dict[str, Any]:
    if tokens is None:
        return {}
    cached = {"cached_tokens": tokens.cached} if tokens.cached else None
    return {
        **counts(tokens),
        "prompt_tokens_details": cached,
        "completion_tokens_details": None,
        "reasoning_tokens": tokens.reasoning or 0,
    }


def _sglang(said: Said) -> list[bytes]:
    chunks = Chunks(said, id="0f", more={"usage": None}, choice_more={"logprobs": None})

    def delta(**spoken: str) -> dict[str, Any]:
        empty = {"role": None, "content": None, "reasoning_content": None, "tool_calls": None}
        return {**empty, **spoken}

    return [
        chunks.choice(delta(role="assistant", content=""), matched_stop=None),
        *(chunks.choice(delta(reasoning_content=t), matched_stop=None) for t in said.reasoning),
        *(chunks.choice(delta(content=word), matched_stop=None) for word in said.words),
        chunks.choice(delta(), said.finish, matched_stop=151645),
        *chunks.usage(_sglang_usage(said.usage)),
        DONE,
    ]


def _sglang_broken(said: Said, message: str) -> list[bytes]:
    error = {"message": message, "type": "INTERNAL_SERVER_ERROR", "param": None, "code": 500}
    return [sse({"error": {"object": "error", **error}}), DONE]


# LM Studio: lmstudio.ai/docs, "OpenAI compatibility". An error in a stream, a prompt that is too
# long among them, is an `event: error` after a status of 200 (lmstudio-bug-tracker#2322).


def _lmstudio(said: Said) -> list[bytes]:
    chunks = Chunks(said, more={"system_fingerprint": said.model}, choice_more={"logprobs": None})
    own = {"role": "assistant"}
    return [
        *(chunks.choice({**own, "reasoning_content": thought}) for thought in said.reasoning),
        *(chunks.choice({**own, "content": word}) for word in said.words),
        chunks.choice({}, said.finish),
        *chunks.usage(counts(said.usage)),
        DONE,
    ]


def _lmstudio_broken(said: Said, message: str) -> list[bytes]:
    return [sse({"error": {"message": message}, "message": message}, event="error")]


LOCAL = [
    Dialect(
        "ollama",
        _ollama,
        lambda said: whole(said, "reasoning", counts(said.usage)),
        _ollama_broken,
    ),
    Dialect(
        "llama-server",
        _llama_server,
        lambda said: whole(said, "reasoning_content", _llama_server_usage(said.usage)),
        _llama_server_broken,
    ),
    Dialect("vllm", _vllm, _vllm_whole, _vllm_broken),
    Dialect(
        "sglang",
        _sglang,
        lambda said: whole(said, "reasoning_content", _sglang_usage(said.usage)),
        _sglang_broken,
    ),
    Dialect(
        "lmstudio",
        _lmstudio,
        lambda said: whole(said, "reasoning_content", counts(said.usage)),
        _lmstudio_broken,
    ),
]
