"""The forms that a transcript is written in, and a file of one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from debate.errors import UserError
from debate.export import chat, csv, html, markdown, text
from debate.export.source import Source
from debate.whole_file import whole


@dataclass(frozen=True, slots=True)
class Form:
    """What transcripts are written as."""

    title: str
    suffix: str
    """How the names of its files end."""
    texts: Callable[[Source], Iterable[str]]
    """All that is written of a transcript, piece by piece."""
    header: str = ""
    """Stands once at the beginning of a file."""


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "html": Form("HTML page, that holds all it needs", ".html", html.texts),
        "markdown": Form("Markdown", ".md", markdown.texts),
        "text": Form("Plain text", ".txt", text.texts),
        "csv": Form("CSV table, one turn a row", ".csv", csv.turn_rows, csv.header()),
        "chat": Form("Chat, JSON lines for fine-tuning", ".chat.ndjson", chat.turn_lines),
    }
)


def file_name(name: str, form: Form) -> str:
    """What a file is called that holds a transcript of this name."""
    plain = name.replace("/", "_").replace(os.sep, "_").lstrip(".") or "transcript"
    return plain + form.suffix


def write_file(form: Form, source: Source, path: Path, *, over: bool) -> None:
    """Write a transcript to a file, as a whole or not at all. Blocks.

    Args:
        form: What it is written as.
        source: The transcript.
        path: The file; folders that are missing are made.
        over: Whether a file that is there may be written over.

    Raises:
        TranscriptError: if the transcript cannot be read any more.
        UserError: if the file cannot be written, or is there and may not be written over.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as file:
            file.write(form.header)
            file.writelines(form.texts(source))
            if not over and os.path.lexists(path):
                raise UserError(f"{path} is there already")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None
