"""Replies by position, answers by id: each is the other, seen from its side."""

from __future__ import annotations

import pytest
from rating_room import coded, policy
from studies import bundle_of, coding_bundle, style_bundle

from debate.study.bundle import Place
from debate.study.ratings import Identified, Preferred, Scored
from debate.study.session import Asked
from tui.widgets.study.questions import CardPicked, SidePicked, answer, reply, shown
from tui.widgets.study.stopwatch import Stopwatch
from tui.widgets.study.wording import worded


def asked(bundle):
    for n, item in enumerate(bundle.items):
        for swap in (False, True):
            turns = [t.number for t in item.turns] if item.task == "coding" else [0]
            for turn in turns:
                yield Asked(n, item, Place(item=item.id, swap=swap), turn)


def answers(each):
    match each.item.task:
        case "identification":
            yield from (Identified(card=c, confidence=2) for c in (*each.item.cards, "none"))
            yield Identified(card=None)
        case "pairs":
            yield from (Preferred(choice=c) for c in ("a", "b", "tie", None))
        case "likert":
            yield policy(each)
            yield Scored(points=dict.fromkeys(each.item.dimensions))
        case _:
            yield coded(each)


@pytest.mark.parametrize("bundle", [style_bundle(), coding_bundle()], ids=["style", "coding"])
def test_an_answer_is_a_reply_and_the_reply_that_answer(bundle):
    for each in asked(bundle):
        for given in answers(each):
            said = reply(each, given)
            assert answer(each, said) == given
            words = worded(said, shown(bundle, each), bundle.rubric)
            assert words
            assert each.item.id not in words


def test_sides_follow_the_plan():
    (item,) = style_bundle(identification=0, pairs=1, likert=0).items
    bundle = bundle_of(style_bundle().rubric, (item,))
    for swap, left in ((False, "a"), (True, "b")):
        each = Asked(0, item, Place(item=item.id, swap=swap))
        assert shown(bundle, each).texts[0] == getattr(item, left).text
        assert answer(each, SidePicked("left")) == Preferred(choice=left)


def test_a_reply_to_another_task_is_none():
    (item,) = style_bundle(identification=0, pairs=1, likert=0).items
    with pytest.raises(ValueError, match="no reply"):
        answer(Asked(0, item, Place(item=item.id)), CardPicked(1))


def test_a_stopwatch_stands_still_while_anything_holds_it():
    now = [0.0]
    watch = Stopwatch(lambda: now[0])
    now[0] = 2
    watch.hold("help")
    now[0] = 5
    watch.hold("elsewhere")
    watch.release("help")
    now[0] = 9
    assert watch.seconds == 2
    watch.release("elsewhere")
    watch.release("elsewhere")
    now[0] = 10
    assert watch.seconds == 3
    watch.hold("help")
    watch.restart(1.5)
    now[0] = 20
    assert watch.seconds == 1.5
