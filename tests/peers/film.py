"""Makes the README's moving picture of a conference on the stage from a transcript.

    python tests/peers/film.py transcripts/sample-yalta.jsonl tests/pictures/film.svg

The stage holds the same conference again, with the transcript's own replies, and is photographed at
marked moments. The film is one SVG with its own style and no script: each line that was ever on
the screen is drawn once, and shown at the places and times at which it stood there. Who asks for
less motion sees the last picture stand still.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import re
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from types import SimpleNamespace

from debate import read_transcript
from debate.events import AnyEvent, PhaseOpened, TurnClosed, TurnOpened
from tui.app import YaltaApp
from tui.screens import reader
from tui.widgets.reader.playback import offsets

SIZE = (110, 30)
STEPS, EACH = 22, 0.8  # pictures of a phase, and seconds of the conference between them
PACE, LAST = 0.12, 3.0  # seconds that a picture is seen, and the last one
_CELL, _LINE = 12.2, 24.4  # of a terminal's picture, as Textual draws it
_SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Film:
    """Pictures of a terminal, each a list of drawn lines, and how long each is seen in seconds."""

    pictures: list[tuple[float, list[str]]] = field(default_factory=list)

    def take(self, app: YaltaApp, seconds: float) -> None:
        """Photograph what is on the screen now."""
        lines = list(_lines(app.export_screenshot()))
        if self.pictures and self.pictures[-1][1] == lines:
            seconds += self.pictures.pop()[0]
        self.pictures.append((seconds, lines))

    def svg(self) -> str:
        """The film."""
        whole = sum(seconds for seconds, _ in self.pictures)
        shown: dict[tuple[int, str], list[list[float]]] = {}
        now = 0.0
        for seconds, lines in self.pictures:
            for row, line in enumerate(lines):
                spans = shown.setdefault((row, line), [])
                if spans and spans[-1][1] == now:
                    spans[-1][1] = now + seconds
                else:
                    spans.append([now, now + seconds])
            now += seconds
        drawn = {line: f"l{n}" for n, line in enumerate(dict.fromkeys(line for _, line in shown))}
        times: dict[str, str] = {}
        uses, still = [], self.pictures[-1][1]
        for (row, line), spans in shown.items():
            if not line:
                continue
            steps = _keyframes(spans, whole)
            kept = " k" if still[row] == line else ""
            name = times.setdefault(steps, f"t{len(times)}") if steps else ""
            uses.append(f'<use href="#{drawn[line]}" y="{row * _LINE:.1f}" class="{name}{kept}"/>')
        width, height = SIZE[0] * _CELL, SIZE[1] * _LINE
        frames = "".join(f"@keyframes {name}{{{steps}}}" for steps, name in times.items())
        played = "".join(f".{name}{{animation-name:{name}}}" for name in times.values())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width + 18:.0f} '
            f'{height + 50:.0f}" role="img" aria-label="A conference on the stage">'
            "<style>text{font:20px 'Fira Code',Menlo,Consolas,monospace;white-space:pre}"
            f"use{{animation:{whole:.1f}s step-end infinite}}{frames}{played}"
            "@media (prefers-reduced-motion:reduce){use{animation:none!important;"
            "visibility:hidden}.k{visibility:visible}}</style><defs>"
            + "".join(f'<g id="{name}">{line}</g>' for line, name in drawn.items() if line)
            + '</defs><rect width="100%" height="100%" rx="8" fill="#1c2129"/>'
            '<g fill="#ff5f57"><circle cx="26" cy="22" r="7"/><circle cx="48" cy="22" r="7" '
            'fill="#febc2e"/><circle cx="70" cy="22" r="7" fill="#28c840"/></g>'
            f'<g transform="translate(9,41)">{"".join(uses)}</g></svg>\n'
        )


def _keyframes(spans: list[list[float]], whole: float) -> str:
    """When a line is seen, in percent of the film; empty if it always is."""
    if spans == [[0.0, whole]] or abs(sum(b - a for a, b in spans) - whole) < 1e-6:
        return ""
    steps = {0.0: "hidden"}
    for begun, ended in spans:
        steps[begun] = "visible"
        steps[ended] = "hidden"
    return "".join(
        f"{at / whole * 100:.2f}%{{visibility:{how}}}" for at, how in sorted(steps.items())
    )


def _lines(picture: str) -> Iterator[str]:
    """The lines of a terminal's picture, each drawn as if it were the first."""
    colours = dict(re.findall(r"\.([\w-]+-r\d+) \{ (.*?) \}", picture))
    root = ET.fromstring(picture)
    rows: list[list[str]] = [[] for _ in range(SIZE[1])]
    for element in root.iter():
        if element.tag == f"{_SVG}rect" and element.get("shape-rendering"):
            row = round((float(element.get("y", "0")) - 1.5) / _LINE)
            rows[row].append(
                f'<rect x="{element.get("x")}" y="1.5" width="{element.get("width")}" '
                f'height="24.7" fill="{element.get("fill")}" shape-rendering="crispEdges"/>'
            )
        elif element.tag == f"{_SVG}text" and (said := element.text or "").strip("\n \xa0"):
            if (row := round((float(element.get("y", "0")) - 20) / _LINE)) < 0:
                continue
            style = colours.get(element.get("class", ""), "")
            rows[row].append(
                f'<text x="{element.get("x")}" y="20" textLength="{element.get("textLength")}" '
                f'style="{style.replace(": ", ":").rstrip("; ")}">'
                f"{escape(said, quote=False)}</text>"
            )
    return ("".join(row) for row in rows)


async def film(transcript: Path) -> Film:
    """Play the transcript again in the reader, and photograph how each phase begins."""
    events = read_transcript(transcript)
    now = 0.0
    reader.time = SimpleNamespace(monotonic=lambda: now)  # type: ignore[attr-defined]
    screen = reader.ReaderScreen(transcript)
    app = YaltaApp(screen)
    made = Film()
    async with app.run_test(size=SIZE) as pilot:
        while not screen.query("Record"):
            await pilot.pause(0.05)
        await pilot.press("p")
        for begins in _begins(events):
            for step in range(STEPS):
                now = begins + step * EACH
                await pilot.pause(0.15)
                made.take(app, PACE)
        now = math.inf
        await pilot.pause(0.5)
        made.take(app, LAST)
    return made


def _begins(events: list[AnyEvent]) -> Iterator[float]:
    """When each phase has its first word, or begins if it has none, in seconds from the start."""
    begun: dict[int, float] = {}
    first: dict[int, float] = {}
    for event, at in zip(events, offsets(events), strict=True):
        match event:
            case PhaseOpened():
                phase = event.phase
                begun[phase] = at
            case TurnOpened():
                opened = at
            case TurnClosed() if phase not in first:
                first[phase] = opened + (event.timing.first or 0.0) - EACH
    return (first.get(phase, at) for phase, at in begun.items())


def main() -> None:
    """Write the film."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transcript", type=Path)
    parser.add_argument("film", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        os.environ.update(YALTA_CONFIG=f"{own}/config", YALTA_CACHE=f"{own}/cache")
        made = asyncio.run(film(given.transcript))
    given.film.write_text(made.svg(), encoding="utf-8")


if __name__ == "__main__":
    main()
