"""What each server says when it refuses a request: status and dialect in, the error's body out.

From the providers' pages on errors, and from bodies shown in public issues, named beside each.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class _Words:
    message: str
    type: str = "server_error"
    code: str | None = None


# What any server of the OpenAI form says; a row of its own below where one says otherwise.
_COMMON = {
    401: _Words("Unauthorized", "authentication_error", "invalid_api_key"),
    403: _Words("Forbidden", "permission_error"),
    404: _Words("The model `m-1` does not exist", "invalid_request_error", "model_not_found"),
    429: _Words("Rate limit reached", "rate_limit_error", "rate_limit_exceeded"),
    500: _Words("Internal server error"),
    503: _Words("Service unavailable, please try again later"),
    529: _Words("Overloaded", "overloaded_error"),
}

_TOO_LONG = (
    "This model's maximum context length is {window} tokens. However, you requested {asked} tokens "
    "({prompt} in the messages, 4096 in the completion). "
    "Please reduce the length of the messages or completion."
)


def _too_long(window: int, prompt: int) -> str:
    return _TOO_LONG.format(window=window, prompt=prompt, asked=prompt + 4096)


_OWN: dict[str, dict[int, _Words]] = {
    "openai": {  # vercel/ai#428
        400: _Words(
            "This model's maximum context length is 8192 tokens. However, your messages resulted "
            "in 8312 tokens. Please reduce the length of the messages.",
            "invalid_request_error",
            "context_length_exceeded",
        ),
        401: _Words(
            "Incorrect API key provided: sk-te**1234. You can find your API key at "
            "https://platform.openai.com/account/api-keys.",
            "invalid_request_error",
            "invalid_api_key",
        ),
        503: _Words("The engine is currently overloaded, please try again later"),
    },
    "moonshot": {  # MoonshotAI/kimi-cli#2011; kimi.com, "Error reference"
        400: _Words(
            "Invalid request: Your request exceeded model token limit: 262144 (requested: 269030)",
            "invalid_request_error",
        ),
        401: _Words("Invalid Authentication", "invalid_authentication_error"),
        429: _Words(
            "The engine is currently overloaded, please try again later", "engine_overloaded_error"
        ),
        503: _Words("The server is overloaded, please try again later", "engine_overloaded_error"),
    },
    "deepseek": {  # evalstate/fast-agent#621
        400: _Words(_too_long(131072, 130000), "invalid_request_error", "invalid_request_error"),
        401: _Words(
            "Authentication Fails, Your api key: ****1234 is invalid",
            "authentication_error",
            "invalid_request_error",
        ),
    },
    "anthropic": {  # platform.claude.com/docs, "Errors"
        400: _Words("prompt is too long: 208310 tokens > 200000 maximum", "invalid_request_error"),
        401: _Words("invalid x-api-key", "authentication_error"),
        429: _Words("This request would exceed your rate limit", "rate_limit_error"),
        500: _Words("Internal server error", "api_error"),
        503: _Words("Service unavailable", "api_error"),
    },
    "ollama": {  # ollama/ollama, `openai/openai.go`: `NewError`
        400: _Words("[] is too short - 'messages'", "invalid_request_error"),
        404: _Words('model "m-1" not found, try pulling it first', "not_found_error"),
        500: _Words("llama runner process has terminated: exit status 2", "api_error"),
        503: _Words(
            "server busy, please try again. maximum pending requests exceeded", "api_error"
        ),
    },
    "llama-server": {  # ggml-org/llama.cpp#19774, #16486
        400: _Words(
            "request (4390 tokens) exceeds the available context size (4096 tokens), "
            "try increasing it",
            "exceed_context_size_error",
        ),
        401: _Words("Invalid API Key", "authentication_error"),
        503: _Words("Loading model", "unavailable_error"),
    },
    "vllm": {  # vllm-project/vllm#20409
        400: _Words(_too_long(16384, 17591), "BadRequestError"),
        500: _Words("Internal server error", "InternalServerError"),
    },
    "sglang": {  # QwenLM/Qwen3#1321
        400: _Words(
            "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
            "BadRequestError",
        ),
    },
    "openrouter": {  # openrouter.ai/docs, "Errors"; plandex-ai/plandex#232
        400: _Words(
            "This endpoint's maximum context length is 200000 tokens. However, you requested about "
            "210028 tokens (210028 of text input). Please reduce the length of either one, or use "
            'the "middle-out" transform to compress your prompt automatically.'
        ),
        401: _Words("User not found."),
        503: _Words("There is no available model provider that meets your routing requirements"),
    },
    "lmstudio": {  # Gitlawb/openclaude#353
        400: _Words(
            "The number of tokens to keep from the initial prompt is greater than the context "
            "length (n_keep: 13055>= n_ctx: 4096). Try to load the model with a larger context "
            "length, or provide a shorter input."
        ),
    },
}


def _openai(status: int, words: _Words) -> dict[str, Any]:
    error = {"message": words.message, "type": words.type, "param": None, "code": words.code}
    return {"error": error}


def _moonshot(status: int, words: _Words) -> dict[str, Any]:
    return {"error": {"message": words.message, "type": words.type}}


def _anthropic(status: int, words: _Words) -> dict[str, Any]:
    error = {"type": words.type, "message": words.message}
    return {"type": "error", "error": error, "request_id": "req_1"}


def _llama_server(status: int, words: _Words) -> dict[str, Any]:
    counts = {"n_prompt_tokens": 4390, "n_ctx": 4096} if status == 400 else {}
    return {"error": {"code": status, "message": words.message, "type": words.type, **counts}}


def _vllm(status: int, words: _Words) -> dict[str, Any]:
    error = {"message": words.message, "type": words.type, "param": None, "code": status}
    return {"error": error}


def _sglang(status: int, words: _Words) -> dict[str, Any]:
    fields = {"type": words.type, "param": None, "code": status}
    return {"object": "error", "message": words.message, **fields}


def _openrouter(status: int, words: _Words) -> dict[str, Any]:
    return {"error": {"message": words.message, "code": status}, "user_id": "user_1"}


def _lmstudio(status: int, words: _Words) -> dict[str, Any]:
    return {"error": words.message}


_SHAPES: dict[str, Callable[[int, _Words], dict[str, Any]]] = {
    "moonshot": _moonshot,
    "anthropic": _anthropic,
    "llama-server": _llama_server,
    "vllm": _vllm,
    "sglang": _sglang,
    "openrouter": _openrouter,
    "lmstudio": _lmstudio,
}


def error_message(dialect: str, status: int) -> str:
    """The server's own words for a status; 400 is a prompt longer than the window."""
    return _words(dialect, status).message


def error_body(dialect: str, status: int) -> str:
    """The body in which a server of this dialect sends them."""
    shape = _SHAPES.get(dialect, _openai)
    return json.dumps(shape(status, _words(dialect, status)))


def _words(dialect: str, status: int) -> _Words:
    return _OWN[dialect].get(status) or _COMMON.get(status) or _Words(f"error {status}")
