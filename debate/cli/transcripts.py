"""`yalta show`, `stats`, `verify`: what can be asked of a transcript, and counted in many."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence

import click

from debate.cli import complete, figures
from debate.cli.printer import Printer
from debate.errors import TranscriptError, UnknownName, UserError
from debate.factors import BatchIndexes
from debate.gathering import called, folder_of, gathered
from debate.library import find_transcript
from debate.stats import stats as count
from debate.text import showable
from debate.transcript import read, read_entries
from debate.verify import verify as check


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
@click.argument("transcript", shell_complete=complete.transcripts)
@click.option("--head", metavar="SHA256", help="The last line's hash, as noted before.")
def verify(transcript: str, head: str | None) -> None:
    """Check TRANSCRIPT: its hash chain, its schema, its agenda, and every prompt rendered again.

    A file that was chained anew, or cut off at the end of a line, shows only by the hash of its
    last line: note it, and give it as --head.

    \b
    yalta verify 2026-01-02-yalta
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
@click.argument(
    "transcripts",
    shell_complete=complete.transcripts,
    nargs=-1,
    required=True,
    metavar="T|FOLDER...",
)
@click.option(
    "--rows",
    type=click.Choice(["seats", "turns", "motions"]),
    help="Of one transcript, what each row is about: seats in tables, turns in CSV, if not said.",
)
@click.option("--by-turn", is_flag=True, help="The same as --rows turns.")
@click.option(
    "--by",
    metavar="FACTOR,...",
    help="What tells the rows apart: scenario, model, seat, persona, phase, layout, seed, "
    "transcript, arm, or what else a batch's index gives.",
)
@click.option("--plot", is_flag=True, help="Draw it, in plain characters.")
@click.option("--json", "as_json", is_flag=True, help="All that is counted, as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="A line for each row, for a spreadsheet.")
def stats(
    transcripts: tuple[str, ...],
    rows: figures.Rows | None,
    by_turn: bool,
    by: str | None,
    plot: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Count turns, words, tokens (in, cached, out, reasoning), seconds and cost in a transcript,
    and what was asked for, tabled and voted; or in many together, or all of a folder's, by
    what --by names (the arm where a batch's index knows it, else the model).

    A dash is a number that the server did not give. "cached" is the part of the input that a
    prefix cache held; "new" is what had to be read. Withdrawn turns are not in the record: their
    tokens, seconds and cost are counted, their words are not.

    "tries" are calls that came to nothing and were made again; "broken off" are those that brought
    words, so that they may be billed, but nobody says how much: the cost is then "at most" so much.
    It is "unknown" where a finished turn's is.

    "asks" are answers that nobody hears, such as bids and votes; "assumed" are those of them that
    could not be had, and were set down by rule.

    Of many, a transcript that is broken is told and left out, and the exit code is then 1. Figures
    describe; nothing is scored.

    \b
    yalta stats 2026-01-02-yalta --plot
    yalta stats runs/tiers --by model,arm --csv
    """
    if as_json + as_csv + plot > 1:
        given = [f"--{n}" for n, on in {"json": as_json, "csv": as_csv, "plot": plot}.items() if on]
        raise UserError(f"{given[0]} and {given[1]} cannot both be had")
    rows = "turns" if by_turn and rows is None else rows
    if by is not None or plot or len(transcripts) > 1 or folder_of(transcripts[0]):
        if rows is not None:
            hint = "--by transcript gives a row to each of many"
            raise UserError(f"--rows {rows} is of one transcript by itself", hint=hint)
        _stats_of_many(transcripts, by, "json" if as_json else "csv" if as_csv else plot)
        return
    counted = count(read(find_transcript(transcripts[0])))
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


def _stats_of_many(names: Sequence[str], by: str | None, shown: str | bool) -> None:
    from debate.cli import tallies
    from debate.tally import Tally

    paths, indexes = gathered(names), BatchIndexes()
    tally = Tally(_factors(by, set().union(*map(indexes.factors, paths))))
    left_out = []
    show = Printer().status
    for n, (path, name) in enumerate(zip(paths, called(paths), strict=True)):
        show(f"Reading transcripts, {n:,} of {len(paths):,}")
        events = (entry.event for entry in read_entries(path))
        try:
            tally.add(name, events, indexes.factors(path))
        except TranscriptError as error:
            show("")
            where = error.where or str(path)
            click.echo(showable(f"left out: {where}: {error.message}"), err=True)
            left_out.append(tallies.LeftOut(name, error.message))
    show("")
    tallied = tally.tallied()
    if shown == "json":
        click.echo(tallies.as_json(tallied, left_out))
    elif shown == "csv":
        click.echo(tallies.as_csv(tallied), nl=False)
    elif tallied.total.conferences:
        (tallies.show_plots if shown else tallies.show_tables)(tallied)
    if left_out:
        sys.exit(1)


def _factors(by: str | None, given: Collection[str]) -> list[str]:
    """The factors that are asked for.

    Args:
        by: Their names, with commas between.
        given: Those that the batch's index gives.
    """
    from debate.tally import SAID

    if by is None:
        return ["arm" if "arm" in given else "model"]
    named = [name.strip() for name in by.split(",") if name.strip()]
    known = [*SAID, "arm", "cell", *given]
    if unknown := [name for name in named if name not in known]:
        raise UnknownName("factor", unknown[0], set(known))
    return named


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
