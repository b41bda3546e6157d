"""The embedded engine's process: llama.cpp, served on a loopback port of its own.

Run as `python -m debate.speakers.engine` by `local.py` and by nothing else. It reads one line of
JSON from its standard input (`Settings`), writes one line of JSON to its standard output when it
is ready (`{"address": ...}` or `{"error": ...}`), and ends as soon as its standard input closes,
so that it cannot outlive the program that started it, however that one ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What the engine is started with. The key comes this way so that it stands in no argument."""

    model_path: str
    log_path: str
    key: str
    window: int
    threads: int | None = None

    def to_line(self) -> bytes:
        """As the line that the engine reads."""
        return json.dumps(asdict(self)).encode() + b"\n"


#: Host memory for prompts that left the slot, in MiB: seats of the perspective layout take turns.
PROMPT_CACHE_MIB = 1024


def main() -> None:
    """Serve until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program, which tells us
    settings = Settings(**json.loads(sys.stdin.buffer.readline()))
    answers = os.fdopen(os.dup(1), "w")
    log = os.open(settings.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):  # llama.cpp writes to both
        os.dup2(log, stream)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        server, address = _serve(settings)
    except Exception as error:
        print(json.dumps({"error": str(error) or type(error).__name__}), file=answers, flush=True)
        os._exit(1)
    print(json.dumps({"address": address}), file=answers, flush=True)
    threading.Event().wait()
    del server


def _serve(settings: Settings) -> tuple[object, str]:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = settings.model_path
    # Else the server names the model by its path, which would stand in transcripts.
    params.model_alias = {Path(settings.model_path).stem}
    params.n_ctx = settings.window
    # One slot: slots do not share a prefix, and the shared layout lives from one growing prefix.
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [settings.key]
    params.cache_prompt = True
    params.cache_ram_mib = PROMPT_CACHE_MIB
    params.ui = False
    params.endpoint_slots = False
    params.sse_ping_interval = 10
    if settings.threads:
        params.cpuparams.n_threads = settings.threads
    server = xllamacpp.Server(params)
    return server, str(server.listening_address)


def _end_with_parent() -> None:
    # os.read, not the buffered stream, which the main thread may hold.
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
