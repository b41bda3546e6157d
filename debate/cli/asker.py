"""Asks a person at the command line to speak for a seat.

They read what is asked of them on standard error and write on standard input, up to an empty line.
Where that is no terminal, a program or a file may be the person: the same lines, and nothing is
shown but what was no answer.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import threading
from contextlib import suppress

import click

from debate.cli.wrapping import wrapped
from debate.columns import cut
from debate.errors import SpeakerError
from debate.speakers.base import Prompt
from debate.speakers.hygiene import MAX_CHARACTERS
from debate.text import one_line, showable

HOW = "Your words, then an empty line:"

# What parts the record from what is asked of the seat; see the template of the brief.
_BRIEF = "\n---\n"


class Asker:
    """Standard input as a person: call it with a prompt for their words.

    What is written while nobody is asked is kept for the next time. Waiting for words does not
    block the event loop, and ends when the task is cancelled.
    """

    def __init__(self) -> None:
        self._read = b""
        self._over = False
        self._more = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._reading_aside = False

    async def __call__(self, prompt: Prompt) -> str:
        """The person's words for a turn.

        Raises:
            SpeakerError: if standard input ended before any came.
        """
        # Openings are asked for side by side; a person gives them one after another.
        async with self._one_at_a_time:
            self._show(prompt)
            lines: list[str] = []
            length = 0
            while length <= MAX_CHARACTERS and (line := await self._line()) is not None:
                if line.strip():
                    lines.append(line)
                    length += len(line) + 1
                elif lines:
                    break
            if not lines:
                raise SpeakerError("standard input has ended: nobody is there", final=True)
            return "\n".join(lines)

    def _show(self, prompt: Prompt) -> None:
        if sys.stdin is None or not sys.stdin.isatty():
            if prompt.unread:  # whoever wrote a file of answers is to know which was none
                said = cut(showable(one_line(prompt.messages[-2].content)), 60)
                click.echo(f"  [not an answer to what was asked, so read on: {said}]", err=True)
            return
        brief = prompt.messages[-1].content.rpartition(_BRIEF)[2].strip()
        with suppress(OSError):  # a terminal that has gone; its input will have ended too
            columns = shutil.get_terminal_size().columns
            click.echo(f"\n\n{wrapped(brief, columns)}\n\n{HOW}", err=True)

    async def _line(self) -> str | None:
        """The next line, without its end; None if there are no more."""
        while b"\n" not in self._read and not self._over and len(self._read) <= MAX_CHARACTERS:
            await self._wait()
        if not self._read:
            return None
        line, _, self._read = self._read.partition(b"\n")
        return line.decode(getattr(sys.stdin, "encoding", None) or "utf-8", "replace").rstrip("\r")

    async def _wait(self) -> None:
        """Until more has been read, or nothing more can be."""
        self._more.clear()
        loop = asyncio.get_running_loop()
        try:
            source = sys.stdin.fileno()
        except (AttributeError, OSError, ValueError):  # closed, or not there at all
            self._take(b"")
            return
        try:
            loop.add_reader(source, lambda: self._take(_some(source)))
        except (NotImplementedError, PermissionError):  # on Windows; of a file
            self._read_aside(loop, source)
            await self._more.wait()
            return
        try:
            await self._more.wait()
        finally:
            loop.remove_reader(source)

    def _read_aside(self, loop: asyncio.AbstractEventLoop, source: int) -> None:
        """Read once in a thread, which the program's end does not wait for.

        If the task is cancelled meanwhile, what comes is kept for the next one.
        """
        if self._reading_aside:
            return

        def take(data: bytes | None) -> None:
            self._reading_aside = False
            self._take(data)

        def read() -> None:
            data = _some(source)
            with suppress(RuntimeError):  # the loop has closed
                loop.call_soon_threadsafe(take, data)

        self._reading_aside = True
        threading.Thread(target=read, daemon=True, name="standard input").start()

    def _take(self, data: bytes | None) -> None:
        self._read += data or b""
        self._over = data == b""
        self._more.set()


def _some(source: int) -> bytes | None:
    """What can be read now: nothing at the end, None if there is nothing yet."""
    try:
        return os.read(source, 65536)
    except BlockingIOError:
        return None
    except OSError:  # a terminal that has gone
        return b""
