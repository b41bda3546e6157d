"""Writing a file as a whole: it is there as it was before, or as it is to be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO


@contextmanager
def whole(path: Path, *, mode: int | None = None, durable: bool = True) -> Iterator[TextIO]:
    """A file to write text to, in UTF-8, which has its name once all of it is written.

    Where it cannot be, or what is written raises an error, nothing is left beside.

    Args:
        path: The file; its folder is there.
        mode: Its permissions. If None, those that it has, or that new files have.
        durable: Whether it is on the disk before this ends. What can be lost need not be.

    Raises:
        OSError: if it cannot be written; it names the file.
    """
    with _beside(path, mode, durable) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        yield text
        text.flush()
        text.detach()


def write_whole(path: Path, data: bytes, *, mode: int | None = None, durable: bool = True) -> None:
    """Write a file so that no crash leaves a part of it; as `whole`."""
    with _beside(path, mode, durable) as file:
        file.write(data)


@contextmanager
def _beside(path: Path, mode: int | None, durable: bool) -> Iterator[BinaryIO]:
    # By the process, so that two programs that write one file at one time spoil neither.
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        if mode is None and path.exists():
            mode = path.stat().st_mode & 0o777
        new.unlink(missing_ok=True)
        as_made = 0o666 if mode is None else mode
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, as_made)
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:  # which the umask may have cut
                new.chmod(mode)
            yield file
            file.flush()
            if durable:
                os.fsync(descriptor)
        new.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
