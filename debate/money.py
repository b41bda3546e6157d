"""What calls cost: exact decimals, and never a zero for what is not known."""

from __future__ import annotations

from decimal import Decimal

from debate.events import Price, Usage

_MILLION = Decimal(1_000_000)


def cost_of(usage: Usage, price: Price | None) -> Decimal | None:
    """What a call cost, exactly, in the price's currency.

    Cached tokens and those newly cached are part of the input, and reasoning is part of the
    output: each is counted once, at its own price.

    Returns:
        None if the price is unknown, or a token count that it needs. Where only the cached count
        is unknown, all input is taken as uncached: that is what a provider bills then.
    """
    if price is None:
        return None
    if price.input == price.output == 0:
        return Decimal(0)
    if usage.input is None or usage.output is None:
        return None
    cached, written = usage.cached or 0, usage.cache_written or 0
    fresh = max(0, usage.input - cached - written)
    total = (
        fresh * price.input
        + cached * (price.input if price.cached is None else price.cached)
        + written * (price.input if price.cache_written is None else price.cache_written)
        + usage.output * price.output
    )
    return total / _MILLION


def most(input: int, output: int, price: Price | None) -> Decimal | None:
    """What a call can cost at most: nothing of it cached, all of it newly written to a cache where
    that costs more. None if the price is unknown."""
    if price is None:
        return None
    dearest = max(price.input, price.cached or 0, price.cache_written or 0)
    return (input * dearest + output * price.output) / _MILLION
