"""A conference played without models, and what its prompts hold: how much is read, and how much of
that is new.

    played = Rehearsal(manifest, "middle").play()
    played.counts["altman"].input

The agenda is played with made turns of the length that each phase asks for, and every prompt is
rendered as it would be sent. The cache is an ideal one: it has every earlier prompt of the same
model at the same endpoint, and what a new prompt begins with is read from it. Real ones keep less.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Literal, NamedTuple

from debate.agenda import next_steps
from debate.caucus import MOST_PARTNERS
from debate.clerk import room_of
from debate.estimate import estimate
from debate.events import (
    AnyEvent,
    AskOpened,
    ConferenceOpened,
    Timing,
    TurnClosed,
    TurnOpened,
)
from debate.forms import MAX_TOKENS, Form, form_of
from debate.phases import turns_planned
from debate.prefix_cache import Counts, IdealCache, Request
from debate.prompts.layouts import Message, Projection
from debate.scenario import Phase
from debate.state import ConferenceState, fold, settled
from debate.steps import Ask, Close, GiveFloor, Pause
from debate.unasked import event_of

#: How long turns are taken to be, of what their phase asks for.
Length = Literal["from", "middle", "to"]

# What is longer is played for its first rounds; the rest is reckoned from how they grew.
PLAYED_WHOLE = 1000
_PLAYED = 300
_ROUNDS_SEEN = 4

# Ordinary words of 5.6 characters with their space, which is 1.33 tokens each.
_WORDS = (
    *("this", "paper", "would", "bring", "public", "rules", "under", "which", "every", "second"),
    *("house", "could", "later", "agree", "before", "others", "speak;", "nothing", "we", "have"),
    *("heard", "so", "far", "shows", "that", "such", "a", "limit", "is", "enough"),
)


@dataclass(frozen=True, slots=True)
class Outgrown:
    """A model whose window the prompts outgrow."""

    model: str
    window: int
    turn: int
    """The first turn of which the prompt and the words have no room in it."""


class Share(NamedTuple):
    """What was asked of a seat in one phase."""

    turns: int = 0
    asks: int = 0
    counts: Counts = Counts()

    def plus(self, other: Share) -> Share:
        """The sum."""
        turns, asks = self.turns + other.turns, self.asks + other.asks
        return Share(turns, asks, self.counts.plus(other.counts))


@dataclass(frozen=True, slots=True)
class Played:
    """What was counted, by seat."""

    turns: Mapping[str, int]
    asks: Mapping[str, int]
    counts: Mapping[str, Counts]
    phases: tuple[Mapping[str, Share], ...]
    """The same by phase of the scenario; only of what was played."""
    about: bool
    """Whether only the beginning was played, and the rest reckoned from it."""
    outgrown: tuple[Outgrown, ...]


class _Placed(NamedTuple):
    """A request, what it was for, and in which phase."""

    phase: int
    share: Share
    request: Request

    def put_into(self, phases: dict[int, Share]) -> None:
        """Count it where it belongs."""
        share = self.share._replace(counts=self.request.final())
        phases[self.phase] = phases.get(self.phase, Share()).plus(share)


@dataclass(slots=True)
class _Tally:
    """The requests of one seat. The last few are kept apart, to see how they grow, and since what
    comes next may begin like them."""

    phases: dict[int, Share] = field(default_factory=dict)
    """What is counted for good, by phase."""
    turns: int = 0
    talked: int = 0
    """Turns in which it heard the others."""
    last: list[_Placed] = field(default_factory=list)
    asked: list[_Placed] = field(default_factory=list)
    """The last requests for asks: they are no turns, and not seen to grow."""

    def add(self, request: Request, phase: int, *, talked: bool) -> None:
        """Count a turn."""
        self.turns += 1
        self.talked += talked
        self._keep(self.last, _Placed(phase, Share(turns=1), request))

    def ask(self, request: Request, phase: int) -> None:
        """Count an ask."""
        self._keep(self.asked, _Placed(phase, Share(asks=1), request))

    def shares(self) -> dict[int, Share]:
        """What was counted, by phase."""
        phases = dict(self.phases)
        for placed in (*self.last, *self.asked):
            placed.put_into(phases)
        return phases

    def _keep(self, among: list[_Placed], placed: _Placed) -> None:
        among.append(placed)
        if len(among) > 3:
            among.pop(0).put_into(self.phases)


class Rehearsal:
    """One conference, to be played once.

    Args:
        manifest: Its first event.
        words: How long its turns are.

    Raises:
        UserError: here, or when it is played, if a template cannot be rendered.
    """

    def __init__(self, manifest: ConferenceOpened, words: Length) -> None:
        self._manifest = manifest
        self._length = words
        self._planned = planned_turns(manifest)
        self._projection = Projection(manifest)
        self._state: ConferenceState = fold([manifest])
        self._profiles = {card.id: card.profile for card in manifest.seats}
        self._tallies = {card.id: _Tally() for card in manifest.seats}
        self._cache = IdealCache()
        self._outgrown: dict[str, Outgrown] = {}
        # By how much the record may outgrow what is expected: before each turn of it.
        self._excess = [0]

    # -- playing

    def play(self) -> Played:
        """Play to the end; of a very long conference, until it is seen how it grows."""
        whole = self._planned <= PLAYED_WHOLE
        while steps := next_steps(self._state):
            for step in steps:
                if isinstance(step, GiveFloor):
                    self._turn(step)
                elif isinstance(step, Ask):
                    self._ask(step)
                elif isinstance(step, Pause | Close):
                    return self._played()
                else:
                    self._put(event_of(self._state, step))
            if not whole and self._seen():
                return self._played(whole=False)
        return self._played()

    def _seen(self) -> bool:
        """Whether enough whole rounds were played to know the rest by."""
        played = len(self._state.record)
        speaking = self._speaking().values()
        turns = {tally.turns for tally in speaking}
        talked = min((tally.talked for tally in speaking), default=0)
        return len(turns) == 1 and (
            (played >= _PLAYED and talked >= _ROUNDS_SEEN)
            or played >= max(PLAYED_WHOLE, len(speaking) * _ROUNDS_SEEN)
        )

    def _speaking(self) -> dict[str, _Tally]:
        """The seats that have had a turn: a chair or an audience may have none."""
        return {seat: tally for seat, tally in self._tallies.items() if tally.turns}

    def _turn(self, step: GiveFloor) -> None:
        plan = self._manifest.scenario.phases[step.phase]
        number = self._state.last_turn + 1
        said = made(self._words(plan), number)
        spoken, room = estimate(said), room_of(plan.words.to)
        messages = self._projection.messages(self._state, step)
        request = self._send(step.seat, messages, spoken, room)
        self._tallies[step.seat].add(request, step.phase, talked=plan.kind != "opening")
        self._excess.append(self._excess[-1] + max(0, room - spoken))
        self._put(
            TurnOpened(
                turn=number,
                seat=step.seat,
                phase=step.phase,
                round=step.round,
                room=step.room,
                part=step.part,
                to=step.to,
                request="0" * 64,
            )
        )
        self._put(
            TurnClosed(
                turn=number, seat=step.seat, text=said, finish="stop", timing=Timing(total=0.0)
            )
        )

    def _ask(self, step: Ask) -> None:
        """An answer such as costs most later: motions are tabled, and all are voted for."""
        number = self._state.last_ask + 1
        form = form_of(self._state, step)
        room = MAX_TOKENS[step.kind]
        spoken = room // 3
        messages = self._projection.messages(self._state, step)
        if step.seat is not None:
            request = self._send(step.seat, messages, spoken, room)
            self._tallies[step.seat].ask(request, step.phase)
        opened = AskOpened(
            ask=number,
            kind=step.kind,
            seat=step.seat,
            phase=step.phase,
            round=step.round,
            room=step.room,
            about=step.about,
            request="0" * 64,
            max_tokens=room,
        )
        self._put(opened)
        answer = form.read(made_answer(form, number)) or form.assumed(self._state)
        self._put(answer.model_copy(update={"ask": number}))

    def _words(self, plan: Phase) -> int:
        words = plan.words
        middle = (words.from_ + words.to) // 2
        return {"from": words.from_, "middle": middle, "to": words.to}[self._length]

    def _put(self, event: AnyEvent) -> None:
        self._state = fold([event], self._state)

    # -- counting

    def _send(self, seat: str, messages: tuple[Message, ...], spoken: int, room: int) -> Request:
        profile = self._profiles[seat]
        if profile.family == "human":  # a person reads no tokens
            return Request(())
        request = self._cache.read(seat, profile, messages)
        tokens = request.counts.input
        limit = room + profile.reasoning_room
        excess = self._excess[len(settled(self._state))]
        request.counts = request.counts._replace(
            output=spoken, worst_input=tokens + excess, worst_output=max(limit, spoken)
        )
        if profile.window and tokens + limit > profile.window:
            turn = self._state.last_turn + 1
            self._outgrown.setdefault(profile.model, Outgrown(profile.model, profile.window, turn))
        return request

    # -- summing up

    def _played(self, *, whole: bool = True) -> Played:
        shares = {seat: tally.shares() for seat, tally in self._tallies.items()}
        sums = {seat: _sum(of.values()) for seat, of in shares.items()}
        counts = {seat: share.counts for seat, share in sums.items()}
        turns = {seat: share.turns for seat, share in sums.items()}
        if not whole:
            self._reckon(self._planned - len(self._state.record), counts, turns)
        return Played(
            turns=turns,
            asks={seat: share.asks for seat, share in sums.items()},
            counts=counts,
            phases=tuple(
                {seat: of.get(n, Share()) for seat, of in shares.items()}
                for n in range(len(self._manifest.scenario.phases))
            ),
            about=not whole,
            outgrown=tuple(self._outgrown.values()),
        )

    def _reckon(self, left: int, counts: dict[str, Counts], turns: dict[str, int]) -> None:
        """Add the turns that were not played. What is read grows from round to round, by as much
        for all; what is new, or spoken, stays. The last round is not gone by, since nothing has
        been read from it yet."""
        speaking = self._speaking()
        reading = {s: t for s, t in speaking.items() if self._profiles[s].family != "human"}
        grown = Counts()
        for each in reading.values():
            before, after = (placed.request.counts for placed in each.last[:2])
            grown = grown.plus(after).plus(before, -1)
        for n, seat in enumerate(speaking):
            more = left // len(speaking) + (n < left % len(speaking))
            turns[seat] += more
            if seat in reading:
                # The turn gone by is the last but one: the first to add is two rounds after it.
                rounds = sum(range(2, more + 2))
                read, worst = (
                    each * rounds // len(reading) for each in (grown.input, grown.worst_input)
                )
                gone_by = speaking[seat].last[1].request.final()
                growth = Counts(input=read, cached=read, worst_input=worst)
                counts[seat] = counts[seat].plus(gone_by, more).plus(growth)
                self._foresee(seat, gone_by, grown.input // len(reading), n, more)

    def _foresee(self, seat: str, gone_by: Counts, growth: int, nth: int, more: int) -> None:
        """Note where prompts that were not played outgrow the window."""
        profile = self._profiles[seat]
        if profile.window is None or growth <= 0:
            return
        room = profile.window - gone_by.input - gone_by.worst_output
        rounds = max(0, room // growth - 1)
        turn = len(self._state.record) + rounds * len(self._speaking()) + nth + 1
        known = self._outgrown.get(profile.model)
        if rounds < more and (known is None or turn < known.turn):
            self._outgrown[profile.model] = Outgrown(profile.model, profile.window, turn)


def planned_turns(manifest: ConferenceOpened) -> int:
    """The turns of the whole agenda, if none is given up."""
    plan = manifest.scenario
    turns = sum(turns_planned(manifest, n) for n in range(len(plan.phases)))
    return turns if plan.ends.turns is None else min(turns, plan.ends.turns)


def _sum(shares: Iterable[Share]) -> Share:
    total = Share()
    for share in shares:
        total = total.plus(share)
    return total


def made_answer(form: Form, number: int) -> str:
    """A reply such as a seat may give, to the ask of this number."""
    among = form.among
    motion = among.motions[0] if among.motions else ""
    said: dict[str, object] = {
        "bid": number % 10,
        "next": among.names[number % len(among.names)] if among.names else "",
        "partners": among.names[:MOST_PARTNERS],
        "action": "table" if among.tables else f"join {motion}" if motion else "pass",
        "motion": motion,
        "title": made(5, number),
        "text": made(40, number),
        "accept": True,
        "vote": "yes",
        "sign": True,
    }
    if form.ask.kind == "amendment":
        said["action"] = "amend"
    return json.dumps(said)


def made(words: int, number: int) -> str:
    """So many ordinary words, others in each turn."""
    first = number % len(_WORDS)
    return " ".join(islice(cycle(_WORDS), first, first + words))
