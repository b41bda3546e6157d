"""Nothing that a rater has tells what an item is: not the bundle, not the ratings file.

What a text itself gives away is for the rater to judge; here the texts of all arms and personas are
alike, so that whatever tells an item's arm would have to be something else.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from conferences import NAMES, conferences, style_plan

from debate.errors import UserError
from debate.study.bundle import dump_bundle, load_bundle, sha256
from debate.study.drawing.assignment import assign
from debate.study.drawing.blinding import opened, sealed
from debate.study.drawing.style import draw
from debate.study.key import dump_key
from debate.study.session import Asked, Pilot, Session

STUDIES = 20
AT = datetime(2026, 1, 1, tzinfo=UTC)

# What is drawn once for all of these is drawn in one process.
pytestmark = pytest.mark.xdist_group("blindness")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    return conferences(folder, {"full": 3, "other": 3, "no-persona": 3})


@pytest.fixture(scope="module")
def studies(tables):
    """Studies drawn with other seeds and secrets: the key and the bundle of each."""
    found = []
    for seed in range(STUDIES):
        secret = random.Random(f"secret {seed}").randbytes(32).hex()
        plan = style_plan(tables, seed=seed, raters=[f"r{n}" for n in range(3 + seed % 5)])
        key = draw(plan, secret=secret)
        key = key.model_copy(update={"plans": assign(key)})
        found.append((key, sealed(key, at=AT)))
    return found


def test_no_word_of_the_key_is_in_the_bundle(studies):
    for key, bundle in studies[:8]:
        said = dump_bundle(bundle).decode()
        names = {name for person in key.people.values() for name in person.names}
        assert not [name for name in names if name in said]
        arms = {origin.transcript for item in key.items for origin in item.origins}
        for word in [*filter(None, arms), key.secret, "genuine", "shuffled", "held-out", "repeats"]:
            assert word not in said
        assert json.loads(said)["key_sha256"] == sha256(dump_key(key))
        assert not {f'"{name}"' for name in NAMES} & set(said.split())


def test_a_bundle_for_one_rater_holds_their_items_alone(studies):
    _, bundle = studies[4]
    alone = bundle.for_rater("r2")
    assert list(alone.plans) == ["r2"]
    assert {i.id for i in alone.items} == {place.item for place in bundle.plans["r2"]}
    assert len(alone.items) < len(bundle.items)


def features(bundle):
    """All that is known of an item but its words, by id: from the bundle and every rater's plan."""
    found = {}
    total = len(bundle.items)
    for place, item in enumerate(bundle.items):
        plans = [[p.item for p in plan] for plan in bundle.plans.values()]
        swaps = [p.swap for plan in bundle.plans.values() for p in plan if p.item == item.id]
        at = [plan.index(item.id) / len(plan) for plan in plans if item.id in plan]
        text = item.model_dump_json()
        cards = getattr(item, "cards", ()) or (getattr(item, "card", ""),)
        order = sorted(card.id for card in bundle.cards)
        found[item.id] = [
            1.0,
            place / total,
            int(item.id[0] < "i"),
            int(item.id[-1] < "i"),
            sum(map(ord, item.id)) / 2000,
            len(at) / len(plans),
            float(np.mean(at)),
            float(np.std(at)),
            at[0] if at else 0.0,
            float(np.mean(swaps)),
            sum(order.index(card) for card in cards) / 10,
            len(cards) / 4,
            float("scene" in text),
            len(item.scene) / 100,
        ]
    return found


def labelled(studies, task, truth):
    rows, labels = [], []
    for key, bundle in studies:
        known = features(bundle)
        for item in key.items:
            if item.task == task and not item.checked:
                rows.append(known[item.id])
                labels.append(truth(key, item))
    return np.array(rows), np.array(labels)


