"""One try at one turn: a speaker's stream, made fit for the record, and the event it ends in."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from debate.errors import SpeakerError
from debate.events import (
    AnyEvent,
    FinishReason,
    Profile,
    Timing,
    Try,
    TurnClosed,
    TurnFailed,
    Usage,
)
from debate.speakers.base import Finish, Prompt, Reading, Reasoning, Silence, Speaker, Text
from debate.speakers.hygiene import Filter


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a turn in the air. Shown, never stored."""

    type: ClassVar[str] = "delta"
    turn: int
    seat: str
    kind: Literal["text", "reasoning", "unsaid"]
    """`unsaid`: what was shown of this turn's text so far was reasoning, and is not part of it."""
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A model is reading its prompt: so many tokens of so many, if it tells. Never stored."""

    type: ClassVar[str] = "progress"
    turn: int
    seat: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Again:
    """A call for a turn came to nothing; the same will be asked again. Never stored by itself.

    What was shown of the turn so far is not part of it.
    """

    type: ClassVar[str] = "again"
    turn: int
    seat: str
    why: str
    seconds: float
    """Until it is asked again."""


@dataclass(frozen=True, slots=True)
class Minuting:
    """The clerk has begun to write minutes. Never stored."""

    type: ClassVar[str] = "minuting"
    through: int
    """The last turn that they will hold."""


Item = AnyEvent | Delta | Progress | Again | Minuting
Watch = Callable[[Item], None]


@dataclass(slots=True)
class Take:
    """What has come of one try so far.

    Args:
        name: Who speaks.
        prompt: What is asked of the speaker.
        number: The turn's number.
        watch: Called with each delta.
    """

    name: str
    prompt: Prompt
    number: int
    watch: Watch
    usage: Usage = field(default_factory=Usage)
    finish: FinishReason = "stop"
    model: str | None = None
    tries: tuple[Try, ...] = ()
    """Calls that came to nothing before this one."""
    by: Profile | None = None
    """Who is asked, if not the seat's own model."""
    keep_reasoning: bool = True
    on_sent: Callable[[], None] | None = None
    """Called when the first call is sent: until then it stood in a queue."""
    accepted: bool = False
    """Whether the server may bill the call that failed last."""
    _filter: Filter = field(init=False)
    _began: float | None = None
    _sent: float | None = None
    _first: float | None = None
    _ended: float | None = None

    def __post_init__(self) -> None:
        self._filter = Filter(self.name, self.prompt.others, self.prompt.aliases)

    @property
    def _seat(self) -> str:
        # Who holds the conference has no seat. What they reply is read from the event, which itself
        # is recorded only of a turn, and turns have seats.
        return self.prompt.seat or "chair"

    @property
    def spent(self) -> float:
        """Seconds since the first call for it was sent; the time it stood in a queue, here or at
        the server behind others of our calls, is none."""
        return 0.0 if self._began is None else time.perf_counter() - self._began

    @property
    def billed(self) -> int:
        """Calls that came to nothing so far, but may be billed."""
        return sum(1 for each in self.tries if each.accepted) + self._may_be_billed

    @property
    def _may_be_billed(self) -> bool:
        return self.accepted or self._first is not None

    def again(self, why: str, seconds: float) -> None:
        """Forget what has come: the same is asked again, from the start."""
        reply = self._filter
        failed = Try(
            why=why,
            by=self.by,
            waited=round(seconds, 3),
            text=reply.text or reply.cut or None,
            accepted=self._may_be_billed,
            usage=self.usage,
        )
        self.accepted = False
        self.tries = (*self.tries, failed)
        self._filter = Filter(self.name, self.prompt.others, self.prompt.aliases)
        self.usage, self.finish, self.model = Usage(), "stop", None
        self._sent = self._first = self._ended = None
        self.watch(Again(self.number, self.prompt.seat, why, seconds))

    def turn_to(self, other: Profile) -> None:
        """From here on another is asked, who has their own time."""
        self.by, self._began = other, None

    async def hear(self, speaker: Speaker, silence: Silence | None = None) -> None:
        """Take the reply in.

        Args:
            speaker: Who is asked.
            silence: Borne of it at most; None leaves it to the speaker.

        Raises:
            SpeakerError: if it could not be had whole.
        """
        try:
            await self._hear(speaker, replace(self.prompt, silence=silence))
        except SpeakerError as error:
            self.accepted = error.accepted
            if error.queued:
                self._began = None
            raise

    async def _hear(self, speaker: Speaker, prompt: Prompt) -> None:
        reply = self._filter
        async with aclosing(speaker.stream(prompt)) as parts:
            async for part in parts:
                match part:
                    case Text(text):
                        self._tick()
                        self._say(reply.feed, text)
                        if reply.ended:
                            break
                    case Reasoning(text):
                        self._tick()
                        self._show("reasoning", reply.reason(text))
                        if reply.ended:
                            break
                    case Reading(done, total):
                        self._sending()
                        self.watch(Progress(self.number, self.prompt.seat, done, total))
                    case Finish(reason, usage, model):
                        self.finish, self.usage, self.model = reason, usage, model
        self._say(reply.finish)
        if reply.ended:
            self.finish = "length" if reply.too_long else "cut"
        self._ended = time.perf_counter()

    def outcome(self) -> TurnClosed | TurnFailed:
        """The event of a reply that was taken in whole."""
        reply = self._filter
        if not reply.text:
            if self.finish == "filter":
                return self.failed("refused", "the model's provider withheld the reply")
            if self.finish == "length":
                return self.failed("empty", "the token limit was reached before the first word")
            return self.failed("empty", "the model said nothing that can be used")
        return TurnClosed(
            turn=self.number,
            seat=self._seat,
            text=reply.text,
            reasoning=(reply.reasoning or None) if self.keep_reasoning else None,
            cut=reply.cut or None,
            finish=self.finish,
            usage=self.usage,
            timing=Timing(first=self._since(self._first), total=self._since(self._ended) or 0.0),
            model=self.model,
            by=self.by,
            tries=self.tries,
        )

    def failed(
        self,
        reason: Literal["aborted", "empty", "refused", "error"],
        message: str,
        *,
        final: bool = False,
    ) -> TurnFailed:
        """The event of a turn that could not be had."""
        reply = self._filter
        return TurnFailed(
            turn=self.number,
            seat=self._seat,
            reason=reason,
            message=message,
            final=final,
            text=reply.text or reply.cut or None,
            usage=self.usage,
            by=self.by,
            accepted=self._may_be_billed,
            tries=self.tries,
        )

    def _sending(self) -> None:
        self._sent = self._sent or time.perf_counter()
        if self._began is None:
            self._began = self._sent
            if self.on_sent is not None:
                self.on_sent()
                self.on_sent = None  # the limit of a turn begins once

    def _tick(self) -> None:
        if self._first is None:
            self._first = time.perf_counter()

    def _since(self, moment: float | None) -> float | None:
        return None if moment is None or self._sent is None else round(moment - self._sent, 4)

    def _say(self, read: Callable[..., str], *text: str) -> None:
        """Show what the filter lets pass; what was shown before may prove to be reasoning."""
        unsaid = self._filter.unsaid
        shown = read(*text)
        if self._filter.unsaid > unsaid:
            self.watch(Delta(self.number, self.prompt.seat, "unsaid", ""))
        self._show("text", shown)

    def _show(self, kind: Literal["text", "reasoning"], text: str) -> None:
        if text:
            self.watch(Delta(self.number, self.prompt.seat, kind, text))
