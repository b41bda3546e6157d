"""`yalta facts` as a user meets it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from worlds import Play, manifest, scenario

from debate.cli import yalta
from debate.errors import TranscriptError, UserError
from debate.transcript import Transcript

FACTS = [{"id": "F1", "text": "28 countries signed.", "source": "A declaration"}]
SAID = {
    1: "We release the weights in tiers [F1]. 77 of us agree.",
    2: "Tiers of \x1b[31mred\x1b[0m weights and [F7].",
    3: "I agree with tiers.",
    4: "No.",
}


@pytest.fixture
def talk(tmp_path):
    """A conference of two in two rounds."""
    plan = scenario(["ada", "bo"], [{"kind": "plenary", "rounds": 2}], facts=FACTS)
    path = tmp_path / "talk.jsonl"
    with Transcript.create(path) as transcript:
        for event in Play(manifest(plan), lambda step, number: SAID[number]).run().events:
            transcript.append(event)
    return str(path)


def told(*words):
    done = CliRunner().invoke(yalta, ["facts", *words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def refused(*words):
    return CliRunner().invoke(yalta, ["facts", *words]).exception


def test_citations_and_figures_are_listed_by_turn(talk):
    output = told(talk)
    assert output.startswith("Turn 1, Ada (closed at seq 3)\n")
    assert "  [F1] 28 countries signed. (A declaration)\n  Not in the record: 77\n" in output
    assert "Turn 2, Bo (closed at seq 5)\n  [F7] there is no such fact\n\n" in output
    assert "2 turns of 4: no citation, and no figure that is not in the record." in output
    assert "Nothing is scored" in output
    assert "\x1b" not in output
    assert "Turn 2" not in told(talk, "--turn", "1")


def test_facts_are_data_too(talk):
    data = json.loads(told(talk, "--json"))
    first, second, *_ = data["turns"]
    assert first["citations"] == [
        {"id": "F1", "known": True, "text": "28 countries signed.", "source": "A declaration"}
    ]
    assert second["citations"][0] == {"id": "F7", "known": False, "text": None, "source": None}
    (figure,) = first["not_in_record"]
    assert SAID[1][figure["start"] : figure["end"]] == figure["text"] == "77"
    assert figure["kind"] == "number"


def test_what_cannot_be_listed_is_one_message(talk, tmp_path):
    error = refused(talk, "--turn", "9")
    assert isinstance(error, UserError)
    assert "no turn 9" in str(error)
    (tmp_path / "x.jsonl").write_text("")
    error = refused(str(tmp_path / "x.jsonl"))
    assert isinstance(error, TranscriptError)
    assert "opening" in str(error)
