"""Families of servers: a provider's profile names one, and it makes the speaker.

Another package adds a family by an entry point, without a line changed here:

    [project.entry-points."yalta.speakers"]
    acme = "acme_yalta:speaker"

where `speaker` takes a `Wanted` and returns a `Speaker`. `--model acme/NAME` then asks for it, and
a profile may name it (`family: acme`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from debate.errors import SpeakerError, UnknownName, UserError, YaltaError
from debate.events import Profile, Thinking
from debate.speakers.base import Part, Prompt, Speaker
from debate.speakers.profiles import KnownModel, Provider
from debate.text import one_line

GROUP = "yalta.speakers"

_SHIPPED = {
    "openai-compatible": "debate.speakers.chat:ChatSpeaker.make",
    "anthropic": "debate.speakers.anthropic:AnthropicSpeaker.make",
    "deepseek": "debate.speakers.deepseek:DeepSeekSpeaker.make",
    "llama-server": "debate.speakers.llama_server:LlamaServerSpeaker.make",
    "lmstudio": "debate.speakers.lmstudio:LMStudioSpeaker.make",
    "moonshot": "debate.speakers.moonshot:MoonshotSpeaker.make",
    "ollama": "debate.speakers.ollama:OllamaSpeaker.make",
    "openai": "debate.speakers.openai:OpenAISpeaker.make",
    "openrouter": "debate.speakers.openrouter:OpenRouterSpeaker.make",
    "vllm": "debate.speakers.vllm:VLLMSpeaker.make",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a speaker is to be made from."""

    model: str
    """The model as the user named it."""
    name: str
    """Its name at the endpoint."""
    provider: Provider | None = None
    """The provider's profile; None if the family alone was named."""
    known: KnownModel | None = None
    """What is known of the model: window, price, sampling."""
    thinking: Thinking | None = None
    """How much it is to think, if the user says so. Refuse what it cannot do with a `UserError`."""


Family = Callable[[Wanted], Speaker]


def family(name: str) -> Family:
    """A family by its name.

    Raises:
        UnknownName: if there is none of that name.
        UserError: if it cannot be loaded, or, once it is called, if it cannot make a speaker.
    """
    if name in _SHIPPED:
        return cast(Family, EntryPoint(name, _SHIPPED[name], GROUP).load())
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise UnknownName("family", name, family_names())
    return partial(_made, next(iter(found)))


def _made(entry: EntryPoint, wanted: Wanted) -> Speaker:
    what = f"the family {entry.name!r} makes no speaker"
    with _blamed(what, UserError, f"it comes from {entry.value}"):
        speaker = cast(Family, entry.load())(wanted)
        if not hasattr(speaker, "stream"):
            raise TypeError(f"{type(speaker).__name__} is no speaker")
        return _Added(entry.name, speaker)


class _Added:
    """A speaker of another package: what goes wrong in it ends a turn, not the program."""

    def __init__(self, name: str, speaker: Speaker) -> None:
        self._failed = f"the family {name!r} has a fault"
        self._speaker = speaker

    @property
    def profile(self) -> Profile:
        return self._speaker.profile

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Part]:
        with _blamed(self._failed, partial(SpeakerError, final=True)):
            async with aclosing(self._speaker.stream(prompt)) as parts:
                async for part in parts:
                    yield part

    async def prepare(self) -> None:
        with _blamed(self._failed, UserError):
            await self._speaker.prepare()

    async def aclose(self) -> None:
        with _blamed(self._failed, YaltaError):
            await self._speaker.aclose()


@contextmanager
def _blamed(what: str, kind: Callable[..., YaltaError], hint: str | None = None) -> Iterator[None]:
    """Tell whatever another package's code raises as one error of ours."""
    try:
        yield
    except YaltaError:
        raise
    except Exception as error:
        said = one_line(f"{what}: {type(error).__name__}: {error}")
        raise kind(said, hint=hint) from error


def family_names() -> list[str]:
    """The names of all families there are."""
    return sorted({*_SHIPPED, *added_families()})


def added_families() -> list[str]:
    """Families that other packages bring."""
    return sorted({entry.name for entry in entry_points(group=GROUP)} - _SHIPPED.keys())
