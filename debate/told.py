"""What was told at a table: sequences that grow by sharing what they grew from.

A state is a value, and each turn makes a new one. Were its record a tuple, each turn would copy all
turns before it, and 4,000 turns would copy eight million. Here a longer record shares the items of
the shorter one it grew from, which sees as many of them as it had:

    one = Grown(["a"])
    two = one.then("b")      # one is still ["a"]; nothing was copied
    two.grew_from(one)       # True, and known without looking at the items

`Told` is such a record with an index: what all were told, and what each seat was told apart. So
nobody has to go through thousands of turns to find the few that a seat heard in private.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")
U = TypeVar("U")


class Grown(Sequence[T]):
    """An immutable sequence; one made of it shares its items. Equal to a tuple of the same items.

    Args:
        items: What it holds.
    """

    __slots__ = ("_items", "_length")

    def __init__(self, items: Iterable[T] = ()) -> None:
        # Shared, and only ever appended to: each sequence looks at its first `_length` items.
        self._items = list(items)
        self._length = len(self._items)

    def _of(self, items: list[T], length: int) -> Grown[T]:
        made: Grown[T] = Grown()
        made._items, made._length = items, length
        return made

    def upto(self, length: int) -> Grown[T]:
        """Its first items."""
        return self._of(self._items, length) if length < self._length else self

    def then(self, item: T) -> Grown[T]:
        """The sequence with one more item. Copies only what has been grown from otherwise."""
        items, length = self._items, self._length
        if length and len(items) == length:
            items.append(item)
            if items[length] is item:  # else another thread has just grown it, too
                return self._of(items, length + 1)
        return Grown([*items[:length], item])

    def placed(self, item: T, order: Callable[[T], int]) -> Grown[T]:
        """The sequence with one more item, behind the last that is not after it by some order."""
        at = self._length
        while at and order(self._items[at - 1]) > order(item):
            at -= 1
        if at == self._length:
            return self.then(item)
        return Grown([*self._items[:at], item, *self._items[at : self._length]])

    def grew_from(self, other: Grown[T]) -> bool:
        """Whether this is another sequence with more items behind it, as far as is known at once:
        what was not made of it may begin with equal items, and is not found to."""
        return self._items is other._items and self._length >= other._length

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            if start == 0 and step == 1:
                return self.upto(stop)
            if step == 1:
                return tuple(self._items[start:stop])
            return tuple(self._items[i] for i in range(start, stop, step))
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._items[index if index >= 0 else self._length + index]

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        return islice(self._items, self._length)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Grown) and self._items is other._items:
            return self._length == other._length
        if isinstance(other, Grown | tuple):
            return tuple(self) == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Grown, (tuple(self),))


@dataclass(frozen=True, slots=True)
class Told(Sequence[T], Generic[T]):
    """What was told, in order, and whom: all, or some seats apart from the others."""

    every: Grown[T] = field(default_factory=Grown)
    """All of it."""
    public: Grown[T] = field(default_factory=Grown)
    """What all were told."""
    apart: Mapping[str, Grown[T]] = field(default_factory=lambda: MappingProxyType({}))
    """What each seat was told apart."""

    def placed(
        self, item: T, order: Callable[[T], int], to: Collection[str] | None = None
    ) -> Told[T]:
        """With one more item, behind the last that is not after it by some order.

        Args:
            item: What is told.
            order: Gives the place of each item.
            to: The seats that are told it; None is all.
        """
        every = self.every.placed(item, order)
        if to is None:
            return Told(every, self.public.placed(item, order), self.apart)
        more = {seat: self.apart.get(seat, Grown[T]()).placed(item, order) for seat in to}
        return Told(every, self.public, MappingProxyType({**self.apart, **more}))

    def without_last(self) -> Told[T]:
        """Without the last item, which nobody has been told then."""
        last = self.every[-1]

        def less(told: Grown[T]) -> Grown[T]:
            return told.upto(len(told) - 1) if told and told[-1] is last else told

        apart = MappingProxyType({seat: less(told) for seat, told in self.apart.items()})
        return Told(less(self.every), less(self.public), apart)

    def each(self, change: Callable[[T], U]) -> Told[U]:
        """The same, each item changed."""
        return Told(
            Grown(map(change, self.every)),
            Grown(map(change, self.public)),
            MappingProxyType({s: Grown(map(change, told)) for s, told in self.apart.items()}),
        )

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self.every[index]

    def __len__(self) -> int:
        return len(self.every)

    def __iter__(self) -> Iterator[T]:
        return iter(self.every)

    def __eq__(self, other: object) -> bool:
        return self.every == (other.every if isinstance(other, Told) else other)

    def __hash__(self) -> int:
        return hash(self.every)
