"""A persona: who someone is, what they want, and how they talk. One YAML file, one model.

Half of it is public: everyone at the table knows the summary, the stances and the voice. Half
is private (`goals.private`, `red_lines`) and reaches no prompt but the seat's own.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)

SIMULATION_NOTICE = "Simulated; not statements of the real person."


def _one_line(text: str) -> str:
    """Refuse line breaks: a name or a rule with one in it could pose as a paragraph of its own."""
    if len(text.splitlines()) > 1:
        raise ValueError("expected one line")
    return text


def _finite(value: JsonValue) -> JsonValue:
    """Refuse numbers that JSON cannot say."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("expected numbers that JSON can say")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _finite(item)
    return value


#: An id doubles as a file name, so it can hold nothing that leaves its folder.
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=400),
    AfterValidator(_one_line),
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
_Json = Annotated[JsonValue, AfterValidator(_finite)]


class Model(BaseModel):
    """A part of a YAML file: unknown fields are errors, values never change once loaded."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )


class Stance(Model):
    """Where the persona stands on one topic."""

    topic: Line = Field(description="The question, in a few words.", examples=["Open weights"])
    position: Prose = Field(
        description="What they hold, in one or two sentences.",
        examples=["Publish strong models, so that all can study them and build on them."],
    )
    firmness: int = Field(3, ge=1, le=5, description="1 would trade it away, 5 never moves.")
    source: str | None = Field(
        None, description="Id of an entry in `sources` that shows it.", examples=["S1"]
    )


class Goals(Model):
    """What the persona wants. Private goals reach only its own prompts."""

    public: tuple[Line, ...] = Field(
        (),
        description="What they would say they want.",
        examples=[["Make intelligence as cheap as electricity."]],
    )
    private: tuple[Line, ...] = Field(
        (),
        description="What they want and would not say aloud.",
        examples=[["Stay first among the start-up laboratories."]],
    )


class CodeSwitching(Model):
    """How the persona mixes languages within its speech."""

    languages: tuple[Line, ...] = Field(
        min_length=2, description="Matrix language first.", examples=[["English", "Chinese"]]
    )
    share: float = Field(
        ge=0, le=1, description="Part of the words not in the matrix language.", examples=[0.2]
    )
    when: Prose = Field(
        description="What sets off a switch, and what is switched.",
        examples=["English sentences with the key word of each in Chinese."],
    )


class Voice(Model):
    """How the persona talks: the linguistic fingerprint that raters judge."""

    register_: Line = Field(
        alias="register",
        description="Level and tone of speech.",
        examples=["Calm, soft: plain small words for enormous things."],
    )
    rhythm: Line = Field(
        description="Sentence length, pauses, how a reply is built.",
        examples=["Short flat sentences, then one long one joined by 'and'."],
    )
    prefers: tuple[Line, ...] = Field(
        (), description="Words and phrases used often.", examples=[["I think", "sort of"]]
    )
    avoids: tuple[Line, ...] = Field(
        (),
        description="Words and phrases kept away from.",
        examples=[["exclamation marks", "legal language"]],
    )
    catchphrases: tuple[Line, ...] = Field(
        (),
        description="Recognisable turns of phrase.",
        examples=[["And then one day it is just ordinary."]],
    )
    devices: tuple[Line, ...] = Field(
        (),
        description="Rhetorical devices, with how they are used.",
        examples=[["Understatement: tells of a great thing as if it were the weather."]],
    )
    code_switching: CodeSwitching | None = Field(None, description="Mixing of languages, if any.")
    never: tuple[Line, ...] = Field(
        (), description="What this voice never does.", examples=[["Never ends on fear."]]
    )


class Example(Model):
    """An exchange that shows the voice. Written for this project; never a quotation."""

    heard: Prose = Field(
        description="What was said to them.", examples=["What happens to people's jobs?"]
    )
    reply: Prose = Field(
        description="What they answer, in their voice: some fifty words.",
        examples=["Some work will go away. I don't want to pretend that part is easy."],
    )
    invented: Literal[True] = Field(description="Marks the line as invented; must be true.")


class Source(Model):
    """Public material that a card rests on."""

    id: Annotated[str, StringConstraints(pattern=r"^S[0-9]{1,3}$")] = Field(
        description="Named by stances.", examples=["S1"]
    )
    title: Line = Field(
        description="What it is, and where.", examples=["The Gentle Singularity (essay)"]
    )
    year: int | None = Field(None, ge=1900, le=2100, description="Of publication.")
    url: Line | None = Field(None, description="Where it can be read.")


class Persona(Model):
    """One persona file (`yalta/persona/1`)."""

    format: Literal["yalta/persona/1"] = Field(alias="schema", description="What this file is.")
    id: Identifier = Field(description="The file's name without `.yaml`.", examples=["altman"])
    name: Line = Field(description="The name spoken at the table.", examples=["Sam Altman"])
    native_name: Line | None = Field(
        None, description="The name in its own script.", examples=["杨植麟"]
    )
    role: Line = Field(description="What they do.", examples=["Chief executive"])
    organisation: Line | None = Field(
        None, description="For whom they do it.", examples=["Moonshot AI"]
    )
    real_person: bool = Field(description="True puts a notice on everything this persona says.")
    summary: Prose = Field(description="Who they are, publicly, in two to four sentences.")
    stances: tuple[Stance, ...] = Field((), description="Where they stand.")
    goals: Goals = Field(Goals(), description="What they want.")
    red_lines: tuple[Line, ...] = Field(
        (),
        description="What they will not agree to. Private.",
        examples=[["Refuses a pause in research."]],
    )
    voice: Voice = Field(description="How they talk.")
    examples: tuple[Example, ...] = Field((), description="Exchanges that show the voice.")
    sources: tuple[Source, ...] = Field((), description="Public material that the card rests on.")
    author: Line | None = Field(None, description="Who wrote the card; must not rate it.")
    # Left out of every dump, and so of prompts, manifests and hashes: it is a stranger's, can be
    # large, and says nothing that a conference uses. `cards.persona_yaml` writes it.
    card: dict[str, _Json] | None = Field(
        None,
        exclude=True,
        min_length=1,
        description="The character card this was imported from, as it came. Reaches no prompt.",
    )

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON schema that editors check persona files by: `personas/persona.schema.json`.

        A file that extends another need hold nothing but its id.
        """
        schema = cls.model_json_schema(by_alias=True)
        parts = schema.pop("$defs")
        partly = {f"{name}Partly": _partly(part) for name, part in parts.items()}
        over = _partly(schema)
        over["properties"]["extends"] = {
            "type": "string",
            "description": "The persona that this one varies: an id, or a file beside this one.",
            "examples": ["yang"],
        }
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Persona",
            "if": {"required": ["extends"]},
            "then": {**over, "required": ["schema", "id", "extends"]},
            "else": schema,
            "$defs": {**parts, **partly},
        }

    @property
    def notice(self) -> str | None:
        """The notice that goes with everything this persona says, if it portrays a real person."""
        return SIMULATION_NOTICE if self.real_person else None

    def seated(self) -> Persona:
        """The persona as a conference knows it: without the card that it was imported from."""
        return self if self.card is None else self.model_copy(update={"card": None})


def _partly(schema: Any) -> Any:
    """A schema of which nothing is required, and any field may be taken away."""
    if isinstance(schema, list):
        return [_partly(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        key: f"{value}Partly" if key == "$ref" else _partly(value)
        for key, value in schema.items()
        if key != "required" or not isinstance(value, list)
    }
    if isinstance(fields := found.get("properties"), dict):
        found["properties"] = {
            name: {"anyOf": [field, {"type": "null"}]} for name, field in fields.items()
        }
    return found
