"""Made-up conferences of every kind of phase, with something in every field that a prompt shows.

Every prompt is the one recorded, and is kept.
"""

from __future__ import annotations

import random

from minuted import open_to_minutes
from worlds import Play, manifest, persona, replier, worlds

from debate.events import (
    AskOpened,
    MinutesTaken,
    NotePassed,
    PersonaChanged,
    Profile,
    RuleAdded,
    Timing,
    TurnFailed,
    TurnOpened,
)
from debate.prompts.layouts import Projection, request_hash
from debate.state import last_held
from debate.steps import ask_of, floor_of

FACTS = [
    {"id": "F1", "text": "In 2023, 28 countries met. They signed.", "source": "A declaration"},
    {"id": "F12", "text": "第二条事实。", "source": "来源"},
]


def rich(name):
    """A persona with something in every field that a prompt can show."""
    return persona(
        name,
        native_name=f"本名{name}",
        organisation=f"House of {name}",
        stances=[
            {"topic": f"Topic {n} of {name}", "position": f"Position {n} of {name}. And why."}
            for n in (1, 2)
        ],
        goals={"public": [f"open goal of {name}"], "private": [f"secret goal of {name}"]},
        voice={
            "register": f"Register of {name}.",
            "rhythm": f"Rhythm of {name}.",
            "prefers": ["well", "so"],
            "avoids": ["um"],
            "catchphrases": [f"catch {n} of {name}" for n in (1, 2, 3)],
            "devices": [f"Device of {name}."],
            "code_switching": {
                "languages": ["English", "Chinese"],
                "share": 0.2,
                "when": "When moved.",
            },
        },
        examples=[
            {"heard": f"Question to {name}?", "reply": f"Reply of {name}.", "invented": True},
            {"heard": f"Unseen {name}?", "reply": "Never shown.", "invented": True},
        ],
    )


def opened_with(plan, **more):
    opened = manifest(plan, **more)
    return opened.model_copy(update={"personas": {p: rich(p) for p in opened.personas}})


class Recorded(Play):
    """A play whose prompts are the ones recorded, and are kept."""

    def __init__(self, *args, **more):
        self.prompts = []
        super().__init__(*args, **more)

    def put(self, event):
        if isinstance(event, TurnOpened | AskOpened):
            step = floor_of(event) if isinstance(event, TurnOpened) else ask_of(event)
            messages = Projection(self.state.opened).messages(self.state, step)
            if event.seat is not None:
                self.prompts.append((event.seat, joined(messages)))
            event = event.model_copy(update={"request": request_hash(messages)})
        super().put(event)


class Chair:
    """Passes notes, takes minutes, and changes cards and rules, at random."""

    def __init__(self, seats, seed):
        self.seats, self.chance = seats, random.Random(seed)

    def __call__(self, play):
        if play.state.standing != "open" or play.state.busy or self.chance.random() > 0.3:
            return
        match self.chance.randrange(4):
            case 0:
                to = self.chance.choice([None, *self.seats])
                play.put(NotePassed(to=to, text=f"note{len(play.events)}to{to or 'all'} is\n\nso."))
            case 1:
                seat = self.chance.choice(self.seats)
                changed = rich(seat).model_copy(update={"summary": f"Now {seat} differs."})
                play.put(PersonaChanged(persona=changed))
            case 2:
                play.put(RuleAdded(text=f"Added rule {len(play.events)}."))
            case 3:
                turns = open_to_minutes(play.state)
                if turns and last_held(play.state, turns[-1]):
                    play.put(minutes(turns[-1]))


def minutes(through):
    by, timing = Profile(model="m", family="test"), Timing(total=1.0)
    text = f"minutes{through}through. All agreed."
    return MinutesTaken(through=through, text=text, request="0" * 64, by=by, timing=timing)


def held(seats, phases, seed, **more):
    """A conference of any phases, with facts, notes, minutes, changed cards and failures."""
    drawn = random.Random(seed)

    def speak(step, number):
        if drawn.random() < 0.1:
            return TurnFailed(turn=number, seat=step.seat, reason="aborted", message="stopped")
        return f"turn{number}by{step.seat} speaks.\n[Bo]: 山没有顶，but we climb. [F1] 1,000"

    plan = worlds(seats, phases, facts=FACTS, rules=["Be brief.", "Cite."])
    play = Recorded(
        opened_with(plan, seed=seed, **more),
        speak=speak,
        order=lambda numbers: drawn.sample(numbers, len(numbers)),
        answer=replier(seed),
    )
    return play.run(between=Chair(seats, seed))


def joined(messages):
    return "\n".join(message.content for message in messages)
