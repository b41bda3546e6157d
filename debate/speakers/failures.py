"""What a server means when it says that it failed: whether asking again can help, and when.

An error comes as a status with a body, or, once a stream has begun, as an object within it; then
its code or its type stands for the status. Sources: the providers' pages on errors, and what their
clients make of them (inspect-ai, pydantic-ai, litellm).
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from debate.text import one_line

_READ = 4000
# Worth another try: time-outs, conflicts, "too early", rate limits; and what is the server's fault.
_WEATHER = frozenset({408, 409, 425, 429})
# Asked too much: a rate limit, no capacity, Anthropic's "overloaded".
_BUSY = frozenset({429, 503, 529})

# What an error is called where it has no status of its own, as in a stream. What stands nowhere
# here is taken for weather: a stream that broke off may hold the next time.
_STATUS = {
    # Anthropic
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "overloaded_error": 529,
    # OpenAI, and those who took its form
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "invalid_api_key": 401,
    "rate_limit_exceeded": 429,
    "rate_limit_reached_error": 429,  # Moonshot
    "engine_overloaded_error": 503,  # Moonshot
    "insufficient_system_resource": 503,  # DeepSeek
    "badrequesterror": 400,  # vLLM
    "exceed_context_size_error": 400,  # llama.cpp
    "unavailable_error": 503,  # llama.cpp
}

# Some of these come with a 429, though no waiting helps.
_NO_MONEY = frozenset(
    {
        "insufficient_quota",  # OpenAI
        "credit_balance_exhausted",
        "billing_hard_limit_reached",
        "exceeded_current_quota_error",  # Moonshot
        "billing_error",  # Anthropic
        "enforced_spend_limit_reached",  # Anthropic, among the details
    }
)

_TOO_LONG = (
    "context length",  # OpenAI, vLLM, SGLang, DeepSeek, OpenRouter, LM Studio
    "context_length",
    "context size",  # llama.cpp
    "context window",
    "model token limit",  # Moonshot
    "token length too long",  # Moonshot
    "prompt is too long",  # Anthropic
    "input is too long",
    "exceed context limit",
    "max_tokens must be at least 1",  # vLLM: what is left of the window for the reply
)

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LENGTH = r"(\d{1,9}(?:\.\d{1,9})?)\s?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)"
_LATER = re.compile(rf"(?:try again|retry)\s(?:in|after)\s((?:{_LENGTH}\s?)+)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Failure:
    """What an error says, and what follows from it."""

    said: str
    """The server's own words, in one line."""
    status: int | None
    """Its status, or what its name stands for; None if that is not known."""
    final: bool
    """True if asking again cannot help."""
    busy: bool = False
    """True if the server is asked too much."""
    wait: float | None = None
    """Seconds after which it wants to be asked again, if it says so."""
    hint: str | None = None


def failure(error: Any, status: int | None = None, headers: httpx.Headers | None = None) -> Failure:
    """What an error means.

    Args:
        error: As `error_in` a body, or the object that stands in a stream.
        status: The response's, unless that is a success.
        headers: The response's, where they may ask for patience.
    """
    said = brief(error)
    names = _names(error)
    status = status or next((_STATUS[name] for name in names if name in _STATUS), _number(names))
    wait = retry_after(headers) if headers is not None else None
    low = said.lower()
    if status in (None, 400, 413, 422, 500) and any(words in low for words in _TOO_LONG):
        hint = "the prompt is longer than the model's window: say its size in profiles.yaml"
        return Failure(said, status, final=True, hint=hint)
    # OpenRouter asks for patience with a 402 where one more payment is on its way.
    if _NO_MONEY.intersection(names) or (status == 402 and wait is None):
        hint = "the account has no money left there, or has reached its own limit"
        return Failure(said, status, final=True, hint=hint)
    # Kimi says so of too many calls at one time.
    crowded = status == 403 and "concurrent request limit" in low
    weather = status is None or status >= 500 or status in _WEATHER or crowded
    weather = weather or (status == 402 and wait is not None)
    if wait is None:
        wait = _later(low)
    return Failure(
        said,
        status,
        final=not weather,
        busy=crowded or status in _BUSY,
        wait=wait if weather else None,
    )


def error_in(body: bytes) -> Any:
    """What the body of an error holds: an object, or text."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
    return (parsed.get("error") or parsed) if isinstance(parsed, dict) else parsed


def brief(error: Any) -> str:
    """What an error says, in a line."""
    said = error.get("message") if isinstance(error, dict) else error
    said = str(said or error or "nothing more")
    # OpenRouter: "Provider returned error", and the provider's own words.
    metadata = error.get("metadata") if isinstance(error, dict) else None
    if isinstance(metadata, dict) and isinstance(raw := metadata.get("raw"), str):
        said = f"{said}: {raw}"
    return one_line(said[:_READ]) or "nothing more"


def retry_after(headers: httpx.Headers) -> float | None:
    """Seconds that a server asks to wait, if it does (RFC 9110, 10.2.3: seconds, or a date)."""
    milliseconds = _float(headers.get("retry-after-ms", ""))  # OpenAI, Anthropic: the finer one
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    said = headers.get("retry-after", "").strip()
    seconds = _float(said)
    if seconds is None and said:
        try:
            seconds = parsedate_to_datetime(said).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return None if seconds is None else max(0.0, seconds)


def _float(text: str) -> float | None:
    """A finite number; None if the text is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _later(words: str) -> float | None:
    """The same, where it stands in the words alone: "try again in 1m30s", "after 1 seconds"."""
    found = _LATER.search(words)
    if found is None:
        return None
    return sum(
        float(number) * _SECONDS["ms" if unit.startswith(("ms", "milli")) else unit[0]]
        for number, unit in re.findall(_LENGTH, found[1])
    )


def _names(error: Any) -> list[str]:
    """What an error calls itself: its code, its type, and what its details call it."""
    if not isinstance(error, dict):
        return []
    details = error.get("details")
    inner = details if isinstance(details, list) else [details]
    found = [error.get("code"), error.get("type"), error.get("status")]
    for each in inner:
        found += list(each.values()) if isinstance(each, dict) else [each]
    return [str(name).lower() for name in found if isinstance(name, str | int)]


def _number(names: list[str]) -> int | None:
    numbers = (int(name) for name in names if name.isascii() and name.isdigit() and len(name) == 3)
    return next((number for number in numbers if 400 <= number < 600), None)
