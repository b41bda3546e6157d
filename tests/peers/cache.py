"""How much of each prompt is new to a prefix cache, by layout.

    python tests/peers/cache.py
    python tests/peers/cache.py --engine [MODEL]

Without a model: conferences of made-up turns of 120 tokens, on the shipped scenario and personas,
each persona lengthened to some 400 words, public and private. Every prompt is made by the program's
own projection, written out as chat text, and held against an ideal cache, which forgets nothing: of
a request, the longest prefix that it has with *any* earlier request is cached, and the rest is new.
A second count lets the cache hold the replies as well, each behind its request, as servers do that
keep what they wrote. A token is 4 characters here, so that nothing depends on a tokenizer.

`own view` is what other programs send: the seat's card as system, its own turns as the assistant's,
every other turn a user message, the whole history from each seat's own side (AutoGen, CAMEL,
LangGraph). It asks for nothing at the end, so it has no brief.

Prints a Markdown table: mean new tokens a turn after the first round, which reads each head for the
first time, and over all turns, that round included; the brief's share; the length of the last
prompt.

With `--engine` real conferences are held instead, by default on the embedded engine: short turns,
cards of some 60 words, no facts, since two cores read some 30 to 100 tokens a second; and the
server's own count of what it had cached, with the time to the first token.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from debate import (
    Conference,
    ConferenceState,
    Persona,
    Scenario,
    Wishes,
    fold,
    load_persona,
    load_scenario,
)
from debate.agenda import GiveFloor, OpenPhase, next_steps
from debate.events import (
    Cards,
    ConferenceOpened,
    Layout,
    PhaseOpened,
    Profile,
    SeatCard,
    Timing,
    TurnClosed,
    TurnOpened,
)
from debate.prompts.environment import compile_template, render, shipped_templates
from debate.prompts.layouts import Message, Projection
from debate.seating import manifest_hashes, notice
from debate.state import apply

CHARACTERS = 4  # a token
TURN = 120  # tokens
CARD = 400  # words
TABLES = ((3, 60), (9, 90))  # seats, turns
SHORT_TABLES = ((3, 12), (9, 18))  # with a model
CAST = ("altman", "yang", "amodei", "zuckerberg", "liang", "hassabis")
LAYOUTS: dict[str, tuple[Layout, Cards]] = {
    "shared, cards at the head": ("shared", "head"),
    "shared, cards at the tail": ("shared", "tail"),
    "perspective": ("perspective", "head"),
}
OWN_VIEW = "own view (AutoGen, CAMEL, LangGraph)"


# -- an ideal prefix cache


class PrefixCache:
    """Holds all texts that it was given, and finds the longest prefix that a new one shares."""

    def __init__(self) -> None:
        self._held: list[str] = []  # sorted: the nearest in kind are neighbours

    def hold(self, text: str) -> None:
        """Keep a text."""
        self._held.insert(bisect(self._held, text), text)

    def new(self, text: str) -> int:
        """How many characters of a text it does not hold."""
        at = bisect(self._held, text)
        near = self._held[max(at - 1, 0) : at + 1]
        return len(text) - max((shared(text, held) for held in near), default=0)


def shared(one: str, other: str) -> int:
    """Length of the longest common prefix."""
    known, most = 0, min(len(one), len(other))
    while known < most:
        middle = (known + most + 1) // 2
        if one[known:middle] == other[known:middle]:
            known = middle
        else:
            most = middle - 1
    return known


def chat_text(messages: Sequence[Message]) -> str:
    """Messages as a chat template writes them out."""
    said = "".join(f"<|{m.role}|>\n{m.content}<|end|>\n" for m in messages)
    return f"{said}<|assistant|>\n"


# -- a conference without models


def made_up(kind: str, characters: int) -> str:
    """Text of so many characters, about 0.75 words a token: another for each kind."""
    chance = random.Random(kind)
    words: list[str] = []
    while sum(map(len, words)) + len(words) < characters:
        length = chance.choice((2, 3, 4, 4, 5, 8))
        words.append("".join(chance.choices("aeiounrstlmd", k=length)))
    return " ".join(words)[: characters - 2] + "a."


def card_of(persona: Persona) -> str:
    """The public half of a card, as prompts show it."""
    template = compile_template(shipped_templates()["card.j2"], path="card.j2")
    values = {"name": persona.name, "persona": persona.model_dump(by_alias=True)}
    return render(template, "card.j2", values)


def aims_of(persona: Persona) -> str:
    """The private half."""
    return " ".join((*persona.goals.private, *persona.red_lines))


def cast(seats: int) -> list[Persona]:
    """Personas of at least 400 words: the shipped ones, made-up words behind their summaries."""
    people = []
    for n in range(seats):
        persona = load_persona(CAST[n % len(CAST)])
        if n >= len(CAST):
            again = {"id": f"{persona.id}-2", "name": f"{persona.name} II", "native_name": None}
            persona = persona.model_copy(update=again)
        lacking = CARD - len(f"{card_of(persona)} {aims_of(persona)}".split())
        more = made_up(persona.id, 10 * CARD).split()[: max(lacking, 0)]
        summary = " ".join([persona.summary, *more])
        people.append(persona.model_copy(update={"summary": summary}))
    return people


def plenary(rounds: int, words: tuple[int, int], personas: Sequence[str]) -> Scenario:
    """The shipped scenario with nothing but its plenary."""
    scenario = load_scenario("yalta").model_dump(by_alias=True)
    phase = next(p for p in scenario["phases"] if p["kind"] == "plenary")
    low, high = words
    phase |= {"rounds": rounds, "words": {"from": low, "to": high}}
    seats = [{"persona": name} for name in personas]
    return Scenario.model_validate({**scenario, "phases": [phase], "seats": seats})


def manifest(
    people: Sequence[Persona], turns: int, layout: Layout, cards: Cards
) -> ConferenceOpened:
    """The opening of a conference at which these speak."""
    scenario = plenary(turns // len(people), (50, 90), [p.id for p in people])
    personas = {p.id: p for p in people}
    templates = shipped_templates()
    profile = Profile(model="none", family="none")
    return ConferenceOpened(
        program="yalta",
        notice=notice(people),
        scenario=scenario,
        personas=personas,
        seats=tuple(SeatCard(id=p.id, persona=p.id, name=p.name, profile=profile) for p in people),
        templates=templates,
        layout=layout,
        cards=cards,
        seed=1,
        hashes=manifest_hashes(scenario, personas, templates),
    )


def play(opened: ConferenceOpened) -> Iterator[tuple[ConferenceState, GiveFloor, str]]:
    """Each turn of a conference: the state before it, who has the floor, and what is then said."""
    state = fold([opened])
    while True:
        match next_steps(state):
            case [OpenPhase(index)]:
                plan = opened.scenario.phases[index]
                begun = PhaseOpened(phase=index, kind=plan.kind, title=plan.title)
                state = apply(state, begun)
            case [GiveFloor(seat, phase, round_) as step]:
                number = state.last_turn + 1
                text = made_up(f"turn {number}", TURN * CHARACTERS)
                yield state, step, text
                floor = TurnOpened(turn=number, seat=seat, phase=phase, round=round_, request="")
                took = Timing(total=1)
                said = TurnClosed(turn=number, seat=seat, text=text, finish="stop", timing=took)
                state = fold([floor, said], state)
            case _:
                return


def own_view(
    heads: dict[str, str], names: dict[str, str], state: ConferenceState, seat: str
) -> tuple[Message, ...]:
    """The prompt of a program that gives each seat the whole history from its own side."""
    said = (
        Message("assistant", turn.text)
        if turn.seat == seat
        else Message("user", f"{names[turn.seat]}: {turn.text}")
        for turn in state.record
    )
    return Message("system", heads[seat]), *said


@dataclass
class Row:
    """What the requests of one conference took, in tokens, turn by turn."""

    alone: list[float]
    """New to a cache that holds earlier requests."""
    with_replies: list[float]
    """New to one that holds the replies as well."""
    briefs: list[float]
    last: float = 0.0
    """Length of the last prompt."""


def measure(people: Sequence[Persona], turns: int, layout: str) -> Row:
    """Play a conference, and hold every prompt against the caches."""
    opened = manifest(people, turns, *LAYOUTS.get(layout, ("perspective", "head")))
    projection = Projection(opened)
    names = {p.id: p.name for p in people}
    heads: dict[str, str] = {}
    requests, exchanges = PrefixCache(), PrefixCache()
    row = Row([], [], [])
    for state, step, reply in play(opened):
        messages = projection.messages(state, step)
        brief = len(messages[-1].content) - messages[-1].stable
        if layout == OWN_VIEW:
            # The perspective's head, with the aims that there stand in the brief.
            aims = aims_of(opened.personas[step.seat])
            heads.setdefault(step.seat, f"{messages[0].content}\n\n{aims}")
            messages, brief = own_view(heads, names, state, step.seat), 0
        text = chat_text(messages)
        row.alone.append(requests.new(text) / CHARACTERS)
        row.with_replies.append(exchanges.new(text) / CHARACTERS)
        row.briefs.append(brief / CHARACTERS)
        row.last = len(text) / CHARACTERS
        requests.hold(text)
        exchanges.hold(f"{text}{reply}<|end|>\n")
    return row


def without_model() -> None:
    """Print the table of the ideal cache."""
    print(
        f"Turns of {TURN} tokens, personas of {CARD} words; a token is {CHARACTERS} characters.\n\n"
        "| seats x turns | prompts | new tokens a turn, after the first round | over all turns "
        "| with replies cached: after the first round | over all turns | of a turn, the brief "
        "| last prompt |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for seats, turns in TABLES:
        people = cast(seats)
        for layout in (*LAYOUTS, OWN_VIEW):
            row = measure(people, turns, layout)
            figures = [
                statistics.fmean(values)
                for new in (row.alone, row.with_replies)
                for values in (new[seats:], new)
            ]
            cells = [f"{n:.0f}" for n in (*figures, statistics.fmean(row.briefs), row.last)]
            print(f"| {seats} x {turns} | {layout} | {' | '.join(cells)} |", flush=True)


# -- conferences with a model


def short_cast(folder: Path, seats: int) -> list[str]:
    """Write made-up personas of few words into a user's folder; returns their ids."""
    names = [f"delegate-{n}" for n in range(1, seats + 1)]
    (folder / "personas").mkdir()
    for n, name in enumerate(names, 1):
        card = {
            "schema": "yalta/persona/1",
            "id": name,
            "name": f"Delegate {n}",
            "role": "Delegate",
            "real_person": False,
            "summary": f"Speaks for the town of {made_up(name, 200)}",
            "stances": [{"topic": "Weights", "position": f"Wants {made_up(f'{name} wants', 80)}"}],
            "goals": {"private": [f"Hopes for {made_up(f'{name} hopes', 40)}"]},
            "voice": {"register": "Plain.", "rhythm": "Short sentences."},
        }
        (folder / "personas" / f"{name}.yaml").write_text(json.dumps(card))  # which is YAML too
    return names


