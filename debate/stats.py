"""What can be counted in a transcript, per seat and in all. It describes; style it never scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from statistics import quantiles

from debate.bill import NOTHING, Bill, answer_bill, minutes_bill, turn_bill
from debate.events import (
    Answer,
    AnyEvent,
    AskFailed,
    AskOpened,
    ConferenceOpened,
    MinutesTaken,
    Profile,
    SeatChanged,
    Try,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnWithdrawn,
    Usage,
)
from debate.interrupted import ENDED, interrupted
from debate.motions import MotionFigures, Motions
from debate.scenario import Phase
from debate.swing import Swing, swing
from debate.text import count_words


@dataclass(slots=True)
class Figures:
    """Sums over what was asked for: tokens and seconds were spent, whatever became of the turn.

    A token count is None if any finished turn's is unknown. Calls that came to nothing are added
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
    """Turns that could not be had; those that the chair or the program's end broke off are none."""
    tries: int = 0
    """Calls that came to nothing, after which the same was asked again within the turn."""
    fallback: int = 0
    """Finished turns that the seat's fallback spoke."""
    warnings: int = 0
    """Finished turns about which there is a warning."""
    asks: int = 0
    """Answers in a given form, unheard: bids, ballots and the like."""
    assumed: int = 0
    """Those of them that could not be had, and were set down by rule."""
    tabled: int = 0
    """Motions that the seat tabled."""
    carried: int = 0
    """Those of them that were carried."""
    minutes: int = 0
    """Minutes that were taken: the clerk's, who has no turns and no words in the record."""
    words: int = 0
    """Words in the record."""
    input: int | None = 0
    """Prompt tokens, cached ones included."""
    cached: int | None = 0
    """Prompt tokens that were read from a cache."""
    cache_written: int | None = None
    """Prompt tokens that were newly written to a cache; None unless a server says so."""
    output: int | None = 0
    """Written tokens, reasoning included."""
    reasoning: int | None = None
    """Written tokens spent on reasoning; None unless a server says so."""
    seconds: float = 0.0
    """From request to end of reply."""
    firsts: list[float] = field(default_factory=list)
    """Seconds to the first token, by turn."""
    bill: Bill = NOTHING
    """What all of it came to."""

    @property
    def new(self) -> int | None:
        """Prompt tokens that the model had to read anew."""
        return None if self.input is None or self.cached is None else self.input - self.cached

    @property
    def cached_share(self) -> float | None:
        """Part of the prompt tokens that came from a cache."""
        return self.cached / self.input if self.input and self.cached is not None else None

    def add(self, turn: TurnClosed, bill: Bill) -> None:
        """Count a finished turn, with all that was asked for it; see `bill.turn_bill`."""
        self.turns += 1
        self.words += count_words(turn.text)
        self.fallback += turn.by is not None
        self.warnings += turn.warning is not None
        self.seconds += turn.timing.total
        if turn.timing.first is not None:
            self.firsts.append(turn.timing.first)
        self._try(turn.tries)
        self._spend(turn.usage)
        self.bill += bill

    def withdraw(self, words: int) -> None:
        """Take a turn of so many words out of the record. What it cost stays."""
        self.turns -= 1
        self.withdrawn += 1
        self.words -= words

    def fail(self, turn: TurnFailed, bill: Bill) -> None:
        """Count a turn that came to nothing, with all that was asked for it."""
        self.failed += turn.reason not in ("aborted", "interrupted")
        self._try(turn.tries)
        self._spend_in_vain(turn.usage)
        self.bill += bill

    def answer(self, answer: Answer | AskFailed, bill: Bill) -> None:
        """Count an answer, or that none could be had, with all that was asked for it."""
        self._try(answer.tries)
        if isinstance(answer, AskFailed):
            self.failed += answer.reason not in ("aborted", "interrupted", "skipped")
            self._spend_in_vain(answer.usage)
        else:
            self.asks += 1
            self.assumed += answer.how == "assumed"
            self.seconds += answer.timing.total if answer.timing else 0.0
            if answer.ask is not None:
                self._spend(answer.usage)
        self.bill += bill

    def note(self, minutes: MinutesTaken, bill: Bill) -> None:
        """Count minutes."""
        self.minutes += 1
        self.seconds += minutes.timing.total
        self._try(minutes.tries)
        self._spend(minutes.usage)
        self.bill += bill

    def change(self, model: str) -> None:
        """Note that another model has taken over."""
        self.model = f"{self.model}, {model}"

    def _try(self, tries: Sequence[Try]) -> None:
        self.tries += len(tries)
        for each in tries:
            self._spend_in_vain(each.usage)

    def _spend_in_vain(self, usage: Usage) -> None:
        if usage.input is not None and usage.output is not None:
            self._spend(usage)

    def _spend(self, usage: Usage) -> None:
        self.input = _plus(self.input, usage.input)
        self.cached = _plus(self.cached, usage.cached)
        self.output = _plus(self.output, usage.output)
        if usage.cache_written is not None:
            self.cache_written = (self.cache_written or 0) + usage.cache_written
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
    phase: int | None = None
    """Index into the scenario's phases."""
    model: str = ""
    """Who was to speak."""
    by: str | None = None
    """Who spoke, if not that model."""
    max_tokens: int | None = None
    """Room for its words."""
    at_most: Decimal | None = None
    """What one call for it could cost."""
    tries: int = 0
    """Calls for it that came to nothing."""
    warning: str | None = None
    bill: Bill = NOTHING
    """What all calls for it came to."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long the turns of a phase were, beside what was asked for; in words."""

    title: str
    """The phase's."""
    least: int
    """Words asked for: from this many."""
    most: int
    """Words asked for: to this many."""
    words: tuple[int, ...]
    """Of each turn in the record, the shortest first; at least one."""

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """A quarter of the turns is no longer than the first, half no longer than the second."""
        if len(self.words) == 1:
            return (self.words[0],) * 3
        first, median, third = quantiles(self.words, n=4, method="inclusive")
        return first, median, third

    @property
    def shares(self) -> tuple[float, float, float]:
        """Parts of the turns that were shorter than asked, as asked, and longer."""
        below = sum(words < self.least for words in self.words)
        above = sum(words > self.most for words in self.words)
        turns = len(self.words)
        return below / turns, (turns - below - above) / turns, above / turns


