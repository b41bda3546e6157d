"""Batches that go on from a past, and those that replay one."""

from __future__ import annotations

import json

import pytest
from batches import check_whole, run, write_plan
from chat_server import ChatServer
from click.testing import CliRunner
from test_politics import by_form

from debate.cli import yalta
from debate.errors import UserError
from debate.events import ConferenceForked, FloorCalled, PersonaChanged, RuleAdded, TurnClosed
from debate.state import fold
from debate.transcript import read


@pytest.fixture(scope="module")
def past(model, tmp_path_factory):
    """A finished conference to go on from."""
    folder = tmp_path_factory.mktemp("past")
    run("run", write_plan(folder, model, seeds=1, chair=False))
    (path,) = (folder / "small").glob("full*.jsonl")
    return path


def test_a_plan_goes_on_from_a_past_that_is_provably_the_same(past, model, tmp_path):
    (tmp_path / "plan.yaml").write_text(
        f"schema: yalta/plan/1\nid: futures\nfrom: {{transcript: '{past}', turn: 4}}\n"
        "arms:\n  full:\n  no-persona:\n  ruled: {rules: [Nobody speaks of tiers.]}\n"
        "  noted: {notes: [Be quick., 'yang=Only you know.']}\n"
        "factors: {seed: 2}\n"
    )
    assert "8 conferences" in run("plan", tmp_path / "plan.yaml")
    run("run", tmp_path / "plan.yaml")
    check_whole(tmp_path / "futures", 8)
    kept = past.read_bytes().splitlines(keepends=True)
    for line in map(json.loads, (tmp_path / "futures" / "index.jsonl").open()):
        path = tmp_path / "futures" / line["transcript"]
        mine = path.read_bytes().splitlines(keepends=True)
        split = next(n for n, (a, b) in enumerate(zip(kept, mine, strict=False)) if a != b)
        events = read(path)
        assert isinstance(events[split], ConferenceForked)
        assert events[split].seed == int(line["factors"]["seed"])
        changed = {type(e) for e in events if isinstance(e, PersonaChanged | RuleAdded)}
        arm = line["factors"]["arm"]
        assert changed == {"no-persona": {PersonaChanged}, "ruled": {RuleAdded}}.get(arm, set())
    assert (tmp_path / "futures" / "past" / "past.jsonl").read_bytes() == past.read_bytes()


@pytest.mark.parametrize(
    ("where", "arms", "said"),
    [
        ("turn: 99", "{full: }", "has no finished turn 99"),
        ("at: 9999", "{full: }", "has no line with seq 9999"),
        ("turn: 4", "{a: {notes: ['yangg=Only you know.']}}", r"4:20: arms.a.notes\[0\]: no seat"),
        ("turn: 4", "{a: {personas: {yangg: li}}}", "4:23: arms.a.personas.yangg: no seat for"),
        ("turn: 4", "{a: {personas: {yang: lii}}}", "4:29: arms.a.personas.yang: no persona named"),
        ("turn: 4", "{a: {models: {yang: kimii}}}", "4:27: arms.a.models.yang: no model named"),
        ("turn: 4", "{a: {models: {yangg: local}}}", "4:21: arms.a.models.yangg: no seat named"),
    ],
)
def test_a_past_that_cannot_be_gone_on_from_is_refused(past, tmp_path, where, arms, said):
    (tmp_path / "plan.yaml").write_text(
        f"schema: yalta/plan/1\nid: f\nfrom: {{transcript: '{past}', {where}}}\narms: {arms}\n"
    )
    with pytest.raises(UserError, match=said):
        run("run", tmp_path / "plan.yaml")
    assert not (tmp_path / "f").exists()


def test_arms_from_a_past_are_foreseen_with_what_each_changes(past, tmp_path):
    dear = ", ".join(f"{seat}: kimi-k2.6" for seat in ("altman", "yang", "amodei"))
    (tmp_path / "plan.yaml").write_text(
        f"schema: yalta/plan/1\nid: f\nfrom: {{transcript: '{past}', turn: 4}}\n"
        f"arms: {{full: , no-persona: , dear: {{models: {{{dear}}}}}}}\n"
    )
    rows = [line.split() for line in run("plan", tmp_path / "plan.yaml").splitlines() if line]
    names = ("full", "no-persona", "dear")
    full, bare, dear = ([row[1:] for row in rows if row[0] == name] for name in names)
    tokens = [int(row[0][2].replace(",", "")) for row in (full, bare, dear)]
    assert tokens[1] < tokens[0] == tokens[2]
    assert [row[1][0] for row in (full, bare)] == ["unknown", "unknown"]
    assert dear[1][1] == "USD"


def test_what_the_past_took_is_not_the_conferences_own(past, tmp_path):
    (tmp_path / "plan.yaml").write_text(
        f"schema: yalta/plan/1\nid: f\nfrom: {{transcript: '{past}', turn: 7}}\n"
    )
    run("run", tmp_path / "plan.yaml")
    (line,) = map(json.loads, (tmp_path / "f" / "index.jsonl").open())
    turns = [e for e in read(tmp_path / "f" / line["transcript"]) if isinstance(e, TurnClosed)]
    assert line["turns"] == len(turns) - 7 > 0
    stats = ["stats", str(tmp_path / "f"), "--by", "arm"]
    done = CliRunner().invoke(yalta, stats, catch_exceptions=False)
    assert done.output.splitlines()[1].split()[:3] == ["full", "1", str(len(turns) - 7)]
    assert "Copied turns of 1 fork left out: 7" in done.output
    assert "Copied" in CliRunner().invoke(yalta, [*stats, "--html"]).output
    told = json.loads(CliRunner().invoke(yalta, [*stats, "--json"]).stdout)
    names = ("turns", "input", "output", "failed")
    whole = {"turns": told["total"]["turns"], "failed": told["total"]["failed"]}
    tokens = {name: told["total"]["tokens"][name] for name in ("input", "output")}
    assert whole | tokens == {name: line[name] for name in names}
    assert told["copied_turns_left_out"] == 7
    done = CliRunner().invoke(yalta, [*stats, "--with-past"], catch_exceptions=False)
    assert done.output.splitlines()[1].split()[:3] == ["full", "1", str(len(turns))]
    assert "The past that a fork has of another transcript counts" in done.output


def test_the_same_plan_and_seeds_on_a_replay_give_the_same_texts_to_the_byte(tmp_path):
    """What is said, and what a chair chose who was asked for it."""
    with ChatServer(by_form) as server:
        run("run", write_plan(tmp_path, server.model, seeds=1))
    (past,) = (tmp_path / "small").glob("full*.jsonl")
    original = replies(past)
    assert len({said for said in original if said}) > 10  # no two turns alike
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        run("run", write_plan(folder, f"replay:{past}", seeds=3))
        held = sorted((folder / "small").glob("full*.jsonl"))
        assert [replies(path) for path in held] == [original] * 3


def replies(path):
    """What the seats said and answered, in order, turns that ran side by side by their number."""
    state = fold(read(path))
    calls = [e.raw for e in read(path) if isinstance(e, FloorCalled)]
    assert calls
    return [turn.text for turn in state.record] + calls


def test_a_replay_of_another_scenario_fails_in_a_batch(past, tmp_path):
    plan = write_plan(tmp_path, f"replay:{past}", seeds=1)
    said = run("run", plan, code=1)
    assert "0 complete, 1 failed" in said
    assert "the replay has no reply of chair for who has the floor next" in said
