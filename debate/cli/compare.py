"""`yalta compare`: where two conferences part, and what came of each."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path

import click

from debate.cli import complete
from debate.cli.beside import BETWEEN, SIDE_BY_SIDE, Row, rows_beside
from debate.cli.wrapping import MAX_WIDTH
from debate.columns import wrapped
from debate.compare import Divergence, divergence
from debate.futures import Passage, futures
from debate.library import find_transcript
from debate.text import showable, showable_json
from debate.transcript import read_entries


@click.command()
@click.argument("one", shell_complete=complete.transcripts)
@click.argument("other", shell_complete=complete.transcripts)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def compare(one: str, other: str, as_json: bool) -> None:
    """Show where the transcripts ONE and OTHER part, and what was said and done in each from there.

    They stand side by side in a terminal of 80 columns or more, else one under the other.

    \b
    yalta compare a a-fork-41
    """
    paths = find_transcript(one), find_transcript(other)
    entries = [list(read_entries(path)) for path in paths]
    found = divergence(*entries)
    both = futures(*([entry.event for entry in each] for each in entries))
    if as_json:
        _print_json(paths, found, both)
        return
    click.echo(showable(f"{paths[0].name} and {paths[1].name}: {found}."))
    columns = shutil.get_terminal_size((SIDE_BY_SIDE, 24)).columns
    if not any(both):
        return
    if sys.stdout.isatty() and columns >= SIDE_BY_SIDE:
        _side_by_side(paths, both, min(columns, 2 * MAX_WIDTH + len(BETWEEN)))
    else:
        width = min(columns, MAX_WIDTH) if sys.stdout.isatty() else 10**9
        for path, told in zip(paths, both, strict=True):
            click.echo("\n" + click.style(showable(f"══ {path.name} ══"), bold=True))
            for text, head in _flow(told, width):
                click.echo(click.style(text, bold=head))


def _side_by_side(
    paths: Sequence[Path], both: tuple[list[Passage], list[Passage]], columns: int
) -> None:
    """Two columns: what comes in a phase of one begins beside what comes in the same of the other,
    and passages stand beside each other one by one."""
    width = (columns - len(BETWEEN)) // 2
    rows_beside([(paths[0].name, True)], [(paths[1].name, True)], width)
    rows_beside([("─" * width, False)], [("─" * width, False)], width)
    for phase in zip_longest(*map(_by_phase, both), fillvalue=()):
        for one, other in zip_longest(*phase):
            rows_beside([*_flow_of(one, width)], [*_flow_of(other, width)], width)


def _by_phase(told: Iterable[Passage]) -> list[list[Passage]]:
    """Passages by the phases that they belong to; the first are of the phase then open."""
    phases: list[list[Passage]] = [[]]
    for passage in told:
        if passage.kind == "phase.opened":
            phases.append([])
        phases[-1].append(passage)
    return phases


def _flow(told: Iterable[Passage], width: int) -> Iterator[Row]:
    for passage in told:
        yield from _flow_of(passage, width)


def _flow_of(passage: Passage | None, width: int) -> Iterator[Row]:
    """The lines of a passage, a blank one before them."""
    if passage is None:
        return
    yield "", False
    if passage.kind == "phase.opened":
        yield from ((line, True) for line in wrapped(f"── {passage.text} ──", width))
        return
    if passage.kind == "turn":
        marks = f" ({'; '.join(passage.marks)})" if passage.marks else ""
        yield from ((line, True) for line in wrapped(passage.name + marks, width))
    yield from ((line, False) for line in wrapped(passage.text, width))


def _print_json(
    paths: Sequence[Path], found: Divergence, both: tuple[list[Passage], list[Passage]]
) -> None:
    told = {
        "lines": found.lines,
        "turns": found.turns,
        "same": found.whole,
        "futures": [
            {
                "transcript": str(path),
                "turn": turn,
                "passages": [asdict(passage) for passage in passages],
            }
            for path, turn, passages in zip(paths, found.apart, both, strict=True)
        ],
    }
    click.echo(showable_json(json.dumps(told, indent=2, ensure_ascii=False)))
