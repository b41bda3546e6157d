"""`yalta scenario show`: an agenda, and what it would take."""

from __future__ import annotations

import json
import re

from click.testing import CliRunner
from people import every_kind

from debate.cli import yalta
from debate.library import load_scenario


def run(*words):
    done = CliRunner().invoke(yalta, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_each_phase_has_its_calls_tokens_and_cost():
    shown = run("scenario", "show", "yalta", "--model", "kimi-k2.6")
    rows = [re.split(r" {2,}", row) for row in shown.partition("Foreseen\n")[2].splitlines()]
    assert rows[0] == ["phase", "kind", "turns", "asks", "tokens in", "new", "out", "cost"]
    plan = load_scenario("yalta").phases
    total_row = rows[len(plan) + 1]
    assert [row[:2] for row in rows[1 : len(plan) + 1]] == [[p.title, p.kind] for p in plan]
    assert total_row[0] == "all"
    assert int(total_row[1]) == sum(int(row[2]) for row in rows[1 : len(plan) + 1])
    told = json.loads(run("run", "yalta", "--model", "kimi-k2.6", "--dry-run", "--json"))
    total = told["layouts"][0]["total"]
    assert total_row[3] == f"{total['input']:,}"
    assert all(row[-1].endswith(" USD") for row in rows[1 : len(plan) + 2])


def test_asks_and_who_takes_part_are_told(tmp_path):
    path = tmp_path / "every.yaml"
    plan = every_kind()
    path.write_text(json.dumps(plan.model_dump(mode="json", by_alias=True)))
    shown = run("scenario", "show", path)
    assert "altman, yang, amodei, chair (chair)" in shown
    assert "  yang asks amodei\n" in shown
    assert "  all members; chair gives the floor\n" in shown
    assert "  chair drafts; all members sign\n" in shown
    assert "House (vote, secret, majority): " in shown
    votes = next(row.split() for row in shown.splitlines() if row.startswith("House    "))
    assert votes[1:4] == ["vote", "0", "3"]

    dry = run("run", path, "--dry-run")
    assert "House (vote): 3 asks\n" in dry
    assert "Cross (cross): 2 turns of 10 to 30 words\n" in dry
    assert re.search(r"^seat +model +turns +asks ", dry, re.MULTILINE)
    told = json.loads(run("run", path, "--dry-run", "--json"))
    assert [p["turns"] for p in told["phases"]] == [3, 3, 3, 2, 3, 3, 0, 0, 0, 0, 1, 3]
    assert sum(p["asks"] for p in told["phases"]) == told["layouts"][0]["total"]["asks"] > 20
