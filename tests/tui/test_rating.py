"""The rating room: people judge, by keys, what they know nothing of."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from pilot import wait_until
from scripted_raters import begin, give, keys_of_gold, rate_all
from studies import CARDS, coding_bundle, save, style_bundle
from studio import on_screen
from textual import events
from textual.widgets import Input

from debate.study.bundle import Excerpt, load_bundle
from debate.study.ratings import (
    Coded,
    CodedTurn,
    Identified,
    Preferred,
    Scored,
    Withdrawn,
    read_ratings,
)
from debate.study.session import Asked, LastQuestion, Pilot, Session
from tui.app import YaltaApp
from tui.screens.rating import RatingScreen
from tui.screens.rating_pages import InstructionsPage, KeysPage
from tui.widgets.study.coding import CodingTask
from tui.widgets.study.identification import IdentificationTask
from tui.widgets.study.likert import LikertTask
from tui.widgets.study.pairs import PairsTask


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
    cites = {"evidence": (1,)}
    codes = (
        CodedTurn(turn=asked.turn, code="PROPOSE", **said, label="NOVEL"),
        CodedTurn(turn=asked.turn, code="CONCEDE", **said, **cites, label="ECHO", passages=(1,)),
        CodedTurn(turn=asked.turn, code="HOLD", **cites),
    )
    return Coded(turn=asked.turn, codes=codes)


@asynccontextmanager
async def room(bundle, tmp_path, size=(120, 40)):
    """The rating room on a bundle that was written and read, past its instructions."""
    bundle = load_bundle(save(bundle, tmp_path / "study"))
    path = tmp_path / "study" / "ratings" / "kai.jsonl"
    screen = RatingScreen(Session.open(bundle, "kai", path))
    async with YaltaApp(screen).run_test(size=size) as pilot:
        await begin(pilot, screen)
        yield pilot, screen
    screen.session.log.close()


def given(screen):
    """The ratings that stand, read from the disk."""
    return read_ratings(screen.session.log.path).standing


async def press(pilot, screen, *keys):
    """Press keys that answer, and wait for what comes next."""
    before = screen.shown
    await pilot.press(*keys)
    await wait_until(pilot, lambda: screen.shown > before)


def place(screen):
    return str(screen._place.render())


# Whole studies.


async def test_a_whole_study_of_style_is_rated_by_keys(tmp_path):
    bundle = style_bundle(identification=3, pairs=4, likert=2)
    found = read_ratings(await rate_all(bundle, "kai", tmp_path / "kai.jsonl", policy))
    tasks = [each.answer.task for each in found.standing]
    assert tasks == [*["identification"] * 3, *["pairs"] * 4, *["likert"] * 2]
    for rating in found.standing:
        asked = Asked(0, bundle.item(rating.item), bundle.plans["kai"][0])
        assert rating.answer == policy(asked)
    assert found.closing == "one of them"
    assert [each.right for each in found.lines if each.type == "piloted"] == [True] * 4


async def test_a_whole_conference_is_coded_by_keys(tmp_path):
    bundle = coding_bundle(conferences=2)
    found = read_ratings(await rate_all(bundle, "kai", tmp_path / "kai.jsonl", coded))
    assert len(found.standing) == 12
    assert found.standing[0].answer == coded(Asked(0, bundle.items[0], bundle.plans["kai"][0], 1))
    assert found.standing[1].answer == coded(Asked(0, bundle.items[0], bundle.plans["kai"][0], 2))


# Before the first item.


async def test_the_instructions_come_first_and_again_by_a_key(tmp_path):
    screen = RatingScreen(Session.open(style_bundle(), "kai", tmp_path / "kai.jsonl"))
    async with YaltaApp(screen).run_test(size=(120, 50)) as pilot:
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, InstructionsPage))
        await pilot.pause()
        shown = on_screen(pilot.app)
        assert "written by language models in simulated debates" in shown
        assert "Close to the card:" in shown
        assert "Not close to the card:" in shown
        await pilot.press("space")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("i")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, InstructionsPage))
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is screen)


async def test_the_pilot_round_says_what_was_right_and_is_not_asked_again(tmp_path):
    bundle = style_bundle()
    async with room(bundle, tmp_path) as (pilot, screen):
        for n, gold in enumerate(bundle.rubric.gold):
            assert isinstance(screen.now, Pilot)
            assert f"Pilot round, {n + 1} of 4" in place(screen)
            wrong = {"identification": ("x",), "pairs": ("0",), "likert": ("5", "enter")}
            await pilot.press(*(keys_of_gold(gold) if n % 2 else wrong[gold.task]))
            await wait_until(pilot, lambda: screen._feedback.is_shown)
            shown = " ".join(on_screen(pilot.app).split())
            assert ("✓ Right." if n % 2 else "✗ That is not what was expected.") in shown
            assert gold.feedback[:40] in shown
            assert not given(screen)
            await press(pilot, screen, "enter")
        assert isinstance(screen.now, Asked)
    async with room(bundle, tmp_path) as (_, screen):
        assert isinstance(screen.now, Asked)


# The tasks.


async def test_identification_takes_a_card_and_how_sure_one_is(tmp_path):
    async with room(style_bundle(identification=4, gold=False), tmp_path) as (pilot, screen):
        first = screen.now.item
        await pilot.press("9")  # no such card
        await pilot.press("2", "escape", "3")
        assert screen.query_one(IdentificationTask).card == 3
        assert not given(screen)
        await press(pilot, screen, "4")
        assert given(screen)[0].answer == Identified(card=first.cards[2], confidence=4)
        await press(pilot, screen, "0", "1")
        assert given(screen)[1].answer == Identified(card="none", confidence=1)
        await press(pilot, screen, "x")
        assert given(screen)[2].answer == Identified(card=None)
        task = screen.query_one(IdentificationTask)
        task.cards.focus()
        task.cards.highlighted = 1
        await pilot.press("enter")  # as a click would
        await press(pilot, screen, "2")
        assert given(screen)[3].answer.card == screen.session.asked[3].item.cards[1]


async def test_the_sides_of_a_pair_are_those_of_the_plan(tmp_path):
    bundle = style_bundle(identification=0, pairs=4, likert=0, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        item = screen.now.item
        task = screen.query_one(PairsTask)
        assert (task.left.text, task.right.text) == (item.a.text, item.b.text)
        await press(pilot, screen, "1")
        item = screen.now.item
        assert (task.left.text, task.right.text) == (item.b.text, item.a.text)
        await press(pilot, screen, "1")
        await press(pilot, screen, "t")
        await press(pilot, screen, "x")
        assert [each.answer.choice for each in given(screen)] == ["a", "b", "tie", None]


async def test_a_scale_may_be_corrected_until_all_are_recorded(tmp_path):
    bundle = style_bundle(identification=0, pairs=0, likert=1, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        await pilot.press("1", "enter", "2", "x", "4", "5")
        task = screen.query_one(LikertTask)
        assert task.is_complete
        assert not given(screen)
        await pilot.press("shift+tab", "shift+tab", "3", "left", "tab")
        await press(pilot, screen, "enter")
        points = given(screen)[0].answer.points
        assert list(points.values()) == [1, 2, 3, 4, 5]


async def test_every_anchor_stands_beside_its_number(tmp_path):
    bundle = style_bundle(identification=0, pairs=0, likert=1, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        for scale in bundle.rubric.likert:
            offered = {e.key: e.text for e in screen.query_one(LikertTask).anchors.choices}
            assert [offered[str(n)] for n in range(1, 6)] == list(scale.anchors)
            await pilot.press("x")


async def test_none_is_one_key_and_stands_alone(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        await press(pilot, screen, "n")
        assert [each.code for each in given(screen)[0].answer.codes] == ["NONE"]
        await pilot.press("h", "b", "n")
        assert screen.query_one(CodingTask).draft.codes == ("NONE",)
        assert len(given(screen)) == 1
        await pilot.press("b")
        assert screen.query_one(CodingTask).draft.codes == ("COALITION-BID",)
        await press(pilot, screen, "enter")
        assert [each.code for each in given(screen)[1].answer.codes] == ["COALITION-BID"]


async def test_evidence_is_an_earlier_turn_by_number_or_by_mark(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        await press(pilot, screen, "n")
        await press(pilot, screen, "n")
        await pilot.press("h", "enter")
        task = screen.query_one(CodingTask)
        assert task.now == ("HOLD", "cite")
        await pilot.press("enter")
        assert task.now == ("HOLD", "cite")  # none is cited yet
        await pilot.press("3", "space", "7", "enter")
        assert task.draft.parts["HOLD"].evidence == ()  # neither itself nor what is not there
        await pilot.press("left_square_bracket", "space", "1", "space")
        assert task.draft.parts["HOLD"].evidence == (1, 2)
        assert "1 · cited" in on_screen(pilot.app)
        await pilot.press("backspace")
        await press(pilot, screen, "enter")
        assert given(screen)[2].answer.codes[0].evidence == (1,)


async def test_a_traced_code_needs_its_gist_its_terms_and_a_label(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        for _ in range(3):
            await press(pilot, screen, "n")
        await pilot.press("p", "enter")
        task = screen.query_one(CodingTask)
        await wait_until(pilot, lambda: task.written.has_focus)
        task.written.value = "word " * 16
        await pilot.press("enter")
        assert task.now == ("PROPOSE", "gist")
        task.written.value = "tiers below the threshold"
        await pilot.press("enter", *"ladder", "enter")
        await wait_until(pilot, lambda: task.now == ("PROPOSE", "label"))
        kinds = [each.head for each in task.codes.choices if each.head]
        assert "card" in kinds
        assert "scenario" in kinds
        assert "turn 2, B" in kinds
        await wait_until(pilot, lambda: task.conference.has_focus)
        await pilot.press("1", "2", "1")
        await press(pilot, screen, "s")
        (part,) = given(screen)[3].answer.codes
        assert (part.gist, part.terms) == ("tiers below the threshold", ("ladder",))
        assert part.label == "SCRIPTED"
        assert len(part.passages) == 1


async def test_escape_goes_a_step_back_and_keeps_what_was_written(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        await pilot.press("p", "enter")
        task = screen.query_one(CodingTask)
        await wait_until(pilot, lambda: task.written.has_focus)
        await pilot.press(*"tiers", "enter")
        await wait_until(pilot, lambda: task.now == ("PROPOSE", "terms"))
        await pilot.press("escape")
        assert task.now == ("PROPOSE", "gist")
        assert task.written.value == "tiers"
        await pilot.press("escape")
        assert task.now is None
        await pilot.press("p")
        await press(pilot, screen, "n")


async def test_only_what_was_said_up_to_the_turn_is_seen(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        task = screen.query_one(CodingTask)
        for n in range(1, 5):
            assert [b.turn for b in task.conference.everything if b.turn] == list(range(1, n + 1))
            await press(pilot, screen, "n")


# Everywhere.


async def test_undo_asks_the_last_again_and_keeps_its_notes(tmp_path):
    async with room(style_bundle(gold=False), tmp_path) as (pilot, screen):
        await pilot.press("l")
        await press(pilot, screen, "1", "1")
        await press(pilot, screen, "u")
        assert screen.now.number == 0
        assert not given(screen)
        assert isinstance(read_ratings(screen.session.log.path).lines[-1], Withdrawn)
        assert screen.flags == {"leak"}
        await press(pilot, screen, "2", "2")
        assert given(screen)[0].answer.confidence == 2
        assert given(screen)[0].flags == ("leak",)


async def test_going_back_shows_what_was_answered_and_enter_keeps_it(tmp_path):
    bundle = style_bundle(identification=0, pairs=0, likert=3, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        for _ in range(2):
            await press(pilot, screen, *"12345", "enter")
        await press(pilot, screen, "b")
        await press(pilot, screen, "b")
        assert screen.now.number == 0
        assert list(screen.query_one(LikertTask).points.values()) == [1, 2, 3, 4, 5]
        await pilot.press("f", "5")
        await press(pilot, screen, "enter")
        assert screen.now.number == 2
        changed = next(each for each in given(screen) if each.item == bundle.items[0].id)
        assert list(changed.answer.points.values()) == [5, 2, 3, 4, 5]
        assert changed.flags == ("catchphrase",)
        await press(pilot, screen, "b")
        await press(pilot, screen, "a")
        assert screen.now.number == 2
        assert len(given(screen)) == 2


async def test_enter_keeps_the_answer_of_any_task(tmp_path):
    bundle = style_bundle(identification=1, pairs=1, likert=0, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        await pilot.press("enter")
        assert screen.now.number == 0
        await press(pilot, screen, "3", "4")
        await press(pilot, screen, "2")
        before = [each.answer for each in given(screen)]
        assert isinstance(screen.now, LastQuestion)
        await press(pilot, screen, "ctrl+b")
        assert screen.now.number == 1
        await press(pilot, screen, "enter")
        await press(pilot, screen, "ctrl+b")
        await press(pilot, screen, "b")
        await pilot.press("l")
        await press(pilot, screen, "enter")
        assert sorted(map(str, before)) == sorted(str(each.answer) for each in given(screen))
        assert [each.flags for each in given(screen)] == [(), ("leak",)]


async def test_a_comment_is_written_kept_and_left(tmp_path):
    async with room(style_bundle(gold=False), tmp_path) as (pilot, screen):
        await pilot.press("c", *"not 12", "enter")
        assert "✎ comment" in place(screen)
        await pilot.press("c", *"x", "escape")
        await press(pilot, screen, "1", "1")
        assert given(screen)[0].comment == "not 12"
        assert screen.comment == ""
        await pilot.press("c", *"[b]", "enter")
        await press(pilot, screen, "1", "1")
        assert given(screen)[1].comment == "[b]"


async def test_in_coding_commands_are_capitals_and_small_letters_codes(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        await press(pilot, screen, "n")
        await pilot.press("c", "b")
        task = screen.query_one(CodingTask)
        assert task.draft.codes == ("CONCEDE", "COALITION-BID")
        await pilot.press("L", "F", "C", *"hm", "enter", "c")
        assert screen.flags == {"leak", "catchphrase"}
        await press(pilot, screen, "enter")
        assert given(screen)[1].comment == "hm"
        await press(pilot, screen, "U")
        assert task.draft.codes == ("COALITION-BID",)
        await press(pilot, screen, "B")
        assert screen.now.turn == 1
        await press(pilot, screen, "A")
        assert screen.now.turn == 2


async def test_only_the_time_that_an_item_is_looked_at_counts(tmp_path):
    async with room(style_bundle(gold=False), tmp_path) as (pilot, screen):
        now = [100.0]
        watch = screen.stopwatch
        watch._now = lambda: now[0]
        watch.restart()

        def later(seconds):
            now[0] += seconds

        later(2)
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, KeysPage))
        later(50)
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        later(1)
        await pilot.press("c")
        later(50)
        await pilot.press("enter")
        await wait_until(pilot, lambda: not screen._comments.is_shown)
        later(1)
        pilot.app.post_message(events.AppBlur())
        await wait_until(pilot, lambda: not pilot.app.app_focus)
        later(50)
        pilot.app.post_message(events.AppFocus())
        await wait_until(pilot, lambda: pilot.app.app_focus)
        later(0.5)
        await press(pilot, screen, "1", "1")
        assert given(screen)[0].seconds == 4.5


async def test_leaving_in_the_middle_loses_nothing(tmp_path):
    bundle = style_bundle(gold=False)
    path = tmp_path / "kai.jsonl"
    for n in range(3):
        await rate_all(bundle, "kai", path, policy, most=n + 1)
    assert len(read_ratings(path).standing) == 6
    async with YaltaApp(
        screen := RatingScreen(Session.open(bundle, "kai", path))
    ).run_test() as pilot:
        await begin(pilot, screen)
        assert isinstance(screen.now, LastQuestion)
        await pilot.press(*"q u", "ctrl+s")
        await wait_until(pilot, lambda: screen.now is None)
        assert read_ratings(path).closing == "q u"
        assert str(path.resolve()).replace(" ", "") in "".join(on_screen(pilot.app).split())
        await pilot.press("q")
        await wait_until(pilot, lambda: not pilot.app.is_running)


async def test_what_is_begun_is_there_when_one_comes_back(tmp_path):
    bundle = style_bundle(identification=1, pairs=0, likert=1, gold=False)
    async with room(bundle, tmp_path) as (pilot, screen):
        await pilot.press("l", "c", *"odd")
    async with room(bundle, tmp_path) as (pilot, screen):
        assert (screen.flags, screen.comment) == ({"leak"}, "odd")
        await pilot.press("3")
    async with room(bundle, tmp_path) as (pilot, screen):
        await press(pilot, screen, "4")
        (first,) = given(screen)
        assert first.answer == Identified(card=bundle.items[0].cards[2], confidence=4)
        assert (first.flags, first.comment) == (("leak",), "odd")
        await pilot.press("5", "x")
    async with room(bundle, tmp_path) as (pilot, screen):
        assert screen.query_one(LikertTask).points == {0: 5, 1: None}
        assert not screen.flags
        await press(pilot, screen, *"123", "enter")
        await pilot.press(*"two")
    async with room(bundle, tmp_path) as (pilot, screen):
        await press(pilot, screen, "ctrl+s")
        assert read_ratings(screen.session.log.path).closing == "two"
        assert [each.name for each in screen.session.log.path.parent.iterdir()] == ["kai.jsonl"]


async def test_a_gist_that_is_begun_is_there_when_one_comes_back(tmp_path):
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        await press(pilot, screen, "n")
        await pilot.press("h", "c", "enter", "1", "space", "enter")
        task = screen.query_one(CodingTask)
        await wait_until(pilot, lambda: task.written.has_focus)
        await pilot.press(*"give")
    async with room(coding_bundle(), tmp_path) as (pilot, screen):
        task = screen.query_one(CodingTask)
        assert task.draft.codes == ("HOLD", "CONCEDE")
        await pilot.press("enter")
        await wait_until(pilot, lambda: task.written.has_focus)
        assert task.now == ("CONCEDE", "gist")
        assert task.written.value == "give"


async def test_no_way_leads_to_what_would_tell(tmp_path):
    async with room(style_bundle(gold=False), tmp_path) as (pilot, screen):
        await pilot.press("f2", "f11")
        await pilot.pause()
        assert pilot.app.screen is screen
        titles = {each.title for each in pilot.app.get_system_commands(screen)}
        assert not titles & {"Library", "Lobby", "Persona studio"}
        assert {"Undo", "Comment", "Leave"} & titles


def texts(app):
    """All that is shown, and all that any widget holds to be shown."""
    found = [on_screen(app)]
    for node in app.screen.walk_children():
        found += [str(node.tooltip or ""), node.id or "", *node.classes, node.border_title or ""]
        if isinstance(node, Input):
            found.append(node.value)
        if hasattr(node, "_Static__content"):
            found.append(str(node.render()))
        if hasattr(node, "choices"):
            found += [f"{each.key} {each.head} {each.text}" for each in node.choices]
        if hasattr(node, "everything"):
            found += [f"{b.name} {b.side} {b.sub} {b.text} {b.aside}" for b in node.everything]
    return "\n".join(found)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 24)])
@pytest.mark.parametrize("make", [style_bundle, coding_bundle])
async def test_no_id_comes_to_the_screen(tmp_path, make, size):
    bundle = make()
    ids = {bundle.id, *(each.id for each in (*bundle.items, *bundle.cards)), *bundle.pools}
    ids |= {passage.id for pool in bundle.pools.values() for passage in pool}
    async with room(bundle, tmp_path, size) as (pilot, screen):
        seen = []
        while isinstance(screen.now, Pilot):
            await pilot.press(*keys_of_gold(screen.now.gold))
            await wait_until(pilot, lambda: screen._feedback.is_shown)
            await press(pilot, screen, "enter")
        while isinstance(screen.now, Asked):
            seen.append(texts(pilot.app))
            await give(pilot, screen, policy(screen.now))
        seen.append(texts(pilot.app))
        await press(pilot, screen, "ctrl+s")
        seen.append(texts(pilot.app))
    assert not [each for each in ids if any(each in text for text in seen)]
    assert any((CARDS[0].splitlines()[0] if make is style_bundle else "PROPOSE") in s for s in seen)


HOSTILE = "[red]no[/red] [@click=app.quit]x[/] \x1b[31m\x1b]0;t\x07 \u202eabc **b** 一点点"


@pytest.mark.parametrize("size", [(120, 40), (60, 24)])
async def test_hostile_texts_are_text(tmp_path, size):
    bundle = style_bundle(identification=1, pairs=1, likert=1, gold=False)
    evil = Excerpt(turns=(HOSTILE,))
    items = (
        bundle.items[0].model_copy(update={"excerpt": evil, "scene": HOSTILE}),
        bundle.items[1].model_copy(update={"a": evil, "b": evil}),
        bundle.items[2].model_copy(update={"excerpt": evil}),
    )
    cards = tuple(each.model_copy(update={"text": HOSTILE}) for each in bundle.cards)
    bundle = bundle.model_copy(update={"items": items, "cards": cards, "title": HOSTILE})
    async with room(bundle, tmp_path, size) as (pilot, screen):
        while isinstance(screen.now, Asked):
            shown = on_screen(pilot.app)
            assert "[red]no[/red]" in shown
            assert not set("\x1b\x07\u202e") & set(shown)
            await give(pilot, screen, policy(screen.now))


async def test_hostile_turns_and_passages_are_text(tmp_path):
    bundle = coding_bundle(turns=2)
    (item,), pools = bundle.items, bundle.pools
    turns = tuple(each.model_copy(update={"text": HOSTILE}) for each in item.turns)
    pool = tuple(e.model_copy(update={"text": HOSTILE, "kind": HOSTILE}) for e in pools[item.pool])
    bundle = bundle.model_copy(
        update={
            "items": (item.model_copy(update={"turns": turns}),),
            "pools": {item.pool: pool},
        }
    )
    async with room(bundle, tmp_path) as (pilot, screen):
        await press(pilot, screen, "n")
        await pilot.press("p", "enter")
        task = screen.query_one(CodingTask)
        await wait_until(pilot, lambda: task.written.has_focus)
        await pilot.press(*"abc", "enter", *"red", "enter")
        await wait_until(pilot, lambda: task.now == ("PROPOSE", "label"))
        shown = on_screen(pilot.app)
        assert "red" in shown
        assert not set("\x1b\x07\u202e") & set(shown)


async def test_a_disk_that_is_full_keeps_the_item_on_the_screen(tmp_path, monkeypatch):
    async with room(style_bundle(gold=False), tmp_path) as (pilot, screen):

        def full(*_args, **_more):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("debate.study.ratings.os.fsync", full)
            await pilot.press("2", "2")
            await wait_until(
                pilot, lambda: "No space" in str(pilot.app._notifications._notifications)
            )
        assert screen.now.number == 0
        await press(pilot, screen, "2")
        assert given(screen)[0].answer.confidence == 2
