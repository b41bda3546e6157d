"""`yalta export`: transcripts in other forms."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Literal, TextIO

import click

from debate.batch.known import Batches
from debate.cli import complete
from debate.cli.changed import tell_changed
from debate.cli.export_site import export_site
from debate.cli.printer import Printer
from debate.errors import CannotWrite, TranscriptError, UnknownName, UserError
from debate.export import chat, csv
from debate.export.form import FORMS, Form, file_name
from debate.export.source import Source, source
from debate.gathering import called, gathered
from debate.library import short_path
from debate.text import showable
from debate.whole_file import whole

# What is kept of one transcript in memory before it goes to a file that has no name.
_MOST = 4_000_000


@click.command()
@complete.many_transcripts
@click.option("--chat", is_flag=True, help="JSON lines: messages, as a seat sees them.")
@click.option("--csv", is_flag=True, help="A table, one turn a row.")
@click.option("--text", is_flag=True, help="To be read.")
@click.option("--markdown", is_flag=True, help="To be read, or put on a page.")
@click.option("--html", is_flag=True, help="One page, that holds all it needs.")
@click.option("--site", is_flag=True, help="A folder of pages, with a list and search.")
@click.option(
    "--each",
    type=click.Choice(["turn", "conference"]),
    help="What a line of --chat is: a turn, with the prompt as it was sent (if not said), or all "
    "turns of a seat.",
)
@click.option("--seat", "seats", multiple=True, metavar="SEAT", help="These seats' turns alone.")
@click.option(
    "-o",
    "--out",
    metavar="FILE|FOLDER",
    help="Where it goes; into a folder (it is there, ends in /, or has no ending) each transcript "
    "goes by itself.",
)
@click.option("--force", is_flag=True, help="Write over files.")
def export(
    transcripts: tuple[str, ...],
    each: Literal["turn", "conference"] | None,
    seats: tuple[str, ...],
    out: str | None,
    force: bool,
    **forms: bool,
) -> None:
    """Write transcripts, or all of a folder's, in another form.

    --chat is for fine-tuning and analysis: {"messages": [...], "metadata": {...}} a line, from one
    seat's point of view, with nothing in it that the seat may not know. The other forms are of the
    whole conference, private rooms too, but for ballots that are secret.

    Everything says of itself that it is simulated. A transcript that is broken is told and left
    out, and the exit code is then 1. One that was changed after it was written, as its chain of
    hashes shows, is told too.

    \b
    yalta export 2026-01-02-yalta --html -o yalta.html
    yalta export runs/tiers --chat --seat yang -o yang/
    yalta export transcripts --site -o site/
    """
    to = _asked_for(forms)
    form = _form(to, each, seats)
    paths = gathered(transcripts)
    if to == "site":
        export_site(paths, out, force=force)
        return
    batches = Batches()
    broken, known, there = 0, set[str](), False
    changed: list[tuple[Path, int | None]] = []
    show = Printer().status
    with _place(out, form, force, paths) as place:
        if to == "html" and len(paths) > 1 and not isinstance(place, _Folder):
            raise UserError("a page is of one transcript", hint="-o FOLDER/, or --site")
        for n, (path, name) in enumerate(zip(paths, called(paths), strict=True)):
            show(f"Reading transcripts, {n:,} of {len(paths):,}")
            try:
                read = source(path, name, batches.factors(path))
                ids = {card.id for card in read.opened.seats}
                known |= ids
                if not seats or ids & set(seats):
                    there = True
                    _write(form, read, place)
                    changed.append((path, read.broken))
            except TranscriptError as error:
                show("")
                where = error.where or str(path)
                click.echo(showable(f"left out: {where}: {error.message}"), err=True)
                broken += 1
        show("")
        if known and not there:
            raise UnknownName("seat", seats[0], known)
    for path, line in changed:
        tell_changed(path, line)
    for path in place.written:
        click.echo(showable(f"written: {short_path(path)}"), err=True)
    if broken:
        sys.exit(1)


def _asked_for(forms: dict[str, bool]) -> str:
    asked = [name for name, wanted in forms.items() if wanted]
    if not asked:
        raise UserError("say as what", hint="--chat, --csv, --text, --markdown, --html or --site")
    if len(asked) > 1:
        flags = " and ".join(f"--{name}" for name in asked[:2])
        raise UserError(f"{flags} are two forms", hint="export once for each")
    return asked[0]


def _form(to: str, each: str | None, seats: tuple[str, ...]) -> Form:
    if each is not None and to != "chat":
        raise UserError("--each is of --chat alone")
    if seats and to not in ("chat", "csv"):
        raise UserError("--seat is of --chat and --csv alone")
    form = FORMS["html" if to == "site" else to]
    if to == "chat":
        lines = chat.conference_lines if each == "conference" else chat.turn_lines
        return replace(form, texts=partial(lines, seats=seats))
    return replace(form, texts=partial(csv.turn_rows, seats=seats)) if to == "csv" else form


def _write(form: Form, read: Source, place: _Place) -> None:
    """Write one transcript, once all of it could be made."""
    with SpooledTemporaryFile(_MOST, "w+", encoding="utf-8", newline="") as spool:
        spool.writelines(form.texts(read))
        spool.seek(0)
        place.put(read, iter(partial(spool.read, 1 << 16), ""))


# -- where it goes


class _Place:
    """Where texts go: standard output."""

    def __init__(self, form: Form) -> None:
        self._header = form.header
        self.written: list[Path] = []

    def put(self, read: Source, texts: Iterator[str]) -> None:
        """Take a transcript's."""
        if self._header:
            click.echo(self._header, nl=False)
            self._header = ""
        for each in texts:
            click.echo(each, nl=False)


class _File(_Place):
    """One file of all, which is begun with the first and ends with the stack."""

    def __init__(self, form: Form, path: Path, stack: ExitStack) -> None:
        super().__init__(form)
        self._path = path
        self._stack = stack
        self._file: TextIO | None = None

    def put(self, read: Source, texts: Iterator[str]) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._stack.enter_context(whole(self._path))
            self._file.write(self._header)
            self.written.append(self._path)
        self._file.writelines(texts)


class _Folder(_Place):
    """A file of each."""

    def __init__(self, form: Form, files: dict[str, Path]) -> None:
        super().__init__(form)
        self._files = files

    def put(self, read: Source, texts: Iterator[str]) -> None:
        path = self._files[read.name]
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as file:
            file.write(self._header)
            file.writelines(texts)
        self.written.append(path)


@contextmanager
def _place(out: str | None, form: Form, force: bool, paths: list[Path]) -> Iterator[_Place]:
    """Where it goes, as the user says; refused before anything is read or written."""
    if out is None or out == "-":
        yield _Place(form)
        return
    path = Path(out)
    try:
        if path.is_dir() or out.endswith(("/", os.sep)) or not path.suffix:
            files = {name: path / file_name(name, form) for name in called(paths)}
            _check(list(files.values()), force, paths)
            yield _Folder(form, files)
            return
        _check([path], force, paths)
        with ExitStack() as stack:
            yield _File(form, path, stack)
    except OSError as error:
        raise CannotWrite(out, error) from None


def _check(files: list[Path], force: bool, paths: list[Path]) -> None:
    transcripts = {path.resolve() for path in paths}
    for n, file in enumerate(files):
        if file.resolve() in transcripts:
            raise UserError(f"{file} is one of the transcripts that are read")
        if file in files[:n]:
            raise UserError(f"two transcripts would be written to {file}")
        if not force and (file.exists() or file.is_symlink()):
            raise UserError(f"{file} is there already", hint="--force writes over it")
