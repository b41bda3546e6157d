"""Text and Markdown: readable, and nobody's words pose as anything else."""

from __future__ import annotations

import re

import pytest
from exported import held, saved, turns_in
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from worlds import PHASES, SEATS, Play, closed, manifest, scenario

from debate.export import markdown, text
from debate.export.markdown import escaped
from debate.text import one_line

PLAN = scenario(["ada", "bo"], [{"kind": "opening"}, {"kind": "plenary"}])
GITHUB = MarkdownIt("gfm-like", {"linkify": False}).enable(["table", "strikethrough"])

POSING = [
    "## A heading",
    "So.\n\n**Bo** (turn 9)\n\n> I agree.",
    "A heading\n===\nand\n---\nmore",
    "> quoted\n\nout of it",
    "- a\n- b\n1. c\n2) d\n+ e",
    "    code\n\tcode\n```\nfence\n```\n~~~",
    "<b>bold</b><script>x</script><!-- -->&lt;",
    "![x](http://a/b) [y](z) <http://c> http://d www.e.f [r]: /x",
    "| a | b |\n| - | - |\n| 1 | 2 |",
    "a*b*c _d_ __e__ `f` ~~g~~ \\* $x$ @someone",
    "line  \nbreak\\\nend",
    "Bo (turn 2):\n    I agree.\n\n## Phase 7\n* The agenda is done.",
    "\u2028## x\x85## y\r## z\x0b## w",
]
WORDS = st.one_of(
    st.sampled_from(POSING),
    st.text(),
    st.text("#>*_`-+=|~[]()<>!&\\.1 \n\tab:/w", max_size=40),
)


def talk(path, said):
    play = Play(manifest(PLAN), lambda step, number: closed(number, step.seat, said)).run()
    return saved(path, play.events)


def read(form, source):
    return "".join(form.texts(source))


def shape(tokens):
    """The blocks of a Markdown document, and the kinds of inline things that stand in it."""
    blocks = [t.type for t in tokens if (t.nesting == 1 and t.level == 0) or t.type == "hr"]
    inline = {c.type for t in tokens if t.children for c in t.children}
    return blocks, inline


@given(WORDS)
@example("".join(POSING))
def test_a_turn_in_markdown_is_one_quotation_whatever_it_says(tmp_path_factory, said):
    folder = tmp_path_factory.mktemp("t")
    plain = GITHUB.parse(read(markdown, talk(folder / "plain.jsonl", "So.")))
    tokens = GITHUB.parse(read(markdown, talk(folder / "posing.jsonl", said)))
    assert shape(tokens)[0] == shape(plain)[0]
    assert shape(tokens)[1] <= shape(plain)[1] | {"softbreak", "text_special"}
    headings = [n for n, t in enumerate(tokens) if t.type == "heading_open"]
    assert [tokens[n + 1].content for n in headings] == [
        *("A small conference", "Phase 0", "Phase 1"),
    ]
    quoted = [n for n, t in enumerate(tokens) if t.type == "blockquote_open"]
    assert len(quoted) == 5, "the motion, and four turns"


@given(st.text().map(one_line))
def test_what_is_escaped_reads_as_it_was(line):
    rendered = MarkdownIt("commonmark").parse(f"> {escaped(line)}")
    told = "".join(c.content for t in rendered for c in t.children or ())
    assert told == line.strip()


@given(WORDS)
@example("".join(POSING))
def test_in_plain_text_nobodys_words_begin_a_line(tmp_path_factory, said):
    folder = tmp_path_factory.mktemp("t")

    def own(name, words):
        told = read(text, talk(folder / name, words))
        assert not re.search("[\r\x0b\x0c\x1b\x85\u2028]", told)
        return [
            re.sub("[0-9a-f]{64}", "", line)
            for line in told.split("\n")
            if line and not line.startswith(" ")
        ]

    assert own("posing.jsonl", said) == own("plain.jsonl", "So.")


@settings(max_examples=20, deadline=None)
@given(SEATS, PHASES, st.integers(0, 2**16), st.sampled_from([text, markdown]))
def test_all_that_is_in_the_record_is_told_and_no_secret_ballot(
    tmp_path_factory, seats, phases, seed, form
):
    play = held(seats, phases, seed)
    source = saved(tmp_path_factory.mktemp("t") / "t.jsonl", play.events)
    told = read(form, source).replace("\\", "")
    assert turns_in(told) == {turn.number for turn in play.state.record}
    assert source.opened.notice in told.split("\n")[0]
    assert source.head in told
    for never in ("thought of", "secret goal", "secret line", "to bid", "to partner"):
        assert never not in told
    if all(phase.vote.secret for phase in source.opened.scenario.phases):
        assert "to ballot" not in told


@pytest.mark.parametrize(
    ("form", "looks"),
    [
        (text, "Ada (turn 1):\n    One.\n\n      Two.\n\nBo (turn 2):\n"),
        (markdown, "**Ada** (turn 1)\n\n> One.\n>\n> Two.\n\n**Bo** (turn 2)\n"),
    ],
)
def test_how_it_looks(tmp_path, form, looks):
    told = read(form, talk(tmp_path / "t.jsonl", "One.\n\n  Two. "))
    assert f"## Phase 0\n\n{looks}" in told
    assert told.endswith("The agenda is done.\n\n")
