"""Numbers in words: what "two hundred and fifty" and 二百五十 come to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from debate.text import words

_SMALL = {
    word: value
    for value, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
            *("seventeen", "eighteen", "nineteen"),
        )
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2
    )
}
#: What a number is multiplied by that one of these words follows.
SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
#: Chinese words of scale that may stand behind figures.
CHINESE_SCALES = {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12} | {
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
}
# A digit or 十 stands first, so that neither 千万 ("by all means") nor 万一 ("in case") counts.
_CHINESE = re.compile(r"[一二两三四五六七八九十][零〇一二两三四五六七八九十百千万亿]{1,24}")


def chinese_number(text: str) -> int | None:
    """The value of Chinese numerals; None if they are none, as in 七八十, "seventy or eighty"."""
    total, section, digit = 0, 0, -1
    for c in text:
        if c in _DIGITS:
            if digit > 0:
                return None
            digit = _DIGITS[c]
        elif c in _UNITS:
            section += (1 if digit < 0 else digit) * _UNITS[c]
            digit = -1
        elif c in "万亿":
            section += max(digit, 0)
            total = (total + section) * 10**8 if c == "亿" else total + section * 10**4
            section, digit = 0, -1
        else:
            return None
    return total + section + max(digit, 0)


def chinese_numbers(text: str) -> Iterator[tuple[int, int, int]]:
    """Each number in Chinese numerals that has a unit in it: start, end, value."""
    for found in _CHINESE.finditer(text):
        value = chinese_number(found[0]) if any(c in found[0] for c in "十百千万亿") else None
        if value is not None:
            yield found.start(), found.end(), value


def english_numbers(text: str) -> Iterator[tuple[int, int, int]]:
    """Each number in English words: start, end, value. Ordinals and a bare "hundred" are none."""
    run: list[tuple[str, int, int]] = []
    end = 0
    for found in words(text):
        parts = found[0].lower().split("-")
        counts = all(part in _SMALL or part in _TENS or part in SCALES for part in parts)
        joined = text[end : found.start()].isspace() or not run
        links = found[0].lower() == "and" and run and run[-1][0] in SCALES
        if not joined or not (counts or links):
            yield from _values(run)
            run = []
        if counts or (links and joined):
            run += [(part, found.start(), found.end()) for part in parts]
        end = found.end()
    yield from _values(run)


def _values(run: Sequence[tuple[str, int, int]]) -> Iterator[tuple[int, int, int]]:
    """The numbers of a run of words for numbers, as many as do not go on from each other."""
    at = 0
    while at < len(run):
        begin, (total, section, last) = at, (0, 0, 0)
        while at < len(run):
            word = run[at][0]
            small = _SMALL.get(word, _TENS.get(word))
            if small is not None:
                # "twenty-five" and "hundred and five" go on; "twenty twenty" does not.
                if last and not (last >= 100 or (last >= 20 and 0 < small < 10)):
                    break
                section, last = section + small, small
            elif word == "and":
                if at + 1 == len(run) or run[at + 1][0] in SCALES:
                    break
            elif word == "hundred" and 0 < section < 100:
                section, last = section * 100, 100
            elif word != "hundred" and section:
                total, section, last = total + section * SCALES[word], 0, SCALES[word]
            else:
                break
            at += 1
        if at == begin:
            at += 1  # "hundred" or "and" with nothing before it
        else:
            yield run[begin][1], run[at - 1][2], total + section
