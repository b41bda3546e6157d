"""What the lobby's form says, as a value: filled from a scenario, made into wishes, remembered.

A seat's model is kept only where the user has named one. What a scenario names stays the
scenario's: an address in it is asked without a key, and must not become the user's own by passing
through a form.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from debate.errors import UserError
from debate.events import Layout
from debate.scenario import Role, Scenario
from debate.seating import Place, Wishes, arrange
from debate.speakers.registry import DEFAULT_MODEL
from debate.text import showable

LAYOUTS: tuple[Layout, ...] = ("shared", "perspective")
_MOST_ROUNDS = 10_000
_MOST_BUDGET = 1e9
_SEED_BELOW = 2**63
_TEXT_KEPT = 4000


class WrongField(UserError):
    """A field of the form holds what it cannot.

    Args:
        field: The field's id.
    """

    def __init__(self, field: str, message: str, *, hint: str | None = None) -> None:
        self.field = field
        super().__init__(message, hint=hint)


@dataclass(frozen=True, slots=True)
class Row:
    """A seat in the form."""

    seat: str
    """The scenario's seat, or else the persona: what `Wishes.seats` takes."""
    persona: str
    model: str = ""
    """The model that the user has named for it; empty is everyone's."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The form as filled in; numbers as they were typed."""

    scenario: str
    motion: str
    rows: tuple[Row, ...]
    model: str = ""
    """The model that the user has named for all seats; empty is the scenario's, or the usual."""
    rounds: str = ""
    """Empty is the scenario's own, as is `budget`."""
    seed: str = ""
    """Empty draws one."""
    budget: str = ""
    layout: Layout = "shared"


def fresh(scenario: Scenario, *, model: str = "") -> Setup:
    """The form for a scenario of which nothing has been changed yet."""
    return Setup(scenario.id, showable(scenario.motion), planned(scenario), model)


def planned(scenario: Scenario) -> tuple[Row, ...]:
    """The scenario's own seats."""
    return tuple(Row(plan.id or plan.persona, plan.persona) for plan in scenario.seats)


def role_of(row: Row, scenario: Scenario) -> Role:
    """What a seat is at the table: what the scenario says of its own, a member otherwise."""
    own = (plan for plan in scenario.seats if (plan.name, plan.persona) == (row.seat, row.persona))
    return next((plan.role for plan in own), "member")


def model_of(row: Row, setup: Setup, scenario: Scenario) -> tuple[str, bool]:
    """The model that speaks for a seat, and whether the user named it."""
    if named := row.model or setup.model:
        return named, True
    own = next((p.model for p in scenario.seats if (p.id or p.persona) == row.seat), None)
    return (own, False) if own else (DEFAULT_MODEL, True)


def wishes_of(setup: Setup, scenario: Scenario) -> tuple[Wishes, tuple[Place, ...]]:
    """What the form asks for, and who will sit where. Reads the personas from the disk.

    Raises:
        WrongField: if a field holds what it cannot.
        UserError: if the conference cannot be held so.
    """
    if not any(role_of(row, scenario) == "member" for row in setup.rows):
        raise WrongField("seats", "nobody sits at the table", hint="add a seat")
    own = [row.seat for row in planned(scenario)]
    names = [row.seat for row in setup.rows]
    seats = () if names == own else names
    _, places = arrange(scenario, Wishes(seats=seats), DEFAULT_MODEL)
    for row, place in zip(setup.rows, places, strict=True):
        if row.persona != place.persona.id:
            raise WrongField(
                "seats",
                f"{row.persona!r} cannot sit here: it is the name of a seat of this scenario, "
                f"which is {place.persona.id}'s",
            )
    motion = showable(setup.motion).strip()
    wishes = Wishes(
        model=setup.model or None,
        seat_models={
            place.id: row.model for row, place in zip(setup.rows, places, strict=True) if row.model
        },
        seats=seats,
        motion=None if motion == showable(scenario.motion).strip() else motion,
        rounds=_rounds(setup.rounds),
        seed=_seed(setup.seed),
        budget=_budget(setup.budget),
        layout=setup.layout,
    )
    return wishes, arrange(scenario, wishes, DEFAULT_MODEL)[1]


