"""What a seat has heard: the one door through which the record reaches a prompt.

A turn that a seat may not know cannot be found through it. None of it goes through the whole
record: what all have heard is taken from where the minutes end, and what a seat heard apart is kept
apart.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from heapq import merge

from debate.standing import (
    Announcement,
    ConferenceState,
    Minutes,
    PassedNote,
    Turn,
    number_of,
    place_of,
    settled_apart,
    settled_in_public,
)

Said = Turn | PassedNote | Announcement
Note = PassedNote | Announcement


def heard(state: ConferenceState, seat: str | None) -> Iterator[Turn]:
    """The finished turns that a seat may know, in order.

    Left out are the turns of rooms that it is not in and, while an opening is under way, the
    other openings.
    """
    return merge(settled_in_public(state), settled_apart(state, seat), key=number_of)


def last_heard(state: ConferenceState, seat: str | None) -> Turn | None:
    """The last of them."""
    known = (settled_in_public(state), settled_apart(state, seat))
    return max((turns[-1] for turns in known if turns), key=number_of, default=None)


def times_heard(state: ConferenceState, seat: str) -> int:
    """How many of them it spoke itself."""
    phase, plan = state.phase, state.phase_plan
    unheard = (
        state.record[phase.opened_after :] if phase and plan and plan.kind == "opening" else ()
    )
    return state.spoken.get(seat, 0) - sum(turn.seat == seat for turn in unheard)


def in_public(state: ConferenceState, through: int | None = None) -> list[Said]:
    """What all have heard and no minutes hold, in order.

    Args:
        state: The conference.
        through: The last turn; all if None.
    """
    turns, notes = settled_in_public(state), state.notes.public
    first, begin = beginning(state)
    last = len(turns) if through is None else bisect_right(turns, through, key=number_of)
    end = len(notes) if through is None else bisect_left(notes, through, key=place_of)
    return in_order(turns[first:last], notes[begin:end])


def beginning(state: ConferenceState) -> tuple[int, int]:
    """How many of the public turns, and of the public notes, are held by the minutes."""
    if state.minutes is None:
        return 0, 0
    through = state.minutes.through
    return (
        bisect_right(state.record.public, through, key=number_of),
        bisect_left(state.notes.public, through, key=place_of),
    )


def apart(state: ConferenceState, seat: str | None) -> list[Said]:
    """What a seat heard that not all did, in order: in private rooms, and from the chair."""
    return in_order(settled_apart(state, seat), state.notes.apart.get(seat or "", ()))


def by_one(state: ConferenceState, seat: str) -> list[Said]:
    """What a seat has heard and no minutes hold, in private and in public, in order."""
    minutes = state.minutes
    own = [each for each in settled_apart(state, seat) if not is_before(each, minutes)]
    first, _ = beginning(state)
    turns = merge(settled_in_public(state)[first:], own, key=number_of)
    begin = 0 if minutes is None else bisect_left(state.notes, minutes.through, key=place_of)
    notes = (n for n in state.notes[begin:] if isinstance(n, Announcement) or n.to in (None, seat))
    return in_order(turns, notes)


def noted(state: ConferenceState, seat: str | None) -> list[Note]:
    """What a seat may know of what stands between turns, in order: the notes from the chair that
    are to all or to it, and what the record says by itself."""
    return [n for n in state.notes if isinstance(n, Announcement) or n.to in (None, seat)]


def is_before(said: Said, minutes: Minutes | None) -> bool:
    """Whether it came before the end of what the minutes hold."""
    if minutes is None:
        return False
    if isinstance(said, Turn):
        return said.number <= minutes.through
    return said.after < minutes.through


def in_order(turns: Iterable[Turn], notes: Iterable[Note]) -> list[Said]:
    """Turns and notes as they came: a note stands behind every turn that was open before it."""
    waiting = deque(notes)
    said: list[Said] = []
    for turn in turns:
        while waiting and waiting[0].after < turn.number:
            said.append(waiting.popleft())
        said.append(turn)
    return [*said, *waiting]
