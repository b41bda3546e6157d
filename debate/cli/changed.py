"""Saying that a transcript is not as it was written."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from debate.batch.audit import Difference
from debate.text import showable


def tell_changed(path: Path, line: int | None) -> None:
    """Say on standard error where the chain of a transcript breaks, and what to do next.

    Args:
        path: The transcript.
        line: The first line, counted from 1, that does not follow the one before it; None if all
            do, and nothing is to be said.
    """
    if line is not None:
        click.echo(
            showable(
                f"changed after it was written: {path}:{line} does not follow the line before it;"
                f" see: yalta verify {shlex.quote(str(path))}"
            ),
            err=True,
        )


def tell_other(difference: Difference | None) -> None:
    """Say on standard error that a transcript of a batch is not the one that its index knows."""
    if difference is not None and difference.lost:
        click.echo(
            showable(
                f"not as its batch recorded it: {difference.path}: {difference.told};"
                f" see: yalta verify {shlex.quote(str(difference.path.parent))}"
            ),
            err=True,
        )
