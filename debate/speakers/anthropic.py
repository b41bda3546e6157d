"""Anthropic's own Messages API.

Source: https://docs.anthropic.com/en/api/messages and .../build-with-claude/{streaming,
prompt-caching,extended-thinking}, as its Python client (anthropics/anthropic-sdk-python) has them.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Mapping
from typing import Any, ClassVar, Literal, NamedTuple

import httpx

from debate.errors import SpeakerError
from debate.events import FinishReason, Thinking, Usage
from debate.prompts.layouts import Message
from debate.speakers.base import Finish, Part, Prompt, Reasoning, Text
from debate.speakers.chat import broken_off, model_name, refuse_thinking
from debate.speakers.http import HttpSpeaker, first_number, thinking_room
from debate.speakers.sse import events

_VERSION = "2023-06-01"
_FINISH: dict[str, FinishReason] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "filter",
}
_LEAST_THINKING = 1024


class _Way(NamedTuple):
    """How a model is asked to think."""

    by: Literal["budget", "effort"]
    rest: str | None = "disabled"
    """The kind of thinking that is none; empty if it rests unasked, None if it cannot."""


# As its client's types and pydantic-ai (profiles/anthropic.py) have them; the first that fits.
_WAYS = (
    (
        re.compile(r"claude-(3|haiku-4|sonnet-4-[05]|sonnet-4$|opus-4-[015]|opus-4$)"),
        _Way("budget", ""),
    ),
    (re.compile(r"claude-(sonnet|opus)-4-6"), _Way("effort", "")),
    (re.compile(r"claude-(opus-5-5|fable|mythos)"), _Way("effort", None)),
    (re.compile(r"claude-sonnet-5-5"), _Way("effort", "between_tools")),
)
_EPHEMERAL = {"type": "ephemeral"}
_GAP = "\n\n"
_MARKS = 3
_REACH = 18


class AnthropicSpeaker(HttpSpeaker):
    """A model behind the Messages API."""

    path = "/messages"
    caches: ClassVar[bool | None] = True

    def key_headers(self, key: str | None) -> Mapping[str, str]:
        return {"anthropic-version": _VERSION, **({"x-api-key": key} if key else {})}

    @classmethod
    def check_thinking(cls, name: str, thinking: Thinking) -> None:
        _thinking(name, thinking)

    def request_body(self, prompt: Prompt) -> dict[str, Any]:
        profile = self._profile
        system = [m.content for m in prompt.messages if m.role == "system"]
        said = [m for m in prompt.messages if m.role != "system"]
        body: dict[str, Any] = {
            "model": profile.name,
            # The first breakpoint of the four that may be set.
            "system": [
                {"type": "text", "text": text, "cache_control": _EPHEMERAL} for text in system
            ],
            "messages": _with_breakpoints(said),
            "stream": True,
            "max_tokens": prompt.max_tokens + profile.reasoning_room,
            **profile.sampling,
            **_thinking(profile.name or "", profile.thinking),
            **profile.extra,
        }
        if prompt.schema is not None:
            # The effort of thinking stands under the same name.
            effort = body.get("output_config") or {}
            body["output_config"] = {**effort, **self.schema_config(prompt.schema)}
        return body

    @classmethod
    def schema_config(cls, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """What under `output_config` asks for a reply which is JSON of this schema.

        Every object in it has to say `additionalProperties: false`.
        """
        return {"format": {"type": "json_schema", "schema": schema}}

    async def parts(self, response: httpx.Response) -> AsyncGenerator[Part]:
        usage: dict[str, Any] = {}
        model: str | None = None
        reason: str | None = None
        ended = False
        try:
            async for event in events(response):
                data = json.loads(event.data)
                match data.get("type"):
                    case "message_start":
                        message = data["message"]
                        model = model_name(message.get("model"))
                        usage |= message.get("usage") or {}
                    case "content_block_start":
                        for part in _said(data["content_block"]):
                            yield part
                    case "content_block_delta":
                        for part in _said(data["delta"]):
                            yield part
                    case "message_delta":
                        reason = data["delta"].get("stop_reason") or reason
                        # Cumulative, so that the last one counts; what it leaves out stands.
                        later = data.get("usage") or {}
                        usage |= {name: n for name, n in later.items() if n is not None}
                    case "message_stop":
                        ended = True
                        break
                    case "error":
                        raise broken_off(data.get("error"))
                    case _:  # pings, and what may come later
                        pass
            if not ended and reason is None:
                raise SpeakerError("the stream ended before the reply did")
            yield Finish(_FINISH.get(reason or "", "stop"), read_usage(usage), model)
        except (ValueError, AttributeError, TypeError, LookupError, RecursionError) as error:
            raise SpeakerError(f"the server sent no event stream: {error}") from None

    def whole(self, body: bytes) -> list[Part]:
        try:
            reply = json.loads(body)
            if error := reply.get("error"):
                raise broken_off(error)
            parts = [part for block in reply["content"] for part in _said(block)]
            reason = _FINISH.get(reply.get("stop_reason") or "", "stop")
            usage = read_usage(reply.get("usage") or {})
            return [*parts, Finish(reason, usage, model_name(reply.get("model")))]
        except (ValueError, AttributeError, TypeError, LookupError, RecursionError) as error:
            raise SpeakerError(f"the server sent something that is no reply: {error}") from None


def read_usage(usage: Mapping[str, Any]) -> Usage:
    """Its usage in our terms: what it calls input leaves out what was cached, ours holds it."""
    new, read, written = (
        first_number(usage.get(name))
        for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    return Usage(
        input=None if new is None else new + (read or 0) + (written or 0),
        cached=read,
        cache_written=written,
        output=first_number(usage.get("output_tokens")),  # thinking included
        reasoning=first_number(_inner(usage, "output_tokens_details").get("thinking_tokens")),
    )


def _inner(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = usage.get(name)
    return found if isinstance(found, dict) else {}


def _said(block: Mapping[str, Any]) -> list[Part]:
    """What a block begins with, or a delta adds."""
    text, thought = block.get("text"), block.get("thinking")
    if block.get("type") in ("text", "text_delta") and text and isinstance(text, str):
        return [Text(text)]
    if block.get("type") in ("thinking", "thinking_delta") and thought and isinstance(thought, str):
        return [Reasoning(thought)]
    return []  # signatures, and thinking that is not shown


def _thinking(name: str, thinking: Thinking | None) -> dict[str, Any]:
    """The fields that ask for so much thinking.

    Raises:
        UserError: if the model cannot be asked so.
    """
    way = next((way for pattern, way in _WAYS if pattern.match(name)), _Way("effort"))
    if thinking is None:
        return {}
    if thinking == "off":
        if way.rest is None:
            raise refuse_thinking(name, thinking, "it always thinks; low is the least")
        return {"thinking": {"type": way.rest}} if way.rest else {}
    if way.by == "budget":
        room = thinking_room(thinking)
        if room < _LEAST_THINKING:
            raise refuse_thinking(name, thinking, f"its least budget is {_LEAST_THINKING:,} tokens")
        return {"thinking": {"type": "enabled", "budget_tokens": room}}
    if thinking.startswith("budget="):
        raise refuse_thinking(name, thinking, "it takes off, low, medium or high")
    return {
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": thinking},
    }


def _with_breakpoints(messages: list[Message]) -> list[dict[str, Any]]:
    """The messages, with a breakpoint where the record ends and the brief begins.

    A cache is found again by whole blocks, so each paragraph of the record is a block of its own:
    the next prompt has the same blocks, and more of them behind. The API looks for what was cached
    before up to twenty blocks back from a breakpoint; two more carry it back over an opening of
    many seats, which adds them all at once.
    """
    *before, last = messages
    record, brief = last.content[: last.stable], last.content[last.stable :]
    blocks = _paragraphs(record)
    turns = [(m.role, _paragraphs(m.content)) for m in before]
    stable = [block for _, content in [*turns, (last.role, blocks)] for block in content]
    for block in stable[: -_MARKS * _REACH - 1 : -_REACH]:
        block["cache_control"] = _EPHEMERAL
    if brief.strip():
        blocks.append({"type": "text", "text": brief})
    return [{"role": role, "content": content} for role, content in [*turns, (last.role, blocks)]]


def _paragraphs(text: str) -> list[dict[str, Any]]:
    """Each paragraph as a block, with the gap before it: so it stays as it is when one follows."""
    texts, gap = [], ""
    for n, piece in enumerate(text.split(_GAP)):
        gap += (_GAP if n else "") + piece
        if piece.strip():  # no block may be blank
            texts.append(gap)
            gap = ""
    return [{"type": "text", "text": text} for text in texts]
