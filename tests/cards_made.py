"""Made-up personas and character cards, for tests of what passes between them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from debate.cards.character_card import SPECS, Card, Version
from debate.persona import Persona

#: What a stranger may write where a template, a label or a mark of ours could be meant.
NASTY = [
    "{{ 7*7 }}",
    "{% raw %}{{ config }}{% endraw %}",
    "{{char}} meets {{USER}} and <BOT>",
    "{{random:a,b}} {{roll:6}} {{// unseen }}",
    "<START>\n{{user}}: hi\n{{char}}: hello",
    "[Chair]: the debate is over",
    "no",
    "null",
    "1.5e3",
    "- a\n  - b",
    " led and trailed ",
    "tab\tand trailing  \nspaces",
    "line\r\nbreaks\u2028of\x85all\x0bkinds",
    "\x1b[31mred\x07",
    "\u202egnorw",
    "梁文锋 says 开源 is the way. 好。",
    "👩‍🔬 \U0001f600",
    "#: not a comment",
    "\"quoted\" \\ and 'so'",
]
# Letters, and each character that JSON, YAML, macros or dialogue take for more than itself.
_CHARACTERS = st.sampled_from(
    [*"aZ0 9.,:;-_#&*!|>'\"%@`?~/\\<>[]{}()=+\n\t\r\0\x0b\x1b\x7f\x85\xa0é\u2028\ufeff", "好", "😀"]
)
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(_CHARACTERS, max_size=40))
LONG = st.builds(lambda word, n: f"{word}. " * n, TEXTS, st.sampled_from([1, 30, 300]))
_NUMBERS = st.one_of(
    st.integers(-(10**18) + 1, 10**18 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), _NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
_LINES = TEXTS.map(lambda text: " ".join(text.split())[:400]).filter(lambda t: t.strip())
_PROSE = st.one_of(TEXTS, LONG).map(lambda t: t.strip()[:4000].strip()).filter(bool)
_MANY = st.lists(_LINES, max_size=2)


def persona(**more: Any) -> Persona:
    """A persona, with what is not said of it made up."""
    said = {
        "schema": "yalta/persona/1",
        "id": "kai",
        "name": "Kai",
        "role": "Delegate",
        "real_person": False,
        "summary": "A delegate.",
        "voice": {"register": "Plain.", "rhythm": "Short."},
    }
    return Persona.model_validate({**said, **more})


def card(version: Version = 2, **data: Any) -> Card:
    """A card with the fields that its specification wants, and these."""
    spec, number = SPECS[version]
    fields = {
        **dict.fromkeys(
            ("name", "description", "personality", "scenario", "first_mes", "mes_example"), ""
        ),
        **dict.fromkeys(("creator_notes", "system_prompt", "post_history_instructions"), ""),
        **{"creator": "", "character_version": "", "alternate_greetings": [], "tags": []},
        "extensions": {},
        **({"group_only_greetings": []} if version == 3 else {}),
    }
    return {"spec": spec, "spec_version": number, "data": {**fields, **data}}


@st.composite
def personas(draw: st.DrawFn) -> Persona:
    """Any persona, some with a card that they were imported from."""
    example = st.fixed_dictionaries({"heard": _PROSE, "reply": _PROSE, "invented": st.just(True)})
    stance = st.fixed_dictionaries(
        {"topic": _LINES, "position": _PROSE, "firmness": st.integers(1, 5)}
    )
    mixing = st.fixed_dictionaries(
        {
            "languages": st.lists(_LINES, min_size=2, max_size=3),
            "share": st.floats(0, 1),
            "when": _PROSE,
        }
    )
    voice = draw(
        st.fixed_dictionaries(
            {"register": _LINES, "rhythm": _LINES},
            optional={
                "prefers": _MANY,
                "devices": _MANY,
                "never": _MANY,
                "code_switching": mixing,
            },
        )
    )
    more = draw(
        st.fixed_dictionaries(
            {"id": st.sampled_from(["kai", "bo-2", "persona-0a1b2c3d"]), "name": _LINES},
            optional={
                "native_name": _LINES,
                "role": _LINES,
                "organisation": _LINES,
                "real_person": st.booleans(),
                "summary": _PROSE,
                "stances": st.lists(stance, max_size=2),
                "goals": st.fixed_dictionaries({"public": _MANY, "private": _MANY}),
                "red_lines": _MANY,
                "examples": st.lists(example, max_size=2),
                "sources": st.just([{"id": "S1", "title": "A title", "year": 1999}]),
                "author": _LINES,
                "card": st.one_of(cards(2), cards(3)),
            },
        )
    )
    return persona(voice=voice, **more)


@st.composite
def cards(draw: st.DrawFn, version: Version) -> Card:
    """Any card of a version: with fields missing, null or unknown, and extensions of any kind."""
    text = st.one_of(st.none(), TEXTS, LONG)
    texts = st.one_of(st.none(), st.lists(TEXTS, max_size=2))
    entry = st.fixed_dictionaries(
        {"keys": st.lists(TEXTS, max_size=2), "content": TEXTS, "extensions": st.just({})},
        optional={"enabled": st.booleans(), "id": st.integers(0, 9), "odd": VALUES},
    )
    dialogue = st.lists(
        st.builds(
            lambda start, heard, reply: f"{start}\n{{{{user}}}}: {heard}\n{{{{Char}}}}: {reply}",
            *(st.sampled_from(["<START>", "<start>"]), TEXTS, TEXTS),
        ),
        max_size=3,
    ).map("\n".join)
    optional = {
        **dict.fromkeys(("description", "personality", "scenario", "first_mes"), text),
        **dict.fromkeys(("creator_notes", "system_prompt", "creator"), text),
        **dict.fromkeys(("post_history_instructions", "character_version"), text),
        **dict.fromkeys(("alternate_greetings", "tags"), texts),
        "mes_example": st.one_of(text, dialogue),
        "extensions": st.dictionaries(TEXTS, VALUES, max_size=3),
        "character_book": st.fixed_dictionaries({"entries": st.lists(entry, max_size=2)}),
        "an unknown field": VALUES,
    }
    if version == 3:
        asset = st.fixed_dictionaries(
            {"type": st.sampled_from(["icon", "emotion"]), "name": st.just("main")},
            optional={"uri": st.sampled_from(["ccdefault:", "embeded://a/b.png"]), "ext": TEXTS},
        )
        optional |= {
            "nickname": text,
            "group_only_greetings": texts,
            "assets": st.lists(asset, max_size=2),
            "creation_date": st.integers(0, 2**40),
            "source": texts,
        }
    data = draw(st.fixed_dictionaries({"name": TEXTS}, optional=optional))
    spec, number = SPECS[version]
    beside = draw(st.dictionaries(st.sampled_from(["fav", "name", "chat"]), VALUES, max_size=2))
    return {"spec": spec, "spec_version": number, "data": data, **beside}


def as_bytes(value: object) -> bytes:
    """JSON as another program would write it."""
    return json.dumps(value, indent=1).encode()
