"""What a seat may not know reaches no prompt of its own: in any layout, in any order of phases,
after forks, minutes, notes and changed cards."""

from __future__ import annotations

import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import PHASES, SEATS, Play, manifest, persona, replier, worlds

from debate.answers import Answer
from debate.events import (
    AskOpened,
    ConferenceForked,
    MinutesTaken,
    NotePassed,
    PersonaChanged,
    Profile,
    RuleAdded,
    Timing,
    TurnClosed,
    TurnOpened,
)
from debate.prompts.layouts import Projection
from debate.prompts.minutes import clerk_messages
from debate.standing import ConferenceState
from debate.state import last_held
from debate.steps import Ask, ask_of, floor_of

LAYOUTS = st.sampled_from([("shared", "head"), ("shared", "tail"), ("perspective", "head")])
PUBLIC = ("motion", "amendment", "call")  # asks whose words all read, once they were taken


class Meddler:
    """A chair that passes notes, takes minutes, forks, and changes cards and rules, at random."""

    def __init__(self, seats: list[str], seed: int) -> None:
        self.seats = seats
        self.chance = random.Random(seed)
        self.private: dict[str, str] = {}
        """The one seat that may know each note, by its words."""

    def __call__(self, play: Play) -> None:
        if play.state.standing != "open" or play.state.busy or self.chance.random() > 0.3:
            return
        match self.chance.randrange(5):
            case 0:
                to = self.chance.choice([*self.seats, None])
                words = f"<note {len(play.events)}>"
                if to is not None:
                    self.private[words] = to
                play.put(NotePassed(to=to, text=words))
            case 1:
                seed = self.chance.randrange(99)
                play.put(ConferenceForked(origin="a.jsonl", head="0" * 64, seed=seed))
            case 2:
                seat = self.chance.choice(self.seats)
                play.put(PersonaChanged(persona=persona(seat, summary=f"Changed {seat}.")))
            case 3:
                play.put(RuleAdded(text=f"Rule {len(play.events)}."))
            case 4:
                held = [t.number for t in play.state.record if last_held(play.state, t.number)]
                if held:
                    play.put(minutes(self.chance.choice(held)))


def minutes(through: int) -> MinutesTaken:
    by, timing = Profile(model="m", family="test"), Timing(total=1.0)
    return MinutesTaken(through=through, text="Minutes.", request="0" * 64, by=by, timing=timing)


def may_know(state: ConferenceState, now: ConferenceState, seat: str | None) -> dict[str, bool]:
    """Of the words of every turn, whether a seat may know them at this moment; told by the turns
    themselves and by who was in each room, not by the code that is tested."""
    known = {}
    plans = now.opened.scenario.phases
    for turn in state.record:
        spoken = any(t.number == turn.number for t in now.record)
        inside = turn.room is None or seat in state.rooms[turn.phase, turn.room]
        still = (
            now.phase is not None
            and now.phase.index == turn.phase
            and plans[turn.phase].kind == "opening"
        )
        known[f"<{turn.number}>"] = spoken and inside and not still
    return known


@settings(max_examples=40, deadline=None)
@given(SEATS, PHASES, LAYOUTS, st.integers(0, 2**16))
def test_no_prompt_holds_what_its_seat_may_not_know(seats, phases, layout, seed):
    opened = manifest(worlds(seats, phases), seed=seed, layout=layout[0], cards=layout[1])
    shuffle = random.Random(seed)
    meddler = Meddler(seats, seed)
    play = Play(
        opened,
        speak=lambda step, number: spoken(step.seat, number),
        order=lambda numbers: shuffle.sample(numbers, len(numbers)),
        answer=replier(seed),
    ).run(between=meddler)

    answers = [e for e in play.events if isinstance(e, Answer) and e.raw]
    for n, event in enumerate(play.events):
        if not isinstance(event, TurnOpened | AskOpened):
            continue
        now = play.states[n]
        step = floor_of(event) if isinstance(event, TurnOpened) else ask_of(event)
        messages = Projection(now.opened).messages(now, step)
        text = "\n".join(m.content for m in messages)
        for other in (*seats, "chair"):
            assert (f"secret goal of {other}" in text) == (other == step.seat)
            assert (f"secret line of {other}" in text) == (other == step.seat)
        known = may_know(play.state, now, step.seat)
        shown = set(re.findall(r"<[0-9]+>", text))
        assert shown <= {words for words, may in known.items() if may}
        if now.minutes is None:
            assert shown == {words for words, may in known.items() if may}
        assert "thought of" not in text
        for words, to in meddler.private.items():
            assert words not in text or to == step.seat
        unheard(now, text, answers)
        if isinstance(step, Ask):
            plan = now.opened.scenario.phases[step.phase]
            secret = step.kind == "ballot" and plan.vote.secret
            told = "obody hears" in messages[-1].content.rpartition("---\n")[2]
            assert told == (step.kind in ("bid", "partner") or secret)


def spoken(seat: str, number: int) -> TurnClosed:
    return TurnClosed(
        turn=number,
        seat=seat,
        text=f"<{number}>",
        reasoning=f"thought of {seat}",
        finish="stop",
        timing=Timing(total=1.0),
    )


def unheard(now: ConferenceState, text: str, answers: list[Answer]) -> None:
    """That no answer is in a prompt before all may read it, and a secret one never is."""
    for answer in answers:
        for words in re.findall(r"[a-z]+ \d+ of \w+ to (?:bid|ballot|signature)", answer.raw):
            if words not in text:
                continue
            kind = words.rpartition(" ")[2]
            assert kind != "bid"
            if kind == "ballot":
                counted = [d for d in now.decisions if answer.seat in d.ballots]
                assert any(words in d.ballots[answer.seat][1] and not d.secret for d in counted)
            if kind == "signature":
                assert any("communique is signed" in note.text for note in now.notes)


@settings(max_examples=30, deadline=None)
@given(SEATS, PHASES, st.integers(0, 2**16))
def test_the_clerk_reads_what_all_may_know(seats, phases, seed):
    play = Play(
        manifest(worlds(seats, phases), seed=seed),
        speak=lambda step, number: spoken(step.seat, number),
        answer=replier(seed),
    ).run()

    by = Profile(model="m", family="test")
    for state in play.states[1:-1]:
        held = [t for t in state.record if last_held(state, t.number)]
        if not held:
            continue
        text = "\n".join(m.content for m in clerk_messages(state, held[-1].number, by))
        assert "secret" not in text.replace("Secret", "")
        private = {f"<{t.number}>" for t in play.state.record if t.room is not None}
        assert not private & set(re.findall(r"<[0-9]+>", text))
