"""The programs behind open tabs: how many there may be, whose they are, and their end."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from tui.clipboard import SERVED

#: Seconds that a program has to leave in order, before it is told by a signal, and then ended.
PATIENCE = 10.0
#: Seconds that a tab waits for a place: one that is loaded again comes before its own end is heard.
MOMENT = 3.0


LOG = logging.getLogger("yalta.web")
_WEB = re.compile(r"https?://")


class NoRoom(Exception):
    """A tab cannot be opened now; says why, in words for whoever opened it."""


class Tab(AppService):
    """The program behind one tab.

    Args:
        words: What it is called with.
        keys: Variables of the environment that it is not given.
        rater: Whose it is.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        keys: Sequence[str],
        rater: str | None,
        write_bytes: Callable[[bytes], Awaitable[None]],
        write_str: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
        downloads: DownloadManager,
    ) -> None:
        super().__init__(
            "",
            write_bytes=write_bytes,
            write_str=write_str,
            close=close,
            download_manager=downloads,
        )
        self.rater = rater
        self.last_words = ""
        """What the browser is told when it ends, if anything."""
        self._words = words
        self._keys = keys

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        environment["TEXTUAL_DRIVER"] = "tui.web.driver:TabDriver"
        environment[SERVED] = "1"
        for name in (*self._keys, "TEXTUAL", "NO_COLOR"):
            environment.pop(name, None)
        return environment

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        # In a session of its own: Ctrl-C is for the server, which ends its tabs in order.
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tui.web.tab", *self._words),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Pass on what the program shows, to its end; then close the tab."""
        try:
            await super().run()
        finally:
            with suppress(Exception):
                await self.remote_close()
        # What nobody sees any more is read all the same: a program that cannot write cannot leave.
        while self._process and self._process.stdout and await self._process.stdout.read(2**16):
            pass

    async def on_meta(self, data: bytes) -> None:
        """Hear what the program wants of the browser."""
        told = json.loads(data)
        if told.get("type") == "open_url" and not _WEB.match(str(told.get("url"))):
            return  # what is not an address of the web has no business in a browser
        await super().on_meta(data)

    async def stop(self) -> None:
        """Have the program leave, and see that it has."""
        process, task = self._process, self._task
        if process is None or task is None:
            return
        self._task = None
        await self._download_manager.cancel_app_downloads(app_service_id=self.app_service_id)
        if not task.done():
            await self.send_meta({"type": "quit"})
        for end in (None, process.terminate, process.kill):
            if end is not None:
                with suppress(ProcessLookupError):
                    end()
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await process.wait()
                    break
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(PATIENCE):  # the browser is told that it is over
                await task
        except TimeoutError:
            LOG.warning("a tab did not close")


class Places:
    """How many tabs may be open, and of each rater one.

    Args:
        most: How many of all.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: list[str | None] = []
        self._changed = asyncio.Condition()

    def _refusal(self, rater: str | None) -> str | None:
        if rater is not None and rater in self._taken:
            return "You rate in another tab or window already. Go on there, or close it first."
        if len(self._taken) >= self.most:
            most = f"{self.most} tabs are" if self.most > 1 else "one tab is"
            return f"No place is free: {most} open already, as many as may be."
        return None

    async def take(self, rater: str | None) -> None:
        """Take a place; wait a moment for it.

        Raises:
            NoRoom: if there is none.
        """
        async with self._changed:
            with suppress(TimeoutError):
                async with asyncio.timeout(MOMENT):
                    await self._changed.wait_for(lambda: self._refusal(rater) is None)
            if (refusal := self._refusal(rater)) is not None:
                raise NoRoom(refusal)
            self._taken.append(rater)

    async def give_back(self, rater: str | None) -> None:
        """Give it back."""
        async with self._changed:
            self._taken.remove(rater)
            self._changed.notify_all()


def key_names() -> list[str]:
    """The variables that hold keys of models."""
    from debate.speakers.profiles import load_profiles
    from debate.speakers.registry import COMPATIBLE_KEY

    named = {each.key_env for each in load_profiles().providers.values() if each.key_env}
    return [name for name in sorted({*named, COMPATIBLE_KEY}) if name in os.environ]
