"""Putting questions to a card: which, by what model, and beside whom."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button

from debate.audition import Candidate
from debate.kept_answers import Answer, KeptAnswers, kept_answers
from debate.probes import Probe
from debate.seating import card_hash
from debate.speakers.registry import DEFAULT_MODEL, Registry
from tui.widgets.lobby.plain import one_line
from tui.widgets.persona.buttons import Buttons
from tui.widgets.persona.lane import Lane, short_model

ALL = "all questions"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Beside:
    """A second candidate, and what it is called."""

    name: str
    candidate: Candidate


class AuditionPane(Vertical):
    """One candidate, or two side by side."""

    DEFAULT_CSS = """
    AuditionPane {
        height: 1fr;
        & .lanes { height: 1fr; }
        & #other-lane { display: none; border-left: solid $panel-lighten-1; }
        &.-two #other-lane { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.model = DEFAULT_MODEL
        self.beside: Beside | None = None
        self.question: Probe | None = None
        """The one that is put; all if None."""
        self.one, self.other = Lane(id="one-lane"), Lane(id="other-lane")

    def compose(self) -> ComposeResult:
        with Buttons():
            yield Button("", id="model", action="screen.model", compact=True)
            yield Button("", id="beside", action="screen.beside", compact=True)
        with Buttons():
            yield Button("", id="questions", action="screen.questions", compact=True)
            yield Button("Hear", id="put", action="screen.hear", compact=True, classes="-short -go")
            yield Button("Stop", id="stop", action="screen.stop", compact=True, classes="-short")
        with Horizontal(classes="lanes"):
            yield self.one
            yield self.other

    def on_mount(self) -> None:
        """Say what is chosen."""
        self.label()

    def label(self) -> None:
        """Say on the buttons what is chosen."""
        beside = self.beside.name if self.beside else NOBODY
        question = self.question.question if self.question else ALL
        for name, text in (
            ("model", f"By {short_model(self.model)}"),
            ("beside", f"Beside {beside}"),
            ("questions", f"Ask {question}"),
        ):
            self.query_one(f"#{name}", Button).label = Text(one_line(text)[:60])
        self.set_class(self.beside is not None, "-two")

    def speak_by(self, model: str) -> None:
        """Let another model speak; for the one beside it too, if the same spoke for both."""
        beside = self.beside
        if beside and beside.candidate.model == self.model:
            self.beside = replace(beside, candidate=replace(beside.candidate, model=model))
        self.model = model

    def lanes(self) -> list[Lane]:
        """Those that are shown."""
        return [self.one, self.other] if self.beside else [self.one]

    async def show(self, candidate: Candidate) -> None:
        """Show what this candidate, and the one beside it, answered before.

        Raises:
            YaltaError: if what is kept cannot be read.
        """
        shown = [(self.one, Beside("this card", candidate))]
        if self.beside:
            shown.append((self.other, self.beside))
        for lane, each in shown:
            kept = await asyncio.to_thread(kept_answers, each.candidate.card.id)
            lane.show(each.candidate, each.name, _of(kept, each.candidate))

    async def hear(self, probes: Sequence[Probe], registry: Registry) -> None:
        """Put questions to all that are shown, side by side.

        Raises:
            ExceptionGroup: of errors, if one cannot be asked.
        """
        async with asyncio.TaskGroup() as group:
            for lane in self.lanes():
                group.create_task(lane.hear(probes, registry))


def _of(kept: KeptAnswers, candidate: Candidate) -> list[Answer]:
    return [a for a in kept.of(card_hash(candidate.card)) if a.model == candidate.model]
