"""A persona as the fields of a card that other programs show and send to their models.

A card has prose where a persona has parts. So each field begins with what it was read from, or
would be, and the other parts follow as its tail, in a form that this module writes always the same:
where another program changed the field and left the tail alone, the two can be told apart again.
"""

from __future__ import annotations

from dataclasses import dataclass

from debate.cards import dialogue
from debate.cards.character_card import Card
from debate.persona import Persona

#: What a persona has to say of itself and a card does not.
ROLE = "Participant"
RHYTHM = "In their own way."

#: The fields of `data` that a persona has words for.
FIELDS = ("name", "description", "personality", "mes_example", "creator", "creator_notes")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of prose: what a persona's own part says, and what follows from its other parts."""

    head: str
    tail: str

    def __str__(self) -> str:
        return self.head + self.tail

    def head_of(self, text: str) -> str | None:
        """The head of a text that another program may have changed; None if its tail is not the
        one that belongs here."""
        return text.removesuffix(self.tail) if text.endswith(self.tail) else None


def fields(persona: Persona) -> Card:
    """The fields of `data`, by name."""
    return {
        "name": persona.name,
        "description": str(description(persona)),
        "personality": str(personality(persona)),
        "mes_example": dialogue.written((e.heard, e.reply) for e in persona.examples),
        "creator": persona.author or "",
        "creator_notes": persona.notice or "",
    }


def description(persona: Persona) -> Field:
    """Who they are: the summary, then what they stand for and want."""
    role = "" if persona.role == ROLE else persona.role
    who = ", ".join(filter(None, (role, persona.organisation, persona.native_name)))
    stances = [f"{s.topic} ({s.firmness}/5): {s.position}" for s in persona.stances]
    return Field(
        persona.summary,
        _paragraphs(
            ("Who", [who] if who else []),
            ("Stands for", stances),
            ("Wants", persona.goals.public),
            ("Wants, and does not say so", persona.goals.private),
            ("Will not agree to", persona.red_lines),
        ),
    )


def personality(persona: Persona) -> Field:
    """How they talk: the register, then all else of the voice."""
    voice = persona.voice
    switching = voice.code_switching
    mixes = [f"{', '.join(switching.languages)}: {switching.when}"] if switching else []
    return Field(
        voice.register_,
        _paragraphs(
            ("Rhythm", [] if voice.rhythm == RHYTHM else [voice.rhythm]),
            ("Says", [", ".join(voice.prefers)] if voice.prefers else []),
            ("Turns of phrase", voice.catchphrases),
            ("Devices", voice.devices),
            ("Mixes languages", mixes),
            ("Keeps away from", [", ".join(voice.avoids)] if voice.avoids else []),
            ("Never", voice.never),
        ),
    )


def _paragraphs(*parts: tuple[str, list[str] | tuple[str, ...]]) -> str:
    written = []
    for heading, lines in parts:
        if len(lines) == 1:
            written.append(f"\n\n{heading}: {lines[0]}")
        elif lines:
            written.append(f"\n\n{heading}:" + "".join(f"\n- {line}" for line in lines))
    return "".join(written)