@pytest.mark.parametrize(
    ("task", "truth"),
    [
        ("identification", lambda key, item: item.origins[0].arm == "full"),
        ("identification", lambda key, item: item.kind == "genuine"),
        ("identification", lambda key, item: item.origins[0].seat in ("ada", "bo")),
        ("likert", lambda key, item: item.origins[0].arm == "full"),
        ("likert", lambda key, item: item.kind == "genuine"),
        ("likert", lambda key, item: item.kind == "shuffled"),
        ("likert", lambda key, item: item.repeats is not None),
        ("pairs", lambda key, item: item.origins[0].arm == "full"),
    ],
)
def test_a_script_does_no_better_than_chance(studies, task, truth):
    half = len(studies) // 2
    # It learns from studies whose keys it was given, and is tried on others.
    rows, labels = labelled(studies[:half], task, truth)
    weights, *_ = np.linalg.lstsq(rows, labels - labels.mean(), rcond=None)
    rows, labels = labelled(studies[half:], task, truth)
    score = rows @ weights
    # The share of (one of these, one of the others) that it puts in the right order.
    ones, others = score[labels], score[~labels]
    right = (ones[:, None] > others).mean() + (ones[:, None] == others).mean() / 2
    spread = ((len(ones) + len(others) + 1) / (12 * len(ones) * len(others))) ** 0.5
    assert abs(right - 0.5) < 3.7 * spread


def test_the_script_would_find_out_if_ids_told(studies):
    """That the test above can fail: were items in the order in which they are drawn, it would."""
    told = []
    for key, bundle in studies:
        order = {item.id: n for n, item in enumerate(key.items)}
        items = tuple(sorted(bundle.items, key=lambda item: order[item.id]))
        told.append((key, bundle.model_copy(update={"items": items})))
    rows, labels = labelled(told, "likert", lambda key, item: item.kind == "genuine")
    weights, *_ = np.linalg.lstsq(rows, labels - labels.mean(), rcond=None)
    score = rows @ weights
    assert (score[labels][:, None] > score[~labels]).mean() > 0.6


def test_a_ratings_file_holds_nothing_but_opaque_ids_and_answers(studies, tmp_path):
    key, bundle = studies[0]
    session = Session.open(bundle, "r0", tmp_path / "r0.jsonl")
    while isinstance(now := session.now, Pilot):
        session.pilot(now.gold.answer, seconds=1)
    for _ in range(10):
        now = session.now
        assert isinstance(now, Asked)
        session.rate(now.chosen("left") if now.sides else _any(now), seconds=1)
    said = (tmp_path / "r0.jsonl").read_text()
    words = {k for o in key.items for x in o.origins for k in (x.arm, x.transcript, x.seat) if k}
    assert not [word for word in words if f'"{word}"' in said]


def _any(now):
    from debate.study.ratings import Identified, Scored

    if now.item.task == "identification":
        return Identified(card=now.item.cards[0], confidence=1)
    return Scored(points=dict.fromkeys(now.item.dimensions, 3))


def test_a_key_that_was_changed_does_not_open_the_study(studies):
    key, bundle = studies[0]
    opened(bundle, key)
    items = (key.items[0].model_copy(update={"kind": "reference"}), *key.items[1:])
    with pytest.raises(UserError, match="not the one that this study was sealed with"):
        opened(bundle, key.model_copy(update={"items": items}))


@pytest.mark.parametrize(
    "change",
    [
        lambda b: {"exclusions": b.exclusions.model_copy(update={"seconds": 30.0})},
        lambda b: {"cards": (b.cards[0].model_copy(update={"text": "Other."}), *b.cards[1:])},
        lambda b: {"items": b.items[1:]},
        lambda b: {"plans": {**b.plans, "r0": b.plans["r0"][::-1]}},
        lambda b: {"rubric": b.rubric.model_copy(update={"instructions": "Say 5."})},
    ],
)
def test_a_bundle_that_was_changed_does_not_open_either(studies, change):
    key, bundle = studies[0]
    with pytest.raises(UserError, match="changed after sealing"):
        opened(bundle.model_copy(update=change(bundle)), key)


def test_texts_without_a_persona_follow_each_other_as_any_do(studies):
    after = Counter()
    for key, bundle in studies:
        items = {item.id: item for item in key.items}
        for plan in bundle.plans.values():
            asked = [items[p.item] for p in plan if items[p.item].task == "identification"]
            after.update((a.kind, b.kind) for a, b in pairwise(asked))
    blank = "no-persona"
    total = sum(n for (a, _), n in after.items() if a == blank)
    share = sum(n for (_, b), n in after.items() if b == blank) / sum(after.values())
    assert after[blank, blank] / total > share / 2


def test_a_bundle_reads_as_it_was_written(studies, tmp_path):
    path = tmp_path / "study.json"
    path.write_bytes(dump_bundle(studies[1][1]))
    assert load_bundle(path) == studies[1][1]