@dataclass(frozen=True, slots=True)
class Stats:
    """The figures of one transcript."""

    title: str
    seats: tuple[Figures, ...]
    total: Figures
    """Seats and clerk together."""
    turns: tuple[TurnFigures, ...]
    clerk: Figures | None = None
    """Who took minutes, if any were taken."""
    lengths: tuple[Lengths, ...] = ()
    """Of each phase in which anything was said."""
    motions: tuple[MotionFigures, ...] = ()
    """What became of each motion."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of seats."""
    swing: Swing | None = None
    """How the votes on the scenario's own motion moved, if it was voted on more than once."""


def stats(events: Iterable[AnyEvent]) -> Stats:
    """Count what a transcript holds."""
    count = _Count()
    for event in events:
        count.take(event)
    count.end()
    return count.stats()


class _Count:
    """What has been counted so far."""

    def __init__(self) -> None:
        self._title = ""
        self._opened: ConferenceOpened | None = None
        self._seats: dict[str, Figures] = {}
        self._profiles: dict[str, Profile] = {}
        self._asked: dict[int, tuple[TurnOpened, Profile]] = {}
        self._asks: dict[int, AskOpened] = {}
        self._ledger = Motions()
        self._total = Figures("all")
        self._clerk: Figures | None = None
        self._turns: list[TurnFigures] = []

    def take(self, event: AnyEvent) -> None:
        """Count an event."""
        self._ledger.take(event)
        match event:
            case ConferenceOpened() if not self._seats:
                self._opened, self._title = event, event.scenario.title
                self._seats = {s.id: Figures(s.name, s.profile.model) for s in event.seats}
                self._profiles = {s.id: s.profile for s in event.seats}
                self._ledger = Motions(self._seats)
            case TurnOpened() if event.seat in self._seats:
                self._asked[event.turn] = event, self._profiles[event.seat]
            case TurnClosed() | TurnFailed() if event.seat in self._seats:
                self._end(event)
            case AskOpened():
                self._asks[event.ask] = event
            case Answer() | AskFailed() if event.seat in self._seats:
                self._answer(event, event.seat)
            case TurnWithdrawn():
                self._withdraw(event.turn)
            case MinutesTaken():
                self._note(event)
            case SeatChanged() if event.seat in self._seats:
                self._profiles[event.seat] = event.profile
                self._seats[event.seat].change(event.profile.model)
            case _:
                pass

    def end(self) -> None:
        """Count what no end is known of: it may have cost the most that it can."""
        turns = [opened for opened, _ in self._asked.values()]
        open_: list[TurnOpened | AskOpened] = [*turns, *self._asks.values()]
        for opened in open_:
            self.take(interrupted(opened, ENDED, billed=True))

    def stats(self) -> Stats:
        """What there is by now."""
        for seat, figures in self._seats.items():
            figures.tabled, figures.carried = self._ledger.tabled(seat), self._ledger.carried(seat)
        seats, turns = tuple(self._seats.values()), tuple(self._turns)
        self._total.tabled = sum(figures.tabled for figures in seats)
        self._total.carried = sum(figures.carried for figures in seats)
        names = {seat: figures.name for seat, figures in self._seats.items()}
        phases = self._opened.scenario.phases if self._opened else ()
        lengths, motions = _lengths(phases, self._turns), self._ledger.motions()
        moved = swing(self._opened, self._ledger.house) if self._opened else None
        return Stats(
            *(self._title, seats, self._total, turns, self._clerk, lengths, motions, names, moved)
        )

    def _end(self, event: TurnClosed | TurnFailed) -> None:
        opened, profile = self._asked.pop(event.turn, (None, self._profiles[event.seat]))
        bill = turn_bill(event, profile.price, opened.at_most if opened else None)
        for figures in (self._seats[event.seat], self._total):
            if isinstance(event, TurnClosed):
                figures.add(event, bill)
            else:
                figures.fail(event, bill)
        if isinstance(event, TurnClosed):
            self._turns.append(_turn(event, opened, profile, bill))

    def _answer(self, event: Answer | AskFailed, seat: str) -> None:
        opened = self._asks.pop(event.ask, None) if event.ask is not None else None
        at_most = opened.at_most if opened else None
        bill = answer_bill(event, self._profiles[seat].price, at_most)
        for figures in (self._seats[seat], self._total):
            figures.answer(event, bill)

    def _note(self, event: MinutesTaken) -> None:
        model, bill = event.by.model, minutes_bill(event)
        if self._clerk is None:
            self._clerk = Figures("clerk", model)
        elif self._clerk.model.rpartition(", ")[2] != model:
            self._clerk.change(model)
        for figures in (self._clerk, self._total):
            figures.note(event, bill)

    def _withdraw(self, number: int) -> None:
        # Looked for from the end: it is the last turn in the record.
        for n in reversed(range(len(self._turns))):
            turn = self._turns[n]
            if turn.turn == number and not turn.withdrawn:
                self._turns[n] = replace(turn, withdrawn=True)
                for figures in (self._seats[turn.seat], self._total):
                    figures.withdraw(turn.words)
                return


def _turn(event: TurnClosed, opened: TurnOpened | None, own: Profile, bill: Bill) -> TurnFigures:
    return TurnFigures(
        turn=event.turn,
        seat=event.seat,
        words=count_words(event.text),
        usage=event.usage,
        first=event.timing.first,
        total=event.timing.total,
        phase=opened.phase if opened else None,
        model=own.model,
        by=event.by.model if event.by else None,
        max_tokens=opened.max_tokens if opened else None,
        at_most=opened.at_most if opened else None,
        tries=len(event.tries),
        warning=event.warning,
        bill=bill,
    )


def _lengths(phases: Sequence[Phase], turns: Iterable[TurnFigures]) -> tuple[Lengths, ...]:
    words: dict[int, list[int]] = {}
    for turn in turns:
        if turn.phase is not None and turn.phase < len(phases) and not turn.withdrawn:
            words.setdefault(turn.phase, []).append(turn.words)
    return tuple(
        Lengths(phase.title, phase.words.from_, phase.words.to, tuple(sorted(words[n])))
        for n, phase in enumerate(phases)
        if n in words
    )


def _plus(total: int | None, more: int | None) -> int | None:
    return None if total is None or more is None else total + more
