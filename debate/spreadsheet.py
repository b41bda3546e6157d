"""Cells of CSV files that no spreadsheet takes for a formula, whoever wrote the text in them."""

from __future__ import annotations

from decimal import Decimal

from debate.text import showable

#: What a spreadsheet may hold: text, a number, or nothing.
Value = str | int | float | Decimal | bool | None

#: What begins a formula, in ASCII and in full width.
FORMULA = "=+-@\t\r\n＝＋－＠|%"

# What some spreadsheets skip before one.
_BLANK = " \u00a0\u3000"


def cell(value: Value) -> str:
    """A value as the text of a cell: a number as it is, a truth as yes or nothing, None as
    nothing, and a text that could be run with an apostrophe before it."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return inert(value) if isinstance(value, str) else str(value)


def inert(text: str) -> str:
    """A text as a spreadsheet shows it, and never runs it."""
    text = showable(text)
    return f"'{text}" if text.strip() and text.lstrip(_BLANK)[:1] in FORMULA else text
