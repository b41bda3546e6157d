"""`yalta study export` and `import`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from rated_elsewhere import HOSTILE, coded, opaque, style

from debate.cli.study_formats import export_, import_
from debate.errors import UserError
from debate.study.bundle import dump_bundle
from debate.study.ratings import Head, Preferred, RatingsLog, read_ratings


@pytest.fixture
def bundle(tmp_path):
    path = tmp_path / "bundle.json"
    path.write_bytes(dump_bundle(style()))
    return path


def run(command, *words):
    done = CliRunner().invoke(command, [str(each) for each in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def names(folder):
    return sorted(str(e.relative_to(folder)) for e in folder.rglob("*") if e.is_file())


def rate(bundle, rater="kai"):
    study = style()
    head = Head(study=study.id, key_sha256=study.key_sha256, rater=rater)
    log = RatingsLog(bundle.parent / "ratings" / f"{rater}.jsonl", head)
    log.rate(opaque(4), Preferred(choice="a"), seconds=3)
    log.rate(opaque(4), Preferred(choice="tie"), seconds=4, comment="=1")
    log.close()
    return log.lines[1]


def test_a_study_for_label_studio(bundle, tmp_path):
    out = tmp_path / "out"
    done = run(export_, bundle, "--to", "label-studio", "--rater", "kai", "--out", out)
    kinds = ("1-identification", "2-pairs", "3-likert")
    expected = [f"{kind}/{name}" for kind in kinds for name in ("config.xml", "tasks.json")]
    assert names(out) == [*expected, "instructions.txt"]
    assert str(out / "2-pairs/tasks.json") in done.stdout
    tasks = json.loads((out / "3-likert/tasks.json").read_text(encoding="utf-8"))
    assert HOSTILE[2] in tasks[0]["data"]["text"]


def test_a_study_for_potato_with_what_speakers_were_given(tmp_path):
    (tmp_path / "bundle.json").write_bytes(dump_bundle(coded()))
    out = tmp_path / "out"
    run(export_, tmp_path / "bundle.json", "--to", "potato", "--out", out)
    assert names(out) == [
        "1-coding/config.yaml",
        "1-coding/data/items.jsonl",
        "instructions.txt",
        f"passages-{opaque(600)}.txt",
        f"passages-{opaque(601)}.txt",
    ]
    assert HOSTILE[0] in (out / f"passages-{opaque(600)}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_ratings_go_out_and_come_in(bundle, tmp_path, form):
    last, out = rate(bundle), tmp_path / "out"
    run(export_, bundle, "--to", form, "--out", out)
    done = run(import_, bundle, out / f"ratings.{form}", "--from", form, "--out", tmp_path / "in")
    assert done.stdout == f"{tmp_path / 'in/ratings/kai.jsonl'}: 1 ratings\n"
    (standing,) = read_ratings(tmp_path / "in/ratings/kai.jsonl").standing
    assert standing == last.model_copy(update={"n": 1, "supersedes": None})


def test_nothing_is_overwritten(bundle, tmp_path):
    rate(bundle)
    out = tmp_path / "out"
    run(export_, bundle, "--to", "csv", "--out", out)
    with pytest.raises(UserError, match="is not empty"):
        run(export_, bundle, "--to", "csv", "--out", out)
    before = (tmp_path / "ratings/kai.jsonl").read_bytes()
    with pytest.raises(UserError, match="never overwritten"):
        run(import_, bundle, out / "ratings.csv", "--from", "csv", "--out", tmp_path)
    assert (tmp_path / "ratings/kai.jsonl").read_bytes() == before


def test_one_wrong_line_and_nothing_is_written(bundle, tmp_path):
    rate(bundle)
    run(export_, bundle, "--to", "jsonl", "--out", tmp_path / "out")
    path = tmp_path / "out/ratings.jsonl"
    line = path.read_text(encoding="utf-8")
    path.write_text(line + line.replace('"kai"', '"zoe"'), encoding="utf-8")
    with pytest.raises(UserError, match=r"ratings.jsonl:2: nobody called 'zoe' rates"):
        run(import_, bundle, path, "--from", "jsonl", "--out", tmp_path / "in")
    assert not (tmp_path / "in").exists()


def test_results_of_label_studio_come_in(bundle, tmp_path):
    run(export_, bundle, "--to", "label-studio", "--out", tmp_path / "out")
    tasks = json.loads((tmp_path / "out/2-pairs/tasks.json").read_text(encoding="utf-8"))
    chosen = {"from_name": "choice", "type": "choices", "value": {"choices": ["right"]}}
    annotation = {"id": 1, "completed_by": 3, "lead_time": 2.5, "result": [chosen]}
    tasks[0]["annotations"] = [annotation]
    tasks[1]["annotations"] = [annotation | {"was_cancelled": True}]
    (tmp_path / "x.json").write_text(json.dumps(tasks), encoding="utf-8")
    words = (bundle, tmp_path / "x.json", "--from", "label-studio", "--out", tmp_path)
    with pytest.raises(UserError, match=r"which rater of the study is '3'\?"):
        run(import_, *words)
    with pytest.raises(UserError, match="'kai' is not NAME=ID"):
        run(import_, *words, "--rater", "kai")
    with pytest.raises(UserError, match="nobody called 'zoe' rates"):
        run(import_, *words, "--rater", "zoe=3")
    done = run(import_, *words, "--rater", "lena=3")
    assert "was skipped by lena" in done.stderr
    (rating,) = read_ratings(tmp_path / "ratings/lena.jsonl").standing
    assert (rating.answer, rating.seconds) == (Preferred(choice="b"), 2.5)


def test_the_output_folder_of_potato_comes_in(bundle, tmp_path):
    folder = tmp_path / "annotation_output" / "kai"
    folder.mkdir(parents=True)
    with pytest.raises(UserError, match=r"holds neither user_state.json nor annotated_instances"):
        run(import_, bundle, folder.parent, "--from", "potato", "--out", tmp_path)
    line = {"id": f"{opaque(4)}--kai", "annotation": {"choice": {"selection": "A"}}}
    (folder / "annotated_instances.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    done = run(import_, bundle, folder.parent, "--from", "potato", "--out", tmp_path)
    assert "1 ratings came without a time" in done.stderr
    (rating,) = read_ratings(tmp_path / "ratings/kai.jsonl").standing
    assert rating.answer == Preferred(choice="b")  # kai's sides are swapped


def test_what_is_exported_is_blind(bundle, tmp_path):
    """Nothing is there but what the bundle says, and of it neither the key's hash nor plans."""
    for to in ("label-studio", "potato"):
        run(export_, bundle, "--to", to, "--rater", "kai", "--out", tmp_path / to)
        for path in (tmp_path / to).rglob("*.*"):
            said = path.read_text(encoding="utf-8") if path.is_file() else ""
            for word in (style().key_sha256, "swap", "lena", "persona", "genuine", str(tmp_path)):
                assert word not in said
