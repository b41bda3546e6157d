"""What can be counted in a transcript, per seat and in all. It describes; style it never scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from debate.events import (
    AnyEvent,
    ConferenceOpened,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnWithdrawn,
    Usage,
)
from debate.text import count_words


@dataclass(slots=True)
class Figures:
    """Sums over what was asked for: tokens and seconds were spent, whatever became of the turn.

    A token count is None if any finished turn's is unknown. Tries that came to nothing are added
    where the server told their tokens, as it seldom does.
    """

    name: str
    model: str = ""
    """The model; where it was changed, all there were, in that order."""
    turns: int = 0
    """Finished turns that are in the record."""
    withdrawn: int = 0
    """Finished turns that the chair had struck from it."""
    failed: int = 0
    """Tries that failed; those that the chair or the program's end broke off are none."""
    words: int = 0
    """Words in the record."""
    input: int | None = 0
    """Prompt tokens, cached ones included."""
    cached: int | None = 0
    """Prompt tokens that were read from a cache."""
    output: int | None = 0
    """Written tokens, reasoning included."""
    reasoning: int | None = None
    """Written tokens spent on reasoning; None unless a server says so."""
    seconds: float = 0.0
    """From request to end of reply."""
    firsts: list[float] = field(default_factory=list)
    """Seconds to the first token, by turn."""

    @property
    def new(self) -> int | None:
        """Prompt tokens that the model had to read anew."""
        return None if self.input is None or self.cached is None else self.input - self.cached

    @property
    def cached_share(self) -> float | None:
        """Part of the prompt tokens that came from a cache."""
        return self.cached / self.input if self.input and self.cached is not None else None

    def add(self, turn: TurnClosed) -> None:
        """Count a finished turn."""
        self.turns += 1
        self.words += count_words(turn.text)
        self.seconds += turn.timing.total
        if turn.timing.first is not None:
            self.firsts.append(turn.timing.first)
        self._spend(turn.usage)

    def withdraw(self, words: int) -> None:
        """Take a turn of so many words out of the record. What it cost stays."""
        self.turns -= 1
        self.withdrawn += 1
        self.words -= words

    def fail(self, turn: TurnFailed) -> None:
        """Count a try that came to nothing."""
        self.failed += turn.reason not in ("aborted", "interrupted")
        if turn.usage.input is not None and turn.usage.output is not None:
            self._spend(turn.usage)

    def change(self, model: str) -> None:
        """Note that another model has taken over."""
        self.model = f"{self.model}, {model}"

    def _spend(self, usage: Usage) -> None:
        self.input = _plus(self.input, usage.input)
        self.cached = _plus(self.cached, usage.cached)
        self.output = _plus(self.output, usage.output)
        if usage.reasoning is not None:
            self.reasoning = (self.reasoning or 0) + usage.reasoning


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """One finished turn."""

    turn: int
    seat: str
    words: int
    usage: Usage
    first: float | None
    total: float
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Stats:
    """The figures of one transcript."""

    title: str
    seats: tuple[Figures, ...]
    total: Figures
    turns: tuple[TurnFigures, ...]


def stats(events: Iterable[AnyEvent]) -> Stats:
    """Count what a transcript holds."""
    title = ""
    seats: dict[str, Figures] = {}
    total = Figures("all")
    turns: list[TurnFigures] = []
    for event in events:
        match event:
            case ConferenceOpened() if not seats:
                title = event.scenario.title
                seats = {s.id: Figures(s.name, s.profile.model) for s in event.seats}
            case TurnClosed() if event.seat in seats:
                turns.append(_turn(event))
                for figures in (seats[event.seat], total):
                    figures.add(event)
            case TurnFailed() if event.seat in seats:
                for figures in (seats[event.seat], total):
                    figures.fail(event)
            case TurnWithdrawn():
                _withdraw(event.turn, turns, seats, total)
            case SeatChanged() if event.seat in seats:
                seats[event.seat].change(event.profile.model)
            case _:
                pass
    return Stats(title, tuple(seats.values()), total, tuple(turns))


def _turn(event: TurnClosed) -> TurnFigures:
    words, timing = count_words(event.text), event.timing
    return TurnFigures(event.turn, event.seat, words, event.usage, timing.first, timing.total)


def _withdraw(
    number: int, turns: list[TurnFigures], seats: dict[str, Figures], total: Figures
) -> None:
    # Looked for from the end: it is the last turn in the record.
    for n in reversed(range(len(turns))):
        if turns[n].turn == number and not turns[n].withdrawn:
            turns[n] = replace(turns[n], withdrawn=True)
            for figures in (seats[turns[n].seat], total):
                figures.withdraw(turns[n].words)
            return


def _plus(total: int | None, more: int | None) -> int | None:
    return None if total is None or more is None else total + more
