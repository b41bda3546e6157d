"""What models cost: the shipped `prices.yaml`, and the user's own over it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from debate import yaml_file
from debate.events import Price
from debate.library import config_folder
from debate.persona import Line, Model

Amount = Annotated[Decimal, Field(ge=0)]


class Listed(Model):
    """The price of one model, per million tokens, and where it stands."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    input: Amount
    cached: Amount | None = None
    cache_written: Amount | None = None
    output: Amount
    window: int | None = Field(None, ge=1, description="Tokens.")
    as_of: date
    source: Line


class Prices(Model):
    """A prices file: models as PROVIDER/NAME, where NAME is what the provider calls it."""

    format: Literal["yalta/prices/1"] = Field(alias="schema")
    prices: dict[str, Listed] = Field(default_factory=dict)


def list_price(provider: str, name: str) -> tuple[int | None, Price] | None:
    """The window and the price of a model, if they are listed.

    Raises:
        LoadError: if the user's file is wrong.
    """
    model = f"{provider}/{name}"
    own = config_folder() / "prices.yaml"
    listed = _own(own, own.stat().st_mtime_ns).get(model) if own.is_file() else None
    listed = listed or _shipped().get(model)
    if listed is None:
        return None
    return listed.window, Price(**listed.model_dump(exclude={"window"}))


@cache
def _shipped() -> dict[str, Listed]:
    source = resources.files("debate.speakers") / "prices.yaml"
    text = source.read_text(encoding="utf-8")
    return yaml_file.loads(text, Prices, path="prices.yaml").prices


@cache
def _own(path: Path, changed: int) -> dict[str, Listed]:
    return yaml_file.load(path, Prices).prices
