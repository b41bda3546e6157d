"""Paragraphs as wide as a terminal is."""

from __future__ import annotations

import shutil
import sys

import click

from debate.columns import Wrapper
from debate.text import showable

MAX_WIDTH = 96


def paragraph(text: str) -> None:
    """Print a text indented, wrapped, with nothing in it that could steer the terminal."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else MAX_WIDTH
    click.echo("  " + wrapped(text, columns - 2).replace("\n", "\n  "))


def wrapped(text: str, columns: int) -> str:
    """A text in lines that fit, with nothing in it that could steer the terminal."""
    wrapper = Wrapper(max(18, min(columns, MAX_WIDTH - 2)))
    return wrapper.feed(showable(text)) + wrapper.finish()
