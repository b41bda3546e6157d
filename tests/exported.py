"""Made-up conferences of every kind, on the disk, whose secrets can be told from all else."""

from __future__ import annotations

import random
import re
from pathlib import Path

from recorded import Recorded, minutes, opened_with
from worlds import persona, replier, worlds

from debate.events import (
    ConferenceForked,
    NotePassed,
    PersonaChanged,
    RuleAdded,
    Timing,
    TurnClosed,
    TurnFailed,
    TurnWithdrawn,
)
from debate.export.source import Source, source
from debate.standing import last_withdrawable
from debate.state import last_held
from debate.transcript import Transcript


class Meddler:
    """A chair that passes notes, strikes turns, takes minutes, forks, changes cards and rules."""

    def __init__(self, seats, seed):
        self.seats, self.chance = seats, random.Random(seed)

    def __call__(self, play):
        if play.state.standing != "open" or play.state.busy or self.chance.random() > 0.4:
            return
        match self.chance.randrange(6):
            case 0:
                to = self.chance.choice([None, *self.seats])
                play.put(NotePassed(to=to, text=f"(note {len(play.events)} to {to or 'all'})"))
            case 1:
                if turn := last_withdrawable(play.state):
                    play.put(TurnWithdrawn(turn=turn))
            case 2:
                held = [t.number for t in play.state.record if last_held(play.state, t.number)]
                if held:
                    play.put(minutes(self.chance.choice(held)))
            case 3:
                play.put(ConferenceForked(origin="a.jsonl", head="0" * 64, seed=5))
            case 4:
                seat = self.chance.choice(self.seats)
                play.put(PersonaChanged(persona=persona(seat, summary=f"Changed {seat}.")))
            case 5:
                play.put(RuleAdded(text=f"Rule {len(play.events)}."))


def held(seats, phases, seed, **more):
    """A conference that each turn of which says `<number>`, after a thought that nobody hears."""
    chance = random.Random(seed)

    def speak(step, number):
        if chance.random() < 0.1:
            return TurnFailed(turn=number, seat=step.seat, reason="aborted", message="stopped")
        return TurnClosed(
            turn=number,
            seat=step.seat,
            text=f"<{number}>",
            reasoning=f"thought of {step.seat}",
            finish="stop",
            timing=Timing(total=1.0),
        )

    return Recorded(
        opened_with(worlds(seats, phases), seed=seed, **more),
        speak=speak,
        order=lambda numbers: chance.sample(numbers, len(numbers)),
        answer=replier(seed),
    ).run(between=Meddler(seats, seed))


def saved(path: Path, events, name="talk") -> Source:
    """A transcript of these events, ready to be exported."""
    with Transcript.create(path) as transcript:
        for event in events:
            transcript.append(event)
    return source(path, name)


def turns_in(text):
    """Numbers of the turns whose words stand in a text."""
    return {int(number) for number in re.findall(r"<(\d+)>", text)}
