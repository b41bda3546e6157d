"""The only writer of transcripts.

A line is written with one call, so it survives a crash of the program; `sync` brings it to the
disk (`fsync`), so that a finished turn survives a crash of the machine before the next one starts.
A last line that a crash cut off is dropped when the transcript is opened again. A lock keeps two
programs from writing one transcript.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from pydantic import ValidationError

from debate.errors import CannotWrite, TranscriptError, TranscriptExists, TranscriptLocked
from debate.events import AnyEvent, ConferenceOpened, Event, dump, parse
from debate.transcript.chain import GENESIS, Chain, line_hash

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a transcript: the event and the hash that the next line must name."""

    event: AnyEvent
    sha256: str


def read_entries(path: Path) -> Iterator[Entry]:
    """The lines of a transcript, in order. Does not check the chain; `followed` does.

    A last line without a newline, as a crash leaves it, is passed over.

    Raises:
        TranscriptError: at the first line that is no event of this format.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                body = line[:-1]
                yield Entry(_parse(body, path, number), line_hash(body))
    except OSError as error:
        raise TranscriptError(f"cannot read {path}: {error.strerror}") from None


def followed(path: Path, chain: Chain) -> Iterator[AnyEvent]:
    """The events of a transcript, in order; what its chain shows is known once all were read.

    Args:
        path: The file.
        chain: A new one.

    Raises:
        TranscriptError: as `read_entries` does.
    """
    for entry in read_entries(path):
        chain.add(entry.event.seq, entry.event.prev, entry.sha256)
        yield entry.event


def read(path: str | Path) -> list[AnyEvent]:
    """The events of a transcript. Raises as `read_entries` does."""
    return [entry.event for entry in read_entries(Path(path))]


def _parse(line: bytes, path: Path, number: int) -> AnyEvent:
    try:
        return parse(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"][1:])
        what = f"{field}: {first['msg']}" if field else first["msg"]
        if first["type"] == "union_tag_invalid":
            what = f"an event of type {first.get('ctx', {}).get('tag')!r} is not known"
        raise TranscriptError(
            f"not an event that this version knows: {what}", where=f"{path}:{number}"
        ) from None


class Transcript:
    """An open transcript: the one handle through which it grows.

    Use `create` or `open`, and close it, best by `with`.
    """

    def __init__(self, path: Path, lock: FileLock, descriptor: int) -> None:
        self.path = path
        self._lock = lock
        self._file = descriptor
        self._size = os.fstat(descriptor).st_size
        self._seq = 0
        self._head = GENESIS

    @classmethod
    def create(cls, path: Path, *, begins: bytes = b"") -> Transcript:
        """Begin a transcript in a new file.

        Args:
            path: The file.
            begins: Whole lines of another transcript that this one goes on from.

        Raises:
            TranscriptError: if the file is there already or cannot be made.
        """
        lock = _acquire(path)
        try:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            descriptor = os.open(path, flags, 0o644)
        except OSError as error:
            lock.release()
            if isinstance(error, FileExistsError):
                raise TranscriptExists(path) from None
            raise CannotWrite(path, error) from None
        transcript = cls(path, lock, descriptor)
        try:
            transcript._write(begins)
            for entry in read_entries(path) if begins else ():
                transcript._follow(entry)
        except BaseException:
            path.unlink(missing_ok=True)
            transcript.close()
            raise
        _sync_folder(path.parent)
        return transcript

    @classmethod
    def open(cls, path: Path) -> tuple[Transcript, list[AnyEvent]]:
        """Open a transcript to go on with it; drops a last line that a crash cut off.

        Returns:
            The transcript and the events it holds.

        Raises:
            TranscriptLocked: if another program is writing it.
            TranscriptError: if it is not a transcript, or its chain is broken.
        """
        lock = _acquire(path)
        descriptor = -1
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0))
            _drop_torn_line(descriptor, path)
            transcript = cls(path, lock, descriptor)
            events = []
            for entry in read_entries(path):
                transcript._follow(entry)
                events.append(entry.event)
            if not events or not isinstance(events[0], ConferenceOpened):
                raise TranscriptError(f"{path} does not begin with a conference's opening")
            return transcript, events
        except BaseException as error:
            if descriptor >= 0:
                os.close(descriptor)
            lock.release()
            if isinstance(error, OSError):
                raise TranscriptError(f"cannot open {path}: {error.strerror}") from None
            raise

    def append(self, event: E) -> E:
        """Write an event as the next line; it survives a crash of this program.

        Returns:
            The event with its envelope: `seq`, `at` and `prev`.

        Raises:
            TranscriptError: if it could not be written whole; nothing of it is left then.
        """
        at = datetime.now(UTC)
        stamped = event.model_copy(update={"seq": self._seq, "at": at, "prev": self._head})
        line = dump(stamped)
        self._write(line + b"\n")
        self._seq += 1
        self._head = line_hash(line)
        return stamped

    def _write(self, data: bytes) -> None:
        try:
            if os.write(self._file, data) != len(data):
                raise OSError(0, "the disk is full")
        except OSError as error:
            os.ftruncate(self._file, self._size)
            if not self._size:  # a file with nothing in it could neither be begun nor gone on with
                with suppress(OSError):
                    self.path.unlink()
            raise CannotWrite(self.path, error) from None
        self._size += len(data)

    async def sync(self) -> None:
        """Return once all that was appended is on the disk: it survives a crash of the machine."""
        try:
            await asyncio.to_thread(os.fsync, self._file)
        except OSError as error:
            raise CannotWrite(self.path, error) from None

    def close(self) -> None:
        """Let others write the transcript. May be called twice."""
        if self._file >= 0:
            os.fsync(self._file)
            os.close(self._file)
            self._file = -1
            self._lock.release()

    def __enter__(self) -> Transcript:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _follow(self, entry: Entry) -> None:
        if entry.event.seq != self._seq or entry.event.prev != self._head:
            raise TranscriptError(
                "the chain is broken: this line does not follow the one before it",
                where=f"{self.path}:{self._seq + 1}",
                hint=f"see `yalta verify {self.path}`",
            )
        self._seq += 1
        self._head = entry.sha256


def _acquire(path: Path) -> FileLock:
    # Beside the transcript and left in place: a lock file that is removed while another program
    # waits on it protects nothing.
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        if not os.path.lexists(lock.lock_file):  # nobody holds what could not even be made
            refused = OSError(errno.EACCES, "no file can be made there")
            raise CannotWrite(path, refused) from None
        raise TranscriptLocked(f"another program is writing {path}") from None
    except OSError as error:
        raise CannotWrite(path.parent, error) from None
    return lock


def _drop_torn_line(descriptor: int, path: Path) -> None:
    """Cut the file after its last whole line: one that ends in a newline and is an event."""
    size = os.fstat(descriptor).st_size
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    last = data.rfind(b"\n", 0, max(end - 1, 0)) + 1
    if end and end == size and b"\0" in data[last:end]:
        end = last  # a machine's crash can leave a block of zeros where the line should be
    if end != size:
        os.ftruncate(descriptor, end)
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable, where the platform can."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
