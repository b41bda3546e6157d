"""Before a conference opens: who sits where, for which model, under which layout.

`seat` turns a scenario and the user's wishes into the manifest, the first event of a transcript.
Whatever is wrong is found here, before a file is made or a token is paid for.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from debate.errors import UnknownName, UserError
from debate.events import Cards, ConferenceOpened, Layout, Profile, SeatCard, Thinking
from debate.library import load_persona, persona_files
from debate.persona import SIMULATION_NOTICE, Persona
from debate.prompts.environment import shipped_templates
from debate.scenario import Role, Scenario, SeatPlan

Fields = dict[str, Any]

#: With more cards than these at its head a prompt would be all cards: each speaker's own stands in
#: its brief then, at the tail.
MOST_CARDS_AT_HEAD = 30

INVENTED_NOTICE = "Simulated; every line is written by a language model."


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a user may ask for beside the scenario; each None or empty keeps the scenario's own."""

    model: str | None = None
    """Model of every seat that has none of its own."""
    seat_models: Mapping[str, str] = field(default_factory=dict)
    """Model by seat."""
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    """By seat, the model that speaks where its own could not be had; "" is every seat."""
    thinking: Thinking | None = None
    """How much the models are to think; None leaves it to them."""
    keep_reasoning: bool = True
    """Whether models' reasoning is written into the transcript."""
    seats: Sequence[str] = ()
    """Seats or personas, in the order of the table, in place of the scenario's."""
    motion: str | None = None
    phases: Sequence[str] = ()
    """Ids of the scenario's phases that are held; all if none is said."""
    rounds: int | None = None
    """Rounds of every plenary."""
    seed: int | None = None
    """None draws one."""
    budget: float | None = None
    """Cost at which the conference ends, in the currency of the models' prices."""
    layout: Layout | Literal["auto"] = "shared"
    """`auto` takes the layout that costs least, and decides where the cards stand as well."""
    cards: Cards | Literal["auto"] = "auto"
    """Where the shared layout holds cards; `auto` is the head, for as many as it bears."""
    templates: Mapping[str, str] | None = None
    """Prompt templates, in place of the shipped ones."""
    personas: Mapping[str, Persona] = field(default_factory=dict)
    """Cards by id, in place of those that are at hand: a draft need not be a file to be heard."""


@dataclass(frozen=True, slots=True)
class Place:
    """A seat before its model has been looked up."""

    id: str
    persona: Persona
    name: str
    model: str
    fallback: str | None = None
    role: Role = "member"
    side: str | None = None


def arrange(
    scenario: Scenario, wishes: Wishes, default_model: str
) -> tuple[Scenario, tuple[Place, ...]]:
    """The scenario as it will be held, and who sits where.

    Args:
        scenario: The scenario as loaded.
        wishes: What the user asks for beside it.
        default_model: Model of seats for which nobody names one.

    Raises:
        UserError: if a name is unknown, or the wishes do not fit the scenario.
    """
    scenario = _wished(scenario, wishes)
    ids = [plan.name for plan in scenario.seats]
    if strange := [s for s in (*wishes.seat_models, *wishes.fallbacks) if s and s not in ids]:
        raise UnknownName("seat", strange[0], ids)
    at_hand = persona_files()
    cards = {
        name: wishes.personas.get(name) or load_persona(at_hand.get(name, name))
        for name in (plan.persona for plan in scenario.seats)
    }
    cards = {name: card.seated() for name, card in cards.items()}
    names = _distinct_names([cards[plan.persona].name for plan in scenario.seats])
    return scenario, tuple(
        Place(
            id=ids[n],
            persona=cards[plan.persona],
            name=names[n],
            model=wishes.seat_models.get(ids[n]) or wishes.model or plan.model or default_model,
            fallback=wishes.fallbacks.get(ids[n]) or wishes.fallbacks.get(""),
            role=plan.role,
            side=plan.side,
        )
        for n, plan in enumerate(scenario.seats)
    )


