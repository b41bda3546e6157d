"""Every fault of a server: what comes of it, whether it is worth another try, what is told."""

from __future__ import annotations

import asyncio
import json

import pytest
from asking import SAID, until
from dialect_errors import error_body
from dialects import DIALECTS, Said, Tokens
from faults import (
    BROKEN_JSON,
    DEEP,
    NO_OBJECT,
    NOT_SSE,
    WRONG_SHAPE,
    CutClean,
    Drop,
    Empty,
    Endless,
    ErrorInStream,
    Fault,
    Gzip,
    HangUp,
    Huge,
    Malformed,
    NoDone,
    NoUsage,
    Overflow,
    Pings,
    Redirect,
    Refusal,
    Refuse,
    SplitUtf8,
    Stall,
    Status,
    UsageTwice,
    WrongType,
    wait_seconds,
    wait_until,
)
from model_server import ModelServer, Reply, nobody
from providers import KEYS, MANY, PROVIDERS, point_at, say, spoken

from debate.errors import SpeakerError
from debate.events import Usage
from debate.speakers.base import Text

SOME = ["openai", "moonshot", "deepseek", "anthropic", "ollama", "lmstudio"]


async def good(provider: str, *parts: Said | Fault):
    """The parts of a reply that comes whole."""
    async with ModelServer(Reply(provider, *parts)) as server:
        point_at(server.url)
        return await say(provider)


async def bad(provider: str, *parts: Said | Fault, **more) -> SpeakerError:
    """The error of a reply that could not be had."""
    async with ModelServer(Reply(provider, *parts)) as server:
        point_at(server.url, **more)
        with pytest.raises(SpeakerError) as caught:
            await say(provider)
        await until(lambda: server.open_at_once == 0)  # the request has ended with it
        return caught.value


# -- what harms nothing


@pytest.mark.parametrize("provider", MANY)
@pytest.mark.parametrize(
    "fault",
    [
        *(SplitUtf8(), SplitUtf8(1, pause=0), SplitUtf8(7, pause=0), SplitUtf8(100_000)),
        *(Pings(), Pings(50), NoDone(), UsageTwice(), Gzip(), Malformed(1, NOT_SSE)),
    ],
    ids=str,
)
async def test_the_reply_is_the_same(provider: str, fault: Fault):
    as_it_is = await good(provider, SAID)
    assert spoken(as_it_is) == "你好 🌍"
    assert await good(provider, SAID, fault) == as_it_is


@pytest.mark.parametrize("provider", MANY)
async def test_without_usage_nothing_is_known_of_tokens(provider: str):
    parts = await good(provider, SAID, NoUsage())
    assert (spoken(parts), parts[-1].usage) == ("你好 🌍", Usage())


@pytest.mark.parametrize("provider", MANY)
async def test_an_empty_reply_ends_well_and_says_nothing(provider: str):
    parts = await good(provider, Empty())
    assert (spoken(parts), parts[-1].reason) == ("", "stop")


@pytest.mark.parametrize("whole", [True, False])
async def test_a_refusal_after_words_is_no_part_of_them(whole: bool):
    parts = await good("openai", Refusal("I must stop."), *([WrongType("json")] if whole else []))
    assert (spoken(parts), parts[-1].reason) == ("A plain answer.", "filter")


async def test_a_prompt_that_ollama_cuts_shows_in_its_count():
    parts = await good("ollama", Said(usage=Tokens(9000)), Overflow(4096))
    assert parts[-1].usage.input == 4096


# -- what breaks a reply, and is worth another try


BREAKS = [
    *(Malformed(3, data) for data in (BROKEN_JSON, NO_OBJECT, WRONG_SHAPE, DEEP)),
    *(CutClean(3), CutClean(3, terminated=False), Drop(3), HangUp(), Refuse()),
]


@pytest.mark.parametrize("provider", MANY)
@pytest.mark.parametrize("fault", BREAKS, ids=lambda fault: str(fault)[:60])
async def test_a_broken_stream_is_no_reply(provider: str, fault: Fault):
    if fault == Malformed(3, WRONG_SHAPE) and provider == "anthropic":
        return  # an event of a type that is not known is left unread
    error = await bad(provider, Said(["one ", "two ", "three "]), fault)
    assert not error.final


@pytest.mark.parametrize("provider", MANY)
async def test_a_failure_within_the_stream_is_told(provider: str):
    error = await bad(provider, SAID, ErrorInStream(3, "out of memory"))

    assert not error.final
    silent = provider in ("deepseek", "ollama")  # they say no words of their own
    assert ("out of memory" in error.message) is not silent
    assert error.busy is (provider in ("deepseek", "anthropic"))


