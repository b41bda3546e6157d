"""A rubric: what raters are told, what they are asked, and by which scales. One YAML file.

A style rubric has up to three tasks, in the order in which they are asked: *identification* (which
of these unnamed cards is it?), *pairs* (which of two is closer to the card?), and *Likert* scales
with every point anchored. An emergence rubric has codes for what a turn does in the bargaining, and
labels for where the thought may have come from. A rubric is quoted in full in every study that uses
it, so a later edition changes no study.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from debate.errors import UnknownName
from debate.persona import Identifier, Line, Model, Prose
from debate.yaml_file import load, loads

#: What a rater does with an item, in the order in which tasks are done.
Task = Literal["identification", "pairs", "likert", "coding"]
#: A part of a card that a dimension is about; see `persona.Voice`.
Trait = Literal["lexis", "rhythm", "code-switching", "devices"]
#: What a rater may note of any item.
Flag = Literal["leak", "catchphrase"]

FLAGS: dict[Flag, str] = {
    "leak": "Something in it tells who speaks: a name, a place, a post.",
    "catchphrase": "It repeats a catchphrase of the card word for word.",
}
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]$")]


class Illustration(Model):
    """A text that shows how to judge, before the rating begins."""

    text: Prose
    good: bool = Field(description="Whether it is close to the card that is told with it.")
    card: Prose | None = Field(None, description="The card that it is held against.")
    why: Prose


class Identification(Model):
    """Which of several unnamed cards a text was written from."""

    question: Line
    none: Line = Field(description="How the answer that it is none of them is put.")
    confidence: tuple[Line, Line, Line, Line] = Field(description="What 1 to 4 mean.")
    cards: int = Field(4, ge=2, le=8, description="Most cards that are shown with an item.")


class Pairs(Model):
    """Which of two texts on the same occasion is closer to the card."""

    question: Line
    tie: Line = Field(description="How a tie is put.")


class Dimension(Model):
    """One scale of 1 to 5."""

    id: Identifier
    question: Line
    trait: Trait | None = Field(
        None, description="Asked only where the card names it; None is asked of every card."
    )
    anchors: tuple[Line, Line, Line, Line, Line] = Field(description="What 1 to 5 mean.")


class Gold(Model):
    """An item of the pilot round, with the answer and what the rater is told of it."""

    task: Literal["identification", "pairs", "likert"]
    texts: tuple[Prose, ...] = Field(min_length=1, max_length=2)
    cards: tuple[Prose, ...] = Field(min_length=1, max_length=8)
    answer: int = Field(
        ge=0,
        description="Identification: the card's number, 0 for none. Pairs: 1 the left, 2 the right,"
        " 0 a tie. Likert: the point of the first dimension.",
    )
    within: int = Field(0, ge=0, le=2, description="Points by which a Likert answer may differ.")
    feedback: Prose

    @model_validator(mode="after")
    def _answerable(self) -> Gold:
        most = {"identification": len(self.cards), "pairs": 2, "likert": 5}[self.task]
        if self.answer > most or (self.task == "likert" and self.answer < 1):
            raise ValueError(f"{self.answer} is no answer to an item of {self.task}")
        if len(self.texts) != (2 if self.task == "pairs" else 1):
            raise ValueError("a pair has two texts, any other item one")
        return self


class Code(Model):
    """What a turn does in the bargaining."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]+(-[A-Z]+)*$", max_length=24)]
    key: Key
    meaning: Prose
    cites: int = Field(1, ge=0, le=9, description="Earlier turns that must be cited, at least.")
    gist: bool = Field(True, description="Whether it is traced: with a gist, terms and a label.")


class Label(Model):
    """Where a coded thought may have come from."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]+(-[A-Z]+)*$", max_length=24)]
    key: Key
    meaning: Prose


class Rubric(Model):
    """One rubric file (`yalta/rubric/1`)."""

    format: Literal["yalta/rubric/1"] = Field(alias="schema")
    id: Identifier
    version: int = Field(ge=1, description="Counts up with every edition.")
    kind: Literal["style", "emergence"]
    title: Line
    instructions: Prose
    illustrations: tuple[Illustration, ...] = ()
    identification: Identification | None = None
    pairs: Pairs | None = None
    likert: tuple[Dimension, ...] = ()
    gold: tuple[Gold, ...] = Field((), description="The pilot round.")
    codes: tuple[Code, ...] = ()
    labels: tuple[Label, ...] = ()
    closing: Line = Field(description="The last question, in free words.")

    @model_validator(mode="after")
    def _whole(self) -> Rubric:
        if self.kind == "style" and not self.tasks:
            raise ValueError("a style rubric asks for identification, pairs or likert scales")
        if self.kind == "emergence" and not (self.codes and self.labels):
            raise ValueError("an emergence rubric has codes and labels")
        for what, ids in (
            ("dimension", [each.id for each in self.likert]),
            ("code", [each.id for each in self.codes]),
            ("key of a code", [each.key for each in self.codes]),
            ("label", [each.id for each in self.labels]),
            ("key of a label", [each.key for each in self.labels]),
        ):
            if twice := [each for each, times in Counter(ids).items() if times > 1]:
                raise ValueError(f"the {what} {twice[0]!r} is there twice")
        asked = [each.task for each in self.gold if each.task not in self.tasks]
        if asked:
            raise ValueError(f"the pilot asks for {asked[0]}, which the rubric does not")
        return self

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks, in the order in which they are done."""
        if self.kind == "emergence":
            return ("coding",)
        found: list[Task] = []
        if self.identification:
            found.append("identification")
        if self.pairs:
            found.append("pairs")
        if self.likert:
            found.append("likert")
        return tuple(found)

    def dimensions(self, traits: Sequence[Trait]) -> tuple[Dimension, ...]:
        """The scales that are asked of a card which names these traits."""
        return tuple(each for each in self.likert if each.trait is None or each.trait in traits)


def find_rubric(name: str) -> Rubric:
    """A rubric that ships, by its id, or one of a file.

    Raises:
        UnknownName: if there is none of that name.
        LoadError: if the file is wrong.
    """
    if name.endswith((".yaml", ".yml")) or "/" in name:
        return load(Path(name), Rubric)
    shipped = {
        each.name.removesuffix(".yaml"): each
        for each in (resources.files("debate") / "rubrics").iterdir()
        if each.name.endswith(".yaml")
    }
    if name not in shipped:
        raise UnknownName("rubric", name, shipped, hint="or give the path of a file")
    return loads(shipped[name].read_text(encoding="utf-8"), Rubric, path=f"rubrics/{name}.yaml")
