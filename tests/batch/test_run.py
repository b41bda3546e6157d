"""Holding a batch: what is open is held, what failed is told, and nothing is done twice."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import sys
from decimal import Decimal

import pytest
from batches import SCENARIO, check_whole, run, stopped_at, streamer, write_plan
from click.testing import CliRunner
from full_disk import full_at

from debate.batch.folder import BatchFolder
from debate.batch.index import Costs, Index, Outcome
from debate.batch.run import Batch
from debate.bill import Bill, Cost
from debate.cli import yalta
from debate.errors import CannotWrite, UserError
from debate.events import TurnClosed
from debate.transcript import read

ARMS = "[full, no-persona, no-private-goals, shuffled-personas, no-chair]"


def test_a_batch_is_held_cell_by_cell_and_its_table_told(model, tmp_path):
    plan = write_plan(tmp_path, model, arms=ARMS)
    said = run("plan", plan)
    assert "10 conferences, 4 at one time" in said
    assert "shuffled-personas" in said
    said = run("run", plan)
    assert "10 complete, 0 failed, 0 open" in said
    assert said.count("complete; ") == 10
    check_whole(tmp_path / "small", 10)
    said = run("status", tmp_path / "small", "--all")
    assert said.count("complete") == 11
    rows = list(csv.DictReader(run("table", tmp_path / "small").splitlines()))
    assert len(rows) == 10
    assert {row["end"] for row in rows} == {"complete"}
    assert all(int(row["turns"]) == 9 and row["arm"] for row in rows)
    assert {(row["cost"], row["currency"], row["at_most"]) for row in rows} == {("unknown", "", "")}
    assert {row["tabled"] for row in rows} == {"0"}
    before = sorted((p.name, p.stat().st_mtime_ns) for p in (tmp_path / "small").glob("*.jsonl"))
    run("run", plan)
    run("resume", tmp_path / "small")
    assert before == sorted(
        (p.name, p.stat().st_mtime_ns) for p in (tmp_path / "small").glob("*.jsonl")
    )
    assert not list((tmp_path / "small").glob(".begun/*"))


def test_arms_share_their_seeds_and_differ_in_what_they_change(model, tmp_path):
    run("run", write_plan(tmp_path, model, arms="[full, no-persona]", seeds=1))
    by_arm = {
        line["factors"]["arm"]: read(tmp_path / "small" / line["transcript"])[0]
        for line in map(json.loads, (tmp_path / "small" / "index.jsonl").open())
    }
    assert by_arm["full"].seed == by_arm["no-persona"].seed == 1
    seats = {arm: [seat.id for seat in opened.seats] for arm, opened in by_arm.items()}
    assert seats["full"] == seats["no-persona"]
    assert {s.persona for s in by_arm["no-persona"].seats} == {"nobody", "chair"}


@pytest.mark.parametrize(("table", "layout"), [(2, ("shared", "head")), (30, ("shared", "tail"))])
def test_arms_do_not_differ_in_how_their_prompts_are_laid_out(model, tmp_path, table, layout):
    # With 30 members the chair's card is one more than a prompt bears at its head.
    plan = write_plan(tmp_path, model, arms=ARMS, seeds=1, more="phases: [opening]\n")
    others = "".join(f"  - {{persona: altman, id: a{n}}}\n" for n in range(table - 2))
    whole = SCENARIO.replace("  - {persona: altman}\n", others)
    (tmp_path / "small.yaml").write_text(whole)
    assert f"Layout of all prompts: shared, cards at the {layout[1]}" in run("plan", plan)
    run("run", plan)
    held = [read(path)[0] for path in (tmp_path / "small").glob("*.jsonl") if path.stem != "index"]
    assert [(opened.layout, opened.cards) for opened in held] == [layout] * 5


def test_a_table_that_would_move_the_cards_of_a_batch_that_was_begun_is_refused(model, tmp_path):
    plan = write_plan(tmp_path, model, seeds=1, more="phases: [opening]\n", chair=False)
    run("run", plan)
    many = "".join(f"{{persona: altman, id: a{n}}}, " for n in range(31))
    arms = f"{{full: , many: {{scenario: {{seats: [{many}{{persona: yang}}]}}}}}}"
    write_plan(tmp_path, model, arms=arms, seeds=1, more="phases: [opening]\n", chair=False)
    with pytest.raises(UserError, match="a larger table puts cards at the tail of every prompt"):
        run("run", plan)


def test_what_fails_stops_nothing_is_told_and_is_held_again_by_retry(model, tmp_path):
    gone = "openai-compatible@http://127.0.0.1:9/v1#m"
    arms = f'{{good: {{}}, bad: {{models: {{yang: "{gone}"}}}}}}'
    plan = write_plan(tmp_path, model, arms=arms, seeds=2)
    said = run("run", plan, code=1)
    assert "2 complete, 2 failed, 0 open" in said
    assert "127.0.0.1:9" in said
    assert "yalta batch retry" in said
    index = tmp_path / "small" / "index.jsonl"
    one_later = index.read_text().replace("turn 2 failed", "turn 3 failed", 1)
    assert one_later != index.read_text()
    index.write_text(one_later)
    said = " ".join(run("status", tmp_path / "small").split())
    assert re.search(r"2 conferences, bad\.s\d\.\S+ the first: (?!turn).*127\.0\.0\.1:9", said)
    kept = {line for line in index.read_text().splitlines() if '"complete"' in line}
    said = run("retry", tmp_path / "small", code=1)
    assert "2 complete, 2 failed" in said
    lines = index.read_text().splitlines()
    assert kept < set(lines)
    assert len(lines) == len({json.loads(line)["cell"] for line in lines}) == 4


@pytest.mark.parametrize(
    ("arms", "more", "said"),
    [
        ("{a: {models: {zed: local}}}", "", "no seat named 'zed'"),
        ("{a: {personas: {yangg: li}}}", "", "did you mean 'yang'"),
        ("{a: {card: {voice: {catchphrase: null}}}}", "", "did you mean 'catchphrases'"),
        ("{a: {scenario: {rule: [Be brief.]}}}", "", "did you mean 'rules'"),
        ("{a: {models: {yang: me}}}", "", "a person cannot have a seat"),
        ("[full]", "budget: 1\n", "the price of"),
    ],
)
def test_what_cannot_be_held_as_planned_is_refused_before_any_is(model, tmp_path, arms, more, said):
    plan = write_plan(tmp_path, model, arms=arms, more=more)
    for command in ("plan", "run"):
        with pytest.raises(UserError, match=said):
            CliRunner().invoke(yalta, ["batch", command, str(plan)], catch_exceptions=False)
    assert not (tmp_path / "small").exists()


def test_a_batch_is_extended_by_a_plan_that_only_adds(model, tmp_path):
    run("run", write_plan(tmp_path, model, seeds=1))
    run("run", write_plan(tmp_path, model, seeds=2, arms="[full, no-persona]", jobs=2))
    check_whole(tmp_path / "small", 4)
    with pytest.raises(UserError, match="may add seeds"):
        run("run", write_plan(tmp_path, model, seeds=1, arms="[full, no-persona]"))


def test_a_conference_that_stood_still_goes_on_where_it_was(tmp_path):
    with streamer() as model:
        plan = write_plan(tmp_path, model, seeds=1)
        folder = BatchFolder.begin(plan).path

        stopped_at(folder, 3)
        assert "0 complete, 0 failed, 1 open (1 of them begun)" in run("status", folder)
        (path,) = folder.glob("full*.jsonl")
        said = [e.text for e in read(path) if isinstance(e, TurnClosed)]
        run("resume", folder)
        check_whole(folder, 1)
        assert [e.text for e in read(path) if isinstance(e, TurnClosed)][: len(said)] == said


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of a file")
@pytest.mark.parametrize("room", [1_000, 38_000])
def test_a_full_disk_stops_a_batch_and_fails_none_of_its_conferences(model, tmp_path, room):
    plan = write_plan(tmp_path, model, seeds=3, jobs=2)
    folder = BatchFolder.begin(plan).path
    with full_at(room), pytest.raises(CannotWrite, match="make room there") as stopped:
        CliRunner().invoke(yalta, ["batch", "run", str(plan)], catch_exceptions=False)
    assert stopped.value.exit_code == 1
    assert str(folder) in str(stopped.value)
    # What was begun is kept as far as it came, and of the rest nothing is in the way.
    begun = [path.stat().st_size for path in folder.glob("full*.jsonl")]
    assert len(begun) == (2 if room > 20_000 else 0)
    assert all(0 < size <= room for size in begun)
    assert "0 complete, 0 failed, 3 open" in run("status", folder)
    run("resume", folder)
    check_whole(folder, 3)


def test_an_empty_or_torn_transcript_and_a_torn_index_are_made_whole(model, tmp_path):
    plan = write_plan(tmp_path, model, seeds=3)
    run("run", plan)
    folder = tmp_path / "small"
    one, two, three = sorted(folder.glob("full*.jsonl"))
    lines = (folder / "index.jsonl").read_bytes().splitlines(keepends=True)
    (kept,) = [line for line in lines if three.name.encode() in line]
    # Killed as the first line was written; as the last was; as the index was.
    one.write_bytes(one.read_bytes()[:40])
    two.write_bytes(two.read_bytes()[:-9])
    (folder / "index.jsonl").write_bytes(kept + lines[0][:50])
    before = three.stat().st_mtime_ns
    run("resume", folder)
    check_whole(folder, 3)
    assert three.stat().st_mtime_ns == before


def test_one_program_runs_a_batch_at_a_time(model, tmp_path):
    plan = write_plan(tmp_path, model)
    with BatchFolder.begin(plan).held(), pytest.raises(UserError, match="another program runs"):
        CliRunner().invoke(yalta, ["batch", "run", str(plan)], catch_exceptions=False)


def test_a_budget_without_a_forecast_is_shared_out_as_conferences_begin_and_end(model, tmp_path):
    batch = BatchFolder.begin(write_plan(tmp_path, model, seeds=3, more="budget: 0.3\n"))
    held = Batch(batch)

    async def shares():
        first, second = await held.begin(), await held.begin()
        assert first.share == second.share == Decimal("0.1")
        costs = [{"currency": "USD", "cost": "0.04"}]
        await held.end(first, Outcome(cell=first.cell.id, end="complete", costs=costs))
        assert held.spent == Decimal("0.04")
        # Another has 0.1 still, so that this one may have what is left of 0.3.
        assert (await held.begin()).share == Decimal("0.16")
        assert await held.begin() is None
        assert not held.stopped

    asyncio.run(shares())


def test_usual_mistakes_are_told(tmp_path):
    plan = write_plan(tmp_path, "nothing-known")
    scenario = tmp_path / "small.yaml"
    lost = tmp_path / "lost.yaml"
    lost.write_text(plan.read_text().replace("small.yaml", "smal.yaml"))
    past = tmp_path / "past.yaml"
    past.write_text("schema: yalta/plan/1\nid: p\nfrom: {transcript: no.jsonl, turn: 1}\n")
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "batch.json").touch()
    for words, said in (
        (["run", tmp_path / "none.yaml"], "no plan at"),
        (["plan", tmp_path / "plan"], f"there is {plan}"),
        (["plan", tmp_path], "is a folder, not a plan"),
        (["run", tmp_path / "made"], f"yalta batch resume {tmp_path / 'made'}"),
        (["plan", scenario], f"{scenario}:1:9: schema: 'yalta/scenario/1' is not known"),
        (["plan", lost], f"{lost}:3:11: scenario: cannot read smal.yaml"),
        (["plan", past], f"{past}:3:7: from: no transcript at no.jsonl"),
        (["run", plan], "no model named 'nothing-known'"),
        (["status", tmp_path], "there is no batch in"),
        (["status", plan], f"that is its plan; `yalta batch run {plan}` begins it"),
    ):
        with pytest.raises(UserError) as caught:
            CliRunner().invoke(yalta, ["batch", *map(str, words)], catch_exceptions=False)
        assert said in str(caught.value)
        assert "background" not in str(caught.value)  # a scenario's fields are no news


def test_a_batch_is_looked_at_without_its_scenario_and_goes_on_where_its_files_are_now(
    model, tmp_path
):
    (tmp_path / "a").mkdir()
    plan = write_plan(tmp_path / "a", model, seeds=1)
    run("run", plan)
    there = tmp_path / "b" / "deep"
    there.parent.mkdir()
    (tmp_path / "a" / "small").rename(there)
    said = run("status", there)
    assert "1 complete, 0 failed, 0 open" in said
    assert f"yalta stats {there} --by arm" in said
    with pytest.raises(UserError, match="cannot be had: cannot read small") as caught:
        run("resume", there)
    assert f"yalta batch run PLAN.yaml --out {there}" in str(caught.value)
    run("run", plan, "--out", there)
    run("resume", there)
    check_whole(there, 1)
    plan.write_text(plan.read_text() + "rounds: 2\n")
    with pytest.raises(UserError, match="`rounds` is another") as refused:
        run("plan", plan, "--out", there)
    assert "have another title, jobs and budget" in str(refused.value)


def test_what_is_begun_and_what_holds_it_is_told(model, tmp_path):
    plan = write_plan(tmp_path, model, seeds=1)
    batch = BatchFolder.begin(plan)
    assert "Begun already: 0 ended" in run("plan", plan)
    assert "yalta batch resume" in run("status", batch.path)
    with batch.held():
        said = run("status", batch.path)
        assert "Another program holds it now" in said
        assert "resume" not in said
        kept = (batch.path / "plan.yaml").read_bytes()
        with pytest.raises(UserError, match="yalta batch status"):
            run("run", write_plan(tmp_path, model, seeds=2))
        assert (batch.path / "plan.yaml").read_bytes() == kept


def test_a_transcript_that_cannot_be_read_fails_alone(model, tmp_path):
    folder = BatchFolder.begin(write_plan(tmp_path, model, seeds=2))
    broken = folder.path / f"{folder.cells[0].id}.jsonl"
    broken.write_text("this is no transcript\n")
    said = run("resume", folder.path, code=1)
    assert "1 complete, 1 failed" in said
    assert "not an event" in said
    assert broken.read_text() == "this is no transcript\n"


def test_what_a_conference_cost_is_read_back_as_it_was_and_unknown_is_never_nothing(tmp_path):
    index = Index(tmp_path / "index.jsonl")
    known = Cost("USD", Decimal("0.10"), over=Decimal("0.02"), broken=1)
    bills = {
        "free": (),
        "known": (known,),
        "both": (known, Cost(None, unknown=3, over=None)),
    }
    for cell, bill in bills.items():
        index.append(Outcome(cell=cell, end="complete", costs=tuple(map(Costs.of, bill))))
    with index.path.open("a") as file:
        file.write('{"cell":"old","end":"complete","costs":[{"currency":"","cost":"0"}]}\n')
    read_again = index.read()
    for cell, bill in bills.items():
        assert read_again[cell].bill == Bill(bill)
    assert [cost.cost for cost in read_again["old"].bill.costs] == [None]
