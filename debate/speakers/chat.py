"""Any server that speaks the OpenAI chat-completions form.

What servers really send differs in small ways; each way is noted where it is met. A family whose
ways are its own is a subclass in a file of its own.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any, ClassVar

import httpx

from debate.errors import SpeakerError, UserError
from debate.events import FinishReason, Thinking, Usage
from debate.speakers.base import Finish, Part, Prompt, Reading, Reasoning, Text
from debate.speakers.failures import failure
from debate.speakers.http import HttpSpeaker, first_number
from debate.speakers.sse import events
from debate.text import showable

# One name for what servers call their stop reasons; whatever else ends a reply is a stop.
_FINISH: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filter",
    "refusal": "filter",
}
# Ends that are none: the server broke off, and says so in the place of a reason.
_BROKEN = frozenset(
    {"error", "insufficient_system_resource", "abort"}  # OpenRouter; DeepSeek; vLLM, SGLang
)
_NAME_SHOWN = 200


class ChatSpeaker(HttpSpeaker):
    """A model behind an OpenAI-compatible endpoint.

    Attributes:
        max_tokens_field: What the limit of a reply is called.
        sends_seed: Whether the server takes a seed for its sampling.
    """

    path = "/chat/completions"
    max_tokens_field: ClassVar[str] = "max_tokens"
    sends_seed: ClassVar[bool] = False

    # -- what a family may say otherwise

    @classmethod
    def check_thinking(cls, name: str, thinking: Thinking) -> None:
        cls.thinking_body(name, thinking)

    @classmethod
    def thinking_body(cls, name: str, thinking: Thinking) -> Mapping[str, Any]:
        """The fields that ask a model of this name to think so much.

        Raises:
            UserError: if it cannot be asked that; see `refuse_thinking`.
        """
        raise refuse_thinking(name, thinking, "no way to say so is known for this server")

    @classmethod
    def schema_body(cls, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields that ask for a reply which is JSON of this schema."""
        form = {"name": "reply", "schema": schema, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": form}}

    def usage(self, usage: object) -> Usage:
        """A server's usage object in our terms."""
        return read_usage(usage)

    # -- the call

    def request_body(self, prompt: Prompt) -> dict[str, Any]:
        profile = self._profile
        name = profile.name or profile.model
        thinking = self.thinking_body(name, profile.thinking) if profile.thinking else {}
        limit = self._endpoint.max_tokens_field or self.max_tokens_field
        body: dict[str, Any] = {
            "model": name,
            # Names stand in the content: most servers ignore a message's `name`.
            "messages": [{"role": m.role, "content": m.content} for m in prompt.messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            limit: prompt.max_tokens + profile.reasoning_room,
            **profile.sampling,
            **thinking,
            **({} if prompt.schema is None else self.schema_body(prompt.schema)),
            **profile.extra,
        }
        if self.sends_seed and prompt.seed is not None:
            body["seed"] = prompt.seed
        return body

    async def parts(self, response: httpx.Response) -> AsyncGenerator[Part]:
        reason: str | None = None
        usage: object = None
        model: object = None
        done = spoke = refused = False
        try:
            async for event in events(response):
                if event.data == "[DONE]":
                    done = True
                    break
                chunk = json.loads(event.data)
                if error := error_of(chunk):
                    raise broken_off(error)
                model = chunk.get("model") or model
                # Some send usage twice (Moonshot: on the finishing choice and in a last chunk),
                # always of the whole call: the last one counts, and nothing is added up.
                usage = chunk.get("usage") or usage
                if progress := chunk.get("prompt_progress"):  # llama.cpp, where asked for
                    read, total = (first_number(progress.get(k)) for k in ("processed", "total"))
                    yield Reading(read or 0, total)
                for choice in chunk.get("choices") or ():
                    usage = choice.get("usage") or usage
                    reason = _text(choice.get("finish_reason")) or reason
                    if reason in _BROKEN:
                        raise broken_off(choice.get("error") or reason)
                    for part in _said(choice.get("delta") or {}):
                        refused = refused or isinstance(part, Refused)
                        if isinstance(part, Refused) and spoke:
                            continue  # of what was said before they are no part
                        spoke = spoke or type(part) is Text
                        yield part
            # Not every server sends [DONE]; a finish reason is the end as well. With neither, the
            # connection was dropped and the reply is half a reply.
            if not done and reason is None:
                raise SpeakerError("the stream ended before the reply did")
            yield Finish(_ended(reason, refused), self.usage(usage), model_name(model))
        except (ValueError, AttributeError, TypeError, RecursionError) as error:
            raise SpeakerError(
                f"the server sent something that is no event stream: {error}"
            ) from None

    def whole(self, body: bytes) -> list[Part]:
        try:
            reply = json.loads(body)
            if error := error_of(reply):
                raise broken_off(error)
            choice = reply["choices"][0]
            reason = _text(choice.get("finish_reason"))
            if reason in _BROKEN:
                raise broken_off(choice.get("error") or reason)
            said = _said(choice["message"])
            refused = bool(choice["message"].get("refusal"))
            usage = self.usage(reply.get("usage"))
            return [*said, Finish(_ended(reason, refused), usage, model_name(reply.get("model")))]
        except (ValueError, AttributeError, TypeError, LookupError, RecursionError) as error:
            raise SpeakerError(f"the server sent something that is no reply: {error}") from None


class Refused(Text):
    """Words by which a model says, in a field of their own, that it will not answer."""


def refuse_thinking(name: str, thinking: str, why: str) -> UserError:
    """The error for a wish about thinking that a model cannot fulfil."""
    return UserError(f"{name} cannot be asked to think {thinking!r}: {why}")


def error_of(chunk: Mapping[str, Any]) -> Any:
    """The error that stands in the place of a chunk, or of a reply; None if there is none."""
    # Older vLLM, and SGLang, send one without an object around it.
    return chunk.get("error") or (chunk if chunk.get("object") == "error" else None)


def broken_off(error: Any) -> SpeakerError:
    """The error for one that stands in a stream, after the answer had begun."""
    # Where a reason to end stands in its place, that is its name as well.
    told = failure({"message": error, "code": error} if isinstance(error, str) else error)
    return SpeakerError(
        f"the server broke off: {told.said}",
        hint=told.hint,
        final=told.final,
        busy=told.busy,
        wait=told.wait,
    )


def model_name(said: object) -> str | None:
    """What a server calls the model, fit to be shown; None if it does not say."""
    return showable(_text(said))[:_NAME_SHOWN].strip() or None


def _ended(reason: str | None, refused: bool) -> FinishReason:
    return "filter" if refused else _FINISH.get(reason or "", "stop")


def _said(delta: Any) -> list[Part]:
    """What a delta, or a whole message, holds."""
    said: list[Part] = []
    # DeepSeek, Moonshot and llama.cpp say `reasoning_content`; Ollama, OpenRouter and newer vLLM
    # say `reasoning`.
    if thought := _text(delta.get("reasoning_content") or delta.get("reasoning")):
        said.append(Reasoning(thought))
    if words := _text(delta.get("content")):
        said.append(Text(words))
    elif refusal := _text(delta.get("refusal")):
        said.append(Refused(refusal))
    return said


def _text(value: object) -> str:
    """Text as servers send it: a string, or a list of parts that each hold one."""
    if isinstance(value, list):
        return "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    return value if isinstance(value, str) else ""


def read_usage(usage: object) -> Usage:
    """A server's usage object in our terms. What it does not say is unknown, not zero."""
    if not isinstance(usage, dict):
        return Usage()
    into, out = (
        details if isinstance(details := usage.get(name), dict) else {}
        for name in ("prompt_tokens_details", "completion_tokens_details")
    )
    cached = first_number(
        into.get("cached_tokens"),  # OpenAI, vLLM and SGLang when told to, llama.cpp
        usage.get("cached_tokens"),  # Moonshot
        usage.get("prompt_cache_hit_tokens"),  # DeepSeek
    )
    return Usage(
        input=first_number(usage.get("prompt_tokens")),
        cached=cached,
        cache_written=first_number(into.get("cache_write_tokens")),  # OpenRouter
        output=first_number(usage.get("completion_tokens")),
        reasoning=first_number(out.get("reasoning_tokens"), usage.get("reasoning_tokens")),
    )