@pytest.mark.parametrize("provider", ["openai", "anthropic", "lmstudio"])
@pytest.mark.parametrize("after", [0, 3])
async def test_silence_is_noticed_before_the_first_word_and_after_it(provider: str, after: int):
    error = await bad(provider, Stall(after), stall=0.2)
    assert "sent nothing for 0.2 s" in error.message
    assert not error.final


async def test_a_sign_of_life_is_no_silence():
    slow = [SplitUtf8(400, pause=0.1), Pings(4)]
    async with ModelServer(Reply("deepseek", Said(["word "] * 20), *slow)) as server:
        point_at(server.url, stall=0.5)
        assert spoken(await say("deepseek")) == "word " * 20


@pytest.mark.parametrize(
    ("provider", "fault"), [("openai", Huge(200)), ("anthropic", Endless(one_line=True))]
)
async def test_a_line_without_end_is_broken_off(provider: str, fault: Fault):
    assert "has no end" in (await bad(provider, fault)).message


async def test_a_reply_without_end_is_broken_off():
    assert "has no end" in (await bad("openai", Endless())).message


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_a_bomb_is_left_while_it_unfolds(provider: str):
    assert "has no end" in (await bad(provider, Gzip(bomb=4096))).message


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd"])
@pytest.mark.parametrize("status", [200, 500])
async def test_what_could_unfold_without_bound_is_not_unpacked(encoding: str, status: int):
    packed = Status(status, "x", {"Content-Encoding": encoding})
    error = await bad("openai", packed)
    assert error.final
    assert "packs" in error.message


async def test_what_is_packed_wrong_is_an_error():
    error = await bad("openai", Status(200, "plain", {"Content-Encoding": "gzip"}))
    assert "cannot be unpacked" in error.message


async def test_of_a_huge_error_the_beginning_is_read():
    async with ModelServer(Reply("openai", Huge(500))) as server:
        point_at(server.url)
        with pytest.raises(SpeakerError, match="error error") as error:
            await say("openai")
        await until(lambda: len(server.left) == 1)  # the rest was never read
    assert len(str(error.value)) < 1000


async def test_where_no_one_listens_the_address_is_told():
    url = nobody()
    point_at(url)
    with pytest.raises(SpeakerError, match="cannot be reached") as error:
        await say("ollama")
    assert url in str(error.value)
    assert not error.value.final


# -- what is no stream


@pytest.mark.parametrize("provider", SOME)
async def test_a_web_page_is_no_reply(provider: str):
    error = await bad(provider, WrongType("html"))
    assert error.final
    assert "/v1" in str(error)


@pytest.mark.parametrize("provider", MANY)
async def test_a_reply_in_one_piece_may_be_an_error(provider: str):
    body = json.dumps({"error": {"code": 503, "message": "no provider", "type": "api_error"}})
    error = await bad(provider, Status(200, body))
    assert "no provider" in error.message
    assert not error.final


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize(
    "body",
    ["", "{}", "[]", "7", '{"choices": []}', '{"content": [7]}', '{"content": 7}', "[" * 9999],
)
async def test_json_that_is_no_reply_is_an_error(provider: str, body: str):
    await bad(provider, Status(200, body))


@pytest.mark.parametrize("code", [301, 302, 307, 308])
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_a_key_follows_no_redirect(provider: str, code: int, monkeypatch):
    monkeypatch.setenv(PROVIDERS[provider][2], KEYS[provider])
    async with ModelServer(Reply(provider)) as other:
        elsewhere = other.url + DIALECTS[provider].path
        error = await bad(provider, Redirect(elsewhere, code))
        assert error.final
        assert other.asked == []
        assert other.connections == 0


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


@pytest.mark.parametrize(
    "block",
    [
        {"type": "text_delta", "text": 7},
        {"type": "text_delta", "text": ["a"]},
        {"type": "thinking_delta", "thinking": {"a": 1}},
        {"type": ["text_delta"]},
        {},
    ],
)
async def test_blocks_of_another_shape_are_an_error_or_nothing(block):
    data = {"type": "content_block_delta", "index": 0, "delta": block}
    frame = f"data: {json.dumps(data)}\n\n".encode()
    async with ModelServer(Reply("anthropic", Malformed(3, frame))) as server:
        point_at(server.url)
        try:
            parts = await say("anthropic")
        except SpeakerError:
            return
    assert all(isinstance(part.text, str) for part in parts if isinstance(part, Text))


async def test_a_reply_that_nobody_waits_for_any_more_is_ended():
    async with ModelServer(Reply("moonshot", Stall(3))) as server:
        point_at(server.url)
        asking = asyncio.create_task(say("moonshot"))
        await until(lambda: server.open_at_once == 1)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert asking.cancelled()
        await until(lambda: server.left == server.asked)
