"""What a model and its server really do, found out by three small calls.

    async with Registry() as registry:
        report = await check(registry, "kimi-k2.6")

The first call asks about a long list; the second begins with the same list, so that a prefix cache
would hold it; the third wants JSON of a schema. Beside each lack stands what is done about it.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib import import_module
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from debate.errors import SpeakerError, UserError, YaltaError
from debate.estimate import estimate, estimate_prompt
from debate.events import FinishReason, Profile, Thinking, Usage
from debate.money import cost_of
from debate.prompts.layouts import Message
from debate.speakers import human
from debate.speakers.base import Finish, Part, Prompt, Reasoning, Speaker, Text
from debate.speakers.hygiene import Filter
from debate.speakers.profiles import load_profiles
from debate.speakers.registry import Registry
from debate.text import count_words, one_line

# How long each call has. The embedded engine may read for minutes on a small machine.
SECONDS, LOCAL_SECONDS = 60.0, 300.0

# Several providers cache from 1,024 tokens on: the list is longer by any model's count.
_LINES = 140
_ROOM = 60
_HEAD = "You answer a question briefly."
_FIRST = "In about forty words, tell what the list is about."
_AGAIN = "In about forty words, tell what the birds in the list do."
# JSON is not spoken of: only a server that heeds the schema answers with it.
_COLOUR = "Think of a colour. Which is it, and how many letters has its name?"
_ENOUGH = 8  # tokens: a server may well have sent a shorter reply in one piece by chance
_SHOWN = 60

CallName = Literal["first", "again", "schema"]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    colour: str
    letters: int


@dataclass(slots=True)
class Call:
    """What one call brought."""

    name: CallName
    estimated: int
    """About how many tokens it sent."""
    error: str | None = None
    """Why it came to no end, if it did not."""
    accepted: bool = False
    """True of a call that broke off, and may be billed."""
    refused: bool = False
    """Whether the server will not have such a call, so that asking again cannot help."""
    first: float | None = None
    """Seconds to the first token."""
    total: float | None = None
    """Seconds to the end."""
    pieces: int = 0
    """Parts of text that the reply came in."""
    text: str = ""
    thought: Literal["apart", "inside"] | None = None
    """Where reasoning stood, if there was any."""
    written: int = 0
    """About how many tokens came, reasoning included."""
    usage: Usage = field(default_factory=Usage)
    finish: FinishReason | None = None
    model: str | None = None
    """The model as the server named it."""

    @property
    def rate(self) -> float | None:
        """Tokens a second once the first had come; None for a reply that came in one piece."""
        if self.pieces < 2 or self.first is None or self.total is None or self.total <= self.first:
            return None
        told = self.usage.output
        if told is not None and self.thought is None:
            told -= self.usage.reasoning or 0  # it was written before the first that came
        return (self.written if told is None else told) / (self.total - self.first)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report."""

    what: str
    found: str
    then: str = ""
    """What the program does about it; empty where nothing is lacking."""
    detail: str = ""
    """More, such as a server's own words."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found out about a model."""

    profile: Profile
    calls: tuple[Call, ...]
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether not even the first call brought a reply, so that no other was made."""
        return self.calls[0].error is not None

    @property
    def silent(self) -> bool:
        """Whether none of the replies held a word."""
        return not any(call.text.strip() for call in self.calls)

    @property
    def cost(self) -> Decimal | None:
        """What the calls cost, in the currency of the model's price; None if that is unknown."""
        if any(call.accepted for call in self.calls):
            return None  # nobody says what one that broke off is billed as
        came = [call for call in self.calls if call.finish or call.first is not None]
        costs = [cost_of(call.usage, self.profile.price) for call in came]
        known = [cost for cost in costs if cost is not None]
        return sum(known, Decimal(0)) if len(known) == len(costs) and self.profile.price else None


class Plan(NamedTuple):
    """What a check will ask for: about so many tokens to read, at most so many to write."""

    calls: int
    input: int
    output: int


def plan(profile: Profile) -> Plan:
    """What a check of this model will ask for."""
    prompts = _prompts()
    room = sum(prompt.max_tokens + profile.reasoning_room for prompt in prompts.values())
    return Plan(len(prompts), sum(prompt.tokens for prompt in prompts.values()), room)


