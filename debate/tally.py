"""Figures of many conferences, by whatever tells them apart: model, persona, phase, arm.

    tally = Tally(["arm", "phase"])
    for path in paths:
        chain = Chain()
        tally.add(path.stem, followed(path, chain), batches.factors(path), chain)
    for group in tally.tallied().groups:
        print(group.of, group.turns, group.words.shares)

It describes; style it never scores. One transcript is held at a time, and of each only its figures
are kept. A transcript counts once it was read to its end: of one that is broken nothing does. One
whose chain does not hold counts, and is said to be changed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from debate.bill import answer_bill, minutes_bill, turn_bill
from debate.errors import TranscriptError
from debate.events import (
    Answer,
    AnyEvent,
    AskFailed,
    AskOpened,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    Event,
    MinutesTaken,
    MotionDecided,
    MotionTabled,
    PhaseOpened,
    Profile,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnWithdrawn,
    VoteCast,
)
from debate.factors import NONE, Factors
from debate.grouped import Tallied
from debate.interrupted import ENDED, interrupted
from debate.scenario import HOUSE_MOTION, Phase
from debate.tally_sums import Sums
from debate.text import count_words
from debate.transcript import Chain

#: What a transcript itself tells of everything in it.
SAID = (
    *("scenario", "model", "speaker", "seat", "persona", "phase", "layout", "seed", "transcript"),
)

#: Those of them that a batch's plan may name as well: what it names them goes before, so that they
#: are the same in every table of a batch. `speaker` is always the model that spoke.
PLANNED = frozenset({"model", "layout", "seed"})

#: What stands where there is no such thing: no arm without a batch, no seat of the clerk's or of
#: the vote on the conference's own motion.
NOBODY = "-"
CLERK = "(clerk)"


class Tally:
    """Counts transcripts, one after the other.

    Args:
        by: Factors: of `SAID`, or of those that a batch's index gives.
        with_past: Whether what a fork has copied of another transcript counts as well.
    """

    def __init__(self, by: Sequence[str] = (), *, with_past: bool = False) -> None:
        self._by = tuple(dict.fromkeys(by))
        self._with_past = with_past
        self._copied = 0
        self._groups: dict[tuple[str, ...], Sums] = {}
        self._total = Sums()
        self._ranks: dict[str, int] = {}
        self._forks = 0
        self._planned: set[str] = set()

    def add(
        self,
        name: str,
        events: Iterable[AnyEvent],
        factors: Factors = NONE,
        chain: Chain | None = None,
    ) -> None:
        """Count a transcript.

        Args:
            name: What it is called.
            events: What it holds, from its first line.
            factors: What its batch says of it. But for `PLANNED`, what the transcript itself says
                goes before.
            chain: That which its events are read along; None if it is not looked at.

        Raises:
            TranscriptError: if it does not begin with a conference's opening. Of a transcript
                whose events raise anything, nothing is counted.
        """
        reading = _Reading(self._by, name, factors, with_past=self._with_past)
        for event in events:
            reading.take(event)
        groups = reading.finished()
        for sums in groups.values():
            self._total.add(sums)
        changed = chain is not None and chain.broken is not None
        counted = {"conferences": 1, "ended": reading.ended, "changed": int(changed)}
        self._total.numbers.update(counted)
        for of, sums in groups.items():
            sums.numbers.update(counted)
            self._groups.setdefault(of, Sums()).add(sums)
        for phase, rank in reading.ranks.items():
            self._ranks[phase] = min(rank, self._ranks.get(phase, rank))
        self._forks += reading.forked
        self._copied += reading.copied
        self._planned |= reading.planned.keys() & {*self._by}

    def tallied(self) -> Tallied:
        """What there is by now."""
        groups = sorted(self._groups, key=self._order)
        told = tuple(self._groups[of].group(of) for of in groups)
        planned = tuple(name for name in self._by if name in self._planned)
        copied = None if self._with_past else self._copied
        return Tallied(self._by, told, self._total.group(()), self._forks, planned, copied)

    def _order(self, of: tuple[str, ...]) -> list[tuple[int, float, str]]:
        return [self._place(factor, value) for factor, value in zip(self._by, of, strict=True)]

    def _place(self, factor: str, value: str) -> tuple[int, float, str]:
        if value in (NOBODY, CLERK):
            return 2, 0.0, value
        if factor == "phase" and value in self._ranks:
            return 0, self._ranks[value], value
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        return (0, number, value) if math.isfinite(number) else (1, 0.0, value.casefold())


@dataclass(frozen=True, slots=True)
class _Held:
    """A finished turn, for when it is withdrawn."""

    sums: Sums
    words: int
    asked: tuple[int, int] | None


class _Reading:
    """One transcript, as it is read."""

    def __init__(self, by: Sequence[str], name: str, factors: Factors, *, with_past: bool) -> None:
        self._by = by
        self._with_past = with_past
        self._values = {**dict.fromkeys(by, NOBODY), **factors, "transcript": name}
        self.planned = {name: value for name, value in factors.items() if name in PLANNED}
        self._groups: dict[tuple[str, ...], Sums] = {}
        self._opened: ConferenceOpened | None = None
        self._profiles: dict[str, Profile] = {}
        self._personas: dict[str, str] = {}
        self._phase: int | None = None
        self._turns: dict[int, TurnOpened] = {}
        self._asks: dict[int, AskOpened] = {}
        self._held: dict[int, _Held] = {}
        self._motions: dict[str, Sums] = {}
        self._carried: dict[str, bool] = {}
        self.ended = 0
        self.forked = False
        self.copied = 0
        """Turns of a past that do not count."""

    @property
    def ranks(self) -> Mapping[str, int]:
        """Where in the agenda each phase stands."""
        return {phase.id: n for n, phase in enumerate(self._phases)}

    def take(self, event: AnyEvent) -> None:
        """Count an event."""
        if self._opened is None:
            if not isinstance(event, ConferenceOpened):
                raise TranscriptError("it does not begin with a conference's opening")
            self._open(event)
        elif note := self._NOTES.get(type(event)):
            note(self, event)
        elif isinstance(event, Answer):
            self._answer(event)

    def finished(self) -> dict[tuple[str, ...], Sums]:
        """The sums, once the last event was taken."""
        if self._opened is None:
            raise TranscriptError("it holds no whole line")
        open_: list[TurnOpened | AskOpened] = [*self._turns.values(), *self._asks.values()]
        for opened in open_:
            self.take(interrupted(opened, ENDED, billed=True))
        for motion, sums in self._motions.items():
            sums.numbers["carried"] += self._carried.get(motion, False)
        return self._groups

    # -- events

    def _open(self, event: ConferenceOpened) -> None:
        self._opened = event
        self._profiles = {card.id: card.profile for card in event.seats}
        self._personas = {card.id: card.persona for card in event.seats}
        layout = f"{event.layout} (tail)" if event.cards == "tail" else event.layout
        self._values |= {
            "scenario": event.scenario.id,
            "layout": layout,
            "seed": str(event.seed),
        }
        self._seat()

    def _seat(self) -> None:
        if "phase" not in self._by:  # else it is in no phase that nothing came of
            for seat in self._profiles:
                self._of(seat)

    def _open_phase(self, event: PhaseOpened) -> None:
        self._phase = event.phase

    def _open_turn(self, event: TurnOpened) -> None:
        self._turns[event.turn] = event

    def _open_ask(self, event: AskOpened) -> None:
        self._asks[event.ask] = event

    def _end(self, event: TurnClosed | TurnFailed) -> None:
        if event.seat not in self._profiles:
            return
        opened = self._turns.pop(event.turn, None)
        phase = opened.phase if opened else None
        sums = self._of(event.seat, event.by, phase)
        own = self._profiles[event.seat].price
        sums.bill += turn_bill(event, own, opened.at_most if opened else None)
        sums.tried(event.tries)
        if isinstance(event, TurnFailed):
            sums.numbers["failed"] += event.reason not in ("aborted", "interrupted")
            sums.vain(event.usage)
            return
        plan = self._plan(phase)
        asked = (plan.words.from_, plan.words.to) if plan else None
        held = self._held[event.turn] = _Held(sums, count_words(event.text), asked)
        sums.place(held.words, asked)
        sums.numbers["fallback"] += event.by is not None
        sums.numbers["warnings"] += event.warning is not None
        sums.seconds += event.timing.total
        sums.reply(event.usage)

    def _withdraw(self, event: TurnWithdrawn) -> None:
        if held := self._held.pop(event.turn, None):
            held.sums.place(held.words, held.asked, -1)
            held.sums.numbers["withdrawn"] += 1

    def _fail_ask(self, event: AskFailed) -> None:
        opened = self._asks.pop(event.ask, None)
        if event.seat not in self._profiles:
            return
        sums = self._of(event.seat, event.by, opened.phase if opened else self._phase)
        sums.numbers["failed"] += event.reason not in ("aborted", "interrupted", "skipped")
        sums.tried(event.tries)
        sums.vain(event.usage)
        own = self._profiles[event.seat].price
        sums.bill += answer_bill(event, own, opened.at_most if opened else None)

    def _answer(self, event: Answer) -> None:
        opened = self._asks.pop(event.ask, None) if event.ask is not None else None
        if event.seat not in self._profiles:
            return
        sums = self._of(event.seat, event.by, event.phase)
        sums.numbers["asks"] += 1
        sums.numbers["assumed"] += event.how == "assumed"
        sums.tried(event.tries)
        if event.ask is not None:
            sums.seconds += event.timing.total if event.timing else 0.0
            sums.reply(event.usage)
        own = self._profiles[event.seat].price
        sums.bill += answer_bill(event, own, opened.at_most if opened else None)
        if isinstance(event, VoteCast):
            plan = self._plan(event.phase)
            secret = plan is None or plan.vote.secret
            sums.numbers[f"votes.{'secret' if secret else event.vote}"] += 1
            sums.numbers["votes.assumed"] += event.how == "assumed"
        elif isinstance(event, MotionTabled) and event.motion not in self._motions:
            self._motions[event.motion] = sums
            sums.numbers["tabled"] += 1

    def _decide(self, event: MotionDecided) -> None:
        if event.motion == HOUSE_MOTION:
            sums = self._sums(phase=event.phase)
            sums.numbers.update(house=1, house_carried=event.carried)
        else:
            self._carried[event.motion] = event.carried

    def _take_minutes(self, event: MinutesTaken) -> None:
        model = event.by.model
        sums = self._sums(self._phase, seat=CLERK, persona=CLERK, model=model, speaker=model)
        sums.numbers["minutes"] += 1
        sums.seconds += event.timing.total
        sums.tried(event.tries)
        sums.reply(event.usage)
        sums.bill += minutes_bill(event)

    def _change_seat(self, event: SeatChanged) -> None:
        if event.seat in self._profiles:
            self._profiles[event.seat] = event.profile

    def _fork(self, event: ConferenceForked) -> None:
        self.forked = True
        self._values["seed"] = str(event.seed)
        if not self._with_past:
            self._leave_past()

    def _leave_past(self) -> None:
        """Take out what is counted: it was copied, and is another transcript's own."""
        self.copied += sum(sums.numbers["turns"] for sums in self._groups.values())
        for gone in (self._groups, self._held, self._motions, self._carried):
            gone.clear()
        self._seat()

    def _close(self, _: ConferenceClosed) -> None:
        self.ended = 1

    _NOTES: Mapping[type[Event], Callable[[_Reading, Any], None]] = {
        PhaseOpened: _open_phase,
        TurnOpened: _open_turn,
        TurnClosed: _end,
        TurnFailed: _end,
        TurnWithdrawn: _withdraw,
        AskOpened: _open_ask,
        AskFailed: _fail_ask,
        MotionDecided: _decide,
        MinutesTaken: _take_minutes,
        SeatChanged: _change_seat,
        ConferenceForked: _fork,
        ConferenceClosed: _close,
    }

    # -- where it counts

    @property
    def _phases(self) -> Sequence[Phase]:
        return self._opened.scenario.phases if self._opened else ()

    def _plan(self, phase: int | None) -> Phase | None:
        """The plan of a phase; None of one that the scenario has not."""
        return self._phases[phase] if phase is not None and phase < len(self._phases) else None

    def _of(self, seat: str, by: Profile | None = None, phase: int | None = None) -> Sums:
        """The sums of what a seat did, by its own model or another, in a phase."""
        model = (by or self._profiles[seat]).model
        persona = self._personas[seat]
        return self._sums(phase, seat=seat, persona=persona, model=model, speaker=model)

    def _sums(self, phase: int | None = None, **of: str) -> Sums:
        plan = self._plan(phase)
        nobody = dict.fromkeys(("seat", "persona", "model", "speaker"), NOBODY)
        values = {**self._values, **nobody, "phase": plan.id if plan else NOBODY, **of}
        values |= self.planned
        key = tuple(values[factor] for factor in self._by)
        return self._groups.setdefault(key, Sums())
