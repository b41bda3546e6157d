"""Making a reply fit for the record, however its stream was cut."""

from __future__ import annotations

from functools import partial
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debate.speakers.hygiene import MAX_CHARACTERS, Filter

OTHERS = ("Sam Altman", "Dario Amodei", "Bo", "梁文锋")


def heard(*parts: str, name: str = "Yang Zhilin", others: tuple[str, ...] = OTHERS) -> Filter:
    """A filter that was fed these parts and has finished, its output checked against its text."""
    reply = Filter(name, others)
    shown = ""
    for read in (*(partial(reply.feed, part) for part in parts), reply.finish):
        unsaid = reply.unsaid
        more = read()
        shown = more if reply.unsaid > unsaid else shown + more
    assert shown == reply.text
    return reply


def test_a_closing_tag_behind_an_escape_that_never_ends_unsays_what_was_shown():
    reply = heard("<\x1b]0;</think>")

    assert (reply.text, reply.reasoning) == ("", "<]0;")


def said(text: str, **more: object) -> str:
    """The words of a reply fed whole; fed by characters it has to be the same."""
    reply = heard(text, **more)  # type: ignore[arg-type]
    assert heard(*text, **more).text == reply.text  # type: ignore[arg-type]
    return reply.text


# The speaker's own name


@pytest.mark.parametrize(
    "label",
    [
        *("[Yang Zhilin]:", "[Yang Zhilin]: ", "Yang Zhilin: ", "YANG ZHILIN:", "yang zhilin : "),
        *("**Yang Zhilin:** ", "**Yang Zhilin**: ", "*Yang Zhilin*: ", "__Yang Zhilin__: "),
        *("[Yang Zhilin]：", "Yang Zhilin： ", "**[Yang Zhilin]:** ", "### Yang Zhilin:\n"),
        *("> Yang Zhilin: ", "  [Yang Zhilin]:\n\n", "[Yang Zhilin]\n", "\n\nYang Zhilin:\n"),
        *(
            "[Yang Zhilin]: Yang Zhilin: ",
            "### Yang Zhilin\n\n",
            "**Yang Zhilin**\n",
            "__Yang Zhilin__\n",
        ),
    ],
)
def test_a_leading_label_is_stripped(label):
    assert said(f"{label}We climb. 山没有顶.") == "We climb. 山没有顶."


def test_a_label_is_stripped_at_the_start_of_any_line():
    assert said("One.\n\n[Yang Zhilin]: Two.\nYang Zhilin: Three.") == "One.\n\nTwo.\nThree."


def test_names_may_be_in_any_script():
    assert said("杨植麟：山没有顶", name="杨植麟") == "山没有顶"
    assert said("[杨植麟]: 山没有顶\n梁文锋：成本", name="杨植麟") == "山没有顶"
    assert said("ΟΔΥΣΣΕΥΣ: We sail.", name="Οδυσσευς") == "We sail."


def test_a_name_that_begins_with_anothers_is_told_apart():
    twins = {"name": "Sam Altman (2)", "others": ("Sam Altman",)}
    assert said("Sam Altman (2): Mine.", **twins) == "Mine."
    assert said("Mine.\nSam Altman: Yours.", **twins) == "Mine."


# Other names


@pytest.mark.parametrize(
    "label",
    [
        *("[Sam Altman]:", "Sam Altman:", "**Sam Altman:**", "**Sam Altman**:", "SAM ALTMAN:"),
        *("[Sam Altman]：", "梁文锋：", "[梁文锋]:", "### Bo:", "> [Bo]:", "[Bo]\n", "  Bo :"),
        *("## Sam Altman\n", "**梁文锋**\n"),
    ],
)
def test_a_reply_ends_where_it_speaks_as_another(label):
    reply = heard(f"I say yes.\n\n{label} I say no.")
    assert said(f"I say yes.\n\n{label} I say no.") == "I say yes."
    assert reply.ended
    assert not reply.too_long
    assert reply.cut.startswith(label.strip())
    assert reply.cut.endswith("I say no.")


