"""What is known of each model's availability, asked for in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from debate.errors import LoadError
from debate.speakers.availability import Availability, availability
from debate.speakers.discovery import Found, discover
from debate.speakers.sources import in_gigabytes

_AT_ONCE = 8
_SHOW_SECONDS = 0.2
_SERVER_SECONDS = 3.0  # nobody waits for it, so one that is busy may take its time

#: A model, and whether the user named it.
Named = tuple[str, bool]


class Lookout:
    """Keeps what was last found out. What is old stays until it is known anew."""

    def __init__(self) -> None:
        self._found: dict[Named, Availability] = {}
        self._old: set[Named] = set()
        self.served: list[Found] = []
        """What servers on this machine had when they were last asked."""

    def of(self, model: str, named: bool = True) -> Availability | None:
        """What is known of a model; None if it is still being looked up."""
        return self._found.get((model, named))

    async def look(
        self, models: Iterable[Named], show: Callable[[], None], *, again: bool = False
    ) -> None:
        """Look models up, and call `show` as answers come in.

        Args:
            again: Whether those are looked up too of which something is known.
        """
        if again:
            # Noted, since the next look may end this one before it is through.
            self._old.update(self._found)
        wanted = {m for m in models if m in self._old or m not in self._found}
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(model: Named) -> None:
            async with slots:
                self._found[model] = await availability(model[0], named=model[1])
                self._old.discard(model)

        async with asyncio.TaskGroup() as group:
            pending = {group.create_task(one(model)) for model in wanted}
            while pending:
                # A table of many seats is not drawn anew for each of its models.
                _, pending = await asyncio.wait(pending, timeout=_SHOW_SECONDS)
                show()

    async def ask_servers(self) -> None:
        """Ask the servers on this machine what they have. Takes three seconds at most."""
        try:
            self.served = await discover(seconds=_SERVER_SECONDS)
        except LoadError:  # told when the profiles were read for the list of models
            self.served = []


def summary(seats: int, found: Iterable[Availability | None]) -> str:
    """How many seats there are, and what stands in the way of their models, in a line."""
    known = [f for f in found if f is not None]
    parts = [_counted(seats, "seat")]
    if fetch := {f.fetch.name: f.fetch.size for f in known if f.fetch}:
        parts.append(f"↓ {in_gigabytes(sum(fetch.values()))} to download first")
    if missing := sum(f.state not in ("ready", "download") for f in known):
        parts.append(f"✗ {_counted(missing, 'model')} cannot be used")
    return " · ".join(parts)


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
