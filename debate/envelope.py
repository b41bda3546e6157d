"""What events are made of: the envelope of a line, and what a call to a model used and took."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

#: Why a reply ended. `stop`: by itself. `length`: at its token limit. `cut`: where it began to
#: speak as another participant. `filter`: the provider withheld the rest.
FinishReason = Literal["stop", "length", "cut", "filter"]

#: Why a turn could not be had. `aborted`: a person stopped it, or a replay does not hold it.
#: `interrupted`: the program ended while it was in the air. `empty`, `refused`: the model answered,
#: with nothing that can be used. `error`: the model did not answer.
FailureReason = Literal["aborted", "interrupted", "empty", "refused", "error"]

#: How much a model may think before it speaks: a level, or a number of tokens.
Thinking = Annotated[
    str, StringConstraints(pattern=r"^(off|low|medium|high|budget=[1-9][0-9]{0,6})$")
]


class Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Usage(Fields):
    """Tokens of one call, as the server counted them. None is unknown, which is not zero."""

    input: int | None = Field(None, ge=0, description="All prompt tokens, cached ones included.")
    cached: int | None = Field(None, ge=0, description="Prompt tokens read from a prefix cache.")
    cache_written: int | None = Field(None, ge=0, description="Prompt tokens newly cached.")
    output: int | None = Field(None, ge=0, description="All written tokens, reasoning included.")
    reasoning: int | None = Field(None, ge=0, description="Written tokens spent on reasoning.")


class Timing(Fields):
    """Seconds from the moment the request was sent."""

    first: float | None = Field(None, ge=0, description="To the first token; None if none came.")
    total: float = Field(ge=0, description="To the end of the reply.")


class Price(Fields):
    """Price of a model per million tokens."""

    currency: str
    input: Decimal = Field(ge=0)
    cached: Decimal | None = Field(None, ge=0, description="Defaults to the input price.")
    cache_written: Decimal | None = Field(None, ge=0, description="Defaults to the input price.")
    output: Decimal = Field(ge=0, description="Of spoken words and of reasoning alike.")
    as_of: date | None = Field(None, description="When the source said so.")
    source: str | None = None


class Profile(Fields):
    """What is known of a seat's model when the conference opens. Never holds a key."""

    model: str = Field(description="The model as the user named it.")
    family: str = Field(description="The kind of speaker: openai, local, replay, human.")
    endpoint: str | None = Field(None, description="Base URL, without credentials.")
    name: str | None = Field(None, description="The model's name at that endpoint.")
    window: int | None = Field(None, ge=1, description="Context window in tokens, if known.")
    price: Price | None = Field(None, description="None is unknown, which is not free.")
    sampling: dict[str, float | int] = Field(default_factory=dict)
    extra: dict[str, JsonValue] = Field(
        default_factory=dict, description="Further fields of every request."
    )
    thinking: Thinking | None = Field(None, description="None leaves it to the model.")
    reasoning_room: int = Field(
        0, ge=0, description="Tokens added to every limit for reasoning that counts within it."
    )
    caches: bool | None = Field(None, description="Whether it has a prefix cache, if known.")
    grammar: str | None = Field(None, description="What its replies are held to, in GBNF.")
    prefill: bool = Field(
        False, description="Its replies are begun for it, by the speaker's label in the record."
    )


class Try(Fields):
    """A call for a turn that came to nothing, after which the same was asked again."""

    why: str
    by: Profile | None = Field(None, description="Who was asked, if not the seat's own model.")
    waited: float = Field(0.0, ge=0, description="Seconds until it was asked again.")
    text: str | None = Field(None, description="What had come of it; heard by nobody.")
    accepted: bool = Field(False, description="Whether the server may bill it.")
    usage: Usage = Usage()


class Event(Fields):
    """What every line carries. `seq` counts from 0; `prev` is the sha256 of the line before it."""

    seq: int = -1
    at: AwareDatetime | None = None
    prev: str = ""
    type: str
