"""Breaking text into lines: nothing lost, nothing too wide, Chinese as it is set."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.floor.blocks import plain
from tui.widgets.floor.wrapping import wrap

PIECES = st.sampled_from(
    [
        *("a", "word", "commitment", " ", "  ", "\n", "字", "开源不是口号", "，", "。", "（", "）"),
        *(
            "—",
            "é",
            "e\u0301",
            "👩‍👩‍👧‍👦",
            "🙂",
            "ｗｉｄｅ",
            "한글",
            "x" * 30,
            "\u200b",
            "ﷺ",
            "\u00ad",
        ),
    ]
)
TEXT = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=200)).map(plain)


def lines(text, width):
    spans = wrap(text, width)
    return [text[a:b] for a, b in zip(spans[::2], spans[1::2], strict=True)]


@given(TEXT, st.integers(2, 40))
@example("a" * 100_000, 10)
@example("字" * 1000, 3)
def test_every_word_stands_on_one_of_the_lines_and_no_line_is_too_wide(text, width):
    found = lines(text, width)

    assert "".join(found).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    for line in found:
        assert cell_len(line.rstrip()) <= width or len(line) <= 2


@given(TEXT, st.integers(2, 40))
def test_spans_follow_each_other(text, width):
    spans = list(wrap(text, width))

    assert spans == sorted(spans)
    assert 0 <= spans[0] <= spans[-1] <= len(text)


def test_lines_break_at_spaces():
    assert lines("the weights are public", 11) == ["the weights", "are public"]
    assert lines("a\n\nb", 5) == ["a", "", "b"]
    assert lines("", 5) == [""]


def test_a_word_that_no_line_holds_is_broken():
    assert lines("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_chinese_breaks_between_characters_but_not_before_a_comma():
    assert lines("开源不是口号，是承诺", 12) == ["开源不是口", "号，是承诺"]
    assert lines("我们 open 权重 because 开源", 10) == ["我们 open", "权重", "because 开", "源"]
