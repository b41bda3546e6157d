"""`yalta show`, `yalta stats` and `yalta verify`: what can be asked of a transcript."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from debate.cli.printer import Printer, cells
from debate.library import find_transcript
from debate.stats import Figures, Stats
from debate.stats import stats as count
from debate.text import showable
from debate.transcript import read, read_entries
from debate.verify import verify as check


@click.command()
@click.argument("transcript")
@click.option("--reasoning", is_flag=True, help="Show the models' reasoning too.")
def show(transcript: str, reasoning: bool) -> None:
    """Read TRANSCRIPT (a path, or a name in the transcripts folder)."""
    printer = Printer(reasoning=reasoning)
    for entry in read_entries(find_transcript(transcript)):
        printer(entry.event)


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
    if verdict.torn:
        click.echo("the last line is cut off, as by a crash; `yalta resume` drops it")
    changed = head is not None and head.strip().lower() != verdict.head
    if changed:
        click.echo("the last line is not the one whose hash was given")
    word = "good" if verdict.good else f"NOT GOOD, {len(verdict.faults)} faults"
    click.echo(
        f"{word}: {verdict.lines} lines, {verdict.turns} turns, "
        f"{verdict.prompts} prompts rendered again, {verdict.standing}"
    )
    click.echo(f"last line sha256 {verdict.head}")
    if changed or not verdict.good:
        sys.exit(1)


@click.command()
@click.argument("transcript")
@click.option("--by-turn", is_flag=True, help="One row a turn instead of a seat.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, seats and turns.")
def stats(transcript: str, by_turn: bool, as_json: bool) -> None:
    """Count turns, words, tokens (in, cached, out, reasoning) and seconds in TRANSCRIPT.

    A dash is a number that the server did not give. "cached" is the part of the input that a
    prefix cache held; "new" is what had to be read.
    """
    counted = count(read(find_transcript(transcript)))
    if as_json:
        click.echo(json.dumps(_as_json(counted), indent=2, ensure_ascii=False))
    elif by_turn:
        _table(
            ["turn", "seat", "words", "in", "cached", "new", "out", "first s", "s"], _turns(counted)
        )
    else:
        head = ["seat", "turns", "failed", "words", "in", "cached", "new", "out", "reasoning", "s"]
        _table(head, [_row(f) for f in (*counted.seats, counted.total)])


def _row(f: Figures) -> list[str]:
    share = "" if f.cached_share is None else f" ({f.cached_share:.0%})"
    return [
        showable(f.name),
        *(str(f.turns), str(f.failed), f"{f.words:,}"),
        *(_number(f.input), _number(f.cached) + share, _number(f.new)),
        *(_number(f.output), _number(f.reasoning), f"{f.seconds:.1f}"),
    ]


def _turns(counted: Stats) -> list[list[str]]:
    rows = []
    for t in counted.turns:
        u = t.usage
        new = None if u.input is None or u.cached is None else u.input - u.cached
        first = "-" if t.first is None else f"{t.first:.2f}"
        numbers = [_number(n) for n in (u.input, u.cached, new, u.output)]
        rows.append([str(t.turn), t.seat, str(t.words), *numbers, first, f"{t.total:.2f}"])
    return rows


def _as_json(counted: Stats) -> dict[str, object]:
    return {
        "title": counted.title,
        "seats": [asdict(f) | {"new": f.new} for f in counted.seats],
        "total": asdict(counted.total) | {"new": counted.total.new},
        "turns": [asdict(t) | {"usage": t.usage.model_dump()} for t in counted.turns],
    }


def _number(n: int | None) -> str:
    return "-" if n is None else f"{n:,}"


def _table(head: list[str], rows: list[list[str]]) -> None:
    widths = [max(cells(row[n]) for row in (head, *rows)) for n in range(len(head))]
    for row in (head, *rows):
        first = row[0] + " " * (widths[0] - cells(row[0]))
        rest = (" " * (w - cells(c)) + c for c, w in zip(row[1:], widths[1:], strict=True))
        click.echo("  ".join((first, *rest)).rstrip())
