"""Results: the skill of raters is found again, and what was left out is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_worlds import (
    RATERS,
    WHEN,
    Skill,
    card_of,
    coded,
    coding_study,
    file_of,
    rated,
    style_study,
)

from debate.errors import UserError
from debate.study.bundle import Exclusions
from debate.study.ratings import Coded, CodedTurn, Identified, Preferred, Rating, Scored
from debate.study.results.analyses import results_of
from debate.study.results.judgements import heeds, judgements, resolved


def same(skill, raters=RATERS):
    return dict.fromkeys(raters, skill)


def results(world, skills, seed=1, adjudicated=()):
    return results_of(
        world.bundle, world.key, rated(world, skills, seed=seed), adjudicated, seed=seed
    )


def test_skill_is_found_again_within_its_intervals():
    world = style_study(identification=16, pairs=16, likert=16, foils={"shuffled": 6})
    skill = Skill(accuracy=0.6, likeness=0.3, wins=0.7)
    held = {"accuracy": 0, "wins": 0, "gap": 0}
    seeds = range(24)
    for seed in seeds:
        main = results(world, same(skill), seed).main
        low, high = main.identified.genuine.share.interval
        held["accuracy"] += low <= 0.6 <= high
        low, high = main.preferences.matches[0].rate.interval
        held["wins"] += low <= 0.7 <= high
        gap = next(each for each in main.scaled.contrasts if each.dimension == "overall")
        # Clipping at 1 and 5 brings means of 4 and 2 as near to 3 as each other.
        held["gap"] += gap.difference.interval.low <= 1.85 <= gap.difference.interval.high
    assert all(times / len(seeds) > 0.85 for times in held.values()), held


def test_a_study_of_blind_raters_finds_nothing():
    world = style_study(identification=16, likert=12, foils={"shuffled": 8})
    flat = Skill(accuracy=0.2, points={"genuine": 3.0, "shuffled": 3.0})
    found = []
    for seed in range(16):
        main = results(world, same(flat), seed).main
        gap = next(each for each in main.scaled.contrasts if each.dimension == "overall")
        found.append((main.identified.genuine.chance.p, gap.difference.p))
    found = np.array(found)
    assert ((found <= 0.05).mean(axis=0) < 0.2).all()
    assert (np.abs(found.mean(axis=0) - 0.5) < 0.15).all()


def test_a_careless_rater_is_caught_with_the_reason():
    world = style_study(identification=12, likert=12, checks=3)
    skills = {"ada": Skill(), "bo": Skill(), "cy": Skill(careless=True, seconds=1.0)}
    found = results(world, skills)
    (out,) = found.excluded
    assert out.rater == "cy"
    assert "attention checks" in out.reasons[0]
    assert "s an item (median), less than 3 s" in out.reasons[1]
    alls, _, without, _ = found.analyses
    assert without.raters_out == ("cy",)
    assert without.identified.genuine.share.n == 24 < alls.identified.genuine.share.n == 36
    assert without.identified.genuine.share.value > alls.identified.genuine.share.value


def test_who_can_judge_nothing_is_left_out():
    world = style_study(likert=10)
    found = results(world, same(Skill()) | {"bo": Skill(unjudged=0.9)})
    (out,) = found.excluded
    assert "could not judge" in out.reasons[0]


def test_a_leak_is_flagged_and_both_analyses_differ():
    world = style_study(identification=12)
    first = world.key.items[0].id
    answers = {
        rater: [
            (each.id, Identified(card=each.answer if each.id == first else "none", confidence=2))
            for each in world.key.items
        ]
        for rater in RATERS
    }
    leaks = Skill(leaks=frozenset([first]))
    files = [
        file_of(world, rater, of, leaks if rater == "bo" else Skill())
        for rater, of in answers.items()
    ]
    found = results_of(world.bundle, world.key, files, seed=1)
    (flag,) = found.flagged
    assert (flag.item, flag.by, flag.raters, flag.excluded) == (first, ("bo",), 3, True)
    shares = [each.identified.genuine.share.value for each in found.analyses]
    assert shares == [3 / 36, 0, 3 / 36, 0]
    most = world.bundle.model_copy(update={"exclusions": Exclusions(flagged="most")})
    found = results_of(most, world.key, files, seed=1)
    assert not found.flagged[0].excluded
    assert found.analyses[1].items_out == ()


def test_repeats_count_for_steadiness_alone():
    world = style_study(identification=8, likert=8, repeats=3)
    without = style_study(identification=8, likert=8)
    files = rated(world, same(Skill()))
    found = results_of(world.bundle, world.key, files, seed=1)
    repeats = {each.id for each in world.key.items if each.repeats}
    fewer = [
        replace(f, lines=tuple(x for x in f.lines if getattr(x, "item", "") not in repeats))
        for f in files
    ]
    fewer = [
        replace(f, head=f.head.model_copy(update={"key_sha256": without.bundle.key_sha256}))
        for f in fewer
    ]
    once = results_of(without.bundle, without.key, fewer, seed=1)
    assert found.main.identified == once.main.identified
    assert found.main.agreement == once.main.agreement
    assert {each.of: each.pairs for each in found.raters[0].stability}["identification"] == 3
    assert once.raters[0].stability == ()


def test_steadiness_is_the_share_answered_the_same():
    world = style_study(likert=4, repeats=2)
    points = {each.id: 4 for each in world.key.items} | {world.key.items[-1].id: 2}
    answers = [
        (each.id, Scored(points=dict.fromkeys(world.items[each.id].dimensions, points[each.id])))
        for each in world.key.items
    ]
    found = results_of(world.bundle, world.key, [file_of(world, "ada", answers)], seed=1)
    steady = found.raters[0].stability[0]
    assert (steady.pairs, steady.same, steady.difference) == (2, 0.5, -1.0)


def test_checks_count_nowhere():
    world = style_study(identification=6, checks=4)
    main = results(world, same(Skill())).main
    assert main.identified.genuine.share.n == 18
    assert main.agreement[0].alpha.items == 6
    assert [each.name for each in main.identified.of("kind")] == []


def test_of_no_persona_and_of_an_absent_one_none_is_right():
    world = style_study(identification=8, foils={"no-persona": 4, "held-out": 4})
    main = results(world, same(Skill(accuracy=1.0))).main
    kinds = {each.name: each.share.value for each in main.identified.of("kind")}
    assert kinds == {"no-persona": 1, "held-out": 1, "every kind": 1}
    rows = [(row.kind, row.truth) for row in main.identified.confusion.rows]
    assert rows[-2:] == [("no-persona", "none"), ("held-out", "held-out-one")]
    assert main.identified.genuine.share.interval.low < 1


def test_a_tie_is_half_and_arms_are_told_whatever_the_side():
    world = style_study(pairs=12)
    won = {each.id: "a" if each.origins[0].arm == "alpha" else "b" for each in world.key.items}
    answers = [(item, Preferred(choice=choice)) for item, choice in won.items()]
    answers[:4] = [(item, Preferred(choice="tie")) for item, _ in answers[:4]]
    answers[4] = (answers[4][0], Preferred(choice=None))
    found = results_of(world.bundle, world.key, [file_of(world, "ada", answers)], seed=1)
    (match,) = found.main.preferences.matches
    assert (match.one, match.other) == ("alpha", "beta")
    assert (match.wins, match.losses, match.ties, match.unjudged) == (7, 0, 4, 1)
    assert match.rate.value == 9 / 11


def test_three_systems_are_ranked():
    world = style_study(pairs=60, systems=("alpha", "beta", "gamma"))
    found = results(world, same(Skill(wins=0.8))).main.preferences
    strengths = {each.system: each.strength for each in found.strengths}
    assert strengths["alpha"].value > strengths["beta"].value > strengths["gamma"].value
    assert strengths["alpha"].interval.low > strengths["gamma"].interval.high
    assert sum(each.value for each in strengths.values()) == pytest.approx(0)
    two = results(style_study(pairs=6), same(Skill())).main.preferences
    assert two.strengths == ()


def test_adjudicated_answers_settle_and_count_nowhere_else():
    world = style_study(identification=8)
    right = [(each.id, Identified(card=each.answer, confidence=4)) for each in world.key.items]
    wrong = [(item, Identified(card="none", confidence=1)) for item, _ in right]
    files = [file_of(world, "ada", right), file_of(world, "bo", wrong)]
    settled = [
        Rating(n=n, at=WHEN, rater="adjudicated", item=item, answer=answer, seconds=1)
        for n, (item, answer) in enumerate(right[:5], 1)
    ]
    without = results_of(world.bundle, world.key, files, seed=1)
    found = results_of(world.bundle, world.key, files, settled, seed=1)
    assert found.main.agreement == without.main.agreement
    assert found.main.identified.genuine == without.main.identified.genuine
    (last,) = found.main.identified.of("settled")
    assert (last.share.value, last.share.n, last.share.by) == (1, 5, "Wilson")
    assert without.main.identified.of("settled") == ()


def test_files_of_another_study_and_strange_items_are_refused():
    world = style_study(identification=4)
    (file,) = rated(world, {"ada": Skill()})
    other = replace(file, head=file.head.model_copy(update={"study": "a" * 16}))
    with pytest.raises(UserError, match="are of study"):
        judgements(world.bundle, world.key, [other])
    with pytest.raises(UserError, match="two files"):
        judgements(world.bundle, world.key, [file, file])
    strange = file.lines[0].model_copy(update={"item": "b" * 16})
    with pytest.raises(UserError, match="no item of the study"):
        resolved(world.bundle, world.key, [strange])
    mistaken = file.lines[0].model_copy(update={"answer": Preferred(choice="a")})
    with pytest.raises(UserError, match="of identification, by pairs"):
        resolved(world.bundle, world.key, [mistaken])


def test_a_key_that_was_changed_is_seen():
    world = style_study(identification=4)
    assert results(world, same(Skill())).sealed.whole
    changed = world.key.model_copy(update={"title": "Another"})
    found = results_of(world.bundle, changed, rated(world, same(Skill())), seed=1)
    assert not found.sealed.whole


@settings(max_examples=6)
@given(st.permutations(["zoe", "kim", "abe"]), st.integers(0, 99))
def test_what_raters_are_called_changes_nothing(names, seed):
    world = style_study(identification=6, pairs=6, likert=4, foils={"shuffled": 3})
    renamed = style_study(
        identification=6, pairs=6, likert=4, foils={"shuffled": 3}, raters=tuple(names)
    )
    one = results(world, same(Skill()), seed).main
    two = results(renamed, same(Skill(), names), seed).main
    assert two.identified == one.identified
    assert two.preferences.matches == one.preferences.matches
    for mine, theirs in zip(one.agreement, two.agreement, strict=True):
        assert theirs.alpha.value == pytest.approx(mine.alpha.value)
        assert theirs.without_one == pytest.approx(mine.without_one)
    for mine, theirs in zip(one.scaled.contrasts, two.scaled.contrasts, strict=True):
        assert theirs.difference.value == pytest.approx(mine.difference.value)
        assert theirs.difference.interval == pytest.approx(mine.difference.interval)


def test_codes_are_settled_by_more_than_half():
    world = coding_study(conferences=4)
    first = world.key.items[0].id

    def by_one(of, turn):
        return [CodedTurn(turn=turn, code="HOLD")] if of.id == first and turn == 1 else []

    def by_both(of, turn):
        return [CodedTurn(turn=turn, code="PROPOSE")] if turn == 2 else []

    files = [
        coded(world, "ada", lambda of, t: [*by_one(of, t), *by_both(of, t)]),
        coded(world, "bo", by_both),
    ]
    found = results_of(world.bundle, world.key, files, seed=1).main.bargaining
    rates = {(each.code, each.arm): each for each in found.rates}
    assert rates["HOLD", "full"].having == 0
    assert found.split == 2  # one says HOLD, the other NONE
    assert (rates["PROPOSE", "full"].having, rates["PROPOSE", "full"].conferences) == (4, 4)
    assert rates["PROPOSE", "full"].per_turn.value == pytest.approx(1 / 6)
    settled = [
        next(x for x in files[0].lines if x.item == first and x.answer.turn == 1).model_copy(
            update={"rater": "adjudicated"}
        )
    ]
    found = results_of(world.bundle, world.key, files, settled, seed=1).main.bargaining
    rates = {(each.code, each.arm): each for each in found.rates}
    assert rates["HOLD", "full"].having == 1
    assert (found.split, found.adjudicated) == (0, 1)


def test_arms_are_held_to_the_full_one_and_none_of_twenty_still_allows_much():
    world = coding_study(arms=("no chair", "full"))
    files = [
        coded(world, rater, lambda of, t: [CodedTurn(turn=t, code="COMPROMISE")]
              if of.origins[0].arm == "full" and t == 3 else [])
        for rater in ("ada", "bo")
    ]  # fmt: skip
    found = results_of(world.bundle, world.key, files, seed=1)
    assert found.main.bargaining.base == "full"
    rates = {(each.code, each.arm): each for each in found.main.bargaining.rates}
    assert rates["COMPROMISE", "full"].share_gap is None
    gap = rates["COMPROMISE", "no chair"].share_gap
    assert gap.value == -1
    assert gap.interval.high < -0.7
    assert rates["COMPROMISE", "no chair"].share.interval.high == pytest.approx(0.161, abs=1e-3)
    agreement = {each.of: each for each in found.main.agreement}
    assert agreement["COMPROMISE"].alpha.value == 1
    assert agreement["COMPROMISE"].positive.value == 1
    assert agreement["TRADE"].alpha.state == "undefined"


def test_a_conference_coded_in_part_has_no_share():
    world = coding_study(conferences=3)
    file = coded(world, "ada", lambda of, t: [CodedTurn(turn=t, code="HOLD")])
    cut = replace(file, lines=file.lines[:8])  # six turns of the first, two of the second
    found = results_of(world.bundle, world.key, [cut], seed=1).main.bargaining
    rates = {(each.code, each.arm): each for each in found.rates}
    assert found.partly == 1
    assert (rates["HOLD", "full"].conferences, rates["HOLD", "full"].turns) == (1, 8)
    assert rates["HOLD", "no chair"].share.state == "not rated"


def test_whether_what_a_label_rests_on_had_been_given_to_the_speaker():
    world = coding_study(conferences=2)
    (pool,) = world.bundle.pools.values()

    def codes(of, turn):
        label = {"label": "SCRIPTED", "passages": (pool[0].id, 1)}
        return [CodedTurn(turn=turn, code="PROPOSE", gist="Tiers.", **label)]

    found = results_of(world.bundle, world.key, [coded(world, "ada", codes)], seed=1)
    grounds = {(each.arm, each.label): each for each in found.main.bargaining.grounds}
    scripted = grounds["full", "SCRIPTED"]
    # `ann`, who was given the first passage, speaks every other turn.
    assert (scripted.passages, scripted.given) == (12, 6)
    assert scripted.turns == 10  # of 12 turns the first of each conference has none before it
    labels = {(e.arm, e.label): (e.count, e.of) for e in found.main.bargaining.labels}
    assert labels["full", "SCRIPTED"] == (12, 12)


def test_persona_names_stand_for_opaque_cards():
    world = style_study(identification=4)
    (file,) = rated(world, {"ada": Skill(accuracy=1.0)})
    told = judgements(world.bundle, world.key, [file])
    assert {each.chosen for each in told.identifications} <= set(world.key.cards.values())
    assert card_of("ada-l") in world.key.cards


@pytest.mark.parametrize(
    ("told", "answer", "right"),
    [
        ("none", Identified(card="none"), True),
        ("none", Identified(card=None), False),
        ("tie", Preferred(choice="tie"), True),
        ("tie", Preferred(choice="a"), False),
        ("2", Scored(points={"lexis": 2, "overall": 2}), True),
        ("2", Scored(points={"lexis": 2, "overall": 3}), False),
        ("2", Scored(points={"lexis": None}), False),
        ("HOLD", Coded(turn=1, codes=(CodedTurn(turn=1, code="HOLD"),)), True),
    ],
)
def test_what_heeds_a_check(told, answer, right):
    assert heeds(told, answer) is right
