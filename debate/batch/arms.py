"""What an arm makes of a scenario and its cards, and of a past."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from debate.batch.cells import Cell
from debate.batch.misfit import Misfit, standing
from debate.batch.patch import Patch, merged, place_in
from debate.batch.plan import Arm, Plan
from debate.errors import UnknownName, UserError
from debate.events import Cards, ConferenceOpened
from debate.expected import Loc
from debate.fork import Changes
from debate.library import load_persona, load_scenario
from debate.persona import Persona
from debate.scenario import Scenario
from debate.seating import MOST_CARDS_AT_HEAD, Wishes, arrange
from debate.yaml_file import first_fault, first_place

NOBODY = "nobody"
_SEAT = re.compile(r"[\w-]{1,64}\Z")
_NO_GOALS: Patch = {"goals": {"private": None}, "red_lines": None}


@dataclass(frozen=True, slots=True)
class Held:
    """What one cell holds."""

    scenario: Scenario
    wishes: Wishes


def members(scenario: Scenario) -> tuple[str, ...]:
    """The seats that debate, in their order."""
    return tuple(plan.name for plan in scenario.seats if plan.role == "member")


def cards_at(plan: Plan, *, base: Path) -> Cards:
    """Where the shared layout holds cards in all conferences of a plan. The largest table decides:
    arms that differ in their seats do not differ in their prompts as well.

    Args:
        plan: The plan, with a scenario.
        base: Folder that files are named from.

    Raises:
        UserError: if there is no such scenario.
    """
    scenario = load_scenario(named_from(plan.scenario or "", base))
    largest = 0
    casts: list[str | None] = [*plan.factors.cast] or [None]
    for arm, cast in product(plan.arms, casts):
        with suppress(UserError):  # what does not fit is told where it would be held
            held = _scenario(plan, Cell(id="", arm=arm, seed=0, cast=cast), scenario)
            largest = max(largest, sum(seat.role != "audience" for seat in held.seats))
    return "tail" if largest > MOST_CARDS_AT_HEAD else "head"


def conference(plan: Plan, cell: Cell, *, base: Path, cards: Cards = "head") -> Held:
    """The scenario and wishes of a cell.

    Args:
        plan: The plan.
        cell: One of its cells.
        base: Folder that files are named from.
        cards: As `cards_at` has it.

    Raises:
        UserError: if an arm does not fit the scenario.
    """
    arm = plan.arms[cell.arm]
    scenario = _scenario(plan, cell, load_scenario(named_from(plan.scenario or "", base)))
    named = {}
    for seat in scenario.seats:
        own = ("arms", cell.arm, "personas", seat.name)
        with standing(*(own if seat.name in arm.personas else _seated_at(arm, cell.arm))):
            named[seat.persona] = load_persona(named_from(seat.persona, base))
    layout = cell.layout or "shared"
    return Held(
        scenario,
        Wishes(
            model=cell.model,
            seat_models={**plan.models, **arm.models},
            thinking=cell.thinking,
            keep_reasoning=plan.keep_reasoning,
            phases=plan.phases,
            rounds=plan.rounds,
            seed=cell.seed,
            layout=layout,
            cards=cards if layout == "shared" else "head",
            personas={name: _patched(card, arm, cell.arm) for name, card in named.items()},
        ),
    )


def _scenario(plan: Plan, cell: Cell, scenario: Scenario) -> Scenario:
    """The scenario with a cell's seats and its arm's changes."""
    seats = cell.order or (plan.factors.cast[cell.cast] if cell.cast else ())
    if seats:
        at = ("factors", "cast", cell.cast) if cell.cast else ("scenario",)
        with standing(*at, among=plan.factors.cast.get(cell.cast or "", ())):
            scenario, _ = arrange(scenario, Wishes(seats=seats, model="local"), "local")
    return _changed(scenario, plan.arms[cell.arm], cell)


def _seated_at(arm: Arm, name: str) -> Loc:
    """Where a plan says who sits at the table, if no seat of an arm has another persona."""
    return ("arms", name, "scenario", "seats") if "seats" in arm.scenario else ("scenario",)


def check_named(plan: Plan, cell: Cell, held: Held | None, opened: ConferenceOpened | None) -> None:
    """See that a conference has the phases and seats that its plan names.

    Args:
        plan: The plan.
        cell: One of its cells.
        held: What the cell holds; None where it goes on from a past.
        opened: The manifest of that past.

    Raises:
        Misfit: if it has one of them not.
    """
    seats = [seat.id for seat in opened.seats] if opened else []
    if held is not None:
        seats = [seat.name for seat in held.scenario.seats]
        wishes = replace(held.wishes, seat_models={})
        with standing("phases", among=plan.phases):
            arrange(held.scenario, replace(wishes, rounds=None), "local")
        with standing("rounds"):
            arrange(held.scenario, wishes, "local")
    in_arm: Loc = ("arms", cell.arm, "models")
    for at, models in ((("models",), plan.models), (in_arm, plan.arms[cell.arm].models)):
        for seat_ in models:
            with standing(*at, seat_, of_key=True):
                if seat_ not in seats:
                    raise UnknownName("seat", seat_, seats)


def _changed(scenario: Scenario, arm: Arm, cell: Cell) -> Scenario:
    """The scenario with an arm's changes."""
    data = scenario.model_dump(by_alias=True, mode="json")
    cards = {s.name: s.persona for s in scenario.seats}
    debating = members(scenario)
    match arm.change:
        case "no-persona":
            cards |= dict.fromkeys(debating, NOBODY)
        case "shuffled-personas":
            cards |= deranged({seat: cards[seat] for seat in debating}, cell.seed)
        case "no-chair":
            data["seats"] = [seat for seat in data["seats"] if seat["role"] != "chair"]
            chairs = {s.name for s in scenario.seats if s.role == "chair"}
            with standing("arms", cell.arm, of_key=True):
                if not chairs:
                    raise UserError(f"nobody has the chair in {scenario.id}, so nothing is changed")
            data["phases"] = [_unchaired(phase, chairs) for phase in data["phases"]]
        case _:
            pass
    for seat in arm.personas:
        with standing("arms", cell.arm, "personas", seat, of_key=True):
            if seat not in cards:
                raise UnknownName(f"seat for the arm {cell.arm}", seat, cards)
    cards |= arm.personas
    for each in data["seats"]:
        each["id"] = each["id"] or each["persona"]
        each["persona"] = cards[each["id"]]
    data["rules"] = [*data["rules"], *arm.rules]
    try:
        return Scenario.model_validate(merged(data, arm.scenario))
    except ValidationError as error:
        why = first_fault(error, Scenario)
        at = place_in(arm.scenario, first_place(error, Scenario))
        of = ("arms", cell.arm, "scenario", *at) if arm.scenario else ("arms", cell.arm)
        raise Misfit(f"arm {cell.arm}: the scenario cannot be so: {why}", of) from None


