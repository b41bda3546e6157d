"""What each seat of a saved conference replied, by what it was asked for. Pure.

    recording = Recording(path.name, read(path))
    recording.reply(prompt.occasion, prompt.unread)     # a Reply, or an error that says why not

What counts is what came of an occasion in the end: not a turn that was withdrawn, nor one that was
broken off and asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from debate.answers import UNREADABLE, Answer, AskFailed, AskOpened
from debate.errors import NotRecorded, SpeakerError, TranscriptError
from debate.events import (
    AnyEvent,
    ConferenceOpened,
    FinishReason,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
    Usage,
)
from debate.occasion import Occasion, occasion_of
from debate.steps import ask_of, floor_of


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said."""

    text: str = ""
    reasoning: str | None = None
    finish: FinishReason = "stop"
    usage: Usage = field(default_factory=Usage)
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """That nobody replied, and why."""

    message: str


#: A reply of no words: a turn of it is passed over, and an answer of it is assumed.
_SILENCE = Reply()

Outcome = tuple[Reply, ...] | Failure
"""Replies in their order: a second one was asked for where the first could not be read."""


class Recording:
    """The replies in the events of one conference.

    Args:
        name: What it is called in messages.
        events: From its opening on.

    Raises:
        TranscriptError: if they do not begin with an opening.
    """

    def __init__(self, name: str, events: Iterable[AnyEvent]) -> None:
        events = iter(events)
        opened = next(events, None)
        if not isinstance(opened, ConferenceOpened):
            raise TranscriptError(f"{name} does not begin with a conference's opening")
        self.opened = opened
        self._name = name
        self._outcomes: dict[Occasion, Outcome] = {}
        self._turns: dict[int, Occasion] = {}
        self._asks: dict[int, Occasion] = {}
        self._passed: set[tuple[str, str, int]] = set()
        """Turns that the chair passed over: seat, phase, and round or turn of the phase."""
        for event in events:
            self._take(event)

    def reply(self, occasion: Occasion, unread: int) -> Reply:
        """What was replied on an occasion.

        Args:
            occasion: What is asked of whom.
            unread: How many replies to it could not be read before.

        Raises:
            NotRecorded: if the recording does not hold it.
            SpeakerError: if nobody replied then.
        """
        outcome = self._outcomes.get(occasion)
        if not isinstance(outcome, tuple) and self._passed_over(occasion):
            outcome = (_SILENCE,)
        if outcome is None:
            raise self._lacks(occasion, self._why_not(occasion))
        if isinstance(outcome, Failure):
            raise SpeakerError(f"as recorded: {outcome.message}", final=True)
        if outcome == (_SILENCE,):
            return _SILENCE
        if unread >= len(outcome):
            raise self._lacks(occasion, f"what {self._name} holds cannot be read as things stand")
        return outcome[unread]

    def _take(self, event: AnyEvent) -> None:
        match event:
            case TurnOpened() if self._has(event.phase):
                self._turns[event.turn] = occasion_of(self.opened, floor_of(event))
            case AskOpened() if self._has(event.phase):
                self._asks[event.ask] = occasion_of(self.opened, ask_of(event))
            case TurnClosed() | TurnFailed() if event.turn in self._turns:
                self._keep(self._turns[event.turn], _of_turn(event))
            case TurnWithdrawn() if event.turn in self._turns:
                self._outcomes.pop(self._turns[event.turn], None)
            case TurnSkipped() if self._has(event.phase):
                phase = self.opened.scenario.phases[event.phase].id
                self._passed.add((event.seat, phase, event.round))
            case AskFailed() if event.ask in self._asks:
                self._keep(self._asks[event.ask], _of_failed_ask(event))
            case Answer() if event.ask in self._asks:
                self._keep(self._asks[event.ask], _of_answer(event))
            case _:
                pass

    def _has(self, phase: int) -> bool:
        return phase < len(self.opened.scenario.phases)

    def _keep(self, occasion: Occasion, outcome: Outcome | None) -> None:
        if outcome is not None:
            self._outcomes[occasion] = outcome

    def _passed_over(self, occasion: Occasion) -> bool:
        place = (occasion.seat, occasion.phase, occasion.nth)
        return occasion.kind == "turn" and not self._elsewhere(occasion) and place in self._passed

    # -- what it lacks

    def _lacks(self, occasion: Occasion, why: str) -> NotRecorded:
        return NotRecorded(
            f"the replay has no reply of {occasion.seat} for {occasion}: {why}",
            hint="hold it as it was recorded, or let another model speak from here on: "
            f"yalta resume with --seat {occasion.seat}=MODEL",
        )

    def _why_not(self, occasion: Occasion) -> str:
        """What the recording holds in place of what is asked for."""
        if elsewhere := self._elsewhere(occasion):
            return f"{self._name} {elsewhere}"
        alike = [o for o in self._outcomes if (o.seat, o.kind) == (occasion.seat, occasion.kind)]
        if not alike:
            return f"{self._name} holds none of that seat"
        return f"{self._name} holds {len(alike)} of that seat, the last {alike[-1].where}"

    def _elsewhere(self, occasion: Occasion) -> str:
        """How the recorded conference has no such place at all; empty if it has."""
        scenario, seats = self.opened.scenario, [card.id for card in self.opened.seats]
        phases = [phase.id for phase in scenario.phases]
        if scenario.id != occasion.scenario:
            return f"is a conference on {scenario.id!r}, not on {occasion.scenario!r}"
        if scenario.motion != occasion.motion:
            return "is a conference on another motion"
        if occasion.seat not in seats:
            return f"has no such seat, but {', '.join(seats)}"
        if occasion.phase not in phases:
            return f"has no such phase, but {', '.join(phases)}"
        return ""


def _of_turn(event: TurnClosed | TurnFailed) -> Outcome | None:
    """None: it was asked for again."""
    if isinstance(event, TurnClosed):
        # What was cut off is not said again, so the reply ends by itself.
        finish = "stop" if event.finish == "cut" else event.finish
        return (Reply(event.text, event.reasoning, finish, event.usage, event.model),)
    match event.reason:
        case "aborted" | "interrupted":
            return None
        case "error":
            return Failure(event.message)
        case "refused":
            return (Reply(finish="filter", usage=event.usage),)
        case "empty":
            return (Reply(usage=event.usage),)


def _of_failed_ask(event: AskFailed) -> Outcome | None:
    if event.reason == "skipped":
        return (_SILENCE,)
    return None if event.reason in ("aborted", "interrupted") else Failure(event.message)


def _of_answer(event: Answer) -> Outcome:
    unread = [
        Reply(each.text or "", usage=each.usage) for each in event.tries if each.why == UNREADABLE
    ]
    said = Reply(event.raw or "", event.reasoning, "stop", event.usage, event.model)
    # A person is asked until what they write can be read; a model once more.
    return (*unread, said)[-2:]
