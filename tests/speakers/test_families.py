"""Every family of servers, asked as users ask it: what it is sent, and what is read from it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from asking import SAID
from dialects import DIALECTS, Said, Tokens
from faults import ByClose, CrLf, Refusal, WrongType
from model_server import ModelServer, Reply
from providers import KEYS, MANY, PROMPT, PROVIDERS, model_of, point_at, say, spoken
from worlds import Play, manifest, scenario

from debate.agenda import GiveFloor
from debate.errors import KeyMissing, UserError
from debate.events import TurnOpened, Usage
from debate.prompts.layouts import Message, Projection
from debate.speakers.base import Finish, Prompt, Reading, Reasoning, Text
from debate.speakers.registry import Registry


async def answer(provider: str, *parts, prompt: Prompt = PROMPT, **wish):
    """What comes of one reply, and what was asked."""
    async with ModelServer(Reply(provider, *parts)) as server:
        point_at(server.url)
        said = await say(provider, prompt, **wish)
        return said, server.asked[0]


# -- what is read

COUNTED = {
    "openai": Usage(input=100, cached=60, output=10, reasoning=4),
    "moonshot": Usage(input=100, cached=60, output=10, reasoning=4),
    "deepseek": Usage(input=100, cached=60, output=10, reasoning=4),
    "anthropic": Usage(input=100, cached=60, cache_written=20, output=10),
    "openrouter": Usage(input=100, cached=60, cache_written=20, output=10, reasoning=4),
    "ollama": Usage(input=100, output=10),
    "llama-server": Usage(input=100, cached=60, output=10),
    "vllm": Usage(input=100, cached=60, output=10),
    "sglang": Usage(input=100, cached=60, output=10, reasoning=4),
    "lmstudio": Usage(input=100, output=10),
}


@pytest.mark.parametrize("provider", MANY)
async def test_parts_come_in_order_with_usage_read_once_and_the_models_name(provider: str):
    parts, _ = await answer(provider, SAID)

    thought = [] if provider == "openai" else [Reasoning("Hm"), Reasoning("m.")]
    assert parts == [
        Reading(),
        *thought,
        Text("你"),
        Text("好 🌍"),
        Finish("stop", COUNTED[provider], "kimi-k2.6"),
    ]


@pytest.mark.parametrize("provider", MANY)
async def test_what_is_not_counted_is_unknown_and_not_zero(provider: str):
    parts, _ = await answer(provider, Said(usage=Tokens(100, output=10)))

    told = {"anthropic": {"cached": 0, "cache_written": 0}, "sglang": {"reasoning": 0}}
    assert parts[-1].usage == Usage(input=100, output=10, **told.get(provider, {}))
    parts, _ = await answer(provider, Said(usage=None))
    assert parts[-1].usage == Usage()


@pytest.mark.parametrize("provider", MANY)
@pytest.mark.parametrize(
    ("finish", "reason"), [("stop", "stop"), ("length", "length"), ("content_filter", "filter")]
)
async def test_reasons_to_end_have_one_name(provider: str, finish: str, reason: str):
    parts, _ = await answer(provider, Said(finish=finish))
    assert parts[-1].reason == reason


@pytest.mark.parametrize("provider", MANY)
@pytest.mark.parametrize("fault", [CrLf(), ByClose(), WrongType("json")])
async def test_the_same_reply_in_another_wrapping_is_the_same(provider: str, fault):
    parts, _ = await answer(provider, SAID, fault)

    assert spoken(parts) == "你好 🌍"
    assert parts[-1] == Finish("stop", COUNTED[provider], "kimi-k2.6")
    thoughts = [part.text for part in parts if isinstance(part, Reasoning)]
    assert "".join(thoughts) == ("" if provider == "openai" else "Hmm.")


@pytest.mark.parametrize("provider", MANY)
async def test_a_refusal_is_withheld_and_no_part_of_what_was_said(provider: str):
    parts, _ = await answer(provider, Refusal("I will not go on."))

    assert spoken(parts) == "A plain answer."
    assert parts[-1].reason == "filter"


@pytest.mark.parametrize("whole", [True, False])
async def test_a_refusal_counts_though_the_stream_says_that_it_stopped(whole: bool):
    """OpenAI's streams with `delta.refusal` end with `stop`."""
    refusal = Said(words=[], refusal="I will not.", finish="stop")
    parts, _ = await answer("openai", refusal, *([WrongType("json")] if whole else []))

    assert spoken(parts) == "I will not."
    assert parts[-1].reason == "filter"


# -- what is sent


