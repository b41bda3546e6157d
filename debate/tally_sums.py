"""What is added up for a group of conferences, or of parts of them, while they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from debate.bill import NOTHING, Bill
from debate.events import Try, Usage
from debate.grouped import Group, Tokens, Votes, Words


@dataclass(slots=True)
class Sums:
    """What is being added up for a group."""

    numbers: Counter[str] = field(default_factory=Counter)
    """By the names that `Group` has for them; of tokens and votes with a word before."""
    words: Counter[int] = field(default_factory=Counter)
    asked: set[tuple[int, int]] = field(default_factory=set)
    seconds: float = 0.0
    bill: Bill = NOTHING

    def add(self, other: Sums) -> None:
        """Add another's."""
        self.numbers.update(other.numbers)
        self.words.update(other.words)
        self.asked |= other.asked
        self.seconds += other.seconds
        self.bill += other.bill

    def group(self, of: tuple[str, ...]) -> Group:
        """What there is by now, as the figures of these values."""
        plain: dict[str, Any] = {}
        parts: dict[str, dict[str, int]] = {"words": {}, "tokens": {}, "votes": {}}
        for name, number in self.numbers.items():
            whole, _, part = name.rpartition(".")
            (parts[whole] if whole else plain)[part] = number
        counts = tuple(sorted((words, times) for words, times in self.words.items() if times))
        return Group(
            of,
            **plain,
            words=Words(counts, asked=tuple(sorted(self.asked)), **parts["words"]),
            tokens=Tokens(**parts["tokens"]),
            votes=Votes(**parts["votes"]),
            seconds=self.seconds,
            bill=self.bill,
        )

    def place(self, words: int, asked: tuple[int, int] | None, times: int = 1) -> None:
        """Count a turn in the record; `times` below 0 takes one out."""
        self.numbers["turns"] += times
        self.words[words] += times
        if asked is not None:
            least, most = asked
            self.asked.add(asked)
            where = "below" if words < least else "above" if words > most else "within"
            self.numbers[f"words.{where}"] += times

    def reply(self, usage: Usage) -> None:
        """Count a call that brought a reply."""
        self.numbers["tokens.calls"] += 1
        self.numbers["tokens.silent"] += usage.input is None or usage.output is None
        self._spend(usage)

    def tried(self, tries: Sequence[Try]) -> None:
        """Count calls that came to nothing."""
        self.numbers["tries"] += len(tries)
        for each in tries:
            self.vain(each.usage)

    def vain(self, usage: Usage) -> None:
        """Count the tokens of a call that came to nothing, where its server told them."""
        if usage.input is not None and usage.output is not None:
            self._spend(usage)

    def _spend(self, usage: Usage) -> None:
        self.numbers["tokens.input"] += usage.input or 0
        self.numbers["tokens.output"] += usage.output or 0
        if usage.input is not None and usage.cached is not None:
            self.numbers["tokens.cached"] += usage.cached
            self.numbers["tokens.cached_of"] += usage.input
        if usage.output is not None and usage.reasoning is not None:
            self.numbers["tokens.reasoning"] += usage.reasoning
            self.numbers["tokens.reasoning_of"] += usage.output
