"""What calls came to: exact, each currency for itself, and never a zero for what is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from debate.events import (
    Answer,
    AskFailed,
    MinutesTaken,
    Price,
    Try,
    TurnClosed,
    TurnFailed,
    Usage,
)
from debate.money import cost_of

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Cost:
    """What calls came to in one currency."""

    currency: str | None
    """None: of calls whose price is not known, so that their currency is not either."""
    known: Decimal = Decimal(0)
    """Sum over the calls whose cost is known."""
    unknown: int = 0
    """Finished turns and minutes whose cost is not known."""
    broken: int = 0
    """Calls that came to nothing but may be billed; nobody says how much."""
    over: Decimal | None = Decimal(0)
    """The most that those whose cost is not known can have cost; None if nothing limits it."""
    reasoning: Decimal | None = None
    """Part of what is known that went into reasoning; None unless a server counts it."""

    @property
    def cost(self) -> Decimal | None:
        """What is known of broken-off calls included; None if any finished call's is unknown."""
        return None if self.unknown else self.known

    @property
    def at_most(self) -> Decimal | None:
        """The same, where each call whose cost is not known counts as the most it can have cost."""
        return None if self.over is None else self.known + self.over

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.currency,
            self.known + other.known,
            self.unknown + other.unknown,
            self.broken + other.broken,
            None if self.over is None or other.over is None else self.over + other.over,
            _sum(self.reasoning, other.reasoning),
        )


@dataclass(frozen=True, slots=True)
class Bill:
    """What calls came to, by currency. One with no lines was free: so it is in any currency."""

    costs: tuple[Cost, ...] = ()

    @property
    def broken(self) -> int:
        """Calls that came to nothing at a cost that nobody tells."""
        return sum(cost.broken for cost in self.costs)

    @property
    def at_most(self) -> Decimal:
        """All of it in one sum, where a call whose cost is not known counts as the most that it can
        have cost; where nothing limits that, it counts as nothing."""
        return sum((cost.known + (cost.over or 0) for cost in self.costs), Decimal(0))

    def __add__(self, other: Bill) -> Bill:
        lines = {cost.currency: cost for cost in self.costs}
        for cost in other.costs:
            mine = lines.get(cost.currency)
            lines[cost.currency] = cost if mine is None else mine + cost
        return Bill(tuple(lines.values()))


NOTHING = Bill()


def turn_bill(
    turn: TurnClosed | TurnFailed, own: Price | None, at_most: Decimal | None = None
) -> Bill:
    """What a turn came to, all its calls together.

    Args:
        turn: How it ended. A fallback that spoke is paid by its own price.
        own: The price of the seat's own model then: what it was asked for in vain is paid by it.
        at_most: What one call for it can cost; see `TurnOpened`.
    """
    bill = _tries(turn.tries, own, at_most)
    if isinstance(turn, TurnFailed):
        last = Try(
            why=turn.message,
            by=turn.by,
            text=turn.text,
            accepted=turn.accepted,
            usage=turn.usage,
        )
        return bill + _tries([last], own, at_most)
    return bill + _finished(turn.usage, own if turn.by is None else turn.by.price, at_most)


def answer_bill(
    answer: Answer | AskFailed, own: Price | None, at_most: Decimal | None = None
) -> Bill:
    """What an ask came to, all its calls together. Arguments as of `turn_bill`."""
    bill = _tries(answer.tries, own, at_most)
    if isinstance(answer, AskFailed):
        last = Try(why=answer.message, by=answer.by, accepted=answer.accepted, usage=answer.usage)
        return bill + _tries([last], own, at_most)
    if answer.ask is None:
        return bill
    return bill + _finished(answer.usage, own if answer.by is None else answer.by.price, at_most)


def minutes_bill(minutes: MinutesTaken) -> Bill:
    """What minutes came to, all calls for them together."""
    price = minutes.by.price
    at_most = minutes.at_most
    return _tries(minutes.tries, price, at_most) + _finished(minutes.usage, price, at_most)


def _tries(tries: Iterable[Try], own: Price | None, at_most: Decimal | None) -> Bill:
    """Of calls that came to nothing. One that no server had begun to work on is not billed."""
    bill = NOTHING
    for each in tries:
        price = own if each.by is None else each.by.price
        if cost_of(each.usage, price) is not None:
            bill += _finished(each.usage, price, at_most)
        elif each.text or each.accepted:
            bill += Bill((Cost(price.currency if price else None, broken=1, over=at_most),))
    return bill


def _finished(usage: Usage, price: Price | None, at_most: Decimal | None) -> Bill:
    cost = cost_of(usage, price)
    if price is None or cost is None:
        return Bill((Cost(price.currency if price else None, unknown=1, over=at_most),))
    if not price.input and not price.output:
        return NOTHING
    thought = None if usage.reasoning is None else usage.reasoning * price.output / _MILLION
    return Bill((Cost(price.currency, cost, reasoning=thought),))


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Of what is known; None if neither is."""
    return other if one is None else one if other is None else one + other
