"""Words of models and of files as HTML: escaped, each piece said to be in the language it is in.

Nothing in a text becomes markup but emphasis between asterisks, and citations of facts that there
are, which lead to them. A link to anywhere else is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from markupsafe import Markup, escape

from debate.citations import CITED, FACT_ID
from debate.text import UNSPACED, one_line, showable

_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_EMPHASIS = re.compile(
    r"\*\*(?=\S)(?P<strong>[^*\n]{1,400})(?<=\S)\*\*"
    r"|(?<![*\w])\*(?=\S)(?P<em>[^*\n]{1,400})(?<=\S)\*(?![*\w])"
)
_EMPHASIS_MOST = 20_000  # characters of a text in which emphasis is looked for
# A run of Chinese or Japanese, with its own punctuation and what numbers stand in it.
_MARKS = "\u3000-\u303f\uff01-\uff60\u2014\u2026\u00b7"
_RUN = re.compile(
    rf"[「『（《〈【“‘]?[{UNSPACED}](?:[{UNSPACED}{_MARKS}“”‘’0-9%.]*[{UNSPACED}{_MARKS}])?"
)
_UNSPACED = re.compile(f"[{UNSPACED}]")
_KANA = re.compile("[\u3040-\u30ff]")
_LETTER = re.compile(r"[A-Za-z]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_TITLE_MOST = 200  # characters of a fact that its citations show when pointed at

#: Texts of facts, by id.
Facts = Mapping[str, str]


def prose(text: str, facts: Facts | None = None) -> Markup:
    """A text of several paragraphs. Line breaks within them are kept, and left to the style."""
    shown = showable(text).expandtabs(4).strip()
    parts = (part for part in _PARAGRAPHS.split(shown) if part)
    return Markup("\n").join(_paragraph(part, facts or {}, len(shown)) for part in parts)


def line(text: str, facts: Facts | None = None) -> Markup:
    """A text on one line, within an element of the page."""
    shown = one_line(text)
    within = _inline(shown, facts or {}, emphasis=False)
    return Markup("<bdi>{}</bdi>").format(within) if _RIGHT_TO_LEFT.search(shown) else within


def _paragraph(text: str, facts: Facts, length: int) -> Markup:
    unspaced = len(_UNSPACED.findall(text))
    # As a word of Chinese is two characters long, and one of English five letters.
    mostly = unspaced * 2.5 > len(_LETTER.findall(text))
    attributes = Markup("")
    if unspaced and mostly:
        attributes = Markup(' lang="{}"').format(_language(text))
    elif _RIGHT_TO_LEFT.search(text):
        attributes = Markup(' dir="auto"')
    within = _inline(text, facts, emphasis=length <= _EMPHASIS_MOST, runs=not mostly)
    return Markup("<p{}>{}</p>").format(attributes, within)


def _inline(text: str, facts: Facts, *, emphasis: bool, runs: bool = True) -> Markup:
    if not emphasis:
        return _cited(text, facts, runs)
    done = Markup("")
    at = 0
    for found in _EMPHASIS.finditer(text):
        tag = Markup(found.lastgroup or "em")
        within = _cited(found[found.lastgroup or 0], facts, runs)
        done += _cited(text[at : found.start()], facts, runs)
        done += Markup("<{0}>{1}</{0}>").format(tag, within)
        at = found.end()
    return done + _cited(text[at:], facts, runs)


def _cited(text: str, facts: Facts, runs: bool) -> Markup:
    done, at = [], 0
    for group in CITED.finditer(text) if facts else ():
        for found in FACT_ID.finditer(group[0]):
            id_, start = found[0].upper(), group.start() + found.start()
            if id_ not in facts:
                continue
            done += [_languages(text[at:start], runs), _link(id_, found[0], facts[id_])]
            at = start + len(found[0])
    return Markup("").join([*done, _languages(text[at:], runs)])


def _link(id_: str, shown: str, fact: str) -> Markup:
    told = one_line(fact)
    told = told if len(told) <= _TITLE_MOST else told[: _TITLE_MOST - 1] + "…"
    return Markup('<a class="cite" href="#{}" title="{}">{}</a>').format(id_, told, shown)


def _languages(text: str, runs: bool) -> Markup:
    return Markup("").join(_told(text)) if runs else escape(text)


def _told(text: str) -> Iterator[Markup]:
    at = 0
    for found in _RUN.finditer(text):
        yield escape(text[at : found.start()])
        yield Markup('<span lang="{}">{}</span>').format(_language(found[0]), found[0])
        at = found.end()
    yield escape(text[at:])


def _language(text: str) -> str:
    return "ja" if _KANA.search(text) else "zh"
