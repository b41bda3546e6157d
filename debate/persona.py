"""A persona: who someone is, what they want, and how they talk. One YAML file, one model.

Half of it is public: everyone at the table knows the summary, the stances and the voice. Half
is private (`goals.private`, `red_lines`) and reaches no prompt but the seat's own.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

SIMULATION_NOTICE = "Simulated; not statements of the real person."


def _one_line(text: str) -> str:
    """Refuse line breaks: a name or a rule with one in it could pose as a paragraph of its own."""
    if len(text.splitlines()) > 1:
        raise ValueError("expected one line")
    return text


#: An id doubles as a file name, so it can hold nothing that leaves its folder.
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=400),
    AfterValidator(_one_line),
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Model(BaseModel):
    """A part of a YAML file: unknown fields are errors, values never change once loaded."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )


class Stance(Model):
    """Where the persona stands on one topic."""

    topic: Line = Field(description="The question, in a few words.")
    position: Prose = Field(description="What they hold, in one or two sentences.")
    firmness: int = Field(3, ge=1, le=5, description="1 would trade it away, 5 never moves.")
    source: str | None = Field(None, description="Id of an entry in `sources` that shows it.")


class Goals(Model):
    """What the persona wants. Private goals reach only its own prompts."""

    public: tuple[Line, ...] = Field((), description="What they would say they want.")
    private: tuple[Line, ...] = Field((), description="What they want and would not say aloud.")


class CodeSwitching(Model):
    """How the persona mixes languages within its speech."""

    languages: tuple[Line, ...] = Field(min_length=2, description="Matrix language first.")
    share: float = Field(ge=0, le=1, description="Part of the words not in the matrix language.")
    when: Prose = Field(description="What sets off a switch, and what is switched.")


class Voice(Model):
    """How the persona talks: the linguistic fingerprint that raters judge."""

    register_: Line = Field(alias="register", description="Level and tone of speech.")
    rhythm: Line = Field(description="Sentence length, pauses, how a reply is built.")
    prefers: tuple[Line, ...] = Field((), description="Words and phrases used often.")
    avoids: tuple[Line, ...] = Field((), description="Words and phrases kept away from.")
    catchphrases: tuple[Line, ...] = Field((), description="Recognisable turns of phrase.")
    devices: tuple[Line, ...] = Field((), description="Rhetorical devices, with how they are used.")
    code_switching: CodeSwitching | None = Field(None, description="Mixing of languages, if any.")
    never: tuple[Line, ...] = Field((), description="What this voice never does.")


class Example(Model):
    """An exchange that shows the voice. Written for this project; never a quotation."""

    heard: Prose = Field(description="What was said to them.")
    reply: Prose = Field(description="What they answer, in their voice.")
    invented: Literal[True] = Field(description="Marks the line as invented; must be true.")


class Source(Model):
    """Public material that a card rests on."""

    id: Annotated[str, StringConstraints(pattern=r"^S[0-9]{1,3}$")]
    title: Line
    year: int | None = Field(None, ge=1900, le=2100)
    url: Line | None = None


class Persona(Model):
    """One persona file (`yalta/persona/1`)."""

    format: Literal["yalta/persona/1"] = Field(alias="schema")
    id: Identifier = Field(description="The file's name without `.yaml`.")
    name: Line = Field(description="The name spoken at the table.")
    native_name: Line | None = Field(None, description="The name in its own script.")
    role: Line
    organisation: Line | None = None
    real_person: bool = Field(description="True puts a notice on everything this persona says.")
    summary: Prose = Field(description="Who they are, publicly, in two to four sentences.")
    stances: tuple[Stance, ...] = ()
    goals: Goals = Goals()
    red_lines: tuple[Line, ...] = Field((), description="What they will not agree to. Private.")
    voice: Voice
    examples: tuple[Example, ...] = ()
    sources: tuple[Source, ...] = ()
    author: Line | None = Field(None, description="Who wrote the card; must not rate it.")

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON schema that editors check persona files by: `personas/persona.schema.json`."""
        schema = cls.model_json_schema(by_alias=True)
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}

    @property
    def notice(self) -> str | None:
        """The notice that goes with everything this persona says, if it portrays a real person."""
        return SIMULATION_NOTICE if self.real_person else None