def _unchaired(phase: dict[str, Any], chairs: set[str]) -> dict[str, Any]:
    changed = {**phase, "seats": [seat for seat in phase["seats"] if seat not in chairs]}
    if phase["floor"]["rule"] == "chaired":
        changed["floor"] = {"rule": "round_robin"}
    return changed


def deranged(cards: Mapping[str, str], seed: int) -> dict[str, str]:
    """The cards dealt out anew so that nobody has their own, if there is a way."""
    seats, dealt = list(cards), list(cards.values())
    chance = random.Random(f"{seed} shuffled")
    for _ in range(1000):
        chance.shuffle(dealt)
        if all(cards[seat] != card for seat, card in zip(seats, dealt, strict=True)):
            break
    return dict(zip(seats, dealt, strict=True))


def _patched(card: Persona, arm: Arm, name: str) -> Persona:
    """A card as an arm has it."""
    patches = [_NO_GOALS] if arm.change == "no-private-goals" else []
    patches += [arm.card] if arm.card else []
    if not patches:
        return card
    data: Any = card.model_dump(by_alias=True, mode="json", exclude_none=True)
    for patch in patches:
        data = merged(data, patch)
    try:
        return Persona.model_validate(data)
    except ValidationError as error:
        why = first_fault(error, Persona)
        at = place_in(arm.card, first_place(error, Persona))
        of = ("arms", name, "card", *at) if arm.card else ("arms", name)
        raise Misfit(f"arm {name}: the card {card.id} cannot be so: {why}", of) from None


def changes(plan: Plan, cell: Cell, opened: ConferenceOpened, *, base: Path) -> Changes:
    """What is otherwise in a cell that goes on from a past. Models are not among it.

    Args:
        plan: The plan.
        cell: One of its cells.
        opened: The manifest of the past.
        base: Folder that files are named from.
    """
    arm = plan.arms[cell.arm]
    own = {seat.id: seat.persona for seat in opened.seats}
    debating = [seat.id for seat in opened.seats if seat.role == "member"]
    cards = dict(opened.personas)
    now: dict[str, Persona] = {}
    match arm.change:
        case "no-persona":
            now = {own[seat]: _as(load_persona(NOBODY), cards[own[seat]]) for seat in debating}
        case "shuffled-personas":
            dealt = deranged({seat: own[seat] for seat in debating}, cell.seed)
            now = {own[seat]: _as(cards[dealt[seat]], cards[own[seat]]) for seat in debating}
        case _:
            pass
    for seat, name in arm.personas.items():
        at = ("arms", cell.arm, "personas", seat)
        with standing(*at, of_key=True):
            if seat not in own:
                raise UnknownName(f"seat for the arm {cell.arm}", seat, own)
        with standing(*at):
            now[own[seat]] = _as(load_persona(named_from(name, base)), cards[own[seat]])
    patched = {name: _patched(now.get(name, card), arm, cell.arm) for name, card in cards.items()}
    now |= {name: card for name, card in patched.items() if card != cards[name]}
    notes = []
    for n, said in enumerate(arm.notes):
        with standing("arms", cell.arm, "notes", n):
            notes.append(_note(said, own))
    return Changes(personas=tuple(now.values()), rules=arm.rules, notes=tuple(notes))


def _as(card: Persona, of: Persona) -> Persona:
    """A card under the id and name that a past knows: only what it says is another's."""
    return card.model_copy(
        update={"id": of.id, "name": of.name, "native_name": of.native_name}
    ).seated()


def _note(said: str, seats: Mapping[str, str]) -> tuple[str | None, str]:
    seat, equals, text = said.partition("=")
    if equals and seat in seats:
        return seat, text
    # Words before a sign of equality that are no seat's would be heard by all.
    if equals and _SEAT.match(seat):
        raise UnknownName("seat to pass a note to", seat, seats)
    return None, said


def named_from(name: str, base: Path) -> str | Path:
    """A name as it stands, or a file's from the plan's folder."""
    beside = base / name
    return beside if name.endswith((".yaml", ".yml")) and beside.is_file() else name
