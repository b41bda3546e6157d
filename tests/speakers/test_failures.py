"""What servers say when they fail: what it means, and what is told of it."""

from __future__ import annotations

import json

import httpx
import pytest
from dialect_errors import error_body
from dialects import DIALECTS, Said
from faults import (
    Malformed,
    Overflow,
    Status,
    WrongType,
    wait_seconds,
    wait_until,
)
from hypothesis import given
from hypothesis import strategies as st
from model_server import ModelServer, Reply
from providers import KEYS, MANY, PROVIDERS, bad, good, point_at, say

from debate.errors import SpeakerError
from debate.speakers.failures import error_in, failure
from debate.text import showable

SOME = ["openai", "moonshot", "deepseek", "anthropic", "ollama", "lmstudio"]


# -- statuses


@pytest.mark.parametrize("provider", [p for p in MANY if PROVIDERS[p][2]])
@pytest.mark.parametrize("code", [401, 403])
async def test_a_refused_key_is_told_by_its_variable(provider: str, code: int, monkeypatch):
    monkeypatch.setenv(PROVIDERS[provider][2], KEYS[provider])
    error = await bad(provider, Status(code))
    assert error.final
    assert PROVIDERS[provider][2] in str(error)
    assert KEYS[provider] not in str(error)


@pytest.mark.parametrize("provider", MANY)
@pytest.mark.parametrize("code", [400, 404, 422])
async def test_what_is_asked_wrong_is_told_in_the_servers_words(provider: str, code: int):
    shape = json.loads(error_body(provider, code))
    words = {"message": "temperature: only 1 is allowed"}
    body = {**shape, **words} if "message" in shape else {**shape, "error": words}
    error = await bad(provider, Status(code, json.dumps(body)))
    assert error.final
    assert "only 1 is allowed" in error.message
    assert error.hint is None


@pytest.mark.parametrize("provider", [p for p in MANY if p != "ollama"])
async def test_a_prompt_that_is_too_long_is_final_with_a_hint(provider: str):
    error = await bad(provider, Overflow())
    assert error.final
    assert "window" in (error.hint or "")


@pytest.mark.parametrize(
    "words",
    [
        "Input token length too long",
        "input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000",
        "max_tokens must be at least 1, got -186.",
    ],
)
async def test_other_words_for_a_prompt_that_is_too_long(words: str):
    error = await bad("vllm", Status(400, json.dumps({"object": "error", "message": words})))
    assert "window" in (error.hint or "")


@pytest.mark.parametrize("provider", MANY)
async def test_weather_is_worth_another_try(provider: str):
    codes = [408, 409, 425, 429, 500, 502, 503, 504, 529]
    async with ModelServer([Reply(provider, Status(code)) for code in codes]) as server:
        point_at(server.url)
        for code in codes:
            with pytest.raises(SpeakerError, match=str(code)) as caught:
                await say(provider)
            assert not caught.value.final
            assert caught.value.busy is (code in (429, 503, 529))


NO_MONEY = {
    "openai": (429, {"code": "insufficient_quota", "type": "insufficient_quota"}),
    "moonshot": (429, {"type": "exceeded_current_quota_error"}),
    "deepseek": (402, {"type": "unknown_error", "code": "invalid_request_error"}),
    "anthropic": (
        429,
        {"type": "rate_limit_error", "details": {"reason": "enforced_spend_limit_reached"}},
    ),
    "openrouter": (402, {"code": 402}),
}


@pytest.mark.parametrize("provider", NO_MONEY)
async def test_without_money_nobody_asks_again(provider: str):
    code, error = NO_MONEY[provider]
    body = json.dumps({"error": {"message": "Pay first", **error}})
    told = await bad(provider, Status(code, body))
    assert told.final
    assert not told.busy
    assert "money" in (told.hint or "")
    assert "Pay first" in told.message


async def test_but_a_402_that_asks_for_patience_is_given_it():
    error = await bad("openrouter", Status(402, headers=wait_seconds(3)))
    assert (error.final, error.wait) == (False, 3.0)


async def test_a_403_may_say_that_too_much_is_asked_at_one_time():
    words = "You've reached your concurrent request limit"
    body = {"error": {"type": "permission_error", "message": words}}
    error = await bad("moonshot", Status(403, json.dumps(body)))
    assert (error.final, error.busy) == (False, True)


async def test_the_words_of_the_provider_behind_a_router_are_told():
    error = {"message": "Provider returned error", "code": 429, "metadata": {"raw": "at capacity"}}
    told = await bad("openrouter", Status(429, json.dumps({"error": error})))
    assert "Provider returned error: at capacity" in told.message


# -- errors within streams

IN_STREAM = [
    ("openai", {"message": "m", "type": "server_error"}, False, False),
    ("openai", {"message": "m", "code": "rate_limit_exceeded"}, False, True),
    ("openai", {"message": "m", "code": "insufficient_quota"}, True, False),
    ("openai", {"message": "m", "type": "invalid_request_error"}, True, False),
    ("openai", "m", False, False),
    ("openrouter", {"message": "m", "code": 502}, False, False),
    ("openrouter", {"message": "m", "code": "429"}, False, True),
    ("openrouter", {"message": "m", "code": 400}, True, False),
    ("moonshot", {"message": "m", "type": "engine_overloaded_error"}, False, True),
    (
        "llama-server",
        {"message": "m", "code": 400, "type": "exceed_context_size_error"},
        True,
        False,
    ),
    ("vllm", {"message": "m", "code": 400, "type": "BadRequestError"}, True, False),
    ("anthropic", {"message": "m", "type": "overloaded_error"}, False, True),
    ("anthropic", {"message": "m", "type": "api_error"}, False, False),
    ("anthropic", {"message": "m", "type": "invalid_request_error"}, True, False),
    ("anthropic", {"message": "m", "type": "authentication_error"}, True, False),
]


