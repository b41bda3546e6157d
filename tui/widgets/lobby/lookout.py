"""What is known of each model's availability, asked for in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from debate.speakers.availability import Availability, availability

_AT_ONCE = 8
_SHOW_SECONDS = 0.2

#: A model, and whether the user named it.
Named = tuple[str, bool]


class Lookout:
    """Keeps what was last found out. What is old stays until it is known anew."""

    def __init__(self) -> None:
        self._found: dict[Named, Availability] = {}

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
        wanted = {m for m in models if again or m not in self._found}
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(model: Named) -> None:
            async with slots:
                self._found[model] = await availability(model[0], named=model[1])

        async with asyncio.TaskGroup() as group:
            pending = {group.create_task(one(model)) for model in wanted}
            while pending:
                # A table of many seats is not drawn anew for each of its models.
                _, pending = await asyncio.wait(pending, timeout=_SHOW_SECONDS)
                show()
