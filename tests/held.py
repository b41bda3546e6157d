"""Small conferences with three of the shipped personas, held against a server on loopback."""

from __future__ import annotations

from worlds import scenario

from debate import Conference, Wishes

NAMES = ("Sam Altman", "Yang Zhilin", "Dario Amodei")
SEATS = ("altman", "yang", "amodei")


def small(phases=(), **more):
    """A short scenario with three of the shipped personas."""
    return scenario(SEATS, phases, **more)


async def hold(plan, server, tmp_path, **wishes):
    """Run a conference to its end; returns its items and its path."""
    items = []
    asked = Wishes(model=server.model, seed=1, **wishes)
    async with Conference.begin(plan, asked, out=tmp_path) as conference:
        async for item in conference.stream():
            items.append(item)
        return items, conference.path
