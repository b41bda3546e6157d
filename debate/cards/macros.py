"""The macros of character cards, as `{{char}}`: two are resolved, comments go, none is run.

Names are matched in any case, as the specifications want. What else stands in double braces
(`{{random:a,b}}`, `{{roll:6}}`) would need a program that runs what a stranger wrote, so it stays
as it is, data like the words around it.
"""

from __future__ import annotations

import re

#: Who `{{user}}` is at a table of many: nobody in particular.
USER = "the other"

_MACRO = re.compile(r"\{\{([^{}]{0,2000})\}\}|<(char|bot|user)>", re.IGNORECASE)
_COMMENT = re.compile(r"//|comment\s*:|hidden_key\s*:", re.IGNORECASE)
_NAME = re.compile(r"[^\s:]{1,40}")


def resolved(text: str, char: str) -> tuple[str, list[str]]:
    """A text of a card as a persona may hold it.

    Args:
        text: As it stands in the card.
        char: The name that `{{char}}` stands for.

    Returns:
        The text, and the names of the macros that are left in it.
    """

    def value(found: re.Match[str]) -> str:
        inside = (found[1] if found[1] is not None else found[2]).strip()
        match inside.lower():
            case "char" | "bot":
                return char
            case "user":
                return USER
        return "" if _COMMENT.match(inside) else found[0]

    plain = _MACRO.sub(value, text)
    names = (_NAME.match((found[1] or found[2] or "").strip()) for found in _MACRO.finditer(plain))
    return plain, list(dict.fromkeys(name[0] if name else "" for name in names))
