"""The record: one widget that shows any text harmlessly, and gives back the words as they were."""

from __future__ import annotations

import pytest
from pilot import wait_until
from textual.app import App
from textual.geometry import Offset
from textual.screen import Screen
from textual.selection import Selection

from debate.take import Delta
from tui.app import YaltaApp
from tui.widgets.floor.blocks import Block, plain
from tui.widgets.floor.feed import Feed
from tui.widgets.floor.record import Record

HOSTILE = [
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\ \x9bJ",
    "[bold red]markup[/bold red] [/] [link=http://evil.example]x[/link] [@click=app.quit]quit[/]",
    "[@click=app.bell()]bell[/] [a link](http://evil.example) <script>x()</script> ![i](file:///x)",
    "\u202eesrever\u202c \u2066isolate\u2069 \u200fmark",
    "x" * 100_000,
    "half \ud800 of a character \udfff",
    "a\rb\r\nc\u2028d\u2029e\x85f\x0bg\x0ch\ti\x00j",
    "👩‍👩‍👧‍👦 🇨🇳 e\u0301\u0301\u0301 ﷽ 开源不是口号",
    "**" * 5000 + "*a" * 5000,
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n# heading\n\n```\ncode",
]


class Bare(App[None]):
    """A record and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.record = Record()

    def compose(self):
        yield self.record


def drawn(record):
    """The lines in view, as they are written to the terminal."""
    return [record.render_line(y) for y in range(record.size.height)]


def in_view(record):
    return "\n".join(strip.text.rstrip() for strip in drawn(record))


def metas(record):
    """What a click in the record could set off."""
    return {
        key
        for strip in drawn(record)
        for segment in strip
        if segment.style
        for key in (*segment.style.meta, *(["link"] if segment.style.link else []))
    }


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_shown_as_text(text):
    async with Bare().run_test(size=(60, 20)) as pilot:
        record = pilot.app.record
        record.load(
            [Block("turn", text=plain(text), name=plain(text)[:200].replace("\n", " "), seat=0,
                   turn=1, reasoning=plain(text), unfolded=True, aside=plain(text)[:500])]
        )  # fmt: skip
        await pilot.pause()
        for top in (0, record.max_scroll_y // 2, record.max_scroll_y):
            record.scroll_to(y=top)
            await pilot.pause()
            shown = in_view(record)
            assert not any(c in shown for c in "\x1b\x9b\x07\r\x00\u202e\u2066\u200f\ud800")
            assert metas(record) <= {"offset"}
            assert all(strip.cell_length == record.size.width for strip in drawn(record))
        await pilot.click(Record, offset=(10, 2))
        assert pilot.app.is_running


@pytest.mark.parametrize("text", HOSTILE[:3])
async def test_markup_stands_as_it_was_written(text):
    async with Bare().run_test(size=(120, 20)) as pilot:
        record = pilot.app.record
        record.load([Block("turn", text=plain(text), name="Ada", seat=0, turn=1)])
        await pilot.pause()
        said = " ".join(in_view(record).split())
        assert plain(text).split()[0] in said
        assert plain(text).split()[-1] in said


async def test_hostile_text_streams_harmlessly():
    async with Bare().run_test(size=(60, 20)) as pilot:
        record = pilot.app.record
        feed = Feed(record)
        block = record.add(Block("turn", name="Ada", seat=0, turn=1, live=True))
        feed._turns[1] = block
        for text in HOSTILE[:4] + HOSTILE[5:]:
            for piece in (text[n : n + 7] for n in range(0, min(len(text), 700), 7)):
                feed.show(Delta(1, "ada", "text", piece))
            await pilot.pause()
            assert metas(record) <= {"offset"}
            assert "\x1b" not in in_view(record)


async def test_what_is_selected_is_copied_as_it_was_said():
    text = (
        "We open the weights, because the ladder belongs to everyone who climbs.\n\n开源不是口号。"
    )
    async with Bare().run_test(size=(30, 20)) as pilot:
        record = pilot.app.record
        record.load([Block("turn", text=text, name="Ada", seat=0, turn=1)])
        await pilot.pause()
        everything, _ = record.get_selection(Selection(None, None))
        assert everything.strip() == f"Ada\n{text}"
        # From the third character of the second line's words, to the line after.
        some, _ = record.get_selection(Selection(Offset(4, 1), Offset(6, 2)))
        assert some == everything.split("\n", 1)[1][2 : 2 + len(some)]


async def test_selecting_with_the_mouse_copies_words_alone():
    async with YaltaApp().run_test(size=(60, 20)) as pilot:
        screen, record = Screen[None](), Record()
        await pilot.app.push_screen(screen)
        await screen.mount(record)
        record.load([Block("turn", text="The ladder is public.", name="Ada", seat=0, turn=1)])
        await pilot.pause()
        await pilot.mouse_down(Record, offset=(2, 1))
        await pilot.hover(Record, offset=(12, 1))
        await pilot.mouse_up(Record, offset=(12, 1))
        await pilot.pause()
        assert screen.get_selected_text().startswith("The ladder")


async def test_a_search_is_highlighted_and_walked_through():
    texts = [f"Weights {n} and weights." for n in range(1, 60)]
    blocks = [Block("turn", text=t, name="Ada", seat=0, turn=n) for n, t in enumerate(texts, 1)]
    async with Bare().run_test(size=(60, 12)) as pilot:
        record = pilot.app.record
        record.load(blocks)
        await pilot.pause()
        assert record.search("WEIGHTS") == 118
        assert record.marked == 0
        record.reveal_match(-1)
        await pilot.pause()
        assert record.marked == 58
        assert "Weights 59" in in_view(record)
        assert record.search("[") == 0


async def test_the_reader_stays_where_they_are_when_the_width_changes():
    words = "the ladder belongs to everyone who climbs it and nobody climbs alone " * 4
    blocks = [Block("turn", text=f"{n}. {words}", name="Ada", seat=0, turn=n) for n in range(1, 80)]
    async with Bare().run_test(size=(100, 20)) as pilot:
        record = pilot.app.record
        record.load(blocks)
        await pilot.pause()
        record.reveal(40)
        record.scroll_to(y=record.count.tops[40])
        await pilot.pause()
        assert not record.follow
        await pilot.resize_terminal(50, 20)
        await wait_until(pilot, lambda: record.count.width < 60)
        assert "41. the ladder" in in_view(record)
        assert not record.follow


async def test_what_was_far_away_is_wrapped_when_one_comes_there():
    words = "the ladder belongs to everyone who climbs it and nobody climbs alone " * 4
    blocks = [Block("turn", text=f"{n}. {words}", name="Ada", seat=0, turn=n) for n in range(400)]
    async with Bare().run_test(size=(100, 20)) as pilot:
        record = pilot.app.record
        record.load(blocks)
        await pilot.pause()
        await pilot.resize_terminal(50, 20)
        await wait_until(pilot, lambda: record.count.width < 60)
        assert not blocks[0].is_wrapped(record.count.width)
        assert "399. the ladder" in in_view(record)
        for _ in range(40):  # upwards, a step at a time, nothing is cut off or skipped
            top = record.scroll_offset.y
            record.scroll_to(y=top - 5, animate=False)
            await pilot.pause()
            seen = in_view(record)
            assert max(len(line.rstrip()) for line in seen.splitlines()) < 50
            assert all(word in f"{words} Ada" for word in seen.split() if word.isalpha())
        record.scroll_home(animate=False)
        await pilot.pause()
        await wait_until(pilot, lambda: blocks[0].is_wrapped(record.count.width))
        assert "0. the ladder belongs to everyone who" in in_view(record)
        record.reveal(200)
        await pilot.pause()
        assert "200. the ladder" in in_view(record)
        assert blocks[200].is_wrapped(record.count.width)


async def test_a_turn_that_proves_to_be_reasoning_is_taken_back():
    async with Bare().run_test(size=(60, 12)) as pilot:
        record = pilot.app.record
        feed = Feed(record)
        feed._turns[1] = record.add(Block("turn", name="Ada", seat=0, turn=1, live=True))
        feed.show(Delta(1, "ada", "text", "Let me think."))
        await pilot.pause()
        assert "Let me think." in in_view(record)
        feed.show(Delta(1, "ada", "unsaid", ""))
        feed.show(Delta(1, "ada", "text", "I say no."))
        await pilot.pause()
        assert "Let me think." not in in_view(record)
        assert "I say no." in in_view(record)
        assert "reasoning, 3 words" in in_view(record)


async def test_chinese_emoji_and_combining_text_line_up():
    texts = ["开源不是口号，是承诺。" * 5, "🙂 emoji 👩‍👩‍👧‍👦 family " * 5, "e\u0301toile " * 20]
    async with Bare().run_test(size=(40, 30)) as pilot:
        record = pilot.app.record
        record.load(
            [Block("turn", text=t, name="杨植麟", seat=n, turn=n) for n, t in enumerate(texts)]
        )
        await pilot.pause()
        assert {strip.cell_length for strip in drawn(record)} == {40}
