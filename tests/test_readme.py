"""What the README shows of files is what the program reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from worlds import manifest

from debate.batch.cells import cells
from debate.batch.plan import Arm, Factors, Plan
from debate.library import load_scenario, persona_files
from debate.lint import advice
from debate.phases import turns_planned
from debate.scenario import Phase
from debate.yaml_file import loads

README = Path(__file__).parents[1] / "README.md"


def test_the_scenario_in_the_readme_is_one_and_shows_all_that_is_told_of(tmp_path):
    text = README.read_text(encoding="utf-8")
    [shown] = [
        yaml for yaml in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "phases:" in yaml
    ]
    path = tmp_path / "river.yaml"
    path.write_text(shown, encoding="utf-8")
    loaded = load_scenario(path)
    assert advice(loaded, persona_files()) == []
    assert turns_planned(manifest(loaded), 0) == 8  # as its remark says
    votes = [phase.vote for phase in loaded.phases if phase.kind == "vote"]
    assert [(v.on, v.rule, v.secret, bool(v.weights)) for v in votes] == [
        ("motions", "two_thirds", False, False),
        ("house", "majority", True, True),
    ]


def test_every_field_that_the_readme_tells_of_a_phase_is_one():
    table = (
        README.read_text(encoding="utf-8").partition("| field | of | is |")[2].partition("\n\n")[0]
    )
    told = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
    assert set(told) - {"weights"} <= Phase.model_fields.keys()


@pytest.mark.parametrize(
    ("head", "model"), [("field of a plan", Plan), ("`factors`", Factors), ("field of an arm", Arm)]
)
def test_the_tables_of_a_plan_in_the_readme_tell_of_every_field_and_no_other(head, model):
    table = README.read_text(encoding="utf-8").partition(f"| {head} | is |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
    assert sorted(told) == sorted(info.alias or name for name, info in model.model_fields.items())


def test_the_plans_in_the_readme_are_plans():
    text = README.read_text(encoding="utf-8").partition("## Many conferences")[2]
    text = text.partition("\n## ")[0]
    whole, arms, past = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    head = "schema: yalta/plan/1\nid: tiers\n"
    plan = loads(whole, Plan, path="README.md")
    assert len(cells(plan, [f"seat{n}" for n in range(6)])) == 5 * 2 * 20 * 6
    assert {*loads(f"{head}scenario: yalta\n{arms}", Plan, path="README.md").arms} == {
        "full",
        "strict",
        "quiet",
    }
    assert loads(head + past, Plan, path="README.md").from_.at == 38


def test_every_link_and_picture_leads_somewhere():
    text = README.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors
        elif "://" not in target:
            assert (README.parent / target).exists(), target


def test_the_map_has_every_part_and_no_other():
    text = README.read_text(encoding="utf-8").partition("### Map of the code")[2]
    text = text.partition("\n## ")[0]
    told = set(re.findall(r"`(?:[\w-]+/)*([\w-]+(?:\.py|/))`", text))
    parts = [part for top in ("debate", "tui") for part in (README.parent / top).iterdir()]
    there = {part.name for part in parts if part.suffix == ".py" and part.name[0] != "_"}
    there |= {f"{part.name}/" for part in parts if (part / "__init__.py").exists()}
    assert there - told == set()
    assert {name for name in told if name.endswith(".py")} - {
        path.name for top in ("debate", "tui") for path in (README.parent / top).rglob("*.py")
    } == set()
