"""Two transcripts side by side."""

from __future__ import annotations

import pytest
from pilot import wait_until
from reading import on_screen, played, showing, shown, widgets, write
from textual.widgets import Input

from debate.fork import fork
from tui.screens.compare import APART, ENDS, CompareScreen
from tui.screens.reader import ReaderScreen
from tui.widgets.floor.status_line import StatusLine


def said(screen):
    return str(screen.query_one(StatusLine).render())


def marked(side):
    n = side.record.marked
    return None if n is None else side.record.blocks[n].turn


def parted(n, words="something else"):
    return lambda step, number: words if number > n else f"words of {step.seat} in turn {number}"


@pytest.fixture
def pair(tmp_path):
    """Two that part after four turns of forty-two."""
    one = write(tmp_path / "one.jsonl", played(rounds=20, speak=parted(4, "one way. " * 30)))
    other = write(tmp_path / "other.jsonl", played(rounds=20, speak=parted(4, "another way. ")))
    return one, other


async def ready(pilot, compare):
    await wait_until(pilot, lambda: compare.divergence and compare.other.record.blocks)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 24)])
async def test_the_point_of_divergence_is_told_and_marked_in_both(pair, size):
    async with showing(CompareScreen(*pair), size) as (pilot, compare):
        await ready(pilot, compare)
        assert "The same for 4 turns; apart from turn 5" in said(compare)
        assert "Simulated" in said(compare)
        await pilot.press("v")
        assert (marked(compare.one), marked(compare.other)) == (5, 5)
        text = on_screen(pilot.app)
        assert text.count(APART) == 2
        assert "one way." in text
        assert "another way." in text
        regions = compare.one.region, compare.other.region
        assert (regions[0].x == regions[1].x) == (size[0] == 60)
        for side in (compare.one, compare.other):
            names = [block.name for block in side.record.blocks]
            assert side.record.blocks[names.index(APART) + 1].turn == 5


async def test_turns_are_marked_in_both(pair):
    async with showing(CompareScreen(*pair), (120, 24)) as (pilot, compare):
        await ready(pilot, compare)
        for key, turn in [
            ("right_square_bracket", 1),
            ("right_square_bracket", 2),
            ("left_square_bracket", 1),
            ("left_square_bracket", 1),
        ]:
            await pilot.press(key)
            assert (marked(compare.one), marked(compare.other)) == (turn, turn)
        await pilot.press("tab", "right_square_bracket")
        assert (marked(compare.one), marked(compare.other)) == (2, 2)
        await pilot.press("j", *"30", "enter")
        await wait_until(pilot, lambda: pilot.app.screen is compare)
        assert (marked(compare.one), marked(compare.other)) == (30, 30)
        assert on_screen(pilot.app).count("turn 30") == 2
        await pilot.press("home")
        await pilot.click(compare.other.record, offset=(4, 7))
        await pilot.pause()
        assert marked(compare.one) == marked(compare.other)


@pytest.mark.parametrize("typed", ["0", "43", "x", "9" * 30])
async def test_a_turn_that_is_not_there_is_told(pair, typed):
    async with showing(CompareScreen(*pair)) as (pilot, compare):
        await ready(pilot, compare)
        await pilot.press("j")
        await wait_until(pilot, lambda: pilot.app.screen.query(Input))
        pilot.app.screen.query_one(Input).value = typed
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app._notifications)
        assert marked(compare.one) is None


async def test_both_scroll_together_by_turns_until_each_is_let_go(pair):
    async with showing(CompareScreen(*pair), (120, 24)) as (pilot, compare):
        await ready(pilot, compare)
        top = lambda side: side.turn_at(side.record.place()[0])  # noqa: E731
        for _ in range(6):
            await pilot.press("pagedown")
            assert top(compare.one) == top(compare.other)
        assert top(compare.one) > 5
        assert compare.one.record.scroll_offset.y > compare.other.record.scroll_offset.y
        await pilot.press("l")
        assert "each scrolls by itself" in said(compare)
        y = compare.other.record.scroll_offset.y
        await pilot.press("pagedown")
        assert compare.other.record.scroll_offset.y == y
        await pilot.press("l", "home")
        assert compare.other.record.scroll_offset.y == 0
        await pilot.press("tab", "pagedown", "pagedown")
        assert top(compare.one) == top(compare.other) > 0