def seat(
    scenario: Scenario, wishes: Wishes, profile_of: Callable[[str], Profile], default_model: str
) -> ConferenceOpened:
    """The manifest of a conference. Arguments and errors as of `arrange`.

    Args:
        profile_of: Gives the profile of a model by its name.
    """
    scenario, places = arrange(scenario, wishes, default_model)
    seats = tuple(
        SeatCard(
            id=p.id,
            persona=p.persona.id,
            name=p.name,
            profile=profile_of(p.model),
            fallback=profile_of(p.fallback) if p.fallback and p.fallback != p.model else None,
            role=p.role,
            side=p.side,
        )
        for p in places
    )
    personas = {p.persona.id: p.persona for p in places}
    if scenario.ends.cost is not None:
        check_prices(p for c in seats for p in (c.profile, c.fallback) if p is not None)
    templates = dict(wishes.templates or shipped_templates())
    layout = "shared" if wishes.layout == "auto" else wishes.layout
    manifest = ConferenceOpened(
        program=f"yalta {program_version()}",
        notice=notice(personas.values()),
        scenario=scenario,
        personas=personas,
        seats=seats,
        templates=templates,
        layout=layout,
        cards=_cards(layout, places) if wishes.cards == "auto" else wishes.cards,
        keep_reasoning=wishes.keep_reasoning,
        seed=random.SystemRandom().randrange(2**31) if wishes.seed is None else wishes.seed,
        hashes=manifest_hashes(scenario, personas, templates),
    )
    if wishes.layout != "auto":
        return manifest
    from debate.forecast import choose_layout  # which most conferences never need

    choice = choose_layout(manifest)
    return manifest.model_copy(update={"layout": choice.layout, "cards": choice.cards})


def _cards(layout: Layout, places: Sequence[Place]) -> Cards:
    """Where the cards stand if nobody says: by perspective each prompt has but one."""
    at_table = sum(place.role != "audience" for place in places)
    return "tail" if layout == "shared" and at_table > MOST_CARDS_AT_HEAD else "head"


def notice(personas: Iterable[Persona]) -> str:
    """What every transcript, page and screen says of a conference with these personas."""
    return SIMULATION_NOTICE if any(p.real_person for p in personas) else INVENTED_NOTICE


def manifest_hashes(
    scenario: Scenario, personas: Mapping[str, Persona], templates: Mapping[str, str]
) -> dict[str, str]:
    """The sha256 of each thing that a conference was made from, by name.

    Scenarios and personas are hashed as compact JSON with sorted keys, templates as their text: so
    two files that say the same have the same hash, whatever their comments and layout.
    """

    return {
        "scenario": _sha256(_said(scenario)),
        **{f"persona/{name}": card_hash(persona) for name, persona in personas.items()},
        **{f"template/{name}": _sha256(source) for name, source in templates.items()},
    }


def card_hash(persona: Persona) -> str:
    """The sha256 by which a transcript names a card; see `manifest_hashes`."""
    return _sha256(_said(persona))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _said(model: BaseModel) -> str:
    # Without defaults, so that a field which a later version adds does not change it.
    data = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@cache
def program_version() -> str:
    """The version of this program, as installed."""
    try:
        return version("yalta")
    except PackageNotFoundError:
        return "(not installed)"


