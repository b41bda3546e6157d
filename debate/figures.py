"""The figures of a text: numbers, shares, sums of money, dates, and names of documents.

What counts:

- a number in digits, with or without commas between thousands (1,000 is 1000), decimals, a power
  (10^26), a word of scale behind it (1.5 million, 405B, 3亿); in Chinese numerals with a unit in
  them (二十八); in English words from thirteen on;
- percentages (45%, 45 percent, 百分之四十五) and money ($5 million, 100亿元), also small ones;
- dates (7 October 2022, October 2022, 2022, 2022年10月7日);
- titles in 《》, quotations written as titles are, capitalised names that end in a word for a
  document (the Bletchley Declaration) or go on from one (Treaty of Rome), numbers of arXiv.

What does not: bare digits from 0 to 12 without a unit, words up to twelve, ordinals (first, 21st,
第三), digits in a name (GPT-4, K2), numbers of facts ([F3]).

A number is the same whatever it counts: "28 countries" is found where 28 is. A percentage is found
among percentages, money among money of that currency. A date is found in one that is as exact or
more so: 2022 in October 2022, and not the other way round. A name is found where its words stand
next to each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from debate.documents import document_key, documents, flat
from debate.numerals import (
    CHINESE_SCALES,
    SCALES,
    chinese_number,
    chinese_numbers,
    english_numbers,
)
from debate.text import UNSPACED

FigureKind = Literal["number", "percent", "money", "date", "document"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it is written, and by what it is found elsewhere."""

    kind: FigureKind
    text: str
    start: int
    wanted: tuple[str, ...]
    """It stands in a text that offers one of these."""
    offered: tuple[str, ...]
    """What a text offers that holds it."""
    trivial: bool = False
    """Whether it is too small to be looked for."""

    @property
    def end(self) -> int:
        """Where it ends in its text."""
        return self.start + len(self.text)


_NAME = "name:"
Finder = Callable[[str], Iterable[Figure]]


def figures(text: str) -> list[Figure]:
    """The figures of a text, in order, none twice and none within another."""
    found = _found(text, (_documents, *_FINDERS))
    first: dict[tuple[str, ...], Figure] = {}
    for figure in found:
        if not figure.trivial:
            first.setdefault(figure.wanted, figure)
    return list(first.values())


class Record:
    """What has been read: whether a figure stands in it."""

    def __init__(self) -> None:
        self._offered: set[str] = set()
        self._texts: list[str] = []

    def add(self, text: str) -> None:
        """Read a text."""
        offered, words = _read(text)
        self._offered |= offered
        self._texts.append(words)

    def holds(self, figure: Figure) -> bool:
        """Whether a text that has been read holds the figure."""
        name = figure.wanted[0].removeprefix(_NAME)
        if name != figure.wanted[0]:
            return any(name in text for text in self._texts)
        return any(want in self._offered for want in figure.wanted)


@lru_cache(maxsize=16384)  # what all have heard is read once
def _read(text: str) -> tuple[frozenset[str], str]:
    """What a text offers, and its words."""
    # A number within a document's name is one too.
    found = _found(text, _FINDERS)
    return frozenset(key for figure in found for key in figure.offered), flat(text)


def _found(text: str, finders: Iterable[Finder]) -> list[Figure]:
    """What the finders find, the earlier of them first: none may take what another has taken."""
    taken = bytearray(len(text))
    found = []
    for finder in finders:
        for figure in finder(text):
            if not any(taken[figure.start : figure.end]):
                taken[figure.start : figure.end] = b"\1" * len(figure.text)
                found.append(figure)
    return sorted(found, key=lambda figure: figure.start)


def _documents(text: str) -> Iterator[Figure]:
    for start, end in documents(text):
        if name := document_key(text[start:end]):
            yield Figure("document", text[start:end], start, (_NAME + name,), (_NAME + name,))


_ARXIV = re.compile(
    r"(?:arxiv[\s:]{0,2})(\d{4}\.\d{4,5})(?:v\d{1,2})?|(?<![\w.])(\d{4}\.\d{5})(?!\d)", re.I
)