@pytest.mark.parametrize("lead", ["", "  ", "\n\n", "[Yang Zhilin]: ", "<think>Hm.</think>"])
def test_a_reply_that_is_anothers_from_the_start_is_empty(lead):
    reply = heard(f"{lead}[Bo]: I say no.")
    assert (reply.text, reply.ended, reply.cut) == ("", True, "[Bo]: I say no.")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[Yang Zhilin]: Sam Altman: I agree.", "Sam Altman, I agree."),
        ("Yang Zhilin: **bo:** I agree.", "Bo, I agree."),
        ("[Yang Zhilin]: 梁文锋：我同意。\nBo: No.", "梁文锋，我同意。"),
        ("[Yang Zhilin]:\nBo: No.", ""),
    ],
)
def test_a_name_behind_the_speakers_own_label_is_who_is_spoken_to(text, shown):
    assert said(text) == shown


def test_what_comes_after_the_end_is_kept_and_not_shown():
    reply = Filter("Yang Zhilin", OTHERS)
    assert reply.feed("Yes.\n[Bo]: N") == "Yes."
    assert (reply.feed("o. ") + reply.feed("Never.\x1b"), reply.finish()) == ("", "")
    assert reply.cut == "[Bo]: No. Never."


@pytest.mark.parametrize(
    "text",
    [
        "**Sam Altman** is right.",
        "**Yang Zhilin** is what they call me.",
        "[Sam Altman] made a point that I would like to answer at length.",
        "Sam Altman, you asked: why climb?",
        "Sam Altman said this: no.",
        "I ask Sam Altman: why?",
        "I answer [Sam Altman]: yes.",
        "- Sam Altman: closed\n- Dario Amodei: careful",
        "1. Bo: no",
        "Bold: words.",
        "Bo.\nBo\nBo!",
        "Yang Zhilin is my name.",
        "Note: this.\n[note]: that.",
        "[F1] shows it.\n[F2]: so does this.",
        "# A heading\n> a quotation\n* a point",
        "  梁文锋 and I agree.".strip(),
    ],
)
def test_a_mention_is_no_label(text):
    reply = heard(text)
    assert said(text) == text
    assert not reply.ended
    assert not reply.cut


# Reasoning


@pytest.mark.parametrize(
    ("text", "words", "reasoning"),
    [
        ("<think>Hm.</think>Yes.", "Yes.", "Hm."),
        ("<think>\nHm.\n</think>\n\nYes.", "Yes.", "Hm."),
        ("A <think>b</think> c", "A  c", "b"),
        ("<think>a</think>x<think>b</think>y", "xy", "ab"),
        ("<think>[Bo]: no</think>Yes.", "Yes.", "[Bo]: no"),
        ("<think>never closed", "", "never closed"),
        ("<think>a <b> < c", "", "a <b> < c"),
        ("</think>Yes.", "Yes.", ""),
        ("[Yang Zhilin]<think>Hm.</think>: Yes.", "Yes.", "Hm."),
        ("a <thin air", "a <thin air", ""),
        ("if a < b then c", "if a < b then c", ""),
        ("the end <", "the end <", ""),
        ("a <thinking> b", "a <thinking> b", ""),
    ],
)
def test_thoughts_are_told_from_words(text, words, reasoning):
    assert said(text) == words
    assert heard(text).reasoning == heard(*text).reasoning == reasoning


def test_reasoning_that_comes_apart_is_kept_apart():
    reply = Filter("Kai")
    assert reply.reason("Hm.\x1b[31m ") == "Hm.[31m "
    assert reply.feed("Yes.") + reply.reason("More.") + reply.finish() == "Yes.More."
    assert (reply.text, reply.reasoning) == ("Yes.", "Hm.[31m More.")


# What could steer a terminal


@pytest.mark.parametrize(
    "hostile",
    [
        *("\x1b[31m", "\x1b[2J", "\x1b[1;31;4m", "\x1b[?1049h", "\x1bc", "\x1b(B", "\x1b7"),
        *("\x1b]0;owned\x07", "\x1b]8;;http://a.b\x1b\\", "\x1bPq data\x1b\\", "\x1b_x\x1b\\"),
        *("\x00", "\x07", "\x08", "\x7f", "\x9b", "\u202e", "\u2066", "\u200f", "\ufeff", "\ud800"),
    ],
)
def test_escapes_and_controls_are_dropped_wherever_they_are_split(hostile):
    text = f"one{hostile} two{hostile}"
    assert said(text) == "one two"
    for at in range(len(text)):
        assert heard(text[:at], text[at:]).text == "one two"


