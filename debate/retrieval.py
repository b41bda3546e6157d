"""Which of some passages are closest to a phrase, by the words they share.

The score is BM25 (Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
2009, eq. 3.15, k1 = 1.2, b = 0.75), with the weight of a word that is never negative,
ln(1 + (N - n + 0.5) / (n + 0.5)), for n of N passages that hold it. A phrase's neighbouring words
count as a pair too, half as much, so that of two passages with the same words the one that has them
in the phrase's order is the closer (after Metzler & Croft, "A Markov Random Field Model for Term
Dependencies", 2005).

Words are compared without case, width, a plural's ending or a possessive; figures without the
commas in them. Text written without spaces has no words to go by: there every two neighbouring
characters are a term. Simplified and traditional characters are not taken for each other, nor is a
word for its synonym: what is said in other words is not found.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from debate.text import UNSPACED

_K1, _B = 1.2, 0.75
_PAIR = 0.5
# A phrase is a sentence or two; more of it is passed over.
MOST_TERMS = 400
# Characters of an excerpt, and how many of them stand before the first match.
_EXCERPT, _BEFORE = 320, 60

_LETTER = rf"[^\W\d_{UNSPACED}]"
_TOKEN = re.compile(
    rf"(?P<figure>\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+(?:\.\d+)?)|(?P<run>[{UNSPACED}]+)"
    rf"|{_LETTER}(?:{_LETTER}|[\u0300-\u036f]|['’](?={_LETTER}))*"
)
_ALONE = re.compile(f"[{UNSPACED}]")

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a text, or two neighbouring characters of one without spaces."""

    key: str
    """What it is compared by."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage that shares something with what was asked for."""

    index: int
    """Which passage it is."""
    score: float
    """BM25; of use beside the scores of the same list alone."""
    spans: tuple[tuple[int, int], ...]
    """Where its shared words stand in it, in order, none within another."""


def terms(text: str) -> list[Term]:
    """The terms of a text, in order."""
    return list(_terms(text))


def _terms(text: str) -> Iterator[Term]:
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        if found["run"]:
            for at in range(start, max(end - 1, start + 1)):
                upto = min(at + 2, end)
                yield Term(unicodedata.normalize("NFKC", text[at:upto]), at, upto)
        else:
            yield Term(_key(found[0]), start, end)


@lru_cache(maxsize=16384)
def _key(word: str) -> str:
    """A word as it is compared."""
    key = unicodedata.normalize("NFKC", word).casefold().replace("’", "'").replace(",", "")
    key = key.removesuffix("'s")
    # Of plurals alone (the S stemmer of Harman, "How effective is suffixing?", 1991): a stemmer
    # that knows more would find more, and be wrong about names.
    if len(key) > 3 and key.endswith("ies") and key[-4] not in "ae":
        return key[:-3] + "y"
    if len(key) > 3 and key.endswith("es") and key[-3] not in "aeo":
        return key[:-1]
    if len(key) > 3 and key.endswith("s") and key[-2] not in "us":
        return key[:-1]
    return key


def rank(passages: Sequence[str], phrases: Iterable[str]) -> list[Ranked]:
    """The passages that share a word with the phrases, the closest first.

    Args:
        passages: The texts to be ranked.
        phrases: What is asked for: a quotation, or key terms of one or more words each. Each word
            counts once, whichever of them hold it.

    Returns:
        Passages with a score above 0; of equal ones the earlier first.
    """
    single, pairs = _asked(phrases)
    held = [terms(passage) for passage in passages]
    # A character that stands alone in a phrase is looked for in every run.
    alone = {key for key in single if _ALONE.fullmatch(key)}
    bags = [_bag(found, passage, alone) for found, passage in zip(held, passages, strict=True)]
    couples = [Counter(_pairs(found)) for found in held]
    scores = [
        one + _PAIR * two
        for one, two in zip(_scores(bags, single), _scores(couples, pairs), strict=True)
    ]
    order = sorted((n for n, s in enumerate(scores) if s > 0), key=lambda n: (-scores[n], n))
    return [Ranked(n, scores[n], _spans(held[n], passages[n], single, alone)) for n in order]


def _asked(phrases: Iterable[str]) -> tuple[set[str], set[tuple[str, str]]]:
    single: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for phrase in phrases:
        asked = terms(phrase)[:MOST_TERMS]
        single |= {term.key for term in asked}
        pairs |= set(_pairs(asked))
    return single, pairs


def _pairs(found: Sequence[Term]) -> Iterator[tuple[str, str]]:
    return ((one.key, two.key) for one, two in pairwise(found))


def _bag(found: Sequence[Term], passage: str, alone: set[str]) -> Counter[str]:
    bag = Counter(term.key for term in found)
    for key in alone:
        bag[key] = passage.count(key)
    return +bag


def _scores(bags: Sequence[Counter[K]], asked: set[K]) -> list[float]:
    """BM25 of each bag of terms."""
    count = len(bags)
    lengths = [sum(bag.values()) for bag in bags]
    mean = sum(lengths) / count if count else 0.0
    scores = [0.0] * count
    for key in asked:
        holders = [n for n, bag in enumerate(bags) if bag[key]]
        weight = math.log(1 + (count - len(holders) + 0.5) / (len(holders) + 0.5))
        for n in holders:
            often = bags[n][key]
            long = 1 - _B + _B * lengths[n] / mean
            scores[n] += weight * often * (_K1 + 1) / (often + _K1 * long)
    return scores


def _spans(
    found: Sequence[Term], passage: str, asked: set[str], alone: set[str]
) -> tuple[tuple[int, int], ...]:
    """Where what was asked for stands in a passage; what overlaps is one span."""
    spots = [(term.start, term.end) for term in found if term.key in asked]
    spots += [(n, n + 1) for n, character in enumerate(passage) if character in alone]
    spans: list[tuple[int, int]] = []
    for start, end in sorted(spots):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


def excerpt(
    text: str, spans: Sequence[tuple[int, int]], marks: tuple[str, str] = ("«", "»")
) -> str:
    """The part of a passage that holds most of its spans, each between marks.

    Args:
        text: The passage.
        spans: What is to be marked, in order, none within another.
        marks: What is put before and behind each.
    """
    left = _left(text, spans)
    right = min(left + _EXCERPT, len(text))
    if right < len(text) and (space := text.rfind(" ", left + _BEFORE, right)) > 0:
        right = space
    parts, at = ["… " if left else ""], left
    for start, end in spans:
        if left <= start and end <= right:
            parts += [text[at:start], marks[0], text[start:end], marks[1]]
            at = end
    return "".join([*parts, text[at:right], " …" if right < len(text) else ""])


def _left(text: str, spans: Sequence[tuple[int, int]]) -> int:
    """Where the excerpt begins that holds the most marked characters."""
    if len(text) <= _EXCERPT:
        return 0
    best, most, held, last = 0, 0, 0, 0
    for start, end in spans:
        while last < len(spans) and spans[last][1] <= start - _BEFORE + _EXCERPT:
            held += spans[last][1] - spans[last][0]
            last += 1
        if held > most:
            best, most = start, held
        held -= end - start
    left = min(max(best - _BEFORE, 0), len(text) - _EXCERPT)
    # A word that the cut would fall into goes whole, where spaces part the words.
    space = text.find(" ", left, max(best, left)) if left else -1
    return space + 1 if space >= 0 else left
