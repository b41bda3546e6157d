"""Small worlds for tests: personas, scenarios, manifests and the events of made-up conferences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from debate.agenda import Close, GiveFloor, OpenPhase, next_steps
from debate.events import (
    AnyEvent,
    ConferenceClosed,
    ConferenceOpened,
    FloorPaused,
    PhaseOpened,
    Price,
    Profile,
    SeatCard,
    Timing,
    TurnClosed,
    TurnFailed,
    TurnOpened,
)
from debate.persona import Persona
from debate.prompts.environment import shipped_templates
from debate.scenario import Scenario
from debate.seating import manifest_hashes, notice
from debate.state import ConferenceState, apply

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


def scenario(seats: Iterable[str], phases: Iterable[dict[str, Any]] = (), **more: Any) -> Scenario:
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
            "seats": [{"persona": name} for name in seats],
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
        SeatCard(id=s.persona, persona=s.persona, name=s.persona.title(), profile=profile)
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
        order: Puts the steps of one answer into the order in which they end.
    """

    def __init__(
        self,
        opened: ConferenceOpened,
        speak: Callable[[GiveFloor, int], str | TurnFailed] | None = None,
        order: Callable[[list[int]], list[int]] = list,
    ) -> None:
        self.events: list[AnyEvent] = []
        self.states: list[ConferenceState] = [ConferenceState()]
        self._speak = speak or (lambda step, number: f"words of {step.seat} in turn {number}")
        self._order = order
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

    def run(self, most: int = 10_000) -> Play:
        """Play to the end, or to a pause."""
        for _ in range(most):
            steps = next_steps(self.state)
            if not steps:
                return self
            self._carry_out(steps)
        raise AssertionError("the agenda does not end")

    def _carry_out(self, steps: list[Any]) -> None:
        airborne: dict[int, GiveFloor] = {}
        for step in steps:
            if isinstance(step, OpenPhase):
                plan = self.state.opened.scenario.phases[step.index]
                self.put(PhaseOpened(phase=step.index, kind=plan.kind, title=plan.title))
            elif isinstance(step, GiveFloor):
                number = self.state.last_turn + 1
                airborne[number] = step
                self.put(
                    TurnOpened(
                        turn=number,
                        seat=step.seat,
                        phase=step.phase,
                        round=step.round,
                        room=step.room,
                        request="0" * 64,
                    )
                )
            elif isinstance(step, Close):
                self.put(ConferenceClosed(reason=step.reason))
            else:
                self.put(FloorPaused(reason=step.reason))
        for number in self._order(list(airborne)):
            said = self._speak(airborne[number], number)
            if isinstance(said, str):
                seat = airborne[number].seat
                self.put(closed(number, seat, said))
            else:
                self.put(said)


def closed(number: int, seat: str, text: str) -> TurnClosed:
    """A finished turn."""
    return TurnClosed(turn=number, seat=seat, text=text, finish="stop", timing=Timing(total=1.0))


FREE = Price(currency="USD", input=Decimal(0), output=Decimal(0))

SEATS = st.lists(
    st.sampled_from(["ada", "bo", "cem", "dai", "eve"]), min_size=1, max_size=5, unique=True
)
PHASES = st.lists(
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
