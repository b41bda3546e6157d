"""A conference that runs out of what it may cost is open, and goes on once there is more."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal

import pytest
from batches import check_whole, stopped_at, write_plan
from chat_server import ChatServer, Reply
from click.testing import CliRunner

from debate.batch.folder import BatchFolder
from debate.batch.index import Outcome
from debate.batch.run import Batch
from debate.cli import yalta
from debate.errors import UserError
from debate.events import TurnClosed
from debate.transcript import read

AT_LENGTH = "Speak at length."
ARMS = f'{{long: {{rules: ["{AT_LENGTH}"]}}, brief: {{}}}}'
SPENT = re.compile(r"([0-9.]+) USD of [0-9.]+ spent")


def answer(body):
    """Who is to speak at length takes more than anyone foresees."""
    at_length = AT_LENGTH in json.dumps(body["messages"])
    read, written = (10_000, 600) if at_length else (1_000, 60)
    return Reply(["So be it."], usage={"prompt_tokens": read, "completion_tokens": written})


@pytest.fixture
def plan(tmp_path):
    """A plan of two arms and two seeds, and a budget that bears what is foreseen of one seed."""
    with ChatServer(answer) as server:
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "profiles.yaml").write_text(
            f"schema: yalta/profiles/1\nproviders: {{mine: {{base_url: '{server.url}'}}}}\n"
            "models: {priced: {provider: mine, name: m,"
            " price: {currency: USD, input: '0.3', output: 1}}}\n"
        )
        yield write_plan(tmp_path, "priced", arms=ARMS, jobs=1, more="budget: 0.04\n", chair=False)


def run(*words, code=0):
    """Run a command; what it prints, in one line."""
    done = CliRunner().invoke(yalta, ["batch", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def spent(said):
    return Decimal(SPENT.search(said)[1])


def enough(said):
    return re.search(r"--budget ([0-9.]+)", said)[1]


def table(folder):
    done = CliRunner().invoke(yalta, ["batch", "table", str(folder)], catch_exceptions=False)
    assert done.stderr.startswith("uneven: long.s1")
    return csv.DictReader(done.stdout.splitlines())


def said_in(folder):
    return {
        path.name: [e.text for e in read(path) if isinstance(e, TurnClosed)]
        for path in folder.glob("*.s*.jsonl")
    }


def test_one_that_runs_out_is_open_and_goes_on_where_it_stands(plan):
    folder = plan.parent / "small"
    said = run("run", plan, "--plain", code=1)
    assert "1 complete, 0 failed, 3 open (1 of them begun)" in said
    assert re.search(r"long\.s1\S* stands still: what it may cost bears no further call", said)
    assert re.search(r"uneven: long\.s1\S* stands still", said)
    assert said.endswith(f"yalta batch resume {folder} --budget {enough(said)}")
    assert run("status", folder).endswith(f"--budget {enough(said)}")
    rows = {row["cell"].split(".")[0]: row for row in table(folder) if ".s1." in row["cell"]}
    assert rows["brief"]["end"] == "complete"
    assert rows["long"]["end"] == "begun"
    assert rows["long"]["reason"].startswith("it stands still: the budget bears no further turn")
    assert Decimal(rows["long"]["cost"]) == 3 * Decimal("0.0036")
    both = Decimal(rows["long"]["cost"]) + Decimal(rows["brief"]["cost"])
    assert both.quantize(Decimal("0.0001")) == spent(said)

    # Under the same budget nothing can go on, whichever command is asked, and one message says it.
    before = {path: path.read_bytes() for path in folder.glob("*.jsonl")}
    for command in ("resume", "retry"):
        with pytest.raises(UserError, match=r"under a budget of 0\.04: 0\.0140 USD spent") as short:
            run(command, folder)
        assert short.value.hint == f"yalta batch resume {folder} --budget {enough(said)}"
    assert before == {path: path.read_bytes() for path in folder.glob("*.jsonl")}

    # What is asked for is enough to go on each time, and nothing is said twice.
    for _ in range(4):
        kept, had = said_in(folder), spent(said)
        code = CliRunner().invoke(
            yalta, ["batch", "resume", str(folder), "--budget", enough(said), "--plain"]
        )
        said = " ".join(code.output.split())
        assert spent(said) > had
        assert all(said_in(folder)[name][: len(texts)] == texts for name, texts in kept.items())
        if code.exit_code == 0:
            break
    assert "4 complete, 0 failed, 0 open" in said
    check_whole(folder, 4)
    assert spent(said) == Decimal("0.0713"), "18 turns at 0.0036 and 18 at 0.00036"


def test_what_earlier_versions_took_for_a_failure_is_open(plan):
    folder = plan.parent / "small"
    run("run", plan, "--plain", code=1)
    batch = Batch(BatchFolder.open(folder))
    (still,) = batch.still()
    reason = "the budget bears no further turn: the next turn may cost up to 0.0044"
    old = Outcome(cell=still.id, transcript=f"{still.id}.jsonl", end="failed", reason=reason)
    batch.folder.index.append(old)
    assert "1 complete, 0 failed, 3 open (1 of them begun)" in run("status", folder)
    run("resume", folder, "--budget", 9)
    check_whole(folder, 4)


def test_what_begun_conferences_cost_is_spent(plan):
    folder = BatchFolder.begin(plan).path
    assert "0 of 0.04 spent" in run("status", folder)
    spent_by_turns = []
    BatchFolder.open(folder).keep_budget(9)
    for turn in (3, 7):
        stopped_at(folder, turn)
        said = run("status", folder)
        assert "4 open (1 of them begun)" in said
        spent_by_turns.append(spent(said))
    assert Decimal("0.0036") <= spent_by_turns[0] < spent_by_turns[1]
    assert spent(run("resume", folder, "--budget", 9)) > spent_by_turns[1]


def test_what_a_copied_past_cost_is_not_spent(plan):
    run("run", plan.rename(plan.with_name("first.yaml")), "--out", plan.parent / "first", code=1)
    (past,) = (plan.parent / "first").glob("brief.s1*.jsonl")
    plan.write_text(
        f"schema: yalta/plan/1\nid: f\nfrom: {{transcript: '{past}', turn: 5}}\nbudget: 1\n"
    )
    folder = BatchFolder.begin(plan).path
    stopped_at(folder, 7)
    assert spent(run("status", folder)) == Decimal("0.00072"), "two turns"
    assert spent(run("resume", folder)) == Decimal("0.0014"), "four"


def test_a_limit_of_the_scenario_itself_is_told_once_nothing_can_go_on(plan):
    scenario = plan.parent / "small.yaml"
    scenario.write_text(scenario.read_text() + "ends: {cost: 0.01}\n")
    plan.write_text(plan.read_text().replace("budget: 0.04\n", ""))
    folder = plan.parent / "small"
    said = run("run", plan, "--plain", code=1)
    assert "2 complete, 0 failed, 2 open (2 of them begun)" in said
    assert said.endswith(f"yalta batch resume {folder} --budget N")
    with pytest.raises(UserError, match=r"nothing can go on of the 2 that are open"):
        run("resume", folder)
    run("resume", folder, "--budget", 9)
    check_whole(folder, 4)
