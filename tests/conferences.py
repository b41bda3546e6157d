"""Transcripts of made-up conferences, for studies: what is said has nothing of who says it, unless
a test wants it so."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from worlds import Play, manifest, persona, scenario

from debate.persona import Persona
from debate.study.drawing.excerpts import Held, held
from debate.study.drawing.plan import StudyPlan
from debate.study.key import RaterKey
from debate.study.rubric import Rubric, find_rubric
from debate.transcript import Transcript

NAMES = ("ada", "bo", "cem", "dai")
_WORDS = (
    *("the", "models", "weights", "should", "be", "open", "and", "safe", "because", "we"),
    *("want", "all", "people", "to", "share", "what", "comes", "of", "them", "while", "laws"),
    *("follow", "slowly", "nobody", "knows", "how", "far", "it", "goes", "in", "these", "years"),
)

Speak = Callable[[str, random.Random], str]


def anyhow(seat: str, chance: random.Random) -> str:
    """Some twenty words that could be anyone's."""
    return " ".join(chance.choices(_WORDS, k=chance.randint(14, 26))).capitalize() + "."


def voiced(name: str) -> Persona:
    """A persona with a voice in every field."""
    return persona(
        name,
        role="Delegate",
        native_name=f"昆{name}",
        organisation=f"{name.title()}works",
        author=f"{name}-author",
        voice={
            "register": f"Register {name}.",
            "rhythm": f"Rhythm {name}.",
            "prefers": [f"prefers {name}"],
            "avoids": [f"avoids {name}"],
            "catchphrases": [f"So says the {name} bird.", f"Round goes the {name} wheel."],
            "devices": [f"device {name}"],
            "code_switching": {"languages": ["English", "Chinese"], "share": 0.2, "when": "Often."},
        },
    ).model_copy(update={"name": f"{name.title()} Quintero"})


def conference(
    path: Path,
    names: Sequence[str] = NAMES,
    *,
    seed: int = 1,
    speak: Speak = anyhow,
    nobody: bool = False,
    rounds: int = 4,
) -> Path:
    """Write a conference of these personas, each of whose seats speaks six times.

    Args:
        path: Where.
        names: Who sits there.
        seed: Of what is said.
        speak: Gives the words of a turn.
        nobody: Seats the same ids without a persona.
        rounds: Of the plenary.
    """
    plan = scenario(
        names, [{"kind": "opening"}, {"kind": "plenary", "rounds": rounds}, {"kind": "closing"}]
    )
    opened = manifest(plan, seed=seed)
    cards = {name: voiced(name) for name in names}
    blank = persona("nobody").model_copy(update={"name": "The Assistant"})
    seats = tuple(
        seat.model_copy(
            update={
                "persona": "nobody" if nobody else seat.persona,
                "name": f"Seat {seat.id.title()}" if nobody else cards[seat.id].name,
            }
        )
        for seat in opened.seats
    )
    update = {"personas": {"nobody": blank} if nobody else cards, "seats": seats}
    chance = random.Random(f"{seed} {path.name}")
    play = Play(opened.model_copy(update=update), lambda step, number: speak(step.seat, chance))
    with Transcript.create(path) as transcript:
        for event in play.run().events:
            transcript.append(event)
    return path


def conferences(
    folder: Path, arms: dict[str, int], *, names: Sequence[str] = NAMES, speak: Speak = anyhow
) -> list[Held]:
    """So many conferences of each arm; `no-persona` is seated with nobody."""
    return [
        held(
            conference(
                folder / f"{arm}-{n}.jsonl",
                names,
                seed=n,
                speak=speak,
                nobody=arm == "no-persona",
            ),
            arm,
        )
        for arm, times in arms.items()
        for n in range(times)
    ]


def style_plan(
    found: Sequence[Held], *, seed: int = 1, raters: Sequence[str] = ("kai", "lin"), **more: object
) -> StudyPlan:
    """A study of style by the rubric that ships."""
    rubric = more.pop("rubric", None)
    return StudyPlan(
        title="A study",
        rubric=rubric if isinstance(rubric, Rubric) else find_rubric("style"),
        conferences=found,
        raters=[RaterKey(id=rater) for rater in raters],
        seed=seed,
        **more,  # type: ignore[arg-type]
    )
