"""Hearing a card speak with two others."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button

from debate.audition import SCENE_MOTION, Candidate, play_scene
from debate.persona import Persona
from debate.speakers.registry import Registry
from tui.widgets.floor.blocks import Block
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.record import Record
from tui.widgets.lobby.plain import one_line
from tui.widgets.persona.buttons import Buttons

_BEFORE = "Three turns of each, this card's after the others'. Nothing has been played yet."


class ScenePane(Vertical):
    """One scene, as it is played."""

    DEFAULT_CSS = """
    ScenePane {
        height: 1fr;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.record = Record()
        self.others: tuple[str, ...] = ()
        """Ids; the usual two if none."""
        self.motion = SCENE_MOTION

    def compose(self) -> ComposeResult:
        with Buttons():
            yield Button("", id="others", action="screen.others", compact=True)
            yield Button(
                "Play", id="play", action="screen.hear", compact=True, classes="-short -go"
            )
            yield Button("Stop", action="screen.stop", compact=True, classes="-short")
        with Buttons():
            yield Button("", id="motion", action="screen.motion", compact=True)
        yield self.record

    def on_mount(self) -> None:
        """Say what is chosen."""
        self.record.load([Block("remark", text=_BEFORE)])
        self.label(self.others)

    def label(self, others: Sequence[str]) -> None:
        """Say on the buttons what is chosen."""
        self.query_one("#others", Button).label = Text(one_line("With " + ", ".join(others)))
        self.query_one("#motion", Button).label = Text(one_line(f"On {self.motion}")[:80])

    async def play(
        self, candidate: Candidate, others: Sequence[Persona], registry: Registry
    ) -> None:
        """Play it. Raises as `play_scene` does."""
        self.record.load(())
        self.record.follow = True
        feed = Feed(self.record)
        try:
            await play_scene(candidate, others, self.motion, registry=registry, watch=feed.show)
        finally:
            feed.break_off("stopped")
