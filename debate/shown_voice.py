"""What the examples of a persona show, held against what its voice says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from debate.lint import Advice
from debate.persona import Persona
from debate.text import count_words
from debate.voice_counts import voice_counts

# What cards say of marks and figures, and how a text shows them.
_SHOWN_BY = (
    (re.compile(r"\bexclamation (?:marks?|points?)\b|感叹号", re.I), re.compile("[!！]")),
    (re.compile(r"\bquestion marks?\b|\bquestions\b|问号", re.I), re.compile("[?？]")),
    (re.compile(r"\bellips[ie]s\b|省略号", re.I), re.compile(r"…|\.\.\.")),
    (re.compile(r"\b(?:figures|digits|numerals)\b|数字", re.I), re.compile(r"[0-9]")),
    (re.compile(r"\bdashes\b", re.I), re.compile("[—–]")),
    (re.compile(r"\bparenthes[ie]s\b|\bbrackets\b", re.I), re.compile(r"[(（]")),
)
# "Never ends on a question" is not broken by a question: such rules are for a reader to judge.
_OF_TWO_HALVES = re.compile(
    r"\b(?:without|unless|but|except|than|ends?|begins?|opens?|twice|more)\b", re.I
)
_QUOTED = re.compile("[“\"'‘]([^”\"'’]{2,60})[”\"'’]")

# Languages by the script that tells them from those written in Latin letters.
_SCRIPT_OF = {
    "chinese": "Han",
    "mandarin": "Han",
    "cantonese": "Han",
    "japanese": "Hiragana",
    "korean": "Hangul",
    "russian": "Cyrillic",
    "ukrainian": "Cyrillic",
    "greek": "Greek",
    "arabic": "Arabic",
    "persian": "Arabic",
    "hebrew": "Hebrew",
    "hindi": "Devanagari",
    "thai": "Thai",
}
_UNSPACED = ("Han", "Hiragana", "Katakana")
_FAR = 0.25


def contradictions(persona: Persona) -> Iterator[Advice]:
    """Where the examples do what the voice never does, or do not mix what it mixes."""
    yield from _avoided(persona)
    yield from _never(persona)
    yield from _unmixed(persona)


def _avoided(persona: Persona) -> Iterator[Advice]:
    avoids = persona.voice.avoids
    for n, example in enumerate(persona.examples):
        said = voice_counts([example.reply], persona.voice).avoids
        for each in avoids:
            if said[each] or _marks(each, example.reply):
                message = f"holds what the voice avoids, “{each}”: change the reply, or the voice"
                yield Advice(("examples", n, "reply"), message)


def _never(persona: Persona) -> Iterator[Advice]:
    rules = [rule for rule in persona.voice.never if not _OF_TWO_HALVES.search(rule)]
    for n, example in enumerate(persona.examples):
        reply = example.reply.casefold()
        for rule in rules:
            said = any(phrase.casefold() in reply for phrase in _QUOTED.findall(rule))
            if said or _marks(rule, example.reply):
                message = f"does what this voice does not (“{rule}”): change the reply, or the rule"
                yield Advice(("examples", n, "reply"), message)


def _marks(rule: str, reply: str) -> bool:
    """Whether a rule speaks of a mark or figure that stands in a reply."""
    return any(named.search(rule) and mark.search(reply) for named, mark in _SHOWN_BY)


def _unmixed(persona: Persona) -> Iterator[Advice]:
    switching = persona.voice.code_switching
    if switching is None or not persona.examples:
        return
    wanted = [_SCRIPT_OF.get(each.split()[-1].casefold(), "Latin") for each in switching.languages]
    if len(set(wanted)) < 2:
        return  # the same letters: nothing that can be counted
    loc = ("voice", "code_switching")
    shown = [voice_counts([each.reply], persona.voice).scripts for each in persona.examples]
    if not any(all(script in scripts for script in wanted) for scripts in shown):
        message = (
            f"mixes {' and '.join(switching.languages)}, and no example shows it: add one that"
        )
        yield Advice((*loc, "languages"), f"{message} does")
        return
    share = _share(persona, wanted[0])
    if abs(share - switching.share) > _FAR:
        message = f"the examples have about {share:.0%} of their words in other languages"
        yield Advice((*loc, "share"), f"{message}, not {switching.share:.0%}: change one of them")


def _share(persona: Persona, matrix: str) -> float:
    """About the part of the examples' words that is not in the script of the matrix language."""
    replies = [each.reply for each in persona.examples]
    scripts = voice_counts(replies, persona.voice).scripts
    unspaced = sum(scripts.get(each, 0) for each in _UNSPACED)
    if matrix in _UNSPACED or unspaced:  # of these each character is a word
        share = unspaced / max(1, sum(map(count_words, replies)))
        return 1 - share if matrix in _UNSPACED else share
    letters = sum(scripts.values())
    return 1 - scripts.get(matrix, 0) / letters if letters else 0.0
