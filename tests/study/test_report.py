"""The report: whole, quiet where nobody rated, and inert whatever stands in it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_worlds import RATERS, Skill, coded, coding_study, file_of, rated, style_study

from debate.spreadsheet import inert
from debate.study.bundle import Foreseen
from debate.study.ratings import CodedTurn, Identified
from debate.study.report import write_report
from debate.study.report.markdown import escaped, within
from debate.study.results.analyses import results_of

VOID = {"meta", "circle", "line", "rect", "br"}
EVIL = '</title></text><script>alert(1)</script><img src="http://evil.example/x" onerror=a()>'
FOILS = {"no-persona": 2, "shuffled": 2, "catchphrases": 2, "held-out": 2}


class Reader(HTMLParser):
    """Reads a page as a browser would, and minds that every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes = [], [], []
        self.texts = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            kind = dict(attrs).get("class", "")
            self.open.append((tag, kind))

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        self.texts.append(([kind for _, kind in self.open], data))

    def of(self, kind):
        """The text within elements of a class."""
        return " ".join(data for kinds, data in self.texts if kind in kinds)


def report(world, files, folder, adjudicated=()):
    found = results_of(world.bundle, world.key, files, adjudicated, seed=1)
    paths = write_report(found, world.bundle, world.key, folder)
    assert [path.name for path in paths] == [
        "report.html",
        "report.md",
        "ratings.csv",
        "results.csv",
    ]
    return [path.read_text(encoding="utf-8") for path in paths]


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def whole(**more):
    return style_study(
        identification=8, pairs=8, likert=8, foils=FOILS, repeats=2, checks=1, **more
    )


def test_the_page_is_whole_and_asks_no_host_for_anything(tmp_path):
    world = whole()
    leak = Skill(leaks=frozenset([world.key.items[0].id]))
    page, text, ratings, results = report(
        world, rated(world, dict.fromkeys(RATERS, Skill()) | {"bo": leak}), tmp_path
    )
    read = Reader(page)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & set(read.tags)
    for tag, name, value in read.attributes:
        assert not name.startswith("on")
        if name in ("src", "href", "action", "srcset", "data", "poster", "xlink:href"):
            assert (tag, name) == ("a", "href")
            assert value.startswith("#")
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", page)
    assert "@import" not in page
    ids = [value for _, name, value in read.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for _, name, value in read.attributes if name == "href"}
    patterns = set(re.findall(r"url\(#([\w-]+)\)", page))
    labels = {
        each for _, name, value in read.attributes if name == "aria-labelledby"
        for each in value.split()
    }  # fmt: skip
    assert targets | patterns | labels <= set(ids)
    assert "default-src 'none'" in page
    assert text.count("# A study of voices\n") == 1
    assert {row["state"] for row in rows(results)} <= {"told", "undefined", "not rated"}
    assert len(rows(ratings)) == 3 * (8 + 2 + 4) + 3 * (8 + 2) + 3 * 5 * (8 + 8 + 2)


def test_pictures_can_be_heard(tmp_path):
    world = whole()
    page = report(world, rated(world, dict.fromkeys(RATERS, Skill())), tmp_path)[0]
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) > 8
    for picture in pictures:
        assert 'role="img"' in picture
        assert re.search(r"<title id=[^>]+>[^<]{8,}</title><desc id=[^>]+>[^<]{8,}</desc>", picture)
        assert "currentColor" not in re.sub(r"class=", "", picture)  # colours are the page's own


def test_it_is_said_to_be_simulated_on_the_page_and_to_machines(tmp_path):
    world = whole()
    page, text, *_ = report(world, [], tmp_path)
    read = Reader(page)
    assert world.bundle.notice in read.of("notice")
    assert ("meta", "name", "simulated") in read.attributes
    described = [v for t, n, v in read.attributes if (t, n) == ("meta", "content")]
    assert any(world.bundle.notice in each for each in described)
    assert world.bundle.notice in text.replace("\\", "")


