"""What became of each part of a card that was imported. Nothing is dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: `mapped`: the persona says it now. `kept`: it stays with the persona, reaches no prompt, and goes
#: back into the card on export. `lost`: it is not in the persona's file.
Fate = Literal["mapped", "kept", "lost"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a card, and what became of it."""

    part: str
    fate: Fate
    message: str
