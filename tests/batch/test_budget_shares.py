"""What of a budget each conference gets, and which of them it bears."""

from __future__ import annotations

from collections import Counter, deque
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from debate.batch.budget import Budget, borne
from debate.batch.cells import cells
from debate.batch.plan import Plan

PLAN = Plan.model_validate(
    {
        "schema": "yalta/plan/1",
        "id": "p",
        "scenario": "yalta",
        "arms": ["full", "no-persona", "no-chair"],
        "factors": {"model": ["a", "b"], "seed": 4},
    }
)
CELLS = cells(PLAN, ())


def foreseen(dear, plain):
    """What cells cost where one arm costs more, and one model twice as much as the other."""
    return {
        cell.id: Decimal(dear if cell.arm == "full" else plain) * (2 if cell.model == "a" else 1)
        for cell in CELLS
    }


@given(
    total=st.integers(0, 400),
    dear=st.integers(0, 9),
    plain=st.integers(0, 9),
    jobs=st.integers(1, 9),
    takes=st.lists(st.floats(0, 1), min_size=1),
)
@example(total=36, dear=0, plain=6, jobs=1, takes=[1.0])
def test_no_budget_is_passed_and_no_arm_gets_more_of_it_than_another(
    total, dear, plain, jobs, takes
):
    costs = foreseen(dear, plain)
    budget, spent = Budget(Decimal(total), costs), Decimal(0)
    open_, held, begun = deque(CELLS), deque(), Counter()
    for take in takes * len(CELLS) * 2:
        while open_ and len(held) < jobs and budget.bears(open_, spent):
            share = budget.begin(open_, spent)
            assert share >= costs[open_[0].id]
            held.append((open_.popleft(), share))
            begun[held[-1][0].arm] += 1
        if not held:
            break
        cell, share = held.popleft()
        budget.end(cell)
        spent += share * Decimal(take)
        assert spent <= total
    assert budget.idle
    assert len({begun[arm] for arm in PLAN.arms}) == 1
    if not open_:
        assert sum(begun.values()) == len(CELLS)


def test_shares_are_as_what_is_foreseen():
    costs = foreseen(6, 1)
    budget = Budget(Decimal(1000), costs)
    shares = [budget.begin(CELLS[n:], Decimal(0)) for n in range(3)]
    assert [round(share / shares[-1]) for share in shares] == [6, 1, 1]


def test_what_is_borne_is_foreseen_arm_by_arm():
    costs = foreseen(6, 1)
    assert [*borne(CELLS, Decimal(1000), costs)] == CELLS
    few = [*borne(CELLS, Decimal(47), costs)]
    assert few == CELLS[: len(few)]
    assert len(few) == 6  # 16 and 8 of the first seed; 24 is wanted for the next, of 23
    assert [*borne(CELLS, Decimal(1), costs)] == []
