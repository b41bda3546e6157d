"""`yalta library`: which transcripts there are, what was said in them, how forks hang together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import click
from pydantic import TypeAdapter

from debate.cli.printer import Printer
from debate.cli.table import table
from debate.library import transcript_folders, transcripts_folder
from debate.listed import Branch, Listed
from debate.shelf import SORTS, Found, Shelf, Sort
from debate.text import showable

_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.group()
def library() -> None:
    """List and search transcripts.

    They are looked for where runs are saved, in transcripts/ of the working folder, in your data
    folder, and in the folders directly in these.
    """


@library.command("list")
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default="opened",
    help="Newest, largest, longest first; titles from A to Z.",
)
@click.option("--reverse", is_flag=True, help="The other way round.")
@_JSON
def list_(sort: Sort, reverse: bool, as_json: bool) -> None:
    """List every transcript, the newest first.

    \b
    yalta library list --sort turns
    yalta library list --json
    """
    with _shelf() as shelf:
        listed = shelf.listing(sort, reverse=reverse)
    if as_json:
        _print_json(TypeAdapter(list[Listed]).dump_python(listed, mode="json"))
    elif listed:
        head = ["transcript", "opened", "turns", "words", "standing", "title"]
        table(head, [_row(entry) for entry in listed], "llrrll")
    else:
        _nothing("no transcripts")


@library.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@_JSON
def search(query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find turns in which all words of QUERY stand, in what was said or in the speaker's name.

    Motions, titles, notes from the chair and what the record says of what was done, such as a
    count of votes, are searched too. Every character stands for itself.

    \b
    yalta library search tiered open weights
    yalta library search 开放权重 --limit 10
    """
    with _shelf() as shelf:
        found = shelf.search(" ".join(query), limit)
    if as_json:
        _print_json(TypeAdapter(list[Found]).dump_python(found, mode="json"))
        return
    for hit in found:
        start, end = hit.span
        match = click.style(hit.snippet[start:end], bold=True) if end else ""
        click.echo(f"{_name(hit.path)}  {_place(hit)}")
        click.echo(f"  {hit.snippet[:start]}{match}{hit.snippet[end:]}")
    if not found:
        _nothing("nothing found")


@library.command()
def tree() -> None:
    """Show every transcript, forks beneath what they were forked from.

    \b
    yalta library tree
    """
    with _shelf() as shelf:
        branches = shelf.tree()
    rows = [
        [drawn + _name(b.listed.path), str(b.listed.turns), b.listed.state, _about(b.listed)]
        for drawn, b in _drawn(branches)
    ]
    if rows:
        table(["transcript", "turns", "standing", "title"], rows, "lrll")
    else:
        _nothing("no transcripts")


@contextmanager
def _shelf() -> Iterator[Shelf]:
    """The index, up to date."""
    show = Printer().status
    with Shelf.open() as shelf:
        try:
            shelf.refresh(lambda done, total: show(f"Reading transcripts, {done:,} of {total:,}"))
        finally:
            show("")
        yield shelf


def _row(entry: Listed) -> list[str]:
    about = f"{entry.title} ({entry.error})" if entry.error else entry.title
    about += f" ({showable(entry.origin)})" if entry.origin else ""
    return [
        _name(entry.path),
        _when(entry.begun_at),
        str(entry.turns),
        f"{entry.words:,}",
        entry.state,
        about,
    ]


def _when(at: datetime | None) -> str:
    if at is None:
        return "-"
    with suppress(OverflowError):  # a forged time, at the end of all time
        at = at.astimezone()
    return f"{at:%Y-%m-%d %H:%M}"


def _about(entry: Listed) -> str:
    if entry.forked_from is None:
        return entry.title or entry.error or ""
    return f"forked after turn {entry.forked_at}" if entry.forked_at else "forked at its opening"


def _place(hit: Found) -> str:
    match hit.kind:
        case "motion":
            return "title and motion"
        case "note":
            return f"note from the chair to {hit.name or 'all'}, {_after(hit.turn)}"
        case "record":
            who = f"{hit.name}, in " if hit.name else ""
            return f"{who}the record, {_after(hit.turn)}"
        case "turn":
            return f"turn {hit.turn}, {hit.name}"


def _after(turn: int) -> str:
    return f"after turn {turn}" if turn else "before the first turn"


def _name(path: Path) -> str:
    """What other commands take for a transcript: its name, or else its path."""
    if path.parent == transcripts_folder().resolve():
        return showable(path.stem)
    here = Path.cwd()
    return showable(str(path.relative_to(here) if path.is_relative_to(here) else path))


def _drawn(branches: tuple[Branch, ...]) -> Iterator[tuple[str, Branch]]:
    """Every branch, root first, with the lines that lead to it."""
    waiting = [("", "", branch) for branch in reversed(branches)]
    while waiting:
        drawn, beneath, branch = waiting.pop()
        yield drawn, branch
        for n, fork in enumerate(reversed(branch.forks)):
            last = n == 0
            waiting.append(
                (beneath + ("└─ " if last else "├─ "), beneath + ("   " if last else "│  "), fork)
            )


def _print_json(data: object) -> None:
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def _nothing(what: str) -> None:
    where = ", ".join(map(str, transcript_folders())) or str(transcripts_folder())
    click.echo(showable(f"{what} in {where}"), err=True)