def test_an_escape_that_never_ends_takes_no_more_than_itself():
    assert said("one \x1b[31") == "one [31"
    assert said("\x1b]0;" + "x" * 1000).endswith("x" * 500)


def test_line_breaks_of_every_kind_are_newlines():
    assert said("one\r\ntwo\rthree\u2028four\x85five") == "one\ntwo\nthree\nfour\nfive"
    assert heard("one\r", "\ntwo").text == "one\ntwo"
    assert said("Yes.\r\n[Bo]: No.") == "Yes."


def test_white_space_at_the_ends_is_not_shown():
    assert said(" \n\t　one  two \n\n three \n ") == "one  two \n\n three"
    assert said(" \n ") == ""


def test_a_reply_has_a_largest_size():
    reply = heard(*["word " * 1000] * 20)
    assert (reply.ended, reply.too_long) == (True, True)
    assert MAX_CHARACTERS - 10 < len(reply.text) <= MAX_CHARACTERS
    assert not heard("x" * MAX_CHARACTERS).ended
    assert len(heard("x" * MAX_CHARACTERS, "y").text) == MAX_CHARACTERS


def test_words_are_shown_as_soon_as_they_can_be_judged():
    reply = Filter("Yang Zhilin", OTHERS)
    assert reply.feed("We") == "We"
    assert reply.feed(" climb") == " climb"
    assert reply.feed(".\n") == "."
    assert reply.feed("Bo") == ""
    assert reply.feed("ots") == "\nBoots"


# For every way of cutting the stream

TABLES = [
    ("Yang Zhilin", OTHERS),
    ("Kai", ("Kaiser", "Sam Altman (2)")),
    ("Sam Altman (2)", ("Sam Altman",)),
    ("杨植麟", ("梁文锋",)),
    ("ΑΣ", ("Silas", "İnci")),
]
TAGS = ["<think>", "</think>", "<th", "ink>", "\x1b[3", "\x1b]0;", "\x1b\\", "\n\n", "> ", "[F1]"]
NAMES = ["Yang Zhilin", "Sam Altman", "Bo", "Kai", "KAI", "杨植麟", "梁文锋", "ΑΣ", "ας", "ſilas"]
LABELS = ["[Bo]:", "Bo:", "**Bo:**", "[Kai]: ", "inci:", " " * 14, "x" * 40]
SINGLE = "<>[]:：*_#(2)aé山， \t\n\r　\x07\x1b\x00\x85\\P;m\u2028\u202e\u200f\ufeff\ud83d\ude00"
NASTY = st.one_of(
    st.sampled_from([*SINGLE, *TAGS, *NAMES, *LABELS]),
    st.characters(codec=None),
)


@st.composite
def streams(draw: st.DrawFn) -> list[str]:
    """A reply and one way to cut it into parts."""
    text = "".join(draw(st.lists(NASTY, max_size=16)))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@settings(max_examples=400, deadline=None)
@given(streams(), st.sampled_from(TABLES))
def test_the_same_reply_comes_of_every_way_to_cut_its_stream(parts, table):
    name, others = table
    text = "".join(parts)
    whole, cut, single = (heard(*p, name=name, others=others) for p in ([text], parts, text))
    assert whole.text == cut.text == single.text
    assert whole.reasoning == cut.reasoning == single.reasoning
    assert whole.ended == cut.ended == single.ended

    assert whole.text == whole.text.strip()
    assert not any(category(c) in ("Cc", "Cs") and c not in "\n\t" for c in whole.text)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="<[]:：*_#>")))
def test_ordinary_words_pass_as_they_are(text):
    assert heard(*text).text == text


@pytest.mark.parametrize("cut", [0, 3, 12, 30])
def test_what_stands_before_a_lone_closing_tag_was_reasoning(cut):
    """As where a server's chat template has already opened the tag."""
    text = "I must hide my aim.\n</think>\n\nGood evening."
    reply = heard(text[:cut], text[cut:])

    assert reply.text == "Good evening."
    assert reply.reasoning == "I must hide my aim."
    assert reply.unsaid == 1
