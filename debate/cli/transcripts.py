"""`yalta show`, `verify`: what can be asked of a transcript."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from debate.cli import complete
from debate.cli.printer import Printer
from debate.errors import TranscriptError, UserError
from debate.gathering import folder_of, gathered
from debate.library import find_transcript
from debate.text import showable
from debate.transcript import read_entries
from debate.verify import Verdict
from debate.verify import verify as check

if TYPE_CHECKING:
    from debate.batch.audit import Difference, Indexes


@click.command()
@click.argument("transcript", shell_complete=complete.transcripts)
@click.option("--reasoning", is_flag=True, help="Show the models' reasoning too.")
@click.option("--ballots", is_flag=True, help="Show secret votes too, and not only their count.")
def show(transcript: str, reasoning: bool, ballots: bool) -> None:
    """Read TRANSCRIPT (a path, or a name in the transcripts folder).

    \b
    yalta show 2026-01-02-yalta
    yalta show transcripts/a.jsonl --reasoning --ballots
    """
    printer = Printer(reasoning=reasoning, ballots=ballots)
    path = find_transcript(transcript)
    entry = None
    for entry in read_entries(path):
        printer(entry.event)
    if entry is None:
        raise TranscriptError(f"{path} holds no whole line: there is nothing to show")


@click.command()
@complete.many_transcripts
@click.option("--head", metavar="SHA256", help="Of one: the last line's hash, as noted before.")
def verify(transcripts: tuple[str, ...], head: str | None) -> None:
    """Check transcripts, or all of a folder's: hash chain, schema, agenda, and every prompt
    rendered again. Exits 1 if any is not good.

    A file that was chained anew, or cut off at the end of a line, shows only by the hash of its
    last line: note it, and give it as --head. The index of a batch has noted those of its
    transcripts: they are held against it, and those that are missing are told.

    \b
    yalta verify 2026-01-02-yalta
    yalta verify runs/tiers
    """
    from debate.batch.audit import Indexes

    indexes = Indexes()
    if len(transcripts) > 1 or folder_of(transcripts[0]):
        if head is not None:
            raise UserError("--head is the last line's hash of one transcript")
        _verify_many(transcripts, indexes)
        return
    verdict = check(find_transcript(transcripts[0]))
    for fault in verdict.faults:
        click.echo(showable(f"{verdict.path}:{fault.line}: {fault.message}"))
    if not verdict.lines:
        click.echo("it holds no whole line: nothing of it can be resumed")
    elif verdict.torn:
        click.echo("the last line is cut off, as by a crash; `yalta resume` drops it")
    changed = head is not None and head.strip().lower() != verdict.head
    if changed:
        click.echo("the last line is not the one whose hash was given")
    beside = indexes.difference(verdict.path)
    if beside is not None:
        click.echo(showable(f"{verdict.path}: {beside.told}"))
    lost = beside is not None and beside.lost
    word = "NOT GOOD" if lost and verdict.good else _word(verdict)
    click.echo(f"{word}: {_told(verdict)}")
    click.echo(f"last line sha256 {verdict.head}")
    if changed or lost or not verdict.good:
        sys.exit(1)


def _verify_many(names: Sequence[str], indexes: Indexes) -> None:
    """A line for each, also for those that are missing, and one for all."""
    folders = dict.fromkeys(folder for name in names if (folder := folder_of(name)))
    missing = [each for folder in folders for each in indexes.missing(folder)]
    try:
        paths = gathered(names)
    except UserError:
        if not missing:
            raise
        paths = []  # all of them are gone
    good = 0
    show = Printer().status
    for n, path in enumerate(paths):
        show(f"Checking transcripts, {n:,} of {len(paths):,}")
        verdict = check(path)
        beside = indexes.difference(path)
        fault = _fault(verdict, beside, indexes)
        good += not fault
        show("")
        click.echo(showable(fault or _praise(verdict, beside, indexes)))
    for each in missing:
        click.echo(showable(f"NOT GOOD: {each.path}: {each.told}"))
    total = len(paths) + len(missing)
    click.echo(f"{good:,} of {_counted(total, 'transcript')} good")
    for unreadable in indexes.unreadable:
        click.echo(showable(f"nothing can be held against an index: {unreadable}"))
    if good < total or indexes.unreadable:
        sys.exit(1)


def _fault(verdict: Verdict, beside: Difference | None, indexes: Indexes) -> str:
    """What is wrong with one of many, by itself or beside its index; empty if nothing is."""
    path = verdict.path
    if not verdict.good:
        first = verdict.faults[0]
        return f"{_word(verdict)}: {path}:{first.line}: {first.message}"
    if beside is not None and beside.lost:
        return f"NOT GOOD: {path}: {beside.told}"
    if indexes.strange(path):
        return f"NOT GOOD: {path}: it is of no conference of the batch in this folder"
    return ""


def _praise(verdict: Verdict, beside: Difference | None, indexes: Indexes) -> str:
    said = f"{_word(verdict)}: {verdict.path}: {_told(verdict)}"
    if verdict.torn:
        said += ", its last line cut off"
    if beside is not None:
        said += f"; {beside.told}"
    return said + ("; the index does not know it yet" if indexes.under_way(verdict.path) else "")


def _word(verdict: Verdict) -> str:
    return "good" if verdict.good else f"NOT GOOD, {_counted(len(verdict.faults), 'fault')}"


def _told(verdict: Verdict) -> str:
    return (
        f"{_counted(verdict.lines, 'line')}, {_counted(verdict.turns, 'turn')}, "
        f"{_counted(verdict.prompts, 'prompt')} rendered again, {verdict.standing}"
    )


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
