"""`yalta export --site`: a folder of pages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from debate.batch.known import Batches
from debate.cli.changed import tell_changed
from debate.cli.printer import Printer
from debate.errors import TranscriptError, UserError
from debate.export.site import LIST, SEARCH, Site, write
from debate.gathering import called
from debate.library import short_path
from debate.text import showable


def export_site(paths: Sequence[Path], out: str | None, *, force: bool) -> None:
    """Write the pages of some transcripts, and exit 1 if any was left out.

    Args:
        paths: The transcripts.
        out: The folder, as the user says it.
        force: Whether files may be written over.

    Raises:
        UserError: before anything is written, if it cannot go there.
    """
    if out is None or out == "-":
        raise UserError("a site needs a folder", hint="-o FOLDER")
    folder, site = Path(out), Site(paths, called(paths))
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is no folder")
    there = [
        name for name in site.files if (folder / name).exists() or (folder / name).is_symlink()
    ]
    if there and not force:
        more = f", and {len(there) - 1} more" if len(there) > 1 else ""
        raise UserError(
            f"{folder / there[0]} is there already{more}", hint="--force writes over it"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        broken = _write(site, paths, folder)
    except OSError as error:
        raise UserError(f"cannot write {error.filename or out}: {error.strerror}") from None
    click.echo(showable(f"written: {short_path(folder / LIST)}"), err=True)
    if broken:
        sys.exit(1)


def _write(site: Site, paths: Sequence[Path], folder: Path) -> int:
    """Write all; how many were left out."""
    batches, show, broken = Batches(), Printer().status, 0
    changed: list[tuple[Path, int | None]] = []
    for n, path in enumerate(paths):
        show(f"Writing pages, {n:,} of {len(paths):,}")
        try:
            write(folder, *site.page(path, batches.factors(path)))
            changed.append((path, site.broken(path)))
        except TranscriptError as error:
            show("")
            where = error.where or str(path)
            click.echo(showable(f"left out: {where}: {error.message}"), err=True)
            broken += 1
    show("")
    for path, line in changed:
        tell_changed(path, line)
    write(folder, SEARCH, site.search())
    write(folder, LIST, site.listing())
    return broken
