"""Waiting for what a screen will show, without guessing how long it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.pilot import Pilot


async def wait_until(pilot: Pilot, holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Let the app run until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():
            await pilot.pause(0.01)
    await pilot.pause()
