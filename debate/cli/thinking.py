"""The option `--thinking`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from pydantic import TypeAdapter, ValidationError

from debate.events import Thinking

_Command = TypeVar("_Command", bound=Callable[..., Any])

KNOWN = "off, low, medium, high, budget=N"


def _read(context: click.Context, option: click.Parameter, value: str | None) -> Thinking | None:
    try:
        return None if value is None else TypeAdapter(Thinking).validate_python(value)
    except ValidationError:
        raise click.BadParameter(f"{value!r} is none of {KNOWN}") from None


def thinking_option(help: str) -> Callable[[_Command], _Command]:
    """`--thinking`, with this help."""
    return click.option("--thinking", callback=_read, metavar=KNOWN.replace(", ", "|"), help=help)
