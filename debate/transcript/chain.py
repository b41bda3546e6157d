"""The hash chain: each line names the sha256 of the line before it, so no line of the past can be
changed, dropped or put in without every later line showing it. Two transcripts share a past
exactly as far as their lines' hashes are equal."""

from __future__ import annotations

import hashlib

#: What the first line has for the hash of the line before it.
GENESIS = "0" * 64


def line_hash(line: bytes) -> str:
    """The sha256 of a line as it stands in the file, without its newline, in hexadecimal."""
    return hashlib.sha256(line).hexdigest()
