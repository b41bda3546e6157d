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
from debate.clerk import room_of
from debate.estimate import estimate, estimate_prompt
from debate.events import (
    AnyEvent,
    AskOpened,
    ConferenceOpened,
    PhaseOpened,
    Profile,
    RoomsOpened,
    Timing,
    TurnClosed,
    TurnOpened,
)
from debate.forms import MAX_TOKENS, Form, form_of
from debate.phases import rooms_at_opening, turns_planned
from debate.proceedings import tally
from debate.prompts.layouts import Message, Projection
from debate.scenario import Phase
from debate.state import ConferenceState, fold, settled
from debate.steps import Ask, Decide, GiveFloor, OpenPhase, OpenRooms

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
_FRAME = estimate_prompt([Message("user", "")])
_CHUNK = 1 << 14


class Counts(NamedTuple):
    """Tokens of one turn, or of many."""

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


@dataclass(frozen=True, slots=True)
class Outgrown:
    """A model whose window the prompts outgrow."""

    model: str
    window: int
    turn: int
    """The first turn of which the prompt and the words have no room in it."""


@dataclass(frozen=True, slots=True)
class Played:
    """What was counted, by seat."""

    turns: Mapping[str, int]
    counts: Mapping[str, Counts]
    about: bool
    """Whether only the beginning was played, and the rest reckoned from it."""
    outgrown: tuple[Outgrown, ...]


@dataclass(slots=True)
class _Request:
    """A prompt that was sent, as far as later ones may begin like it."""

    messages: tuple[Message, ...]
    counts: Counts
    reused: int = 0
    """The most tokens that a later prompt began with."""

    def final(self) -> Counts:
        """Its counts. Only what is read again is worth being written to a cache."""
        written = max(0, self.reused - self.counts.cached)
        return self.counts._replace(written=written)


