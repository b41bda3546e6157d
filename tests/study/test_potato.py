"""A study as projects of Potato, and its output as ratings."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rated_elsewhere import HOSTILE, asked_of, coded, opaque, rated, style, tokens

from debate.errors import UserError
from debate.study.formats import potato, potato_output
from debate.study.formats.asking import placed
from debate.study.formats.taking import Source
from debate.study.ratings import Identified, Preferred, Scored

STYLE, CODED = style(), coded()
REAL = Path(__file__).parent / "real"


def read(text: str, bundle=STYLE, *, name: str = "user_state.json", folder: str = "kai", **raters):
    source = Source(name, text, folder)
    return potato_output.read(bundle, [source], raters={str(v): k for k, v in raters.items()})


def labels(filled: dict) -> dict:
    """What Potato keeps of schemes: of each its labels, with their values."""
    found = {}
    for name, said in filled.items():
        if name == "choice" and said == ["cannot-judge"]:
            found["cannot"] = {"cannot-judge": "cannot-judge"}
        elif name == "choice":
            found[name] = {"selection": {"left": "A", "right": "B"}.get(said[0], said[0])}
        elif name == "comment" or name.partition("-")[0] in (
            "evidence",
            "gist",
            "terms",
            "passages",
        ):
            found[name] = {"text_box": "\n".join(said)}
        else:
            found[name] = {each: each for each in said}
    return found


def state(user: str, items: dict, times: dict | None = None) -> str:
    """`user_state.json` of 2.x."""
    pairs = {
        id: [
            [{"schema": scheme, "name": label}, value]
            for scheme, by_label in labels(filled).items()
            for label, value in by_label.items()
        ]
        for id, filled in items.items()
    }
    behaviour = {id: {"instance_id": id, **more} for id, more in (times or {}).items()}
    said = {
        "user_id": user,
        "instance_id_ordering": list(items),
        "instance_id_to_label_to_value": pairs,
        "instance_id_to_behavioral_data": behaviour,
    }
    return json.dumps(said)


def ids(bundle, rater: str | None = "kai") -> dict:
    """The ids that Potato knows items by."""
    projects = potato.export(bundle, rater)
    items = (json.loads(line) for each in projects for line in each.items.splitlines())
    found = {}
    for item in items:
        opaque_, _, turn = item["id"].partition("--")[0].partition("-")
        found[opaque_, int(turn or 0)] = item["id"]
    return found


CASES = st.one_of(st.tuples(st.just(b), rated(b)) for b in (STYLE, CODED))


@given(CASES)
def test_what_is_annotated_is_what_is_read(case):
    bundle, ratings = case
    known, items, times = ids(bundle), {}, {}
    for each in ratings:
        asked = asked_of(bundle, each)
        id = known[asked.item.id, asked.turn]
        items[id] = tokens(bundle, each)
        times[id] = {"total_time_ms": each.seconds * 1000, "session_end": each.at.timestamp()}
    taken = read(state("kai", items, times), bundle)
    assert taken.notes == ()
    assert [e.seconds for e in taken.ratings.get("kai", ())] == pytest.approx(
        [e.seconds for e in ratings]
    )
    same = [e.model_copy(update={"seconds": 1}) for e in taken.ratings.get("kai", ())]
    assert same == [e.model_copy(update={"seconds": 1}) for e in ratings]


@given(CASES, st.sampled_from(["1.0.jsonl", "1.1.jsonl", "2.jsonl", "1.csv", "2.csv", "2.tsv"]))
def test_every_edition_says_the_same(case, form):
    bundle, ratings = case
    known, lines = ids(bundle), []
    for each in ratings:
        asked = asked_of(bundle, each)
        id = known[asked.item.id, asked.turn]
        lines.append((id, labels(tokens(bundle, each))))
    taken = read(_written(lines, form), bundle, name=f"annotated_instances.{form}")
    answers = [(e.item, e.answer, e.flags, e.comment) for e in taken.ratings.get("kai", ())]
    assert answers == [(e.item, e.answer, e.flags, e.comment) for e in ratings]


def _written(lines: list, form: str) -> str:
    """Annotations as an edition writes them."""
    if form.endswith("jsonl"):
        edition = form.removesuffix(".jsonl")
        key = {"1.0": "annotation", "1.1": "label_annotations", "2": "labels"}[edition]
        who = {"instance_id": None, "user_id": "kai"} if edition == "2" else {"id": None}
        time = {"behavioral_data": {"time_string": "Time spent: 0d 0h 1m 5s "}}
        found = ({**dict.fromkeys(who, id), key: given} | time for id, given in lines)
        if edition == "2":
            found = ({**each, "user_id": "kai"} for each in found)
        return "".join(json.dumps(each) + "\n" for each in found)
    by, user = (":::", "user") if form.startswith("1") else (".", "user_id")
    rows = [
        {"instance_id": id, user: "kai"}
        | {f"{s}{by}{e}": v for s, g in given.items() for e, v in g.items()}
        for id, given in lines
    ]
    columns = dict.fromkeys(["instance_id", user, *(column for row in rows for column in row)])
    # In the order of the rubric, as a table has it.
    file = io.StringIO(newline="")
    dialect = "excel-tab" if form.endswith("tsv") else "excel"
    writer = csv.DictWriter(file, sorted(columns, key=_place), restval="", dialect=dialect)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _place(column: str) -> int:
    order = [each.id for each in CODED.rubric.codes]
    scheme, _, label = column.replace(":::", ".").partition(".")
    return order.index(label) if scheme == "codes" else 0


def test_the_shape_of_a_config_and_an_item():
    project = potato.export(STYLE, "kai")[1]
    config = yaml.safe_load(project.config)
    assert config["task_dir"] == "."
    assert config["output_annotation_dir"] == "annotation_output"
    assert config["data_files"] == ["data/items.jsonl"]
    assert config["item_properties"] == {"id_key": "id", "text_key": "text"}
    assert config["user_config"] == {"allow_all_users": False, "users": ["kai"]}
    pairwise = config["annotation_schemes"][0]
    assert pairwise["annotation_type"] == "pairwise"
    assert pairwise["mode"] == "binary"
    assert pairwise["items_key"] == "texts"
    assert pairwise["allow_tie"] is True
    names = [each["name"] for each in config["annotation_schemes"]]
    assert names == ["choice", "cannot", "flags", "comment"]
    first = json.loads(project.items.splitlines()[0])
    item = STYLE.item(opaque(5))
    assert first["id"] == f"{opaque(5)}--kai"
    assert first["texts"] == [item.a.text, item.b.text]
    likert = yaml.safe_load(potato.export(STYLE, "kai")[2].config)["annotation_schemes"]
    assert [each["name"] for each in likert[:2]] == ["scale-lexis", "scale-rhythm"]
    keys = ("annotation_type", "size", "min_label", "max_label")
    assert [likert[4][key] for key in keys] == ["likert", 5, "Certainly not", "Without doubt"]
    said = [each["name"] for each in likert[0]["labels"]]
    assert said == ["1", "2", "3", "4", "5", "cannot-judge", "not-named"]
    assert "not-named" not in [each["name"] for each in likert[4]["labels"]]


@pytest.mark.parametrize("rater", [None, "kai", "lena"])
def test_items_stand_in_the_raters_order_and_show_their_sides(rater):
    projects = potato.export(STYLE, rater)
    shown = [json.loads(line) for each in projects for line in each.items.splitlines()]
    order = ["identification", "pairs", "likert"]
    asked = sorted(placed(STYLE, rater), key=lambda each: order.index(each.item.task))
    assert [each["id"].partition("--")[0] for each in shown] == [each.item.id for each in asked]
    for item, each in zip(shown, asked, strict=True):
        if sides := each.sides:
            assert item["texts"] == [side.text for side in sides]


def test_a_config_is_no_template_and_a_text_stays_to_the_letter():
    hostile = "{{ 7 * 7 }}{% for x in y %}{# c #} <script>alert(1)</script> ${HOME}"
    rubric = json.loads(STYLE.rubric.model_dump_json(by_alias=True))
    rubric |= {"title": hostile, "instructions": hostile}
    rubric["pairs"] |= {"question": hostile, "tie": hostile}
    rubric["identification"] |= {"question": hostile, "none": hostile}
    rubric["likert"][4] |= {"question": hostile, "anchors": [f"{n}{hostile}" for n in range(5)]}
    bundle = STYLE.model_copy(
        update={"rubric": type(STYLE.rubric).model_validate(rubric), "title": hostile}
    )
    for project in potato.export(bundle, "kai"):
        config = yaml.safe_load(project.config)
        assert config["credentials"] == {"env_substitution": False}
        assert "<script" not in config["annotation_task_name"]
        assert "<script" not in config.pop("annotation_instructions")
        for opens in ("{{", "{%", "{#"):
            assert opens not in json.dumps(config)
        for line in project.items.splitlines():
            assert json.loads(line)["id"]
    items = [json.loads(e) for p in potato.export(STYLE, "kai") for e in p.items.splitlines()]
    assert HOSTILE[1] in items[1]["text"]


class TestWhatPotatoItselfWrote:
    """Annotated in a browser, in Potato 2.12.1; what was tracked of the mouse is taken out."""

    def test_it_is_read(self):
        files = [
            Source(str(path), path.read_text(encoding="utf-8"))
            for path in sorted(REAL.glob("potato-2.12.1-*.json"))
        ]
        taken = potato_output.read(STYLE, files)
        cards = [each.id for each in STYLE.cards]
        assert [(each.item, each.answer) for each in taken.ratings["kai"]] == [
            (opaque(2), Identified(card=cards[0], confidence=3)),
            (opaque(1), Identified(card="none")),
            (opaque(3), Identified(card=None)),
            (
                opaque(8),
                Scored(
                    points={
                        "lexis": 4,
                        "rhythm": None,
                        "code-switching": 1,
                        "rhetoric": 5,
                        "overall": 2,
                    }
                ),
            ),
            (opaque(6), Scored(points={"rhythm": 3, "overall": 2})),
            (opaque(5), Preferred(choice="a")),
            (opaque(4), Preferred(choice=None)),
        ]
        first = taken.ratings["kai"][0]
        assert (first.flags, first.comment) == (("leak",), "line one\nline <b>two</b> =1+1")
        assert [each.seconds for each in taken.ratings["kai"]][:2] == [9.28, 5.559]
        pair, likert = taken.notes
        assert "does not ask for 'code-switching': the answer '2' is left out" in likert
        assert "a side was chosen and 'I cannot judge' was ticked: this counts" in pair


def test_a_user_is_known_by_name_or_told():
    everyones = ids(STYLE, None)[opaque(4), 0]
    assert everyones == opaque(4)
    text = state("kai", {everyones: {"choice": ["left"]}})
    assert read(text).ratings["kai"][0].answer == Preferred(choice="a")  # as in the bundle
    other = text.replace('"kai"', '"k@x.org"')
    with pytest.raises(UserError, match=r"which rater of the study is 'k@x.org'\?\n.*NAME=ID"):
        read(other)
    assert list(read(other, lena="k@x.org").ratings) == ["lena"]
    kais = ids(STYLE)[opaque(4), 0]
    assert read(state("zoe", {kais: {"choice": ["left"]}})).ratings["kai"][0].answer.choice == "b"
    with pytest.raises(UserError, match="laid out for kai was annotated by lena"):
        read(state("zoe", {kais: {"choice": ["left"]}}), lena="zoe")


@pytest.mark.parametrize(
    ("item", "filled", "message"),
    [
        (1, {"card": ["card-1", "card-2"]}, "has 2 answers to 'card'"),
        (2, {"card": ["card-3"]}, "'card-3' is no answer to 'card' of item "),
        (4, {"choice": ["C"]}, "'C' is no answer to 'choice'"),
        (7, {"scale-overall": ["0"]}, "'0' is no answer to 'scale-overall'"),
        (7, {"scale-overall": ["4"], "mood": ["x"]}, "nothing called 'mood' is asked of item "),
    ],
)
def test_answers_out_of_range_are_refused_by_name(item, filled, message):
    id = ids(STYLE)[opaque(item), 0]
    with pytest.raises(UserError, match=message) as caught:
        read(state("kai", {id: filled}))
    assert str(caught.value).startswith(f"user_state.json: item {id}: ")


def test_what_is_left_open_is_told():
    known = ids(STYLE)
    items = {known[opaque(1), 0]: {}, known[opaque(4), 0]: {"choice": ["tie"]}}
    taken = read(state("kai", items))
    assert [each.item for each in taken.ratings["kai"]] == [opaque(4)]
    assert f"item {opaque(1)}, by kai, is not answered" in taken.notes[0]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("user_state.json", "{", "user_state.json: not written by Potato"),
        ("user_state.json", state("kai", {"x1": {}}), "there is no item 'x1' in this study"),
        ("user_state.json", state("kai", {opaque(99): {}}), f"there is no item '{opaque(99)}'"),
        ("a.jsonl", '\n{"id": 3}\n', "a.jsonl:2: not written by Potato"),
        ("a.csv", "a,b\n1,2\n", "a.csv:2: not a table of Potato"),
        ("a.csv", f"instance_id,user_id\n{opaque(1)},kai,x\n", "too many cells"),
    ],
)
def test_what_is_none_of_potatos_is_refused(name, text, message):
    with pytest.raises(UserError, match=message):
        read(text, name=name)


def test_the_program_itself_takes_every_config(tmp_path):
    """Where it is installed: `pip install potato-annotation`."""
    config_module = pytest.importorskip("potato.server_utils.config_module")
    for n, project in enumerate((*potato.export(STYLE, "kai"), *potato.export(CODED))):
        folder = tmp_path / str(n)
        (folder / "data").mkdir(parents=True)
        (folder / "config.yaml").write_text(project.config, encoding="utf-8")
        (folder / "data" / "items.jsonl").write_text(project.items, encoding="utf-8")
        config = yaml.safe_load(project.config)
        config_module.validate_yaml_structure(config, str(folder), str(folder / "config.yaml"))
