"""Example dialogue of a card (`mes_example`) as exchanges, and exchanges as example dialogue.

    <START>
    {{user}}: hi
    {{char}}: hello

Each `<START>` begins a conversation. A line that begins with a speaker's label begins a speech, and
lines without one go on with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: Heard before a speech that answers nothing.
UNASKED = "(Nobody has asked.)"
MAX_NAME = 400

_START = re.compile(r"^[ \t]*<START>[ \t]*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said to the character, and what it answers, with macros in it still."""

    heard: str
    reply: str


def read(text: str, names: Iterable[str]) -> tuple[list[Exchange], list[str]]:
    """The exchanges of example dialogue, and what of it belongs to none.

    Args:
        text: As it stands in the card.
        names: Those that the character goes by, beside `{{char}}`.
    """
    exchanges: list[Exchange] = []
    left: list[str] = []
    label = _labels(names)
    for conversation in _START.split(text.replace("\r\n", "\n")):
        heard: str | None = None
        for speaker, said in _speeches(conversation, label):
            if speaker == "char":
                exchanges.append(Exchange(heard or UNASKED, said))
                heard = None
            elif speaker == "user":
                heard = said if heard is None else f"{heard}\n{said}"
            elif said:
                left.append(said)
        if heard is not None:
            left.append(heard)
    return exchanges, left


def written(exchanges: Iterable[tuple[str, str]]) -> str:
    """Example dialogue of exchanges: what was heard, and the reply."""
    parts = []
    for heard, reply in exchanges:
        asked = "" if heard == UNASKED else f"{{{{user}}}}: {heard}\n"
        parts.append(f"<START>\n{asked}{{{{char}}}}: {reply}")
    return "\n".join(parts)


def _labels(names: Iterable[str]) -> re.Pattern[str]:
    own = "".join(f"|{re.escape(name)}" for name in names if 0 < len(name) <= MAX_NAME)
    return re.compile(
        r"[ \t]*(?:(?P<user>\{\{user\}\}|<user>|you|user)"
        rf"|(?P<char>\{{\{{(?:char|bot)\}}\}}|<(?:char|bot)>{own}))[ \t]*[:：][ \t]*",
        re.IGNORECASE,
    )


def _speeches(conversation: str, label: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Each speech, by `user`, `char` or nobody (""), in order; empty ones left out."""
    speaker, lines = "", list[str]()
    for line in conversation.split("\n"):
        if found := label.match(line):
            if said := "\n".join(lines).strip():
                yield speaker, said
            speaker = "user" if found["user"] else "char"
            lines = [line[found.end() :]]
        else:
            lines.append(line)
    if said := "\n".join(lines).strip():
        yield speaker, said
