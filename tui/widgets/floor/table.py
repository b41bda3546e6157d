"""What is known of every seat of a conference, kept up with its stream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from debate.bill import NOTHING, Bill, answer_bill, minutes_bill, turn_bill
from debate.chair import SKIPPED
from debate.events import (
    Answer,
    AskFailed,
    AskKind,
    AskOpened,
    ConferenceOpened,
    MinutesTaken,
    PhaseOpened,
    Price,
    Profile,
    SeatChanged,
    TurnClosed,
    TurnFailed,
    TurnOpened,
    TurnSkipped,
    TurnWithdrawn,
)
from debate.scenario import Role
from debate.stats import Figures
from debate.take import Again, Delta, Item, Progress
from debate.text import count_words
from tui.widgets.floor.blocks import plain

Doing = Literal[
    "waiting",
    "reading",
    "thinking",
    "speaking",
    "bidding",
    "voting",
    "asked",
    "your turn",
    "done",
    "failed",
    "skipped",
]
BUSY = frozenset({"reading", "thinking", "speaking", "bidding", "voting", "asked", "your turn"})

"""What a seat does while it is waited for."""

_ASKED: dict[AskKind, Doing] = {"bid": "bidding", "ballot": "voting"}


@dataclass(slots=True)
class Row:
    """One seat."""

    name: str
    model: str
    figures: Figures
    price: Price | None = None
    doing: Doing = "waiting"
    human: bool = False
    """Whether a person speaks for it."""
    role: Role = "member"
    before: Doing = "waiting"
    """What it did before it was asked for something."""

    @property
    def title(self) -> str:
        """Its name, and what it is at the table if it is no member."""
        return self.name if self.role == "member" else f"{self.name} ({self.role})"

    def seat(self, profile: Profile) -> None:
        """Note who speaks for it from here on."""
        self.model, self.price = model_label(profile.model), profile.price
        self.human = profile.family == "human"


class Table:
    """What is known of every seat, kept up with the stream."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.currency = ""
        self._opened: dict[int, tuple[TurnOpened, Price | None]] = {}
        self._asked: dict[int, tuple[AskOpened, Price | None]] = {}
        self._said: dict[int, tuple[Row, int]] = {}  # words of finished turns
        self._clerk = NOTHING

    def take(self, item: Item) -> bool:
        """Take an item in; returns whether anything to be shown has changed."""
        match item:
            case ConferenceOpened():
                self._open(item)
            case TurnOpened():
                if opening := self.rows.get(item.seat):
                    self._opened[item.turn] = item, opening.price
                return self._does(item.seat, "reading")
            case Progress() | Delta() | Again() | TurnSkipped():
                return self._does(item.seat, _doing(item))
            case AskOpened() | Answer() | AskFailed():
                self._unheard(item)
            case TurnClosed() | TurnFailed():
                self._end(item)
            case TurnWithdrawn():
                self._withdraw(item.turn)
            case PhaseOpened() | MinutesTaken() | SeatChanged():
                self._pass(item)
            case _:
                return False
        return True

    def take_all(self, events: Iterable[Item]) -> None:
        """Take in what happened before."""
        for event in events:
            self.take(event)

    @property
    def bill(self) -> Bill:
        """What all calls came to."""
        return sum((row.figures.bill for row in self.rows.values()), self._clerk)

    def _open(self, opened: ConferenceOpened) -> None:
        self.rows, self._said, self._clerk = {}, {}, NOTHING
        self._opened, self._asked = {}, {}
        for card in opened.seats:
            figures = Figures(plain(card.name), model_label(card.profile.model))
            price = card.profile.price
            row = self.rows[card.id] = Row(figures.name, figures.model, figures, role=card.role)
            row.seat(card.profile)
            if price and (price.input or price.output):
                self.currency = price.currency

    def _pass(self, event: PhaseOpened | MinutesTaken | SeatChanged) -> None:
        match event:
            case PhaseOpened():
                for row in self.rows.values():
                    row.doing = row.before = "waiting"
            case MinutesTaken():
                self._clerk += minutes_bill(event)
            case SeatChanged():
                if changed := self.rows.get(event.seat):
                    changed.seat(event.profile)

    def _unheard(self, event: AskOpened | Answer | AskFailed) -> None:
        if isinstance(event, AskOpened):
            self._ask(event)
        else:
            self._answer(event)

    def _ask(self, ask: AskOpened) -> None:
        row = self.rows.get(ask.seat or "")
        if row is None:
            return  # the person who holds it: no seat
        self._asked[ask.ask] = ask, row.price
        if row.doing not in BUSY:
            row.before = row.doing
        row.doing = "your turn" if row.human else _ASKED.get(ask.kind, "asked")

    def _answer(self, answer: Answer | AskFailed) -> None:
        """What an ask came to; see `stats`."""
        row = self.rows.get(answer.seat or "")
        if row is None:
            return
        opened, price = None, row.price
        if answer.ask is not None:
            opened, price = self._asked.pop(answer.ask, (None, row.price))
        bill = answer_bill(answer, price, opened.at_most if opened else None)
        row.figures.answer(answer, bill)
        if row.doing in BUSY:
            row.doing = row.before

    def _end(self, turn: TurnClosed | TurnFailed) -> None:
        row = self.rows.get(turn.seat)
        if row is None:
            return
        opened, price = self._opened.pop(turn.turn, (None, row.price))
        bill = turn_bill(turn, price, opened.at_most if opened else None)
        if isinstance(turn, TurnClosed):
            row.doing = "done"
            row.figures.add(turn, bill)
            self._said[turn.turn] = row, count_words(turn.text)
        else:
            row.doing = _failed(turn)
            row.figures.fail(turn, bill)

    def _withdraw(self, turn: int) -> None:
        if said := self._said.pop(turn, None):
            row, words = said
            row.figures.withdraw(words)
            row.doing = "waiting"

    def _does(self, seat: str, doing: Doing) -> bool:
        row = self.rows.get(seat)
        if row is not None and row.human and doing == "reading":
            doing = "your turn"
        if row is None or row.doing == doing:
            return False
        row.doing = doing
        return True


def _failed(turn: TurnFailed) -> Doing:
    if turn.reason not in ("aborted", "interrupted"):
        return "failed"
    # Nobody's fault. The event of a seat passed over comes once all in the air have ended.
    return "skipped" if turn.message == SKIPPED else "waiting"


def _doing(item: Progress | Delta | Again | TurnSkipped) -> Doing:
    match item:
        case TurnSkipped():
            return "skipped"
        case Progress():
            return "reading"
        case Again():
            return "waiting"
        case Delta():
            return "thinking" if item.kind == "reasoning" else "speaking"


def model_label(model: str) -> str:
    """A model's name without the address of its server."""
    return plain(model.rpartition("#")[2])
