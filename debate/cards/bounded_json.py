"""Reading JSON of a stranger: its size, depth and number of values are bounded before it is parsed.

The scanner of `json` recurses, builds numbers of any length and takes the last of two equal keys.
So the brackets are counted first, which takes no recursion, and numbers, keys and characters that
could not be written again as they were read are errors, each with its place.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from pydantic import JsonValue

from debate.errors import LoadError, Problem, UserError

Json = JsonValue

MAX_BYTES = 2 * 1024 * 1024
#: Less than a YAML file may hold (see `debate.yaml_file`), since a persona file keeps the card.
MAX_DEPTH = 28
MAX_VALUES = 45_000
#: Longer ones no reader of cards keeps exactly: programs in JavaScript hold numbers as doubles.
MAX_DIGITS = 18

_BOM = b"\xef\xbb\xbf"
# A whole string, or one of the characters that build or part values. A string that does not end
# runs to the end, where the parser says so.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{},:]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Refused(ValueError):
    """What the parser's hooks refuse."""


def loads(data: bytes, *, path: str) -> Json:
    """Read JSON.

    Args:
        data: UTF-8, with or without a byte order mark.
        path: Where it came from, for errors.

    Raises:
        UserError: if it is too large, or no text.
        LoadError: if it is no JSON, or holds what is not allowed, with the place.
    """
    if len(data) > MAX_BYTES:
        raise UserError(f"the card is larger than {MAX_BYTES // 1024} KiB", where=path)
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"the card is not UTF-8 text (byte {error.start})", where=path) from None
    _bound(text, path)
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        what = re.sub(r"( starting)? at$", "", error.msg)
        message = f"not valid JSON: {what[:1].lower()}{what[1:]}"
        problem = Problem(error.lineno, error.colno, "", message)
        raise LoadError(path, [problem]) from None
    except _Refused as error:
        raise UserError(str(error), where=path) from None
    _check_text(value, "", path)
    return value


def dumps(value: Json, *, indent: int | None = None) -> bytes:
    """Write JSON as UTF-8."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators
    )
    return text.encode()


def _bound(text: str, path: str) -> None:
    depth, values = 0, 1

    def fault(token: re.Match[str], message: str) -> NoReturn:
        line = text.count("\n", 0, token.start()) + 1
        column = token.start() - text.rfind("\n", 0, token.start())
        raise LoadError(path, [Problem(line, column, "", message)])

    for token in _TOKEN.finditer(text):
        sign = token[0][0]
        if sign == '"':
            continue
        depth += (sign in "[{") - (sign in "]}")
        values += sign in ",:[{"
        if depth > MAX_DEPTH:
            fault(token, f"nested more than {MAX_DEPTH} deep")
        if values > MAX_VALUES:
            fault(token, f"more than {MAX_VALUES} values")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"not valid JSON: the key {_short(twice)} stands twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise _Refused(f"a whole number of more than {MAX_DIGITS} digits: {_short(digits)}")
    return int(digits)


def _number(digits: str) -> float:
    # A longer one than any that a double is written as takes long to read, and says no more.
    value = float(digits) if len(digits) <= 400 else math.inf
    if not math.isfinite(value):
        raise _Refused(f"a number that is too large or too long: {_short(digits)}")
    return value


def _constant(name: str) -> NoReturn:
    raise _Refused(f"not valid JSON: {name} is no number that JSON can say")


def _check_text(value: Json, at: str, path: str) -> None:
    """Refuse halves of surrogate pairs, which no file can hold, and name the field."""
    if isinstance(value, str):
        if _SURROGATE.search(value):
            problem = "half of a surrogate pair is not a character"
            raise UserError(f"{at or 'the text'}: {problem}", where=path)
    elif isinstance(value, list):
        for n, item in enumerate(value):
            _check_text(item, f"{at}[{n}]", path)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key, f"a key of {at}" if at else "a key", path)
            _check_text(item, f"{at}.{key}" if at else key, path)


def _short(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 60 else f"{shown[:56]}...'"