async def check(
    registry: Registry,
    model: str,
    thinking: Thinking | None = None,
    *,
    seconds: float | None = None,
) -> Report:
    """Find out by a few calls what a model and its server do.

    An error of one call is what that call found out; if it is the first, no other is made.

    Args:
        registry: Makes the model's speaker.
        model: The model, as `--model` takes it.
        thinking: How much it is to think; None leaves it to the model.
        seconds: How long each call has, if not as long as is usual.

    Raises:
        UserError: if the model cannot be asked at all: no such name, no key, no model file; or if
            it is a person or a transcript.
        YaltaError: if the embedded engine does not start.
    """
    if model == human.MODEL or model.startswith("replay:"):
        raise UserError(f"{model} is no model: there is nothing to check")
    speaker = registry.speaker(model, thinking)
    await speaker.prepare()
    profile = speaker.profile
    if seconds is None:
        seconds = LOCAL_SECONDS if profile.family == "local" else SECONDS
    # Its import takes long, and is no part of how long a server takes.
    await asyncio.to_thread(import_module, "debate.speakers.transport")
    calls: list[Call] = []
    for name, prompt in _prompts().items():
        calls.append(await _call(name, speaker, prompt, seconds))
        if calls[0].error:
            break
    known = (_rest(registry, model), _window(profile), _price(profile))
    return Report(profile, tuple(calls), (*_heard(calls), *known))


def _prompts() -> dict[CallName, Prompt]:
    """The calls, in order."""
    listed = _list()
    colour = (Message("system", _HEAD), Message("user", _COLOUR))
    schema = _Answer.model_json_schema()
    prompts: dict[CallName, Prompt] = {
        "first": _about(listed, _FIRST),
        "again": _about(listed, _AGAIN),
        "schema": Prompt(colour, "check", _ROOM, schema=schema),
    }
    return {name: replace(p, tokens=estimate_prompt(p.messages)) for name, p in prompts.items()}


def _about(listed: str, question: str) -> Prompt:
    asked = Message("user", f"{listed}\n\n{question}", stable=len(listed))
    return Prompt((Message("system", _HEAD), asked), "check", _ROOM)


def _list() -> str:
    """About 1,500 tokens. No two are alike, so that no cache holds one from an earlier check."""
    colours = ("brown", "white", "grey", "yellow", "black", "red", "green")
    birds = ("heron", "sparrow", "owl", "swallow", "crane")
    deeds = ("waits by", "flies over", "sleeps behind", "sings near", "looks at")
    places = ("mill", "bridge", "garden", "market", "harbour", "school", "station", "tower")
    lines = (
        f"{n}. The {colours[n % 7]} {birds[n % 5]} {deeds[n // 5 % 5]} the {places[n % 8]}."
        for n in range(1, _LINES + 1)
    )
    return "\n".join([f"List {secrets.token_hex(4)}", *lines])


async def _call(name: CallName, speaker: Speaker, prompt: Prompt, seconds: float) -> Call:
    """Make one call. What goes wrong with it stands in what is returned."""
    call = Call(name, prompt.tokens)
    reply = Filter("(the model)")
    sent: float | None = None
    try:
        async with asyncio.timeout(seconds), aclosing(speaker.stream(prompt)) as parts:
            async for part in parts:
                # With the first part the request is with the model: before, it stood in a queue.
                sent = time.perf_counter() if sent is None else sent
                call.total = time.perf_counter() - sent
                _take(part, call, reply)
                if reply.ended:
                    break
    except TimeoutError:
        call.error, call.accepted = f"no end after {seconds:g} s", True
    except YaltaError as error:
        call.error = one_line(error.in_a_line)
        if isinstance(error, SpeakerError):
            call.refused, call.accepted = error.final, error.accepted
    reply.finish()
    call.text = reply.text
    call.written = estimate(reply.text) + estimate(reply.reasoning)
    if reply.reasoning and call.thought is None:
        call.thought = "inside"
    return call


def _take(part: Part, call: Call, reply: Filter) -> None:
    match part:
        case Text(text):
            call.pieces += 1
            reply.feed(text)
        case Reasoning(text):
            call.thought = "apart"
            reply.reason(text)
        case Finish(reason, usage, model):
            call.finish, call.usage = reason, usage
            call.model = one_line(model) if model else None
    if call.first is None and isinstance(part, Text | Reasoning):
        call.first = call.total


# -- what the calls found out


def _heard(calls: list[Call]) -> list[Finding]:
    first = calls[0]
    if first.error:
        return [Finding("reply", "none", "nothing else was asked", first.error)]
    found = [_reply(first), _speed(first), _streams(first), _usage(first), _counts(first)]
    return [*found, _cache(first, calls[1]), _schema(calls[2]), _thinking(first)]


def _reply(call: Call) -> Finding:
    name = (call.model or "a model without a name")[:_SHOWN]
    if call.text:
        words = f"{count_words(call.text)} words, ended by {call.finish or 'the program'}"
        return Finding("reply", f"{name}: {words}")
    if call.finish == "filter":
        return Finding("reply", "withheld by its provider", "such a turn is told as refused")
    if call.finish == "length":
        then = "such turns are empty: say more reasoning_room in profiles.yaml"
        return Finding("reply", "its tokens were used up before the first word", then)
    return Finding("reply", f"{name}: no words", "such a turn is told as failed")


