"""What a speaker is: a prompt in, typed parts of a stream out.

A speaker knows nothing of conferences. It may be shared by seats and by conferences, so it holds no
state of theirs: all it may depend on is in the `Prompt`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from debate.events import FinishReason, Profile, Usage
from debate.occasion import Occasion
from debate.prompts.layouts import Message


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a server may send nothing, in seconds, before a call is given up."""

    first: float
    """Until its first byte, from the request being sent."""
    later: float
    """Between two bytes, once it has begun."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One call: what to say, for whom, and within which limits."""

    messages: tuple[Message, ...]
    seat: str
    max_tokens: int
    """Room for the spoken words; a speaker that reasons adds room of its own."""
    others: Sequence[str] = ()
    """Names of the other participants, short ones too: a reply ends where it begins to speak as
    one of them."""
    aliases: tuple[str, ...] = ()
    """Short names of the speaker: a reply may begin with one, as a label."""
    label: str = ""
    """What stands before the speaker's words in the record, if the reply is to stand there."""
    seed: int | None = None
    tokens: int = 0
    """About how many tokens the messages are."""
    schema: Mapping[str, JsonValue] | None = None
    """The reply is to be JSON of this schema. A server may refuse that, or pass over it in silence:
    whoever asks looks at what comes."""
    occasion: Occasion | None = None
    """What it is for, where it is asked of a seat of a conference."""
    unread: int = 0
    """How many replies to this ask there were that could not be read."""
    silence: Silence | None = None
    """Borne of a server at most, where whoever asks has less time than the server is given."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The request is with the model, which has read so many tokens of so many.

    The first part of every stream; a server that tells nothing of its reading sends only that.
    """

    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the reply, as they come."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """Reasoning that the server sends apart from the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The last part of a stream that ended well."""

    reason: FinishReason
    usage: Usage = field(default_factory=Usage)
    model: str | None = None
    """The model as the server named it."""


Part = Reading | Text | Reasoning | Finish


class Speaker(Protocol):
    """Anything that can speak for a seat."""

    @property
    def profile(self) -> Profile:
        """What is known of the model, for the transcript's manifest. Holds no key."""
        ...

    def stream(self, prompt: Prompt) -> AsyncGenerator[Part]:
        """Stream a reply. Ends with `Finish`, or raises.

        Closing the iterator early ends the request.

        Raises:
            SpeakerError: if the reply could not be had, or broke off.
        """
        ...

    async def prepare(self) -> None:
        """Make ready to speak: look for the key, start the engine. Called before the opening.

        Raises:
            UserError: if it cannot speak for a reason that the user can mend.
            YaltaError: if it cannot speak.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections and processes."""
        ...
