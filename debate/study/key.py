"""What raters must not know: where each item comes from. The key stays with the author.

It is written when a study is drawn, and worked on until it is sealed: masks are proposed by the
program and checked by a person. Sealing makes the bundle from it and puts the key's hash into the
bundle's header, so that nobody can change afterwards what an item was; it is opened when the study
is closed.
"""

from __future__ import annotations

import base64
import hmac
from typing import Literal

from pydantic import Field

from debate.persona import Identifier, Line, Model
from debate.study.bundle import Card, Exclusions, Foreseen, Opaque, Place, Sha256
from debate.study.rubric import Rubric, Task

#: What an item is: a persona's own text; one of which no card is right; or a foil.
Kind = Literal[
    "genuine",
    "no-persona",  # same model and scene, no card
    "shuffled",  # written from another card than it is rated against
    "catchphrases",  # no persona, with the card's catchphrases pasted on
    "reference",  # written by a person
    "held-out",  # of a persona whose card is not shown: the right answer is none
    "check",  # says what to answer
]


class Mask(Model):
    """A part of a turn that raters see as a word in brackets."""

    turn: int = Field(ge=0, description="Which turn of the excerpt, from 0.")
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    shown: Line = Field(description="What stands in its place, such as `[name]`.")
    by: Literal["program", "person"] = "program"


class Origin(Model):
    """Where an excerpt was taken from."""

    arm: Line | None = Field(None, description="The arm or system, of what a conference said.")
    transcript: Line | None = None
    head: Sha256 | None = Field(None, description="Hash of the transcript's last line.")
    seat: Identifier | None = None
    persona: Identifier | None = Field(None, description="From whose card it was written.")
    seqs: tuple[int, ...] = Field((), description="The lines that close its turns.")
    turns: tuple[str, ...] = Field(min_length=1, description="As they were said.")
    masks: tuple[Mask, ...] = ()


class ItemKey(Model):
    """What one item is."""

    id: Opaque
    task: Task
    kind: Kind
    scene: Line
    cluster: Line = Field(description="Items of one cluster hang together: they are drawn as one.")
    origins: tuple[Origin, ...] = Field(
        min_length=1, max_length=2, description="Of a pair `a`, `b`."
    )
    against: Identifier | None = Field(None, description="The persona whose card it is rated by.")
    cards: tuple[Opaque, ...] = Field((), description="Of identification, in the order shown.")
    answer: str | None = Field(
        None,
        description="Identification: the right card's id, or `none`. A check: what it tells to do.",
    )
    repeats: Opaque | None = Field(None, description="The item that it shows once more.")
    seats: tuple[Identifier, ...] = Field((), description="Of a conference: who spoke each turn.")
    phases: tuple[Line, ...] = Field((), description="Of a conference: in which phase.")
    pool: Opaque | None = None

    @property
    def checked(self) -> bool:
        """Whether it is an attention check."""
        return self.kind == "check"


class Given(Model):
    """A passage of a pool, with what was given it."""

    id: Opaque
    kind: Line
    text: str
    to: tuple[tuple[str, Identifier], ...] = Field(
        description="Item and seat of every speaker who was given it."
    )


class Person(Model):
    """What names somebody who speaks, and so must not be read by a rater."""

    names: tuple[Line, ...]
    organisation: Line | None = None
    author: Line | None = Field(None, description="Who wrote the card.")


class SourceKey(Model):
    """A conference that items were taken from."""

    arm: Line
    transcript: Line
    head: Sha256 = Field(description="Hash of its last line.")
    scenario: Identifier
    models: tuple[Line, ...] = Field((), description="That spoke in it, by their seats' order.")
    seed: int = 0
    turns: int = 0


class RaterKey(Model):
    """Someone who rates."""

    id: Identifier
    wrote: tuple[Identifier, ...] = Field((), description="Personas whose cards they wrote.")


class Key(Model):
    """All that is known of a study (`yalta/study-key/1`)."""

    format: Literal["yalta/study-key/1"] = "yalta/study-key/1"
    id: Opaque
    secret: Sha256
    seed: int
    title: Line
    rubric: Rubric
    raters: tuple[RaterKey, ...] = Field(min_length=1)
    people: dict[Identifier, Person] = Field(
        default_factory=dict, description="Those who speak, by persona."
    )
    sources: tuple[SourceKey, ...] = ()
    each: int | None = Field(None, ge=1, description="Raters an item has; see `plan.raters_each`.")
    cards: dict[Opaque, Identifier] = Field(description="Whose card each is.")
    shown: tuple[Card, ...]
    items: tuple[ItemKey, ...]
    plans: dict[Identifier, tuple[Place, ...]] = Field(
        default_factory=dict, description="Who rates what, once it is sealed."
    )
    pools: dict[Opaque, tuple[Given, ...]] = Field(default_factory=dict)
    exclusions: Exclusions = Exclusions()
    foreseen: Foreseen | None = None
    masks_checked_by: Line | None = Field(None, description="Who looked at every mask.")
    left_out: tuple[str, ...] = Field((), description="What could not be drawn, and why.")

    def item(self, id: str) -> ItemKey:
        """What an item is."""
        return next(each for each in self.items if each.id == id)


def opaque(secret: str, *parts: object) -> str:
    """An id that tells nothing: sixteen letters of an HMAC-SHA256 by the study's secret."""
    said = "\x1f".join(str(part) for part in parts).encode()
    mac = hmac.new(bytes.fromhex(secret), said, "sha256").digest()
    return base64.b32encode(mac)[:16].decode().lower()


def dump_key(key: Key) -> bytes:
    """The key as its file holds it; the same key gives the same bytes."""
    return key.model_dump_json(by_alias=True, indent=1).encode() + b"\n"
