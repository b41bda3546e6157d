"""What is asked of the index of transcripts: words, and where they stand in what is found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from debate.text import one_line

# The tokenizer of the index knows runs of three characters; Chinese words have two as a rule.
_TRIGRAM = 3
# A question is short; a page pasted by mistake would be hundreds of conditions.
_LONGEST = 400
# Characters of a snippet, and how many of them stand before the match.
_SNIPPET, _BEFORE = 160, 50


def words_of(query: str) -> list[str]:
    """The words of a query, each once. What goes beyond 400 characters is passed over."""
    return list(dict.fromkeys(one_line(query)[:_LONGEST].split()))


def conditions(words: Sequence[str]) -> tuple[str, list[str]]:
    """What a row of the full-text table `passage` has to meet to have all the words.

    A word is data: no character of it means anything to SQL, FTS5 or LIKE.

    Returns:
        A condition in SQL, and its values.
    """
    long = ['"' + w.replace('"', '""') + '"' for w in words if len(w) >= _TRIGRAM]
    short = [re.sub(r"([\\%_])", r"\\\1", w) for w in words if len(w) < _TRIGRAM]
    conditions = ["passage MATCH ?"] if long else []
    conditions += [r"(text LIKE ? ESCAPE '\' OR name LIKE ? ESCAPE '\')"] * len(short)
    values = [" AND ".join(long)] if long else []
    values += [f"%{word}%" for word in short for _ in range(2)]
    return " AND ".join(conditions), values


def snippet(text: str, words: Iterable[str]) -> tuple[str, tuple[int, int]]:
    """The neighbourhood of the first match of any word, on one line, and the match's span in it.

    The span is (0, 0) if none of the words stands in the text.
    """
    matches = (re.search(re.escape(word), text, re.IGNORECASE) for word in words)
    start, end = min((m.span() for m in matches if m), default=(0, 0))
    left = max(start - _BEFORE, 0)
    # A word that the cut would fall into goes whole, where spaces part the words.
    if left and (space := text.find(" ", left, start)) >= 0:
        left = space + 1
    right = max(min(left + _SNIPPET, len(text)), end)
    if right < len(text) and (space := text.rfind(" ", max(end, left + 1), right)) >= 0:
        right = space
    head, tail = "… " if left else "", " …" if right < len(text) else ""
    shift = len(head) - left
    return head + text[left:right] + tail, (start + shift, end + shift) if end else (0, 0)
