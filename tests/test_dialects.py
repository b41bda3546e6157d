"""Each dialect says the same words in its own form, and fails in its own way."""

from __future__ import annotations

import httpx
import pytest
from asking import SAID, answer, events, post, spoken
from dialects import DIALECTS, Said, Tokens, event_data
from faults import (
    BROKEN_JSON,
    DEEP,
    NO_OBJECT,
    NOT_SSE,
    WRONG_SHAPE,
    Empty,
    ErrorInStream,
    Malformed,
    NoDone,
    NoUsage,
    Overflow,
    Pings,
    Refusal,
    Status,
    UsageTwice,
    WrongType,
)
from model_server import ModelServer, Reply

MANY = list(DIALECTS)


@pytest.mark.parametrize("name", MANY)
async def test_every_dialect_says_the_words_and_the_reasoning(name: str):
    response = await answer(SAID, dialect=name)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert spoken(response.content, "content", "text") == "你好 🌍"
    thought = spoken(response.content, "reasoning_content", "reasoning", "thinking")
    assert thought == ("" if name == "openai" else "Hmm.")
    assert response.content.endswith(DIALECTS[name].last)
    assert b"kimi-k2.6" in response.content


@pytest.mark.parametrize("name", MANY)
async def test_every_dialect_has_the_whole_reply_too(name: str):
    response = await answer(SAID, WrongType("json"), dialect=name)
    assert response.headers["content-type"] == "application/json"
    assert "你好 🌍" in response.text
    assert response.json()["usage"]


def last_usage(name: str, tokens=SAID.usage) -> dict:
    frames = DIALECTS[name].frames(Said(usage=tokens))
    return [e for e in map(event_data, frames) if e and e.get("usage")][-1]["usage"]


def test_each_tells_of_the_tokens_in_its_own_fields():
    assert last_usage("openai")["prompt_tokens_details"] == {"cached_tokens": 60}
    assert last_usage("moonshot")["cached_tokens"] == 60
    deepseek = last_usage("deepseek")
    assert (deepseek["prompt_cache_hit_tokens"], deepseek["prompt_cache_miss_tokens"]) == (60, 40)
    assert last_usage("anthropic") == {
        "input_tokens": 20,
        "cache_creation_input_tokens": 20,
        "cache_read_input_tokens": 60,
        "output_tokens": 10,
    }
    assert last_usage("openrouter")["prompt_tokens_details"]["cache_write_tokens"] == 20
    assert set(last_usage("ollama")) == {"prompt_tokens", "completion_tokens", "total_tokens"}
    assert last_usage("sglang", Tokens())["prompt_tokens_details"] is None
    assert "prompt_tokens_details" not in last_usage("vllm", Tokens())
    whole = DIALECTS["vllm"].whole(Said(usage=Tokens()))
    assert whole["usage"]["prompt_tokens_details"] is None


def test_moonshot_tells_it_on_the_finishing_choice_and_at_the_end():
    *_, finish, last, _ = map(event_data, DIALECTS["moonshot"].frames(SAID))
    assert finish["choices"][0]["finish_reason"] == "stop"
    assert finish["choices"][0]["usage"] == last["usage"]
    assert last["choices"] == []


def test_llama_server_tells_its_timings():
    last = event_data(DIALECTS["llama-server"].frames(SAID)[-2])
    assert (last["timings"]["cache_n"], last["timings"]["prompt_n"]) == (60, 40)


def test_anthropic_names_its_events_and_signs_its_thinking():
    frames = DIALECTS["anthropic"].frames(SAID)
    names = [frame.split(b"\n")[0].removeprefix(b"event: ").decode() for frame in frames]
    block = ["content_block_start", *["content_block_delta"] * 2, "content_block_stop"]
    thinking = [*block[:1], "content_block_delta", *block[1:]]
    ends = ["message_delta", "message_stop"]
    assert names == ["message_start", "ping", *thinking, *block, *ends]
    assert names == [event_data(frame)["type"] for frame in frames]
    assert b"signature_delta" in frames[5]


@pytest.mark.parametrize(("name", "unasked"), [("openai", False), ("anthropic", True)])
async def test_usage_follows_the_request_where_the_provider_does_so(name: str, unasked: bool):
    response = await answer(dialect=name, body={"stream": True})
    assert any(event.get("usage") for event in events(response.content)) is unasked


