"""Transcripts: append-only JSONL files of events, chained by hash."""

from debate.transcript.chain import GENESIS, Chain, line_hash
from debate.transcript.store import Entry, Transcript, followed, read, read_entries

__all__ = [
    "GENESIS",
    "Chain",
    "Entry",
    "Transcript",
    "followed",
    "line_hash",
    "read",
    "read_entries",
]
