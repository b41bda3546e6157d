"""Small worlds for tests: personas, scenarios, manifests and the events of made-up conferences."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from debate.agenda import next_steps
from debate.events import (
    AnyEvent,
    AskFailed,
    AskOpened,
    ConferenceOpened,
    Price,
    Profile,
    SeatCard,
    Timing,
    TurnClosed,
    TurnFailed,
    TurnOpened,
)
from debate.forms import Form, form_of
from debate.persona import Persona
from debate.prompts.environment import shipped_templates
from debate.scenario import Scenario
from debate.seating import manifest_hashes, notice
from debate.state import ConferenceState, apply
from debate.steps import Ask, GiveFloor
from debate.unasked import event_of

START = datetime(2026, 1, 1, tzinfo=UTC)


def persona(name: str, **more: Any) -> Persona:
    """A persona whose private half can be told from everything else."""
    return Persona.model_validate(
        {
            "schema": "yalta/persona/1",
            "id": name,
            "name": name.title(),
            "role": "Delegate",
            "real_person": False,
            "summary": f"Delegate {name} of a made-up house.",
            "goals": {"private": [f"secret goal of {name}"]},
            "red_lines": [f"secret line of {name}"],
            "voice": {"register": "Plain.", "rhythm": "Short."},
            **more,
        }
    )


def scenario(
    seats: Iterable[str | dict[str, Any]], phases: Iterable[dict[str, Any]] = (), **more: Any
) -> Scenario:
    """A scenario of these seats; an opening, two plenary rounds and a closing if not said."""
    usual = [
        {"kind": "opening"},
        {"kind": "plenary", "rounds": 2},
        {"kind": "closing"},
    ]
    given = list(phases) or usual
    named = [
        {"id": f"phase-{n}", "title": f"Phase {n}", "instructions": "Say what you think.", **phase}
        for n, phase in enumerate(given)
    ]
    return Scenario.model_validate(
        {
            "schema": "yalta/scenario/1",
            "id": "small",
            "title": "A small conference",
            "motion": "Small things matter.",
            "background": "Delegates meet.",
            "seats": [{"persona": s} if isinstance(s, str) else s for s in seats],
            "phases": named,
            **more,
        }
    )


def manifest(
    plan: Scenario, *, seed: int = 1, price: Price | None = None, **more: Any
) -> ConferenceOpened:
    """The opening of a conference on a scenario of `persona`s."""
    personas = {s.persona: persona(s.persona) for s in plan.seats}
    templates = shipped_templates()
    profile = Profile(model="test", family="openai-compatible", price=price)
    seats = tuple(
        SeatCard(
            id=s.persona,
            persona=s.persona,
            name=s.persona.title(),
            profile=profile,
            role=s.role,
            side=s.side,
        )
        for s in plan.seats
    )
    return ConferenceOpened(
        program="yalta test",
        notice=notice(personas.values()),
        scenario=plan,
        personas=personas,
        seats=seats,
        templates=templates,
        layout=more.pop("layout", "shared"),
        seed=seed,
        hashes=manifest_hashes(plan, personas, templates),
        **more,
    )


class Play:
    """Plays a conference by its agenda, without speakers: a driver of a few lines.

    Args:
        opened: The manifest.
        speak: Gives the words of a turn, or the event that takes the place of its closing.
        answer: Gives the reply to an ask, by its number, or the event of its failure; what cannot
            be read is assumed.
        order: Puts the steps of one answer into the order in which they end.
    """

    def __init__(
        self,
        opened: ConferenceOpened,
        speak: Callable[[GiveFloor, int], str | TurnFailed] | None = None,
        order: Callable[[list[int]], list[int]] = list,
        answer: Callable[[Form, int], str | AskFailed] = lambda form, number: "",
    ) -> None:
        self.events: list[AnyEvent] = []
        self.states: list[ConferenceState] = [ConferenceState()]
        self._speak = speak or (lambda step, number: f"words of {step.seat} in turn {number}")
        self._order = order
        self._answer = answer
        self.put(opened)

    @property
    def state(self) -> ConferenceState:
        """The state after the last event."""
        return self.states[-1]

    def put(self, event: AnyEvent) -> None:
        """Write an event, a second after the one before it."""
        at = START + timedelta(seconds=len(self.events))
        stamped = event.model_copy(update={"seq": len(self.events), "at": at})
        self.events.append(stamped)
        self.states.append(apply(self.state, stamped))

    def run(self, most: int = 10_000, between: Callable[[Play], None] | None = None) -> Play:
        """Play to the end, or to a pause.

        Args:
            most: Steps after which it counts as endless.
            between: Called before each step, to put events of its own.
        """
        for _ in range(most):
            if between is not None:
                between(self)
            steps = next_steps(self.state)
            if not steps:
                return self
            self._carry_out(steps)
        raise AssertionError("the agenda does not end")

    def _carry_out(self, steps: list[Any]) -> None:
        airborne: dict[int, GiveFloor] = {}
        asked: dict[int, Form] = {}
        for step in steps:
            if isinstance(step, GiveFloor):
                airborne[self.state.last_turn + 1] = step
                self.put(turn_opened(self.state.last_turn + 1, step))
            elif isinstance(step, Ask):
                asked[self.state.last_ask + 1] = form_of(self.state, step)
                self.put(ask_opened(self.state.last_ask + 1, step))
            else:
                self.put(event_of(self.state, step))
        for number in self._order(list(airborne)):
            said = self._speak(airborne[number], number)
            if isinstance(said, str):
                seat = airborne[number].seat
                self.put(closed(number, seat, said))
            else:
                self.put(said)
        for number in self._order(list(asked)):
            self._take_answer(number, asked[number])

    def _take_answer(self, number: int, form: Form) -> None:
        said = self._answer(form, number)
        if isinstance(said, AskFailed):
            self.put(said)
            return
        answer = form.read(said) or form.assumed(self.state)
        self.put(answer.model_copy(update={"ask": number, "raw": said}))


def turn_opened(number: int, step: GiveFloor) -> TurnOpened:
    """The event by which a step gives the floor."""
    return TurnOpened(
        turn=number,
        seat=step.seat,
        phase=step.phase,
        round=step.round,
        room=step.room,
        part=step.part,
        to=step.to,
        why=step.why,
        request="0" * 64,
    )


def ask_opened(number: int, step: Ask) -> AskOpened:
    """The event by which a step asks."""
    return AskOpened(
        ask=number,
        kind=step.kind,
        seat=step.seat,
        phase=step.phase,
        round=step.round,
        room=step.room,
        about=step.about,
        request="0" * 64,
        max_tokens=100,
    )


def closed(number: int, seat: str, text: str) -> TurnClosed:
    """A finished turn."""
    return TurnClosed(turn=number, seat=seat, text=text, finish="stop", timing=Timing(total=1.0))


FREE = Price(currency="USD", input=Decimal(0), output=Decimal(0))

SEATS = st.lists(
    st.sampled_from(["ada", "bo", "cem", "dai", "eve"]), min_size=1, max_size=5, unique=True
)
_FLOORS = st.one_of(
    st.builds(
        lambda order: {"rule": "round_robin", "order": order},
        st.sampled_from(["fixed", "rotated", "shuffled"]),
    ),
    st.builds(
        lambda rule, most, all_heard: {"rule": rule, "most": most, "all_heard": all_heard},
        st.sampled_from(["random", "weighted", "addressed", "bidding", "manual", "chaired"]),
        st.one_of(st.none(), st.integers(1, 3)),
        st.booleans(),
    ),
)
#: Phases in which the floor goes round.
ROUNDS = st.lists(
    st.one_of(
        st.just({"kind": "opening"}),
        st.just({"kind": "closing"}),
        st.builds(
            lambda rounds, order: {
                "kind": "plenary",
                "rounds": rounds,
                "floor": {"rule": "round_robin", "order": order},
            },
            st.integers(1, 3),
            st.sampled_from(["fixed", "rotated", "shuffled"]),
        ),
    ),
    min_size=1,
    max_size=4,
)
#: Phases of every kind, under every rule of the floor.
PHASES = st.lists(
    st.one_of(
        st.just({"kind": "opening"}),
        st.builds(lambda floor: {"kind": "closing", "floor": floor}, _FLOORS),
        st.builds(
            lambda kind, rounds, floor: {"kind": kind, "rounds": rounds, "floor": floor},
            st.sampled_from(["plenary", "motions", "amendments"]),
            st.integers(1, 2),
            _FLOORS,
        ),
        st.builds(lambda rounds: {"kind": "cross", "rounds": rounds}, st.integers(1, 2)),
        st.builds(
            lambda rounds, rooms, floor: {
                "kind": "caucus",
                "rounds": rounds,
                "rooms": rooms,
                "floor": floor,
            },
            st.integers(1, 2),
            st.sampled_from(["pairs", "choice", {"a": ["ada", "bo"], "b": ["cem", "dai", "eve"]}]),
            _FLOORS,
        ),
        st.builds(
            lambda on, secret, rule: {
                "kind": "vote",
                "vote": {"on": on, "secret": secret, "rule": rule},
            },
            st.sampled_from(["motions", "house"]),
            st.booleans(),
            st.sampled_from(["majority", "two_thirds", "unanimity"]),
        ),
        st.just({"kind": "communique"}),
    ),
    min_size=1,
    max_size=5,
)
CHAIR = {"persona": "chair", "role": "chair"}


def of_those_at(seats: Iterable[str], phase: dict[str, Any]) -> dict[str, Any]:
    """A phase without the rooms' members that are not at the table."""
    if not isinstance(phase.get("rooms"), dict):
        return phase
    here = set(seats)
    rooms = {name: [s for s in room if s in here] for name, room in phase["rooms"].items()}
    return {**phase, "rooms": rooms}


def worlds(seats: list[str], phases: list[dict[str, Any]], **more: Any) -> Scenario:
    """A scenario of generated seats and phases, with a chair."""
    return scenario([*seats, CHAIR], [of_those_at(seats, phase) for phase in phases], **more)


def replier(seed: int) -> Callable[[Form, int], str]:
    """Replies to asks at random, mostly fit for the form; each says whose it is."""

    def reply(form: Form, number: int) -> str:
        chance = random.Random(f"{seed}/{number}")
        if chance.random() < 0.1:
            return "..."
        said: dict[str, Any] = {}
        for name, value in form.schema["properties"].items():
            if "enum" in value:
                said[name] = chance.choice(value["enum"] or [""])
            elif value["type"] == "boolean":
                said[name] = chance.random() < 0.7
            elif value["type"] == "array":
                options = value["items"]["enum"]
                said[name] = chance.sample(options, min(2, len(options)))
            else:
                said[name] = f"{name} {number} of {form.ask.seat} to {form.ask.kind}"
        return json.dumps(said)

    return reply
