"""From a conference's stream, live or saved, to the blocks of its record."""

from __future__ import annotations

from collections.abc import Iterable

from debate.events import (
    Answer,
    AnyEvent,
    AskOpened,
    ConferenceClosed,
    ConferenceForked,
    ConferenceOpened,
    Event,
    FloorPaused,
    MinutesTaken,
    NotePassed,
    PersonaChanged,
    PhaseOpened,
    RoomsOpened,
    RuleAdded,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.scenario import PhaseKind
from debate.take import Again, Delta, Item, Progress
from debate.wording import (
    FINISHED,
    STRUCK,
    Names,
    broke_off,
    conference_line,
    minutes_heading,
    note_heading,
    order_line,
    room_told,
    rooms_line,
    spoken_by,
    turn_marks,
)
from tui.widgets.floor.blocks import Block, Room, plain
from tui.widgets.floor.record import Record
from tui.widgets.floor.unheard import Unheard


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
        self._rooms: dict[tuple[int, str], Room] = {}
        self._opened: ConferenceOpened | None = None
        self._unheard: Unheard | None = None

    def load(self, events: Iterable[AnyEvent]) -> None:
        """Show a saved conference in place of what is shown."""
        self._record.load(self.blocks_of(events))

    def blocks_of(self, events: Iterable[AnyEvent]) -> list[Block]:
        """The blocks of a saved conference, not shown yet. What is shown next goes on from them."""
        self._turns, self._rooms, self._loading = {}, {}, []
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
                    self.touch(block, grown=grown)
            case ConferenceOpened():
                self._open(item)
            case TurnOpened():
                if self._unheard is not None:
                    self._unheard.show(item)
                self._turns[item.turn] = self.add(self._turn(item))
            case _:
                self._aside(item)

    def add(self, block: Block) -> Block:
        """Show a block after the last."""
        if self._loading is not None:
            self._loading.append(block)
        else:
            self._record.add(block)
        return block

    def touch(self, block: Block, *, grown: bool = False) -> None:
        """A block has changed, or has only grown at its end."""
        if self._loading is None:
            self._record.touch(block, grown=grown)

    def room_of(self, event: Answer | AskOpened) -> Room | None:
        """The private room in which something is asked."""
        return self._rooms.get((event.phase, event.room)) if event.room else None

    def break_off(self, why: str) -> None:
        """Say of what is still in the air that it came to nothing, and why."""
        for block in self._turns.values():
            if block.live:
                block.live, block.struck, block.aside = False, True, f"[{plain(why)}]"
                self._record.touch(block)

    @property
    def names(self) -> Names:
        """Names of seats, as they may be shown."""
        return self._names

    def name_of(self, seat: str | None) -> str:
        """The name of a seat, as it may be shown."""
        return "everyone" if seat is None else self._names.get(seat, plain(seat))

    def _open(self, opened: ConferenceOpened) -> None:
        self._names = {card.id: plain(card.name) for card in opened.seats}
        self._seats = {card.id: n for n, card in enumerate(opened.seats)}
        self._opened, self._unheard = opened, Unheard(self, opened)
        title, motion = plain(opened.scenario.title), plain(opened.scenario.motion)
        self.add(Block("heading", name=title, text=motion))
        self._remark(plain(opened.notice))

    def _turn(self, opened: TurnOpened) -> Block:
        room = self._rooms.get((opened.phase, opened.room or ""))
        if opened.room and room is None:  # it never opened
            room = Room(opened.phase, opened.room, plain(opened.room))
        marks = turn_marks(opened, self._names, room.told if room else None)
        unheard = self._kind_of(opened.phase) == "opening"
        return Block(
            "turn",
            name=self.name_of(opened.seat),
            seat=self._seats.get(opened.seat, 0),
            turn=opened.turn,
            side=f"turn {opened.turn}",
            sub=plain(" · ".join(marks)),
            aside="has the floor",
            live=True,
            room=room,
            opening=(opened.phase, opened.seat) if unheard else None,
        )

    def _kind_of(self, phase: int) -> PhaseKind | None:
        phases = self._opened.scenario.phases if self._opened else ()
        return phases[phase].kind if phase < len(phases) else None

    def _open_rooms(self, event: PhaseOpened | RoomsOpened) -> None:
        """Say who meets in private, and mark what is said there from here on."""
        rooms = {
            name: Room(event.phase, name, plain(room_told(name, seats, self._names)))
            for name, seats in event.rooms.items()
        }
        self._rooms |= {(event.phase, name): room for name, room in rooms.items()}
        phases = self._opened.scenario.phases if self._opened else ()
        part: tuple[str, ...] = ()
        if self._opened and event.phase < len(phases):
            part = self._opened.taking_part(phases[event.phase])
        met = {seat for seats in event.rooms.values() for seat in seats}
        absent = [seat for seat in part if seat not in met]
        text = plain(rooms_line(event.rooms, self._names, absent))
        self.add(Block("remark", text=text, rooms=tuple(rooms.values())))

    def _aside(self, event: Item) -> None:
        """What is no turn."""
        match event:
            case PhaseOpened():
                self.add(Block("heading", name=plain(event.title), phase=event.phase))
                if event.rooms:
                    self._open_rooms(event)
                if self._unheard is not None:
                    self._unheard.show(event)
            case RoomsOpened():
                self._open_rooms(event)
            case NotePassed():
                name = plain(f"✉ {note_heading(event, self._names)}")
                self.add(Block("note", name=name, text=plain(event.text)))
            case MinutesTaken():
                self.add(Block("note", name=plain(minutes_heading(event)), text=plain(event.text)))
            case Event():
                if remark := self._remark_on(event):
                    self._remark(remark)
                if self._unheard is not None:
                    self._unheard.show(event)
            case _:
                pass

    def _remark_on(self, event: Event) -> str:
        """What is said of an event in passing; nothing of most."""
        told = ""
        match event:
            case TurnSkipped() | SeatChanged() | PersonaChanged() | RuleAdded():
                told = order_line(event, self._names)
            case ConferenceForked() | FloorPaused() | ConferenceClosed():
                told = conference_line(event)
        return plain(told)

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
                told = (FINISHED.get(item.finish), spoken_by(item), item.warning)
                block.aside = " ".join(f"[{plain(aside)}]" for aside in told if aside)
                block.counted = True
            case TurnFailed():
                block.live, block.struck = False, True
                block.text = plain(item.text or "")
                block.aside = f"[{item.reason}: {plain(item.message)}]"
            case TurnWithdrawn():
                block.struck = True
                block.aside = f"[{STRUCK}]"

    def _remark(self, text: str) -> None:
        self.add(Block("remark", text=text))
