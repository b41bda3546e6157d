"""The form of an answer: what a seat may reply when it is asked, and how a reply is read.

    form = form_of(state, ask)
    form.schema                # for a server that can hold a model to it
    form.read('{"vote": "yes", "reason": "It is fair."}')   # a VoteCast; None if unreadable
    form.assumed(state)        # what counts as the answer if none can be had

A reply is read as JSON where it is such; else as JSON with faults, of the kinds that models make
(json-repair); else as plain words, as a person would write them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue, ValidationError

from debate.answers import (
    AmendmentAnswered,
    AmendmentProposed,
    AnyAnswer,
    AskWaived,
    BidCast,
    CommuniqueSigned,
    FloorCalled,
    MotionJoined,
    MotionTabled,
    PartnersChosen,
    VoteCast,
)
from debate.events import AskKind
from debate.floors import LONGEST_SILENT, View, allowed, longest_silent
from debate.names import called
from debate.readings import READERS, Choices, Fields, folded, mended
from debate.resolutions import next_amendment, next_motion, open_motions
from debate.scenario import RoundRobin
from debate.standing import ConferenceState
from debate.steps import Ask

_READ = 8000  # characters of a reply that are looked at

#: Room for each reply, in tokens; a motion may be in a language that needs many.
MAX_TOKENS: Mapping[AskKind, int] = {
    "bid": 64,
    "call": 128,
    "partner": 96,
    "motion": 288,
    "amendment": 256,
    "ruling": 96,
    "ballot": 128,
    "signature": 160,
}


@dataclass(frozen=True, slots=True)
class Form:
    """What may be replied to one ask."""

    ask: Ask
    among: Choices

    @property
    def schema(self) -> Mapping[str, JsonValue]:
        """The JSON schema of a reply. What decides stands first: a reply that breaks off at its
        limit is still read."""
        properties = _PROPERTIES[self.ask.kind](self.among)
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def read(self, text: str) -> AnyAnswer | None:
        """A reply as an answer; None if it cannot be read as one."""
        text = text.strip()[:_READ]
        exact = True
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value, exact = mended(text), False
        read_json, read_words = READERS[self.ask.kind]
        if isinstance(value, dict):
            answer = self._answer(read_json(self.among, folded(value)))
            if answer is not None:
                return answer.model_copy(update={"how": "json" if exact else "read"})
            if text.startswith("{") and any(each not in ("", None) for each in value.values()):
                return None  # the fields of another form: its words are not an answer in words
        return self._answer(read_words(self.among, text))

    def assumed(self, state: ConferenceState) -> AnyAnswer:
        """What counts as the answer where none can be had, with the rule that was followed."""
        fields: Fields
        match self.ask.kind:
            case "bid":
                fields, why = {"type": "bid.cast", "bid": 0}, "a bid of 0"
            case "call":
                to = self._silent(state)
                fields, why = {"type": "floor.called", "to": to}, LONGEST_SILENT
            case "partner":
                fields, why = {"type": "partners.chosen"}, "nobody is chosen"
            case "motion" | "amendment" as kind:
                fields, why = {"type": "ask.waived", "kind": kind}, "it is passed over"
            case "ruling":
                about = self.ask.about
                fields = {"type": "amendment.answered", "amendment": about, "accepted": False}
                why = "not accepted"
            case "ballot":
                fields = {"type": "vote.cast", "motion": self.ask.about, "vote": "abstain"}
                why = "it counts as an abstention"
            case "signature":
                fields, why = {"type": "communique.signed", "signed": False}, "not signed"
        answer = self._answer(fields)
        assert answer is not None
        return answer.model_copy(update={"how": "assumed", "why": f"no usable answer: {why}"})

    def _silent(self, state: ConferenceState) -> str:
        view = view_of(state, self.ask)
        return longest_silent(view, tuple(self.among.seats) or view.seats)

    def _answer(self, fields: Fields | None) -> AnyAnswer | None:
        if fields is None:
            return None
        ask = self.ask
        where = {"seat": ask.seat, "phase": ask.phase, "round": ask.round, "room": ask.room}
        try:
            return _EVENTS[fields["type"]].model_validate({**fields, **where, "how": "read"})
        except ValidationError:
            return None


def form_of(state: ConferenceState, ask: Ask) -> Form:
    """The form of the answer to an ask, as the conference stands."""
    names = called(state.opened)
    plan = state.opened.scenario.phases[ask.phase]
    match ask.kind:
        case "call":
            floor = plan.floor
            view = view_of(state, ask)
            seats = view.seats if isinstance(floor, RoundRobin) else allowed(floor, view)
            return Form(ask, Choices({seat: names[seat] for seat in seats}))
        case "partner":
            here = state.opened.taking_part(plan)
            return Form(ask, Choices({seat: names[seat] for seat in here if seat != ask.seat}))
        case "motion":
            tabled = sum(motion.phase == ask.phase for motion in state.motions.values())
            others = [m for m in open_motions(state) if ask.seat not in m.sponsors]
            tables = tabled < plan.most
            among = Choices(
                {},
                tuple(motion.id for motion in others),
                said={motion.id: (motion.title, motion.text) for motion in others},
                tables=tables,
                following=next_motion(state),
            )
            return Form(ask, among)
        case "amendment":
            motions = {m.id: (m.title, m.text) for m in open_motions(state)}
            among = Choices({}, tuple(motions), said=motions, following=next_amendment(state))
            return Form(ask, among)
        case _:
            return Form(ask, Choices({}, about=ask.about))


def view_of(state: ConferenceState, ask: Ask) -> View:
    """What the rule of the floor sees where a call is asked for."""
    phase, plan = state.phase, state.opened.scenario.phases[ask.phase]
    in_room = phase.rooms.get(ask.room or "") if phase and ask.room else None
    seats = in_room or state.opened.taking_part(plan)
    held = (
        {seat: each for (where, seat), each in phase.held.items() if where == ask.room}
        if phase
        else {}
    )
    return View(seats, held, ask.round, len(seats) * plan.rounds, "")


# -- what a reply holds


def _text() -> JsonValue:
    return {"type": "string"}


def _one_of(values: list[str]) -> JsonValue:
    return {"type": "string", "enum": [*values]}


def _motion_properties(among: Choices) -> dict[str, JsonValue]:
    joins = [f"join {motion}" for motion in among.motions]
    if not among.tables:
        return {"action": _one_of([*joins, "pass"])}
    # Title and text follow the word at once: behind a field that is for joining alone, a small
    # model left them empty.
    return {"action": _one_of(["table", *joins, "pass"]), "title": _text(), "text": _text()}


_PROPERTIES: dict[AskKind, Callable[[Choices], dict[str, JsonValue]]] = {
    "bid": lambda _: {"bid": {"type": "integer", "enum": [*range(10)]}, "reason": _text()},
    "call": lambda among: {"next": _one_of(among.names), "question": _text()},
    "partner": lambda among: {"partners": {"type": "array", "items": _one_of(among.names)}},
    "motion": _motion_properties,
    "amendment": lambda among: {
        "action": _one_of(["amend", "pass"]),
        "motion": _one_of([*among.motions]),
        "text": _text(),
    },
    "ruling": lambda _: {"accept": {"type": "boolean"}, "reason": _text()},
    "ballot": lambda _: {"vote": _one_of(["yes", "no", "abstain"]), "reason": _text()},
    "signature": lambda _: {"sign": {"type": "boolean"}, "reservation": _text()},
}

_EVENTS: dict[str, type[AnyAnswer]] = {
    str(event.model_fields["type"].default): event
    for event in (
        AmendmentAnswered,
        AmendmentProposed,
        AskWaived,
        BidCast,
        CommuniqueSigned,
        FloorCalled,
        MotionJoined,
        MotionTabled,
        PartnersChosen,
        VoteCast,
    )
}
