"""A study as projects of Label Studio, and its export as ratings."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rated_elsewhere import HOSTILE, asked_of, coded, opaque, rated, style, tokens

from debate.errors import UserError
from debate.study.formats import label_studio
from debate.study.formats.asking import placed
from debate.study.formats.taking import Source
from debate.study.ratings import Identified, Preferred, Scored

STYLE, CODED = style(), coded()


def read(tasks, bundle=STYLE, **raters):
    source = Source("export.json", json.dumps(tasks))
    return label_studio.read(bundle, [source], raters={str(v): k for k, v in raters.items()})


def laid_out(bundle, rater: str | None = "kai") -> dict:
    """Every task of an export, by its item and turn."""
    found = (task for project in label_studio.export(bundle, rater) for task in project.tasks)
    return {(t["data"]["item"], t["data"].get("turn", 0)): json.loads(json.dumps(t)) for t in found}


def results(filled: dict) -> list:
    """What Label Studio records of controls."""
    found = []
    for name, said in filled.items():
        kind, value = "choices", {"choices": said}
        if name == "confidence":
            kind, value = "rating", {"rating": int(said[0])}
        elif name == "comment" or name.partition("-")[0] in (
            "evidence",
            "gist",
            "terms",
            "passages",
        ):
            kind, value = "textarea", {"text": said}
        found.append(
            {"id": "r", "from_name": name, "to_name": "text", "type": kind, "value": value}
        )
    return found


def annotated(task: dict, filled: dict, **more) -> dict:
    annotation = {
        "id": 7,
        "completed_by": 3,
        "lead_time": 4.2,
        "result": results(filled),
        "was_cancelled": False,
        "created_at": "2026-03-01T12:00:00.000000Z",
    }
    return task | {"annotations": [annotation | more]}


@given(st.one_of(st.tuples(st.just(b), rated(b)) for b in (STYLE, CODED)))
def test_what_is_annotated_is_what_is_read(case):
    bundle, ratings = case
    tasks = laid_out(bundle)
    given = []
    for each in ratings:
        asked, more = asked_of(bundle, each), {"created_at": each.at.isoformat()}
        task = tasks[asked.item.id, asked.turn]
        given.append(annotated(task, tokens(bundle, each), lead_time=each.seconds, **more))
    taken = read(given, bundle)
    assert list(taken.ratings.get("kai", ())) == ratings
    assert taken.notes == ()


def test_the_shape_of_a_task():
    first = label_studio.export(STYLE, "kai")[0].tasks[0]
    assert first["id"] == 1
    assert first["annotations"] == []
    assert first["predictions"] == []
    assert first["data"] | {"notice": "", "text": "", "cards": ""} == {
        "study": STYLE.id,
        "item": opaque(2),
        "rater": "kai",
        "notice": "",
        "question": "From which of these cards was it written?",
        "scene": "A hall",
        "cards": "",
        "text": "",
        "card_options": [
            {"value": "Card 1", "alias": "card-1"},
            {"value": "Card 2", "alias": "card-2"},
            {"value": "None of them", "alias": "none"},
            {"value": "I cannot judge", "alias": "cannot-judge"},
        ],
        "confidence_said": "How sure are you? 1 = A guess, 2 = Rather unsure,"
        " 3 = Rather sure, 4 = Sure",
        "flag_options": [
            {
                "value": "Something in it tells who speaks: a name, a place, a post.",
                "alias": "leak",
            },
            {
                "value": "It repeats a catchphrase of the card word for word.",
                "alias": "catchphrase",
            },
        ],
    }


@pytest.mark.parametrize("rater", [None, "kai", "lena"])
@pytest.mark.parametrize("bundle", [STYLE, CODED], ids=["style", "coded"])
def test_tasks_stand_in_the_raters_order_and_show_their_sides(bundle, rater):
    if rater == "lena" and bundle is CODED:
        with pytest.raises(UserError, match="nobody called 'lena' rates"):
            label_studio.export(bundle, rater)
        return
    projects = label_studio.export(bundle, rater)
    shown = [(t["data"]["item"], t["data"].get("turn", 0)) for p in projects for t in p.tasks]
    asked = placed(bundle, rater)
    order = ["identification", "pairs", "likert", "coding"]
    expected = sorted(asked, key=lambda each: order.index(each.item.task))
    assert shown == [(each.item.id, each.turn) for each in expected]
    for task, each in zip((t for p in projects for t in p.tasks), expected, strict=True):
        if sides := each.sides:
            assert [task["data"]["left"], task["data"]["right"]] == [side.text for side in sides]


def test_a_config_holds_no_text_and_its_names_are_the_tasks_keys():
    for project in label_studio.export(STYLE, "kai") + label_studio.export(CODED, None):
        view = ElementTree.fromstring(project.config)
        names = [each.get("name") for each in view.iter() if each.get("name")]
        assert len(names) == len(set(names))
        assert {each.get("toName") for each in view.iter() if each.get("toName")} <= set(names)
        keys = {v[1:] for each in view.iter() if (v := each.get("value", "")).startswith("$")}
        for task in project.tasks:
            assert keys <= set(task["data"])
        for hostile in (*HOSTILE, "catchphrase", STYLE.title, STYLE.rubric.likert[0].anchors[0]):
            assert hostile not in project.config


def test_texts_are_kept_to_the_letter():
    data = laid_out(STYLE)[opaque(4), 0]["data"]
    item = STYLE.item(opaque(4))
    assert data["left"] == item.b.text  # kai's sides are swapped
    assert data["right"] == item.a.text
    assert HOSTILE[0] in data["right"]
    assert data["card"] == STYLE.cards[0].text


def test_a_code_is_supported_only_where_it_is_chosen():
    view = ElementTree.fromstring(label_studio.export(CODED, "kai")[0].config)
    only = {each.get("whenChoiceValue"): each for each in view.iter("View") if len(each.attrib)}
    assert "NONE" not in only
    names = [each.get("name") for each in only["CONCEDE"].iter() if each.get("name")]
    assert names == [f"{e}-CONCEDE" for e in ("evidence", "gist", "terms", "label", "passages")]
    assert [e.get("name") for e in only["HOLD"].iter() if e.get("name")] == ["evidence-HOLD"]


def test_likert_points_may_be_stars():
    task = laid_out(STYLE)[opaque(7), 0]
    stars = {"from_name": "scale-overall", "type": "rating", "value": {"rating": 4}}
    taken = read([annotated(task, {}, result=[stars])])
    assert taken.ratings["kai"][0].answer == Scored(points={"overall": 4})


def test_what_stood_on_the_screen_is_understood_too():
    task = laid_out(STYLE)[opaque(2), 0]
    shown = {"card": ["None of them"], "flags": [task["data"]["flag_options"][0]["value"]]}
    (rating,) = read([annotated(task, shown)]).ratings["kai"]
    assert rating.answer == Identified(card="none")
    assert rating.flags == ("leak",)
    task = laid_out(STYLE)[opaque(7), 0]
    point = task["data"]["points_overall"][3]["value"]
    (rating,) = read([annotated(task, {"scale-overall": [point]})]).ratings["kai"]
    assert rating.answer == Scored(points={"overall": 4})


def test_what_is_skipped_or_left_open_is_told():
    tasks = laid_out(STYLE)
    taken = read(
        [
            annotated(tasks[opaque(2), 0], {}, was_cancelled=True),
            annotated(tasks[opaque(1), 0], {"comment": ["?"]}),
            tasks[opaque(3), 0] | {"drafts": [{"result": []}]},
            annotated(tasks[opaque(8), 0], {"scale-lexis": ["2"]}, lead_time=None),
            annotated(tasks[opaque(4), 0], {"choice": ["tie"]}) | {"predictions": [{}]},
        ]
    )
    assert [each.item for each in taken.ratings["kai"]] == [opaque(8), opaque(4)]
    said = "\n".join(taken.notes)
    assert f"task 1, annotation 7: item {opaque(2)} was skipped by kai: it is not rated" in said
    assert f"item {opaque(1)}, by kai, is not answered (what is noted of it is left out)" in said
    assert "a draft was never submitted" in said
    assert f"item {opaque(8)}, by kai, has no answer to 'overall'" in said
    assert "1 ratings came without a time" in said
    assert "a prediction stood there" in said


class TestWhoAnnotated:
    def test_it_is_for_whom_the_tasks_were_laid_out(self):
        task = laid_out(STYLE, "lena")[opaque(5), 0]
        (rating,) = read([annotated(task, {"choice": ["left"]})]).ratings["lena"]
        assert rating.answer == Preferred(choice="b")  # lena's sides are swapped

    def test_two_people_do_not_pass_for_one(self):
        one, two, *_ = laid_out(STYLE).values()
        given = [
            annotated(each, {"card": ["none"]}, completed_by=n) for n, each in enumerate((one, two))
        ]
        with pytest.raises(UserError, match=r"0 and 1 both annotated what was for kai\n.*NAME=ID"):
            read(given)
        with pytest.raises(UserError, match=r"which rater of the study is '1'\?"):
            read(given, kai=0)
        with pytest.raises(UserError, match="laid out for kai was annotated by lena"):
            read(given, kai=0, lena=1)

    @pytest.mark.parametrize(
        ("by", "raters"),
        [
            (3, {"kai": 3}),
            ({"id": 3, "email": "k@x.org"}, {"kai": "k@x.org"}),
            ({"id": 3, "email": "k@x.org"}, {"kai": 3}),
            ({"id": 3, "email": "k@x.org", "username": "kai"}, {}),
        ],
    )
    def test_an_id_an_address_or_a_name_says_it(self, by, raters):
        task = laid_out(STYLE, None)[opaque(4), 0]
        taken = read([annotated(task, {"choice": ["left"]}, completed_by=by)], **raters)
        assert taken.ratings["kai"][0].answer == Preferred(choice="a")  # as in the bundle

    def test_nobody_is_guessed(self):
        task = laid_out(STYLE, None)[opaque(4), 0]
        with pytest.raises(UserError, match=r"which rater of the study is '3'\?"):
            read([annotated(task, {"choice": ["left"]})])


@pytest.mark.parametrize(
    ("item", "filled", "message"),
    [
        (2, {"card": ["card-3"]}, "'card-3' is no answer to 'card' of item "),
        (2, {"card": ["card-1", "none"]}, "has 2 answers to 'card'"),
        (2, {"card": ["none"], "confidence": ["5"]}, "'5' is no answer to 'confidence'"),
        (4, {"choice": ["both"]}, "'both' is no answer to 'choice'"),
        (7, {"scale-overall": ["6"]}, "'6' is no answer to 'scale-overall'"),
        (7, {"scale-overall": ["4"], "mood": ["x"]}, "nothing called 'mood' is asked of item "),
        (7, {"scale-overall": ["4"], "flags": ["odd"]}, "'odd' is no answer to 'flags'"),
        (
            7,
            {"scale-overall": ["4"], "comment": ["x" * 4001]},
            "comment: String should have at most",
        ),
    ],
)
def test_answers_out_of_range_are_refused_by_name(item, filled, message):
    task = laid_out(STYLE)[opaque(item), 0]
    with pytest.raises(UserError, match=message) as caught:
        read([annotated(task, filled)])
    assert str(caught.value).startswith(f"export.json: task {task['id']}, annotation 7: ")


@pytest.mark.parametrize(
    ("filled", "message"),
    [
        ({"codes": ["SING"]}, "the rubric has no code 'SING'"),
        (
            {"codes": ["HOLD"], "evidence-HOLD": ["1, three"]},
            "'three' is no answer to 'evidence-HOLD'",
        ),
        ({"codes": ["HOLD"], "evidence-HOLD": ["3"]}, "HOLD of turn 2 .* cites turn 3"),
        ({"codes": ["TRADE"], "label-TRADE": ["OLD"]}, "has no label 'OLD'"),
        ({"codes": ["TRADE"], "passages-TRADE": [opaque(5)]}, "which is no passage or turn"),
        ({"codes": ["TRADE"], "gist-TRADE": ["x" * 401]}, "gist: String should have at most 400"),
    ],
)
def test_codes_out_of_range_are_refused_by_name(filled, message):
    task = laid_out(CODED)[opaque(20), 2]
    with pytest.raises(UserError, match=message):
        read([annotated(task, filled)], CODED)


def test_what_is_filled_in_of_a_code_that_is_not_chosen_is_told():
    task = laid_out(CODED)[opaque(20), 2]
    taken = read([annotated(task, {"codes": ["NONE"], "gist-TRADE": ["hm"]})], CODED)
    assert "fills in 'gist-TRADE', but TRADE is not chosen: it is left out" in taken.notes[0]


def test_what_is_not_of_this_study_is_refused():
    task = laid_out(STYLE)[opaque(4), 0]
    done = annotated(task, {"choice": ["left"]})

    def refused(given, message: str) -> None:
        with pytest.raises(UserError, match=message):
            read(given)

    refused([done, done], r"kai rates item .* twice; first in export.json: task 2, annotation 7")
    refused([done | {"annotations": done["annotations"] * 2}], "kai rates item .* twice")
    refused([done | {"data": task["data"] | {"study": "x"}}], "a task of the study 'x', not of ")
    refused([done | {"data": {"text": "x"}}], "not a task of a study: data.study: Field required")
    refused([done | {"data": task["data"] | {"item": "x"}}], "there is no item 'x'")
    refused([done | {"data": task["data"] | {"left": "x"}}], "on the left of item .* another text")
    refused([{"id": 1, "choice": "left"}], "0.data: Field required\n.*as JSON .not JSON-MIN")
    refused({"a": 1}, "not an export of Label Studio")
    twice = results({"choice": ["left"]}) * 2
    refused([annotated(task, {}, result=twice)], "'choice' is answered twice")
    item = annotated(laid_out(STYLE)[opaque(8), 0], {"scale-lexis": ["1"]})
    item["data"]["rater"] = "lena"
    refused([item], "is not among those that lena is to rate")


def test_what_is_no_json_is_refused():
    for text in ("", "[", "[" * 100_000, "\x00", '[{"id": NaN}]'):
        with pytest.raises(UserError, match="not an export of Label Studio"):
            label_studio.read(STYLE, [Source("x.json", text)])


def test_what_label_studio_itself_exported_is_read():
    """Annotated in a browser, in Label Studio 1.23.2; three exports joined to one."""
    path = Path(__file__).parent / "real" / "label-studio-1.23.2.json"
    taken = label_studio.read(STYLE, [Source("real.json", path.read_text(encoding="utf-8"))])
    points = {"lexis": 4, "rhythm": 2, "code-switching": None, "rhetoric": 1, "overall": 5}
    assert [(each.item, each.answer) for each in taken.ratings["kai"]] == [
        (opaque(2), Identified(card=STYLE.cards[1].id, confidence=3)),
        (opaque(1), Identified(card="none")),
        (opaque(5), Preferred(choice="a")),
        (opaque(4), Preferred(choice="tie")),
        (opaque(8), Scored(points=points)),
        (opaque(6), Scored(points={"overall": 4})),
    ]
    first = taken.ratings["kai"][0]
    assert (first.seconds, first.flags) == (9.114, ("leak",))
    assert first.comment == "line one\nline <b>two</b> =1+1"
    assert [each.partition(": ")[2] for each in taken.notes] == [
        f"task 7, annotation 3: item {opaque(3)} was skipped by kai: it is not rated",
        f"task 11, annotation 7: item {opaque(6)}, by kai, has no answer to 'rhythm'",
    ]


def test_the_program_itself_takes_every_config():
    """Where it is installed: `pip install label-studio-sdk`."""
    interface = pytest.importorskip("label_studio_sdk.label_interface").LabelInterface
    for project in label_studio.export(STYLE, "kai") + label_studio.export(CODED):
        config = interface(project.config)
        config.validate()
        for task in project.tasks:
            config.load_task(task["data"])
