"""`yalta stats`: what is counted in a transcript, or in many."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import click

from debate.batch.audit import Indexes
from debate.batch.known import Batches
from debate.cli import complete, figures
from debate.cli.changed import tell_changed, tell_other
from debate.cli.printer import Printer
from debate.errors import TranscriptError, UnknownName, UserError
from debate.gathering import called, folder_of, gathered
from debate.library import find_transcript, short_path
from debate.stats import stats as count
from debate.tally_report.counted import Changed, Counted, LeftOut
from debate.text import showable
from debate.transcript import Chain, followed
from debate.whole_file import write_whole


@click.command()
@complete.many_transcripts
@click.option(
    "--rows",
    type=click.Choice(["seats", "turns", "motions"]),
    help="Of one transcript, what each row is about: seats in tables, turns in CSV, if not said.",
)
@click.option("--by-turn", is_flag=True, help="The same as --rows turns.")
@click.option(
    "--by",
    metavar="FACTOR,...",
    help="What tells the rows apart: scenario, model, speaker, seat, persona, phase, layout, seed, "
    "transcript, arm, or what else a batch varies.",
)
@click.option("--with-past", is_flag=True, help="Count what forks have copied of a past as well.")
@click.option("--plot", is_flag=True, help="Draw it, in plain characters.")
@click.option("--html", is_flag=True, help="One page with tables and pictures, to be passed on.")
@click.option("--json", "as_json", is_flag=True, help="All that is counted, as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="A line for each row, for a spreadsheet.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where --html goes; without it to a pipe.",
)
@click.option("--force", is_flag=True, help="Write over a file.")
def stats(
    transcripts: tuple[str, ...],
    rows: figures.Rows | None,
    by_turn: bool,
    by: str | None,
    with_past: bool,
    plot: bool,
    html: bool,
    as_json: bool,
    as_csv: bool,
    out: Path | None,
    force: bool,
) -> None:
    """Count turns, words, tokens (in, cached, out, reasoning), seconds and cost in a transcript,
    and what was asked for, tabled and voted; or in many together, or all of a folder's, by
    what --by names (the arm where a batch knows it, else the model).

    A dash is a number that the server did not give. "cached" is the part of the input that a
    prefix cache held; "new" is what had to be read. Withdrawn turns are not in the record: their
    tokens, seconds and cost are counted, their words are not.

    "tries" are calls that came to nothing and were made again; "broken off" are those that brought
    words, so that they may be billed, but nobody says how much: the cost is then "at most" so much.
    It is "unknown" where a finished turn's is.

    Of a batch, "model", "layout" and "seed" are what its plan names, as in `yalta batch table`;
    "speaker" is the model that spoke, be it a seat's own, a fallback or the clerk's. Where no plan
    names a model, both are the same.

    "asks" are answers that nobody hears, such as bids and votes; "assumed" are those of them that
    could not be had, and were set down by rule.

    Of many, a transcript that is broken is told and left out, and the exit code is then 1. One that
    was changed after it was written, as its chain of hashes shows, is told and counted. Of a fork
    only what is its own counts: what it copied is another's, and --with-past counts it as well.
    Figures describe; nothing is scored.

    \b
    yalta stats 2026-01-02-yalta --plot
    yalta stats runs/tiers --by model,arm --csv
    yalta stats runs/tiers --by arm,phase --html -o tiers.html
    """
    forms = {"json": as_json, "csv": as_csv, "plot": plot, "html": html}
    given = [f"--{name}" for name, on in forms.items() if on]
    if len(given) > 1:
        raise UserError(f"{given[0]} and {given[1]} cannot both be had")
    if out is not None:
        _check_out(out, html=html, force=force)
    elif html and sys.stdout.isatty():
        raise UserError("a page is not to be read on a terminal", hint="--html -o FILE")
    rows = "turns" if by_turn and rows is None else rows
    if by is not None or plot or html or len(transcripts) > 1 or folder_of(transcripts[0]):
        if rows is not None:
            hint = "--by transcript gives a row to each of many"
            raise UserError(f"--rows {rows} is of one transcript by itself", hint=hint)
        _show(_counted(transcripts, by, with_past=with_past), given[0] if given else "", out)
        return
    path, chain = find_transcript(transcripts[0]), Chain()
    counted = count(followed(path, chain))
    tell_changed(path, chain.broken)
    if as_json:
        click.echo(figures.as_json(counted, chain))
    elif as_csv:
        click.echo(figures.as_csv(counted, rows or "turns"), nl=False)
    elif rows == "turns":
        figures.show_turns(counted)
    elif rows == "motions":
        figures.show_motions(counted)
    else:
        figures.show_tables(counted)


def _check_out(out: Path, *, html: bool, force: bool) -> None:
    if not html:
        raise UserError("-o is of --html alone", hint="send the others there with > FILE")
    if not force and (out.exists() or out.is_symlink()):
        raise UserError(f"{out} is there already", hint="--force writes over it")


def _counted(names: Sequence[str], by: str | None, *, with_past: bool) -> Counted:
    from debate.tally import Tally

    paths, batches = gathered(names), Batches()
    factors = _factors(by, set().union(*map(batches.factors, paths)))
    tally = Tally(factors, with_past=with_past)
    left_out, changed = [], []
    show = Printer().status
    for n, (path, name) in enumerate(zip(paths, called(paths), strict=True)):
        show(f"Reading transcripts, {n:,} of {len(paths):,}")
        chain = Chain()
        try:
            tally.add(name, followed(path, chain), batches.factors(path), chain)
        except TranscriptError as error:
            show("")
            where = error.where or str(path)
            click.echo(showable(f"left out: {where}: {error.message}"), err=True)
            left_out.append(LeftOut(name, error.message))
        else:
            if chain.broken is not None:
                changed.append(Changed(name, path, chain.broken))
    show("")
    for each in changed:
        tell_changed(each.path, each.line)
    indexes = Indexes()
    for path in paths:
        tell_other(indexes.difference(path))
    return Counted(tally.tallied(), tuple(batches.standing(paths)), tuple(left_out), tuple(changed))


def _show(counted: Counted, form: str, out: Path | None) -> None:
    """Show what was counted; exits 1 if anything was left out."""
    from debate.cli import tallies

    if form == "--json":
        click.echo(tallies.as_json(counted))
    elif form == "--csv":
        click.echo(tallies.as_csv(counted.tallied), nl=False)
    elif form == "--html":
        _show_page(counted, out)
    elif counted.tallied.total.conferences:
        (tallies.show_plots if form else tallies.show_tables)(counted)
    if counted.left_out:
        sys.exit(1)


def _show_page(counted: Counted, out: Path | None) -> None:
    from debate.tally_report.contents import html

    text = html(counted)
    if out is None:
        click.echo(text)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, text.encode())
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}") from None
    click.echo(showable(f"written: {short_path(out)}"), err=True)


def _factors(by: str | None, given: Collection[str]) -> list[str]:
    """The factors that are asked for.

    Args:
        by: Their names, with commas between.
        given: Those that the batch knows.
    """
    from debate.tally import SAID

    if by is None:
        return ["arm" if "arm" in given else "model"]
    named = [name.strip() for name in by.split(",") if name.strip()]
    known = [*SAID, "arm", "cell", *given]
    if unknown := [name for name in named if name not in known]:
        raise UnknownName("factor", unknown[0], set(known))
    return named
