"""Character cards: how personas come from other programs, and go to them.

    found = read_card(Path("kai.png"))
    persona = import_card(found.card).persona
    Path("kai.charx").write_bytes(exported(persona, "charx"))

`character_card` says what a card is, `card_file` reads and writes its files over `bounded_json`,
`png_chunks` and `charx`; `importing` and `exporting` map between a card and a persona, `visible`
says which words go where, and `luggage` keeps what has no place on the other side.
"""

from __future__ import annotations

from debate.cards.card_file import CardFile, exported, read_card
from debate.cards.exporting import export_card
from debate.cards.findings import Finding
from debate.cards.importing import Imported, import_card
from debate.cards.persona_yaml import persona_yaml

__all__ = [
    "CardFile",
    "Finding",
    "Imported",
    "export_card",
    "exported",
    "import_card",
    "persona_yaml",
    "read_card",
]
