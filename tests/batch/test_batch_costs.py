"""What a batch is foreseen to cost and what its budget bears, as it is told."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from batches import check_whole, run, streamer, write_plan
from click.testing import CliRunner

from debate.batch.index import Costs
from debate.bill import Cost
from debate.cli import yalta
from debate.errors import UserError


def price(tmp_path, server, cached=1):
    """Let the model of a server be known as `priced`."""
    url = server.partition("@")[2].partition("#")[0]
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "profiles.yaml").write_text(
        f"schema: yalta/profiles/1\nproviders: {{mine: {{base_url: '{url}'}}}}\n"
        "models: {priced: {provider: mine, name: m,"
        f" price: {{currency: USD, input: 1, cached: {cached}, output: 1}}}}}}\n"
    )


def test_a_plan_is_told_with_its_cost_cached_not_cached_and_at_worst(model, tmp_path):
    price(tmp_path, model, cached=0.1)
    plan = write_plan(tmp_path, "priced", arms="[full, no-private-goals]", seeds=3)
    lines = [line.rstrip() for line in run("plan", plan).splitlines()]
    at = next(n for n, line in enumerate(lines) if "at worst" in line)
    assert lines[at].split() == ["arm", *("cost,", "cached", "not", "cached", "at", "worst")]
    full, bare, every = (re.findall(r"([\d.]+) USD", line) for line in lines[at + 1 : at + 4])
    assert max(map(len, lines[: at + 4])) <= 80
    words = ["run", str(tmp_path / "small.yaml"), "--model", "priced", "--dry-run", "--json"]
    dry = json.loads(CliRunner().invoke(yalta, words, catch_exceptions=False).stdout)
    (one,) = (e["total"] for e in dry["layouts"] if (e["layout"], e["cards"]) == ("shared", "head"))
    forms = ("with_cache", "without_cache", "at_worst")
    assert full == [f"{Decimal(one[form]['USD']) * 3:.4f}" for form in forms]
    assert [Decimal(each) for each in full] == sorted(map(Decimal, full))
    for whole, parts in zip(every, zip(full, bare, strict=True), strict=True):
        assert abs(Decimal(whole) - sum(map(Decimal, parts))) <= Decimal("0.0001")


def test_a_plan_whose_prices_are_not_known_tells_it_once(model, tmp_path):
    said = run("plan", write_plan(tmp_path, model, arms="[full, no-persona]"))
    assert said.count("unknown") == 1
    assert "Cost: unknown" in said


def test_a_budget_that_is_short_leaves_every_arm_the_same_open(tmp_path):
    with streamer(tokens=60) as server:
        price(tmp_path, server)
        arms = "[full, no-persona]"
        plan = write_plan(tmp_path, "priced", arms=arms, seeds=3, more="budget: 0.12\n")
        said = " ".join(run("plan", plan).split())
        assert "Warning: that does not bear all of it" in said
        assert "About 2 of 3 full, 2 of 3 no-persona will be held" in said
        said = run("run", plan, code=1)
        assert "4 complete, 0 failed, 2 open" in said
        assert "of 0.12 spent" in said
        assert f"yalta batch resume {tmp_path / 'small'} --budget 0." in said
        said = run("status", tmp_path / "small")
        ended = [" ".join(line.split()) for line in said.splitlines()]
        assert {"arm complete failed open", "full 2 0 1", "no-persona 2 0 1"} < {*ended}
        run("resume", tmp_path / "small", "--budget", 1)
        check_whole(tmp_path / "small", 6)


@pytest.mark.parametrize("budget", ["0.000001", "12345678"])
def test_a_budget_is_told_in_plain_decimals_wherever_it_is_told(model, tmp_path, budget):
    price(tmp_path, model)
    more = f"budget: {budget}\nphases: [opening]\n"
    plan = write_plan(tmp_path, "priced", seeds=1, more=more)
    assert f"Budget {budget} for all" in run("plan", plan)
    spent = f" of {budget} spent"
    if Decimal(budget) > 1:
        assert spent in run("run", plan)
    else:
        with pytest.raises(UserError, match=f"under a budget of {budget}: 0 spent"):
            run("run", plan)
    assert spent in run("status", tmp_path / "small")


def test_a_tiny_cost_is_written_in_plain_decimals(tmp_path):
    cost = Costs.of(Cost("USD", Decimal("1.2E-7"), over=Decimal("3E-8")))
    assert (cost.cost, cost.over) == ("0.00000012", "0.00000003")
    assert cost.came_to == Cost("USD", Decimal("1.2E-7"), over=Decimal("3E-8"))


def test_a_budget_that_was_raised_stays_so(tmp_path):
    with streamer(tokens=60) as server:
        price(tmp_path, server)
        run("run", write_plan(tmp_path, "priced", seeds=2, more="budget: 0.05\n"), code=1)
        folder = tmp_path / "small"
        said = run("status", folder)
        assert "of 0.05 spent" in said
        more = re.search(r"--budget ([\d.]+)", said)[1]
        for _ in range(2):  # the second time it need not be said again
            run("resume", folder, "--budget", more)
            assert f"of {more} spent" in run("status", folder)
            more = "7"
        assert "of 7 spent" in run("resume", folder)
