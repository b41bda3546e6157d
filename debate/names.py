"""What the seats of a conference may be called, by models and by each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from debate.events import ConferenceOpened

# Parts of names that label nobody.
_NOT_NAMES = frozenset({"The", "Dr", "Mr", "Ms", "Mrs", "Prof"})


def called(manifest: ConferenceOpened) -> Mapping[str, tuple[str, ...]]:
    """What each seat may be called, by seat: its name first, then the parts of that name and the
    name in its own script, where they mean no other seat. Models label speech with any of them."""
    personas = manifest.personas
    return _called(tuple((c.id, c.name, personas[c.persona].native_name) for c in manifest.seats))


@lru_cache(maxsize=8)  # whoever is asked for anything needs them: hundreds of a large table at once
def _called(
    seats: tuple[tuple[str, str, str | None], ...],
) -> Mapping[str, tuple[str, ...]]:
    """The same, of the id, the name and the native name of each seat."""
    names: dict[str, list[str]] = {}
    for seat, name, native in seats:
        parts = [part for part in name.split() if part.isalpha() and part[0].isupper()]
        short = [part for part in parts if part not in _NOT_NAMES]
        names[seat] = list(dict.fromkeys([name, *short, *([native] if native else [])]))
    times = Counter(name for known in names.values() for name in known)
    return MappingProxyType(
        {
            seat: (known[0], *(name for name in known[1:] if times[name] == 1))
            for seat, known in names.items()
        }
    )