def _speed(call: Call) -> Finding:
    after = "no token" if call.first is None else f"{call.first:.2f} s to the first token"
    return Finding("speed", after if call.rate is None else f"{after}, {call.rate:.0f} a second")


def _streams(call: Call) -> Finding:
    if call.pieces > 1:
        return Finding("streaming", f"yes, {call.pieces} pieces")
    if estimate(call.text) < _ENOUGH:
        return Finding("streaming", "unknown: the reply was too short")
    return Finding("streaming", "no, in one piece", "turns appear whole")


def _usage(call: Call) -> Finding:
    told = {name: n for name, n in call.usage.model_dump().items() if n is not None}
    missing = [name.replace("_", " ") for name in Usage.model_fields if name not in told]
    found = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in told.items()) or "not told"
    detail = f"nothing is told of {', '.join(missing)}" if told and missing else ""
    if "input" in told and "output" in told:
        return Finding("usage", found, detail=detail)
    then = "costs show as unknown; a budget counts the most that each call can have cost"
    return Finding("usage", found, then, detail)


def _counts(call: Call) -> Finding:
    counted = call.usage.input
    if counted is None:
        return Finding("prompt tokens", f"about {call.estimated:,}", "lengths stay rough estimates")
    ratio = f"{counted / call.estimated:.2f} of the estimate"
    return Finding("prompt tokens", f"{counted:,} counted, {ratio}")


def _cache(first: Call, again: Call) -> Finding:
    unknown = "the cached share shows as unknown"
    if again.error:
        return Finding("prefix cache", "unknown: the call failed", unknown, again.error)
    detail = ""
    if again.first is not None and first.first is not None:
        before = f"{first.first:.2f} s at first, connecting included"
        detail = f"first token after {again.first:.2f} s; {before}"
    cached, whole = again.usage.cached, again.usage.input
    if cached is None:
        return Finding("prefix cache", "not told", unknown, detail)
    if not cached:
        then = "each turn is read, and paid for, from its beginning"
        return Finding("prefix cache", "nothing was cached", then, detail)
    share = f" of {whole:,} ({cached / whole:.0%})" if whole else ""
    return Finding("prefix cache", f"{cached:,}{share}", detail=detail)


def _schema(call: Call) -> Finding:
    what, plain = "JSON schema", "votes are read from plain text"
    if call.error:
        found = "no, refused" if call.refused else "unknown: the call failed"
        return Finding(what, found, plain, call.error)
    try:
        _Answer.model_validate_json(call.text)
    except ValidationError as error:
        if call.finish == "length":
            return Finding(what, "unknown: cut off at its token limit", plain)
        if any(each["type"] == "json_invalid" for each in error.errors()):
            return Finding(what, "no", plain)
        return Finding(what, "JSON, but not of that schema", plain)
    return Finding(what, "yes")


def _thinking(call: Call) -> Finding:
    if call.thought == "apart":
        return Finding("thinking", "apart from the reply")
    if call.thought == "inside":
        return Finding("thinking", "inside the reply, as <think>", "moved into the reasoning fold")
    if call.usage.reasoning:
        return Finding("thinking", f"not shown, {call.usage.reasoning:,} tokens", "it is counted")
    return Finding("thinking", "none was seen")


# -- what is known without a call


def _rest(registry: Registry, model: str) -> Finding:
    try:
        registry.speaker(model, "off")
    except UserError as error:
        then = "--thinking off is refused before the start"
        return Finding("without thinking", "cannot be asked for", then, one_line(error.message))
    return Finding("without thinking", "can be asked for: --thinking off")


def _window(profile: Profile) -> Finding:
    if profile.window is None:
        return Finding("window", "unknown", "no minutes are taken: say it in profiles.yaml")
    known = load_profiles().models.get(profile.model)
    where = "from profiles.yaml" if known and known.window else "from prices.yaml"
    if profile.family == "local":
        where = "as the engine is started"
    return Finding("window", f"{profile.window:,} tokens, {where}")


def _price(profile: Profile) -> Finding:
    price = profile.price
    if price is None:
        return Finding("price", "unknown", "no --budget can be kept: say it in prices.yaml")
    if price.input == price.output == 0:
        return Finding("price", "free")
    cached = "" if price.cached is None else f"{price.cached} cached, "
    found = f"{price.input} in, {cached}{price.output} out, {price.currency} a million"
    where = price.source or "profiles.yaml"
    when = f", as of {price.as_of}" if price.as_of else ""
    return Finding("price", one_line(found), detail=one_line(f"from {where}{when}"))