@pytest.mark.parametrize("provider", MANY)
async def test_each_is_asked_at_its_path_with_its_key_and_its_limit(provider: str, monkeypatch):
    if variable := PROVIDERS[provider][2]:
        monkeypatch.setenv(variable, f" {KEYS[provider]}\n")
    _, asked = await answer(provider)

    assert asked.path == "/v1" + DIALECTS[provider].path
    body = asked.body
    assert body["model"] == PROVIDERS[provider][1]
    assert body["stream"] is True
    newer = provider in ("openai", "moonshot")
    assert body.get("max_completion_tokens") == (50 if newer else None)
    assert body.get("max_tokens") == (None if newer else 50)
    key = KEYS.get(provider)
    if provider == "anthropic":
        assert asked.headers["x-api-key"] == key
        assert asked.headers["anthropic-version"]
        assert "authorization" not in asked.headers
        assert "stream_options" not in body
    else:
        assert asked.headers.get("authorization") == (f"Bearer {key}" if key else None)
        assert body["stream_options"] == {"include_usage": True}
    unseeded = provider in ("moonshot", "deepseek", "anthropic", "openrouter")
    assert body.get("seed") == (None if unseeded else 7)
    assert "name" not in str([list(message) for message in body["messages"]])


@pytest.mark.parametrize("provider", ["moonshot", "openai", "anthropic"])
async def test_a_key_that_must_be_there_is_asked_for_by_its_variable(provider: str, monkeypatch):
    variable = PROVIDERS[provider][2]
    monkeypatch.delenv(variable, raising=False)
    async with Registry() as registry:  # of the shipped profiles
        speaker = registry.speaker(model_of(provider))
        with pytest.raises(KeyMissing, match="needs a key") as missing:
            await speaker.prepare()
    assert variable in str(missing.value)


@pytest.mark.parametrize("key", ["sk-clé", "sk-1 2", "sk-1\nsk-2", "“sk-1”"])
async def test_what_can_be_no_key_is_refused_without_being_shown(key: str, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    async with Registry() as registry:
        with pytest.raises(UserError, match="OPENAI_API_KEY") as wrong:
            await registry.speaker("openai/gpt-5.5").prepare()
    assert "sk-" not in str(wrong.value)


@pytest.mark.parametrize(
    "url",
    ["ftp://h/v1", "h/v1", "http://[bad/v1", "http://h:99999/v1", "http://a..b/v1", "http://"],
)
def test_an_address_that_is_none_is_refused(url: str):
    with pytest.raises(UserError, match="not an http"):
        Registry().speaker(f"openai-compatible@{url}#m")


EFFORTS = ("off", "low", "medium", "high", "budget=2000")
LEVELS = {level: {"reasoning_effort": level} for level in ("low", "medium", "high")}
NONE = {"off": {"reasoning_effort": "none"}}
DISABLED = {"thinking": {"type": "disabled"}}
ADAPTIVE = {
    level: {
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": level},
    }
    for level in ("low", "medium", "high")
}
BUDGETS = {
    level: {"thinking": {"type": "enabled", "budget_tokens": tokens}}
    for level, tokens in {"low": 2048, "medium": 8192, "high": 24576, "budget=2000": 2000}.items()
}
# By model: the fields that each wish becomes. What is missing is refused.
THINKING = {
    "openai/gpt-5.5": {**NONE, **LEVELS},
    "openai/gpt-5": LEVELS,
    "openai/gpt-5-pro": {"high": LEVELS["high"]},
    "openai/o4-mini": LEVELS,
    "openai/gpt-4.1": {"off": {}},
    "moonshot/kimi-k2.6": {"off": DISABLED},
    "moonshot/kimi-k2.7-code": {},
    "moonshot/kimi-k3": {"low": LEVELS["low"], "high": LEVELS["high"]},
    "deepseek/deepseek-flash": {
        "off": DISABLED,
        **{e: {"thinking": {"type": "enabled"}, **LEVELS[e]} for e in ("low", "high")},
    },
    "anthropic/claude-sonnet-4-5": {"off": {}, **BUDGETS},
    "anthropic/claude-opus-4-6": {"off": {}, **ADAPTIVE},
    "anthropic/claude-sonnet-5": {"off": DISABLED, **ADAPTIVE},
    "anthropic/claude-sonnet-5-5": {"off": {"thinking": {"type": "between_tools"}}, **ADAPTIVE},
    "anthropic/claude-opus-5-5": ADAPTIVE,
    "openrouter/acme/large": {
        "off": {"reasoning": {"effort": "none"}},
        **{level: {"reasoning": {"effort": level}} for level in LEVELS},
        "budget=2000": {"reasoning": {"max_tokens": 2000}},
    },
    "ollama/qwen3:8b": {**NONE, **LEVELS},
    "llama-server/any": {"off": {"chat_template_kwargs": {"enable_thinking": False}}, **LEVELS},
    "vllm/org/model": {
        "off": {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}},
        **LEVELS,
        "budget=2000": {"thinking_token_budget": 2000},
    },
    "lmstudio/qwen3": {},
}
ROOM = {"off": 0, "low": 2048, "medium": 8192, "high": 24576, "budget=2000": 2000}
FIELDS = (
    *("thinking", "output_config", "reasoning", "reasoning_effort"),
    *("chat_template_kwargs", "thinking_token_budget"),
)


