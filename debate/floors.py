"""Who speaks next: one small pure function a rule, seeded, without memory of its own.

A rule sees a `View`: who may be given the floor, who has had it, what was said last. It gives a
`Turnout`, the seat and how the floor came to it; or it lacks something that has to be asked for
first, such as bids.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from debate.scenario import FreeFloor, RoundRobin, Weighted
from debate.standing import Called, Held

LONGEST_SILENT = "the longest silent"


def order_of_round(
    floor: RoundRobin, seats: Sequence[str], *, seed: int, phase: int, round_: int
) -> tuple[str, ...]:
    """The order in which the seats speak in one round of a phase.

    Args:
        floor: The phase's rule.
        seats: Ids of the seats, in the order of the table.
        seed: The conference's seed.
        phase: Index of the phase, so that phases are shuffled unlike each other.
        round_: Number of the round, from 1.

    Returns:
        Each seat exactly once.
    """
    match floor.order:
        case "fixed":
            return tuple(seats)
        case "rotated":
            first = (round_ - 1) % len(seats)
            return (*seats[first:], *seats[:first])
        case "shuffled":
            shuffled = list(seats)
            # A string seeds the same generator on every platform and Python (unlike hash()).
            random.Random(f"{seed}/{phase}/{round_}").shuffle(shuffled)
            return tuple(shuffled)


@dataclass(frozen=True, slots=True)
class View:
    """What a rule sees of a phase, or of one of its rooms."""

    seats: tuple[str, ...]
    """Who takes part, in the order of the table."""
    held: Mapping[str, Held]
    """Who has had the floor."""
    nth: int
    """Which turn this is, from 1."""
    turns: int
    """How many there are in all."""
    seed: str
    """Of this turn: draws differ from turn to turn, and are the same each time it is asked for."""
    last_text: str = ""
    """What was said last."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What each seat may be called."""
    bids: Mapping[str, int] = field(default_factory=dict)
    called: Called | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A seat, and how the floor came to it."""

    seat: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Lacking:
    """What has to be asked for first."""

    bids: tuple[str, ...] = ()
    """The seats that have yet to bid."""
    call: bool = False
    """Whether somebody has to be called."""


def allowed(floor: FreeFloor, view: View) -> tuple[str, ...]:
    """The seats that may be given the floor; none if the phase is over.

    Nobody speaks twice running unless alone. A seat that has had the floor as often as the rule
    allows is out. Where all are to be heard, the last turns are for those that have not been.
    """
    if view.nth > view.turns:
        return ()
    out = {
        seat
        for seat, held in view.held.items()
        if floor.most is not None and held.times >= floor.most
    }
    seats = tuple(seat for seat in view.seats if seat not in out)
    if floor.all_heard:
        unheard = tuple(seat for seat in seats if seat not in view.held)
        if unheard and view.turns - view.nth + 1 <= len(unheard):
            seats = unheard
    last = max(view.held, key=lambda seat: view.held[seat].last, default=None)
    return tuple(seat for seat in seats if seat != last) or seats


def longest_silent(view: View, seats: Sequence[str]) -> str:
    """Of some seats, the one that has not spoken for longest; of equals, the first at the table."""
    return min(seats, key=lambda seat: view.held[seat].last if seat in view.held else 0)


def next_speaker(floor: FreeFloor, view: View) -> Given | Lacking | None:
    """Who is given the floor under a rule; None if the phase is over.

    Where only one seat may have it, no rule has anything to decide.
    """
    seats = allowed(floor, view)
    if not seats:
        return None
    if len(seats) == 1:
        return Given(seats[0], "nobody else may have it")
    return _RULES[floor.rule](floor, view, seats)


def _drawn(floor: FreeFloor, view: View, seats: Sequence[str]) -> Given:
    said = floor.weights if isinstance(floor, Weighted) else {}
    weights = [said.get(seat, 1.0) for seat in seats]
    return Given(random.Random(view.seed).choices(seats, weights)[0])


def _addressed(floor: FreeFloor, view: View, seats: Sequence[str]) -> Given:
    named = last_named(view.last_text, {seat: view.names.get(seat, ()) for seat in seats})
    if named is not None:
        return Given(named, "named last")
    return Given(longest_silent(view, seats), f"nobody was named: {LONGEST_SILENT}")


def _highest(floor: FreeFloor, view: View, seats: Sequence[str]) -> Given | Lacking:
    if missing := tuple(seat for seat in seats if seat not in view.bids):
        return Lacking(bids=missing)
    best = max(view.bids[seat] for seat in seats)
    equals = [seat for seat in seats if view.bids[seat] == best]
    if len(equals) == 1:
        return Given(equals[0], f"bid {best}, the highest")
    return Given(
        longest_silent(view, equals), f"bid {best}, as {len(equals)} did: {LONGEST_SILENT}"
    )


def _called(floor: FreeFloor, view: View, seats: Sequence[str]) -> Given | Lacking:
    call = view.called
    if call is None:
        return Lacking(call=True)
    if call.to in seats:
        return Given(call.to, call.why or "called")
    # It may have been called before a turn was struck, or the rule of a fork changed.
    return Given(longest_silent(view, seats), f"{call.to} may not have it: {LONGEST_SILENT}")


_RULES: dict[str, Callable[[FreeFloor, View, Sequence[str]], Given | Lacking]] = {
    "random": _drawn,
    "weighted": _drawn,
    "addressed": _addressed,
    "bidding": _highest,
    "chaired": _called,
    "manual": _called,
}


def last_named(text: str, names: Mapping[str, Sequence[str]]) -> str | None:
    """Which of some seats a text names last, by any of its names; None if it names none."""
    best: tuple[int, int, str] | None = None
    for seat, called in names.items():
        for name in called:
            if name not in text:  # so it is with nearly all of a large table
                continue
            for found in _name(name).finditer(text):
                # Of names that end together, such as "Chen" and "Ada Chen", the longer.
                at = (found.end(), len(name), seat)
                best = at if best is None or at > best else best
    return best[2] if best else None


@lru_cache(maxsize=4096)
def _name(name: str) -> re.Pattern[str]:
    # A Chinese name stands among other characters without a space.
    edge = r"\b" if name.isascii() else ""
    return re.compile(f"{edge}{re.escape(name)}{edge}")
