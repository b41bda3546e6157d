"""Writing a file as a whole: it is there as it was before, or as it is to be."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file so that no crash leaves a part of it; on the disk before this returns.

    Where it cannot be written, nothing is left beside, and the error names the file.

    Args:
        path: The file.
        data: What it is to hold.
        mode: Its permissions, if it is new.

    Raises:
        OSError: if it cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from None
