"""Who meets whom in a caucus: pairs, mutual choices, or rooms by name. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

Rooms = dict[str, tuple[str, ...]]

#: How many others a seat may name that it would meet.
MOST_PARTNERS = 3


def paired(seats: Sequence[str], nth: int) -> list[tuple[str, ...]]:
    """The seats in pairs, another pairing for each nth from 0; of an odd number, three meet.

    By the circle method: the first seat stays, the others go round, so that in as many pairings as
    there are others each meets each once.
    """
    if len(seats) < 2:
        return []
    circle: list[str | None] = list(seats)
    if len(circle) % 2:
        circle.append(None)
    others = circle[1:]
    turn = nth % len(others)
    circle = [circle[0], *others[turn:], *others[:turn]]
    half = len(circle) // 2
    met = list(zip(circle[:half], reversed(circle[half:]), strict=True))
    pairs = [(a, b) for a, b in met if a is not None and b is not None]
    alone = [a if a is not None else b for a, b in met if a is None or b is None]
    rooms: list[tuple[str, ...]] = [*pairs]
    if alone and alone[0] is not None:
        rooms[0] = (*rooms[0], alone[0])
    return [tuple(sorted(room, key=list(seats).index)) for room in rooms]


def mutual(partners: Mapping[str, Sequence[str]], seats: Sequence[str]) -> list[tuple[str, ...]]:
    """Pairs of seats that chose each other; those who like each other's company most go first.

    Args:
        partners: Whom each seat would meet, the most wanted first.
        seats: Who takes part, in the order of the table, which decides between equals.

    Returns:
        The pairs. Who was chosen back by nobody sits the caucus out.
    """

    def liking(pair: tuple[str, str]) -> int:
        a, b = pair
        return list(partners[a]).index(b) + list(partners[b]).index(a)

    wanted = [
        (a, b)
        for a, b in combinations(seats, 2)
        if b in partners.get(a, ()) and a in partners.get(b, ())
    ]
    met: set[str] = set()
    rooms: list[tuple[str, ...]] = []
    for a, b in sorted(wanted, key=liking):  # stable: by the table where equal
        if not met & {a, b}:
            met |= {a, b}
            rooms.append((a, b))
    return rooms


def named(rooms: Sequence[tuple[str, ...]], names: Mapping[str, str]) -> Rooms:
    """Rooms by name: that of a room lists who is in it."""
    return {_and([names[seat] for seat in room]): room for room in rooms}


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def listed(rooms: Mapping[str, Sequence[str]], seats: Sequence[str]) -> Rooms:
    """Rooms as a scenario lists them, of those who take part; a seat is in the first that has it,
    and a room of one is none."""
    placed: set[str] = set()
    found: Rooms = {}
    for name, members in rooms.items():
        here = tuple(seat for seat in seats if seat in members and seat not in placed)
        if len(here) > 1:
            placed |= set(here)
            found[name] = here
    return found