async def test_a_fork_and_its_origin(tmp_path):
    one = write(tmp_path / "one.jsonl", played())
    other = fork(one, turn=3, out=tmp_path / "fork.jsonl")
    async with showing(CompareScreen(one, other)) as (pilot, compare):
        await ready(pilot, compare)
        assert "The same for 3 turns; apart from turn 4, with 8 lines in common" in said(compare)
        assert ENDS in shown(compare.other.record)
        await pilot.press("v")
        assert marked(compare.one) == 4
        assert compare.other.record.blocks[compare.other.record.marked].name == ENDS
        await pilot.press("left_square_bracket")
        assert (marked(compare.one), marked(compare.other)) == (3, 3)


async def test_the_same_twice(tmp_path):
    one = write(tmp_path / "one.jsonl", played())
    async with showing(CompareScreen(one, one)) as (pilot, compare):
        await ready(pilot, compare)
        assert "The same throughout: 6 turns" in said(compare)
        await pilot.press("v")
        assert any("All turns are the same" in n.message for n in pilot.app._notifications)
        assert APART not in shown(compare.one.record)


async def test_o_reads_the_side_with_the_focus_from_the_marked_turn_on(pair):
    async with showing(CompareScreen(*pair)) as (pilot, compare):
        await ready(pilot, compare)
        await pilot.press("v", "tab", "o")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ReaderScreen))
        reader = pilot.app.screen
        await wait_until(pilot, lambda: reader.book)
        assert reader.path == pair[1]
        assert reader.record.blocks[reader.record.marked].turn == 5
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is compare)
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is not compare)


async def test_what_cannot_be_read_is_told(pair, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text("[b]nothing[/b]\n")
    async with showing(CompareScreen(pair[0], bad)) as (pilot, compare):
        await wait_until(pilot, lambda: pilot.app._notifications)
        assert "They cannot be compared" in said(compare)
        await pilot.press("v", "l", "l", "right_square_bracket", "pagedown", "o")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ReaderScreen))


async def test_hostile_text_is_shown_and_does_nothing(tmp_path):
    hostile = "[@click=app.quit]x[/] \x1b[2J \u202etxt [a](http://x.test) " + "w" * 100_000
    one = write(tmp_path / "one.jsonl", played(speak=parted(1, hostile), title=hostile[:60]))
    other = write(tmp_path / "other.jsonl", played(title=hostile[:60]))
    async with showing(CompareScreen(one, other), (80, 24)) as (pilot, compare):
        await ready(pilot, compare)
        await pilot.press("v")
        text = on_screen(pilot.app)
        assert "[@click=app.quit]x[/]" in text
        assert not set("\x1b\u202e") & set(text)
        for y in range(24):
            for x in range(0, 80, 3):
                style = pilot.app.screen.get_style_at(x, y)
                assert style.link is None
                assert y > 21 or "@click" not in style.meta  # but for the footer's own keys
        await pilot.click(compare.one.record, offset=(6, 4))
        assert pilot.app.screen is compare


async def test_widgets_do_not_grow_with_the_transcripts(tmp_path):
    async def mounted(rounds):
        events = played(("ada", "bo", "cem", "dai"), rounds)
        path = write(tmp_path / f"{rounds}.jsonl", events)
        async with showing(CompareScreen(path, path)) as (pilot, compare):
            await ready(pilot, compare)
            assert len(compare.one.numbers) == 4 * rounds + 4
            return widgets(pilot.app)

    assert await mounted(4) == await mounted(499)


async def test_the_palette_holds_every_command(pair):
    async with showing(CompareScreen(*pair)) as (pilot, compare):
        await ready(pilot, compare)
        titles = {command.title for command in pilot.app.get_system_commands(compare)}
        assert {binding.description for binding in CompareScreen.BINDINGS} <= titles
        assert {"Next turn", "Turn before"} <= titles
