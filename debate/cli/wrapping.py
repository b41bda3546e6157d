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
    wrapper = Wrapper(max(20, min(columns, MAX_WIDTH)) - 2)
    wrapped = wrapper.feed(showable(text)) + wrapper.finish()
    click.echo("  " + wrapped.replace("\n", "\n  "))
