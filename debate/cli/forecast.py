"""`yalta run --dry-run`: what a conference would take, without holding it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import click

from debate.cli.table import table
from debate.cli.wrapping import paragraph
from debate.events import Cards, ConferenceOpened, Layout, Price, Profile
from debate.forecast import (
    Choice,
    Figures,
    Forecast,
    Money,
    by_layout,
    choose_layout,
    forecast,
)
from debate.phases import turns_planned
from debate.prompts.layouts import Projection
from debate.scenario import Scenario
from debate.seating import Wishes, seat
from debate.speakers import catalog
from debate.speakers.registry import DEFAULT_MODEL, Registry, local_file
from debate.text import showable

Forecasts = Mapping[tuple[Layout, Cards], Forecast]

UNKNOWN = "unknown"


def dry_run(scenario: Scenario, wishes: Wishes, *, as_json: bool) -> None:
    """Print what a conference would take. Starts, fetches and writes nothing, and needs no key.

    Args:
        scenario: As for `Conference.begin`.
        wishes: As for `Conference.begin`; what they ask for is marked among the layouts.
        as_json: Whether one JSON object is printed.

    Raises:
        UserError: if it cannot be held as asked.
    """
    registry = Registry()
    manifest = seat(
        scenario,
        replace(wishes, layout="shared" if wishes.layout == "auto" else wishes.layout),
        lambda model: profile_foreseen(model, wishes, registry),
        DEFAULT_MODEL,
    )
    Projection(manifest).rehearse()
    found = by_layout(manifest)
    choice = choose_layout(manifest, found)
    auto = wishes.layout == "auto"
    held = (choice.layout, choice.cards) if auto else (manifest.layout, manifest.cards)
    if held == ("perspective", "tail"):  # where the cards stand is a question of the shared layout
        held = ("perspective", "head")
    if as_json:
        told = _as_json(manifest, found, held, choice)
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        _print(manifest, found, held, choice)


def foreseen(scenario: Scenario, model: str) -> Forecast:
    """What a scenario would take as it stands, with one model for every seat that has none of its
    own. Raises as `dry_run`."""
    registry, wishes = Registry(), Wishes(model=model, seed=0)
    manifest = seat(
        scenario, wishes, lambda name: profile_foreseen(name, wishes, registry), DEFAULT_MODEL
    )
    Projection(manifest).rehearse()
    return forecast(manifest)


def profile_foreseen(model: str, wishes: Wishes, registry: Registry) -> Profile:
    """A model's profile; of one whose file is still to be fetched, as far as it matters here."""
    entry = local_file(model)
    thinks = wishes.thinking not in (None, "off")  # of which it is told that it cannot
    if entry is None or thinks or catalog.installed(entry):
        return registry.speaker(model, wishes.thinking).profile
    free = Price(currency="USD", input=Decimal(0), output=Decimal(0))
    return Profile(
        model=model, family="local", name=entry.filename, window=entry.window, price=free
    )


# -- for people


def _print(
    manifest: ConferenceOpened, found: Forecasts, held: tuple[Layout, Cards], choice: Choice
) -> None:
    one = found[held]
    _say_what(manifest, one)
    asks = one.total.asks > 0
    click.echo(f"\nBy seat, as it would be held ({layout_told(held)})")
    rows = [_row([f.name, f.model], f, asks=asks) for f in (*one.seats.values(), one.total)]
    table(["seat", "model", *_head(asks=asks)], rows, align="ll")
    click.echo("\nBy layout, * as it would be held")
    rows = [
        _row([f"{'*' if key == held else ' '} {layout_told(key)}"], each.total, asks=asks)
        for key, each in found.items()
    ]
    table(["  layout", *_head(asks=asks)], rows)
    click.echo(f"\nauto takes {showable(choice.reason)}.")
    for line in _notes(manifest, one):
        click.echo(showable(line))


def _say_what(manifest: ConferenceOpened, one: Forecast) -> None:
    scenario = manifest.scenario
    click.secho(showable(scenario.title), bold=True)
    paragraph(scenario.motion)
    click.echo("\nPhases")
    for n, phase in enumerate(scenario.phases):
        rounds = f", {phase.rounds} rounds" if phase.rounds > 1 else ""
        words = f" of {phase.words.from_} to {phase.words.to} words"
        turns, asks = turns_planned(manifest, n), one.phases[n].asks
        calls = [f"{turns:,} {'turn' if turns == 1 else 'turns'}{words}"] if turns else []
        calls += [f"{asks:,} {'ask' if asks == 1 else 'asks'}"] if asks else []
        paragraph(f"{phase.title} ({phase.kind}{rounds}): {', '.join(calls) or 'nothing is said'}")


def _head(*, asks: bool) -> list[str]:
    calls = ["turns", "asks"] if asks else ["turns"]
    return [*calls, "tokens in", "new", "out", "cost, cached", "not cached", "at worst"]


def _row(names: list[str], f: Figures, *, asks: bool) -> list[str]:
    calls = (f.turns, f.asks) if asks else (f.turns,)
    return [
        *(showable(name) for name in names),
        *(f"{n:,}" for n in (*calls, f.input, f.new, f.output)),
        *(money_told(amount) for amount in (f.with_cache, f.without_cache, f.at_worst)),
    ]