def _wished(scenario: Scenario, wishes: Wishes) -> Scenario:
    """The scenario with the user's changes, which the transcript then holds."""
    changes: dict[str, object] = {}
    if wishes.motion is not None:
        changes["motion"] = wishes.motion
    known = [phase.id for phase in scenario.phases]
    if strange := [phase for phase in wishes.phases if phase not in known]:
        raise UnknownName("phase", strange[0], known)
    held = [p for p in scenario.phases if not wishes.phases or p.id in wishes.phases]
    phases = [phase.model_dump(by_alias=True) for phase in held]
    if wishes.seats:
        seats = changes["seats"] = _chosen(scenario, wishes.seats)
        present = {str(seat_["id"] or seat_["persona"]) for seat_ in seats}
        phases = [_of_those_present(phase, scenario, present) for phase in phases]
    if wishes.budget is not None:
        changes["ends"] = {**scenario.ends.model_dump(), "cost": wishes.budget}
    if wishes.rounds is not None:
        plenaries = [phase for phase in phases if phase["kind"] == "plenary"]
        if not plenaries:
            where = "those phases have" if wishes.phases else f"the scenario {scenario.id!r} has"
            raise UserError(f"{where} no plenary, so there are no rounds to count")
        for phase in plenaries:
            phase["rounds"] = wishes.rounds
    try:
        return Scenario.model_validate(
            {**scenario.model_dump(by_alias=True), "phases": phases, **changes}
        )
    except ValidationError as error:
        found = ((e["loc"], e["msg"].removeprefix("Value error, ")) for e in error.errors())
        why = "; ".join(f"{loc[0]}: {told}" if loc else told for loc, told in found)
        raise UserError(f"the scenario cannot be changed so: {why}") from None


def _of_those_present(phase: Fields, scenario: Scenario, present: set[str]) -> Fields:
    """A phase without the seats that the scenario has and the table has not."""
    gone = {plan.name for plan in scenario.seats} - present
    changed = {**phase, "seats": [name for name in phase["seats"] if name not in gone]}
    changed["pairs"] = [pair for pair in phase["pairs"] if not gone & set(pair)]
    if isinstance(phase["rooms"], dict):
        rooms = phase["rooms"].items()
        changed["rooms"] = {n: [s for s in room if s not in gone] for n, room in rooms}
    return changed


def _chosen(scenario: Scenario, names: Sequence[str]) -> list[Fields]:
    """Seats by name: the scenario's own where it has them, else a persona that is at hand. Its
    chair and its audience stay; where it has sides, whoever has none is put on one in turn."""
    planned = {plan.name: plan for plan in scenario.seats}
    at_hand = persona_files()
    staying = [s.name for s in scenario.seats if s.role != "member" and s.name not in names]
    chosen: list[Fields] = []
    for name in (*names, *staying):
        if name in planned:
            plan = planned[name]
        elif name in at_hand:
            plan = SeatPlan(persona=name)
        else:
            raise UnknownName("seat or persona", name, {*planned, *at_hand})
        chosen.append(plan.model_dump())
    # The same persona may sit twice: the second seat gets an id of its own.
    seen: Counter[str] = Counter()
    for seat_ in chosen:
        name = str(seat_["id"] or seat_["persona"])
        seen[name] += 1
        if seen[name] > 1:
            seat_["id"] = f"{name}-{seen[name]}"
    _take_sides(chosen, list(dict.fromkeys(s.side for s in scenario.seats if s.side)))
    return chosen


def _take_sides(seats: list[Fields], sides: list[str]) -> None:
    members = [seat_ for seat_ in seats if seat_["role"] == "member"]
    held = Counter(seat_["side"] for seat_ in members)
    for seat_ in members:
        if sides and not seat_["side"]:
            seat_["side"] = min(sides, key=lambda side: held[side])
            held[seat_["side"]] += 1


def _distinct_names(names: Sequence[str]) -> list[str]:
    """The names, those that stand more than once numbered: a name must mean one seat."""
    total = Counter(names)
    out: list[str] = []
    for name in names:
        numbered = (f"{name} ({n})" for n in range(1, len(names) + 2))
        taken = {*out, *names}
        out.append(next(n for n in numbered if n not in taken) if total[name] > 1 else name)
    return out


def check_prices(profiles: Iterable[Profile]) -> None:
    """See that a budget can be kept with these models.

    Raises:
        UserError: if a price is unknown, or two are in different currencies.
    """
    currencies = set()
    for profile in profiles:
        price = profile.price
        if price is None:
            raise UserError(
                f"there is a budget, but the price of {profile.model} is not known",
                hint="give it a price in prices.yaml, or hold it without a budget",
            )
        if price.input or price.output:  # what costs nothing costs it in any currency
            currencies.add(price.currency)
    if len(currencies) > 1:
        raise UserError("there is a budget, but the models are priced in two currencies")
