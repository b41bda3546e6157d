"""What personas answered in auditions, kept with the card that produced it.

One file for each persona's id, in the folder of auditions: lines of JSON, appended and brought to
the disk as each answer ends. A card stands in the file once, in full, before its first answer; an
answer names it by the hash by which transcripts name it. So versions of a card can be compared long
after the card was changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from filelock import FileLock, Timeout
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from debate.envelope import Profile, Usage
from debate.errors import YaltaError
from debate.library import auditions_folder
from debate.persona import Persona
from debate.seating import card_hash

FORMAT: Literal["yalta/audition/1"] = "yalta/audition/1"

_LOCK_SECONDS = 10


class Kept(BaseModel):
    """What every line carries."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    format: Literal["yalta/audition/1"] = Field(FORMAT, alias="schema")
    type: str


class KeptCard(Kept):
    """A card, as it was when it first answered."""

    type: Literal["card"] = "card"
    sha256: str
    card: Persona


class Answer(Kept):
    """One answer."""

    type: Literal["answer"] = "answer"
    at: AwareDatetime = Field(description="When it ended.")
    card: str = Field(description="sha256 of the card that answered.")
    model: str = Field(description="The model as the user named it.")
    profile: Profile
    served: str | None = Field(None, description="The model as the server named it.")
    seed: int
    probe: str = Field(description="Id of the question; of a turn in a scene, `scene-1` and on.")
    question: str
    others: tuple[str, ...] = Field((), description="Ids of the personas it answered, in a scene.")
    prompt: str = Field(description="sha256 of the prompt's messages; see `prompts.layouts`.")
    reply: str
    usage: Usage = Usage()
    seconds: float = Field(ge=0, description="From the request to the end of the reply.")
    transcript: str | None = Field(
        None, description="Path of its transcript, from the folder of auditions."
    )


_LINE: TypeAdapter[KeptCard | Answer] = TypeAdapter(
    Annotated[KeptCard | Answer, Field(discriminator="type")]
)


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """All that is kept of one persona, in the order in which it came."""

    cards: dict[str, Persona]
    """By hash, the oldest first."""
    answers: tuple[Answer, ...]

    def of(self, card: str) -> tuple[Answer, ...]:
        """The answers of one version of the card."""
        return tuple(answer for answer in self.answers if answer.card == card)


def kept_path(persona: str) -> Path:
    """The file of a persona's answers."""
    return auditions_folder() / f"{persona}.jsonl"


def keep(card: Persona, answer: Answer) -> None:
    """Keep an answer; returns once it is on the disk. From a coroutine, call it in a thread.

    Raises:
        YaltaError: if it cannot be written.
    """
    path = kept_path(card.id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_SECONDS):
            _append(path, card, answer)
    except Timeout:
        raise YaltaError(f"another program is writing {path}") from None
    except OSError as error:
        raise YaltaError(f"cannot write {path}: {error.strerror}") from None


def kept_answers(persona: str) -> KeptAnswers:
    """What is kept of a persona; nothing, if it was never heard.

    A last line that a crash cut off is passed over.

    Raises:
        YaltaError: at the first line that is not of this format.
    """
    cards: dict[str, Persona] = {}
    answers: list[Answer] = []
    for line in _lines(kept_path(persona)):
        if isinstance(line, KeptCard):
            cards.setdefault(line.sha256, line.card)
        else:
            answers.append(line)
    return KeptAnswers(cards, tuple(answers))


def _append(path: Path, card: Persona, answer: Answer) -> None:
    sha256 = card_hash(card)
    known = any(isinstance(line, KeptCard) and line.sha256 == sha256 for line in _lines(path))
    lines: list[Kept] = [] if known else [KeptCard(sha256=sha256, card=card)]
    data = b"".join(dumped(line) + b"\n" for line in (*lines, answer))
    with path.open("ab") as file:
        whole = file.tell()
        if torn := _torn(path):
            file.truncate(whole - torn)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def dumped(line: Kept) -> bytes:
    """A line, without its newline."""
    # Of a card only what it says, so that a field which a later version adds is not in it.
    return line.model_dump_json(by_alias=True, exclude_none=True).encode()


def _torn(path: Path) -> int:
    """Bytes behind the last whole line."""
    data = path.read_bytes()
    return len(data) - (data.rfind(b"\n") + 1)


def _lines(path: Path) -> Iterator[KeptCard | Answer]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                yield _parsed(line, path, number)
    except FileNotFoundError:
        return
    except OSError as error:
        raise YaltaError(f"cannot read {path}: {error.strerror}") from None


def _parsed(line: bytes, path: Path, number: int) -> KeptCard | Answer:
    try:
        return _LINE.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise YaltaError(
            f"not an answer that this version knows: {field}: {first['msg']}",
            where=f"{path}:{number}",
            hint="move the file away to begin a new one; nothing else needs it",
        ) from None
