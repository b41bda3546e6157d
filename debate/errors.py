"""The errors a user may meet, as one small tree.

    YaltaError                 exit code 1: something failed
    ├── UserError              exit code 2: what was asked for cannot be done as written
    │   ├── LoadError          a persona, scenario or template file is wrong (file:line:column)
    │   ├── UnknownName        no such persona, scenario, seat or model
    │   └── KeyMissing         a model's key is not in the environment
    ├── TranscriptError        a transcript cannot be read, written or trusted
    │   ├── TranscriptLocked   another program is writing it
    │   └── CannotWrite        its disk is full, or its folder may not be written
    ├── SpeakerError           a model could not give this turn
    │   └── NotRecorded        a replay is asked for what its recording does not hold
    └── ModelFileError         a local model file could not be had

Each says what happened, where, and what to do; none holds a key or a traceback.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class YaltaError(Exception):
    """Base of every error that is shown to a user as one message.

    Args:
        message: What happened.
        where: The file and place it happened in, if it has one.
        hint: What to do about it.
    """

    exit_code = 1

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.message = message
        self.where = where
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head}\n  {self.hint}" if self.hint else head

    @property
    def in_a_line(self) -> str:
        """The same where there is room for one line."""
        told = "; ".join(filter(None, (self.message, self.hint)))
        return " ".join(f"{self.where}: {told}".split() if self.where else told.split())


class UserError(YaltaError):
    """What was asked for cannot be done as written."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One fault in a file: 1-based line and column, the field's path, what was expected."""

    line: int
    column: int
    field: str
    message: str


class LoadError(UserError):
    """A file is wrong. Holds every problem found, in the file's order."""

    SHOWN = 12

    def __init__(self, path: str, problems: Sequence[Problem], *, hint: str | None = None) -> None:
        self.path = path
        self.problems = tuple(sorted(problems, key=lambda p: (p.line, p.column)))
        lines = [
            f"{path}:{p.line}:{p.column}: {p.field + ': ' if p.field else ''}{p.message}"
            for p in self.problems[: self.SHOWN]
        ]
        if more := len(self.problems) - self.SHOWN:
            lines += [f"... and {more} more"] if more > 0 else []
        super().__init__("\n".join(lines), hint=hint)


class UnknownName(UserError):
    """A name that nothing answers to; the message offers the nearest known ones.

    Args:
        kind: What was looked for, as a noun: "persona", "scenario".
        name: The name as it was given.
        known: Every name that would have been right.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str | None = None) -> None:
        self.name = name
        choices = sorted(known)
        near = nearest(name, choices)
        if hint is None and choices:
            hint = f"known: {', '.join(choices)}"
        guess = f"; did you mean {near!r}?" if near else ""
        super().__init__(f"no {kind} named {name!r}{guess}", hint=hint)


class KeyMissing(UserError):
    """A model's key is not in the environment; names the variable, never a value."""


class TranscriptError(YaltaError):
    """A transcript cannot be read, written or trusted."""


class TranscriptExists(TranscriptError):
    """A transcript is there already where one is to begin.

    Args:
        path: The file.
    """

    def __init__(self, path: object) -> None:
        super().__init__(
            f"{path} is there already",
            hint=f"go on with it: yalta resume {path}; or begin another: --out with another name",
        )


class TranscriptLocked(TranscriptError):
    """Another program is writing this transcript."""


class CannotWrite(TranscriptError):
    """A folder takes no more: its disk is full, or it may not be written. What is in it is whole.

    Args:
        what: The file or the folder.
        error: What the system said.
    """

    def __init__(self, what: object, error: OSError) -> None:
        full = error.errno in (0, errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        todo = "make room there" if full else "let it be written, or name another place"
        super().__init__(
            f"cannot write {what}: {error.strerror}",
            hint=f"{todo}, and go on: what is written already is whole, and kept",
        )


class SpeakerError(YaltaError):
    """A model could not give this turn: unreachable, refused, or broken off.

    Args:
        final: True if asking again cannot help.
        busy: True if the server says that it is asked too much.
        wait: Seconds after which the server wants to be asked again, if it says so.
        accepted: True if the server may have begun to work on it, and may bill it.
        queued: True if the server was silent because others of our calls came first.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        final: bool = False,
        busy: bool = False,
        wait: float | None = None,
        accepted: bool = False,
        queued: bool = False,
    ) -> None:
        self.final = final
        self.busy = busy
        self.wait = wait
        self.accepted = accepted
        self.queued = queued
        super().__init__(message, hint=hint)


class NotRecorded(SpeakerError):
    """A replay is asked for what its recording does not hold. The conference pauses: no rule of its
    scenario passes over that."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint, final=True)


class ModelFileError(YaltaError):
    """A local model file could not be had: no source answered, or its hash is wrong."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name closest to a mistyped one, or None if none is close."""
    found = get_close_matches(name.lower(), {k.lower(): k for k in known}, n=1, cutoff=0.6)
    lowered = {k.lower(): k for k in known}
    return lowered[found[0]] if found else None
