"""What a conference will take before it is held: turns, tokens and money, by layout.

    forecast(manifest).total.new          # tokens that a model must read anew
    choose_layout(manifest).reason        # "shared: 9,300 new tokens instead of 17,000 by ..."

No model is asked: the conference is played with made turns (see `rehearsal`), so what differs
between layouts is what differs in their prompts. Tokens are estimates. Left out, since nobody can
know them: what models think, turns that fail and are asked for again, fallbacks, the clerk's
minutes, and what the chair does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from debate.events import Cards, ConferenceOpened, Layout, SeatCard, Usage
from debate.money import cost_of, most
from debate.rehearsal import Length, Outgrown, Played, Rehearsal, Share

#: An amount in each currency that it takes; empty is nothing at all.
Money = Mapping[str, Decimal]

LAYOUTS: tuple[tuple[Layout, Cards], ...] = (
    ("shared", "head"),
    ("shared", "tail"),
    ("perspective", "head"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one seat, one model or the whole table will take.

    An amount is None if a price that it needs is unknown.
    """

    name: str
    model: str
    turns: int
    asks: int
    """Answers in a given form, unheard."""
    input: int
    """Prompt tokens, cached ones included."""
    cached: int
    """Those that an ideal prefix cache has read before."""
    output: int
    """Tokens of the spoken words, and of answers."""
    with_cache: Money | None
    without_cache: Money | None
    expected: Money | None
    """With a cache, but for models that are known to have none."""
    at_worst: Money | None
    """Every turn at its limit, reasoning included, and nothing cached."""
    thinks: bool
    """Whether it may reason as well, which is not in `output` and cannot be known."""

    @property
    def new(self) -> int:
        """Prompt tokens that no cache can spare."""
        return self.input - self.cached


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a conference will take under one layout."""

    layout: Layout
    cards: Cards
    seats: Mapping[str, Figures]
    models: Mapping[str, Figures]
    total: Figures
    phases: tuple[Figures, ...]
    """Of each phase of the scenario, by its title; where only the beginning was played, of that."""
    about: bool
    """Whether only its beginning was played."""
    outgrown: tuple[Outgrown, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The layout that costs least, and why, in one sentence."""

    layout: Layout
    cards: Cards
    reason: str


def forecast(manifest: ConferenceOpened, *, words: Length = "middle") -> Forecast:
    """Play a conference without models, and count.

    Args:
        manifest: As `seating.seat` makes it; nothing of it is changed.
        words: How long turns are taken to be, of what their phase asks for.

    Raises:
        UserError: if a template cannot be rendered.
    """
    played = Rehearsal(manifest, words).play()
    seats = {
        card.id: _figures(
            card, Share(played.turns[card.id], played.asks[card.id], played.counts[card.id])
        )
        for card in manifest.seats
    }
    models: dict[str, list[Figures]] = {}
    for figures in seats.values():
        models.setdefault(figures.model, []).append(figures)
    return Forecast(
        layout=manifest.layout,
        cards=manifest.cards,
        seats=seats,
        models={model: _sum(model, model, of) for model, of in models.items()},
        total=_sum("all", "", list(seats.values())),
        phases=_phases(manifest, played),
        about=played.about,
        outgrown=played.outgrown,
    )


def by_layout(
    manifest: ConferenceOpened, *, words: Length = "middle"
) -> dict[tuple[Layout, Cards], Forecast]:
    """The forecast of a conference under each layout. Raises as `forecast`."""
    return {
        (layout, cards): forecast(
            manifest.model_copy(update={"layout": layout, "cards": cards}), words=words
        )
        for layout, cards in LAYOUTS
    }


