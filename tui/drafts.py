"""What a person has written for a seat and not yet said: kept until it stands in the transcript.

A file for each conference, in the user's data folder: a turn may be dropped, a stage be left and
the program end, and the words will be in the box when the seat is asked again.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from debate.library import data_folder
from debate.whole_file import write_whole


class _Kept(BaseModel):
    model_config = ConfigDict(extra="ignore")

    transcript: str = Field("", description="For people who look into the folder.")
    drafts: dict[str, str] = Field(default_factory=dict, description="Words by seat.")


class Drafts:
    """The drafts of one conference.

    Args:
        transcript: Its file.
    """

    def __init__(self, transcript: Path) -> None:
        self._file = draft_file(transcript)
        self._kept = _Kept(transcript=str(transcript))
        self.on_disk = True
        """Whether the file holds what there is; else only this program does."""
        with suppress(OSError, ValidationError, ValueError):  # none, or none that can be read
            self._kept.drafts = _Kept.model_validate_json(self._file.read_bytes()).drafts

    def of(self, seat: str) -> str:
        """What was written for a seat; empty if nothing was."""
        return self._kept.drafts.get(seat, "")

    @property
    def seats(self) -> list[str]:
        """The seats for which something was written."""
        return list(self._kept.drafts)

    def keep(self, seat: str, words: str) -> None:
        """Keep what was written for a seat so far; nothing, if it is empty."""
        drafts = {s: w for s, w in self._kept.drafts.items() if s != seat}
        if words.strip():
            drafts[seat] = words
        if drafts != self._kept.drafts or not self.on_disk:
            self._kept.drafts = drafts
            self.on_disk = self._write()

    def drop(self, seat: str) -> None:
        """It was said."""
        self.keep(seat, "")

    def drop_all(self, begin: str) -> None:
        """All was said whose seat, or name, begins so."""
        for seat in [seat for seat in self._kept.drafts if seat.startswith(begin)]:
            self.drop(seat)

    def _write(self) -> bool:
        try:
            if not self._kept.drafts:
                self._file.unlink(missing_ok=True)
                return True
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._file, self._kept.model_dump_json(indent=1).encode(), durable=False)
        except (OSError, UnicodeEncodeError):  # a terminal may send half a character
            return False
        return True


def draft_file(transcript: Path) -> Path:
    """Where the drafts of a transcript's conference are kept."""
    name = hashlib.sha256(os.fsencode(transcript.resolve())).hexdigest()[:32]
    return data_folder() / "drafts" / f"{name}.json"
