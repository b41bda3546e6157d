"""The report: whole, quiet where nobody rated, and inert whatever stands in it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_reader import Reader, check_closed
from study_worlds import RATERS, Skill, World, coded, coding_study, file_of, rated, style_study

from debate.spreadsheet import inert
from debate.study.bundle import Foreseen, sha256
from debate.study.key import IN_SPITE, SourceKey, dump_key
from debate.study.ratings import CodedTurn, Identified, Preferred, Scored
from debate.study.report import write_report
from debate.study.report.markdown import escaped, within
from debate.study.results.analyses import results_of
from debate.study.statistics import Interval

EVIL = '</title></text><script>alert(1)</script><img src="http://evil.example/x" onerror=a()>'
FOILS = {"no-persona": 2, "shuffled": 2, "catchphrases": 2, "held-out": 2}


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
    check_closed(page)
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
        "were rated closer to the card": "no difference is shown",
    }
    made = dict.fromkeys(claims, 0)
    for seed in range(8):
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
    assert (
        "Genuine texts less texts written from another card, in points: genuine texts were rated"
        " closer to the card: "
    ) in text


def with_contrast(found, **figures):
    """The results, the first difference of means made another."""
    scaled = found.main.scaled
    first = scaled.contrasts[0]
    adjusted = figures.pop("adjusted")
    gap = replace(first.difference, **figures)
    contrasts = (replace(first, difference=gap, adjusted=adjusted), *scaled.contrasts[1:])
    main = replace(found.main, scaled=replace(scaled, contrasts=contrasts))
    return replace(found, analyses=(main, *found.analyses[1:]))


def test_an_interval_of_one_scale_and_a_p_of_all_do_not_contradict_each_other(tmp_path):
    world = style_study(likert=6, foils={"no-persona": 6})
    found = results_of(world.bundle, world.key, rated(world, {"ada": Skill()}), seed=1)
    named = world.bundle.rubric.likert[0].id
    alone = {"value": 0.75, "interval": Interval(0.15, 1.35), "p": 0.0194}
    for figures, said in (
        (
            alone | {"adjusted": 0.097},
            "a difference by itself, but after adjusting for 5 scales, of which some may differ by"
            f" chance, no difference is shown: {named} +0.75 (+0.15 to +1.35), p = 0.019, adjusted"
            " 0.097",
        ),
        (alone | {"p": 0.06, "adjusted": 0.2}, "interval and p disagree, so no difference"),
        (alone | {"adjusted": 0.03}, "genuine texts were rated closer to the card"),
        (
            {"value": 0.1, "interval": Interval(-0.5, 0.7), "p": 0.6, "adjusted": 1.0},
            f"no difference is shown: {named} +0.10 (-0.50 to +0.70), p = 0.600, adjusted 1.000",
        ),
    ):
        write_report(with_contrast(found, **figures), world.bundle, world.key, tmp_path)
        text = (tmp_path / "report.md").read_text()
        assert f"less texts without a persona, in points: {said}" in text


def test_a_difference_stays_within_what_the_scale_allows(tmp_path):
    world = style_study(likert=4, foils={"no-persona": 4})
    points = {"genuine": [5, 5, 1, 5], "no-persona": [1, 1, 5, 1]}
    answers = [
        (each.id, Scored(points=dict.fromkeys(world.items[each.id].dimensions, given)))
        for kind, of in points.items()
        for each, given in zip((k for k in world.key.items if k.kind == kind), of, strict=True)
    ]
    results = report(world, [file_of(world, "ada", answers)], tmp_path)[3]
    gaps = [row for row in rows(results) if row["measure"].startswith("mean difference")]
    assert gaps
    assert {(row["value"], row["high"]) for row in gaps} == {("2", "4")}


def test_too_few_texts_for_a_difference_are_said_to_be(tmp_path):
    world = style_study(likert=6, foils={"no-persona": 3})
    _, text, _, results = report(world, rated(world, dict.fromkeys(RATERS, Skill())), tmp_path)
    assert "in points: too few texts to say how sure it is: lexis +" in text
    assert re.search(r"\| [+-]\d\.\d\d \(too few to say how sure\) \| too few \| too few \|", text)
    for row in rows(results):
        if row["measure"].startswith("mean difference"):
            assert row["value"]
            assert row["low"] == row["p"] == row["p_adjusted"] == ""


def test_who_lost_every_pair_is_told_at_the_head(tmp_path):
    world = style_study(pairs=8)
    text = report(world, rated(world, dict.fromkeys(RATERS, Skill(wins=0.0))), tmp_path)[1]
    assert "alpha was found closer to the card than beta in 0 %" in text.split("## Agreement")[0]


def test_who_did_not_finish_is_named_with_how_far_they_came(tmp_path):
    world = style_study(identification=8, likert=6)
    files = [*rated(world, {"ada": Skill()}, upto=5), *rated(world, {"bo": Skill(), "cy": Skill()})]
    page, text, *_ = report(world, files, tmp_path)
    said = "2 of 3 raters finished; ada did 5 of 14."
    assert text.count(said) == 2  # at the head, and of the raters
    assert re.search(r"\| ada \| 5 \| 14 \| no \|", text)
    assert re.search(r"\| bo \| 14 \| 14 \| yes \|", text)
    assert said in page
    text = report(world, rated(world, dict.fromkeys(RATERS, Skill())), tmp_path)[1]
    assert "All raters finished." in text


def test_kinds_are_told_in_plain_words_and_arms_where_a_kind_has_several(tmp_path):
    world = whole(arms=("full", "other"))
    page, text, *_ = report(world, rated(world, dict.fromkeys(RATERS, Skill())), tmp_path)
    for told in (page, text):
        assert not re.search(r"no-persona|held-out(?!-)|Kind: ", told)
    (mean,) = re.findall(r"Mean points.*", text)
    assert re.search(r"overall: genuine texts in full [^;]*, in other [^;]*; ", mean)
    world = whole()
    text = report(world, rated(world, dict.fromkeys(RATERS, Skill())), tmp_path)[1]
    (mean,) = re.findall(r"Mean points.*", text)
    assert re.search(r"overall: genuine texts \d\.\d\d \(.*; texts without a persona \d", mean)
    assert "alpha" not in mean


def test_each_row_has_its_own_chance_and_no_line_crosses_a_label(tmp_path):
    world = whole(arms=("full", "other"))
    found = results_of(world.bundle, world.key, rated(world, {"ada": Skill()}), seed=1)
    write_report(found, world.bundle, world.key, tmp_path)
    page = (tmp_path / "report.html").read_text()
    (svg,) = re.findall(r'<svg role="img"[^>]*"accuracy-t .*?</svg>', page, re.DOTALL)
    chances = [e for e in found.main.identified.accuracies if e.chance is not None]
    assert 2 < len(chances) < len(found.main.identified.accuracies)
    lines = re.findall(
        r'<line class="(\w+)" x1="[\d.]+" y1="([\d.]+)" x2="[\d.]+" y2="([\d.]+)"', svg
    )
    assert sum(kind == "mark" for kind, *_ in lines) == len(chances) + 1  # and of the legend
    assert "by chance, row by row; none where it is not known" in svg
    labels = [float(y) for y in re.findall(r'<text class="label" x="[\d.]+" y="([\d.]+)"', svg)]
    for y in labels:
        assert not [x for x in lines if float(x[1]) < y + 3 and y - 10 < float(x[2])]


def test_of_few_conferences_no_rate_is_told(tmp_path):
    world = coding_study(conferences=1)

    def codes(of, turn):
        return [CodedTurn(turn=turn, code="HOLD")] if turn == 2 else []

    files = [coded(world, rater, codes) for rater in RATERS[:2]]
    page, text, *_ = report(world, files, tmp_path)
    said = "One conference an arm: no rate can be told of fewer than 5."
    assert text.count(said) == 2  # at the head, and of the codes
    assert "still allows" not in text
    assert " %)" not in text.split("## Bargaining")[1].split("##")[0]
    assert re.search(r"\| HOLD \| full \| 1 \| 1 \| too few \|", text)
    assert "share of conferences with at least one" not in page


def test_the_head_tells_of_every_arm(tmp_path):
    world = coding_study(arms=("full", "no chair", "no goals"), conferences=5)

    def codes(of, turn):
        there = of.origins[0].arm != "no goals" and turn == 2
        return [CodedTurn(turn=turn, code="HOLD")] if there else []

    text = report(world, [coded(world, rater, codes) for rater in RATERS[:2]], tmp_path)[1]
    head = text.split("## Agreement")[0]
    for arm in ("full", "no chair"):
        assert (
            f"Arm {arm}, of 5 conferences those with at least one: HOLD in 5 (57 to 100 %)" in head
        )
    assert "Arm no goals, of 5 conferences those with at least one: none, of any code." in head


def resealed(world, **update):
    """The study, its key another from before it was sealed."""
    key = world.key.model_copy(update=update)
    bundle = world.bundle.model_copy(update={"key_sha256": sha256(dump_key(key))})
    return World(bundle, key)


def conferences_of(arm, models, scenario="hall", seeds=range(1, 3)):
    return tuple(
        SourceKey(arm=arm, transcript=f"{arm}-{seed}.jsonl", head=sha256(f"{arm} {seed}".encode()),
                  scenario=scenario, models=models, seed=seed, turns=10)
        for seed in seeds
    )  # fmt: skip


def test_the_method_tells_what_an_arm_consists_of(tmp_path):
    sources = (
        *conferences_of("alpha", ("m/one", "m/two"), seeds=(1, 2, 3, 7)),
        *conferences_of("beta", ("m/one",)),
        *conferences_of("beta", ("m/three",), "bridge", seeds=(9,)),
    )
    world = resealed(style_study(identification=6, pairs=6), sources=sources)
    page, text, *_ = report(world, rated(world, dict.fromkeys(RATERS, Skill())), tmp_path)
    assert r"| alpha | 4 | m/one and m/two | hall | 1 to 3, 7 | 40 |" in text
    assert (
        r"| beta | 3 | m/one (2 of 3) and m/three (1 of 3) | hall (2 of 3) and bridge (1 of 3) |"
        r" 1, 2, 9 | 30 |"
    ) in text
    method = text.split("## Method")[1]
    assert all(each.head in method for each in sources)
    assert re.search(r'<details class="method" id="transcripts">.*?' + sources[0].head, page, re.S)
    bare = style_study(identification=6)
    text = report(bare, rated(bare, {"ada": Skill()}), tmp_path)[1]
    assert "The key does not say of which conferences the arms consist." in text


@pytest.mark.parametrize(
    ("beta", "said"),
    [
        (conferences_of("beta", ("m/one",)), []),
        (
            conferences_of("beta", ("m/two",)),
            ["Arm and model are confounded: alpha is of m/one; beta is of m/two. What differs"
             " between these arms may be the model's."],
        ),
        (
            conferences_of("beta", ("m/one", "m/two")),
            ["Arm and model are confounded in part: alpha is of m/one; beta is of m/one and m/two."
             " What differs between these arms may be the model's."],
        ),
        (
            conferences_of("beta", ("m/two",), "bridge"),
            ["Arm and model are confounded: alpha is of m/one; beta is of m/two. What differs"
             " between these arms may be the model's.",
             "Arm and scenario are confounded: alpha is of hall; beta is of bridge. What differs"
             " between these arms may be the scenario's."],
        ),
        (conferences_of("gamma", ("m/two",)), []),  # of which nothing is compared
    ],
)  # fmt: skip
def test_where_arm_and_model_are_one_the_head_says_so(beta, said, tmp_path):
    plain = style_study(pairs=6, likert=4, foils={"no-persona": 4})
    world = resealed(plain, sources=conferences_of("alpha", ("m/one",)) + beta)
    text = report(world, rated(world, dict.fromkeys(RATERS, Skill())), tmp_path)[1]
    head = text.split("## Agreement")[0]
    assert re.findall(r"^- (Arm and .*)", head, re.MULTILINE) == said


def test_faults_in_spite_of_which_it_was_sealed_are_told_first(tmp_path):
    faults = tuple(f"{IN_SPITE}item {n}: a name can be read" for n in "abcde")
    world = resealed(style_study(identification=6), left_out=(*faults, "no pairs: too little"))
    for files in ([], rated(world, dict.fromkeys(RATERS, Skill()))):
        text = report(world, files, tmp_path)[1]
        first = text.split("## What can be said\n\n- ")[1].split("\n")[0]
        assert first == (
            "The study was sealed in spite of 5 faults: item a: a name can be read; item b: a name"
            " can be read; item c: a name can be read; and 2 more, told in the method."
        )
    method = text.split("## Method")[1]
    assert method.index("Faults in spite of which") < method.index("| item e: a name can be read |")
    assert method.index("What could not be drawn") < method.index("| no pairs: too little |")


def test_what_was_settled_is_told_with_where_it_is_used(tmp_path):
    world = style_study(identification=4, pairs=4, likert=4, checks=1)
    by_task = {}
    for each in world.key.items:
        if not each.checked:
            by_task.setdefault(each.task, []).append(each.id)
    scales = [each.id for each in world.bundle.rubric.likert]

    def answers(card, choice, point):
        return [
            *((item, Identified(card=card)) for item in by_task["identification"]),
            *((item, Preferred(choice=choice)) for item in by_task["pairs"]),
            *((i, Scored(points=dict.fromkeys(scales, point))) for i in by_task["likert"]),
        ]

    first = world.key.item(by_task["identification"][0]).cards[0]
    files = [
        file_of(world, "ada", answers(first, "a", 1)),
        file_of(world, "bo", answers("none", "b", 5)),
    ]
    settled = [e for e in files[0].lines if e.type == "rating"][:6]  # 4 of one task, 2 of another
    text = report(world, files, tmp_path, settled)[1]
    agreement = text.split("## Agreement among raters")[1].split("##")[0]
    assert (
        "Differences that raters settled afterwards: 4 of 4 in identification, 2 of 4 in pairs and"
        " 0 of 4 in scales. Agreement is computed without what was settled."
    ) in agreement
    assert "is used in its row “after adjudication” alone" in agreement
    assert "What was settled in pairs is used in no figure." in agreement
    assert "settled after rating: identification 4 of 4; pairs 2 of 4; scales 0 of 4." in text
    assert "settled afterwards" not in report(world, files, tmp_path)[1]


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