@dataclass(slots=True)
class _Tally:
    """The requests of one seat. The last few are kept apart, to see how they grow."""

    done: Counts = field(default_factory=Counts)
    turns: int = 0
    talked: int = 0
    """Turns in which it heard the others."""
    last: list[_Request] = field(default_factory=list)
    asks: int = 0
    asked: list[_Request] = field(default_factory=list)

    def add(self, request: _Request, *, talked: bool) -> None:
        self.turns += 1
        self.talked += talked
        self.last.append(request)
        if len(self.last) > 3:
            self.done = self.done.plus(self.last.pop(0).final())

    def ask(self, request: _Request) -> None:
        """Count an ask: it is no turn, and its prompt is not seen to grow."""
        self.asks += 1
        self.asked.append(request)

    def total(self) -> Counts:
        counts = self.done
        for request in self.asked:
            counts = counts.plus(request.final())
        for request in self.last:
            counts = counts.plus(request.final())
        return counts


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
        self._latest: dict[object, _Request] = {}
        self._outgrown: dict[str, Outgrown] = {}
        # By how much the record may outgrow what is expected: before each turn of it.
        self._excess = [0]
        self._known: dict[str, int] = {}
        self._pieces: dict[str, int] = {}

    # -- playing

    def play(self) -> Played:
        """Play to the end; of a very long conference, until it is seen how it grows."""
        whole = self._planned <= PLAYED_WHOLE
        while steps := next_steps(self._state):
            for step in steps:
                match step:
                    case OpenPhase(index):
                        plan = self._manifest.scenario.phases[index]
                        rooms = rooms_at_opening(self._state, index)
                        opened = PhaseOpened(
                            phase=index, kind=plan.kind, title=plan.title, rooms=rooms
                        )
                        self._put(opened)
                    case OpenRooms(phase, rooms):
                        self._put(RoomsOpened(phase=phase, rooms=dict(rooms)))
                    case GiveFloor():
                        self._turn(step)
                    case Ask():
                        self._ask(step)
                    case Decide(motion=motion):
                        self._put(tally(self._state, motion))
                    case _:
                        return self._played()
            if not whole and self._seen():
                break
        return self._played()

    def _seen(self) -> bool:
        """Whether enough whole rounds were played to know the rest by."""
        played = len(self._state.record)
        turns = {tally.turns for tally in self._tallies.values()}
        talked = min(tally.talked for tally in self._tallies.values())
        return len(turns) == 1 and (
            (played >= _PLAYED and talked >= _ROUNDS_SEEN)
            or played >= max(PLAYED_WHOLE, len(self._tallies) * _ROUNDS_SEEN)
        )

    def _turn(self, step: GiveFloor) -> None:
        plan = self._manifest.scenario.phases[step.phase]
        number = self._state.last_turn + 1
        said = made(self._words(plan), number)
        spoken, room = estimate(said), room_of(plan.words.to)
        messages = self._projection.messages(self._state, step)
        request = self._send(step.seat, messages, spoken, room)
        self._tallies[step.seat].add(request, talked=plan.kind != "opening")
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
            self._tallies[step.seat].ask(request)
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
        answer = form.read(_answer_made(form, number)) or form.assumed(self._state)
        self._put(answer.model_copy(update={"ask": number}))

    def _words(self, plan: Phase) -> int:
        words = plan.words
        middle = (words.from_ + words.to) // 2
        return {"from": words.from_, "middle": middle, "to": words.to}[self._length]

    def _put(self, event: AnyEvent) -> None:
        self._state = fold([event], self._state)

    # -- counting

    def _send(self, seat: str, messages: tuple[Message, ...], spoken: int, room: int) -> _Request:
        profile = self._profiles[seat]
        if profile.family == "human":  # a person reads no tokens
            return _Request((), Counts())
        tokens = self._tokens_of(messages)
        cached = self._cached(seat, profile, messages)
        limit = room + profile.reasoning_room
        excess = self._excess[len(settled(self._state))]
        request = _Request(
            messages, Counts(tokens, cached, 0, spoken, tokens + excess, max(limit, spoken))
        )
        where = _cache_of(profile)
        self._latest[where] = self._latest[where, seat] = request
        if profile.window and tokens + limit > profile.window:
            turn = self._state.last_turn + 1
            self._outgrown.setdefault(profile.model, Outgrown(profile.model, profile.window, turn))
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
        total = 0
        for at in range(0, whole, _CHUNK):
            piece = text[at : at + _CHUNK]
            if piece not in self._pieces:
                self._pieces[piece] = estimate(piece)
            total += self._pieces[piece]
        return total + estimate(text[whole:])

    # -- summing up

    def _played(self) -> Played:
        played = len(self._state.record)
        counts = {seat: tally.total() for seat, tally in self._tallies.items()}
        turns = {seat: tally.turns for seat, tally in self._tallies.items()}
        if played < self._planned:
            self._reckon(self._planned - played, counts, turns)
        return Played(turns, counts, played < self._planned, tuple(self._outgrown.values()))

    def _reckon(self, left: int, counts: dict[str, Counts], turns: dict[str, int]) -> None:
        """Add the turns that were not played. What is read grows from round to round, by as much
        for all; what is new, or spoken, stays. The last round is not gone by, since nothing has
        been read from it yet."""
        reading = {s: t for s, t in self._tallies.items() if self._profiles[s].family != "human"}
        grown = Counts()
        for each in reading.values():
            before, after = each.last[0].counts, each.last[1].counts
            grown = grown.plus(after).plus(before, -1)
        for n, seat in enumerate(self._tallies):
            more = left // len(turns) + (n < left % len(turns))
            turns[seat] += more
            if seat in reading:
                # The turn gone by is the last but one: the first to add is two rounds after it.
                rounds = sum(range(2, more + 2))
                read, worst = (
                    each * rounds // len(reading) for each in (grown.input, grown.worst_input)
                )
                gone_by = self._tallies[seat].last[1].final()
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
        turn = len(self._state.record) + rounds * len(self._tallies) + nth + 1
        known = self._outgrown.get(profile.model)
        if rounds < more and (known is None or turn < known.turn):
            self._outgrown[profile.model] = Outgrown(profile.model, profile.window, turn)


def planned_turns(manifest: ConferenceOpened) -> int:
    """The turns of the whole agenda, if none is given up."""
    plan = manifest.scenario
    turns = sum(turns_planned(manifest, n) for n in range(len(plan.phases)))
    return turns if plan.ends.turns is None else min(turns, plan.ends.turns)


def _answer_made(form: Form, number: int) -> str:
    """A reply such as a seat may give."""
    among = form.among
    said: dict[str, object] = {
        "bid": number % 10,
        "next": among.names[number % len(among.names)] if among.names else "",
        "partners": among.names[:1],
        "action": "table" if among.tables else "join" if among.motions else "pass",
        "motion": among.motions[0] if among.motions else "",
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
