"""Advice on a persona: what loads, and yet may not be what its author means.

    examined = examine(text, path="personas/ada.yaml")
    for problem in (*examined.errors, *examined.advice):
        print(problem.line, problem.column, problem.message)

Four kinds of thing are looked for: a voice that a model cannot follow (adjectives and no examples),
a voice that contradicts itself, claims about a real person that rest on nothing, and words that
script an outcome, since what was scripted proves nothing when it comes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from debate.errors import LoadError, Problem, UserError
from debate.estimate import estimate
from debate.library import persona_folders
from debate.lint import Advice, Loc
from debate.persona import Persona
from debate.persona_file import PersonaFile
from debate.prompts.briefs import of_one_line
from debate.prompts.environment import compile_template, render, shipped_templates
from debate.shown_voice import contradictions

#: Tokens that the public card may take: the head of every prompt holds one of each seat.
BUDGET = 700
#: Exchanges in the voice, below which a model has little to go by.
FEW = 2
#: The card of no persona, which has no voice by intent.
NOBODY = "nobody"

# What a persona will do is for the conference to show.
_OUTCOME = re.compile(
    r"\b(?:will|shall|must|should|always|finally|in the end)\s+(?:\w+\s+){0,2}?"
    r"(?:agree|accept|sign|concede|propose|give in|yield|vote (?:for|against|yes|no))\b"
    r"|\b(?:ends?|finish(?:es)?|closes?) (?:up )?(?:by|with) "
    r"(?:agree|sign|accept|conced|propos|a deal)\w*"
    r"|(?:必须|最终|最后)会?(?:同意|接受|签署|让步|提出)",
    re.IGNORECASE,
)
_BARGAIN = re.compile(
    r"\bcompromis\w*|\bcommon ground\b|\bmeet halfway\b|\bmiddle (?:way|ground)\b"
    r"|\btier(?:s|ed)?\b|\bin (?:return|exchange) for\b|\bon condition that\b"
    r"|\bprovided that\b|\bonly if\b"
    r"|\bif \w+\b[^.;]{2,60}[,;] (?:then )?(?:we|I)(?:'ll| will| would| shall)\b"
    r"|分级|分层开放|折中|妥协|各退一步|作为交换",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in a persona's text."""

    persona: Persona | None
    """As it would be seated; None if the text cannot be loaded."""
    errors: tuple[Problem, ...]
    advice: tuple[Problem, ...]


def examine(text: str, *, path: str) -> Examined:
    """Read a persona's text, and think it over.

    Args:
        text: YAML.
        path: What it is called, and where what it extends is looked for.
    """
    try:
        file = PersonaFile.read(text, Path(path))
        persona = file.resolved(persona_folders())
    except LoadError as error:
        return Examined(None, error.problems, ())
    except UserError as error:  # what it extends cannot be had
        return Examined(None, (Problem(1, 1, "", error.message),), ())
    found = [(each.loc, each.message) for each in advice(persona)]
    return Examined(persona, (), tuple(file.places(found)))


def advice(persona: Persona) -> list[Advice]:
    """What may not be meant in a persona."""
    return [
        *_thin(persona),
        *contradictions(persona),
        *_twice(persona),
        *_unsourced(persona),
        *_scripted(persona),
        *_long(persona),
    ]


def _thin(persona: Persona) -> Iterator[Advice]:
    voice, shown = persona.voice, len(persona.examples)
    words = (*voice.prefers, *voice.catchphrases, *voice.devices)
    if not shown and not words and persona.id != NOBODY:
        message = "only adjectives describe this voice: say its words, its devices, and show it"
        yield Advice(("voice",), f"{message} in `examples`")
    elif not shown and words:
        message = "no example shows this voice: models follow what they are shown more than what"
        yield Advice(("voice",), f"{message} they are told; add {FEW} exchanges under `examples`")
    elif 0 < shown < FEW:
        message = f"{shown} of {FEW} or more: a voice shown once is copied, not followed"
        yield Advice(("examples",), message)


def _twice(persona: Persona) -> Iterator[Advice]:
    for name in ("prefers", "avoids", "catchphrases", "devices", "never"):
        listed: tuple[str, ...] = getattr(persona.voice, name)
        times = Counter(each.casefold() for each in listed)
        for n, each in enumerate(listed):
            first = [other.casefold() for other in listed].index(each.casefold())
            if times[each.casefold()] > 1 and n > first:
                yield Advice(("voice", name, n), "stands here twice: take one away")
    both = {each.casefold() for each in persona.voice.prefers}
    for n, each in enumerate(persona.voice.avoids):
        if each.casefold() in both:
            yield Advice(("voice", "avoids", n), "is both preferred and avoided: decide")


def _unsourced(persona: Persona) -> Iterator[Advice]:
    known = {source.id for source in persona.sources}
    for n, stance in enumerate(persona.stances):
        if stance.source is not None and stance.source not in known:
            listed = ", ".join(sorted(known)) or "none"
            message = f"{stance.source!r} is not among the sources ({listed})"
            yield Advice(("stances", n, "source"), message)
        elif stance.source is None and persona.real_person:
            message = "says what a real person holds, without a source: add `source: S1`, or leave"
            yield Advice(("stances", n), f"{message} it out")
    if persona.real_person and not known:
        message = "a real person, and no sources: list the public material that this rests on"
        yield Advice(("real_person",), message)
    for source, times in Counter(source.id for source in persona.sources).items():
        if times > 1:
            message = f"{source} is the id of {times} sources: give each its own"
            yield Advice(("sources",), message)


def _scripted(persona: Persona) -> Iterator[Advice]:
    for loc, text in _wishes(persona):
        for found in dict.fromkeys(each[0] for each in _OUTCOME.finditer(text)):
            message = f"“{found}” scripts an outcome: say what they want, not what they will do"
            yield Advice(loc, message)
    for loc, text in (*_wishes(persona), *_replies(persona)):
        for found in dict.fromkeys(each[0] for each in _BARGAIN.finditer(text)):
            message = f"“{found}” may script a compromise: what a card offers is no news when it is"
            yield Advice(loc, f"{message} offered")


def _wishes(persona: Persona) -> Iterator[tuple[Loc, str]]:
    goals = persona.goals
    for name, listed in (("public", goals.public), ("private", goals.private)):
        for n, text in enumerate(listed):
            yield ("goals", name, n), text
    for n, text in enumerate(persona.red_lines):
        yield ("red_lines", n), text
    for n, stance in enumerate(persona.stances):
        yield ("stances", n, "position"), stance.position


def _replies(persona: Persona) -> Iterator[tuple[Loc, str]]:
    for n, each in enumerate(persona.examples):
        yield ("examples", n, "reply"), each.reply


def _long(persona: Persona) -> Iterator[Advice]:
    tokens = card_tokens(persona)
    if tokens > BUDGET:
        message = f"the public card takes about {tokens:,} tokens of every prompt, of {BUDGET} that"
        yield Advice(("voice",), f"{message} it may: shorten the summary, stances or voice")


def card_tokens(persona: Persona) -> int:
    """About how many tokens the public card takes in every prompt."""
    name = "card.j2"
    template = compile_template(shipped_templates()[name], path=name)
    values = of_one_line(persona.model_dump(by_alias=True))
    return estimate(render(template, name, {"name": persona.name, "persona": values}))
