"""Transcripts: append-only JSONL files of events, chained by hash."""

from debate.transcript.chain import GENESIS, line_hash
from debate.transcript.store import Entry, Transcript, read, read_entries

__all__ = ["GENESIS", "Entry", "Transcript", "line_hash", "read", "read_entries"]
