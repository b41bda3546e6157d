"""A plan: its file, its cells, and what arms make of a scenario and its cards."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from batches import SCENARIO, write_plan
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from debate.batch.arms import conference, deranged
from debate.batch.cells import cells, williams
from debate.batch.folder import BatchFolder
from debate.batch.patch import merged
from debate.batch.plan import Plan
from debate.cli import yalta
from debate.errors import LoadError, UserError
from debate.yaml_file import loads

SEATS = ("altman", "yang", "amodei")


def plan(**more):
    return Plan.model_validate({"schema": "yalta/plan/1", "id": "p", "scenario": "yalta", **more})


@given(n=st.integers(1, 24))
def test_orders_are_balanced_by_place_and_by_who_stands_before(n):
    square = williams(n)
    assert len(square) == (n if n % 2 == 0 or n == 1 else 2 * n)
    assert all(sorted(row) == [*range(n)] for row in square)
    for place in range(n):
        assert set(Counter(row[place] for row in square).values()) == {len(square) // n}
    behind = Counter(pair for row in square for pair in pairwise(row))
    if n > 1:
        assert len(behind) == n * (n - 1)
        assert len(set(behind.values())) == 1


def test_every_combination_is_a_cell_with_a_name_of_its_own_that_stays():
    factors = {"model": ["local", "kimi-k2.6"], "layout": ["shared", "perspective"], "seed": [3, 7]}
    found = cells(plan(arms=["full", "no-chair"], factors=factors, repeats=2), SEATS)
    assert len(found) == len({cell.id for cell in found}) == 2 * 2 * 2 * 2 * 2
    assert {cell.seed for cell in found if cell.repeat == 1} == {3, 7}
    assert len({cell.seed for cell in found}) == 4
    by_seed = Counter((cell.seed, cell.arm) for cell in found)
    assert set(by_seed.values()) == {4}  # the same seeds in every arm
    fewer = cells(plan(arms=["full", "no-chair"], factors={**factors, "seed": [7]}, repeats=2), ())
    assert {cell.id for cell in fewer} < {cell.id for cell in found}


def test_orders_by_a_latin_square_are_a_factor():
    found = cells(plan(factors={"order": "latin", "seed": 2}), SEATS)
    assert len(found) == 6 * 2
    assert Counter(cell.order[0] for cell in found) == dict.fromkeys(SEATS, 4)
    assert {cell.factors["order"] for cell in found} == set("123456")


PAST = "id: p\nfrom: {transcript: t, turn: 1}"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("id: p", "1:1: ", "a plan has a `scenario`, or a past"),
        ("factors: {sead: 3}", "4:11: factors.sead: ", "did you mean 'seed'"),
        ("seed: 3", "4:1: seed: ", "stands under `factors:`"),
        ("factors: {seed: []}", "4:17: factors.seed: ", "expected 1 or more"),
        ("factors: {seed: 0}", "4:17: factors.seed: ", "20 is the seeds 1 to 20), or a list"),
        ("factors: {seed: [1, 1]}", "4:21: factors.seed[1]: ", "is there twice"),
        ("factors: {layout: shard}", "4:19: factors.layout: ", "did you mean 'shared'"),
        ("factors: {layout: [shared, no]}", "4:28: factors.layout[1]: ", "'no' is not known"),
        (
            "factors: {layout: [shared, auto]}",
            "4:28: factors.layout[1]: ",
            "for each arm by itself",
        ),
        ("factors: {layout: auto}", "4:19: factors.layout: ", "write shared or perspective"),
        ("factors: {model: 3}", "4:18: factors.model: ", "expected one, or a list of them, not 3"),
        ("arms: [fool]", "4:8: arms[0]: ", "no arm is known as 'fool'"),
        ("arms: [full, ful]", "4:14: arms[1]: ", "did you mean 'full'?"),
        ("arms: {full: , no-chairs: }", "4:16: arms.no-chairs: ", "did you mean 'no-chair'?"),
        ("arms: [full, full]", "4:14: arms[1]: ", "the arm 'full' is there twice"),
        ("arms: [full, {a: {}}]", "4:14: arms[1]: ", "write others as `name: changes`"),
        ("arms: full", "4:7: arms: ", "a list of arms, or arms by name, not 'full'"),
        ("arms: {a: {goals: {private: null}}}", "4:12: arms.a.goals: ", "stands under `card:`"),
        ("arms: {a: {motion: M}}", "4:12: arms.a.motion: ", "stands under `scenario:`"),
        (
            "arms: {a: {card: {voice: {catchphrase: null}}}}",
            "4:27: arms.a.card.voice.catchphrase: ",
            "did you mean 'catchphrases'",
        ),
        ("arms: {a: {scenario: {rule: []}}}", "4:23: arms.a.scenario.rule: ", "mean 'rules'"),
        ("arms: {a: {notes: [Hear.]}}", "4:12: arms.a.notes: ", "notes are passed where"),
        ("from: {transcript: t, turn: 1}", "4:1: from: ", "either a `scenario` or a past"),
        ("id: p\nfrom: {transcript: t, at: 1, turn: 2}", "3:30: from.turn: ", "either `at`"),
        ("id: p\nfrom: {transcript: t}", "3:7: from: ", "say where it goes on"),
        (f"{PAST}\nrounds: 2", "4:1: rounds: ", "settled in the past"),
        (f"{PAST}\nfactors: {{order: latin}}", "4:11: factors.order: ", "settled in the past"),
        (f"{PAST}\nfactors: {{layout: shared}}", "4:11: factors.layout: ", "settled in the past"),
        (f"{PAST}\narms: [full, no-chair]", "4:14: arms[1]: ", "who has the chair is settled"),
        (f"{PAST}\narms: {{no-chair: }}", "4:8: arms.no-chair: ", "who has the chair is settled"),
        (
            f"{PAST}\narms: {{a: {{scenario: {{motion: M}}}}}}",
            "4:12: arms.a.scenario: ",
            "the scenario is settled",
        ),
    ],
)
def test_a_fault_in_a_plan_is_told_at_the_place_where_it_was_written(text, place, said):
    head = "" if text.startswith("id:") else "id: p\nscenario: yalta\n"
    with pytest.raises(LoadError) as caught:
        loads(f"schema: yalta/plan/1\n{head}{text}\n", Plan, path="plan.yaml")
    [line] = str(caught.value).splitlines()
    assert line.startswith(f"plan.yaml:{place}")
    assert said in line


def test_an_arm_with_a_known_name_changes_what_it_is_known_for():
    assert plan(arms=["no-chair"]).arms == plan(arms={"no-chair": None}).arms
    both = plan(arms={"no-chair": {"rules": ["Be brief."]}}).arms["no-chair"]
    assert (both.change, both.rules) == ("no-chair", ("Be brief.",))


def held(arm, folder: Path, seed=1):
    (folder / "small.yaml").write_text(SCENARIO)
    made = plan(scenario="small.yaml", arms=arm, factors={"seed": [seed]})
    (cell,) = cells(made, SEATS)
    return conference(made, cell, base=folder)


def seated(one):
    return {seat.name: seat.persona for seat in one.scenario.seats}


def test_arms_change_what_they_say_and_nothing_else(tmp_path):
    full = held(["full"], tmp_path)
    assert seated(full) == {"chair": "chair", **{seat: seat for seat in SEATS}}
    blank = held(["no-persona"], tmp_path)
    assert seated(blank) == {"chair": "chair", **dict.fromkeys(SEATS, "nobody")}
    assert blank.scenario.phases == full.scenario.phases
    bare = held(["no-private-goals"], tmp_path)
    for name, card in bare.wishes.personas.items():
        assert not card.goals.private
        assert not card.red_lines
        assert card.goals.public == full.wishes.personas[name].goals.public
    mixed = seated(held(["shuffled-personas"], tmp_path))
    assert sorted(mixed[seat] for seat in SEATS) == sorted(SEATS)
    assert all(mixed[seat] != seat for seat in SEATS)
    alone = held(["no-chair"], tmp_path).scenario
    assert [seat.name for seat in alone.seats] == [*SEATS]
    assert {phase.floor.rule for phase in alone.phases} == {"round_robin"}


def test_any_patch_is_an_arm(tmp_path):
    arm = {
        "strict": {
            "rules": ["Nobody speaks of tiers."],
            "personas": {"yang": "li"},
            "card": {"voice": {"catchphrases": None}},
            "scenario": {"motion": "Large things matter.", "phases": None},
        }
    }
    with pytest.raises(UserError, match="arm strict: the scenario cannot be so: phases"):
        held(arm, tmp_path)
    del arm["strict"]["scenario"]["phases"]
    one = held(arm, tmp_path)
    assert one.scenario.rules[-1] == "Nobody speaks of tiers."
    assert one.scenario.motion == "Large things matter."
    assert seated(one)["yang"] == "li"
    assert not any(card.voice.catchphrases for card in one.wishes.personas.values())
    with pytest.raises(UserError, match="no seat for the arm strict named 'zed'"):
        held({"strict": {"personas": {"zed": "li"}}}, tmp_path)


@given(
    cards=st.lists(st.sampled_from("abcdef"), min_size=2, max_size=6, unique=True),
    seed=st.integers(),
)
def test_shuffled_cards_are_all_dealt_and_nobody_has_their_own(cards, seed):
    own = {card: card for card in cards}
    dealt = deranged(own, seed)
    assert sorted(dealt.values()) == sorted(cards)
    assert all(dealt[seat] != seat for seat in own)
    assert deranged(own, seed) == dealt


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda each: (
        st.dictionaries(st.text(max_size=2), each, max_size=3) | st.lists(each, max_size=2)
    ),
    max_leaves=8,
)


@given(value=_JSON, patch=_JSON)
def test_a_merge_patch_is_idempotent_and_leaves_what_it_does_not_name(value, patch):
    once = merged(value, patch)
    assert merged(once, patch) == once
    if isinstance(value, dict) and isinstance(patch, dict):
        for key in value.keys() - patch.keys():
            assert once[key] == value[key]
        assert not [key for key, change in patch.items() if change is None and key in once]


def test_a_batch_goes_on_with_what_it_was_made_from_or_not_at_all(tmp_path):
    path = write_plan(tmp_path, "local")
    batch = BatchFolder.begin(path, tmp_path / "out")
    assert [c.id for c in BatchFolder.open(tmp_path / "out").cells] == [c.id for c in batch.cells]
    assert BatchFolder.begin(path, tmp_path / "out").path == batch.path
    whole = path.read_text()
    for less, said in (
        (whole.replace("seed: 2", "seed: 1"), "1 of the 2 conferences are no more"),
        (whole.replace("[full]", "{full: {rules: [Be brief.]}}"), "the arm 'full' is another"),
    ):
        path.write_text(less)
        with pytest.raises(UserError, match=said):
            BatchFolder.begin(path, tmp_path / "out")
    path.write_text(whole + "rounds: 2\n")
    with pytest.raises(UserError, match="the batch of another plan: in this one `rounds` is"):
        BatchFolder.begin(path, tmp_path / "out")
    (tmp_path / "small.yaml").write_text(SCENARIO.replace("Small things", "Other things"))
    with pytest.raises(UserError, match="was changed since it was begun"):
        BatchFolder.open(tmp_path / "out")
    with pytest.raises(UserError, match="there is no batch in"):
        BatchFolder.open(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.jsonl").touch()
    with pytest.raises(UserError, match="holds other transcripts"):
        BatchFolder.begin(path, tmp_path / "full")


@pytest.mark.parametrize(("model", "thinks"), [("kimi-k2.6", True), ("local", False)])
def test_a_forecast_says_where_it_leaves_thinking_out(tmp_path, model, thinks):
    told = CliRunner().invoke(yalta, ["batch", "plan", str(write_plan(tmp_path, model))])
    assert told.exit_code == 0, told.output
    said = " ".join(told.output.split())
    told = "What is thought is in none of it but `at worst`, since nobody can foresee it"
    assert (f"{told}: {model}." in said) is thinks
