"""Speakers can be told apart in every theme, and never by colour alone."""

from __future__ import annotations

from itertools import combinations

import pytest
from pilot import wait_until
from textual.color import Color
from textual.command import CommandList, CommandPalette
from textual.theme import BUILTIN_THEMES

from debate.library import config_folder
from tui.app import YaltaApp
from tui.settings import Settings
from tui.themes import MARKS, MIN_CONTRAST, THEMES, contrast, mark, speaker_colour

ALL = {**{t.name: t for t in THEMES}, **BUILTIN_THEMES}


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_first_eight_speakers_have_readable_colours_that_differ(name):
    variables = ALL[name].to_color_system().generate()
    background, foreground = variables["background"], variables["foreground"]
    colours = [speaker_colour(n, background, foreground) for n in range(8)]

    if ALL[name].ansi:
        return  # the terminal's own colours: nobody but the terminal knows them
    for colour in colours:
        assert contrast(colour, Color.parse(background)) >= MIN_CONTRAST
    for one, other in combinations(colours, 2):
        assert sum(abs(a - b) for a, b in zip(one.rgb, other.rgb, strict=True)) >= 40


def test_marks_differ_and_there_is_always_one():
    assert len({mark(n) for n in range(len(MARKS))}) == len(MARKS) == 8
    assert mark(300)


def test_our_themes_are_offered_one_of_them_high_in_contrast():
    assert len(THEMES) >= 3
    high = next(t for t in THEMES if t.name == "high-contrast")
    assert contrast(Color.parse(high.foreground or ""), Color.parse(high.background or "")) > 15
    for theme in THEMES:
        ground = Color.parse(theme.background or "")
        assert contrast(Color.parse(theme.foreground or ""), ground) >= 7


async def test_a_theme_that_was_chosen_is_remembered(tmp_path):
    app = YaltaApp(theme="yalta-paper")
    async with app.run_test() as pilot:
        app.action_change_theme()
        await wait_until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"high")
        await wait_until(pilot, lambda: app.screen.query_one(CommandList).option_count == 1)
        await pilot.press("enter", "enter")
        await wait_until(pilot, lambda: app.theme == "high-contrast")
    again = YaltaApp(theme="yalta-paper")
    async with again.run_test():
        assert again.theme == "high-contrast"


async def test_a_theme_that_nobody_chose_is_not(tmp_path):
    app = YaltaApp(theme="yalta-paper")
    async with app.run_test() as pilot:
        assert app.theme == "yalta-paper"
        app.theme = "high-contrast"
        await pilot.pause()
    assert (config_folder() / "interface.json").exists()
    assert Settings.load().theme == ""
    async with (again := YaltaApp()).run_test():
        assert again.theme == "yalta-night"