def _notes(manifest: ConferenceOpened, one: Forecast) -> list[str]:
    """What must be known beside the numbers."""
    total = one.total
    notes = [
        "Tokens are estimates; `new` is what an ideal prefix cache has not read before.",
        "`at worst` is every turn at its limit and nothing cached, but none asked for twice.",
    ]
    if one.about:
        notes.append("About: only its beginning was played, and the rest reckoned from it.")
    if thinking := sorted({f.model for f in one.seats.values() if f.thinks}):
        notes.append(
            f"How much is thought is unknown, and only counted at worst: {', '.join(thinking)}."
        )
    if unpriced := sorted({f.model for f in one.seats.values() if f.with_cache is None}):
        notes.append(f"The price is unknown: {', '.join(unpriced)}.")
    if uncached := sorted({s.profile.model for s in manifest.seats if s.profile.caches is False}):
        notes.append(f"Known to have no cache: {', '.join(uncached)}.")
    for each in one.outgrown:
        notes.append(
            f"From turn {each.turn:,} on, prompts outgrow the window of {each.model} "
            f"({each.window:,} tokens): minutes take the place of what is older, if that helps."
        )
    ends = manifest.scenario.ends
    if ends.turns is not None:
        notes.append(
            f"It ends after {ends.turns:,} {'turn' if ends.turns == 1 else 'turns'}, if its agenda"
            " has not run out."
        )
    if ends.seconds is not None:
        notes.append(f"It ends after {ends.seconds:g} s, wherever it is then.")
    if (budget := _budget(manifest)) is not None:
        of = " ".join([amount_told(budget), *(total.expected or ())])
        notes.append(f"Budget {of}: {_suffices(budget, total)}.")
    return [*notes, "Nothing was started, fetched or written."]


def _suffices(budget: Decimal, total: Figures) -> str:
    at_worst, expected = _sole(total.at_worst), _sole(total.expected)
    if at_worst is None or expected is None:
        return "whether it suffices is unknown"
    if at_worst <= budget:
        return "it suffices, even at worst"
    if expected <= budget:
        return "it should suffice, but not at worst: the conference would pause before passing it"
    return "it does not suffice: the conference would pause before passing it"


def _budget(manifest: ConferenceOpened) -> Decimal | None:
    cost = manifest.scenario.ends.cost
    return None if cost is None else Decimal(str(cost))


def _sole(money: Money | None) -> Decimal | None:
    """The amount, if it is known and in one currency, as it is wherever there is a budget."""
    if money is None or len(money) > 1:
        return None
    return sum(money.values(), Decimal(0))


def layout_told(key: tuple[Layout, Cards]) -> str:
    """What a layout is called."""
    return f"shared, cards at the {key[1]}" if key[0] == "shared" else key[0]


def money_told(money: Money | None) -> str:
    """What something costs, each currency for itself."""
    if money is None:
        return UNKNOWN
    return " + ".join(f"{amount_told(amount)} {of}" for of, amount in money.items()) or "nothing"


def amount_told(amount: Decimal) -> str:
    """To a hundredth of a cent; what is less is still not nothing."""
    least = Decimal("0.0001")
    if 0 < amount < least:
        return f"<{least}"
    return f"{amount:,.4f}" if amount < 10 else f"{amount:,.2f}"


# -- for programs


def _as_json(
    manifest: ConferenceOpened, found: Forecasts, held: tuple[Layout, Cards], choice: Choice
) -> dict[str, object]:
    scenario, budget = manifest.scenario, _budget(manifest)
    total = found[held].total
    expected, at_worst = _sole(total.expected), _sole(total.at_worst)
    return {
        "scenario": scenario.id,
        "title": scenario.title,
        "motion": scenario.motion,
        "phases": [
            {
                "title": phase.title,
                "kind": phase.kind,
                "rounds": phase.rounds,
                "words": [phase.words.from_, phase.words.to],
                "turns": turns_planned(manifest, n),
                "asks": found[held].phases[n].asks,
            }
            for n, phase in enumerate(scenario.phases)
        ],
        "layout": held[0],
        "cards": held[1],
        "auto": {"layout": choice.layout, "cards": choice.cards, "reason": choice.reason},
        "budget": None
        if budget is None
        else {
            "amount": str(budget),
            "suffices": None if expected is None else expected <= budget,
            "suffices_at_worst": None if at_worst is None else at_worst <= budget,
        },
        "layouts": [_layout_as_json(each) for each in found.values()],
    }


def _layout_as_json(of: Forecast) -> dict[str, object]:
    return {
        "layout": of.layout,
        "cards": of.cards,
        "about": of.about,
        "total": _figures_as_json(of.total),
        "seats": {seat: _figures_as_json(f) for seat, f in of.seats.items()},
        "outgrown": [{"model": o.model, "window": o.window, "turn": o.turn} for o in of.outgrown],
    }


def _figures_as_json(f: Figures) -> dict[str, object]:
    def money(amount: Money | None) -> dict[str, str] | None:
        return None if amount is None else {of: f"{each:f}" for of, each in amount.items()}

    return {
        "name": f.name,
        "model": f.model,
        "turns": f.turns,
        "asks": f.asks,
        "input": f.input,
        "cached": f.cached,
        "new": f.new,
        "output": f.output,
        "thinks": f.thinks,
        "with_cache": money(f.with_cache),
        "without_cache": money(f.without_cache),
        "expected": money(f.expected),
        "at_worst": money(f.at_worst),
    }
