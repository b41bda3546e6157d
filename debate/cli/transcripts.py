"""`yalta show`, `stats`, `verify`, `fork`: what can be asked of a transcript, and begun from it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from debate.cli.printer import Printer
from debate.cli.table import table
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
@click.option("--turn", type=click.IntRange(0), help="The last turn to keep; 0 keeps none.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="File (.jsonl) or folder of the new one."
)
@click.option("--seed", type=int, help="Seed of what follows; drawn if not given.")
def fork(transcript: str, turn: int | None, out: Path | None, seed: int | None) -> None:
    """Begin another future of TRANSCRIPT, after its last finished turn or an earlier one.

    The new transcript begins with a copy of what was said up to there. TRANSCRIPT stays as it is.
    """
    from debate.fork import fork as begin

    path = begin(find_transcript(transcript), turn=turn, out=out, seed=seed)
    click.echo(showable(str(path)))
    click.echo(showable(f"Go on with:  yalta resume {path}"), err=True)


@click.command()
@click.argument("transcript")
@click.option("--by-turn", is_flag=True, help="One row a turn instead of a seat.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, seats and turns.")
def stats(transcript: str, by_turn: bool, as_json: bool) -> None:
    """Count turns, words, tokens (in, cached, out, reasoning) and seconds in TRANSCRIPT.

    A dash is a number that the server did not give. "cached" is the part of the input that a
    prefix cache held; "new" is what had to be read. Withdrawn turns are not in the record: their
    tokens and seconds are counted, their words are not.
    """
    counted = count(read(find_transcript(transcript)))
    if as_json:
        click.echo(json.dumps(_as_json(counted), indent=2, ensure_ascii=False))
    elif by_turn:
        table(
            ["turn", "seat", "words", "in", "cached", "new", "out", "first s", "s"], _turns(counted)
        )
    else:
        withdrawn = ["withdrawn"] if counted.total.withdrawn else []
        head = ["seat", "turns", *withdrawn, "failed", "words", "in", "cached", "new", "out"]
        figures = (*counted.seats, counted.total)
        table([*head, "reasoning", "s"], [_row(f, bool(withdrawn)) for f in figures])


def _row(f: Figures, withdrawn: bool) -> list[str]:
    share = "" if f.cached_share is None else f" ({f.cached_share:.0%})"
    return [
        showable(f.name),
        *(str(f.turns), *([str(f.withdrawn)] if withdrawn else []), str(f.failed), f"{f.words:,}"),
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
        seat = f"{t.seat} (withdrawn)" if t.withdrawn else t.seat
        rows.append([str(t.turn), seat, str(t.words), *numbers, first, f"{t.total:.2f}"])
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