def choose_layout(
    manifest: ConferenceOpened,
    forecasts: Mapping[tuple[Layout, Cards], Forecast] | None = None,
) -> Choice:
    """The cheapest layout; the default one, unless another saves more than 3 %.

    By the expected cost where all prices are known, in one currency. Otherwise by what has to be
    read: a token that a cache spares counts as a tenth, and on the embedded engine as nothing.

    Args:
        manifest: Of the conference; its own layout plays no part.
        forecasts: What `by_layout` said of it, if that is known already.

    Raises:
        UserError: as `forecast`.
    """
    found = by_layout(manifest) if forecasts is None else forecasts
    costs = {key: _one_amount(each.total.expected) for key, each in found.items()}
    by_cost = all(cost is not None for cost in costs.values())
    weights = {
        key: (costs[key] or Decimal(0)) if by_cost else _effort(manifest, each)
        for key, each in found.items()
    }
    usual, rival = LAYOUTS[0], LAYOUTS[-1]
    best = min(weights, key=lambda key: weights[key])
    if weights[usual] * 97 <= weights[best] * 100:
        best = usual
    other = rival if best == usual else usual
    both = found[best], found[other]
    one, two = _amounts(*both) if by_cost else _tokens(manifest, *both)
    if weights[best] <= weights[other]:
        why = f"{one} instead of {two} by {_name(other)}"
    else:
        why = f"{one}, and {two} by {_name(other)} is no more than 3 % less"
    return Choice(*best, f"{_name(best)}: {why}")


def _name(key: tuple[Layout, Cards]) -> str:
    return key[0] if key[1] == "head" else f"{key[0]} with cards at the tail"


def _one_amount(money: Money | None) -> Decimal | None:
    """The amount, if it is known, more than nothing, and in one currency."""
    return next(iter(money.values())) if money and len(money) == 1 else None


def _amounts(*of: Forecast) -> list[str]:
    totals = [each.total.expected or {} for each in of]
    return [f"{amount:,.4f} {currency}" for money in totals for currency, amount in money.items()]


def _tokens(manifest: ConferenceOpened, best: Forecast, other: Forecast) -> list[str]:
    """What is to be read, told by what decides."""
    cached = any(card.profile.caches is not False for card in manifest.seats)
    if cached and best.total.new <= other.total.new:
        return [f"{best.total.new:,} new tokens", f"{other.total.new:,}"]
    return [f"{best.total.input:,} tokens to read", f"{other.total.input:,}"]


def _effort(manifest: ConferenceOpened, of: Forecast) -> Decimal:
    """What has to be read, in new tokens."""
    total = Decimal(0)
    for card in manifest.seats:
        figures, profile = of.seats[card.id], card.profile
        if profile.family == "local":
            total += figures.new
        else:
            share = Decimal(1) if profile.caches is False else Decimal("0.1")
            total += figures.new + figures.cached * share
    return total


def _phases(manifest: ConferenceOpened, played: Played) -> tuple[Figures, ...]:
    return tuple(
        _sum(phase.title, "", [_figures(card, shares[card.id]) for card in manifest.seats])
        for phase, shares in zip(manifest.scenario.phases, played.phases, strict=True)
    )


def _figures(card: SeatCard, share: Share) -> Figures:
    profile, counts = card.profile, share.counts
    price = profile.price
    plain = Usage(input=counts.input, output=counts.output)
    used = plain.model_copy(update={"cached": counts.cached, "cache_written": counts.written})

    def money(amount: Decimal | None) -> Money | None:
        if amount is None or price is None:
            return None
        return {price.currency: amount} if price.input or price.output else {}

    without_cache = money(cost_of(plain, price))
    with_cache = money(cost_of(used, price))
    return Figures(
        name=card.name,
        model=profile.model,
        turns=share.turns,
        asks=share.asks,
        input=counts.input,
        cached=counts.cached,
        output=counts.output,
        with_cache=with_cache,
        without_cache=without_cache,
        expected=without_cache if profile.caches is False else with_cache,
        at_worst=money(most(counts.worst_input, counts.worst_output, price)),
        thinks=profile.reasoning_room > 0 or profile.thinking not in (None, "off"),
    )


def _sum(name: str, model: str, parts: list[Figures]) -> Figures:
    return Figures(
        name=name,
        model=model,
        turns=sum(part.turns for part in parts),
        asks=sum(part.asks for part in parts),
        input=sum(part.input for part in parts),
        cached=sum(part.cached for part in parts),
        output=sum(part.output for part in parts),
        with_cache=_add(part.with_cache for part in parts),
        without_cache=_add(part.without_cache for part in parts),
        expected=_add(part.expected for part in parts),
        at_worst=_add(part.at_worst for part in parts),
        thinks=any(part.thinks for part in parts),
    )


def _add(amounts: Iterable[Money | None]) -> Money | None:
    total: dict[str, Decimal] = {}
    for money in amounts:
        if money is None:
            return None
        for currency, amount in money.items():
            total[currency] = total.get(currency, Decimal(0)) + amount
    return total
