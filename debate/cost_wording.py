"""What calls came to, in words: exact as far as it is known, and never a zero for what is not."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

from debate.bill import Bill, Cost
from debate.text import one_line


def amount(cost: Decimal, currency: str | None, rounding: str = ROUND_HALF_EVEN) -> str:
    """A cost as people read it: four decimals, more where those would show nothing of it."""
    places = 4 if not cost or cost >= Decimal("0.01") else 1 - cost.adjusted()
    rounded = cost.quantize(Decimal(1).scaleb(-places), rounding)
    return f"{rounded:f} {one_line(currency or '')}".rstrip()


def plain(cost: Decimal | float) -> str:
    """A cost to its last digit, and never with an exponent."""
    return f"{Decimal(str(cost)).normalize():f}"


def told(bill: Bill, *, brief: bool = False) -> str:
    """What calls came to, in a few words or fewer still; each currency for itself."""
    return ", ".join(dict.fromkeys(cost_told(cost, brief) for cost in bill.costs)) or "free"


def cost_told(cost: Cost, brief: bool = False) -> str:
    """What calls came to in one currency."""
    if cost.cost is None or (cost.over is None and not cost.cost):
        return "unknown"
    if cost.at_most is None:
        return ("≥ " if brief else "at least ") + amount(cost.cost, cost.currency)
    if cost.at_most > cost.cost:
        most = amount(cost.at_most, cost.currency, ROUND_CEILING)
        return ("≤ " if brief else "at most ") + most
    return amount(cost.cost, cost.currency)
