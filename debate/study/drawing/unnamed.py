"""A card without its name: what a rater reads of a voice."""

from __future__ import annotations

from debate.persona import Persona, Voice
from debate.study.drawing.masking import Masker
from debate.study.rubric import Trait


def card_text(voice: Voice, masker: Masker) -> str:
    """A voice in a few lines, one trait a line, masked."""
    lines = [("Register", voice.register_), ("Rhythm", voice.rhythm)]
    for name, said in (
        ("Prefers", voice.prefers),
        ("Avoids", voice.avoids),
        ("Catchphrases", voice.catchphrases),
        ("Devices", voice.devices),
        ("Never", voice.never),
    ):
        if said:
            lines.append((name, " · ".join(said)))
    if mixes := voice.code_switching:
        told = f"{', '.join(mixes.languages)}; about {mixes.share:.0%}. {mixes.when}"
        lines.append(("Mixes languages", told))
    return "\n".join(f"{name}: {masker.masked(said)}" for name, said in lines)


def traits(persona: Persona) -> tuple[Trait, ...]:
    """The traits that a card names, so that raters can be asked about them."""
    voice = persona.voice
    named: list[Trait] = []
    if voice.prefers or voice.catchphrases or voice.avoids:
        named.append("lexis")
    named.append("rhythm")
    if voice.code_switching:
        named.append("code-switching")
    if voice.devices:
        named.append("devices")
    return tuple(named)
