"""From a conference's stream, live or saved, to the blocks of its record."""

from __future__ import annotations

from collections.abc import Iterable

from debate.events import (
    AnyEvent,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    FloorPaused,
    MinutesTaken,
    NotePassed,
    PhaseOpened,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.take import Again, Delta, Item, Progress
from debate.wording import CLOSED, broke_off, minutes_heading, spoken_by
from tui.widgets.floor.blocks import Block, plain
from tui.widgets.floor.record import Record

FINISHED = {
    "length": "[ended by the token limit]",
    "filter": "[the rest was withheld by the provider]",
    "cut": "[cut where it began to speak for someone else]",
}


class Feed:
    """Writes a record.

    Args:
        record: Where to.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._names: dict[str, str] = {}
        self._seats: dict[str, int] = {}
        self._loading: list[Block] | None = None
        self._turns: dict[int, Block] = {}

    def load(self, events: Iterable[AnyEvent]) -> None:
        """Show a saved conference in place of what is shown."""
        self._record.load(self.blocks_of(events))

    def blocks_of(self, events: Iterable[AnyEvent]) -> list[Block]:
        """The blocks of a saved conference, not shown yet. What is shown next goes on from them."""
        self._turns, self._loading = {}, []
        for event in events:
            self.show(event)
        blocks, self._loading = self._loading, None
        return blocks

    def show(self, item: Item) -> None:
        """Show one event or delta."""
        match item:
            case Delta() | Progress() | Again() | TurnClosed() | TurnFailed() | TurnWithdrawn():
                block = self._turns.get(item.turn)
                if block is not None:
                    grown = isinstance(item, Delta) and item.kind == "text" and not block.aside
                    self._change(block, item)
                    if self._loading is None:
                        self._record.touch(block, grown=grown)
            case ConferenceOpened():
                self._open(item)
            case TurnOpened():
                self._turns[item.turn] = self._add(
                    Block(
                        "turn",
                        name=self.name_of(item.seat),
                        seat=self._seats.get(item.seat, 0),
                        turn=item.turn,
                        side=_place(item),
                        aside="has the floor",
                        live=True,
                    )
                )
            case _:
                self._aside(item)

    def break_off(self, why: str) -> None:
        """Say of what is still in the air that it came to nothing, and why."""
        for block in self._turns.values():
            if block.live:
                block.live, block.struck, block.aside = False, True, f"[{plain(why)}]"
                self._record.touch(block)

    def name_of(self, seat: str | None) -> str:
        """The name of a seat, as it may be shown."""
        return "everyone" if seat is None else self._names.get(seat, plain(seat))

    def _open(self, opened: ConferenceOpened) -> None:
        self._names = {card.id: plain(card.name) for card in opened.seats}
        self._seats = {card.id: n for n, card in enumerate(opened.seats)}
        self._add(
            Block("heading", name=plain(opened.scenario.title), text=plain(opened.scenario.motion))
        )
        self._add(Block("remark", text=plain(opened.notice)))

    def _aside(self, event: Item) -> None:
        """What is no turn."""
        match event:
            case PhaseOpened():
                self._add(Block("heading", name=plain(event.title)))
            case NotePassed():
                to = self.name_of(event.to) + ("" if event.to is None else " alone")
                self._add(
                    Block("note", name=f"✉ A note from the chair, to {to}", text=plain(event.text))
                )
            case MinutesTaken():
                self._add(Block("note", name=plain(minutes_heading(event)), text=plain(event.text)))
            case TurnSkipped():
                self._remark(f"{self.name_of(event.seat)} was passed over in round {event.round}.")
            case SeatChanged():
                who, model = self.name_of(event.seat), plain(event.profile.model)
                by = "a person" if event.profile.family == "human" else model
                self._remark(f"{who} is now spoken for by {by}.")
            case ConferenceForked():
                self._remark(f"Forked here from {plain(event.origin)}.")
            case FloorPaused():
                self._remark(f"Paused: {plain(event.reason)}.")
            case ConferenceClosed():
                self._remark(CLOSED[event.reason])
            case _:
                pass

    def _change(
        self,
        block: Block,
        item: Delta | Progress | Again | TurnClosed | TurnFailed | TurnWithdrawn,
    ) -> None:
        match item:
            case Delta(kind="unsaid"):
                block.reasoning, block.text = block.reasoning + block.text, ""
            case Delta(kind="reasoning"):
                block.reasoning += plain(item.text)
                block.aside = "" if block.text else "is thinking"
            case Delta():
                block.grow(plain(item.text))
                block.aside = ""
            case Progress():
                if item.total and not block.text:
                    block.aside = f"reads the record ({item.done:,} of {item.total:,} tokens)"
            case Again():
                block.text = block.reasoning = ""
                block.aside = plain(broke_off(item.why, item.seconds))
            case TurnClosed():
                block.live = False
                block.text, block.reasoning = plain(item.text), plain(item.reasoning or "")
                told = (spoken_by(item), item.warning)
                asides = [f"[{plain(aside)}]" for aside in told if aside]
                block.aside = " ".join(filter(None, (FINISHED.get(item.finish), *asides)))
                block.counted = True
            case TurnFailed():
                block.live, block.struck = False, True
                block.text = plain(item.text or "")
                block.aside = f"[{item.reason}: {plain(item.message)}]"
            case TurnWithdrawn():
                block.struck = True
                block.aside = "[withdrawn by the chair, and asked for again]"

    def _remark(self, text: str) -> None:
        self._add(Block("remark", text=text))

    def _add(self, block: Block) -> Block:
        if self._loading is not None:
            self._loading.append(block)
        else:
            self._record.add(block)
        return block


def _place(opened: TurnOpened) -> str:
    room = f" · in private: {plain(opened.room)}" if opened.room else ""
    return f"turn {opened.turn}{room}"
