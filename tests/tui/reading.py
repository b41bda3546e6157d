"""Transcripts for tests of the library, the reader and the comparison."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import asynccontextmanager
from pathlib import Path

from worlds import Play, manifest, scenario

from debate.agenda import GiveFloor
from debate.events import AnyEvent, TurnFailed, dump
from debate.transcript import GENESIS, Transcript
from debate.transcript.chain import line_hash
from tui.app import YaltaApp

Speak = Callable[[GiveFloor, int], str | TurnFailed]


def write(path: Path, events: list[AnyEvent]) -> Path:
    """A transcript with these events, as of now."""
    with Transcript.create(path) as transcript:
        for event in events:
            transcript.append(event)
    return path


def write_as_timed(path: Path, events: list[AnyEvent]) -> Path:
    """A transcript with the times that the events have."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head, lines = GENESIS, []
    for event in events:
        lines.append(dump(event.model_copy(update={"prev": head})))
        head = line_hash(lines[-1])
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def played(
    seats: tuple[str, ...] = ("ada", "bo"), rounds: int = 2, speak: Speak | None = None, **more
) -> list[AnyEvent]:
    """The events of a conference of two phases."""
    phases = [
        {"kind": "plenary", "rounds": rounds, "title": "Plenary"},
        {"kind": "closing", "title": "Closing"},
    ]
    return Play(manifest(scenario(seats, phases, **more)), speak).run().events


@asynccontextmanager
async def showing(screen, size=(120, 40)):
    """An app that has this screen open."""
    app = YaltaApp(screen)
    async with app.run_test(size=size) as pilot:
        yield pilot, screen


def shown(record) -> str:
    """All that a record says."""
    return "\n".join(f"{b.name}\n{b.side}\n{b.text}\n{b.aside}" for b in record.blocks)


def on_screen(app) -> str:
    """The text on the screen, line by line."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def widgets(app) -> int:
    """How many widgets are mounted."""
    return len(list(app.screen.query("*")))
