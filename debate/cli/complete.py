"""What a shell offers for a word that is being typed: names, from folders and tables alone.

A completion has to be there at once and must never fail, so no file is read for it but the user's
own profiles, no server is asked, and whatever is wrong gives no names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from debate.errors import YaltaError

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
_MOST = 200
_FILES = CompletionItem("", type="file")
"""Tells the shell to go on with files."""


def _completer(names: Callable[[], Iterable[str]]) -> Completer:
    """Offer the names that begin as the word does; files, where none does."""

    def complete(ctx: click.Context, param: click.Parameter, word: str) -> list[CompletionItem]:
        try:
            found = [name for name in names() if name.startswith(word)][:_MOST]
        except (YaltaError, OSError, ValueError):
            found = []
        return [CompletionItem(name) for name in found] or [_FILES]

    return complete


def _scenarios() -> Iterable[str]:
    from debate.library import scenario_files

    return scenario_files()


def _personas() -> Iterable[str]:
    from debate.library import persona_files

    return persona_files()


def _transcripts() -> Iterable[str]:
    """Those of the folder where runs are saved, the newest first."""
    from debate.library import transcripts_folder

    there = transcripts_folder().glob("*.jsonl")
    return [path.stem for path in sorted(there, key=lambda p: p.stat().st_mtime, reverse=True)]


def _models() -> Iterable[str]:
    from debate.speakers.availability import model_choices

    return model_choices()


def _files() -> Iterable[str]:
    from debate.speakers.catalog import CATALOG

    return [entry.name for entry in CATALOG]


def _studies() -> Iterable[str]:
    """Folders here that hold a study."""
    return sorted(path.parent.name for path in Path().glob("*/key.json"))


scenarios = _completer(_scenarios)
personas = _completer(_personas)
transcripts = _completer(_transcripts)
models = _completer(_models)
files = _completer(_files)
studies = _completer(_studies)

many_transcripts = click.argument(
    "transcripts", nargs=-1, required=True, metavar="T|FOLDER...", shell_complete=transcripts
)
"""The argument of commands that take transcripts, or all of a folder's."""


def seats(ctx: click.Context, param: click.Parameter, word: str) -> list[CompletionItem]:
    """Personas with commas between: the last is completed."""
    before, comma, last = word.rpartition(",")
    found = personas(ctx, param, last)
    return [
        CompletionItem(f"{before}{comma}{item.value}") for item in found if item.type == "plain"
    ]
