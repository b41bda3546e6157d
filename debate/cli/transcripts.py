"""`yalta show`, `stats`, `verify`: what can be asked of a transcript."""

from __future__ import annotations

import sys

import click

from debate.cli import figures
from debate.cli.printer import Printer
from debate.errors import TranscriptError, UserError
from debate.library import find_transcript
from debate.stats import stats as count
from debate.text import showable
from debate.transcript import read, read_entries
from debate.verify import verify as check


@click.command()
@click.argument("transcript")
@click.option("--reasoning", is_flag=True, help="Show the models' reasoning too.")
@click.option("--ballots", is_flag=True, help="Show secret votes too, and not only their count.")
def show(transcript: str, reasoning: bool, ballots: bool) -> None:
    """Read TRANSCRIPT (a path, or a name in the transcripts folder)."""
    printer = Printer(reasoning=reasoning, ballots=ballots)
    path = find_transcript(transcript)
    entry = None
    for entry in read_entries(path):
        printer(entry.event)
    if entry is None:
        raise TranscriptError(f"{path} holds no whole line: there is nothing to show")


@click.command()
@click.argument("transcript")
@click.option("--head", metavar="SHA256", help="The last line's hash, as noted before.")
def verify(transcript: str, head: str | None) -> None:
    """Check TRANSCRIPT: its hash chain, its schema, its agenda, and every prompt rendered again.

    A file that was chained anew, or cut off at the end of a line, shows only by the hash of its
    last line: note it, and give it as --head.
    """
    verdict = check(find_transcript(transcript))
    for fault in verdict.faults:
        click.echo(showable(f"{verdict.path}:{fault.line}: {fault.message}"))
    if not verdict.lines:
        click.echo("it holds no whole line: nothing of it can be resumed")
    elif verdict.torn:
        click.echo("the last line is cut off, as by a crash; `yalta resume` drops it")
    changed = head is not None and head.strip().lower() != verdict.head
    if changed:
        click.echo("the last line is not the one whose hash was given")
    word = "good" if verdict.good else f"NOT GOOD, {_counted(len(verdict.faults), 'fault')}"
    click.echo(
        f"{word}: {_counted(verdict.lines, 'line')}, {_counted(verdict.turns, 'turn')}, "
        f"{_counted(verdict.prompts, 'prompt')} rendered again, {verdict.standing}"
    )
    click.echo(f"last line sha256 {verdict.head}")
    if changed or not verdict.good:
        sys.exit(1)


@click.command()
@click.argument("transcript")
@click.option(
    "--rows",
    type=click.Choice(["seats", "turns", "motions"]),
    help="What each row is about: seats in tables, turns in CSV, if not said.",
)
@click.option("--by-turn", is_flag=True, help="The same as --rows turns.")
@click.option("--json", "as_json", is_flag=True, help="All that is counted, as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="A line for each row, for a spreadsheet.")
def stats(
    transcript: str, rows: figures.Rows | None, by_turn: bool, as_json: bool, as_csv: bool
) -> None:
    """Count turns, words, tokens (in, cached, out, reasoning), seconds and cost in TRANSCRIPT,
    and what was asked for, tabled and voted.

    A dash is a number that the server did not give. "cached" is the part of the input that a
    prefix cache held; "new" is what had to be read. Withdrawn turns are not in the record: their
    tokens, seconds and cost are counted, their words are not.

    "tries" are calls that came to nothing and were made again; "broken off" are those that brought
    words, so that they may be billed, but nobody says how much: the cost is then "at most" so much.
    It is "unknown" where a finished turn's is.

    "asks" are answers that nobody hears, such as bids and votes; "assumed" are those of them that
    could not be had, and were set down by rule.
    """
    if as_json and as_csv:
        raise UserError("--json and --csv cannot both be had")
    if by_turn:
        rows = rows or "turns"
    counted = count(read(find_transcript(transcript)))
    if as_json:
        click.echo(figures.as_json(counted))
    elif as_csv:
        click.echo(figures.as_csv(counted, rows or "turns"), nl=False)
    elif rows == "turns":
        figures.show_turns(counted)
    elif rows == "motions":
        figures.show_motions(counted)
    else:
        figures.show_tables(counted)


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
