"""The file that is being written, and what others do to it meanwhile. Knows no widget.

A draft is saved atomically, and never over what somebody else wrote since it was read. What ships
is not written to: a copy is saved where `library` finds it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from debate.errors import UserError
from debate.library import persona_folders
from debate.persona_new import schema_text
from debate.whole_file import write_whole
from debate.yaml_file import MAX_BYTES


class ChangedOutside(UserError):
    """The file holds something that was neither read nor written here."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was seen last. By its time and size one sees cheaply that it was not touched."""

    changed: int
    size: int
    text: str


class Draft:
    """A file under edit.

    Args:
        path: Where it is saved.
        text: What stands in it, if it is new and not on the disk.
    """

    def __init__(self, path: Path, text: str = "") -> None:
        self.path = path
        self.text = text
        """What was last read or saved."""
        self.is_new = not path.exists()
        self._seen: _Seen | None = None
        if not self.is_new:
            self._seen = _look(path)
            self.text = self._seen.text

    @property
    def is_shipped(self) -> bool:
        """Whether it is one that ships, which is not written to."""
        shipped = persona_folders()[-1].resolve()
        return self.path.resolve().parent == shipped != Path("personas").resolve()

    @property
    def is_gone(self) -> bool:
        """Whether another program took the file away. Blocks."""
        return not self.is_new and not self.path.exists()

    def news(self) -> str | None:
        """What stands in the file, if somebody has written to it; None if nobody has. Blocks.

        Raises:
            UserError: if it cannot be read.
        """
        try:
            stat = self.path.stat()
        except OSError:
            return None  # gone: saving brings it back
        seen = self._seen
        if seen and (stat.st_mtime_ns, stat.st_size) == (seen.changed, seen.size):
            return None
        found = _look(self.path)
        if seen and found.text == seen.text:
            self._seen = found  # touched, and the same
            return None
        return found.text

    def accept(self, text: str) -> None:
        """Know of what stands in the file now: it was read, or is to be written over."""
        found = _look(self.path)
        self._seen = found if found.text == text else self._seen
        self.text, self.is_new = text, False

    def save(self, text: str) -> None:
        """Write it, whole or not at all. Blocks.

        Raises:
            ChangedOutside: if somebody else has written to it.
            UserError: if it cannot be written.
        """
        if self.is_shipped:
            raise UserError(f"{self.path} ships with the program, and is not written to")
        if self.news() is not None:
            raise ChangedOutside(f"{self.path.name} was changed by another program")
        _write(self.path, text)
        self._seen = _look(self.path)
        self.text, self.is_new = text, False


def _look(path: Path) -> _Seen:
    try:
        stat = path.stat()
        if stat.st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 1024} KiB")
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read().removeprefix("\ufeff")  # a mark of the encoding, and no text
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text (byte {error.start})") from None
    return _Seen(stat.st_mtime_ns, stat.st_size, text)


def _write(path: Path, text: str) -> None:
    real = path.resolve()  # what a link names is written, and the link stays
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        schema = real.parent / "persona.schema.json"  # by which other editors check it
        if not schema.exists():
            schema.write_text(schema_text(), encoding="utf-8")
        write_whole(real, text.encode())
    except (OSError, UnicodeEncodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "half of a character stands in it"
        raise UserError(f"cannot write {path}: {why}") from None
