"""What stands before a participant's words, found among the names of a whole table.

A model's reply ends where it begins to speak as another participant, so the start of each of its
lines is held against the names of all the others. At a table of hundreds that are a thousand names:
they are looked up, never gone through, and what they are looked up in is made once for the table.

    everyone = Everyone(["Ada Chen", "Ada", "Bo"])
    others = Others(everyone, frozenset({"Bo"}))       # for Bo's turn
    others.label("ada: i agree")                       # 5, where her words begin
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

_LEAD = re.compile(r"[ \t*_#>]{0,6}")
_HEADINGS = (
    re.compile(r"(?P<least>[ \t]*\#{1,6}[ \t])[ \t]*[*_]{0,3}"),
    re.compile(r"(?P<least>[ \t]*[*_]{2})[*_]?"),
)
# What follows a name, for each way in which a label may begin.
_PLAIN = re.compile(r"[*_]{0,3}[ \t]*[:：][*_]{0,3}[ \t]*")
_BRACKETED = re.compile(r"\][*_]{0,3}[ \t]*(?:[:：]|$)[*_]{0,3}[ \t]*")
_HEADED = re.compile(r"[*_]{0,3}[ \t]*$")


def folded(text: str) -> str:
    """The text without its case, character by character, so that its length stays and no
    character's case hangs on what follows it."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := c.casefold()) == 1 else c for c in text)


class Everyone:
    """All names at one table, to be looked up.

    Args:
        names: In any order; one may stand more than once.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._known: dict[str, tuple[str, ...]] = {}
        for name in self.names:
            fold = folded(name)
            self._known[fold] = (*self._known.get(fold, ()), name)
        self._ordered = sorted(self._known)
        self._lengths = sorted({len(fold) for fold in self._known}, reverse=True)

    @property
    def longest(self) -> int:
        """Length of the longest name; 0 if there is none."""
        return self._lengths[0] if self._lengths else 0

    def called(self, fold: str) -> tuple[str, ...]:
        """The names that read so without their case."""
        return self._known.get(fold, ())

    def begins(self, core: str) -> bool:
        """Whether some name, or a name and what follows it in a label, may begin so."""
        at = bisect_left(self._ordered, core)
        if at < len(self._ordered) and self._ordered[at].startswith(core):
            return True
        return any(
            core[:length] in self._known and core[length:].lstrip("]*_ \t")[:1] in ("", ":", "：")
            for length in self._lengths
            if length <= len(core)
        )

    def at(self, text: str, start: int) -> Iterator[tuple[str, int]]:
        """The names that stand in a text from some place, the longest first, each with its end."""
        for length in self._lengths:
            if (name := text[start : start + length]) in self._known and len(name) == length:
                yield name, start + length


class Others(Sequence[str]):
    """The names of a table but for those of one who sits there.

    Args:
        everyone: All names.
        own: Those that are left out.
    """

    def __init__(self, everyone: Everyone, own: frozenset[str] = frozenset()) -> None:
        self.everyone = everyone
        self._own = own

    def called(self, fold: str) -> str | None:
        """The name that reads so without its case."""
        return next((n for n in self.everyone.called(fold) if n not in self._own), None)

    def label(self, head: str) -> int | None:
        """Where the words begin behind a label with one of these names; None if there is none.

        Args:
            head: The start of a line, without its case: `Name:`, `[Name]:`, `**Name:**`, or alone
                on the line `[Name]`, `## Name`, `**Name**`.
        """
        lead = _LEAD.match(head)
        assert lead is not None
        starts = range(lead.end(), -1, -1)
        for start in starts:
            if (end := self._followed(head, start, _PLAIN)) is not None:
                return end
        for start in starts:
            opens = head.startswith("[", start)
            if opens and (end := self._followed(head, start + 1, _BRACKETED)) is not None:
                return end
        for heading in _HEADINGS:
            if found := heading.match(head):
                for start in range(found.end(), found.end("least") - 1, -1):
                    if (end := self._followed(head, start, _HEADED)) is not None:
                        return end
        return None

    def _followed(self, head: str, start: int, by: re.Pattern[str]) -> int | None:
        for name, end in self.everyone.at(head, start):
            if (behind := by.match(head, end)) and self.called(name) is not None:
                return behind.end()
        return None

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.everyone.names if name not in self._own)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return tuple(self)[index]