@pytest.mark.parametrize("model", THINKING)
async def test_a_wish_about_thinking_is_put_as_the_server_has_it_or_refused(model: str):
    provider, _, name = model.partition("/")
    async with ModelServer(Reply(provider)) as server:
        point_at(server.url, reasoning_room=1000)
        for wish in EFFORTS:
            if wish not in THINKING[model]:
                with pytest.raises(UserError, match="cannot be asked to think"):
                    await say(provider, thinking=wish, name=name)
                continue
            await say(provider, thinking=wish, name=name)
            body = server.asked[-1].body
            assert {f: body[f] for f in FIELDS if f in body} == THINKING[model][wish]
            limit = body.get("max_tokens") or body.get("max_completion_tokens")
            assert limit == 50 + ROOM[wish]
        await say(provider, name=name)  # without a wish it is left to the model
        body = server.asked[-1].body
        assert not [field for field in FIELDS if field in body]
        assert (body.get("max_tokens") or body.get("max_completion_tokens")) == 1050


SAMPLING = {"temperature": 0.3, "top_p": 0.5, "presence_penalty": 1, "frequency_penalty": 1, "n": 1}


@pytest.mark.parametrize(("name", "sent"), [("kimi-k2.6", False), ("moonshot-v1-8k", True)])
async def test_kimi_is_sent_no_sampling_since_its_own_is_fixed(name: str, sent: bool):
    async with ModelServer(Reply("moonshot")) as server:
        point_at(server.url, {name: {"provider": "moonshot", "sampling": SAMPLING}})
        async with Registry() as registry:
            async for _ in registry.speaker(name).stream(PROMPT):
                pass
    assert [field in server.asked[0].body for field in SAMPLING] == [sent] * len(SAMPLING)


# -- Anthropic's cache


def blocks_of(body) -> list[tuple[str, str, bool]]:
    """Every block of a prompt in order: whose, what, and whether a cache is told of it."""
    system = [("system", block) for block in body["system"]]
    said = [(m["role"], block) for m in body["messages"] for block in m["content"]]
    assert all(block["text"].strip() for _, block in [*system, *said])
    return [(role, block["text"], "cache_control" in block) for role, block in [*system, *said]]


def requests(play: Play) -> list[tuple[str, bool, list[tuple[str, str, bool]]]]:
    """Each turn's seat, whether anything had been said that it heard, and its blocks."""
    projection = Projection(play.state.opened)
    speaker = Registry().speaker("anthropic/claude-sonnet-5")
    found = []
    for n, event in enumerate(play.events):
        if isinstance(event, TurnOpened):
            step = GiveFloor(event.seat, event.phase, event.round)
            messages = projection.messages(play.states[n], step)
            body = speaker.request_body(replace(PROMPT, messages=messages))
            assert "".join(t for _, t, _ in blocks_of(body)) == "".join(m.content for m in messages)
            heard = event.phase > 0  # the first phase is an opening
            found.append((event.seat, heard, blocks_of(body)))
    return found


@pytest.mark.parametrize("seats", [3, 26])
@pytest.mark.parametrize("layout", ["shared", "perspective"])
def test_what_one_prompt_caches_the_next_begins_with(layout: str, seats: int):
    names = [f"seat-{n:02}" for n in range(seats)]
    phases = [{"kind": "opening"}, {"kind": "plenary", "rounds": 2}, {"kind": "closing"}]
    play = Play(
        manifest(scenario(names, phases), layout=layout),
        speak=lambda step, number: f"First {number}.\n\nThen, of {step.seat}:\n\n\n\nthis.",
    ).run()
    cached: set[tuple[str, ...]] = set()
    before: dict[str, int] = {}
    for seat, heard, blocks in requests(play):
        marks = [n for n, (_, _, told) in enumerate(blocks) if told]
        prefix = [tuple(f"{role}: {text}" for role, text, _ in blocks[: n + 1]) for n in marks]
        assert 2 <= len(marks) <= 4
        assert marks[0] == 0  # the head
        assert marks[-1] < len(blocks) - 1  # the brief is new each time
        who = "" if layout == "shared" else seat
        if heard and who in before:
            # Found from some mark, at most twenty blocks back, as far as it was cached before.
            reach = {n - back for n in marks for back in range(20) if n >= back}
            whole = tuple(f"{role}: {text}" for role, text, _ in blocks)
            best = max(n + 1 for n in reach if whole[: n + 1] in cached)
            assert best >= before[who]
        cached.update(prefix)
        before[who] = marks[-1] + 1 if heard else 1


def test_marks_move_and_blocks_stay():
    play = Play(manifest(scenario(["ada", "bo"]), layout="shared")).run()
    for (_, _, earlier), (_, heard, later) in pairwise(requests(play)):
        end = max(n for n, (_, _, told) in enumerate(earlier) if told)
        if heard:
            assert [b[:2] for b in later[: end + 1]] == [b[:2] for b in earlier[: end + 1]]


async def test_a_prompt_without_a_record_is_told_no_empty_block():
    prompt = replace(PROMPT, messages=(Message("system", "S"), Message("user", "Speak.")))
    _, asked = await answer("anthropic", prompt=prompt)
    assert blocks_of(asked.body) == [("system", "S", True), ("user", "Speak.", False)]