@pytest.mark.parametrize("world", [whole(), coding_study(conferences=3)], ids=["style", "coding"])
def test_where_nobody_rated_there_is_no_number(world, tmp_path):
    page, text, ratings, results = report(world, [], tmp_path)
    told = Reader(page).of("results")
    assert "Not rated." in told
    assert not re.search(r"\d", told)
    assert "<svg" not in page
    before = text.split("## Method")[0].split("## What can be said")[1]
    assert not re.search(r"\d", before)
    assert rows(ratings) == []
    figures = rows(results)
    assert figures
    for row in figures:
        assert row["value"] == row["state"] == "not rated"
        for column in ("low", "high", "judgements", "items", "p", "p_adjusted", "interval_by"):
            assert row[column] == ""


def test_a_task_that_nobody_rated_has_no_number_beside_others(tmp_path):
    world = style_study(identification=6, likert=6)
    files = [
        replace(file, lines=tuple(x for x in file.lines if x.type == "closing"
                                  or x.answer.task == "identification"))
        for file in rated(world, dict.fromkeys(RATERS, Skill()))
    ]  # fmt: skip
    _, text, _, results = report(world, files, tmp_path)
    scales = text.split("## Closeness to the card")[1].split("##")[0]
    assert scales.strip() == "- Not rated."
    assert "Closeness to the card: not rated." in text
    parts = {(row["part"], row["state"]) for row in rows(results)}
    assert ("scales", "not rated") in parts
    assert ("scales", "told") not in parts


def test_a_null_study_says_that_it_shows_nothing(tmp_path):
    world = style_study(identification=20, pairs=20, likert=20, foils={"shuffled": 12})
    flat = Skill(accuracy=0.2, points={"genuine": 3.0, "shuffled": 3.0})
    claims = {
        "raters tell the voices apart better than chance": "nor that they cannot",
        "That is a preference for": "no preference is shown",
        "was rated closer to the card": "no difference is shown",
    }
    made = dict.fromkeys(claims, 0)
    for seed in range(12):
        files = rated(world, dict.fromkeys(RATERS, flat), seed=seed)
        text = report(world, files, tmp_path)[1]
        for claim, otherwise in claims.items():
            assert claim in text or otherwise in text or "rated as high as the genuine" in text
            made[claim] += claim in text
    assert max(made.values()) <= 2, made  # by chance one in twenty


def test_what_raters_can_do_is_said(tmp_path):
    world = style_study(identification=24, pairs=24, likert=20, foils={"shuffled": 10})
    skill = Skill(accuracy=0.9, wins=0.9)
    text = report(world, rated(world, dict.fromkeys(RATERS, skill)), tmp_path)[1]
    assert "raters tell the voices apart better than chance (p \\< 0.001)" in text
    assert "That is a preference for alpha." in text
    assert "genuine less shuffled, in points: genuine was rated closer to the card" in text


def test_who_judges_by_keywords_is_named(tmp_path):
    world = style_study(likert=6, foils={"catchphrases": 6})
    fooled = Skill(points={"genuine": 4.5, "catchphrases": 5.0})
    files = rated(world, {"ada": fooled, "bo": Skill(), "cy": Skill()})
    text = report(world, files, tmp_path)[1]
    assert re.search(r"ada gave 4 or 5 to \d+ of 30 where catchphrases", text)
    assert "bo gave 4 or 5" not in text


def test_the_method_sheet_is_filled_in(tmp_path):
    world = whole()
    foreseen = Foreseen(items=8, raters=3, half_width=0.26, accuracy=0.6, likeness=0.3, draws=99)
    bundle = world.bundle.model_copy(update={"foreseen": foreseen})
    files = rated(world, dict.fromkeys(RATERS, Skill()))
    found = results_of(bundle, world.key, files, seed=7)
    write_report(found, bundle, world.key, tmp_path)
    text = (tmp_path / "report.md").read_text()
    assert text.count(bundle.key_sha256) == 2
    assert "They agree." in text
    assert "Seed of the draws: 7" in text
    assert "within 26 % at an accuracy of 60 %" in text
    assert re.search(r"Precision reached: within \d+ %", text)
    for line in bundle.rubric.instructions.split("\n"):
        assert escaped(line) in text
    assert bundle.rubric.likert[0].anchors[4] in text.replace("\\", "")


