"""Drawing a study of bargaining: whole conferences, and the pool of what speakers were given."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from conferences import style_plan
from recorded import held as held_conference

from debate.events import AmendmentProposed, MotionTabled
from debate.study.drawing.assignment import assign
from debate.study.drawing.blinding import sealed
from debate.study.drawing.check import check
from debate.study.drawing.conferences import draw_coding
from debate.study.drawing.excerpts import held
from debate.study.rubric import find_rubric
from debate.transcript import Transcript

SECRET = "5e" * 32
SEATS = ["ada", "bo", "cem"]
PHASES = [
    {"kind": "opening"},
    {"kind": "plenary", "rounds": 2},
    {"kind": "caucus", "rounds": 1, "rooms": "pairs"},
    {"kind": "motions"},
    {"kind": "amendments"},
    {"kind": "vote"},
    {"kind": "closing"},
]


def table(path: Path, seed: int, arm: str, phases=PHASES):
    with Transcript.create(path) as transcript:
        for event in held_conference(SEATS, phases, seed).events:
            transcript.append(event)
    return held(path, arm)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    short = [each for each in PHASES if each["kind"] != "caucus"]
    return [
        table(folder / "a.jsonl", 1, "full"),
        table(folder / "b.jsonl", 2, "full"),
        table(folder / "c.jsonl", 3, "no-caucus", short),
    ]


@pytest.fixture(scope="module")
def key(tables):
    return draw_coding(style_plan(tables, rubric=find_rubric("emergence")), secret=SECRET)


@pytest.fixture(scope="module")
def bundle(key):
    return sealed(
        key.model_copy(update={"plans": assign(key)}), at=datetime(2026, 1, 1, tzinfo=UTC)
    )


def test_every_turn_and_every_motion_is_there_in_its_place_and_by_its_letter(tables, key):
    for one, item in zip(tables, key.items, strict=True):
        events = {entry.event.seq: entry.event for entry in one.entries}
        (origin,) = item.origins
        assert list(origin.seqs) == sorted(origin.seqs)
        kept = {turn.text for turn in one.state.record}
        moved = [e for e in events.values() if isinstance(e, MotionTabled | AmendmentProposed)]
        assert len(origin.seqs) == len(one.state.record) + len(moved)
        for seq, seat, text in zip(origin.seqs, item.seats, origin.turns, strict=True):
            assert events[seq].seat == seat
            assert text in kept or events[seq].text in text


def test_speakers_are_letters_in_what_raters_read(bundle, key):
    assert {turn.speaker for item in bundle.items for turn in item.turns} <= set("ABCD")
    said = bundle.model_dump_json()
    for word in ("no-caucus", "a.jsonl", SECRET):
        assert word not in said
    assert not [f for f in check(key, assign(key)) if f.fault and f.where != "masks"]
    private = [t.phase for item in bundle.items for t in item.turns if "in private" in t.phase]
    assert private
    assert all(phase.split(": ")[1][0] in "ABCD" for phase in private)


def test_a_speaker_has_another_letter_in_another_conference(bundle, key):
    called = {}
    for item in key.items:
        turns = bundle.item(item.id).turns
        for seat, turn in zip(item.seats, turns, strict=True):
            called.setdefault(seat, {})[item.id] = turn.speaker
    assert any(len({*letters.values()}) > 1 for letters in called.values())
    for item in key.items:
        names = {turn.speaker for turn in bundle.item(item.id).turns}
        assert len(names) == len({*item.seats})


def test_all_conferences_have_one_pool_so_that_it_tells_of_none(bundle, key):
    (pool,) = bundle.pools.values()
    assert {item.pool for item in bundle.items} == set(bundle.pools)
    assert [p.id for p in pool] == sorted(p.id for p in pool)
    assert {p.kind for p in pool} >= {"card", "card, private", "scenario", "rule or template"}
    assert not any("turn1by" in p.text for p in pool)


def test_the_key_tells_to_whom_a_passage_was_given(key):
    (pool,) = key.pools.values()
    items = {item.id for item in key.items}
    goals = [p for p in pool if p.text.startswith("secret goal of")]
    assert len(goals) == len(SEATS)
    for passage in goals:
        assert {seat for _, seat in passage.to} == {passage.text.split()[-1]}
        assert {item for item, _ in passage.to} <= items
    rules = next(p for p in pool if p.text == "Be brief.")
    assert {item for item, _ in rules.to} == items