def _papers(text: str) -> Iterator[Figure]:
    for found in _ARXIV.finditer(text):
        key = f"arxiv:{found[1] or found[2]}"
        yield Figure("document", found[0], found.start(), (key,), (key,))


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_MONTH = rf"(?P<month>{'|'.join(rf'{m[:3]}(?:{m[3:]})?' for m in _MONTHS)}|Sept)\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = [
    re.compile(pattern)
    for pattern in (
        r"(?<![\w.,])(?P<year>\d{4})-(?P<month>\d{2})(?:-(?P<day>\d{2}))?(?![\w-])",
        rf"\b{_DAY}(?: of)? {_MONTH}(?:,? (?P<year>\d{{4}})\b)?",
        rf"\b{_MONTH} {_DAY}(?:,? (?P<year>\d{{4}}))?\b",
        rf"\b{_MONTH},? (?P<year>\d{{4}})\b",
        r"(?<!\d)(?P<year>\d{4}|[〇零一二三四五六七八九]{4}) ?年"
        r"(?: ?(?P<month>\d{1,2}) ?月(?: ?(?P<day>\d{1,2}) ?[日号])?)?",
        r"(?<!\d)(?P<month>\d{1,2}) ?月 ?(?P<day>\d{1,2}) ?[日号](?P<year>)",
    )
]


def _dates(text: str) -> Iterator[Figure]:
    for pattern in _DATES:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            year, day = _year(parts["year"]), _whole(parts.get("day"))
            month = _month(parts.get("month"))
            if month is not None and not 1 <= month <= 12:
                continue
            yield _date(found[0], found.start(), year, month, day)


def _date(text: str, start: int, year: int | None, month: int | None, day: int | None) -> Figure:
    exact = (year, month, day)
    coarser = [exact, (year, month, None), (year, None, None), (None, month, day)]
    keys = [_date_key(*each) for each in coarser if any(each)]
    return Figure("date", text, start, (keys[0],), tuple(dict.fromkeys(keys)))


def _date_key(year: int | None, month: int | None, day: int | None) -> str:
    return f"date:{year or ''}-{month or ''}-{day or ''}"


def _year(written: str | None) -> int | None:
    if not written or written.isdecimal():
        return _whole(written)
    return int("".join(str(chinese_number(c)) for c in written))


def _month(written: str | None) -> int | None:
    if not written or written.isdecimal():
        return _whole(written)
    return next(n for n, month in enumerate(_MONTHS, 1) if month[:3] == written[:3])


def _whole(written: str | None) -> int | None:
    return int(written) if written else None