def remembered(setup: Setup, scenario: Scenario) -> dict[str, Any]:
    """The form as JSON values. What is the scenario's own is left out, to change as that does."""
    rows = [{"seat": r.seat, "persona": r.persona, "model": r.model} for r in setup.rows]
    return {
        "scenario": setup.scenario,
        "motion": None if setup.motion == showable(scenario.motion) else setup.motion,
        "seats": None if setup.rows == planned(scenario) else rows,
        "model": setup.model,
        "rounds": setup.rounds,
        "seed": setup.seed,
        "budget": setup.budget,
        "layout": setup.layout,
    }


def restored(data: Mapping[str, Any], scenario: Scenario, personas: Collection[str]) -> Setup:
    """The form from what was remembered of it, as far as it still makes sense.

    Args:
        data: What `remembered` gave, or anything else that a file may hold.
        scenario: The scenario that it names.
        personas: Ids of the personas that are there.
    """
    layout = data.get("layout")
    return Setup(
        scenario=scenario.id,
        motion=_text(data, "motion") or showable(scenario.motion),
        rows=_with_staying(_rows(data.get("seats"), scenario, personas), scenario),
        model=_text(data, "model").strip(),
        rounds=tidied("rounds", _if(_rounds, _text(data, "rounds"))),
        seed=tidied("seed", _if(_seed, _text(data, "seed"))),
        budget=_if(_budget, _text(data, "budget")),
        layout=cast("Layout", layout) if layout in LAYOUTS else "shared",
    )


def _rows(value: object, scenario: Scenario, personas: Collection[str]) -> tuple[Row, ...]:
    own = {row.seat: row for row in planned(scenario)}
    rows = []
    for entry in value if isinstance(value, list) else []:
        if not isinstance(entry, dict):
            continue
        seat, persona, model = (_text(entry, key).strip() for key in ("seat", "persona", "model"))
        if seat in own and own[seat].persona == persona:
            rows.append(Row(seat, persona, model))
        elif persona in personas:
            rows.append(Row(persona, persona, model))
    return tuple(rows)


def _with_staying(rows: tuple[Row, ...], scenario: Scenario) -> tuple[Row, ...]:
    """The rows, with the scenario's chair and audience, who are there whoever else is."""
    there = {row.seat for row in rows}
    staying = (row for row in planned(scenario) if role_of(row, scenario) != "member")
    return (
        (*rows, *(row for row in staying if row.seat not in there)) if rows else planned(scenario)
    )


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return showable(value[:_TEXT_KEPT]) if isinstance(value, str) else ""


def mistake(field: str, text: str) -> str | None:
    """What is wrong with what stands in a small field, as far as it is typed; None if nothing."""
    try:
        _READ[field](text)
    except WrongField as error:
        return error.message
    return None


def tidied(field: str, text: str) -> str:
    """A number as one would write it: without spaces, signs and zeros that say nothing."""
    whole = field in ("rounds", "seed") and text.strip() and mistake(field, text) is None
    return str(int(text)) if whole else text.strip()


def _if(read: Any, text: str) -> str:
    try:
        read(text)
    except WrongField:
        return ""
    return text


def _rounds(text: str) -> int | None:
    rounds = _whole("rounds", text)
    if rounds is not None and not 1 <= rounds <= _MOST_ROUNDS:
        raise WrongField("rounds", f"rounds are from 1 to {_MOST_ROUNDS}, not {text[:40].strip()}")
    return rounds


def _seed(text: str) -> int | None:
    seed = _whole("seed", text)
    if seed is not None and abs(seed) >= _SEED_BELOW:
        raise WrongField("seed", "the seed is too large", hint="it may have 18 digits")
    return seed


def _budget(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        budget = float(text)
    except ValueError:
        budget = math.nan
    if not 0 < budget <= _MOST_BUDGET:  # which an amount that is no number fails, too
        raise WrongField(
            "budget", f"the budget is an amount above 0, to {_MOST_BUDGET:,.0f}, not {text[:40]!r}"
        )
    return budget


def _whole(field: str, text: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise WrongField(field, f"{field}: a whole number is wanted, not {text[:40]!r}") from None


def moved(rows: Sequence[Row], index: int, by: int) -> tuple[Row, ...]:
    """The rows with one of them moved up or down, as far as the ends."""
    rest = [*rows[:index], *rows[index + 1 :]]
    at = min(max(index + by, 0), len(rest))
    return (*rest[:at], rows[index], *rest[at:])


_READ: dict[str, Callable[[str], float | None]] = {
    "rounds": _rounds,
    "seed": _seed,
    "budget": _budget,
}
