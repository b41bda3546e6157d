"""`yalta study`, from `new` to `close`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from conferences import conference

from debate.cli import yalta
from debate.errors import TranscriptError, UserError
from debate.study.bundle import load_bundle
from debate.study.folder import StudyFolder
from debate.study.ratings import Identified
from debate.study.session import Asked, Pilot, Session


def run(*words):
    done = CliRunner().invoke(yalta, ["study", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*words):
    with pytest.raises(UserError) as caught:
        CliRunner().invoke(yalta, ["study", *map(str, words)], catch_exceptions=False)
    return str(caught.value)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder, nobody in (("full", False), ("blank", True)):
        Path(folder).mkdir()
        for n in (1, 2):
            conference(Path(folder) / f"{folder}{n}.jsonl", seed=n, nobody=nobody)


def begun(*more):
    return run(
        "new", "s", "full/full1.jsonl", "--arm", "full=full/full2.jsonl",
        "--arm", "no-persona=blank", "--rater", "kai", "--rater", "lin:bo", *more,
    )  # fmt: skip


def test_a_study_from_its_drawing_to_its_closing():
    said = begun()
    assert "identification" in said
    assert "no persona" in said
    assert "± 0." in said
    assert "yalta study mask s" in said
    assert "drawn, and not sealed yet" in run("status", "s")
    assert "1 to mend" in refused("check", "s")
    assert "not sealed yet" in refused("bundle", "s", "--out", "out")
    assert "looked at by Me" in run("mask", "s", "--approve", "Me")
    assert "nothing breaks its blindness" in run("check", "s")
    sealed = run("seal", "s")
    bundle = StudyFolder(Path("s")).bundle()
    assert bundle.key_sha256 in sealed
    assert "raters do: yalta study rate out --rater kai" in run("bundle", "s", "--out", "out")
    assert [each.name for each in Path("out").iterdir()] == ["study.json"]
    assert "holds the key" in refused("bundle", "s", "--out", "s")
    run("bundle", "s", "--out", "apart", "--each-apart")
    assert load_bundle(Path("apart/lin.json")).plans.keys() == {"lin"}
    session = Session.open(bundle, "kai", Path("out/ratings/kai.jsonl"))
    while isinstance(now := session.now, Pilot):
        session.pilot(now.gold.answer, seconds=1)
    assert isinstance(session.now, Asked)
    session.rate(Identified(card="none", confidence=2), seconds=4)
    session.log.close()
    assert "kai: 1 rating from out/ratings/kai.jsonl" in run("collect", "s", "out")
    assert "nothing new" in run("collect", "s", "out/ratings/kai.jsonl")
    assert f"1 of {len(bundle.plans['kai'])}" in run("status", "s")
    said = run("adjudicate", "s")
    assert "differ nowhere" in said
    assert "undefined" in said  # one rater agrees with nobody
    assert "not closed yet" in refused("report", "s")
    assert "closed with 1 rating" in run("close", "s")
    assert "is closed" in refused("collect", "s", "out")


def test_masks_are_listed_added_and_taken_away():
    begun("--term", "weights")
    assert "weights → [term]" in run("mask", "s")
    assert "slowly → [adverb]" in run("mask", "s", "--add", "slowly", "--as", "adverb")
    assert "[adverb]" not in run("mask", "s", "--keep", "slowly")
    assert "stands in no excerpt" in refused("mask", "s", "--add", "armadillo")


def test_it_is_sealed_in_spite_of_a_fault_only_if_asked_and_the_key_says_so():
    begun()
    assert "--anyway" in refused("seal", "s")
    assert not StudyFolder(Path("s")).sealed
    run("seal", "s", "--anyway")
    assert any("in spite" in said for said in StudyFolder(Path("s")).key().left_out)


def test_exclusion_rules_are_fixed_in_the_study():
    begun("--exclude-checks", "0.5", "--exclude-faster", "7")
    rules = json.loads(Path("s/key.json").read_text())["exclusions"]
    assert (rules["checks"], rules["seconds"], rules["unjudged"]) == (0.5, 7.0, 0.5)


def test_a_study_of_bargaining_is_drawn_by_its_rubric():
    assert "coding" in run("new", "b", "full", "--rubric", "emergence", "--rater", "kai")


def test_arms_are_read_from_the_index_of_a_batch():
    lines = [
        {"cell": "a", "transcript": "full1.jsonl", "factors": {"arm": "strict"}},
        {"cell": "b", "transcript": "full2.jsonl", "factors": {"arm": "full"}},
    ]
    Path("full/index.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    said = run("new", "s", "full", "--rater", "kai")
    assert "strict" in said
    sources = json.loads(Path("s/key.json").read_text())["sources"]
    assert {each["transcript"]: each["arm"] for each in sources} == {
        "full1.jsonl": "strict",
        "full2.jsonl": "full",
    }
    run("new", "t", "full/full1.jsonl", "full/index.jsonl", "--rater", "kai")


def test_a_transcript_whose_chain_is_broken_is_refused():
    path = Path("full/full1.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    changed = next(n for n, line in enumerate(lines) if n and "because" in line)
    lines[changed] = lines[changed].replace("because", "although", 1)
    path.write_text("".join(lines))
    said = refused("new", "s", "full", "--rater", "kai")
    # The line that was changed is the one before: its hash is not what this one says.
    assert f"full/full1.jsonl:{changed + 2}: " in said
    assert "changed after it was written" in said
    assert "leave it out" in said
    assert "yalta verify full/full1.jsonl" in said
    assert not Path("s").exists()
    run("new", "s", "full/full2.jsonl", "--rater", "kai")
    lines[changed] = "{}\n"
    path.write_text("".join(lines))
    with pytest.raises(TranscriptError) as damaged:
        run("new", "t", "full", "--rater", "kai")
    assert f"full/full1.jsonl:{changed + 1}: " in str(damaged.value)
    assert "leave it out" in str(damaged.value)


def test_a_sealed_study_that_was_changed_is_found_by_its_check():
    begun()
    run("seal", "s", "--anyway")
    path = Path("s/study.json")
    path.write_text(path.read_text().replace('"seconds": 3.0', '"seconds": 9.0'))
    assert "changed after sealing" in refused("check", "s")
    assert "changed after sealing" in refused("close", "s")


def test_usual_mistakes_are_told_and_nothing_is_made():
    for words, said in (
        (["new", "t", "--rater", "kai"], "drawn from transcripts"),
        (["new", "t", "full", "--rater", "Kai K"], "cannot be a rater's name"),
        (["new", "t", "full", "--rater", "kai", "--rater", "kai"], "two raters"),
        (["new", "t", "nothing.jsonl", "--rater", "kai"], "no transcript at nothing.jsonl"),
        (["new", "t", "full", "--rater", "kai:boo"], "did you mean 'bo'"),
        (["new", "t", "full", "--rater", "k" * 65], "cannot be a rater's name"),
        (["new", "t", "full", "--arm", "x=full", "--rater", "kai"], "given twice"),
        (["new", "t", "full", "--arm", "x", "--rater", "kai"], "is not NAME=TRANSCRIPT"),
        (["new", "t", "full", "--rater", "kai", "--rubric", "stile"], "did you mean 'style'"),
        (["new", "t", "full", "--rater", "kai", "--reference", "bo=no.txt"], "cannot read no.txt"),
        (["new", "full", "full", "--rater", "kai"], "is there already"),
        (["mask", "nowhere"], "holds no key.json"),
        (["collect", "nowhere", "full/full1.jsonl"], "not sealed yet"),
    ):
        assert said in refused(*words)
    assert not Path("t").exists()
