"""Pictures of the rating room, compared with the ones that were looked at and found right.

After a change that is meant: call it with `--snapshot-update`, and look.
"""

from __future__ import annotations

import pytest
from pilot import wait_until
from scripted_raters import begin
from studies import coding_bundle, style_bundle
from textual.widgets import Input

from debate.study.session import Session
from tui.app import YaltaApp
from tui.screens.rating import RatingScreen

SIZES = [(120, 40), (80, 24)]
TASKS = {
    "identification": (("2",), style_bundle(identification=1, pairs=0, likert=0, gold=False)),
    "pairs": (("l",), style_bundle(identification=0, pairs=1, likert=0, gold=False)),
    "likert": (("2", "x", "4"), style_bundle(identification=0, pairs=0, likert=1, gold=False)),
    "feedback": (("1", "2"), style_bundle()),
}


@pytest.fixture(autouse=True)
def _still(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def app_of(bundle, tmp_path):
    return YaltaApp(RatingScreen(Session.open(bundle, "kai", tmp_path / "kai.jsonl")))


def at(*keys):
    async def before(pilot):
        await begin(pilot, pilot.app.screen_stack[1])
        await pilot.press(*keys)
        await pilot.pause()

    return before


@pytest.mark.parametrize("size", [*SIZES, (60, 24)], ids=str)
@pytest.mark.parametrize("task", TASKS)
def test_style(snap_compare, tmp_path, task, size):
    keys, bundle = TASKS[task]
    assert snap_compare(app_of(bundle, tmp_path), terminal_size=size, run_before=at(*keys))


@pytest.mark.parametrize("size", [*SIZES, (60, 24)], ids=str)
def test_coding(snap_compare, tmp_path, size):
    before = at("n", "n", "c", "h")
    assert snap_compare(app_of(coding_bundle(), tmp_path), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_coding_a_label(snap_compare, tmp_path, size):
    async def before(pilot):
        await at("n", "n", "n", "m", "enter", "1", "space", "2", "space", "enter")(pilot)
        screen = pilot.app.screen
        for text in ("open below the threshold, reviewed above it", "tiers, threshold"):
            field = screen.query_one("#written", Input)
            await wait_until(pilot, lambda field=field: field.has_focus)
            field.value = text
            await pilot.press("enter")
        await pilot.press("1")
        await pilot.pause()

    assert snap_compare(app_of(coding_bundle(), tmp_path), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_instructions(snap_compare, tmp_path, size):
    async def before(pilot):
        await wait_until(pilot, lambda: len(pilot.app.screen_stack) == 3)
        await pilot.pause()

    assert snap_compare(app_of(style_bundle(), tmp_path), terminal_size=size, run_before=before)