# -- faults in what is said


@pytest.mark.parametrize("name", MANY)
async def test_usage_may_be_missing_or_told_twice(name: str):
    def told(response: httpx.Response) -> int:
        return sum(bool(event.get("usage")) for event in events(response.content))

    assert told(await answer(SAID, dialect=name)) == 1
    assert told(await answer(SAID, UsageTwice(), dialect=name)) == 2
    silent = await answer(SAID, NoUsage(), dialect=name)
    assert b"prompt_tokens" not in silent.content
    assert b"input_tokens" not in silent.content


@pytest.mark.parametrize("name", MANY)
async def test_a_reply_may_be_empty_or_refused(name: str):
    empty = await answer(SAID, Empty(), dialect=name)
    assert spoken(empty.content, "content", "text") == ""
    refused = await answer(SAID, Refusal("I will not."), dialect=name)
    assert (b'"refusal"' if name == "anthropic" else b'"content_filter"') in refused.content
    assert ("I will not." in refused.text) is (name == "openai")


@pytest.mark.parametrize("name", MANY)
async def test_the_last_event_may_be_missing_and_pings_may_come(name: str):
    response = await answer(NoDone(), Pings(), dialect=name)
    assert DIALECTS[name].last not in response.content
    assert response.content.count(DIALECTS[name].ping) >= 4
    assert spoken(response.content, "content", "text") == "A plain answer."


@pytest.mark.parametrize("name", MANY)
async def test_a_server_fails_in_its_stream_as_its_dialect_has_it(name: str):
    response = await answer(SAID, ErrorInStream(3, "out of memory"), dialect=name)
    end = response.content.removeprefix(b"".join(DIALECTS[name].frames(SAID)[:3]))
    data = events(end)[0]
    if name == "deepseek":
        assert data["choices"][0]["finish_reason"] == "insufficient_system_resource"
    elif name == "ollama":
        assert data["choices"][0] == {
            "index": 0,
            "delta": {"role": "assistant", "content": ""},
            "finish_reason": None,
        }
    else:
        assert data["error"]["message"] == "out of memory"
    assert end.startswith(b"event: error\n") is (name in ("anthropic", "lmstudio"))
    assert end.endswith(b"[DONE]\n\n") is (name in ("deepseek", "vllm", "sglang"))


@pytest.mark.parametrize("data", [BROKEN_JSON, NOT_SSE, NO_OBJECT, WRONG_SHAPE, DEEP])
async def test_an_event_may_be_none(data: bytes):
    response = await answer(Malformed(1, data))
    frames = DIALECTS["openai"].frames(Said(usage=Tokens()))
    assert response.content == b"".join([frames[0], data, *frames[1:]])


# -- statuses


@pytest.mark.parametrize("name", MANY)
async def test_a_status_comes_in_the_servers_own_words(name: str):
    codes = [400, 401, 429, 500, 503, 529]
    async with ModelServer([Reply(name, Status(code)) for code in codes]) as server:
        responses = [await post(server) for _ in codes]
    assert [response.status_code for response in responses] == codes
    bodies = [response.json() for response in responses]
    assert all(body.get("error") or body["object"] == "error" for body in bodies)
    assert len({str(body) for body in bodies}) == len(codes)
    assert not any("retry-after" in response.headers for response in responses)


@pytest.mark.parametrize("name", sorted({*MANY} - {"ollama", "lmstudio"}))
async def test_a_prompt_that_is_too_long_is_a_400(name: str):
    response = await answer(Overflow(), dialect=name)
    assert response.status_code == 400
    assert any(word in response.text.lower() for word in ("context", "token limit", "too long"))


async def test_but_lm_studio_tells_it_in_a_stream_and_ollama_not_at_all():
    told = await answer(Overflow(), dialect="lmstudio")
    assert told.status_code == 200
    assert told.content.startswith(b"event: error\n")
    cut = await answer(Said(usage=Tokens(9000)), Overflow(4096), dialect="ollama")
    assert b'"prompt_tokens":4096' in cut.content
    assert spoken(cut.content, "content") == "A plain answer."
