"""What was asked for in a conference and could not be had.

A model whose replies cannot be read does not stop a conference whose scenario says to go on: its
answers are assumed by rule and its turns left out. So the conference comes to its end; how much of
it was really said is counted here.

    short = Shortfall.of(read("transcript.jsonl"))
    short.told                  # "3 of 48 answers could not be read and were assumed"
"""

from __future__ import annotations

from collections.abc import Iterable

from debate.events import Answer, AnyEvent, AskFailed, TurnClosed, TurnFailed, TurnOpened


class Shortfall:
    """What could not be had, as far as the events were taken."""

    def __init__(self) -> None:
        self.asks = 0
        """Answers, however they were had."""
        self.unread = 0
        """Those of them that were assumed, since no reply could be read."""
        self.unheard = 0
        """Those that were assumed, since nobody replied."""
        self.turns = 0
        """Finished turns."""
        self._open: dict[int, tuple[object, ...]] = {}
        self._lacking: set[tuple[object, ...]] = set()
        self._passed_over: set[str | None] = set()

    @classmethod
    def of(cls, events: Iterable[AnyEvent]) -> Shortfall:
        """Count a whole transcript."""
        found = cls()
        for event in events:
            found.take(event)
        return found

    @property
    def not_had(self) -> int:
        """Turns that failed and were not had later either."""
        return len(self._lacking)

    @property
    def told(self) -> str:
        """What could not be had, in words; empty if nothing."""
        assumed = self.unread + self.unheard
        return told(self.asks, assumed, self.turns, self.not_had, read=not self.unheard)

    def take(self, event: AnyEvent) -> None:
        """Count an event."""
        match event:
            case TurnOpened():
                where = (event.phase, event.room, event.round)
                self._open[event.turn] = (*where, event.seat, event.part, event.to)
            case TurnClosed():
                self.turns += 1
                self._lacking.discard(self._open.pop(event.turn, ()))
            case TurnFailed():
                slot = self._open.pop(event.turn, None)
                if slot is not None and event.reason not in ("aborted", "interrupted"):
                    self._lacking.add(slot)
            case AskFailed(reason="skipped"):
                self._passed_over.add(event.seat)
            case Answer():
                self._answer(event)
            case _:
                pass

    def _answer(self, answer: Answer) -> None:
        self.asks += 1
        if answer.how != "assumed":
            return
        if answer.ask is not None:
            self.unread += 1
        elif answer.seat in self._passed_over:  # as the person in the chair wanted
            self._passed_over.remove(answer.seat)
        else:
            self.unheard += 1


def told(asks: int, assumed: int, turns: int, not_had: int, *, read: bool = False) -> str:
    """What could not be had of a conference, in words; empty if nothing.

    Args:
        asks: Answers in a given form.
        assumed: Those of them that were set down by rule.
        turns: Finished turns.
        not_had: Turns that came to nothing.
        read: Whether somebody replied to all that was assumed.
    """
    why = "read" if read else "had"
    were = "was" if assumed == 1 else "were"
    parts = []
    if assumed:
        answers = _of(asks, "answer")
        parts.append(f"{assumed:,} of {answers} could not be {why} and {were} assumed")
    if not_had:
        parts.append(f"{not_had:,} of {_of(turns + not_had, 'turn')} not had")
    return "; ".join(parts)


def _of(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
