"""Small facts about text that several parts need: counting words, and what may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

#: Scripts written without spaces, as what stands between the brackets of a regular expression. Each
#: character of them counts as a word.
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{UNSPACED}]|[^\W_](?:[^\W{UNSPACED}]|['’.\-](?=[^\W_]))*")

# C0 and C1 controls but for newline and tab; lone surrogates; the marks that reorder text on
# screen (bidirectional embeddings, overrides and isolates); line and paragraph separators.
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_SEPARATORS = re.compile("\r\n?|[\u2028\u2029\u0085\x0b\x0c]")
# Whatever `showable` would not leave as it is, one character at a time.
_STEERING = re.compile(f"{_UNSHOWABLE.pattern}|[\r\u2028\u2029\u0085\x0b\x0c]")

#: A command to a terminal. Lengths are bounded so that the verdict on a stream does not depend on
#: how it was split.
ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]"  # CSI: colours, cursor
    r"|[\]PX^_][^\x07\x1b]{0,400}(?:\x07|\x1b\\)"  # OSC, DCS and the like: titles, links
    r"|[ -/]{0,8}[0-OQ-WYZ\\`-~])"
)


@lru_cache(maxsize=8192)  # a turn is counted for its seat, for the table and for its head line
def count_words(text: str) -> int:
    """Number of words; each Chinese or Japanese character counts as one."""
    return len(_WORD.findall(text))


def words(text: str) -> Iterator[re.Match[str]]:
    """The words of a text as `count_words` counts them, where they stand."""
    return _WORD.finditer(text)


def showable(text: str) -> str:
    """The text with every character dropped that could steer a terminal or disguise its order.

    Keeps newlines and tabs; other line breaks become newlines. Idempotent.
    """
    return _UNSHOWABLE.sub("", _SEPARATORS.sub("\n", text))


def unbroken(text: str) -> str:
    """The text on one line, with single spaces for whatever space there was."""
    return " ".join(text.split())


def one_line(text: str) -> str:
    """The text as it may be shown, on one line."""
    return unbroken(showable(text))


def showable_json(text: str) -> str:
    """JSON that says the same, with nothing in it that could steer a terminal: such characters
    stand within strings only, where JSON has another way to say them."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
