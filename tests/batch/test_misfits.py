"""What of a plan does not fit what it is about is told at its line, before anything is begun."""

from __future__ import annotations

import pytest
from batches import SCENARIO, run, write_plan

from debate.errors import LoadError

CHECKED = """\
schema: yalta/plan/1
id: small
scenario: {scenario}
factors: {{model: "{model}", seed: 1{factors}}}
{more}
"""


@pytest.mark.parametrize(
    ("more", "factors", "places"),
    [
        ("models: {yang: kimi-k2.5x}", "", ["5:16: models.yang: no model named 'kimi-k2.5x'"]),
        ("models: {yangg: local}", "", ["5:10: models.yangg: no seat named 'yangg'; did you mean"]),
        (
            "arms: {a: {models: {yang: kimi-k2.66}}, b: {models: {zed: local}}}",
            "",
            [
                "5:27: arms.a.models.yang: no model named 'kimi-k2.66'; did you mean 'kimi-k2.6'?",
                "5:54: arms.b.models.zed: no seat named 'zed'",
            ],
        ),
        ("arms: {a: {models: {yang: me}}}", "", ["5:27: arms.a.models.yang: a person cannot"]),
        ("arms: {a: {personas: {yangg: li}}}", "", ["5:23: arms.a.personas.yangg: no seat for"]),
        (
            "arms: {a: {personas: {yang: altmann}}}",
            "",
            ["5:29: arms.a.personas.yang: no persona named 'altmann'; did you mean 'altman'?"],
        ),
        (
            "",
            ", cast: {few: [altman, yang], odd: [altman, yangg]}",
            ["factors.cast.odd[1]: no seat or persona named 'yangg'; did you mean 'yang'?"],
        ),
        ("", ", thinking: low", ["factors.thinking: m cannot be asked to think 'low'"]),
        (
            "phases: [opening, clozing]",
            "",
            ["5:19: phases[1]: no phase named 'clozing'; did you mean 'closing'?"],
        ),
        (
            "models: {yang: locall}\nphases: [clozing]",
            "",
            ["5:16: models.yang: no model named 'locall'", "6:10: phases[0]: no phase named"],
        ),
        ("rounds: 2\nphases: [opening]", "", ["5:9: rounds: those phases have no plenary"]),
        ("phases: [opening]\nrounds: 2", "", ["6:9: rounds: those phases have no plenary"]),
        (
            "arms: {a: {scenario: {phases: [{id: a, kind: opening, floor: chaired}]}}, no-chair: }",
            "",
            ["5:32: arms.a.scenario.phases[0]: arm a: the scenario cannot be so: phases[0]"],
        ),
        (
            "arms: {a: {card: {name: null}}}",
            "",
            ["5:25: arms.a.card.name: arm a: the card chair cannot be so: name"],
        ),
        ("", ", cast: {nobody: []}", ["factors.cast.nobody:"]),
        ("budget: 1", "", ["5:9: budget: there is a budget, but the price of openai-compatible"]),
    ],
)
def test_what_does_not_fit_is_told_at_its_line_before_anything_is_begun(
    model, tmp_path, more, factors, places
):
    plan = write_plan(tmp_path, model)
    text = CHECKED.format(scenario="small.yaml", model=model, factors=factors, more=more)
    plan.write_text(text)
    for command in ("plan", "run"):
        with pytest.raises(LoadError) as caught:
            run(command, plan)
        assert caught.value.exit_code == 2
        for line, place in zip(caught.value.message.splitlines(), places, strict=True):
            assert line.startswith(f"{plan}:")
            assert place in line
    assert not (tmp_path / "small").exists()


@pytest.mark.parametrize(
    ("factors", "place"),
    [
        ("model: [kimi-k2.6, kimi-k2.66]", "4:30: factors.model[1]: no model named 'kimi-k2.66'"),
        ("model: kimi-k2.66", "4:18: factors.model: no model named 'kimi-k2.66'; did you mean"),
        ("seed: 1", "3:11: scenario: no model named 'kimi-k2.55'; did you mean 'kimi-k2.6'?"),
    ],
)
def test_a_model_that_is_not_known_is_told_where_it_is_named(tmp_path, factors, place):
    plan = write_plan(tmp_path, "local")
    own = SCENARIO.replace("{persona: yang}", "{persona: yang, model: kimi-k2.55}")
    (tmp_path / "small.yaml").write_text(own)
    head = "schema: yalta/plan/1\nid: small\nscenario: small.yaml\n"
    plan.write_text(f"{head}factors: {{{factors}}}\n")
    with pytest.raises(LoadError) as caught:
        run("plan", plan)
    assert f"{plan}:{place}" in str(caught.value)


def test_rounds_of_a_scenario_without_a_plenary_are_told_at_their_line(tmp_path):
    plan = write_plan(tmp_path, "local", more="rounds: 3\n")
    short = "\n".join(line for line in SCENARIO.splitlines() if "plenary" not in line)
    (tmp_path / "small.yaml").write_text(f"{short}\n")
    for command in ("plan", "run"):
        with pytest.raises(LoadError) as caught:
            run(command, plan)
        line = plan.read_text().splitlines().index("rounds: 3") + 1
        assert f"{plan}:{line}:9: rounds: the scenario 'small' has no plenary" in str(caught.value)


def test_nobody_can_be_without_a_chair_whom_they_do_not_have(tmp_path):
    plan = write_plan(tmp_path, "local", arms="[full, no-chair]", chair=False)
    with pytest.raises(LoadError, match=r"plan\.yaml:4:14: arms.*: nobody has the chair in small"):
        run("plan", plan)
