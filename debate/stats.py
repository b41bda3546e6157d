"""What can be counted in a transcript, per seat and in all. It describes; style it never scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from debate.events import AnyEvent, ConferenceOpened, TurnClosed, TurnFailed, Usage
from debate.text import count_words


@dataclass(slots=True)
class Figures:
    """Sums over finished turns. A token count is None if any turn's is unknown."""

    name: str
    model: str = ""
    turns: int = 0
    failed: int = 0
    words: int = 0
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
        self.input = _plus(self.input, turn.usage.input)
        self.cached = _plus(self.cached, turn.usage.cached)
        self.output = _plus(self.output, turn.usage.output)
        if turn.usage.reasoning is not None:
            self.reasoning = (self.reasoning or 0) + turn.usage.reasoning


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """One finished turn."""

    turn: int
    seat: str
    words: int
    usage: Usage
    first: float | None
    total: float


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
            case ConferenceOpened():
                title = event.scenario.title
                seats = {s.id: Figures(s.name, s.profile.model) for s in event.seats}
            case TurnClosed() if event.seat in seats:
                for figures in (seats[event.seat], total):
                    figures.add(event)
                words, timing = count_words(event.text), event.timing
                turns.append(
                    TurnFigures(
                        event.turn, event.seat, words, event.usage, timing.first, timing.total
                    )
                )
            case TurnFailed() if event.seat in seats:
                seats[event.seat].failed += 1
                total.failed += 1
            case _:
                pass
    return Stats(title, tuple(seats.values()), total, tuple(turns))


def _plus(total: int | None, more: int | None) -> int | None:
    return None if total is None or more is None else total + more
