"""The embedded engine: llama.cpp in a child process that the program owns.

A crash in it is an error message, never the end of the program. It is bound to loopback, with a
random key; its log goes to a file; it ends with the program, whatever ends the program.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
from collections.abc import AsyncGenerator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from debate.errors import SpeakerError, UserError, YaltaError
from debate.events import Profile
from debate.library import cache_folder
from debate.speakers.base import Part, Prompt, Text
from debate.speakers.chat import ChatSpeaker
from debate.speakers.endpoint import Endpoint
from debate.speakers.engine import Settings
from debate.speakers.limits import Bounds, Limits

START_SECONDS = 300.0


class Engine:
    """The process of one model file; started when first needed, and again if it has died."""

    def __init__(self, model_path: Path, *, window: int) -> None:
        self.log_path = cache_folder() / "logs" / "engine.log"
        self._model_path = model_path
        self._window = window
        self._process: asyncio.subprocess.Process | None = None
        self._address = ""
        self._starting = asyncio.Lock()
        self.key = secrets.token_urlsafe(32)

    async def address(self) -> str:
        """Where the running engine listens; starts it if it is not running.

        Raises:
            UserError: if it is not installed.
            YaltaError: if it cannot be started.
        """
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                await self._start()
            return self._address

    async def aclose(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin:
            process.stdin.close()  # which is what it ends by
        try:
            async with asyncio.timeout(3):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    @property
    def ended(self) -> int | None:
        """The exit code of an engine that has died, if it has."""
        return self._process.returncode if self._process else None

    async def _start(self) -> None:
        if find_spec("xllamacpp") is None:
            raise UserError(
                "the embedded engine is not installed",
                hint="install it: pip install 'yalta[local]'",
            )
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        self.log_path.write_text("")
        settings = Settings(
            model_path=str(self._model_path),
            log_path=str(self.log_path),
            key=self.key,
            window=self._window,
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "debate.speakers.engine"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C in the terminal is not for it
            # OpenMP's threads spin while they wait for each other, and by default so long that
            # beside one other busy process they wrote 2 tokens a second. This short, they wrote
            # 11 beside it, and 18 where they had two cores to themselves (20 as they come).
            env={"GOMP_SPINCOUNT": "3000", **os.environ},
        )
        self._process = process
        try:
            async with asyncio.timeout(START_SECONDS):
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(settings.to_line())
                await process.stdin.drain()
                line = await process.stdout.readline()
        except (TimeoutError, ConnectionError):
            line = b""
        except BaseException:
            await self.aclose()
            raise
        answer = json.loads(line) if line else {}
        if "address" not in answer:
            await self.aclose()
            why = answer.get("error") or f"it ended with code {process.returncode}"
            raise YaltaError(
                f"the embedded engine did not start: {why}", hint=f"its log: {self.log_path}"
            )
        self._address = answer["address"]


class LocalSpeaker(ChatSpeaker):
    """A GGUF file, spoken by the embedded engine."""

    sends_seed = True

    def __init__(self, profile: Profile, model_path: Path, *, window: int) -> None:
        endpoint = Endpoint(
            base_url="",
            # A prompt may take minutes to read on a small machine; the engine pings meanwhile.
            stall=120.0,
        )
        super().__init__(profile, endpoint)
        self._gate = Limits(Bounds(concurrency=1))  # its slots share no prefix
        self._engine = Engine(model_path, window=window)

    async def prepare(self) -> None:
        await self._engine.address()

    async def aclose(self) -> None:
        await super().aclose()
        await self._engine.aclose()

    def request_body(self, prompt: Prompt) -> dict[str, Any]:
        body = super().request_body(prompt)
        body |= {"return_progress": True, "cache_prompt": True}
        if prompt.schema is None:
            if self._profile.grammar:  # it takes one or the other
                body["grammar"] = self._profile.grammar
        elif "dry_multiplier" in body:  # who joins or weighs a motion repeats its words
            body["dry_multiplier"] = 0
        if begun := self._begun(prompt):  # the template leaves a last reply open
            body["messages"].append({"role": "assistant", "content": begun})
        # It takes any number of stop strings, so it stops where we would cut.
        names = prompt.others
        body["stop"] = [f"\n{label}" for n in names for label in (f"[{n}]:", f"{n}:")]
        return body

    def _begun(self, prompt: Prompt) -> str:
        """What the reply is begun with; empty if the model begins it."""
        return prompt.label if self._profile.prefill else ""

    def _limits(self) -> Limits:
        return self._gate

    async def _connect(self) -> Endpoint:
        address = await self._engine.address()
        return replace(self._endpoint, base_url=f"{address}/v1")

    def _key(self) -> str | None:
        return self._engine.key

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            from debate.speakers.transport import new_client

            # Loopback only: a proxy from the environment has no business here. llama.cpp's server
            # now and then closes a connection just as its next request is being written (seen
            # once in four calls on a busy machine), so each call has one of its own.
            self._client = new_client(tls=False, trust_env=False, keep_alive=False)
        return self._client

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Part]:
        begun = self._begun(prompt)
        async with contextlib.aclosing(super().stream(prompt)) as parts:
            try:
                async for part in parts:
                    if begun and isinstance(part, Text):  # the server leaves it out
                        yield Text(f"{begun} ")
                        begun = ""
                    yield part
            except SpeakerError as error:
                raise (await self._died() or error) from None

    async def _died(self) -> SpeakerError | None:
        """What to say if the engine is gone."""
        await asyncio.sleep(0.2)  # its exit is noticed a moment after its connection breaks
        if self._engine.ended is None:
            return None
        return SpeakerError(
            f"the embedded engine ended with code {self._engine.ended}",
            hint=f"its log: {self._engine.log_path}",
        )
