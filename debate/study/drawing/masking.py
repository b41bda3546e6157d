"""Masks: names, addressees and biography, replaced by words in square brackets.

The program proposes, and a person checks: it finds what stands in the cards and at the table, in
the spellings that it knows, and nothing else. A nickname, a slip or a hint is for the person's eye.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from debate.persona import Persona
from debate.study.key import Mask, Person
from debate.text import UNSPACED

NAME, ORGANISATION, POST, WORK, TERM = "[name]", "[organisation]", "[post]", "[work]", "[term]"

_POSTS = r"chief executive(?: officer)?|chief scientist|CEOs?|CTO|co-?founders?|founder"
_CHINESE_POSTS = r"首席执行官|首席科学家|创始人|联合创始人"
# A capital within a sentence, or a word with capitals or figures inside: a name of something.
_PROPER = re.compile(
    r"(?<=[a-z0-9,;:'’)\]] )[A-Z][\w-]+(?: (?:of |the |and )?[A-Z][\w-]+)*"
    r"|\b(?:[A-Z][a-z]+[A-Z]|[A-Z]{2,}[a-z0-9]|[A-Za-z]+\d)[\w-]*"
)
# What biographies and speeches have in common without telling anybody.
_COMMON = frozenset(
    (
        *("AI", "AGI", "I", "API", "APIs", "GPU", "GPUs", "English", "Chinese", "China"),
        *("America", "American", "Americans", "Europe", "European", "French", "United"),
        *("States", "US", "UK", "EU", "USA", "Nobel", "Prize", "Western", "Internet", "Earth"),
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December", "The", "Dr", "Mr", "Ms", "Mrs", "Prof"),
    )
)
_LEAST = 2
_LATIN_ONLY = re.compile(r"[A-Za-z]")
_CJK = re.compile(f"[{UNSPACED}]")
# Text without spaces may stand on either side of a word in letters.
_NO_WORD_BEFORE, _NO_WORD_BEHIND = rf"(?<![^\W{UNSPACED}])", rf"(?![^\W{UNSPACED}])"


@dataclass(frozen=True, slots=True)
class Masker:
    """Finds what is to be masked in texts of a study's speakers."""

    terms: tuple[tuple[str, str], ...]
    """What to look for and what is shown in its place, the longest first."""
    _pattern: re.Pattern[str]

    @classmethod
    def of(
        cls, personas: Iterable[Persona], names: Iterable[str] = (), also: Iterable[str] = ()
    ) -> Masker:
        """A masker for these people.

        Args:
            personas: Everyone who sat at a table.
            names: What else they are called there.
            also: Further terms, as a person gave them.
        """
        found: dict[str, str] = {}
        for persona in personas:
            for name in (persona.name, persona.native_name or ""):
                for part in _parts(name):
                    found.setdefault(part, NAME)
            if persona.organisation:
                for part in _parts(persona.organisation):
                    found.setdefault(part, ORGANISATION)
            for source in persona.sources:
                title = re.split(r"[（(,:：]", source.title)[0].strip()
                if " " in title or _CJK.search(title):
                    found.setdefault(title, WORK)
            for text in _told(persona):
                for proper in _PROPER.findall(text):
                    found.setdefault(proper, TERM)
        for name in names:
            found.setdefault(name, NAME)
        for term in also:
            found[term] = TERM
        kept = {term: shown for term, shown in found.items() if _tells(term) or term in also}
        terms = tuple(sorted(kept.items(), key=lambda each: (-len(each[0]), each[0])))
        alternatives = [_spelt(term) for term, _ in terms]
        posts = rf"{_NO_WORD_BEFORE}(?:{_POSTS}){_NO_WORD_BEHIND}|{_CHINESE_POSTS}"
        return cls(terms, re.compile("|".join([*alternatives, posts])))

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """Where something is to be masked: start, end and what is shown; none overlaps another."""
        shown = {_folded(term): mask for term, mask in self.terms}
        return [
            (found.start(), found.end(), shown.get(_folded(found[0]), POST))
            for found in self._pattern.finditer(text)
        ]

    def propose(self, turns: Sequence[str]) -> tuple[Mask, ...]:
        """Masks for an excerpt."""
        return tuple(
            Mask(turn=n, start=start, end=end, shown=shown)
            for n, turn in enumerate(turns)
            for start, end, shown in self.spans(turn)
        )

    def masked(self, text: str) -> str:
        """A text with all that is found in it replaced."""
        return apply_masks(text, self.spans(text))


def apply_masks(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """A text as raters see it."""
    out, at = [], 0
    for start, end, shown in sorted(spans):
        out += [text[at:start], shown]
        at = max(at, end)
    return "".join([*out, text[at:]])


def masked_turns(turns: Sequence[str], masks: Sequence[Mask]) -> tuple[str, ...]:
    """An excerpt as raters see it."""
    return tuple(
        apply_masks(turn, [(m.start, m.end, m.shown) for m in masks if m.turn == n])
        for n, turn in enumerate(turns)
    )


def people(personas: Iterable[Persona]) -> dict[str, Person]:
    """What names each of them, by id."""
    return {
        each.id: Person(
            names=tuple(name for name in (each.name, each.native_name) if name),
            organisation=each.organisation,
            author=each.author,
        )
        for each in personas
    }


def left_in(text: str, people: Iterable[Person]) -> list[str]:
    """Names and organisations that can still be read in a text, whatever their case."""
    found = []
    for person in people:
        names = [*person.names, *([person.organisation] if person.organisation else [])]
        for part in sorted({part for name in names for part in _parts(name)}):
            if _tells(part) and re.search(_spelt(part, anyhow=len(part) > 4), text):
                found.append(part)
    return list(dict.fromkeys(found))


def _told(persona: Persona) -> Iterator[str]:
    """What a card tells of somebody, their manner of speaking apart."""
    yield persona.summary
    yield from (f"{stance.topic}. {stance.position}" for stance in persona.stances)
    yield from (*persona.goals.public, *persona.goals.private, *persona.red_lines)


def pattern_of(text: str) -> re.Pattern[str]:
    """Finds a text wherever it stands as a whole, whatever its case."""
    return re.compile(_spelt(text, anyhow=True), re.IGNORECASE)


def _parts(name: str) -> Iterator[str]:
    """A name, and those of its words that are names: not the `of` or `van` between them."""
    yield name
    yield from (word for word in name.split() if word[0].isupper() or _CJK.search(word))


def _tells(term: str) -> bool:
    words = term.split()
    return len(term) >= _LEAST and not all(word in _COMMON for word in words)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold()


def _spelt(term: str, *, anyhow: bool = False) -> str:
    """A pattern of a term: as it is written or in capitals; longer ones also in small letters."""
    body = r"\s+".join(re.escape(word) for word in term.split())
    if _CJK.search(term) or not _LATIN_ONLY.search(term):
        return body
    in_capitals = r"\s+".join(re.escape(word.upper()) for word in term.split())
    body = f"(?i:{body})" if anyhow or len(term) > 5 else f"{body}|{in_capitals}"
    return rf"{_NO_WORD_BEFORE}(?:{body}){_NO_WORD_BEHIND}"
