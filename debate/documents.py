"""Names of documents in a text, as far as they can be told by how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from debate.text import UNSPACED, words

# The last word of a document's name, or the first of one such as Treaty of Rome.
_KINDS = frozenset(
    (
        *("Accord", "Accords", "Act", "Agreement", "Agreements", "Bill", "Charter"),
        *("Code", "Commitments", "Communiqué", "Compact", "Constitution", "Convention"),
        *("Covenant", "Declaration", "Directive", "Framework", "Guidelines", "Law"),
        *("Licence", "License", "Manifesto", "Memorandum", "Ordinance", "Pact", "Paper"),
        *("Plan", "Policy", "Principles", "Protocol", "Regulation", "Report"),
        *("Resolution", "Roadmap", "Standard", "Statement", "Statute", "Strategy"),
        *("Treaty",),
    )
)
_CHINESE_KINDS = (
    *(
        "法",
        "法案",
        "条例",
        "宣言",
        "协议",
        "协定",
        "条约",
        "公约",
        "报告",
        "框架",
        "许可证",
        "政策",
    ),
    *("声明", "白皮书", "办法", "规定", "原则", "议定书", "宪章", "决议", "倡议", "标准", "指南"),
)
# Small words within a name, and between a kind and what it is of.
_LINKS = frozenset({"of", "on", "for", "and", "to", "in", "against"})
_BEHIND = frozenset({"of", "on", "for"})
# What a sentence begins with, so that its capital says nothing.
_LEADING = frozenset(
    (
        *("a", "an", "the", "this", "that", "these", "those", "my", "our", "your", "his"),
        *("her", "its", "their", "any", "every", "each", "some", "no", "such", "one"),
        *("under", "in", "on", "at", "by", "for", "from", "with", "without", "within"),
        *("of", "to", "as", "if", "when", "while", "since", "because", "after", "before"),
        *("and", "or", "but", "yet", "so", "then", "now", "not", "what", "which", "who"),
        *("how", "why", "where", "i", "we", "you", "he", "she", "they", "it", "is"),
        *("are", "was", "were", "will", "would", "can", "could", "should", "let", "sign"),
        *("signing", "adopt", "accept", "take", "read", "see", "only", "even", "both"),
        *("all", "like", "unlike", "through", "beyond", "against", "about", "per"),
        *("another", "new"),
    )
)
_MOST_WORDS = 12
_BRACKETED = re.compile(r"《([^《》\n]{1,80})》")
_QUOTED = re.compile(
    r"“([^“”\n]{2,120})”|\"([^\"\n]{2,120})\"|「([^「」\n]{2,120})」|『([^『』\n]{2,120})』"
)
_PART = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+")
_CHINESE = re.compile(f"[{UNSPACED}]")


def documents(text: str) -> Iterator[tuple[int, int]]:
    """Where the names of documents stand in a text: in 《》, in quotation marks, then bare."""
    for found in _BRACKETED.finditer(text):
        yield found.span()
    for found in _QUOTED.finditer(text):
        if _is_title(found[found.lastindex or 0]):
            yield found.span(found.lastindex or 0)
    yield from _bare(text)


def document_key(name: str) -> str:
    """What the flat text of a passage holds that names the document; empty if it has no word."""
    key = flat(name).strip()
    while (first := key.partition(" "))[0] in ("the", "a", "an") and first[2]:
        key = first[2]
    return key if not key or _CHINESE.search(key) else f" {key} "


def flat(text: str) -> str:
    """A text as its words alone, so that a name is found however it is set and spelt."""
    parts = (part.lower() for part in _PART.findall(text.replace("’", "'").replace("'s", "")))
    spelt = ("license" if part == "licence" else part for part in parts)
    return f" {' '.join(spelt)} "


def _is_title(quoted: str) -> bool:
    """Whether a quotation is written as titles are, and not as speech is."""
    name = quoted.strip()
    if _CHINESE.search(name):
        return name.endswith(_CHINESE_KINDS) and len(name) > 2
    found = [word[0] for word in words(name)]
    large = [word for word in found if word[0].isupper() or word[0].isdigit()]
    small = [word for word in found if word not in large]
    return (
        2 <= len(found) <= _MOST_WORDS
        and len(large) >= 2
        and all(len(word) < 5 for word in small)
        and name[-1] not in ".!?,;"
    )


def _bare(text: str) -> Iterator[tuple[int, int]]:
    """Capitalised names by their last word, or by their first."""
    found = list(words(text))
    begin = 0  # nothing before it may belong to the next name
    for at, word in enumerate(found):
        if at < begin or word[0] not in _KINDS:
            continue
        first, last = _first(text, found, at, begin), _last(text, found, at)
        # "The Policy", "This Act" name nothing.
        if first < at or last > at:
            yield found[first].start(), found[last].end()
            begin = last + 1


def _first(text: str, found: Sequence[re.Match[str]], at: int, begin: int) -> int:
    """The first word of the name that ends in a kind of document."""
    first = here = at
    while here > max(begin, at - _MOST_WORDS):
        here -= 1
        if not _joined(text, found[here], found[here + 1]):
            break
        name = found[here][0]
        if name.endswith(("'s", "’s")):
            break  # Anthropic's Responsible Scaling Policy: whose it is does not name it
        if name in _LINKS:
            continue
        if not name[0].isupper():
            break
        first = here
    while first < at and found[first][0].lower() in _LEADING:
        first += 1
    return first


def _last(text: str, found: Sequence[re.Match[str]], at: int) -> int:
    """The last word of the name that goes on from a kind of document: Treaty of Rome."""
    last = here = at
    while here + 1 < min(len(found), at + _MOST_WORDS):
        here += 1
        name = found[here][0]
        if not _joined(text, found[here - 1], found[here]):
            break
        if name in _BEHIND or (name == "the" and found[here - 1][0] in _BEHIND):
            continue
        # What goes on from a kind without a link is no part of the name, nor is who owns the next.
        if not name[0].isupper() or found[here - 1][0] in _KINDS or name.endswith(("'s", "’s")):
            break
        last = here
    return last


def _joined(text: str, one: re.Match[str], two: re.Match[str]) -> bool:
    """Whether nothing but a space stands between two words."""
    return text[one.end() : two.start()] in (" ", "\u00a0", "\n")
