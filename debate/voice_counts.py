"""Counts of how a persona spoke. They describe, and judge nothing.

    counts = voice_counts(["I think so. 当然。"], card.voice)
    counts.sentences, counts.scripts["Han"]

A count that is high is neither good nor bad: how well a voice was met is for people to say, by a
study. Pure; English and Chinese are handled, other languages as far as their sentences end like
those. As everywhere in the program, each Chinese character counts as one word.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from debate.persona import Voice
from debate.text import UNSPACED, count_words, unbroken

#: What stands above these wherever they are shown.
TITLE = "Counts, not scores"

# A full stop ends a sentence if space or the end follows, whatever quotes and brackets stand
# between; those of Chinese need no space.
_CLOSING = "[\"'”’»)\\]）」』】》]*"
_END = re.compile(rf"[.!?…]+{_CLOSING}(?=\s|[{UNSPACED}]|$)|[。！？]+…*{_CLOSING}|……+|\n+")
_SHORT_FORM = re.compile(
    r"(?:^|[\s(\"“])(?:mr|mrs|ms|dr|prof|st|vs|etc|no|e\.g|i\.e|cf|[A-Z])\.$", re.IGNORECASE
)
_QUESTION_MARKS = re.compile("[?？]")
_ME = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself)\b|我(?!们)|俺")
_US = re.compile(r"\b(?:[Ww]e|us|Us|[Oo]ur|[Oo]urs|[Oo]urselves)\b|我们|咱们?")
_QUOTES = str.maketrans("’‘“”", "''\"\"")
_EDGES = " .,;:!?…。，；：！？、\"'"

# As Unicode's names of characters begin, where that is not what the script is called.
_SCRIPTS = {"Cjk": "Han", "Ideographic": "Han", "Fullwidth": "Latin"}


@dataclass(frozen=True, slots=True)
class Spread:
    """How values lie."""

    median: float
    least: int
    most: int

    @classmethod
    def of(cls, values: Sequence[int]) -> Spread | None:
        """That of some values; None of none."""
        return cls(median(values), min(values), max(values)) if values else None

    def __str__(self) -> str:
        return f"{self.median:g} ({self.least} to {self.most})"


@dataclass(frozen=True, slots=True)
class VoiceCounts:
    """What was counted in some replies."""

    replies: int
    words: int
    """Each Chinese or Japanese character is one."""
    sentences: int
    sentence_words: Spread | None
    """Words a sentence; None if there is no sentence."""
    scripts: Mapping[str, int]
    """Letters by script, the most first."""
    prefers: Mapping[str, int]
    """How often each of the card's preferred words stands there, those that do not included."""
    avoids: Mapping[str, int]
    catchphrases: Mapping[str, int]
    questions: int
    """Question marks."""
    me: int
    """Words for the speaker alone: I, me, my, 我."""
    us: int
    """Words for the speaker among others: we, us, our, 我们."""

    @property
    def shares(self) -> dict[str, float]:
        """The share of each script in the letters."""
        letters = sum(self.scripts.values())
        return {script: n / letters for script, n in self.scripts.items()}


def voice_counts(replies: Iterable[str], voice: Voice) -> VoiceCounts:
    """Count in replies what a voice is described by.

    Args:
        replies: What was said.
        voice: The card's, whose words are looked for. They are counted as they are written there,
            in any case; one that describes words, as "legal language", is found only as itself.
    """
    texts = list(replies)
    lengths = [count_words(sentence) for text in texts for sentence in sentences(text)]
    plain = [_plain(text) for text in texts]
    return VoiceCounts(
        replies=len(texts),
        words=sum(map(count_words, texts)),
        sentences=len(lengths),
        sentence_words=Spread.of(lengths),
        scripts=_scripts(texts),
        prefers=_found(voice.prefers, plain),
        avoids=_found(voice.avoids, plain),
        catchphrases=_found(voice.catchphrases, plain),
        questions=sum(len(_QUESTION_MARKS.findall(text)) for text in texts),
        me=sum(len(_ME.findall(text)) for text in texts),
        us=sum(len(_US.findall(text)) for text in texts),
    )


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text; what holds no word is none."""
    start = 0
    for end in _END.finditer(text):
        if end[0] == "." and _SHORT_FORM.search(text[max(0, end.end() - 8) : end.end()]):
            continue
        yield from _sentence(text[start : end.end()])
        start = end.end()
    yield from _sentence(text[start:])


def told(counts: VoiceCounts) -> list[tuple[str, str]]:
    """The counts as lines for people, each with its name. Texts of the card stand in them."""
    words = counts.sentence_words
    lines = [
        ("replies", f"{counts.replies:,}"),
        ("words", f"{counts.words:,}"),
        ("sentences", f"{counts.sentences:,}"),
        ("words a sentence", f"{words}, median and range" if words else "none"),
        ("scripts", ", ".join(f"{s} {share:.0%}" for s, share in counts.shares.items()) or "none"),
        ("question marks", f"{counts.questions:,}"),
        ("I, me, my, 我", f"{counts.me:,}"),
        ("we, us, our, 我们", f"{counts.us:,}"),
    ]
    named = (
        ("preferred words", counts.prefers),
        ("avoided words", counts.avoids),
        ("catchphrases", counts.catchphrases),
    )
    return [*lines, *((name, _listed(found)) for name, found in named if found)]


def _listed(found: Mapping[str, int]) -> str:
    said = [f"“{unbroken(text)}” {n}" for text, n in sorted(found.items(), key=lambda f: -f[1])]
    return f"{sum(found.values()):,}: " + ", ".join(said)


def _sentence(text: str) -> Iterator[str]:
    if count_words(text):
        yield text.strip()


def _plain(text: str) -> str:
    """A text in which a phrase is found however it is spaced, quoted and cased."""
    return unbroken(text.translate(_QUOTES)).casefold()


def _found(phrases: Iterable[str], texts: Sequence[str]) -> dict[str, int]:
    forms = {phrase: _form(phrase) for phrase in phrases}
    return {
        phrase: sum(len(form.findall(text)) for text in texts) if form else 0
        for phrase, form in forms.items()
    }


@lru_cache(maxsize=1024)
def _form(phrase: str) -> re.Pattern[str] | None:
    """What finds a phrase, as a whole: not as a part of longer words, where words have spaces."""
    plain = _plain(phrase).strip(_EDGES)
    if not plain:
        return None
    spaced = rf"[^\W{UNSPACED}]"
    before = rf"(?<!{spaced})" if re.match(spaced, plain) else ""
    after = rf"(?!{spaced})" if re.match(spaced, plain[-1]) else ""
    return re.compile(before + re.escape(plain) + after)


def _scripts(texts: Iterable[str]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for letter, times in Counter(c for text in texts for c in text).items():
        if script := _script(letter):
            found[script] += times
    return dict(found.most_common())


@lru_cache(maxsize=16384)
def _script(letter: str) -> str:
    """The script of a letter; nothing of what is none."""
    if not unicodedata.category(letter).startswith("L"):
        return ""
    first = unicodedata.name(letter, "other").split()[0].partition("-")[0].capitalize()
    return _SCRIPTS.get(first, first)