def test_a_changed_key_is_shouted(tmp_path):
    world = whole()
    changed = world.key.model_copy(update={"title": "Another"})
    found = results_of(world.bundle, changed, rated(world, dict.fromkeys(RATERS, Skill())), seed=1)
    write_report(found, world.bundle, changed, tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "Trust no figure here." in page
    assert 'role="alert"' in page


def test_hostile_words_are_inert_on_the_page_and_in_text(tmp_path):
    world = whole(title=EVIL, systems=(EVIL, "=cmd|' /C calc'!A0"), arms=(EVIL, "[x](http://e)"))
    files = rated(world, dict.fromkeys(RATERS, Skill(comment=EVIL, closing="`" + EVIL)))
    page, text, *_ = report(world, files, tmp_path)
    read = Reader(page)
    assert not {"script", "img"} & set(read.tags)
    assert not [name for _, name, _ in read.attributes if name.startswith("on")]
    assert "alert(1)" in read.of("method")  # it is told, as words
    assert not re.search(r"(?<!\\)<(script|img|/title)", text)
    assert not re.search(r"(?<!\\)\[x", text)


def test_formulas_are_neutral_in_the_tables(tmp_path):
    world = whole(systems=("=SUM(A1)", "@evil"), arms=("+1", "-2"))
    files = rated(world, dict.fromkeys(RATERS, Skill(comment="\t=HYPERLINK(1)")))
    *_, ratings, results = report(world, files, tmp_path)
    for table in (ratings, results):
        for row in rows(table):
            for column, cell in row.items():
                if column not in ("value", "low", "high"):
                    assert not cell.lstrip().startswith(("=", "+", "-", "@")), (column, cell)
    assert {row["other_arm"] for row in rows(ratings)} == {"", "'=SUM(A1)", "'@evil"}


@given(st.text(max_size=40))
def test_no_text_begins_a_formula(text):
    cell = inert(text)
    assert not re.match(r"\s*[=+\-@＝＋－＠]", cell)
    assert inert("plain text") == "plain text"
    assert inert("a = b") == "a = b"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Read it twice: first whole (aloud), then - if need be - in parts!", None),
        ("C# & {braces} = 5 + 3", None),
        ("# no heading", r"\# no heading"),
        ("- no list", r"\- no list"),
        ("12. no list", r"12\. no list"),
        ("> no quotation", r"\> no quotation"),
        ("&lt; http://a.example www.b.example", r"\&lt; http\://a.example www\.b.example"),
        ("*a* _b_ `c` [d](e) <f> g|h ~i~", r"\*a\* \_b\_ \`c\` \[d\](e) \<f> g\|h \~i\~"),
    ],
)
def test_only_what_is_markup_is_escaped(text, written):
    assert escaped(text) == (written or text)
    assert within("-0.25") == "-0.25"


def test_agreement_comes_before_what_it_bears_on(tmp_path):
    world = whole()
    text = report(world, rated(world, dict.fromkeys(RATERS, Skill())), tmp_path)[1]
    titles = re.findall(r"^## (.*)", text, re.MULTILINE)
    assert titles[:3] == ["What can be said", "Agreement among raters", "Identification"]


def test_hostile_codes_are_told_as_words(tmp_path):
    world = coding_study(conferences=2)
    evil = CodedTurn(turn=1, code=EVIL, gist="=1+1", terms=(EVIL,), label=EVIL)
    files = [
        coded(world, "ada", lambda of, t: [evil.model_copy(update={"turn": t})] if t == 1 else [])
    ]
    page, _, ratings, _ = report(world, files, tmp_path)
    assert "script" not in Reader(page).tags
    assert any(row["gist"] == "'=1+1" for row in rows(ratings))


def test_one_rater_and_one_item_break_nothing(tmp_path):
    world = style_study(identification=1, pairs=1, likert=1, foils={"no-persona": 1})
    text = report(world, rated(world, {"ada": Skill()}), tmp_path)[1]
    assert "nobody's judgement can be held to another's" in text
    only = style_study(identification=3)
    unjudged = [(each.id, Identified(card=None)) for each in only.key.items]
    text = report(only, [file_of(only, "ada", unjudged)], tmp_path)[1]
    assert "the share right is undefined" in text
    assert "Precision reached: undefined." in text


def test_the_same_ratings_and_seed_give_the_same_report(tmp_path):
    world = whole()
    files = rated(world, dict.fromkeys(RATERS, Skill()))
    assert report(world, files, tmp_path / "a") == report(world, files, tmp_path / "b")