@pytest.mark.parametrize(("provider", "error", "final", "busy"), IN_STREAM)
async def test_an_error_in_a_stream_is_judged_by_its_name(provider, error, final, busy):
    data = {"type": "error", "error": error} if provider == "anthropic" else {"error": error}
    told = await bad(provider, Malformed(3, f"data: {json.dumps(data)}\n\n".encode()))
    assert (told.final, told.busy) == (final, busy)
    assert "broke off: m" in told.message


async def test_an_error_in_a_stream_may_have_no_object_around_it():
    """Older vLLM and SGLang; [DONE] follows."""
    flat = {"object": "error", "message": "cache is full", "type": "InternalServerError"}
    told = await bad("vllm", Malformed(3, f"data: {json.dumps(flat)}\n\n".encode()))
    assert "cache is full" in told.message
    assert not told.final


@pytest.mark.parametrize("reason", ["error", "abort", "insufficient_system_resource"])
@pytest.mark.parametrize("whole", [True, False])
async def test_some_reasons_to_end_are_failures(reason: str, whole: bool):
    error = await bad("vllm", Said(finish=reason), *([WrongType("json")] if whole else []))
    assert not error.final


# -- patience


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        (wait_seconds(7), 7, 7),
        (wait_seconds(0.25), 0.25, 0.25),
        (lambda: wait_until(30), 20, 30),
        (lambda: wait_until(-30), 0, 0),
        ({"retry-after-ms": "1500"}, 1.5, 1.5),
        ({"retry-after-ms": "1500", "Retry-After": "2"}, 1.5, 1.5),
        ({"Retry-After": "-3"}, 0, 0),
    ],
)
@pytest.mark.parametrize("code", [429, 503])
async def test_a_wait_that_is_asked_for_is_known(headers, least, most, code):
    headers = headers() if callable(headers) else headers  # a date counts from now
    error = await bad("openai", Status(code, headers=headers))
    assert least <= error.wait <= most


@pytest.mark.parametrize("said", ["soon", "nan", "inf", "1e999", "Tue, 99 Nov 2026", "", "٣"])
async def test_a_wait_that_is_none_is_none(said: str):
    header = {"Retry-After": said} if said.isascii() else {"Retry-After": "x"}
    assert (await bad("openai", Status(429, headers=header))).wait is None


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("organization max RPM: 20, please try again after 1 seconds", 1.0),  # Moonshot
        ("Rate limit reached. Please try again in 20s. Visit ...", 20.0),  # OpenAI
        ("Please try again in 6ms.", 0.006),
        ("Please try again in 1m30.5s.", 90.5),
        ("Please retry in 2 minutes", 120.0),
        ("try again later", None),
        ("try again in 5 moons", None),
        ("try again in " + "9" * 5000 + "s", None),
    ],
)
async def test_a_wait_may_stand_in_the_words_alone(words: str, seconds: float | None):
    body = json.dumps({"error": {"message": words, "type": "rate_limit_reached_error"}})
    error = await bad("moonshot", Status(429, body))
    assert error.wait == (None if seconds is None else pytest.approx(seconds))
    assert error.busy


# -- what servers say is data

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["code", "type", "message", "status", "details", "metadata", "raw", "error"]
            )
            | st.text(),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(
    ANY_JSON, st.none() | st.integers(400, 599), st.text(alphabet=st.characters(codec="latin-1"))
)
def test_any_error_has_a_meaning(error, status, later):
    headers = httpx.Headers([(b"retry-after", later.encode("latin-1"))])
    told = failure(error_in(json.dumps(error).encode()), status, headers)

    assert told.said
    assert told.said == " ".join(showable(told.said).split())
    assert told.wait is None or 0 <= told.wait < float("inf")
    assert not (told.final and (told.busy or told.wait is not None))
    assert failure(error).said  # as it may stand in a stream


@pytest.mark.parametrize("padding", [0, 380, 450, 480, 3990, 65_520])
@pytest.mark.parametrize("code", [400, 401, 500])
@pytest.mark.parametrize("plain", [True, False])
async def test_a_key_that_a_server_repeats_is_shown_to_nobody(padding, code, plain, monkeypatch):
    key = KEYS["openai"]
    monkeypatch.setenv("OPENAI_API_KEY", key)
    words = f"{'x' * padding} {key}"
    body = words if plain else json.dumps({"error": {"message": words}})
    error = await bad("openai", Status(code, body))
    assert "sk-" not in str(error)
    assert "sk-" not in repr(error)
    in_stream = f"data: {json.dumps({'error': {'message': words}})}\n\n".encode()
    error = await bad("openai", Malformed(1, in_stream))
    assert "sk-" not in str(error)
    assert "sk-" not in repr(error)


async def test_an_error_is_one_line_that_steers_no_terminal():
    words = "\x1b]0;title\x07 red \x1b[31m\ud800 and\n\nmore\u202e"
    told = await bad("openai", Status(400, json.dumps({"error": {"message": words}})))
    assert told.message.isprintable()
    told.message.encode()
    page = await bad("openai", Status(502, "<html>\r\n<b>Bad gateway</b>\x1b[2J"))
    assert page.message.isprintable()


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_the_models_name_is_fit_to_be_shown(provider: str):
    named = Said(model="\x1b[31mred\ud83d" + "x" * 5000)
    parts = await good(provider, Status(200, json.dumps(DIALECTS[provider].whole(named))))
    assert parts[-1].model.startswith("[31mred")
    assert len(parts[-1].model) <= 200
    parts[-1].model.encode()
