"""The hash chain: each line names the sha256 of the line before it, so no line of the past can be
changed, dropped or put in without every later line showing it. Two transcripts share a past
exactly as far as their lines' hashes are equal."""

from __future__ import annotations

import hashlib

#: What the first line has for the hash of the line before it.
GENESIS = "0" * 64


class Chain:
    """The chain of a transcript, followed as its lines are read."""

    def __init__(self) -> None:
        self.head = GENESIS
        """Hash of the last line."""
        self.lines = 0
        self.broken: int | None = None
        """The first line, counted from 1, that does not follow the one before it: it, or that one,
        is not as it was written. None as long as all do."""

    def add(self, seq: int, prev: str, sha256: str) -> None:
        """Take the next line.

        Args:
            seq: Its number, as it says.
            prev: The hash of the line before it, as it says.
            sha256: Its own.
        """
        if self.broken is None and (seq != self.lines or prev != self.head):
            self.broken = self.lines + 1
        self.lines += 1
        self.head = sha256


def line_hash(line: bytes) -> str:
    """The sha256 of a line as it stands in the file, without its newline, in hexadecimal."""
    return hashlib.sha256(line).hexdigest()
