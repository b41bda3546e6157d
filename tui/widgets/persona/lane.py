"""One candidate of an audition: who it is, what it answered before, and what it says now.

All it says is in one record, so that a thousand answers are one widget.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from debate.audition import Candidate, hear
from debate.errors import SpeakerError
from debate.events import ConferenceOpened, TurnClosed, TurnOpened
from debate.kept_answers import Answer
from debate.probes import Probe
from debate.seating import card_hash
from debate.speakers.registry import Registry
from debate.take import Item
from tui.widgets.floor.blocks import Block, plain
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.record import Record
from tui.widgets.lobby.plain import one_line
from tui.widgets.reader.book import moment

UNHEARD = "This version has not been heard yet."


class Lane(Vertical):
    """One candidate."""

    DEFAULT_CSS = """
    Lane {
        width: 1fr;
        & > Static { height: auto; max-height: 2; background: $panel; padding: 0 1; }
    }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.record = Record()
        self.candidate: Candidate | None = None
        self._head = Static(markup=False)
        self._feed: Feed | None = None

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.record

    def show(self, candidate: Candidate, name: str, answers: Sequence[Answer]) -> None:
        """Be about this one, who answered so before.

        Args:
            name: What it is called beside another.
        """
        self.candidate = candidate
        version = card_hash(candidate.card)[:12]
        self._head.update(one_line(f"{name} · {short_model(candidate.model)} · card {version}"))
        self.record.follow = True
        self.record.load(map(_kept, answers) if answers else [Block("remark", text=UNHEARD)])

    async def hear(self, probes: Sequence[Probe], registry: Registry) -> None:
        """Put questions to it, one after the other. What cannot be had is shown, and passed over.

        Raises:
            YaltaError: if it cannot be asked at all.
        """
        candidate = self.candidate
        assert candidate is not None
        if [block.text for block in self.record.blocks] == [UNHEARD]:
            self.record.load(())
        for probe in probes:
            self._feed = _AnswerFeed(self.record, candidate, probe)
            try:
                await hear(candidate, probe, registry=registry, watch=self._feed.show)
            except SpeakerError as error:
                self._feed.break_off(str(error))
                if probe is probes[0]:  # the others would fare no better
                    raise
            finally:
                self._feed.break_off("stopped")


def short_model(model: str) -> str:
    """A model in a word or two: of one that is named by its address, its name there."""
    return model.rpartition("#")[2]


class _AnswerFeed(Feed):
    """Shows a conference of one question as the answer to it, and nothing else of it."""

    def __init__(self, record: Record, candidate: Candidate, probe: Probe) -> None:
        super().__init__(record)
        self._candidate = candidate
        self._probe = probe

    def show(self, item: Item) -> None:
        super().show(item)
        if isinstance(item, TurnClosed) and (block := self._turns.get(item.turn)):
            block.side = _seconds(item.timing.total)
            self.touch(block)

    def _open(self, opened: ConferenceOpened) -> None:
        self._names = {card.id: plain(card.name) for card in opened.seats}

    def _turn(self, opened: TurnOpened) -> Block:
        block = super()._turn(opened)
        block.turn, block.side, block.sub = None, "", plain(self._probe.question)
        return block

    def _aside(self, event: Item) -> None:
        pass


def _kept(answer: Answer) -> Block:
    """An answer that was kept."""
    scene = f", in a scene with {', '.join(answer.others)}" if answer.others else ""
    return Block(
        "turn",
        name=moment(answer.at, seconds=False),
        seat=0,
        sub=plain(answer.question + scene),
        text=plain(answer.reply),
        side=_seconds(answer.seconds),
        counted=True,
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"