async def hold(model: str, seats: int, turns: int, layout: str, folder: Path) -> list[TurnClosed]:
    """A conference of short turns; each with an engine of its own, so that none warms another's."""
    os.environ["YALTA_CONFIG"] = str(folder)
    personas = short_cast(folder, seats)
    plan = plenary(turns // seats, (10, 25), personas)
    scenario = plan.model_copy(update={"facts": ()})
    projected, cards = LAYOUTS[layout]
    wishes = Wishes(model=model, layout=projected, cards=cards, seed=1)
    said = []
    async with Conference.begin(scenario, wishes, out=folder) as conference:
        async for item in conference.stream():
            if isinstance(item, TurnClosed):
                said.append(item)
            elif item.type in ("turn.failed", "minutes.taken", "floor.paused"):
                raise SystemExit(f"{layout}, {seats} seats: {item.type} spoils the count")
    return said


def mean_new(said: Sequence[TurnClosed]) -> str:
    """Tokens a turn that the server had not cached, if it tells."""
    new = [
        turn.usage.input - turn.usage.cached
        for turn in said
        if turn.usage.input is not None and turn.usage.cached is not None
    ]
    return f"{statistics.fmean(new):.0f}" if said and len(new) == len(said) else "unknown"


def median_first(said: Sequence[TurnClosed]) -> str:
    """Seconds to the first token."""
    first = [turn.timing.first for turn in said if turn.timing.first is not None]
    return f"{statistics.median(first):.2f}" if first else "unknown"


def with_model(model: str) -> None:
    """Hold the conferences and print their table."""
    print(
        "| seats x turns | prompts | new tokens a turn, after the first round | over all turns "
        "| s to the first token, median after the first round | over all turns | last prompt |\n"
        "| --- | --- | --- | --- | --- | --- | --- |",
        flush=True,
    )
    for seats, turns in SHORT_TABLES:
        for layout in LAYOUTS:
            with tempfile.TemporaryDirectory() as folder:
                said = asyncio.run(hold(model, seats, turns, layout, Path(folder)))
            cells = [mean_new(said[seats:]), mean_new(said)]
            cells += [median_first(said[seats:]), median_first(said)]
            cells.append(str(said[-1].usage.input or "unknown"))
            print(f"| {seats} x {turns} | {layout} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Measure with the ideal cache, or with a model's own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--engine",
        nargs="?",
        const="local",
        metavar="MODEL",
        help="hold real conferences, by default on the embedded engine",
    )
    given = parser.parse_args()
    if given.engine:
        with_model(given.engine)
    else:
        without_model()


if __name__ == "__main__":
    main()
