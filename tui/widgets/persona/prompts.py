"""The prompt of a card, exactly as each layout sends it, with about how many tokens it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from debate.audition import SCENE_MOTION, Candidate, scene_scenario, usual_others, wishes_for
from debate.estimate import estimate, estimate_prompt
from debate.events import Cards, Layout, Profile
from debate.library import load_persona
from debate.persona import Persona
from debate.prompts.layouts import Message, Projection
from debate.seating import seat
from debate.state import fold
from debate.steps import GiveFloor
from tui.widgets.floor.blocks import Block, plain

#: What can be looked at: name, layout, and where the cards stand.
LAYOUTS: tuple[tuple[str, Layout, Cards], ...] = (
    ("shared", "shared", "head"),
    ("shared, cards at the tail", "shared", "tail"),
    ("perspective", "perspective", "head"),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """The prompt of one layout."""

    layout: str
    messages: tuple[Message, ...]
    tokens: int
    """About."""


def sent(card: Persona) -> list[Sent]:
    """What each layout sends for the card's first turn in a scene with two others. Blocks.

    Raises:
        YaltaError: if one of the others cannot be read.
    """
    others = [load_persona(name) for name in usual_others(card)]
    scenario = scene_scenario(card, others, SCENE_MOTION)
    found = []
    for name, layout, cards in LAYOUTS:
        wishes = replace(wishes_for(Candidate(card, "draft"), others), layout=layout, cards=cards)
        manifest = seat(scenario, wishes, _unknown, "draft")
        state = fold([manifest])
        messages = Projection(manifest).messages(state, GiveFloor(card.id, 0, 1))
        found.append(Sent(name, messages, estimate_prompt(messages)))
    return found


def blocks_of(prompts: Sequence[Sent], chosen: int) -> list[Block]:
    """A prompt, its figures and those of the others above it."""
    each = prompts[chosen]
    table = "\n".join(f"{p.tokens:>7,}  {p.layout}" for p in prompts)
    blocks = [
        Block("heading", name=f"As sent by the layout {each.layout}"),
        Block("note", name="Tokens of each layout, about", text=table),
    ]
    for message in each.messages:
        name = f"{message.role}, about {estimate(message.content):,} tokens"
        blocks.append(Block("note", name=name, text=plain(message.content)))
    return blocks


def _unknown(model: str) -> Profile:
    return Profile(model=model, family="draft")
