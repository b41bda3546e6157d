"""An ideal prefix cache: how much of each prompt an earlier one began with.

It has every earlier prompt of the same model at the same endpoint, and forgets nothing. Real ones
keep less.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from debate.estimate import estimate_letters, estimate_prompt, latin_letters
from debate.events import Profile
from debate.prompts.layouts import Message

_FRAME = estimate_prompt([Message("user", "")])
_CHUNK = 1 << 14


class Counts(NamedTuple):
    """Tokens of one call, or of many."""

    input: int = 0
    """Of prompts, cached ones included."""
    cached: int = 0
    """What an ideal cache has read before."""
    written: int = 0
    """What is new, and will be read from the cache later."""
    output: int = 0
    """Spoken."""
    worst_input: int = 0
    """Of prompts, if every turn before was as long as its limit."""
    worst_output: int = 0
    """The limits of the turns, reasoning included."""

    def plus(self, other: Iterable[int], times: int = 1) -> Counts:
        """The sum, the other taken so many times."""
        return Counts(*(a + b * times for a, b in zip(self, other, strict=True)))


@dataclass(slots=True)
class Request:
    """A prompt that was sent, as far as later ones may begin like it."""

    messages: tuple[Message, ...]
    counts: Counts = field(default_factory=Counts)
    reused: int = 0
    """The most tokens that a later prompt began with."""

    def final(self) -> Counts:
        """Its counts. Only what is read again is worth being written to a cache."""
        written = max(0, self.reused - self.counts.cached)
        return self.counts._replace(written=written)


class IdealCache:
    """Reads prompts, and knows what it has read before."""

    def __init__(self) -> None:
        self._latest: dict[object, Request] = {}
        self._known: dict[str, int] = {}
        self._pieces: dict[str, int] = {}

    def read(self, seat: str, profile: Profile, messages: tuple[Message, ...]) -> Request:
        """A prompt as it is sent for a seat: its tokens, and those that were read before."""
        tokens = self._tokens_of(messages)
        cached = self._cached(seat, profile, messages)
        request = Request(messages, Counts(tokens, cached))
        where = _cache_of(profile)
        self._latest[where] = self._latest[where, seat] = request
        return request

    def _cached(self, seat: str, profile: Profile, messages: tuple[Message, ...]) -> int:
        """Tokens that a prompt has in common with the beginning of an earlier one.

        Two are looked at: in the shared layout the latest of all has the longest record, by
        perspective that of the same seat.
        """
        where = _cache_of(profile)
        earlier = {
            id(r): r for k in (where, (where, seat)) if (r := self._latest.get(k)) is not None
        }
        most_common, best = 0, None
        for request in earlier.values():
            common = self._common(messages, request.messages)
            if common > most_common:
                most_common, best = common, request
        if best is not None:
            best.reused = max(best.reused, most_common)
        return most_common

    def _common(self, new: tuple[Message, ...], old: tuple[Message, ...]) -> int:
        tokens = 0
        for one, two in zip(new, old, strict=False):
            if one.role != two.role:
                break
            if one.content != two.content:
                alike = common_length(one.content, two.content)
                return tokens + self._tokens(one.content[:alike])
            tokens += self._lasting(one.content)
        return tokens

    def _tokens_of(self, messages: tuple[Message, ...]) -> int:
        *lasting, last = messages
        return sum(self._lasting(m.content) for m in lasting) + self._tokens(last.content) + _FRAME

    def _lasting(self, content: str) -> int:
        """Tokens of a message that later prompts have as well."""
        if content not in self._known:
            self._known[content] = self._tokens(content) + _FRAME
        return self._known[content]

    def _tokens(self, text: str) -> int:
        """As `estimate`. A record that grows is not counted anew each turn: each piece of it is
        counted once."""
        whole = len(text) // _CHUNK * _CHUNK
        latin = latin_letters(text[whole:])
        for at in range(0, whole, _CHUNK):
            piece = text[at : at + _CHUNK]
            if piece not in self._pieces:
                self._pieces[piece] = latin_letters(piece)
            latin += self._pieces[piece]
        return estimate_letters(latin, len(text))


def common_length(one: str, two: str) -> int:
    """How many characters two texts begin with alike.

    By halves, so that texts are compared in the machine's own pieces and each part once.
    """
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _cache_of(profile: Profile) -> tuple[str | None, ...]:
    """What prompts must have in common to share a cache."""
    return profile.family, profile.endpoint, profile.name or profile.model
