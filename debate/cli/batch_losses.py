"""Telling what is lost of a batch, as its transcripts are not as its index says, and what could not
be had."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import click

from debate.batch.audit import Difference, differences
from debate.batch.index import Outcome
from debate.batch.run import Batch
from debate.cli.wrapping import paragraph

# So many are named; of the others it is said how many there are.
_NAMED = 4


def losses(held: Batch) -> dict[str, Difference]:
    """The transcripts of which something is lost that was recorded, by cell."""
    found = differences(held.outcomes.values(), held.folder.path)
    return {cell: each for cell, each in found.items() if each.lost}


def to_retry(held: Batch, lost: dict[str, Difference]) -> list[Outcome]:
    """The conferences to be held again: those that failed, and those whose transcripts are missing.
    One of which a part is lost is not gone on with, as if it were whole."""
    failed = [each for each in held.failed() if each.cell not in lost]
    return failed + [held.outcomes[cell] for cell, each in lost.items() if each.kind == "missing"]


def tell_retried(lost: dict[str, Difference]) -> None:
    """Say which are held anew though they had ended."""
    if missing := [cell for cell, each in lost.items() if each.kind == "missing"]:
        click.echo(f"Held anew, since the transcript is missing: {named(missing)}")


def tell_losses(held: Batch, lost: dict[str, Difference]) -> None:
    """Say what is lost, and what can be done about each kind of it."""
    missing = [cell for cell, each in lost.items() if each.kind == "missing"]
    changed: dict[str, list[str]] = {}
    for cell, each in lost.items():
        if each.kind != "missing":
            changed.setdefault(each.told, []).append(cell)
    again = f"yalta batch retry {shlex.quote(str(held.folder.path))}"
    if missing:
        paragraph(f"Missing, though the index says that they ended: {named(missing)}")
        click.echo(f"Put them back from a copy, or hold them anew with:  {again}")
    for told, cells in changed.items():
        paragraph(f"{named(cells)}: {told}")
    if changed:
        click.echo(f"Put back a copy, or move the file away and hold it anew with:  {again}")


def tell_lacking(held: Batch) -> None:
    """Say in which conferences answers were assumed or turns not had though they came to their end:
    how many there are, and the worst of them first."""
    ended = [each for each in held.outcomes.values() if each.end == "complete"]
    short = sorted((each for each in ended if each.short), key=lambda each: -each.lacking)
    if short:
        click.echo(f"Not all could be had in {len(short):,} of {len(ended):,}, the worst first:")
    for each in short[:_NAMED]:
        paragraph(f"{each.cell}: {each.short}")
    if more := short[_NAMED:]:
        paragraph(f"and {len(more):,} more")


def named(cells: Sequence[str]) -> str:
    """The names of some, and how many more there are."""
    first = cells[:_NAMED]
    more = len(cells) - len(first)
    return ", ".join(first) + (f" and {more:,} more" if more else "")
