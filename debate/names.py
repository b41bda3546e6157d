"""What the seats of a conference may be called, by models and by each other."""

from __future__ import annotations

from collections import Counter

from debate.events import ConferenceOpened

# Parts of names that label nobody.
_NOT_NAMES = frozenset({"The", "Dr", "Mr", "Ms", "Mrs", "Prof"})


def called(manifest: ConferenceOpened) -> dict[str, tuple[str, ...]]:
    """What each seat may be called, by seat: its name first, then the parts of that name and the
    name in its own script, where they mean no other seat. Models label speech with any of them."""
    names: dict[str, list[str]] = {}
    for card in manifest.seats:
        native = manifest.personas[card.persona].native_name
        parts = [part for part in card.name.split() if part.isalpha() and part[0].isupper()]
        short = [part for part in parts if part not in _NOT_NAMES]
        names[card.id] = list(dict.fromkeys([card.name, *short, *([native] if native else [])]))
    times = Counter(name for known in names.values() for name in known)
    return {
        seat: (known[0], *(name for name in known[1:] if times[name] == 1))
        for seat, known in names.items()
    }
