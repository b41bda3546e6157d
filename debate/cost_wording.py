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


def spent_told(bill: Bill, of: str = "") -> str:
    """What is spent, while more is being spent: what is known of it, which never gets less, and
    behind it how much it can be.

    Args:
        bill: What calls came to.
        of: What it is a part of, such as " of 40".
    """
    costs = [cost for cost in bill.costs if cost.currency is not None]
    known = " + ".join(amount(cost.known, cost.currency) for cost in costs) or "0"
    over = [cost for cost in costs if cost.over]
    most = " + ".join(
        amount(cost.known + (cost.over or 0), cost.currency, ROUND_CEILING) for cost in over
    )
    unknown = any(cost.over is None for cost in bill.costs)
    told = "or more" if unknown else f"at most {most}" if over else ""
    return f"{known}{of} spent" + (f" ({told})" if told else "")
