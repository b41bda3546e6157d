"""What an author of a scenario is told to think over."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from people import every_kind
from worlds import manifest, scenario

from debate.cli import main, yalta
from debate.library import load_scenario, scenario_files
from debate.lint import advice, taking_part

CHAIR = {"persona": "cem", "role": "chair"}
GUEST = {"persona": "dai", "role": "audience"}
ROOMS = {"garden": ["ada", "bo"], "hall": ["ada", "cem"]}


def told(seats, *phases, **more):
    return [(each.loc, each.message) for each in advice(scenario(seats, phases, **more))]


@pytest.mark.parametrize(
    ("seats", "phases", "loc", "says"),
    [
        (["ada", "bo"], [{"kind": "vote"}], (), "no motion can have been tabled"),
        (["ada", "bo"], [{"kind": "vote"}, {"kind": "motions"}], (), "nothing is voted on"),
        (["ada", "bo"], [{"kind": "amendments"}], (), "nothing can be amended"),
        (["ada", "bo"], [{"kind": "communique"}], (), "ada drafts it"),
        (["ada"], [{"kind": "caucus"}], (), "only 1 takes part: a caucus needs two"),
        (["ada", CHAIR], [{"kind": "cross"}], (), "only 1 takes part: a cross needs two"),
        (
            ["ada", "bo", CHAIR],
            [{"kind": "caucus", "floor": "chaired"}],
            ("floor",),
            "the chair does not hear",
        ),
        (
            ["ada", "bo"],
            [{"kind": "plenary", "rounds": 4, "floor": {"rule": "bidding", "most": 3}}],
            ("floor", "most"),
            "8 turns are planned, but 6 is the most",
        ),
        (
            ["ada", "bo"],
            [{"kind": "plenary", "seats": ["audience"]}],
            ("seats", 0),
            "nobody is 'audience'",
        ),
        (
            ["ada", "bo", CHAIR],
            [{"kind": "vote", "vote": {"on": "house"}, "seats": ["cem"]}],
            ("seats",),
            "all members take part",
        ),
        (
            ["ada", "bo", CHAIR],
            [{"kind": "plenary", "seats": ["ada", "cem"]}, {"kind": "closing"}],
            ("seats", 1),
            "cem is the chair",
        ),
        (
            ["ada", "bo", GUEST],
            [{"kind": "cross", "pairs": [["ada", "dai"]]}, {"kind": "vote", "seats": ["dai"]}],
            ("pairs", 0),
            "dai takes no part",
        ),
        (["ada", "bo", CHAIR], [{"kind": "caucus", "rooms": ROOMS}], ("rooms", "hall"), "cem"),
        (
            ["ada", "bo"],
            [{"kind": "plenary", "floor": {"rule": "weighted", "weights": {"eve": 2}}}],
            ("floor", "weights", "eve"),
            "'eve' takes no part",
        ),
        (
            ["ada"],
            [{"kind": "vote", "vote": {"on": "house", "weights": {"eve": 2}}}],
            ("vote", "weights", "eve"),
            "'eve' takes no part",
        ),
        (
            ["ada", "bo", GUEST],
            [
                {"kind": "vote", "vote": {"on": "house", "weights": {"ada": 0, "bo": 0}}},
                {"kind": "plenary", "seats": ["dai"]},
            ],
            ("vote", "weights"),
            "nobody who votes has a vote",
        ),
        (
            ["ada", "bo", "dai"],
            [{"kind": "caucus", "rooms": {"garden": ["ada", "bo"], "hall": ["dai", "ada"]}}],
            ("rooms", "hall", 1),
            "ada is in 'garden' already",
        ),
    ],
)
def test_a_phase_in_which_something_cannot_come_about(seats, phases, loc, says):
    found = told(seats, *phases)
    assert [message for where, message in found if where == ("phases", 0, *loc) and says in message]


@pytest.mark.parametrize(
    ("kinds", "idle"),
    [
        (["motions", "vote", "vote"], {2: "nothing is voted on"}),
        (["motions", "vote", "plenary", "amendments"], {3: "nothing can be amended"}),
        (["motions", "vote", "motions", "amendments", "vote"], {}),
        (["motions", "amendments", "vote", "closing"], {}),
    ],
)
def test_what_comes_after_all_motions_are_decided(kinds, idle):
    found = told(["ada", "bo"], *({"kind": kind, "id": f"p{n}"} for n, kind in enumerate(kinds)))
    said = {loc[1]: message for loc, message in found}
    assert said.keys() == idle.keys()
    for n, nothing in idle.items():
        assert said[n] == f"'p1' has decided all motions that there are: {nothing}"


def test_a_vote_on_the_house_decides_no_motion():
    house = {"kind": "vote", "id": "house", "vote": {"on": "house"}}
    assert (
        told(["ada", "bo"], {"kind": "motions"}, house, {"kind": "vote"}, house | {"id": "h"}) == []
    )


def test_facts_that_are_cited_and_are_none():
    facts = [{"id": "F1", "text": "Rivers run [F2].", "source": "A map."}]
    found = told(
        ["ada", "bo"],
        {"kind": "opening", "instructions": "Begin with [F1, F9]."},
        motion="Rivers matter [F1].",
        background="It rains [F3], and [F 1] is none.",
        rules=["Cite [F1].", "Or [f7]."],
        facts=facts,
    )
    assert [(loc, message.partition(" ")[0]) for loc, message in found] == [
        (("background",), "[F3]"),
        (("rules", 1), "[F7]"),
        (("facts", 0, "text"), "[F2]"),
        (("phases", 0, "instructions"), "[F9]"),
    ]
    assert "there are: F1" in found[0][1]


@pytest.mark.parametrize(
    "words",
    [
        "Agree on a text.",
        "Propose a compromise.",
        "A tiered release may help.",
        "Find common ground.",
        "Work towards consensus.",
        "You must sign.",
    ],
)
def test_words_that_script_an_outcome(words):
    found = told(["ada", "bo"], {"kind": "plenary", "instructions": words})
    assert [loc for loc, message in found if "script" in message] == [("phases", 0, "instructions")]
    assert [loc for loc, _ in told(["ada", "bo"], {"kind": "opening"}, rules=[words])] == [
        ("rules", 0)
    ]


@pytest.mark.parametrize(
    "phase",
    [
        {"kind": "plenary", "instructions": "Say whether you agree, and what you will sign."},
        {"kind": "plenary", "rounds": 3, "floor": {"rule": "random", "most": 3}},
        {"kind": "vote", "vote": {"on": "house"}},
        {"kind": "opening", "instructions": "You may object to the motion's frontiers."},
    ],
)
def test_what_is_well_is_left_alone(phase):
    assert told(["ada", "bo"], phase) == []


def test_who_is_never_asked_is_told():
    assert told(["ada", GUEST], {"kind": "opening"}) == [
        (("seats", 1), "dai takes part in no phase")
    ]
    assert told(["ada", GUEST], {"kind": "vote", "seats": ["audience", "ada"]}, ends={}) != []


@pytest.mark.parametrize("named", [[], ["audience"], ["ada"], ["cem"], ["left", "dai"]])
def test_who_takes_part_is_who_will_at_the_table(named):
    seats = [{"persona": "ada", "side": "left"}, "bo", CHAIR, GUEST]
    plan = scenario(seats, [{"kind": "plenary", "seats": named}])
    assert taking_part(plan, plan.phases[0]) == manifest(plan).taking_part(plan.phases[0])


def test_what_ships_and_every_kind_of_phase_need_no_advice():
    for name in scenario_files():
        assert advice(load_scenario(name)) == []
    assert advice(every_kind()) == []


FILE = """schema: yalta/scenario/1
id: mine
title: Mine
motion: Talk helps.
background: We meet.
seats: [{persona: altman}, {persona: no-one}]
phases:
  - id: vote
    kind: vote
    title: Vote
    instructions: Agree on something.
"""


def test_the_command_tells_where(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(FILE)
    done = CliRunner().invoke(yalta, ["scenario", "lint", str(path)])
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0] == (f"{path}:6:38: advice: seats[1].persona: no persona 'no-one' is at hand")
    assert lines[1].startswith(f"{path}:8:5: advice: phases[0]: no motion can have been tabled")
    assert lines[2].startswith(f"{path}:11:19: advice: phases[0].instructions: 'agree on' may")
    assert lines[3:] == ["good: 1 phase, 3 to think over"]
    shipped = CliRunner().invoke(yalta, ["scenario", "lint", "yalta"]).output
    assert shipped == f"good: {len(load_scenario('yalta').phases)} phases, nothing to advise\n"


def test_a_fault_is_told_as_the_loader_tells_it(tmp_path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_text(FILE.replace("kind: vote", "kind: votes"))
    with pytest.raises(SystemExit) as left:
        main(["scenario", "lint", str(path)])
    assert left.value.code == 2
    assert f"{path}:9:11: phases[0].kind: 'votes' is not known" in capsys.readouterr().err
