"""Transcripts that were written last: what is said of them, and the list to open them from.

Of a file's lines only those are parsed that say how it stands. What stands there may be anybody's.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.widgets.lobby.plain import MUTED, one_line

SHOWN = 8
_FIRST_LINE = 8 << 20
_TELLING = re.compile(rb'"type"\s*:\s*"(turn\.(closed|withdrawn)|conference\.(closed|forked))"')


@dataclass(frozen=True, slots=True)
class Recent:
    """What is said of a transcript."""

    path: Path
    title: str
    at: datetime | None
    """When it was begun, or forked, in the time of this place."""
    turns: int | None
    """Turns in its record: finished, and not withdrawn; None if it cannot be read."""
    finished: bool
    readable: bool = True
    forked: bool = False
    """Whether it is a fork: its title is its origin's."""


def recent_transcripts(folder: Path, most: int = SHOWN) -> list[Recent]:
    """The transcripts written last, newest first. Blocks: from a coroutine, call it in a thread."""
    found = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.name.endswith(".jsonl") and entry.is_file():
                    found.append((entry.stat().st_mtime, Path(entry.path)))
    return [_look(path) for _, path in sorted(found, reverse=True)[:most]]


def _look(path: Path) -> Recent:
    try:
        with path.open("rb") as file:
            opened = json.loads(file.readline(_FIRST_LINE))
            title, at = one_line(opened["scenario"]["title"]), opened["at"]
            turns, finished, forked = 0, False, None
            for event in _telling(file):
                match event:
                    case {"type": "turn.closed"}:
                        turns += 1
                    case {"type": "turn.withdrawn"}:
                        turns -= 1
                    case {"type": "conference.closed"}:
                        finished = True
                    case {"type": "conference.forked"}:
                        forked = event
        if forked is not None:
            at = forked.get("at") or at
        # A forged time at the end of all time is none of this place.
        when = datetime.fromisoformat(at).astimezone()
        return Recent(path, title, when, turns, finished, forked=forked is not None)
    except (OSError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
        return Recent(path, one_line(path.stem), None, None, finished=False, readable=False)


def _telling(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The whole lines that say how a transcript stands."""
    for line in lines:
        # A quotation mark within a text is escaped, so no words can pose as an event.
        if line.endswith(b"\n") and _TELLING.search(line):
            event = json.loads(line)
            if isinstance(event, dict):
                yield event


class RecentList(OptionList):
    """The transcripts written last."""

    DEFAULT_CSS = """
    RecentList {
        height: auto;
        min-height: 3;
        max-height: 20;
        border: round $foreground 25%;
        border-title-color: $text-muted;
        background: $background;
        padding: 0;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &:focus { border: round $primary; background-tint: $foreground 0%; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted {
            background: $background; color: $foreground; text-style: none;
        }
        &:focus > .option-list--option-highlighted {
            background: $primary 25%; color: $foreground; text-style: none;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "screen.open_recent",
            "Open",
            id="lobby.open_recent",
            tooltip="Read the highlighted transcript",
        ),
        Binding(
            "r",
            "screen.resume_recent(True)",
            "Resume",
            id="lobby.resume_recent",
            tooltip="Go on with the highlighted transcript, if it is unfinished",
        ),
    ]

    def __init__(self) -> None:
        super().__init__(id="recent", markup=False)
        self.border_title = "Recent"
        self._found: Sequence[Recent] = ()

    @property
    def chosen(self) -> Recent | None:
        """The transcript that is highlighted."""
        n = self.highlighted
        return self._found[n] if n is not None and n < len(self._found) else None

    def show(self, found: Sequence[Recent]) -> None:
        """Show these transcripts, and keep the highlight where it is."""
        before = self.chosen
        self._found = tuple(found)
        paths = [recent.path for recent in found]
        nothing = Option(Content.styled("No transcripts yet", MUTED), disabled=True)
        self.set_options([Option(_drawn(recent)) for recent in found] or [nothing])
        if found:
            kept = before is not None and before.path in paths
            self.highlighted = paths.index(before.path) if before and kept else 0

    def on_click(self, event: events.Click) -> None:
        """A double click opens."""
        if event.chain == 2:
            self.call_later(self.run_action, "screen.open_recent")


def _drawn(recent: Recent) -> Content:
    parts = [f"{recent.at:%d %b %Y %H:%M}"] if recent.at else []
    if recent.turns is not None:
        parts.append("1 turn" if recent.turns == 1 else f"{recent.turns} turns")
    standing = ("✓ finished" if recent.finished else "◐ unfinished", MUTED)
    if not recent.readable:
        standing = ("✗ cannot be read", "$text-error")
    elif not recent.finished:
        standing = (standing[0], "$text-warning")
    return Content.assemble(
        ("fork · " if recent.forked else "", MUTED),
        recent.title,
        "\n",
        ("".join(f"{part} · " for part in parts), MUTED),
        standing,
    )
