"""Motions and asks as they are counted, beside the state that they came to."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from people import EVERY_KIND, hold
from worlds import Play, manifest, scenario

from debate.cli import yalta
from debate.columns import cells
from debate.events import Answer
from debate.forms import Form
from debate.state import fold
from debate.stats import stats
from debate.transcript import Transcript, read

HOUSE = {"kind": "vote", "vote": {"on": "house"}}
PLAN = scenario(
    ["ada", "bo", "cem"],
    [
        *({"kind": kind} for kind in ("motions", "amendments", "vote")),
        HOUSE,
        {**HOUSE, "vote": {"on": "house", "rule": "unanimity"}},
    ],
)
REPLIES = st.sampled_from(
    [
        json.dumps({"action": "table", "title": "Tea", "text": "We drink."}),
        json.dumps({"action": "join", "motion": "M1"}),
        json.dumps({"action": "amend", "motion": "M1", "text": "We drink tea."}),
        json.dumps({"accept": True, "vote": "yes"}),
        json.dumps({"accept": False, "vote": "no"}),
        "pass",
        "who knows",
    ]
)


@given(st.data())
def test_motions_are_counted_as_they_came_out(data):
    def answer(form: Form, number: int) -> str:
        return data.draw(REPLIES)

    play = Play(manifest(PLAN), answer=answer).run()
    counted, state = stats(play.events), play.state

    tabled = [m for m in counted.motions if m.motion != "M0"]
    assert [(m.motion, m.title, m.sponsors, m.carried) for m in tabled] == [
        (m.id, m.title, m.sponsors, m.carried) for m in state.motions.values()
    ]
    accepted = [a.motion for a in state.amendments.values() if a.accepted]
    assert [m.amended for m in tabled] == [accepted.count(m.motion) for m in tabled]
    voted = sorted((m for m in counted.motions if m.phase is not None), key=lambda m: m.phase)
    assert [(m.motion, m.yes, m.no, m.abstain, m.carried) for m in voted] == [
        (d.motion, *(d.votes[v] for v in ("yes", "no", "abstain")), d.carried)
        for d in state.decisions
    ]
    for figures, card in zip(counted.seats, state.opened.seats, strict=True):
        mine = [m for m in state.motions.values() if m.sponsors[0] == card.id]
        assert (figures.tabled, figures.carried) == (len(mine), sum(bool(m.carried) for m in mine))
        answers = [e for e in play.events if isinstance(e, Answer) and e.seat == card.id]
        assert figures.asks == len(answers)
        assert figures.assumed == sum(a.how == "assumed" for a in answers)
    assert counted.total.tabled == len(state.motions)


@pytest.fixture
async def saved(tmp_path):
    return await hold(tmp_path / "every.jsonl")


def ask(*words) -> str:
    done = CliRunner().invoke(yalta, ["stats", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.output


async def test_they_are_in_tables_json_and_csv(saved):
    state = fold(read(saved))
    out = ask(saved)
    assert max(cells(line) for line in out.splitlines()) <= 100
    *_, asked, motions = out.strip().split("\n\n")
    assert asked.splitlines()[0].split() == ["seat", "asks", "assumed", "tabled", "carried"]
    total = asked.splitlines()[-1].split()
    assert total[3] == str(len(state.motions))
    assert motions == ask(saved, "--rows", "motions").strip()
    rows = motions.splitlines()[1:]
    assert [row.split()[0] for row in rows] == [*state.motions, "M0"]
    assert rows[-1].split()[-1] == ("yes" if state.decisions[-1].carried else "no")

    counted = json.loads(ask(saved, "--json"))
    assert [m["motion"] for m in counted["motions"]] == [*state.motions, "M0"]
    assert counted["total"]["asks"] == int(total[1]) > len(EVERY_KIND)

    seats = list(csv.DictReader(io.StringIO(ask(saved, "--csv", "--rows", "seats"))))
    assert sum(int(row["asks"]) for row in seats) == counted["total"]["asks"]
    assert sum(int(row["tabled"]) for row in seats) == len(state.motions)
    lines = list(csv.DictReader(io.StringIO(ask(saved, "--csv", "--rows", "motions"))))
    assert [(m["motion"], m["yes"]) for m in lines] == [
        (m["motion"], str(m["yes"])) for m in counted["motions"]
    ]


def test_a_conference_without_asks_has_no_such_tables(tmp_path):
    path = tmp_path / "t.jsonl"
    with Transcript.create(path) as transcript:
        for event in Play(manifest(scenario(["ada", "bo"]))).run().events:
            transcript.append(event)
    assert "asks" not in ask(path)
    assert "abstain" not in ask(path)
