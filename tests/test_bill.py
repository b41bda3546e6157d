"""What calls came to: exact, each currency for itself, as the conference itself counts it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from worlds import FREE, Play, closed, manifest, scenario

from debate.bill import NOTHING, Cost
from debate.events import (
    MinutesTaken,
    PhaseOpened,
    Price,
    Profile,
    SeatChanged,
    Timing,
    Try,
    TurnFailed,
    TurnOpened,
    Usage,
)
from debate.state import ConferenceState, fold
from debate.stats import stats

PLAN = scenario(["ada", "bo", "cem"], [{"kind": "plenary", "rounds": 30}])
USD = Price(
    currency="USD",
    input=Decimal("0.6"),
    cached=Decimal("0.15"),
    cache_written=Decimal("0.75"),
    output=Decimal("2.5"),
)
CNY = Price(currency="CNY", input=Decimal("4"), output=Decimal("16"))
SPENT = Usage(input=1000, cached=400, cache_written=100, output=50, reasoning=20)
UNKNOWN = Usage()


def profile(price: Price | None, model: str = "m") -> Profile:
    return Profile(model=model, family="openai", price=price)


def opened(number: int, seat: str = "ada", **more) -> TurnOpened:
    return TurnOpened(turn=number, seat=seat, phase=0, round=1, request="0" * 64, **more)


def spoken(number: int, seat: str = "ada", usage: Usage = SPENT, **more):
    return closed(number, seat, "So.").model_copy(update={"usage": usage, **more})


def billed(*events, price: Price | None = USD):
    return stats([manifest(PLAN, price=price), *events])


def of_ada(*events, price: Price | None = USD) -> Cost:
    (cost,) = billed(*events, price=price).seats[0].bill.costs
    return cost


def test_a_call_is_billed_to_the_last_digit():
    cost = of_ada(opened(1), spoken(1))
    # 500 new, 400 cached, 100 newly cached, 50 written: 300 + 60 + 75 + 125, by the million.
    assert cost == Cost("USD", Decimal("0.00056"), reasoning=Decimal("0.00005"))
    assert cost.cost == cost.at_most == Decimal("0.00056")


def test_what_costs_nothing_is_in_no_currency():
    figures = billed(opened(1), spoken(1), price=FREE)
    assert figures.total.bill == NOTHING


def test_a_finished_turn_that_nobody_can_price_makes_the_sum_unknown():
    silent = of_ada(opened(1), spoken(1), opened(2), spoken(2, usage=UNKNOWN))
    assert (silent.currency, silent.cost, silent.at_most) == ("USD", None, None)
    assert (silent.known, silent.unknown) == (Decimal("0.00056"), 1)
    unpriced = of_ada(opened(1), spoken(1), price=None)
    assert (unpriced.currency, unpriced.cost, unpriced.unknown) == (None, None, 1)


def test_a_call_that_broke_off_may_have_been_billed():
    tries = (Try(why="busy"), Try(why="broke off", text="Half a"))
    limit = {"at_most": Decimal("0.01")}
    cost = of_ada(opened(1, **limit), spoken(1, tries=tries))
    assert (cost.cost, cost.at_most, cost.broken) == (Decimal("0.00056"), Decimal("0.01056"), 1)
    no_limit = of_ada(opened(1), spoken(1, tries=tries))
    assert (no_limit.cost, no_limit.at_most) == (Decimal("0.00056"), None)
    told = of_ada(opened(1, **limit), spoken(1, tries=(Try(why="w", text="x", usage=SPENT),)))
    assert (told.cost, told.broken) == (Decimal("0.00112"), 0)


def test_a_turn_that_failed_after_words_is_billed_at_most():
    failed = TurnFailed(turn=1, seat="ada", reason="aborted", message="by hand", text="Half")
    cost = of_ada(opened(1, at_most=Decimal("0.01")), failed)
    assert (cost.cost, cost.at_most, cost.broken) == (0, Decimal("0.01"), 1)
    silent = failed.model_copy(update={"text": None})
    assert billed(opened(1), silent).total.bill == NOTHING


def test_a_fallback_is_paid_by_its_own_price_and_what_it_stood_in_for_by_the_seats():
    turn = spoken(1, by=profile(CNY), tries=(Try(why="w", text="x", usage=SPENT),))
    usd, cny = billed(opened(1), turn).seats[0].bill.costs
    assert (usd.currency, usd.cost) == ("USD", Decimal("0.00056"))
    assert (cny.currency, cny.cost) == ("CNY", Decimal("0.0048"))


def test_a_turn_is_paid_by_the_price_of_its_time():
    change = SeatChanged(seat="ada", profile=profile(CNY))
    figures = billed(
        opened(1), spoken(1), change, opened(2), spoken(2), opened(3, "bo"), spoken(3, "bo")
    )
    ada, bo, cem = figures.seats
    assert [(c.currency, c.cost) for c in ada.bill.costs] == [
        ("USD", Decimal("0.00056")),
        ("CNY", Decimal("0.0048")),
    ]
    assert [(c.currency, c.cost) for c in bo.bill.costs] == [("USD", Decimal("0.00056"))]
    assert cem.bill == NOTHING


def test_minutes_are_on_the_clerks_bill():
    taken = MinutesTaken(
        through=1,
        text="M.",
        request="0" * 64,
        by=profile(CNY),
        usage=SPENT,
        timing=Timing(total=1),
        tries=(Try(why="w", text="Half"),),
    )
    figures = billed(opened(1), spoken(1), taken)
    assert figures.clerk is not None
    (cost,) = figures.clerk.bill.costs
    assert (cost.currency, cost.cost, cost.at_most) == ("CNY", Decimal("0.0048"), None)
    assert [c.currency for c in figures.total.bill.costs] == ["USD", "CNY"]


COUNTS = st.one_of(st.none(), st.integers(0, 10**7))
MONEY = st.decimals(0, 1000, places=4)
USAGES = st.builds(Usage, input=COUNTS, cached=COUNTS, output=COUNTS, reasoning=COUNTS)
PRICES = st.one_of(
    st.none(),
    st.just(FREE),
    st.builds(Price, currency=st.sampled_from(["USD", "CNY"]), input=MONEY, output=MONEY),
)
TRIES = st.lists(
    st.builds(Try, why=st.just("w"), text=st.sampled_from([None, "x"]), usage=USAGES), max_size=2
).map(tuple)
TURNS = st.tuples(
    st.sampled_from(["ada", "bo", "cem"]),
    USAGES,
    TRIES,
    st.sampled_from(["said", "said", "failed", "by", "changed"]),
    PRICES,
    st.one_of(st.none(), MONEY),
)


def held(own: Price | None, turns) -> Play:
    """A conference in which these turns were had or failed, and seats were changed before them."""
    play = Play(manifest(PLAN, price=own))
    play.put(PhaseOpened(phase=0, kind="plenary", title="P"))
    for number, (seat, usage, tries, how, price, at_most) in enumerate(turns, 1):
        if how == "changed":
            play.put(SeatChanged(seat=seat, profile=profile(price)))
        play.put(opened(number, seat, at_most=at_most))
        if how == "failed":
            play.put(
                TurnFailed(
                    turn=number,
                    seat=seat,
                    reason="interrupted",
                    message="m",
                    usage=usage,
                    tries=tries,
                    text="x",
                )
            )
        else:
            by = profile(price) if how == "by" else None
            play.put(spoken(number, seat, usage, tries=tries, by=by))
    return play


@given(PRICES, st.lists(TURNS, max_size=6))
def test_seats_sum_to_the_total_in_each_currency(own, turns):
    figures = stats(held(own, turns).events)
    sums: dict[str | None, list[Fraction | int]] = defaultdict(lambda: [Fraction(0), 0, 0])
    for bill in (f.bill for f in figures.seats):
        for cost in bill.costs:
            line = sums[cost.currency]
            line[0] += Fraction(cost.known)
            line[1] += cost.unknown
            line[2] += cost.broken
    total = {c.currency: [Fraction(c.known), c.unknown, c.broken] for c in figures.total.bill.costs}
    assert total == dict(sums)
    assert all(c.reasoning is None or c.currency for c in figures.total.bill.costs)


@given(
    st.builds(Price, currency=st.just("USD"), input=MONEY, output=MONEY),
    st.lists(TURNS, max_size=6),
)
def test_the_bill_is_what_the_conference_itself_counts(own, turns):
    in_one = [
        (*turn[:3], "said" if turn[3] in ("by", "changed") else turn[3], *turn[4:])
        for turn in turns
    ]
    state: ConferenceState = fold(held(own, in_one).events)
    costs = stats(held(own, in_one).events).total.bill.costs
    if not costs:
        assert state.cost == 0
        return
    (cost,) = costs
    assert cost.cost == state.cost
    if cost.at_most is not None:
        assert cost.at_most == state.at_most
