"""Every fault of a server: what comes of it, whether it is worth another try, what is told."""

from __future__ import annotations

import asyncio
import json

import pytest
from asking import SAID, until
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
)
from model_server import ModelServer, Reply, nobody
from providers import KEYS, MANY, PROVIDERS, bad, good, point_at, say, spoken

from debate.errors import SpeakerError
from debate.events import Usage
from debate.speakers.base import Text

SOME = ["openai", "moonshot", "deepseek", "anthropic", "ollama", "lmstudio"]


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
        point_at(server.url, stall=1.0)
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


async def test_where_no_llama_server_listens_its_other_port_is_named():
    point_at(nobody())
    with pytest.raises(SpeakerError) as error:
        await say("llama-server")
    assert "9931" in str(error.value)


async def test_where_no_one_listens_the_address_is_told():
    url = nobody()
    point_at(url)
    with pytest.raises(SpeakerError, match="cannot be reached") as error:
        await say("ollama")
    assert url in str(error.value)
    assert "ollama serve" in str(error.value)
    assert error.value.final


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


# -- what is of another shape


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
