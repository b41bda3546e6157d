"""What is said unheard, and what comes of it, as blocks of the record: bids, motions, votes.

What several are asked at once becomes one block, that grows as the answers come: bids a line above
the turn that they led to, ballots under their motion, signatures under the communique.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from debate.answer_wording import (
    OWN,
    amendment_heading,
    answer_line,
    assumed,
    bids_line,
    call_heading,
    motion_heading,
    poll_heading,
    swing_line,
    tally_line,
    vote_line,
)
from debate.events import (
    AmendmentProposed,
    Answer,
    AskFailed,
    AskKind,
    AskOpened,
    BidCast,
    CommuniqueSigned,
    ConferenceOpened,
    Event,
    FloorCalled,
    MotionDecided,
    MotionTabled,
    PartnersChosen,
    PhaseOpened,
    SeatChanged,
    TurnOpened,
    VoteCast,
)
from debate.scenario import HOUSE_MOTION, VotePlan
from debate.swing import swing
from debate.text import unbroken
from debate.wording import Names, ask_failed_line, opening_line
from tui.widgets.floor.blocks import Block, Room, plain

Key = tuple[object, ...]

SECRET = "ballots, which no seat sees"
UNHEARD = "ballots so far, which no seat has heard"
SIGNING = "signatures so far, which no seat has heard"


class Sheet(Protocol):
    """What blocks are written on."""

    def add(self, block: Block) -> Block:
        """Write a block after the last."""
        ...

    def touch(self, block: Block) -> None:
        """A block has changed."""
        ...

    @property
    def names(self) -> Names:
        """Names of seats, as they may be shown."""
        ...

    def room_of(self, event: Answer | AskOpened) -> Room | None:
        """The private room in which something is asked."""
        ...


@dataclass(slots=True)
class _Gathered:
    """Answers of several seats, and the block that shows them."""

    block: Block
    said: dict[str | None, Answer] = field(default_factory=dict)
    decided: MotionDecided | None = None
    settled: bool = False
    """Whether nothing more is to come."""


class Unheard:
    """Writes what is asked and answered.

    Args:
        sheet: Where to.
        opened: The manifest.
    """

    def __init__(self, sheet: Sheet, opened: ConferenceOpened) -> None:
        self._sheet = sheet
        self._opened = opened
        self._kinds: dict[int, AskKind] = {}
        self._titles: dict[str, str] = {}
        self._open: set[str] = set()
        """Motions that are tabled and not yet voted on."""
        self._sponsors: dict[str, str | None] = {}
        self._gathered: dict[Key, _Gathered] = {}
        self._house: list[MotionDecided] = []
        self._people = {s.id for s in opened.seats if s.profile.family == "human"}

    def show(self, event: Event) -> None:
        """Show an event; nothing, if it is of another kind."""
        match event:
            case AskOpened():
                self._kinds[event.ask] = event.kind
            case SeatChanged():
                person = event.profile.family == "human"
                self._people = (self._people - {event.seat}) | ({event.seat} if person else set())
            case PhaseOpened():
                self._open_phase(event)
            case TurnOpened():
                self._settle_bids(event)
            case AskFailed():
                kind = self._kinds.pop(event.ask, None)
                if event.reason not in ("aborted", "interrupted"):
                    self._remark(ask_failed_line(event, kind, self._names), None)
            case MotionDecided():
                self._decide(event)
            case Answer():
                if event.ask is not None:
                    self._kinds.pop(event.ask, None)
                self._answer(event)
            case _:
                pass

    def _answer(self, event: Answer) -> None:
        where: Key = (event.phase, event.room, event.round)
        match event:
            case BidCast():
                self._gather(("bid", *where), event, self._bids)
            case PartnersChosen():
                self._gather(("partner", *where), event, self._partners)
            case VoteCast():
                self._gather(("poll", event.phase, event.motion), event, self._poll)
            case CommuniqueSigned():
                self._gather(("signature", event.phase), event, self._signatures)
            case MotionTabled():
                self._titles[event.motion] = event.title
                self._open.add(event.motion)
                self._sponsors[event.motion] = event.seat
                head = motion_heading(event, self._names)
                self._note(event, head, f"{event.title}. {event.text}")
            case AmendmentProposed():
                own = self._sponsors.get(event.motion) == event.seat
                head = amendment_heading(event, self._names)
                self._note(event, head, event.text, f"[{OWN}]" if own else "")
            case FloorCalled() if event.question:
                self._note(event, call_heading(event, self._names), event.question)
            case FloorCalled() if event.how != "assumed":
                pass  # the head of the turn says so
            case _:
                self._remark(answer_line(event, self._names), event)

    def _note(self, event: Answer, head: str, text: str, aside: str = "") -> None:
        self._add(Block("note", name=plain(head), text=plain(text), aside=aside), event)

    # -- what several are asked

    def _gather(self, key: Key, event: Answer, draw: Callable[[_Gathered], None]) -> None:
        gathered = self._gathered.get(key)
        begins = gathered is None
        if gathered is None:
            room = self._sheet.room_of(event)
            gathered = self._gathered[key] = _Gathered(Block("remark", room=room))
        gathered.said[event.seat] = event
        gathered.block.asks = tuple(a.ask for a in gathered.said.values() if a.ask is not None)
        draw(gathered)
        if begins:
            self._sheet.add(gathered.block)
        else:
            self._sheet.touch(gathered.block)

    def _bids(self, gathered: _Gathered) -> None:
        bids = [bid for bid in self._by_seat(gathered) if isinstance(bid, BidCast)]
        bids.sort(key=lambda bid: -bid.bid)
        # Whoever bids for a seat of theirs is not to know the others' bids before.
        waits = not gathered.settled and self._people - gathered.said.keys()
        told = f"Bids: {len(bids)} given" if waits else bids_line(bids, self._names)
        gathered.block.fold = plain(told)
        gathered.block.reasoning = self._lines(bids)

    def _open_phase(self, event: PhaseOpened) -> None:
        """Say of a phase what is to be known of it as it opens."""
        phases = self._opened.scenario.phases
        if event.phase < len(phases):
            line = opening_line(self._opened, phases[event.phase], len(self._open))
            self._remark(line, None)

    def _settle_bids(self, turn: TurnOpened) -> None:
        """The floor was given: all bids for it are known."""
        gathered = self._gathered.get(("bid", turn.phase, turn.room, turn.round))
        if gathered is not None and not gathered.settled:
            gathered.settled = True
            self._bids(gathered)
            self._sheet.touch(gathered.block)

    def _partners(self, gathered: _Gathered) -> None:
        gathered.block.fold = f"whom each would meet: {len(gathered.said)} have chosen"
        gathered.block.reasoning = self._lines(self._by_seat(gathered))

    def _signatures(self, gathered: _Gathered) -> None:
        block = gathered.block
        block.kind, block.name = "note", "Signatures of the communique"
        signatures, of = self._lines(self._by_seat(gathered)), self._voters(_phase_of(gathered))
        block.text, block.fold, block.reasoning = signatures, "", ""
        if len(gathered.said) < of:
            block.text = f"{len(gathered.said)} of {of} were asked."
            block.fold, block.reasoning = SIGNING, signatures

    def _poll(self, gathered: _Gathered) -> None:
        first = next(iter(gathered.said.values()), gathered.decided)
        assert isinstance(first, VoteCast | MotionDecided)
        plan = self._plan(first.phase)
        block, ballots = gathered.block, self._lines(self._by_seat(gathered))
        block.kind, block.name = "note", plain(poll_heading(first.motion, plan))
        lines = [_on_one_line(self._titles.get(first.motion, ""))]
        if gathered.decided is not None:
            lines += [tally_line(gathered.decided), self._swing(gathered.decided)]
        else:
            lines.append(f"{len(gathered.said)} of {self._voters(first.phase)} have voted.")
        heard = gathered.decided is not None and not plan.secret
        block.fold, block.reasoning = SECRET if plan.secret else UNHEARD, ballots
        if heard:
            block.fold = block.reasoning = ""
            lines.append(ballots)
        block.text = "\n".join(filter(None, lines))

    def _swing(self, decided: MotionDecided) -> str:
        """How the votes moved, where the motion of the conference was voted on before."""
        if decided.motion != HOUSE_MOTION:
            return ""
        moved = swing(self._opened, [d for d in self._house if d.phase <= decided.phase])
        return swing_line(moved) if moved else ""

    def _decide(self, event: MotionDecided) -> None:
        key: Key = ("poll", event.phase, event.motion)
        gathered = self._gathered.get(key)
        if gathered is None:  # nobody had a vote
            gathered = self._gathered[key] = _Gathered(Block("note"))
            self._sheet.add(gathered.block)
        gathered.decided = event
        self._open.discard(event.motion)
        if event.motion == HOUSE_MOTION:
            self._house.append(event)
        self._poll(gathered)
        self._sheet.touch(gathered.block)

    def _plan(self, phase: int) -> VotePlan:
        phases = self._opened.scenario.phases
        return phases[phase].vote if phase < len(phases) else VotePlan()

    def _voters(self, phase: int) -> int:
        phases = self._opened.scenario.phases
        return len(self._opened.taking_part(phases[phase])) if phase < len(phases) else 0

    # -- writing

    def _lines(self, answers: Iterable[Answer]) -> str:
        """One line for each, whatever stands in it."""
        told = (
            vote_line(each, self._names, headed=True)
            if isinstance(each, VoteCast)
            else answer_line(each, self._names)
            for each in answers
        )
        return "\n".join(map(_on_one_line, told))

    def _by_seat(self, gathered: _Gathered) -> list[Answer]:
        """The answers in the order of the table, whatever order they came in."""
        said = gathered.said
        return [said[card.id] for card in self._opened.seats if card.id in said]

    def _remark(self, text: str, event: Answer | None) -> None:
        if text:
            self._add(Block("remark", text=_on_one_line(text)), event, told=True)

    def _add(self, block: Block, event: Answer | None, *, told: bool = False) -> None:
        if event is not None:
            block.room = self._sheet.room_of(event)
            block.asks = (event.ask,) if event.ask is not None else ()
            if (why := assumed(event)) and not told:
                block.aside = plain(f"[{why}]")
        self._sheet.add(block)

    @property
    def _names(self) -> Names:
        return self._sheet.names


def _phase_of(gathered: _Gathered) -> int:
    return next(answer.phase for answer in gathered.said.values())


def _on_one_line(text: str) -> str:
    return unbroken(plain(text))
