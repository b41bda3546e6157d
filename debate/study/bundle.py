"""What raters get: the rubric, the items under opaque ids, and who rates which, in which order.

    bundle = load_bundle(path)
    for place in bundle.plans["kai"]:
        item = bundle.items[place.item]

A bundle holds nothing that names an item. Ids are drawn with the study's key, items stand in the
order of their ids, and where texts come from, which are foils and which are repeats is in the key
alone (`study.key`), whose hash the bundle carries from before the first rating.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, StringConstraints, ValidationError, model_validator

from debate.errors import UserError
from debate.persona import Identifier, Line, Model
from debate.study.rubric import Rubric, Trait
from debate.text import showable

FORMAT: Literal["yalta/study/1"] = "yalta/study/1"
NOTICE = (
    "Everything here was written by language models in simulated debates. None of it is a statement"
    " of a real person."
)
MAX_BYTES = 64 * 1024 * 1024

Opaque = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{16}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
M = TypeVar("M", bound=Model)


class Card(Model):
    """An unnamed card: how somebody talks."""

    id: Opaque
    text: str = Field(description="One trait a line, `Name: what`.")
    traits: tuple[Trait, ...] = Field((), description="Which it names.")


class Excerpt(Model):
    """Some turns of one speaker, masked."""

    turns: tuple[str, ...] = Field(min_length=1)

    @property
    def text(self) -> str:
        """The turns as paragraphs."""
        return "\n\n".join(self.turns)


class IdentificationItem(Model):
    """Which of these cards is it?"""

    task: Literal["identification"] = "identification"
    id: Opaque
    scene: str
    excerpt: Excerpt
    cards: tuple[Opaque, ...] = Field(min_length=2, description="In the order to be shown.")


class PairsItem(Model):
    """Which of two is closer to the card? `a` and `b` are shown left and right as the plan says."""

    task: Literal["pairs"] = "pairs"
    id: Opaque
    scene: str
    card: Opaque
    a: Excerpt
    b: Excerpt


class LikertItem(Model):
    """How close is it to the card, by these scales?"""

    task: Literal["likert"] = "likert"
    id: Opaque
    scene: str
    card: Opaque
    excerpt: Excerpt
    dimensions: tuple[Identifier, ...] = Field(min_length=1)


class HeardTurn(Model):
    """A turn of a conference that is coded, its speakers called by letters."""

    number: int = Field(ge=1, description="Counts the turns that are shown.")
    speaker: str
    phase: str
    text: str


class CodingItem(Model):
    """One conference, to be coded turn by turn."""

    task: Literal["coding"] = "coding"
    id: Opaque
    scene: str
    turns: tuple[HeardTurn, ...] = Field(min_length=1)
    pool: Opaque = Field(description="Which passages its speakers may have been given.")


Item = Annotated[
    IdentificationItem | PairsItem | LikertItem | CodingItem, Field(discriminator="task")
]


class PoolPassage(Model):
    """A text that some speaker of the study's conferences was given."""

    id: Opaque
    kind: str = Field(description="Such as card, scenario, note, template.")
    text: str


class Place(Model):
    """An item in the order of one rater."""

    item: Opaque
    swap: bool = Field(False, description="Of a pair: `b` stands on the left.")


class Exclusions(Model):
    """Which raters and items are left out in the second of two analyses. Fixed before rating."""

    checks: float = Field(0.25, ge=0, le=1, description="More attention checks missed than this.")
    seconds: float = Field(3.0, ge=0, description="A median time an item shorter than this.")
    unjudged: float = Field(0.5, ge=0, le=1, description="More `can't judge` than this.")
    flagged: Literal["any", "most"] = Field(
        "any", description="An item that any, or more than half, of its raters flag as a leak."
    )


class Foreseen(Model):
    """The half-width of a 95 % interval of identification accuracy, simulated before rating."""

    items: int
    raters: int
    half_width: float
    accuracy: float = Field(description="The accuracy that was assumed.")
    likeness: float = Field(description="The correlation of two raters' hits that was assumed.")
    draws: int


class Bundle(Model):
    """One study as its raters get it (`yalta/study/1`)."""

    format: Literal["yalta/study/1"] = FORMAT
    id: Opaque
    title: Line
    notice: str = NOTICE
    rubric: Rubric
    cards: tuple[Card, ...] = ()
    items: tuple[Item, ...] = ()
    pools: dict[Opaque, tuple[PoolPassage, ...]] = Field(default_factory=dict)
    plans: dict[Identifier, tuple[Place, ...]] = Field(default_factory=dict)
    exclusions: Exclusions = Exclusions()
    foreseen: Foreseen | None = None
    key_sha256: Sha256
    sealed_at: datetime

    @model_validator(mode="after")
    def _closed(self) -> Bundle:
        items = {each.id: each for each in self.items}
        cards = {each.id for each in self.cards}
        scales = {each.id for each in self.rubric.likert}
        for item in self.items:
            named: tuple[str, ...] = ()
            if isinstance(item, IdentificationItem):
                named = item.cards
            elif isinstance(item, PairsItem | LikertItem):
                named = (item.card,)
            if strange := [each for each in named if each not in cards]:
                raise ValueError(f"item {item.id} names the card {strange[0]}, which is not here")
            if isinstance(item, LikertItem) and not scales.issuperset(item.dimensions):
                raise ValueError(f"item {item.id} asks for a scale that the rubric has not")
            if isinstance(item, CodingItem) and item.pool not in self.pools:
                raise ValueError(f"item {item.id} names a pool that is not here")
        for rater, plan in self.plans.items():
            if strange := [each.item for each in plan if each.item not in items]:
                raise ValueError(f"the plan of {rater} names {strange[0]}, which is no item")
        return self

    def item(self, id: str) -> Item:
        """The item of an id."""
        return next(each for each in self.items if each.id == id)

    def card(self, id: str) -> Card:
        """The card of an id."""
        return next(each for each in self.cards if each.id == id)

    def for_rater(self, rater: str) -> Bundle:
        """What one rater needs of it: their own items and plan.

        Raises:
            UserError: if nobody of that name rates.
        """
        plan = self.plan(rater)
        wanted = {each.item for each in plan}
        items = tuple(each for each in self.items if each.id in wanted)
        return self.model_copy(update={"items": items, "plans": {rater: plan}})

    def plan(self, rater: str) -> tuple[Place, ...]:
        """The items of one rater, in their order.

        Raises:
            UserError: if nobody of that name rates.
        """
        if rater not in self.plans:
            raise UserError(
                f"nobody called {rater!r} rates in this study",
                hint=f"its raters: {', '.join(self.plans)}",
            )
        return self.plans[rater]


def dump_bundle(bundle: Bundle) -> bytes:
    """The bundle as its file holds it."""
    return bundle.model_dump_json(by_alias=True, indent=1).encode() + b"\n"


def load_bundle(path: Path) -> Bundle:
    """Read a bundle.

    Raises:
        UserError: if it cannot be read or is none.
    """
    return read_json(path, Bundle, "a study's bundle")


def read_json(path: Path, model: type[M], what: str) -> M:
    """Read a JSON file into a model.

    Raises:
        UserError: if it cannot be read, is too large or not of this form, with the first fault.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES // 2**20} MiB")
        return model.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        said = f"{field}: {first['msg']}" if field else first["msg"]
        raise UserError(f"{path} is not {what}: {showable(said)}") from None


def sha256(data: bytes) -> str:
    """The hash by which a file is known."""
    return hashlib.sha256(data).hexdigest()
