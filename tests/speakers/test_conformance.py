"""What any `openai-compatible` endpoint has to do, asked of a scripted server and of a real one.

The real one is llama.cpp's server, as the embedded engine runs it, asked over its loopback port by
a user who knows nothing but its address and its key.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import replace

import pytest
from faults import Overflow, Status
from model_server import Asked, ModelServer, Reply, Said, Tokens

from debate.errors import SpeakerError
from debate.library import cache_folder
from debate.prompts.layouts import Message
from debate.speakers import catalog
from debate.speakers.base import Finish, Prompt, Reading, Text
from debate.speakers.local import Engine
from debate.speakers.registry import COMPATIBLE_KEY, Registry

CACHE = cache_folder()  # before the tests get one of their own
KEY = "a-key-of-the-test"
WINDOW = 2048
SCHEMA = {
    "type": "object",
    "properties": {"vote": {"enum": ["yes", "no"]}},
    "required": ["vote"],
    "additionalProperties": False,
}
HEAD = Message("system", "You answer in one short sentence. " * 20)


def asking(text: str, **more) -> Prompt:
    return Prompt((HEAD, Message("user", text)), seat="ada", **{"max_tokens": 16, **more})


def scripted(asked: Asked) -> Reply:
    """A server that does what it should."""
    body = asked.body
    said = sum(len(message["content"]) for message in body["messages"]) // 4
    if asked.headers.get("authorization") != f"Bearer {KEY}":
        return Reply("llama-server", Status(401))
    if said > WINDOW:
        return Reply("llama-server", Overflow())
    words = ['{"vote": ', '"yes"}'] if "response_format" in body else ["Tiers", " are", " fair."]
    short = body["max_tokens"] < len(words)
    told = Said(
        words[: body["max_tokens"]],
        finish="length" if short else "stop",
        usage=Tokens(said, said // 2, None, min(len(words), body["max_tokens"]), None),
    )
    return Reply("llama-server", told)


@pytest.fixture
async def server(request, monkeypatch):
    """The name by which `--model` asks for a server."""
    if request.param == "scripted":
        monkeypatch.setenv(COMPATIBLE_KEY, KEY)
        async with ModelServer(scripted) as served:
            yield f"openai-compatible@{served.url}#any"
        return
    monkeypatch.setenv("YALTA_CACHE", str(CACHE))
    path = await asyncio.to_thread(catalog.ensure, catalog.DEFAULT, offline=False)
    engine = Engine(path, window=WINDOW)
    try:
        address = await engine.address()
        monkeypatch.setenv(COMPATIBLE_KEY, engine.key)
        yield f"openai-compatible@{address}/v1#any"
    finally:
        await engine.aclose()


SERVERS = pytest.mark.parametrize(
    "server",
    [
        "scripted",
        pytest.param("engine", marks=[pytest.mark.engine, pytest.mark.xdist_group("engine")]),
    ],
    indirect=True,
)


async def parts_of(speaker, prompt: Prompt) -> list:
    async with aclosing(speaker.stream(prompt)) as stream:
        return [part async for part in stream]


@SERVERS
async def test_an_endpoint_conforms(server, monkeypatch):
    async with Registry() as registry:
        registry.trust(server)
        speaker = registry.speaker(server)
        await speaker.prepare()

        # A reply comes in parts, in order, and ends once, with its usage.
        parts = await parts_of(speaker, asking("Who should hold the weights?"))
        assert isinstance(parts[0], Reading)
        assert [type(part) for part in parts[1:-1]] == [Text] * len(parts[1:-1])
        assert len(parts) > 3
        end = parts[-1]
        assert isinstance(end, Finish)
        assert end.usage.input is not None
        assert end.usage.input > 50
        assert end.usage.output is not None
        assert 0 < end.usage.output <= 17

        # What stands at the beginning of both is read from the cache.
        again = (await parts_of(speaker, asking("Who should not?")))[-1]
        assert again.usage.cached is not None
        assert 0 < again.usage.cached < again.usage.input

        # The limit of a reply is kept, and told as the reason of its end.
        short = await parts_of(speaker, asking("Count from one to a hundred.", max_tokens=2))
        assert short[-1].reason == "length"
        assert short[-1].usage.output <= 2

        # A reply that is not wanted any more is let go, and the next can be had.
        async with aclosing(speaker.stream(asking("Count to a thousand."))) as stream:
            async for part in stream:
                if isinstance(part, Text):
                    break
        assert isinstance((await parts_of(speaker, asking("Well?")))[-1], Finish)

        # Two at once do not mix.
        both = await asyncio.gather(
            *(parts_of(speaker, asking(text)) for text in ("Name a sea.", "Name a hill."))
        )
        assert all(isinstance(parts[-1], Finish) for parts in both)

        # A schema is kept to. A grammar lets a model write blanks between, so there is room.
        vote = await parts_of(speaker, replace(asking("Vote.", max_tokens=96), schema=SCHEMA))
        said = "".join(part.text for part in vote if isinstance(part, Text))
        assert json.loads(said)["vote"] in ("yes", "no")

        # A prompt longer than the window is refused for good, and the way out is named.
        with pytest.raises(SpeakerError) as caught:
            await parts_of(speaker, asking("The record goes on and on. " * 900))
        assert caught.value.final
        assert "window" in str(caught.value)

        # So is a wrong key, and the variable is named that holds it.
        monkeypatch.setenv(COMPATIBLE_KEY, "not-the-key")
        with pytest.raises(SpeakerError, match=COMPATIBLE_KEY) as caught:
            await parts_of(speaker, asking("Who?"))
        assert caught.value.final
        assert "not-the-key" not in str(caught.value)
