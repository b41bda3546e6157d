"""The rating room tells nothing of an item, and takes no text for more than text."""

from __future__ import annotations

import pytest
from pilot import wait_until
from rating_room import given, policy, press, room
from scripted_raters import give, keys_of_gold
from studies import CARDS, coding_bundle, style_bundle
from studio import on_screen
from textual.widgets import Input

from debate.study.bundle import Excerpt
from debate.study.session import Asked, Pilot
from tui.widgets.study.coding import CodingTask


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
