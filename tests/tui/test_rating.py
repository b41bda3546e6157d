"""The rating room: people judge, by keys, what they know nothing of."""

from __future__ import annotations

import time

from scripted_raters import rate_all
from studies import coding_bundle, style_bundle

from debate.study.ratings import Coded, CodedTurn, Identified, Preferred, Scored, read_ratings


def policy(asked):
    """An answer that depends on the item alone."""
    match asked.item.task:
        case "identification":
            return Identified(card=sorted(asked.item.cards)[0], confidence=3)
        case "pairs":
            return Preferred(choice="a")
        case "likert":
            points = {each: n % 5 + 1 for n, each in enumerate(asked.item.dimensions)}
            return Scored(points=points | {"overall": None})
        case _:
            return coded(asked)


def coded(asked):
    """Some turns do nothing; the others propose or concede, with all that belongs to it."""
    if asked.turn % 3 != 2:
        return Coded(turn=asked.turn, codes=(CodedTurn(turn=asked.turn, code="NONE"),))
    said = {"gist": "open tiers below a threshold", "terms": ("tiers", "threshold")}
    codes = (
        CodedTurn(turn=asked.turn, code="PROPOSE", **said, label="NOVEL"),
        CodedTurn(
            turn=asked.turn, code="CONCEDE", **said, evidence=(1,), label="ECHO", passages=(1,)
        ),
        CodedTurn(turn=asked.turn, code="HOLD", evidence=(1,)),
    )
    return Coded(turn=asked.turn, codes=codes)


async def test_a_whole_study_of_style_is_rated_by_keys(tmp_path):
    bundle = style_bundle(identification=3, pairs=4, likert=2)
    begun = time.monotonic()
    path = await rate_all(bundle, "kai", tmp_path / "kai.jsonl", policy)
    print(time.monotonic() - begun)
    found = read_ratings(path)
    assert [each.answer.task for each in found.standing] == [
        *["identification"] * 3,
        *["pairs"] * 4,
        *["likert"] * 2,
    ]
    assert all(each.answer.choice == "a" for each in found.standing[3:7])
    assert found.closing == "one of them"


async def test_a_whole_conference_is_coded_by_keys(tmp_path):
    bundle = coding_bundle(conferences=2)
    path = await rate_all(bundle, "kai", tmp_path / "kai.jsonl", coded)
    found = read_ratings(path)
    assert len(found.standing) == 12
    second = found.standing[1].answer
    assert [each.code for each in second.codes] == ["PROPOSE", "CONCEDE", "HOLD"]
    assert second.codes[1].evidence == (1,)
    assert second.codes[1].passages == (1,)
    assert second.codes[1].label == "ECHO"
