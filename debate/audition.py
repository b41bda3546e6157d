"""An audition: a persona is heard, question by question, before it is seated anywhere.

    async with Registry() as registry:
        answer = await hear(Candidate(card, "local"), probe, registry=registry)

Each question is a conference of its own, with one seat: the chair asks, the one seat answers. So
what is sent is what a debate sends, rules, card, brief and all; replies go through the same
hygiene, failures through the same patience; and each answer has a transcript that verifies. A
conference a question, not a turn a question, so that no answer hears another, and versions can be
compared question by question. Their prompts share a head, which a cache reads once.

A scene is a conference proper of one phase, with two others at the table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from debate.conference import Conference
from debate.errors import SpeakerError, UserError
from debate.events import Thinking, TurnClosed, TurnFailed, TurnOpened
from debate.kept_answers import Answer, keep
from debate.library import auditions_folder, persona_files
from debate.persona import Persona
from debate.probes import Probe
from debate.scenario import Scenario
from debate.seating import Wishes, card_hash
from debate.speakers.registry import Registry
from debate.take import Watch

#: The same each time, so that on the embedded engine what differs between two auditions comes from
#: the card.
SEED = 1

#: Who sits with a persona in a scene if nobody is named: the first two of these other than itself.
USUAL_OTHERS = ("altman", "amodei", "yang")
SCENE_MOTION = "The weights of the strongest AI models should be open to everyone."
SCENE_TURNS = 3
"""Turns of each in a scene."""

_WORDS = {"from": 60, "to": 120}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version of a card, and the model that speaks for it."""

    card: Persona
    model: str
    thinking: Thinking | None = None


def question_scenario(card: Persona, probe: Probe) -> Scenario:
    """The conference in which one question is put."""
    return _scenario(
        "audition",
        [card.id],
        title="An audition",
        motion="None. The chair puts one question.",
        background="One participant is heard alone, and answers as it would at a table of others.",
        phase={
            "id": probe.id,
            "title": "A question from the chair",
            "instructions": probe.question,
        },
    )


def scene_scenario(card: Persona, others: Sequence[Persona], motion: str) -> Scenario:
    """The conference in which a persona speaks with others, after them."""
    return _scenario(
        "scene",
        [*(other.id for other in others), card.id],
        title="A scene",
        motion=motion,
        background="A short exchange between a few participants.",
        phase={
            "id": "exchange",
            "title": "Exchange",
            "rounds": SCENE_TURNS,
            "instructions": "Say where you stand on the motion, and answer what was said.",
        },
    )


def usual_others(card: Persona) -> tuple[str, ...]:
    """Ids of the two that sit with a persona in a scene if nobody is named."""
    known = persona_files()
    found = [name for name in (*USUAL_OTHERS, *known) if name in known and name != card.id]
    return tuple(dict.fromkeys(found))[:2]


def wishes_for(candidate: Candidate, others: Sequence[Persona] = (), seed: int = SEED) -> Wishes:
    """How an audition's conference is held."""
    cards = {card.id: card for card in (*others, candidate.card)}
    return Wishes(model=candidate.model, thinking=candidate.thinking, seed=seed, personas=cards)


async def hear(
    candidate: Candidate,
    probe: Probe,
    *,
    registry: Registry,
    seed: int = SEED,
    watch: Watch = lambda item: None,
) -> Answer:
    """Put one question, and keep the answer.

    Args:
        candidate: Who answers.
        probe: The question.
        registry: Its speakers; shared by all questions of an audition.
        seed: Of sampling.
        watch: Called with each event and delta, as of any conference.

    Raises:
        SpeakerError: if no answer could be had.
        UserError: if it cannot be asked so.
        YaltaError: if the answer cannot be kept.
    """
    heard = _Heard(candidate, seed, watch, lambda n: probe.id, probe.question)
    answers = await heard.hold(
        question_scenario(candidate.card, probe), wishes_for(candidate, seed=seed), registry
    )
    return answers[0]


async def play_scene(
    candidate: Candidate,
    others: Sequence[Persona],
    motion: str = SCENE_MOTION,
    *,
    registry: Registry,
    seed: int = SEED,
    watch: Watch = lambda item: None,
) -> list[Answer]:
    """Hold a scene, and keep what the persona said in it.

    Args:
        others: Who else is at the table.
        motion: What it is about. Other arguments and errors are those of `hear`.
    """
    if any(other.id == candidate.card.id for other in others):
        raise UserError(f"{candidate.card.id!r} cannot sit in a scene with itself")
    ids = tuple(other.id for other in others)
    heard = _Heard(candidate, seed, watch, lambda n: f"scene-{n}", motion, ids)
    return await heard.hold(
        scene_scenario(candidate.card, others, motion),
        wishes_for(candidate, others, seed),
        registry,
    )


def _scenario(
    name: str,
    seats: Sequence[str],
    *,
    title: str,
    motion: str,
    background: str,
    phase: dict[str, Any],
) -> Scenario:
    return Scenario.model_validate(
        {
            "schema": "yalta/scenario/1",
            "id": name,
            "title": title,
            "motion": motion,
            "background": background,
            "seats": [{"persona": seat} for seat in seats],
            "phases": [{"kind": "plenary", "words": _WORDS, **phase}],
            "failures": {"reply": "stop"},
        }
    )


class _Heard:
    """What one candidate says in one conference: kept turn by turn, as it comes."""

    def __init__(
        self,
        candidate: Candidate,
        seed: int,
        watch: Watch,
        probe: Callable[[int], str],
        question: str,
        others: tuple[str, ...] = (),
    ) -> None:
        self._candidate = candidate
        self._seed = seed
        self._watch = watch
        self._probe = probe
        self._question = question
        self._others = others
        self._opened: dict[int, TurnOpened] = {}
        self._why = "the model said nothing"

    async def hold(self, scenario: Scenario, wishes: Wishes, registry: Registry) -> list[Answer]:
        """Hold the conference to its end, or to where it stops.

        Raises:
            SpeakerError: if no answer came of it.
        """
        answers: list[Answer] = []
        folder = auditions_folder() / "transcripts" / self._candidate.card.id
        async with (
            Conference.begin(scenario, wishes, out=folder, registry=registry) as conference,
            aclosing(conference.stream()) as stream,
        ):
            async for item in stream:
                self._watch(item)
                match item:
                    case TurnOpened():
                        self._opened[item.turn] = item
                    case TurnFailed():
                        self._why = item.message
                    case TurnClosed() if item.seat == self._candidate.card.id:
                        answers.append(await self._keep(item, conference, len(answers) + 1))
                    case _:
                        pass
        if not answers:
            raise SpeakerError(self._why)
        return answers

    async def _keep(self, turn: TurnClosed, conference: Conference, nth: int) -> Answer:
        answer = Answer(
            at=turn.at or datetime.now(UTC),
            card=card_hash(self._candidate.card),
            model=self._candidate.model,
            profile=turn.by or conference.state.profiles[turn.seat],
            served=turn.model,
            seed=self._seed,
            probe=self._probe(nth),
            question=self._question,
            others=self._others,
            prompt=self._opened[turn.turn].request,
            reply=turn.text,
            usage=turn.usage,
            seconds=turn.timing.total,
            transcript=conference.path.relative_to(auditions_folder()).as_posix(),
        )
        await asyncio.to_thread(keep, self._candidate.card, answer)
        return answer