_SIGNS = {
    **{"$": "usd", "US$": "usd", "USD": "usd", "€": "eur", "EUR": "eur", "£": "gbp", "GBP": "gbp"},
    **{"¥": "cny", "￥": "cny", "CNY": "cny", "RMB": "cny", "JPY": "jpy"},
}
_NAMED = {
    **dict.fromkeys(("dollar", "dollars", "美元"), "usd"),
    **dict.fromkeys(("euro", "euros", "欧元"), "eur"),
    **dict.fromkeys(("pound", "pounds", "英镑"), "gbp"),
    **dict.fromkeys(("yuan", "renminbi", "元", "人民币"), "cny"),
    **dict.fromkeys(("yen", "日元"), "jpy"),
}
_SCALE = {
    **(SCALES | CHINESE_SCALES),
    **{"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12, "mn": 10**6, "bn": 10**9, "tn": 10**12},
}


def _any(names: Iterable[str]) -> str:
    """A pattern for any of these, the longest first."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_UNITS = (
    r"x|×|times|fold|[kMGTP]?Wh?|[KMGTP]i?B|[EPTGZ]?FLOP/?[sS]?|[kcmn]?m|k?g|[mn]s|tokens?"
    r"|seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|degrees?"
)
_AFTER = (
    rf"(?: ?(?P<scale>{_any(CHINESE_SCALES)})|[ -]?(?P<word>{_any(SCALES)}|[mbt]n)(?!\w)"
    r"| ?(?P<letter>[kKMBT])(?!\w))?"
    r"(?: ?(?P<percent>[%％]|(?:percent|per cent|percentage points?|pp)\b|个百分点)"
    rf"|[ -]?(?:US )?(?P<money>{_any(_NAMED)}|{_any(_SIGNS)})(?![A-Za-z])"
    rf"|[ -]?(?P<unit>(?:{_UNITS})(?!\w)|倍|年|个月|天|周|小时|分钟|秒))?"
)
_BEHIND = re.compile(_AFTER)
_NUMBER = re.compile(
    rf"(?:(?P<sign>{_any(_SIGNS)}) ?)?"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    r"(?:\^\{?(?P<power>\d{1,3})\}?|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})|[eE](?P<tens>\d{1,3})(?!\w))?"
    + _AFTER
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_LETTER = re.compile(rf"[^\W\d_{UNSPACED}]")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
# A number of so many digits is no figure that anyone compares; it is taken as it is written.
_MOST_DIGITS = 40


def _numbers(text: str) -> Iterator[Figure]:
    for found in _NUMBER.finditer(text):
        begin, end = found.start(), found.end()
        year = _YEAR.fullmatch(found["digits"]) and found.end("digits") == end and not found["sign"]
        before, behind = text[max(begin - 2, 0) : begin], text[end : end + 2]
        if _within_a_name(before, bool(year)) or (
            _LETTER.match(behind) and not (year and re.match(r"s(?!\w)", behind))
        ):
            continue
        if year:
            date = _date(found[0], begin, int(found["digits"]), None, None)
            number = f"number:{_written(Decimal(found['digits']))}"
            yield Figure("date", found[0], begin, (*date.wanted, number), (*date.offered, number))
        else:
            yield _figure(found[0], begin, _value(found), found, _SIGNS.get(found["sign"] or ""))


def _within_a_name(before: str, year: bool) -> bool:
    """Whether what stands before a number makes it part of a name, of a longer number, or an
    ordinal."""
    if not before:
        return False
    last = before[-1]
    if last in "第_" or last.isdecimal() or _LETTER.match(last):
        return True
    first = before[0] if len(before) > 1 else ""
    return (last in ".," and first.isdecimal()) or (
        last == "-" and bool(_LETTER.match(first)) and not year
    )


def _value(found: re.Match[str]) -> Decimal | None:
    """The value of a number in digits, apart from its scale; None if it has too many of them."""
    if len(found["digits"]) > _MOST_DIGITS:
        return None
    value = Decimal(found["digits"].replace(",", ""))
    if found["tens"]:
        return value.scaleb(int(found["tens"]))
    power = found["power"] or (found["raised"] or "").translate(_RAISED)
    return value ** int(power) if power and value else value


def _figure(
    text: str, start: int, value: Decimal | None, behind: re.Match[str], currency: str | None = None
) -> Figure:
    """The figure that a number is with what stands behind it."""
    scale = behind["scale"] or behind["word"] or behind["letter"]
    if value is not None and scale:
        value *= _SCALE[scale.lower()]
    key = text if value is None else _written(value)
    money = behind["money"]
    currency = currency or (money and (_NAMED.get(money) or _SIGNS.get(money)))
    number = f"number:{key}"
    if currency:
        sum_ = f"money:{currency}:{key}"
        return Figure("money", text, start, (sum_,), (sum_, number))
    if behind["percent"]:
        share = f"percent:{key}"
        return Figure("percent", text, start, (share,), (share, number))
    small = value is not None and value <= 12 and value == int(value)
    trivial = small and not (scale or behind["unit"])
    return Figure("number", text, start, (number,), (number,), trivial)


def _written(value: Decimal) -> str:
    return str(value.normalize())


_HUNDREDTHS = re.compile(r"百分之 ?(?:(\d+(?:\.\d+)?)|([零〇一二两三四五六七八九十百]{1,8}))")


def _chinese(text: str) -> Iterator[Figure]:
    for found in _HUNDREDTHS.finditer(text):
        whole = chinese_number(found[2]) if found[2] else None
        if whole is not None or (found[1] and len(found[1]) <= _MOST_DIGITS):
            key = _written(Decimal(found[1] or whole or 0))
            share = f"percent:{key}"
            yield Figure("percent", found[0], found.start(), (share,), (share, f"number:{key}"))
    yield from _in_words(text, chinese_numbers(text))


def _english(text: str) -> Iterator[Figure]:
    return _in_words(text, english_numbers(text))


def _in_words(text: str, found: Iterable[tuple[int, int, int]]) -> Iterator[Figure]:
    for start, end, value in found:
        if text[max(start - 1, 0) : start] == "第":
            continue
        behind = _BEHIND.match(text, end)
        assert behind is not None  # it may be empty
        figure = _figure(text[start : behind.end()], start, Decimal(value), behind)
        # Of small numbers in words "ten years" is no more than "ten".
        small = value <= 12 and figure.kind == "number"
        yield replace(figure, trivial=small)


_FINDERS: tuple[Finder, ...] = (_papers, _dates, _numbers, _chinese, _english)
