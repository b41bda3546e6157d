"""Conferences as chats, each from the point of view of one seat: for fine-tuning, and analysis.

One JSON object a line, `{"messages": [...], "metadata": {...}}`, of two kinds:

*turn*: the prompt of a turn as it was sent, by the transcript's own layout, and the reply.

*conference*: all turns of a seat, as the perspective layout gives them: its own are the
assistant's, and each is led by what the seat had heard when it spoke, no more. So the openings of
the others, which it heard after its own, stand after its own.

Both are made by `prompts.layouts`, from the state of that moment: what a seat may not know is in no
line of its own, as it is in no prompt.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from debate.errors import TranscriptError, YaltaError
from debate.events import TurnClosed, TurnOpened
from debate.export.source import Source
from debate.prompts.again import Prompts
from debate.prompts.environment import neutral
from debate.prompts.heard import heard, in_order, noted
from debate.prompts.layouts import Message, Projection
from debate.standing import ConferenceState
from debate.state import apply
from debate.text import one_line, showable_json


def turn_lines(source: Source, seats: Collection[str] = ()) -> Iterator[str]:
    """A line for each turn in the record.

    Args:
        source: The transcript.
        seats: Whose turns; all seats' if none is said.

    Raises:
        TranscriptError: if a prompt cannot be rendered again.
    """
    prompts, asked = Prompts(), dict[int, tuple[dict[str, Any], tuple[Message, ...]]]()
    for before, event in _steps(source):
        match event:
            case TurnOpened() if not seats or event.seat in seats:
                again = prompts.at(before, event)
                if again.error:
                    raise _unrendered(event, again.error)
                told = _about(source, before, event.seat) | {
                    "turn": event.turn,
                    "phase": source.opened.scenario.phases[event.phase].id,
                    "round": event.round,
                    "room": event.room,
                    "layout": before.opened.layout,
                    "as_sent": again.same,
                }
                asked[event.turn] = told, again.messages
            case TurnClosed() if event.turn in asked:
                told, messages = asked.pop(event.turn)
                model = event.by.model if event.by else told["model"]
                yield _line([*messages, _own(event)], told | {"model": model})
            case _:
                pass


def conference_lines(source: Source, seats: Collection[str] = ()) -> Iterator[str]:
    """A line for each seat that speaks in the record. Arguments and errors as of `turn_lines`."""
    views: dict[str, _View] = {}
    state = ConferenceState()
    for state, event in _steps(source):
        match event:
            case TurnOpened() if not seats or event.seat in seats:
                view = views.setdefault(event.seat, _View(event.seat))
                try:
                    view.open(state, event)
                except (YaltaError, LookupError) as error:
                    raise _unrendered(event, str(error)) from None
            case TurnClosed() if event.seat in views:
                model = event.by.model if event.by else state.profiles[event.seat].model
                views[event.seat].close(event, model)
            case _:
                pass
    for card in source.opened.seats:
        if card.id not in views or not views[card.id].turns:
            continue
        view = views.pop(card.id)
        try:
            head = Projection(state.opened).own_head(card.id)
        except YaltaError as error:
            raise TranscriptError(f"the card of {card.id} cannot be rendered: {error}") from None
        told = _about(source, state, card.id) | {
            "turns": view.turns,
            "layout": "perspective",
            "model": ", ".join(dict.fromkeys(view.models)),
        }
        yield _line([Message("system", head), *view.messages], told)


@dataclass(slots=True)
class _View:
    """What a seat heard and said, as it goes."""

    seat: str
    messages: list[Message] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    asked: dict[int, Message] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    """Turns that stand in a message already."""
    notes: int = 0
    """Notes that do."""
    phase: int = -1
    """Of its last turn."""
    projection: Projection | None = None

    def open(self, before: ConferenceState, opened: TurnOpened) -> None:
        """Note what it has heard since its last turn."""
        if self.projection is None:  # names, and titles of phases, never change
            self.projection = Projection(before.opened)
        turns = [
            turn
            for turn in heard(before, self.seat)
            if turn.number not in self.known and turn.seat != self.seat
        ]
        notes = noted(before, self.seat)
        said = in_order(turns, notes[self.notes :])
        content = self.projection.between(said, self.phase, opened.phase)
        self.asked[opened.turn] = Message("user", content)
        self.known |= {turn.number for turn in turns}
        self.notes, self.phase = len(notes), opened.phase

    def close(self, closed: TurnClosed, model: str) -> None:
        """Note what it said."""
        if led := self.asked.pop(closed.turn, None):
            self.messages += (led, _own(closed))
            self.turns.append(closed.turn)
            self.models.append(model)


def _steps(source: Source) -> Iterator[tuple[ConferenceState, Any]]:
    """Each event with the state before it; of turns only those in the record."""
    state = ConferenceState()
    for event in source.events():
        if not isinstance(event, TurnOpened | TurnClosed) or event.turn in source.turns:
            yield state, event
        state = apply(state, event)
    yield state, None


def _about(source: Source, state: ConferenceState, seat: str) -> dict[str, Any]:
    """What every line says of itself; nothing that only another seat may know."""
    card = state.seat(seat)
    return {
        "simulated": source.notice,
        "transcript": source.name,
        "head": source.head,
        "scenario": source.opened.scenario.id,
        "seed": state.seed,
        "arm": source.factors.get("arm"),
        "seat": seat,
        "name": one_line(card.name),
        "persona": card.persona,
        "model": state.profiles[seat].model,
    }


def _own(closed: TurnClosed) -> Message:
    return Message("assistant", neutral(closed.text))


def _line(messages: list[Message], metadata: dict[str, Any]) -> str:
    chat = [{"role": message.role, "content": message.content} for message in messages]
    line = {"messages": chat, "metadata": metadata}
    return showable_json(json.dumps(line, ensure_ascii=False)) + "\n"


def _unrendered(opened: TurnOpened, why: str) -> TranscriptError:
    return TranscriptError(f"the prompt of turn {opened.turn} cannot be rendered again: {why}")
