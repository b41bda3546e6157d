"""Makes the README's pictures of the interface from a transcript.

    python tests/peers/screens.py transcripts/sample-yalta.jsonl tests/pictures

The stage holds the same conference again, with the transcript's own replies; the reader shows it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from debate import Wishes, load_scenario, read_transcript
from debate.events import ConferenceOpened
from tui.app import YaltaApp
from tui.screens.reader import ReaderScreen
from tui.screens.stage import StageScreen
from tui.session import Opening

SIZE = (110, 34)


async def stage(transcript: Path, picture: Path, turns: int) -> None:
    """The stage, paused after so many turns."""
    opened = read_transcript(transcript)[0]
    assert isinstance(opened, ConferenceOpened)
    plenary = next(p for p in opened.scenario.phases if p.kind == "plenary")
    wishes = Wishes(
        model=f"replay:{transcript}",
        seats=[card.persona for card in opened.seats],
        rounds=plenary.rounds,
        seed=opened.seed,
    )
    with tempfile.TemporaryDirectory() as folder:
        screen = StageScreen(Opening(load_scenario(opened.scenario.id), wishes, Path(folder)))
        app = YaltaApp(screen)
        async with app.run_test(size=SIZE) as pilot:

            def there() -> bool:
                conference = screen.session.conference
                if conference and len(conference.state.record) >= turns - 1:
                    conference.chair.pause()
                return screen.session.standing in ("held", "over") and conference is not None

            await _until(pilot, there)
            _save(app, picture)


async def reader(transcript: Path, picture: Path) -> None:
    """The reader, with a turn's details open."""
    app = YaltaApp(ReaderScreen(transcript))
    async with app.run_test(size=SIZE) as pilot:
        screen = app.screen
        await _until(pilot, lambda: bool(screen.query("Record").first().blocks))
        await pilot.press(*["right_square_bracket"] * 2, "d")
        await asyncio.sleep(1)
        await pilot.pause()
        _save(app, picture)


async def _until(pilot: object, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.002)
    await pilot.pause(0.3)  # type: ignore[attr-defined]


def _save(app: YaltaApp, picture: Path) -> None:
    # No font from elsewhere: a picture asks no other host.
    drawn = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="yalta"), flags=re.DOTALL)
    picture.write_text(drawn, encoding="utf-8")


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transcript", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--turns", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        os.environ.update(YALTA_CONFIG=f"{own}/config", YALTA_CACHE=f"{own}/cache")
        asyncio.run(stage(given.transcript, given.folder / "stage.svg", given.turns))
        asyncio.run(reader(given.transcript, given.folder / "reader.svg"))


if __name__ == "__main__":
    main()
